"""PostgreSQL and Redis for tests: real ones, started from installed binaries on private ports of loopback.

Each worker of a run starts its own when the first test asks, and ends them with the session. They also end if
the worker is killed. Where the binaries are not installed, the tests that need them are skipped and say so.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from sqlalchemy import URL, create_engine, text

from server_stub.cli.demo_data import load_demo_data
from server_stub.clock import SystemClock, TimeOrderedIds
from server_stub.store.database import Database, sqlalchemy_url
from server_stub.store.migrations import migrate

OWNER_ROLE = "evertill_owner"
SERVER_ROLE = "evertill_server"
_READY_S_MAX = 30.0


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


def nothing(_url: str) -> None:
    """Leaves a database as it is."""


def demo_shops(url: str) -> None:
    """Fills a database with the demonstration's shops."""
    database = Database(url, clock=SystemClock(), ids=TimeOrderedIds(), readers=1)
    load_demo_data(database)
    database.close()


class Postgres:
    """A PostgreSQL cluster with durable commits, as production has them."""

    def __init__(self, binaries: Path, home: Path) -> None:
        self._binaries = binaries
        self._home = home
        self._data = home / "data"
        self._password = secrets.token_hex(16)
        self._process: subprocess.Popen[bytes] | None = None
        self.port = _free_port()
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
        _wait_until(self._answers, self._process, self._home / "log")

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """SIGQUIT stops it at once, and the next start recovers as from a crash; SIGINT is a clean end."""
        _end(self._process, how)
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


class Redis:
    """A Redis without persistence: it forgets everything when it is restarted."""

    def __init__(self, binary: str, home: Path) -> None:
        self._binary = binary
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None
        self.port = _free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        with (self._home / "redis-log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *dying_with_us("KILL"),
                    self._binary,
                    *("--port", str(self.port), "--bind", "127.0.0.1"),
                    *("--save", "", "--appendonly", "no", "--dir", str(self._home)),
                ],
                stdout=log,
                stderr=log,
            )
        _wait_until(self._answers, self._process, self._home / "redis-log")

    def stop(self) -> None:
        _end(self._process, signal.SIGKILL)
        self._process = None

    def forget(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def _answers(self) -> bool:
        with redis.Redis.from_url(self.url) as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    binaries = _postgres_binaries()
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
def fresh_database(postgres: Postgres) -> Iterator[Callable[..., FreshDatabase]]:
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


def _postgres_binaries() -> Path | None:
    """Debian keeps them off the PATH, a folder for each version."""
    on_path = shutil.which("postgres")
    if on_path is not None and shutil.which("initdb") is not None:
        return Path(on_path).parent
    versions = [
        folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "initdb").exists()
    ]
    return max(versions, key=lambda folder: float(folder.parent.name), default=None)


def dying_with_us(by: str) -> list[str]:
    """The parent's death is told by the kernel, where util-linux is there to ask it to."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", by] if setpriv else []


def _as_postgres(dying_by: str) -> list[str]:
    """PostgreSQL refuses to be run by root."""
    if os.geteuid() != 0:
        return dying_with_us(dying_by)
    user = ["--reuid=postgres", "--regid=postgres", "--clear-groups"]
    return ["setpriv", *user, "--pdeathsig", dying_by]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until(answers: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _READY_S_MAX
    while not answers():
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"it does not start:\n{log.read_text()[-4000:]}")
        time.sleep(0.02)


def _end(process: "subprocess.Popen[bytes] | None", how: signal.Signals) -> None:
    if process is None:
        return
    process.send_signal(how)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
