"""A real server with the demonstration's two shops, as an attacker and their victim see it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from server_stub.settings import Settings
from tests.kit.bearers import Bearers, open_bearers
from tests.kit.homes import new_server_home
from tests.kit.servers import UNHURRIED


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Tests that try every endpoint would otherwise exceed the rate limits."""
    home = tmp_path / "home"
    new_server_home(home)
    return Settings(home=home, rate_limits=UNHURRIED)


@pytest.fixture
async def world(settings: Settings) -> AsyncIterator[Bearers]:
    async with open_bearers(settings) as world:
        yield world


@pytest.fixture
def world_with(settings: Settings) -> Callable[..., AbstractAsyncContextManager[Bearers]]:
    """A world whose server has other settings."""
    return lambda **changed: open_bearers(replace(settings, **changed))
