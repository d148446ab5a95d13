"""A small shop in a real store: two clerks, a manager, a few products, and what the server said of them."""

from typing import Any

from sqlalchemy import func, select

from app.services.stock.catalogue import ProductView, product
from app.services.till import Actor, Till
from sync_agent.contract.conflicts import Conflict
from sync_agent.contract.stock import ProductRow
from sync_agent.store import outbox, replica
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from sync_agent.store.outbox import Status
from tests.kit.feed import Employee, Feed

MARIA = Actor("maria", "Maria", "clerk")
ALICE = Actor("alice", "Alice", "manager")

MUG, BOWL, APPLES, VASE = "mug", "bowl", "apples", "vase"


def _product(
    product_id: str,
    name: str,
    *,
    barcode: str | None = None,
    sku: str | None = None,
    price_minor: int | None = None,
    tax_rate_ppm: int = 200_000,
    unit: str = "each",
) -> ProductRow:
    return ProductRow(
        id=product_id,
        name=name,
        barcode=barcode,
        sku=sku,
        price_minor=price_minor,
        tax_rate_ppm=tax_rate_ppm,
        unit=unit,
        version=1,
    )


_PEOPLE = (
    Employee(MARIA, "maria", "1357"),
    Employee(ALICE, "alice", "2468", ("main", "annex")),
    Employee(Actor("omar", "Omar", "clerk"), "omar", "1111", ("annex",)),
    Employee(Actor("ada", "Ada", "clerk"), "ada", "2222", is_disabled=True),
    Employee(Actor("eve", "Eve", "clerk"), "eve", None),
)
_PRODUCTS = (
    _product(MUG, "Blue mug", barcode="4006381333931", sku="M-1", price_minor=450),
    _product(BOWL, "Bowl", barcode="036000291452", price_minor=1200),
    _product(APPLES, "Apples", sku="A-1", price_minor=299, tax_rate_ppm=0, unit="kg"),
    _product(VASE, "Crème vase", barcode="73513537"),
)
_STOCK = ((MUG, 12, 7), (BOWL, 0, 2))
"""Product, quantity and version."""

HEAD = 881
"""The number of the last change at the till's place, once it has heard of the stock."""


def open_shop(store: Store) -> Till:
    """The till of an enrolled home whose first snapshot is in."""
    feed = Feed(store)
    feed.begin(place_head=HEAD - len(_STOCK))
    feed.tell_people(_PEOPLE)
    feed.tell_products(_PRODUCTS)
    for product_id, quantity, version in _STOCK:
        feed.tell_stock(product_id, quantity, version)
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
    Feed(till.store).tell_stock(product_id, quantity, version)


def store_conflict(till: Till, conflict: Conflict) -> None:
    """A result or the feed told of a conflict."""
    till.store.submit(lambda tx: replica.store_conflict(tx, conflict)).result()
