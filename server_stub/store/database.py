"""Connections, threads and the unit of work.

All database work happens off the event loop: writes on one thread, which owns the one write connection, reads
on a few threads with connections of their own. A unit of work is one transaction of one tenant; it rolls back
unless its work returns, and what it committed is handed on in commit order.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, Engine, Executable, Result, Table, create_engine, event, make_url
from sqlalchemy.exc import OperationalError

from server_stub.clock import Clock, Ids
from server_stub.errors import Refusal
from server_stub.store.changes import CommittedChange, StreamLog
from sync_agent.contract.codes import ErrorCode

log = structlog.get_logger()

Answer = TypeVar("Answer")


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


class UnitOfWork:
    """One write transaction of one tenant.

    Rows to insert are gathered and written many at a time: before the next `rows`, and before the commit. So
    a query always sees what was staged before it.
    """

    def __init__(self, connection: Connection, tenant_id: str, ids: Ids, now_ms: int) -> None:
        self.tenant_id = tenant_id
        self.ids = ids
        self.now_ms = now_ms
        self.streams = StreamLog(connection, tenant_id, ids, now_ms)
        self.announcements: list[Announcement] = []
        self._connection = connection
        self._staged: dict[Table, list[dict[str, Any]]] = {}
        self._before_write: list[Callable[[], None]] = []

    def before_write(self, prepare: Callable[[], None]) -> None:
        """Runs `prepare` ahead of every write of staged rows; for whoever keeps state to be written."""
        self._before_write.append(prepare)

    def insert(self, table: Table, row: dict[str, Any]) -> None:
        """Stages one row. All rows of one table in one unit of work name the same columns."""
        self._staged.setdefault(table, []).append(row)

    def rows(self, statement: Executable, parameters: dict[str, Any] | None = None) -> Result[Any]:
        self.write()
        return self._connection.execute(statement, parameters)

    def execute(self, statement: Executable, parameters: list[dict[str, Any]] | None = None) -> None:
        """An update or delete at once. It does not write what is staged, and must not depend on it."""
        self._connection.execute(statement, parameters)

    def announce(self, stream: str, name: str, payload: dict[str, Any]) -> None:
        self.announcements.append(Announcement(self.tenant_id, stream, name, payload))

    def write(self) -> None:
        for prepare in self._before_write:
            prepare()
        staged, self._staged = self._staged, {}
        for table, rows in staged.items():
            self._connection.execute(table.insert(), rows)
        self.streams.write()


class Database:
    """`transact` and `consult` work on the caller's thread, `write` and `read` away from the event loop."""

    def __init__(self, url: str, *, clock: Clock, ids: Ids, readers: int) -> None:
        self.clock = clock
        self.ids = ids
        self._for_writing, self._for_reading = _engines(url, readers)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="reader")
        self._listener: Callable[[Commit], None] | None = None

    def on_commit(self, listener: Callable[[Commit], None]) -> None:
        """`listener` is called on the writer's thread, once for each commit with changes, in commit order."""
        self._listener = listener

    def transact(self, tenant_id: str, work: Callable[[UnitOfWork], Answer]) -> Answer:
        with _or_unavailable(), self._for_writing.begin() as connection:
            unit = UnitOfWork(connection, tenant_id, self.ids, self.clock.now_ms())
            answer = work(unit)
            unit.write()
        if self._listener is not None and (unit.streams.appended or unit.announcements):
            self._listener(Commit(unit.streams.appended, unit.announcements))
        return answer

    def consult(self, question: Callable[[Connection], Answer]) -> Answer:
        """Reads in one transaction, so that all of it is from one moment."""
        with _or_unavailable(), self._for_reading.begin() as connection:
            return question(connection)

    async def write(self, tenant_id: str, work: Callable[[UnitOfWork], Answer]) -> Answer:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writer, partial(self.transact, tenant_id, work))

    async def read(self, question: Callable[[Connection], Answer]) -> Answer:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, partial(self.consult, question))

    async def compute(self, work: Callable[[], Answer]) -> Answer:
        """Something slow that needs no database (a password's hash), on a reader's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, work)

    def close(self) -> None:
        """Waits for work that has begun."""
        self._writer.shutdown()
        self._readers.shutdown()
        self._for_writing.dispose()
        self._for_reading.dispose()


def engine_for(url: str, *, connections: int, read_only: bool = False) -> Engine:
    """An engine whose SQLite connections are set up as the server needs them."""
    engine = create_engine(url, pool_size=connections, max_overflow=0)
    if make_url(url).get_backend_name() == "sqlite":
        event.listen(engine, "connect", partial(_set_up_sqlite, read_only=read_only))
        event.listen(engine, "begin", partial(_begin_sqlite, "BEGIN" if read_only else "BEGIN IMMEDIATE"))
    return engine


def _engines(url: str, readers: int) -> tuple[Engine, Engine]:
    return engine_for(url, connections=1), engine_for(url, connections=readers, read_only=True)


@contextmanager
def _or_unavailable() -> Iterator[None]:
    """Trouble of the database's surroundings (a full disk, a lost connection) passes: try again later."""
    try:
        yield
    except OperationalError as error:
        log.exception("database.unavailable")
        raise Refusal(
            ErrorCode.UNAVAILABLE, "the server's database cannot be reached just now", retry_after_ms=1000
        ) from error


def _set_up_sqlite(connection: Any, _record: object, *, read_only: bool) -> None:
    # The driver would begin transactions late and deferred, where a write cannot wait for its turn.
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout = 10000")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA query_only = {int(read_only)}")


def _begin_sqlite(statement: str, connection: Connection) -> None:
    connection.exec_driver_sql(statement)
