"""Connections, threads and the unit of work.

All database work runs off the event loop: writes on one thread that owns the one write connection, reads on
a few threads with connections of their own. A unit of work is one transaction of one tenant; it rolls back
unless its work returns. Commits are handed to listeners in commit order.

On PostgreSQL each transaction first sets its tenant, and row-level security hides all other rows.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

import structlog
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Executable,
    Result,
    Table,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from server_stub.clock import Clock, Ids, steady_s
from server_stub.errors import Refusal
from server_stub.store import audit
from server_stub.store.audit import AuditRecord
from server_stub.store.changes import CommittedChange, StreamLog
from sync_agent import private_files
from sync_agent.compiled_sql import sqlite_engine
from sync_agent.contract.codes import ErrorCode

log = structlog.get_logger()

Answer = TypeVar("Answer")

WORK_S_MAX = 70.0
"""Seconds; longer than any statement may take, so exceeding it means that the database is unreachable."""
CHECK_S_MAX = 4.0


@dataclass(frozen=True)
class Announcement:
    """An event for everyone who follows a stream, sent after the changes of the same commit."""

    tenant_id: str
    stream: str
    event: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class Commit:
    """What one transaction committed, for the feed."""

    changes: list[CommittedChange]
    announcements: list[Announcement]
    flagged: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """How many flags were set and how many went away, by (code, `set` or `gone`)."""


class Observer(Protocol):
    """Receives counts and times of database work, on the thread that does it."""

    def transaction_done(
        self,
        kind: Literal["read", "write"],
        outcome: Literal["done", "rolled_back", "unavailable"],
        seconds: float,
    ) -> None: ...

    def query_was_slow(self) -> None: ...


class UnitOfWork:
    """One write transaction of one tenant.

    Rows to insert are staged and written in bulk: before the next statement, and before the commit. So a
    statement always sees what was staged before it.
    """

    def __init__(self, connection: Connection, tenant_id: str, ids: Ids, now_ms: int) -> None:
        self.tenant_id = tenant_id
        self.ids = ids
        self.now_ms = now_ms
        self.streams = StreamLog(connection, tenant_id, ids, now_ms)
        self.announcements: list[Announcement] = []
        self.flagged: Counter[tuple[str, str]] = Counter()
        self._audited: list[AuditRecord] = []
        self._connection = connection
        self._session: Session | None = None
        self._staged: dict[Table, list[dict[str, Any]]] = {}
        self._before_write: list[Callable[[], None]] = []
        self._preparing = False

    def before_write(self, prepare: Callable[[], None]) -> None:
        """Runs `prepare` before every write of staged rows; for code that collects rows in its own form.

        Its statements must not depend on rows that it stages.
        """
        self._before_write.append(prepare)

    def insert(self, table: Table, row: dict[str, Any]) -> None:
        """Stages one row. All rows of one table in one unit of work name the same columns."""
        self._staged.setdefault(table, []).append(row)

    def rows(self, statement: Executable, parameters: dict[str, Any] | None = None) -> Result[Any]:
        """Executes a query."""
        self.write()
        return self._connection.execute(statement, parameters)

    def execute(self, statement: Executable, parameters: list[dict[str, Any]] | None = None) -> None:
        """Executes an update or delete, once for each set of parameters."""
        self.write()
        self._connection.execute(statement, parameters)

    def lock_words(self, words: Iterable[str]) -> None:
        """Waits for whoever writes something under one of these words of the tenant, whatever streams that
        is in. Called once in a transaction, after its streams are locked.

        On SQLite the write transaction itself is the lock.
        """
        if self._connection.dialect.name != "postgresql":
            return
        # In one order, against deadlocks.
        keys = sorted({_lock_key(self.tenant_id, word) for word in words})
        if keys:
            self._connection.execute(_LOCK_WORDS, {"keys": keys})

    @property
    def session(self) -> Session:
        """The session for tables that are SQLModel classes: rows as objects, whose changes are flushed like
        others.

        A statement that changes such rows goes through it too, so that loaded objects are updated.
        """
        self.write()
        if self._session is None:
            self._session = Session(self._connection, expire_on_commit=False)
        return self._session

    @contextmanager
    def in_name_of(self, tenant_id: str) -> Iterator[None]:
        """Within it, rows are read and written for another tenant, in the same transaction: the server's own
        rows (`tables.SERVER`). Streams and audit lines remain the unit's tenant's.
        """
        self.write()
        own, self.tenant_id = self.tenant_id, tenant_id
        _act_for(self._connection, tenant_id)
        yield
        self.write()
        self.tenant_id = own
        _act_for(self._connection, own)

    def announce(self, stream: str, name: str, payload: dict[str, Any]) -> None:
        self.announcements.append(Announcement(self.tenant_id, stream, name, payload))

    def audit(self, record: AuditRecord) -> None:
        """Stages a line of the tenant's audit trail; written last."""
        self._audited.append(record)

    def write(self) -> None:
        """Writes what is staged. A statement inside `prepare` triggers no further write."""
        if self._preparing:
            return
        self._preparing = True
        for prepare in self._before_write:
            prepare()
        self._preparing = False
        staged, self._staged = self._staged, {}
        for table, rows in staged.items():
            self._connection.execute(table.insert(), rows)
        if self._session is not None:
            self._session.flush()
        self.streams.write()

    def finish(self) -> None:
        """Writes all that is still staged; the unit must not be used afterwards."""
        self.write()
        audit.append(self._connection, self.tenant_id, self.now_ms, self._audited)


