"""What no simulation can see: that a commit is on the disk when it is told, and how the file is opened."""

from sqlalchemy import select

from sync_agent.ports import SystemClock
from sync_agent.store import tables as t
from sync_agent.store.database import Store, Transaction
from sync_agent.store.home import Home
from tests.clocks import CountingIds, InlineExecutor

FULL = 2


def pragma(tx: Transaction, name: str) -> object:
    return tx.connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()


def test_every_commit_reaches_the_disk_before_it_is_told(store: Store) -> None:
    """With `synchronous=NORMAL` a power cut takes back sales whose receipts were handed out."""
    opened = {name: store.submit(lambda tx, name=name: pragma(tx, name)).result() for name in WRITER}  # type: ignore[misc]
    assert opened == WRITER


WRITER = {"synchronous": FULL, "journal_mode": "wal", "foreign_keys": 1, "fullfsync": 1}


def test_a_store_that_is_opened_again_writes_as_safely(store: Store) -> None:
    home = store.home
    store.close()
    again = Store.open(Home(home.path), clock=SystemClock(), ids=CountingIds(), executor=InlineExecutor())
    try:
        opened = {name: again.submit(lambda tx, name=name: pragma(tx, name)).result() for name in WRITER}  # type: ignore[misc]
        assert opened == WRITER
        assert again.submit(lambda tx: tx.execute(select(t.device.c.id)).scalars().all()).result()
    finally:
        again.close()
