"""Fixtures for every folder: a test's own databases and Redis, and a server over them.

A folder whose server uses PostgreSQL overrides `database_kind`.
"""

import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, Protocol

import pytest

from server_stub.clock import Clock
from server_stub.settings import Settings
from server_stub.store.migrations import migrate
from tests.kit.homes import new_server_home
from tests.kit.paths import DATA
from tests.kit.postgresql import FreshDatabase, Postgres, demo_shops, nothing, postgres_binaries
from tests.kit.redis_server import Redis
from tests.kit.rules import Rules, create_bare_tenant, rules_on, rules_on_postgresql
from tests.kit.servers import ShopServer, open_shop

DatabaseKind = Literal["sqlite", "postgresql"]
FreshRules = Callable[[], AbstractContextManager[Rules]]


class OpenWith(Protocol):
    """Opens the demonstration's shop with some settings changed."""

    def __call__(
        self, clock: Clock | None = None, **changed: Any
    ) -> AbstractAsyncContextManager[ShopServer]: ...


class MakeDatabase(Protocol):
    """A migrated database, with what `fill` puts in under the server's URL."""

    def __call__(self, fill: Callable[[str], None] = nothing) -> FreshDatabase: ...


@pytest.fixture
def data_dir() -> Path:
    """The folder of real data; without it the test is skipped, with that reason."""
    if not DATA.is_dir():
        pytest.skip(f"no real data at {DATA} (set EVERTILL_DATA_DIR)")
    return DATA


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    binaries = postgres_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed here (on Debian: apt-get install postgresql)")
    # Not below pytest's own folders: another user than ours has to reach it.
    home = Path(tempfile.mkdtemp(prefix="evertill-postgres-"))
    cluster = Postgres(binaries, home)
    try:
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def fresh_database(postgres: Postgres) -> Iterator[MakeDatabase]:
    """Makes databases for one test, as `Postgres.fresh_database` does, and drops them after it."""
    made: list[FreshDatabase] = []

    def make(fill: Callable[[str], None] = nothing) -> FreshDatabase:
        made.append(postgres.fresh_database(fill))
        return made[-1]

    yield make
    for database in made:
        postgres.drop(database)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.skip("Redis is not installed here (on Debian: apt-get install redis-server)")
    server = Redis(binary, tmp_path_factory.mktemp("redis"))
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def redis_url(redis_server: Redis) -> str:
    """A Redis with nothing in it."""
    redis_server.forget()
    return redis_server.url


# --- a server of the demonstration's shops, and its rules without the wire -------------------------------


@pytest.fixture
def database_kind() -> DatabaseKind:
    """The database of the server under test."""
    return "sqlite"


@pytest.fixture
def demo_books(fresh_database: MakeDatabase) -> FreshDatabase:
    """A PostgreSQL database of the test's own with the demonstration's data."""
    return fresh_database(demo_shops)


@pytest.fixture
def settings(database_kind: DatabaseKind, request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """A home of the test's own with the demonstration's data in it."""
    home = tmp_path / "home"
    if database_kind == "postgresql":
        database: FreshDatabase = request.getfixturevalue("demo_books")
        return Settings(home=home, database_url=database.server_url)
    new_server_home(home)
    return Settings(home=home)


@pytest.fixture
def open_with(database_kind: DatabaseKind, settings: Settings, request: pytest.FixtureRequest) -> OpenWith:
    books: FreshDatabase | None = None
    if database_kind == "postgresql":
        books = request.getfixturevalue("demo_books")
    return lambda clock=None, **changed: open_shop(replace(settings, **changed), clock, books=books)


@pytest.fixture
async def shop(open_with: OpenWith) -> AsyncIterator[ShopServer]:
    async with open_with() as shop:
        yield shop


@pytest.fixture(scope="session")
def bare_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database with one tenant and nothing sold, to copy."""
    path = tmp_path_factory.mktemp("bare") / "server.sqlite3"
    url = f"sqlite:///{path}"
    migrate(url)
    create_bare_tenant(url)
    return path


@pytest.fixture(scope="session")
def fresh_rules(bare_home: Path, tmp_path_factory: pytest.TempPathFactory) -> FreshRules:
    """As many separate SQLite databases as a test needs, each opened with `with`."""
    home = tmp_path_factory.mktemp("fresh")
    return lambda: rules_on(bare_home, home / f"{uuid.uuid4()}.sqlite3")


@pytest.fixture
def rules(database_kind: DatabaseKind, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rules]:
    if database_kind == "postgresql":
        opened = rules_on_postgresql(request.getfixturevalue("postgres"))
    else:
        opened = rules_on(request.getfixturevalue("bare_home"), tmp_path / "rules.sqlite3")
    with opened as rules:
        yield rules
