"""A small shop in a real store: two clerks, a manager, a few products, and what the server said of them."""

from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import func, insert, select

from app.services.stock.catalogue import ProductView, product
from app.services.till import Actor, Till
from sync_agent.contract.conflicts import Conflict
from sync_agent.contract.identity import pin_material
from sync_agent.contract.streams import location_stream
from sync_agent.store import catalogue, outbox, replica
from sync_agent.store import tables as t
from sync_agent.store.database import Store, Transaction
from sync_agent.store.outbox import Status

PEPPER = "pepper"
MARIA = Actor("maria", "Maria", "clerk")
ALICE = Actor("alice", "Alice", "manager")
_CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

MUG, BOWL, APPLES, VASE = "mug", "bowl", "apples", "vase"

_PEOPLE = (
    ("maria", "Maria", "clerk", '["main"]', "1357", 0),
    ("alice", "Alice", "manager", '["main","annex"]', "2468", 0),
    ("omar", "Omar", "clerk", '["annex"]', "1111", 0),
    ("ada", "Ada", "clerk", '["main"]', "2222", 1),
    ("eve", "Eve", "clerk", '["main"]', None, 0),
)
_PRODUCTS = (
    (MUG, "Blue mug", "4006381333931", "M-1", 450, 200_000, "each"),
    (BOWL, "Bowl", "036000291452", None, 1200, 200_000, "each"),
    (APPLES, "Apples", None, "A-1", 299, 0, "kg"),
    (VASE, "Crème vase", "73513537", None, None, 200_000, "each"),
)
_STOCK = ((MUG, 12, 7), (BOWL, 0, 2))


def open_shop(store: Store) -> Till:
    """The till of an enrolled home whose first snapshot is in."""
    store.submit(_furnish).result()
    return Till(store, store.clock, store.ids)


def _furnish(tx: Transaction) -> None:
    for person_id, name, role, locations, pin, disabled in _PEOPLE:
        verifier = None if pin is None else _CHEAP.hash(pin_material(PEPPER, person_id, pin))
        values = (person_id, person_id, name, role, locations, verifier, disabled, 1)
        tx.execute(insert(t.person).values(values))
    for row in _PRODUCTS:
        tx.execute(insert(t.product).values((*row, 0, 1)))
    for product_id, quantity, version in _STOCK:
        tx.execute(insert(t.stock_level).values(("main", product_id, quantity, version, tx.now_ms)))
    stream = location_stream("demo", "main")
    tx.execute(insert(t.cursor).values(stream=stream, seq=881, change_id="c", epoch="e", synced_ms=tx.now_ms))
    catalogue.reproject(tx, [row[0] for row in _PRODUCTS])


def goods(till: Till, product_id: str) -> ProductView:
    found = product(till, product_id)
    assert found is not None
    return found


def rows(till: Till, table: Any) -> list[Any]:
    """All of a table, in the order of its key."""
    with till.store.reading() as connection:
        return list(connection.execute(select(table).order_by(*table.primary_key.columns)))


def row_counts(till: Till) -> dict[str, int]:
    """How many rows stand in every table that a clerk's act may write."""
    written = (t.outbox, t.overlay, t.product_overlay, t.sale, t.sale_line, t.payment, t.catalogue)
    with till.store.reading() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in written
        }


def mark_needs_attention(till: Till, operation_id: str, status: Status, error: str | None = None) -> None:
    """The server's answer put an operation before a person."""
    till.store.submit(
        lambda tx: outbox.mark_needs_attention(tx, operation_id, status, code=status, error=error)
    ).result()


def finish(till: Till, operation_id: str, code: str | None = None) -> None:
    """The server took an operation."""
    till.store.submit(
        lambda tx: outbox.finish(tx, operation_id, Status.COMPLETED, result=None, code=code)
    ).result()


def confirm_stock(till: Till, product_id: str, quantity: int, version: int) -> None:
    """The feed told of a new stock level."""
    values = {"quantity": quantity, "version": version}
    till.store.submit(
        lambda tx: tx.execute(
            t.stock_level.update().where(t.stock_level.c.product_id == product_id).values(**values)
        )
    ).result()


def store_conflict(till: Till, conflict: Conflict) -> None:
    """A result or the feed told of a conflict."""
    till.store.submit(lambda tx: replica.store_conflict(tx, conflict)).result()
