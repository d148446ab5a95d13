"""A small shop in a real store: two clerks, a manager and a few products, with the server's stock levels."""

from typing import Any

from sqlalchemy import func, select

from app.services.stock.catalogue import ProductView, product
from app.services.till import Actor, Till
from sync_agent.contract.conflicts import Conflict
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from sync_agent.store.queue import transitions
from sync_agent.store.queue.status import Status
from sync_agent.store.replica import conflicts
from tests.kit import assortment
from tests.kit.feed import Employee, Feed

MARIA = Actor("maria", "Maria", "clerk")
ALICE = Actor("alice", "Alice", "manager")

_GOODS = (assortment.SMALL_MUG, assortment.BOWL, assortment.APPLES, assortment.VASE)
MUG, BOWL, APPLES, VASE = (good.id for good in _GOODS)

_PEOPLE = (
    Employee(MARIA, "maria", "1357"),
    Employee(ALICE, "alice", "2468", ("main", "annex")),
    Employee(Actor("omar", "Omar", "clerk"), "omar", "1111", ("annex",)),
    Employee(Actor("ada", "Ada", "clerk"), "ada", "2222", is_disabled=True),
    Employee(Actor("eve", "Eve", "clerk"), "eve", None),
)
_STOCK = ((MUG, assortment.SMALL_MUG.stock, 7), (BOWL, assortment.BOWL.stock, 2))
"""Product, quantity and version; the server has no level of the others."""

HEAD = 881
"""The number of the last change at the till's place, once its stock was published."""


def open_shop(store: Store) -> Till:
    """The till of an enrolled home whose first snapshot is in."""
    feed = Feed(store)
    feed.begin(place_head=HEAD - len(_STOCK))
    feed.publish_people(_PEOPLE)
    feed.publish_products(good.row() for good in _GOODS)
    for product_id, quantity, version in _STOCK:
        feed.publish_stock(product_id, quantity, version)
    return Till(store, store.clock, store.ids)


def goods(till: Till, product_id: str) -> ProductView:
    found = product(till, product_id)
    assert found is not None
    return found


def rows(till: Till, table: Any) -> list[Any]:
    """All of a table, in the order of its key."""
    with till.store.reading() as connection:
        return list(connection.execute(select(table).order_by(*table.primary_key.columns)))


def row_counts(till: Till) -> dict[str, int]:
    """The number of rows in every table that a clerk's action may write."""
    written = (t.outbox, t.overlay, t.product_overlay, t.sale, t.sale_line, t.payment, t.catalogue)
    with till.store.reading() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in written
        }


def mark_needs_attention(till: Till, operation_id: str, status: Status, error: str | None = None) -> None:
    """The server's answer makes an operation need attention."""
    till.store.submit(
        lambda tx: transitions.mark_needs_attention(tx, operation_id, status, code=status, error=error)
    ).result()


def trust_the_clock(store: Store, now_ms: int) -> None:
    """The till has run until now, with a clock that never jumped."""
    values = {"id": 1, "believed_ms": now_ms}
    store.submit(lambda tx: tx.execute(t.proved_time.insert().prefix_with("OR REPLACE"), values)).result()


def finish(till: Till, operation_id: str, code: str | None = None) -> None:
    """The server applied an operation."""
    till.store.submit(
        lambda tx: transitions.finish(tx, operation_id, Status.COMPLETED, result=None, code=code)
    ).result()


def confirm_stock(till: Till, product_id: str, quantity: int, version: int) -> None:
    """The feed publishes a new stock level."""
    Feed(till.store).publish_stock(product_id, quantity, version)


def store_conflict(till: Till, conflict: Conflict) -> None:
    """A result or the feed brings a conflict."""
    till.store.submit(lambda tx: conflicts.store_conflict(tx, conflict)).result()
