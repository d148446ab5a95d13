"""A real server on a free port with a real SQLite file, and its rules without the wire."""

import shutil
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server_stub.run import prepare
from server_stub.settings import Settings
from server_stub.store.migrations import migrate
from tests.server.rules import Rules, create_bare_tenant, rules_on
from tests.server.shop import Shop, open_shop


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("demo") / "home"
    prepare(Settings(home=home), demo_data=True)
    return home


@pytest.fixture
def settings(demo_home: Path, tmp_path: Path) -> Settings:
    """A home of the test's own with the demonstration data in it."""
    home = tmp_path / "home"
    shutil.copytree(demo_home, home)
    return Settings(home=home)


@pytest.fixture
async def shop(settings: Settings) -> AsyncIterator[Shop]:
    async with open_shop(settings) as shop:
        yield shop


@pytest.fixture
def open_with(settings: Settings) -> Callable[..., Any]:
    """A shop with some settings changed."""
    return lambda **changed: open_shop(replace(settings, **changed))


@pytest.fixture(scope="session")
def bare_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database with one tenant and nothing sold."""
    path = tmp_path_factory.mktemp("bare") / "server.sqlite3"
    url = f"sqlite:///{path}"
    migrate(url)
    create_bare_tenant(url)
    return path


@pytest.fixture
def rules(bare_home: Path, tmp_path: Path) -> Iterator[Rules]:
    with rules_on(bare_home, tmp_path / "rules.sqlite3") as rules:
        yield rules


@pytest.fixture(scope="session")
def fresh_rules(bare_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Any]:
    """As many separate databases as a test needs, each opened with `with`."""
    home = tmp_path_factory.mktemp("fresh")
    return lambda: rules_on(bare_home, home / f"{uuid.uuid4()}.sqlite3")
