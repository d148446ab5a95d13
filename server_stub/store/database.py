"""Connections, threads and the unit of work.

All database work happens off the event loop: writes on one thread, which owns the one write connection, reads
on a few threads with connections of their own. A unit of work is one transaction of one tenant; it rolls back
unless its work returns, and what it committed is handed on in commit order.

On PostgreSQL each transaction says first whose it is, and row-level security shows it no other rows.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
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
from sync_agent.contract.codes import ErrorCode

log = structlog.get_logger()

Answer = TypeVar("Answer")

WORK_S_MAX = 70.0
"""Longer than any statement may take: whoever waits longer waits for a database that has gone silent."""
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
    """What one transaction brought, for the feed."""

    changes: list[CommittedChange]
    announcements: list[Announcement]


class Observer(Protocol):
    """Whoever counts and times what the database does; called on the thread that does it."""

    def transaction_done(
        self,
        kind: Literal["read", "write"],
        outcome: Literal["done", "rolled_back", "unavailable"],
        seconds: float,
    ) -> None: ...

    def query_was_slow(self) -> None: ...


class UnitOfWork:
    """One write transaction of one tenant.

    Rows to insert are gathered and written many at a time: before the next statement, and before the commit.
    So a statement always sees what was staged before it.
    """

    def __init__(self, connection: Connection, tenant_id: str, ids: Ids, now_ms: int) -> None:
        self.tenant_id = tenant_id
        self.ids = ids
        self.now_ms = now_ms
        self.streams = StreamLog(connection, tenant_id, ids, now_ms)
        self.announcements: list[Announcement] = []
        self._audited: list[AuditRecord] = []
        self._connection = connection
        self._session: Session | None = None
        self._staged: dict[Table, list[dict[str, Any]]] = {}
        self._before_write: list[Callable[[], None]] = []
        self._preparing = False

    def before_write(self, prepare: Callable[[], None]) -> None:
        """Runs `prepare` ahead of every write of staged rows; for whoever collects rows in a form of its own.

        Its own statements must not depend on rows that it stages.
        """
        self._before_write.append(prepare)

    def insert(self, table: Table, row: dict[str, Any]) -> None:
        """Stages one row. All rows of one table in one unit of work name the same columns."""
        self._staged.setdefault(table, []).append(row)

    def rows(self, statement: Executable, parameters: dict[str, Any] | None = None) -> Result[Any]:
        """What a query finds."""
        self.write()
        return self._connection.execute(statement, parameters)

    def execute(self, statement: Executable, parameters: list[dict[str, Any]] | None = None) -> None:
        """An update or delete, once for each of the parameters."""
        self.write()
        self._connection.execute(statement, parameters)

    @property
    def session(self) -> Session:
        """For tables that are SQLModel classes: their rows as objects, whose changes are written like others.

        A statement that changes such rows goes through it too, so that objects in hand change with them.
        """
        self.write()
        if self._session is None:
            self._session = Session(self._connection, expire_on_commit=False)
        return self._session

    def announce(self, stream: str, name: str, payload: dict[str, Any]) -> None:
        self.announcements.append(Announcement(self.tenant_id, stream, name, payload))

    def audit(self, record: AuditRecord) -> None:
        """Keeps a line for the tenant's audit trail; it is written last of all."""
        self._audited.append(record)

    def write(self) -> None:
        """Writes what is staged. A statement within a preparation writes nothing else first."""
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
        """Writes all that is still staged; the transaction is over after this."""
        self.write()
        audit.append(self._connection, self.tenant_id, self.now_ms, self._audited)


