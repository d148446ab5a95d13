"""A real server with the demonstration's two shops, as an attacker and their victim see it."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from server_stub.settings import Settings
from tests.kit.bearers import Bearers, open_bearers
from tests.kit.servers import UNHURRIED


@pytest.fixture
def settings(demo_home: Path, tmp_path: Path) -> Settings:
    """Whoever tries every door in turn would otherwise be turned away for the number of tries alone."""
    home = tmp_path / "home"
    shutil.copytree(demo_home, home)
    return Settings(home=home, rate_limits=UNHURRIED)


@pytest.fixture
async def world(settings: Settings) -> AsyncIterator[Bearers]:
    async with open_bearers(settings) as world:
        yield world


@pytest.fixture
def world_with(settings: Settings) -> Callable[..., AbstractAsyncContextManager[Bearers]]:
    """A world whose server has some settings changed."""
    return lambda **changed: open_bearers(replace(settings, **changed))
