"""What no simulation can see: that a reported commit is on disk, and how the file is opened."""

import threading
from functools import partial

from sqlalchemy import select, text

from sync_agent.ports import SystemClock
from sync_agent.store import tables as t
from sync_agent.store.database import Store, Transaction
from sync_agent.store.home import Home
from tests.kit.clocks import CountingIds, InlineExecutor

FULL = 2


def pragma(tx: Transaction, name: str) -> object:
    return tx.connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()


def test_every_commit_reaches_the_disk_before_it_is_told(store: Store) -> None:
    """With `synchronous=NORMAL` a power cut takes back sales whose receipts were handed out."""
    opened = {name: store.submit(partial(pragma, name=name)).result() for name in WRITER}
    assert opened == WRITER


WRITER = {"synchronous": FULL, "journal_mode": "wal", "foreign_keys": 1, "fullfsync": 1}


def test_a_store_that_is_opened_again_writes_as_safely(store: Store) -> None:
    home = store.home
    store.close()
    again = Store.open(Home(home.path), clock=SystemClock(), ids=CountingIds(), executor=InlineExecutor())
    try:
        opened = {name: again.submit(partial(pragma, name=name)).result() for name in WRITER}
        assert opened == WRITER
        assert again.submit(lambda tx: tx.execute(select(t.device.c.id)).scalars().all()).result()
    finally:
        again.close()


def test_a_store_is_closed_once_other_threads_have_read(store: Store) -> None:
    """SQLite crashes the process where a connection goes under a query."""
    reads, may_end, is_closed = threading.Event(), threading.Event(), threading.Event()
    counted: list[int] = []

    def read() -> None:
        with store.reading() as connection:
            reads.set()
            may_end.wait()
            counted.append(connection.execute(text("SELECT 1")).scalar_one())

    def close() -> None:
        store.close()
        is_closed.set()

    reader, closer = threading.Thread(target=read), threading.Thread(target=close)
    reader.start()
    reads.wait()
    closer.start()
    assert not is_closed.wait(0.1)
    may_end.set()
    reader.join()
    closer.join()
    assert counted == [1]