_LOCK_WORDS = text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")


def _lock_key(tenant_id: str, word: str) -> int:
    """A key of PostgreSQL's advisory locks, which are of the whole database."""
    digest = hashlib.sha256(f"{tenant_id}\n{word}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


class _DryRunAnswer(Exception):
    """Carries the answer of a dry run past the rollback."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer


class Database:
    """`transact` and `consult` work on the caller's thread, `write` and `read` away from the event loop."""

    def __init__(self, url: str, *, clock: Clock, ids: Ids, readers: int) -> None:
        self.clock = clock
        self.ids = ids
        self.engines = _engines(url, readers)
        self._for_writing, self._for_reading = self.engines
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="reader")
        self._listeners: list[Callable[[Commit], None]] = []
        self._observer: Observer | None = None

    def on_commit(self, listener: Callable[[Commit], None]) -> None:
        """`listener` is called on the writer's thread, once for each commit with changes, in commit order."""
        self._listeners.append(listener)

    def observe(self, observer: Observer, slow_query_s: float) -> None:
        """Reports every transaction to `observer`, and every query that takes `slow_query_s` or longer.

        A slow query is logged as its statement, without parameters.
        """
        self._observer = observer
        for engine in self.engines:
            event.listen(engine, "before_cursor_execute", _note_begin)
            event.listen(engine, "after_cursor_execute", partial(_report_if_slow, observer, slow_query_s))

    def transact(self, tenant_id: str, work: Callable[[UnitOfWork], Answer]) -> Answer:
        _must_be_off_the_loop()
        with self._observed("write"), self._for_writing.begin() as connection:
            _act_for(connection, tenant_id)
            unit = UnitOfWork(connection, tenant_id, self.ids, self.clock.now_ms())
            answer = work(unit)
            unit.finish()
        if unit.streams.appended or unit.announcements:
            commit = Commit(unit.streams.appended, unit.announcements, unit.flagged)
            for listener in self._listeners:
                listener(commit)
        return answer

    def transact_dry(self, tenant_id: str, work: Callable[[UnitOfWork], Answer]) -> Answer:
        """What `transact` would answer; the transaction is rolled back and nothing is published."""

        def perform(unit: UnitOfWork) -> None:
            answer = work(unit)
            unit.finish()
            raise _DryRunAnswer(answer)

        try:
            self.transact(tenant_id, perform)
        except _DryRunAnswer as dry:
            return dry.answer  # type: ignore[no-any-return]
        raise AssertionError("a rehearsal always rolls back")

    def consult(self, tenant_id: str, question: Callable[[Connection], Answer]) -> Answer:
        """Reads in one transaction, so that all queries see one snapshot."""
        _must_be_off_the_loop()
        with self._observed("read"), self._for_reading.begin() as connection:
            _act_for(connection, tenant_id)
            return question(connection)

    async def write(self, tenant_id: str, work: Callable[[UnitOfWork], Answer]) -> Answer:
        return await self._on(self._writer, partial(self.transact, tenant_id, work))

    async def dry_run(self, tenant_id: str, work: Callable[[UnitOfWork], Answer]) -> Answer:
        """`transact_dry` on the writer's thread."""
        return await self._on(self._writer, partial(self.transact_dry, tenant_id, work))

    async def read(self, tenant_id: str, question: Callable[[Connection], Answer]) -> Answer:
        return await self._on(self._readers, partial(self.consult, tenant_id, question))

    async def compute(self, work: Callable[[], Answer]) -> Answer:
        """Runs something slow that needs no database (hashing a password) on a reader's thread."""
        return await self._on(self._readers, work)

    async def check(self) -> None:
        """Raises Refusal (`unavailable`) if the database does not answer."""
        ask = partial(self.consult, "", lambda connection: connection.execute(text("SELECT 1")).scalar_one())
        await self._on(self._readers, ask, CHECK_S_MAX)

    def close(self) -> None:
        """Waits for running work, then closes all connections."""
        self._writer.shutdown()
        self._readers.shutdown()
        self._for_writing.dispose()
        self._for_reading.dispose()

    @contextmanager
    def _observed(self, kind: Literal["read", "write"]) -> Iterator[None]:
        if self._observer is None:
            with _or_unavailable():
                yield
            return
        began_s = steady_s()
        outcome: Literal["done", "rolled_back", "unavailable"] = "rolled_back"
        try:
            with _or_unavailable():
                yield
            outcome = "done"
        except Refusal as refusal:
            if refusal.code is ErrorCode.UNAVAILABLE:
                outcome = "unavailable"
            raise
        finally:
            self._observer.transaction_done(kind, outcome, steady_s() - began_s)

    async def _on(
        self, threads: ThreadPoolExecutor, work: Callable[[], Answer], within_s: float | None = None
    ) -> Answer:
        """Work that has not started by the timeout is cancelled; what has started runs on, its result
        discarded.
        """
        doing = asyncio.get_running_loop().run_in_executor(threads, work)
        try:
            async with asyncio.timeout(WORK_S_MAX if within_s is None else within_s):
                return await doing
        except TimeoutError as error:
            log.warning("database.silent")
            raise _unavailable() from error


