"""The till's database: one write connection behind the Executor, and read-only connections for all readers.

A database transaction is a function of a `Transaction`; it is committed, with `synchronous=FULL`, before its
future resolves, or rolled back. ARCHITECTURE.md, "Threads".
"""

import asyncio
import contextlib
import logging
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from sync_agent import private_files
from sync_agent.compiled_sql import sqlite_engine
from sync_agent.errors import DiskFull, StoreCorrupt, StoreError, StoreUnavailable
from sync_agent.ports import Clock, Executor, Ids, Priority, WriterThread
from sync_agent.store import article_keys
from sync_agent.store.home import Home
from sync_agent.store.migrations import migrate

T = TypeVar("T")

log = logging.getLogger(__name__)


class Topic(StrEnum):
    """What a transaction may change: the topics that views subscribe to."""

    DEVICE = "device"
    OUTBOX = "outbox"
    STOCK = "stock"
    CATALOGUE = "catalogue"
    CONFLICTS = "conflicts"
    PEOPLE = "people"
    SALES = "sales"
    SHIFTS = "shifts"
    CARTS = "carts"
    COUNTS = "counts"
    PREFERENCES = "preferences"
    """This till's own settings."""
    SETTINGS = "settings"
    """The shop's settings."""
    NOTICES = "notices"
    FLAGGED = "flagged"


@dataclass(frozen=True)
class Changed:
    """What one committed transaction changed. `products` is None if there were too many to list."""

    topics: frozenset[Topic]
    products: frozenset[str] | None
    by_clerk: bool = True
    """A clerk's transaction, to be shown at once; the agent's may be shown later."""


PRODUCTS_NAMED_MAX = 500


class Transaction:
    """One database transaction on the write connection, and the record of what it changed."""

    def __init__(self, connection: Connection, clock: Clock, ids: Ids, priority: Priority) -> None:
        self.connection = connection
        self.clock = clock
        self.ids = ids
        self._priority = priority
        self._topics: set[Topic] = set()
        self._products: set[str] | None = set()

    @property
    def now_ms(self) -> int:
        return self.clock.now_ms()

    def execute(self, statement: Any, parameters: Any = None) -> Any:
        return self.connection.execute(statement, parameters)

    def touch(self, topic: Topic, *products: str) -> None:
        """Note that views of this topic and these products have to be refreshed after the commit."""
        self._topics.add(topic)
        if self._products is not None:
            self._products.update(products)
            if len(self._products) > PRODUCTS_NAMED_MAX:
                self._products = None

    def touch_all(self, topic: Topic) -> None:
        """As `touch`, for more products than are worth listing."""
        self._topics.add(topic)
        self._products = None

    @property
    def changed(self) -> Changed:
        products = None if self._products is None else frozenset(self._products)
        return Changed(frozenset(self._topics), products, by_clerk=self._priority is Priority.CLERK)


