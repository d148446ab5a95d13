"""A real server with the demonstration's two shops, as an attacker and their victim see it."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from server_stub.settings import Settings
from tests.kit.bearers import Bearers, open_bearers
from tests.kit.doors import Doors, built_doors
from tests.kit.fixtures import DatabaseKind
from tests.kit.homes import new_server_home
from tests.kit.postgresql import FreshDatabase
from tests.kit.servers import UNHURRIED

ON_BOTH = {"test_named_tenants", "test_rights", "test_tenants", "test_who_may"}
"""Run on SQLite alone, and on PostgreSQL with row-level security and Redis."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_kind" in metafunc.fixturenames and metafunc.module.__name__.rpartition(".")[2] in ON_BOTH:
        grown = pytest.param("postgresql", marks=[pytest.mark.xdist_group("scale"), pytest.mark.slow])
        metafunc.parametrize("database_kind", ["sqlite", grown], indirect=True)


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> DatabaseKind:
    kind: DatabaseKind = getattr(request, "param", "sqlite")
    return kind


@pytest.fixture
def books(database_kind: DatabaseKind, request: pytest.FixtureRequest) -> FreshDatabase | None:
    """The demonstration's shops in PostgreSQL; None is a SQLite file."""
    if database_kind == "sqlite":
        return None
    found: FreshDatabase = request.getfixturevalue("demo_books")
    return found


@pytest.fixture
def settings(books: FreshDatabase | None, request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Tests that try every endpoint would otherwise exceed the rate limits."""
    home = tmp_path / "home"
    if books is not None:
        redis: str = request.getfixturevalue("redis_url")
        return Settings(home=home, database_url=books.server_url, redis_url=redis, rate_limits=UNHURRIED)
    new_server_home(home)
    return Settings(home=home, rate_limits=UNHURRIED)


@pytest.fixture
async def world(settings: Settings, books: FreshDatabase | None) -> AsyncIterator[Bearers]:
    async with open_bearers(settings, books) as world:
        yield world


@pytest.fixture
def world_with(
    settings: Settings, books: FreshDatabase | None
) -> Callable[..., AbstractAsyncContextManager[Bearers]]:
    """A world whose server has other settings."""
    return lambda **changed: open_bearers(replace(settings, **changed), books)


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[Doors]:
    with built_doors(tmp_path) as doors:
        yield doors
