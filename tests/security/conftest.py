"""A real server with the demonstration's two shops, as an attacker and their victim see it."""

import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server_stub.settings import RateLimits, Settings
from tests.security.world import World, open_world
from tests.server.conftest import bare_home, demo_home, rules  # noqa: F401 - the fixtures

UNHURRIED = RateLimits(
    events_per_s=10_000,
    events_burst=100_000,
    uploads_per_s=10_000,
    uploads_burst=100_000,
    tenant_per_s=10_000,
    tenant_burst=100_000,
    logins_per_account_a_minute=1000,
    logins_per_address_a_minute=1000,
    refreshes_per_s=10_000,
    refreshes_burst=100_000,
)
"""Whoever tries every door in turn would otherwise be turned away for the number of tries alone."""


@pytest.fixture
def settings(demo_home: Path, tmp_path: Path) -> Settings:  # noqa: F811
    home = tmp_path / "home"
    shutil.copytree(demo_home, home)
    return Settings(home=home, rate_limits=UNHURRIED)


@pytest.fixture
async def world(settings: Settings) -> AsyncIterator[World]:
    async with open_world(settings) as world:
        yield world


@pytest.fixture
def world_with(settings: Settings) -> Callable[..., Any]:
    """A world whose server has some settings changed."""
    return lambda **changed: open_world(replace(settings, **changed))