def _translate(error: Exception) -> StoreError | None:
    """The StoreError for an error of SQLite, or None if it is a bug of ours."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(cause, sqlite3.Error):
        return None
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return DiskFull("The disk is full. Nothing was saved; free some space and try again.")
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return StoreCorrupt(
            f"The till's database is damaged: {cause}. Close this till and start it again: it then saves "
            "everything that can be read, and goes on.",
            str(cause),
        )
    if code in {
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
    }:
        return StoreUnavailable(f"The till's database cannot be used just now: {cause}", str(cause))
    return None


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        translated = _translate(error)
        if translated is None:
            raise
        raise translated from error


def _write_engine(home: Home) -> Engine:
    private_files.prepare_database(home.database)
    engine = sqlite_engine(
        str(home.database),
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "isolation_level": None, "cached_statements": 512},
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "fullfsync=ON",  # macOS only: there, fsync does not flush the drive's own cache
            "foreign_keys=ON",
            "busy_timeout=5000",
            "cache_size=-32000",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A deferred transaction that upgrades to a write ignores busy_timeout.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


class _Reader(sqlite3.Connection):
    """A connection that looks up whatever a person typed or a scanner read."""

    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(factory or _ReadingCursor)


class _ReadingCursor(sqlite3.Cursor):
    """Half of a surrogate pair is no text, and sqlite3 raises. No row has it, so none is found with it."""

    def execute(self, statement: str, parameters: Any = ()) -> "_ReadingCursor":
        try:
            return super().execute(statement, parameters)
        except UnicodeEncodeError:
            return super().execute(statement, _as_text(parameters))


_HALF_A_PAIR = re.compile("[\ud800-\udfff]")


def _as_text(parameters: Any) -> Any:
    if isinstance(parameters, dict):
        return {name: _as_text(value) for name, value in parameters.items()}
    if isinstance(parameters, str):
        return _HALF_A_PAIR.sub("\ufffd", parameters)
    return tuple(map(_as_text, parameters)) if isinstance(parameters, tuple | list) else parameters


def _read_engine(home: Home) -> Engine:
    engine = sqlite_engine(
        f"file:{home.database}",
        {"mode": "ro", "uri": "true"},
        poolclass=StaticPool,
        connect_args={
            "check_same_thread": False,
            "isolation_level": None,
            "cached_statements": 512,
            "factory": _Reader,
        },
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA query_only=ON")
        connection.execute("PRAGMA busy_timeout=5000")
        connection.execute("PRAGMA cache_size=-16000")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


@contextmanager
def peek(home: Home) -> Iterator[Connection]:
    """A read-only connection to a home that another process may have open, without taking its lock.

    Raises StoreUnavailable if there is no till in the folder.
    """
    if not home.database.exists():
        raise StoreUnavailable(f"There is no till in {home.path}.")
    engine = _read_engine(home)
    try:
        with _translated(), engine.connect() as connection, connection.begin():
            yield connection
    finally:
        engine.dispose()


class Store:
    """The open database of one home.

    Listeners are called in the writer's thread after each commit that changed something; they must return
    at once and hand the `Changed` to their own thread.
    """

    def __init__(
        self, home: Home, *, clock: Clock, ids: Ids, executor: Executor, writer: Engine, owner: str
    ) -> None:
        self.home = home
        self.clock = clock
        self.ids = ids
        self.owner = owner
        """The owner of this process's leases: leases of other owners are from processes that have died."""
        self._executor = executor
        self._writer = writer
        self._readers = threading.local()
        self._reading = threading.Condition()
        self._reading_threads: set[int] = set()
        self._read_engines: list[Engine] = []
        self._listeners: list[Callable[[Changed], None]] = []
        self._closed = False

    @classmethod
    def open(cls, home: Home, *, clock: Clock, ids: Ids, executor: Executor | None = None) -> "Store":
        """Lock the home, bring its schema up to date, and open it.

        `recovery.open_store` also opens a damaged database. Raises HomeInUse, SchemaTooNew, MigrationRefused,
        DiskFull, StoreCorrupt or StoreUnavailable.
        """
        home.acquire()
        writer = _write_engine(home)
        try:
            with _translated():
                migrate(writer, home)
                with writer.begin() as connection:
                    article_keys.bring_up_to_date(connection)
        except BaseException:
            writer.dispose()
            home.release()
            raise
        with contextlib.suppress(OSError):
            private_files.touch(home.in_use_mark)
        return cls(
            home,
            clock=clock,
            ids=ids,
            executor=executor or WriterThread(),
            writer=writer,
            owner=ids.new(),
        )

    def close(self) -> None:
        """Finish submitted transactions, close every connection, release the home's lock.

        Waits for reading threads: SQLite crashes if a connection is closed during a query.
        """
        if self._closed:
            return
        self._closed = True
        self._executor.close()
        with self._reading:
            self._reading.wait_for(lambda: self._reading_threads <= {threading.get_ident()})
            for engine in self._read_engines:  # while no reader can begin
                engine.dispose()
        # Closed last: only a writable connection can checkpoint the write-ahead log into the file.
        self._writer.dispose()
        self.home.in_use_mark.unlink(missing_ok=True)
        self.home.release()

    def listen(self, listener: Callable[[Changed], None]) -> Callable[[], None]:
        """Call `listener` after each commit that changed something. Returns a function that
        unsubscribes it.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def submit(self, work: Callable[[Transaction], T], priority: Priority = Priority.CLERK) -> "Future[T]":
        """Submit a transaction to the writer. The future resolves once it is on disk."""
        return self._executor.submit(lambda: self._run(work, priority), priority)

    async def write(self, work: Callable[[Transaction], T], priority: Priority = Priority.CLERK) -> T:
        """As `submit`, awaited in the running loop. Cancelling the wait does not cancel the transaction."""
        return await asyncio.wrap_future(self.submit(work, priority))

    def _run(self, work: Callable[[Transaction], T], priority: Priority) -> T:
        with _translated(), self._writer.begin() as connection:
            transaction = Transaction(connection, self.clock, self.ids, priority)
            result = work(transaction)
        changed = transaction.changed
        if changed.topics:
            for listener in tuple(self._listeners):
                self._notify(listener, changed)
        return result

    @staticmethod
    def _notify(listener: Callable[[Changed], None], changed: Changed) -> None:
        try:
            listener(changed)
        except Exception:
            # The transaction is on disk: a failing listener must not make it look failed.
            log.exception("a listener failed after a commit")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read-only connection of the calling thread, with one consistent view until it is released.

        Nested in another `reading` of the same thread it shares the outer view.
        """
        held: Connection | None = getattr(self._readers, "held", None)
        if held is not None:
            yield held
            return
        engine: Engine | None = getattr(self._readers, "engine", None)
        if engine is None:
            engine = _read_engine(self.home)
            self._readers.engine = engine
            self._read_engines.append(engine)
        with self._held_open(), _translated(), engine.connect() as connection, connection.begin():
            self._readers.held = connection
            try:
                yield connection
            finally:
                self._readers.held = None

    @contextmanager
    def _held_open(self) -> Iterator[None]:
        with self._reading:
            self._reading_threads.add(threading.get_ident())
        try:
            yield
        finally:
            with self._reading:
                self._reading_threads.discard(threading.get_ident())
                self._reading.notify_all()