def sqlalchemy_url(given: str) -> URL:
    """The URL with the driver that this server installs: a plain `postgresql://` gets psycopg's."""
    url = make_url(given)
    return url.set(drivername="postgresql+psycopg") if url.drivername in _POSTGRESQL else url


def engine_for(url: str, *, connections: int, read_only: bool = False) -> Engine:
    """An engine with the server's connection settings."""
    parsed = sqlalchemy_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and not parsed.database.startswith((":memory:", "file:")):
            private_files.prepare_database(Path(parsed.database))
        engine = sqlite_engine(
            parsed.database or "",
            {name: str(value) for name, value in parsed.query.items()},
            pool_size=connections,
            max_overflow=0,
            hide_parameters=True,
        )
        event.listen(engine, "connect", partial(_set_up_sqlite, read_only=read_only))
        event.listen(engine, "begin", partial(_begin_sqlite, "BEGIN" if read_only else "BEGIN IMMEDIATE"))
        return engine
    return create_engine(
        parsed,
        pool_size=connections,
        max_overflow=0,
        # What a shop sold must not appear in an error's text, and so in a log.
        hide_parameters=True,
        # The database may have been restarted since the last use; the check costs a round trip and saves a
        # request.
        pool_pre_ping=True,
        # Readers need one snapshot for all queries; a writer takes locks first and then must see the newest
        # rows.
        isolation_level="REPEATABLE READ" if read_only else "READ COMMITTED",
        execution_options={"postgresql_readonly": read_only},
        # Timeouts for everything: another's lock, a bad plan, an unreachable peer.
        connect_args={
            "connect_timeout": 5,
            "options": "-c lock_timeout=10s -c statement_timeout=60s"
            " -c idle_in_transaction_session_timeout=60s",
            "keepalives_idle": 15,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            # Keepalives are sent only on an idle connection.
            "tcp_user_timeout": 15_000,
        },
    )


_POSTGRESQL = ("postgresql", "postgres")


def _engines(url: str, readers: int) -> tuple[Engine, Engine]:
    return engine_for(url, connections=1), engine_for(url, connections=readers, read_only=True)


def _must_be_off_the_loop() -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise AssertionError("database work would hold up the event loop; use `write` and `read`")


def _act_for(connection: Connection, tenant_id: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(_SET_TENANT, {"tenant_id": tenant_id})


def name_code(connection: Connection, code_hash: str) -> None:
    """Lets the transaction see the row of the one-time code of this hash, whosever it is."""
    if connection.dialect.name == "postgresql":
        connection.execute(_SET_CODE_HASH, {"code_hash": code_hash})


_SET_CODE_HASH = text("SELECT set_config('evertill.code_hash', :code_hash, true)")
_SET_TENANT = text("SELECT set_config('evertill.tenant', :tenant_id, true)")


@contextmanager
def _or_unavailable() -> Iterator[None]:
    """Turns transient failures (a full disk, a lost connection) into Refusal `unavailable`, to be retried."""
    try:
        yield
    except (OperationalError, PoolTimeout) as error:
        # The driver's message: SQLAlchemy's would put the statement's parameters into the log.
        log.warning("database.unavailable", error=str(getattr(error, "orig", None) or error).strip())
        raise _unavailable() from error


def _unavailable() -> Refusal:
    return Refusal(
        ErrorCode.UNAVAILABLE, "the server's database cannot be reached just now", retry_after_ms=1000
    )


_STATEMENT_LOGGED_MAX = 500


def _note_begin(
    connection: Connection, _cursor: Any, _statement: str, _parameters: Any, _context: Any, _many: bool
) -> None:
    connection.info["query_began_s"] = steady_s()


def _report_if_slow(
    observer: Observer,
    slow_s: float,
    connection: Connection,
    _cursor: Any,
    statement: str,
    _parameters: Any,
    _context: Any,
    _many: bool,
) -> None:
    seconds = steady_s() - connection.info["query_began_s"]
    if seconds < slow_s:
        return
    observer.query_was_slow()
    text_only = " ".join(statement.split())[:_STATEMENT_LOGGED_MAX]
    log.warning("query.slow", ms=round(seconds * 1000), statement=text_only)


def _set_up_sqlite(connection: Any, _record: object, *, read_only: bool) -> None:
    # The driver would begin transactions late and deferred, where a write cannot wait for the lock.
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout = 10000")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")  # macOS alone: there, an fsync stops at the drive's own cache
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA query_only = {int(read_only)}")


def _begin_sqlite(statement: str, connection: Connection) -> None:
    connection.exec_driver_sql(statement)