class _DryRunAnswer(Exception):
    """Carries the answer of a rehearsal past the rollback."""

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
        """From now on `observer` hears of every transaction, and of each query that took that long.

        A slow query is logged as it is written in the program: without what was asked for.
        """
        self._observer = observer
        for engine in self.engines:
            event.listen(engine, "before_cursor_execute", _note_begin)
            event.listen(engine, "after_cursor_execute", partial(_tell_if_slow, observer, slow_query_s))

    def transact(self, tenant_id: str, work: Callable[[UnitOfWork], Answer]) -> Answer:
        _must_be_off_the_loop()
        with self._observed("write"), self._for_writing.begin() as connection:
            _act_for(connection, tenant_id)
            unit = UnitOfWork(connection, tenant_id, self.ids, self.clock.now_ms())
            answer = work(unit)
            unit.finish()
        if unit.streams.appended or unit.announcements:
            commit = Commit(unit.streams.appended, unit.announcements)
            for listener in self._listeners:
                listener(commit)
        return answer

    def transact_dry(self, tenant_id: str, work: Callable[[UnitOfWork], Answer]) -> Answer:
        """What `transact` would answer; nothing of it is kept or given."""

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
        """Reads in one transaction, so that all of it is from one moment."""
        _must_be_off_the_loop()
        with self._observed("read"), self._for_reading.begin() as connection:
            _act_for(connection, tenant_id)
            return question(connection)

    async def write(self, tenant_id: str, work: Callable[[UnitOfWork], Answer]) -> Answer:
        return await self._on(self._writer, partial(self.transact, tenant_id, work))

    async def dry_run(self, tenant_id: str, work: Callable[[UnitOfWork], Answer]) -> Answer:
        """A rehearsal, on the writer's thread."""
        return await self._on(self._writer, partial(self.transact_dry, tenant_id, work))

    async def read(self, tenant_id: str, question: Callable[[Connection], Answer]) -> Answer:
        return await self._on(self._readers, partial(self.consult, tenant_id, question))

    async def compute(self, work: Callable[[], Answer]) -> Answer:
        """Something slow that needs no database (a password's hash), on a reader's thread."""
        return await self._on(self._readers, work)

    async def check(self) -> None:
        """Refuses with `unavailable` if the database does not answer."""
        ask = partial(self.consult, "", lambda connection: connection.execute(text("SELECT 1")).scalar_one())
        await self._on(self._readers, ask, CHECK_S_MAX)

    def close(self) -> None:
        """Waits for work that has begun."""
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
        """Work that has not begun by then is not done any more; what has begun goes on, and nobody hears."""
        doing = asyncio.get_running_loop().run_in_executor(threads, work)
        try:
            async with asyncio.timeout(WORK_S_MAX if within_s is None else within_s):
                return await doing
        except TimeoutError as error:
            log.warning("database.silent")
            raise _unavailable() from error


def sqlalchemy_url(given: str) -> URL:
    """The URL with the driver that this server brings: a plain `postgresql://` is taken for psycopg's."""
    url = make_url(given)
    return url.set(drivername="postgresql+psycopg") if url.drivername in _POSTGRESQL else url


def engine_for(url: str, *, connections: int, read_only: bool = False) -> Engine:
    """An engine whose connections are set up as the server needs them."""
    parsed = sqlalchemy_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, pool_size=connections, max_overflow=0, hide_parameters=True)
        event.listen(engine, "connect", partial(_set_up_sqlite, read_only=read_only))
        event.listen(engine, "begin", partial(_begin_sqlite, "BEGIN" if read_only else "BEGIN IMMEDIATE"))
        return engine
    return create_engine(
        parsed,
        pool_size=connections,
        max_overflow=0,
        # What a shop sold stands in no error's text, and so in no log.
        hide_parameters=True,
        # The database may have been restarted since the last use; that costs a round trip and no request.
        pool_pre_ping=True,
        # A reader's questions are all about one moment; a writer locks first and then sees what is newest.
        isolation_level="REPEATABLE READ" if read_only else "READ COMMITTED",
        execution_options={"postgresql_readonly": read_only},
        # Nobody waits for ever: not for another's lock, a lost plan, or a peer that has gone silent.
        connect_args={
            "connect_timeout": 5,
            "options": "-c lock_timeout=10s -c statement_timeout=60s"
            " -c idle_in_transaction_session_timeout=60s",
            "keepalives_idle": 15,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            # Keepalives ask only while nothing is under way.
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
        connection.execute(_SAY_WHOSE, {"tenant_id": tenant_id})


_SAY_WHOSE = text("SELECT set_config('evertill.tenant', :tenant_id, true)")


@contextmanager
def _or_unavailable() -> Iterator[None]:
    """Trouble of the database's surroundings (a full disk, a lost connection) passes: try again later."""
    try:
        yield
    except (OperationalError, PoolTimeout) as error:
        # The driver's own words: SQLAlchemy's would carry the statement's parameters into the log.
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


def _tell_if_slow(
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
    # The driver would begin transactions late and deferred, where a write cannot wait for its turn.
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout = 10000")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")  # macOS alone: there, an fsync stops at the drive's own cache
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA query_only = {int(read_only)}")


def _begin_sqlite(statement: str, connection: Connection) -> None:
    connection.exec_driver_sql(statement)
