"""A real PostgreSQL cluster, started from the installed binaries on a private port of loopback.

Each worker of a run starts its own when the first test asks, and ends it with the session. It also ends if
the worker is killed. Where the binaries are not installed, the tests that need them are skipped and say so.
"""

import os
import secrets
import shutil
import signal
import subprocess
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import URL, create_engine, text

from server_stub.cli.demo_data import load_demo_data
from server_stub.clock import SystemClock, TimeOrderedIds
from server_stub.store.database import Database, sqlalchemy_url
from server_stub.store.migrations import migrate
from tests.kit.cheap_hashes import make_demo_people_cheap
from tests.kit.processes import dying_with_us, end, free_port, wait_until_ready

OWNER_ROLE = "evertill_owner"
SERVER_ROLE = "evertill_server"


@dataclass(frozen=True)
class FreshDatabase:
    """A database of a test's own, migrated, and the URLs of those who may use it."""

    name: str
    owner_url: str
    """The schema's owner: migrates, and is held by row-level security like everybody."""
    server_url: str
    superuser_url: str
    """Sees everything: what the database itself says."""

    def rows(self, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """What the database itself says, of all tenants."""
        engine = create_engine(sqlalchemy_url(self.superuser_url))
        try:
            with engine.begin() as connection:
                return [tuple(row) for row in connection.execute(text(statement), parameters)]
        finally:
            engine.dispose()

    def change(self, statement: str, **parameters: Any) -> None:
        """Changes what it holds, of all tenants, without any server."""
        engine = create_engine(sqlalchemy_url(self.superuser_url))
        with engine.begin() as connection:
            connection.execute(text(statement), parameters)
        engine.dispose()


def nothing(_url: str) -> None:
    """Does not change the database."""


def demo_shops(url: str) -> None:
    """Fills a database with the demonstration's shops."""
    database = Database(url, clock=SystemClock(), ids=TimeOrderedIds(), readers=1)
    load_demo_data(database)
    make_demo_people_cheap(database)
    database.close()


class Postgres:
    """A PostgreSQL cluster with durable commits, as production has them."""

    def __init__(self, binaries: Path, home: Path) -> None:
        self._binaries = binaries
        self._home = home
        self._data = home / "data"
        self._password = secrets.token_hex(16)
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self._initialise()
        self.start()
        self._create_roles()
        self._template = cache(self._make_template)

    def start(self) -> None:
        """Returns once it takes connections."""
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self._home,
            "max_connections": 60,
            "shared_buffers": "32MB",
        }
        told = [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]
        with (self._home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*_as_postgres("QUIT"), self._binaries / "postgres", "-D", self._data, *told],
                stdout=log,
                stderr=log,
            )
        wait_until_ready(self._answers, self._process, self._home / "log")

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """SIGQUIT stops it at once, and the next start recovers as from a crash; SIGINT is a clean end."""
        end(self._process, how)
        self._process = None

    def fresh_database(self, fill: Callable[[str], None] = nothing) -> FreshDatabase:
        """A new database with the newest schema, and what `fill` puts in under the server's URL.

        `fill` runs once for all databases that are filled by it.
        """
        name = f"evertill_{uuid.uuid4().hex[:12]}"
        self._command(f"CREATE DATABASE {name} OWNER {OWNER_ROLE} TEMPLATE {self._template(fill)}")
        return self._urls(name)

    def empty_database(self) -> FreshDatabase:
        """A new database without a schema."""
        name = f"evertill_{uuid.uuid4().hex[:12]}"
        self._command(f"CREATE DATABASE {name} OWNER {OWNER_ROLE} TEMPLATE template0")
        return self._urls(name)

    def copy(self, source: FreshDatabase, target: FreshDatabase, file: Path) -> None:
        """A backup of one database, restored into another that is empty."""
        dump, restore = self._program("pg_dump"), self._program("pg_restore")
        subprocess.run([dump, "--format=custom", f"--file={file}", source.superuser_url], check=True)
        subprocess.run([restore, f"--dbname={target.superuser_url}", file], check=True)

    def _program(self, name: str) -> str:
        beside = self._binaries / name
        found = str(beside) if beside.exists() else shutil.which(name)
        return found or pytest.skip(f"{name} is not installed here")

    def drop(self, database: FreshDatabase) -> None:
        self._command(f"DROP DATABASE {database.name} WITH (FORCE)")

    def _make_template(self, fill: Callable[[str], None]) -> str:
        made = self.empty_database()
        migrate(made.owner_url, server_role=SERVER_ROLE)
        fill(made.server_url)
        return made.name

    def _urls(self, name: str) -> FreshDatabase:
        def url(role: str) -> str:
            return URL.create(
                "postgresql", role, self._password, "127.0.0.1", self.port, name
            ).render_as_string(hide_password=False)

        return FreshDatabase(name, url(OWNER_ROLE), url(SERVER_ROLE), url("postgres"))

    def _initialise(self) -> None:
        password_file = self._home / "password"
        password_file.write_text(self._password)
        if os.geteuid() == 0:
            for path in (self._home, password_file):
                shutil.chown(path, "postgres", "postgres")
        subprocess.run(
            [
                *_as_postgres("QUIT"),
                self._binaries / "initdb",
                f"--pgdata={self._data}",
                "--username=postgres",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                # Tests shall meet an order of text that is not Python's.
                "--locale-provider=icu",
                "--icu-locale=en-GB",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
            check=True,
            capture_output=True,
        )

    def _create_roles(self) -> None:
        for role in (OWNER_ROLE, SERVER_ROLE):
            self._command(f"CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '{self._password}'")

    def _command(self, statement: str) -> None:
        with psycopg.connect(self._urls("postgres").superuser_url, autocommit=True) as connection:
            connection.execute(statement.encode())

    def _answers(self) -> bool:
        try:
            self._command("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


def postgres_binaries() -> Path | None:
    """Debian does not put them on the PATH: they are in a folder for each version."""
    on_path = shutil.which("postgres")
    if on_path is not None and shutil.which("initdb") is not None:
        return Path(on_path).parent
    versions = [
        folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "initdb").exists()
    ]
    return max(versions, key=lambda folder: float(folder.parent.name), default=None)


def _as_postgres(dying_by: str) -> list[str]:
    """PostgreSQL refuses to be run by root."""
    if os.geteuid() != 0:
        return dying_with_us(dying_by)
    user = ["--reuid=postgres", "--regid=postgres", "--clear-groups"]
    return ["setpriv", *user, "--pdeathsig", dying_by]
