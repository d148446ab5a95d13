"""The fixtures of tests/server once more, on PostgreSQL: the same stories are told of both databases."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
)
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server_stub.clock import TimeOrderedIds
from server_stub.settings import Settings
from server_stub.store.database import Database
from tests.server.rules import MovableClock, Rules, create_bare_tenant
from tests.server.shop import Shop, open_shop
from tests.services import FreshDatabase, Postgres, demo_shops


@pytest.fixture
def demo_books(fresh_database: Callable[..., FreshDatabase]) -> FreshDatabase:
    """A database of the test's own with the demonstration's shops in it."""
    return fresh_database(demo_shops)


@pytest.fixture
def settings(demo_books: FreshDatabase, tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", database_url=demo_books.server_url)


class PostgresShop(Shop):
    """A shop whose books are PostgreSQL's."""

    books: FreshDatabase

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.books.rows(query)


@pytest.fixture
def open_with(
    settings: Settings, demo_books: FreshDatabase
) -> Callable[..., AbstractAsyncContextManager[Shop]]:
    """A shop with some settings changed."""

    @asynccontextmanager
    async def opened(**changed: Any) -> AsyncIterator[Shop]:
        async with open_shop(replace(settings, **changed)) as opened:
            shop = PostgresShop(opened.url, opened.home, opened.http, opened.sockets)
            shop.books = demo_books
            yield shop

    return opened


@pytest.fixture
async def shop(open_with: Callable[..., AbstractAsyncContextManager[Shop]]) -> AsyncIterator[Shop]:
    async with open_with() as shop:
        yield shop


@pytest.fixture(scope="session")
def fresh_rules(postgres: Postgres) -> Callable[[], AbstractContextManager[Rules]]:
    """As many separate databases as a test needs, each opened with `with`."""

    @contextmanager
    def opened() -> Iterator[Rules]:
        books = postgres.fresh_database(create_bare_tenant)
        clock = MovableClock()
        database = Database(books.server_url, clock=clock, ids=TimeOrderedIds(), readers=1)
        try:
            yield Rules(database, clock)
        finally:
            database.close()
            postgres.drop(books)

    return opened


@pytest.fixture
def rules(fresh_rules: Callable[[], AbstractContextManager[Rules]]) -> Iterator[Rules]:
    with fresh_rules() as rules:
        yield rules
