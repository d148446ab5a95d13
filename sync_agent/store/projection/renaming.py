"""What follows when an id becomes an alias of a product, or is parted from it.

What a till has recorded keeps the id that it was made under: receipts, held sales, operations. What it shows
is of the product: the overlay and the counts in progress become the product's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.projection import aliases, catalogue
from sync_agent.store.projection.stock_figures import on_hand_many


@dataclass(frozen=True)
class _Counted:
    """A line of a count in progress, and what it comes to at this moment."""

    session_id: str
    product_id: str
    quantity: int
    counted_ms: int


class Renaming:
    """Made before the rows of aliases are written; `follow` is called after.

    `products` has the product of each id among those rows.
    """

    def __init__(self, tx: Transaction, products: Mapping[str, str]) -> None:
        self._tx = tx
        self._ids = list(products)
        ends = aliases.real_products(tx.connection, products.values()).values() if products else ()
        self._counted = _counted(tx, list(dict.fromkeys([*self._ids, *ends])))

    def follow(self) -> None:
        """Give overlay, counts in progress and catalogue their names of now."""
        if not self._ids:
            return
        tx = self._tx
        real = aliases.real_products(tx.connection, self._ids)
        _move_overlay(tx, {name: product_id for name, product_id in real.items() if name != product_id})
        self._move_counts()
        catalogue.reproject(tx, self._ids)
        tx.touch(Topic.STOCK, *self._ids, *real.values())

    def _move_counts(self) -> None:
        """What is counted under two names is on the shelf together."""
        tx, of = self._tx, t.count_line.c
        real = aliases.real_products(tx.connection, (line.product_id for line in self._counted))
        together: dict[tuple[str, str], list[_Counted]] = {}
        for line in self._counted:
            together.setdefault((line.session_id, real[line.product_id]), []).append(line)
        for (session_id, product_id), lines in together.items():
            for line in lines:
                this = of.session_id == session_id, of.product_id == line.product_id
                tx.execute(delete(t.count_line).where(*this))
            tx.execute(
                insert(t.count_line).values(
                    session_id=session_id,
                    product_id=product_id,
                    quantity=sum(line.quantity for line in lines),
                    seen=on_hand_many(tx.connection, [product_id], _place(tx))[product_id],
                    counted_ms=max(line.counted_ms for line in lines),
                )
            )
        if together:
            tx.touch(Topic.COUNTS)


def _counted(tx: Transaction, ids: list[str]) -> list[_Counted]:
    of = t.count_line.c
    rows = [
        row
        for chunk in aliases.chunks(ids)
        for row in tx.execute(select(t.count_line).where(of.product_id.in_(chunk)))
    ]
    if not rows:
        return []
    now = on_hand_many(tx.connection, [row.product_id for row in rows], _place(tx))
    return [
        _Counted(
            row.session_id, row.product_id, row.quantity + now[row.product_id] - row.seen, row.counted_ms
        )
        for row in rows
    ]


def _place(tx: Transaction) -> str:
    return str(tx.execute(select(t.device.c.location_id)).scalar_one())


def _move_overlay(tx: Transaction, renamed: Mapping[str, str]) -> None:
    """What is recorded under these names is of their products from now on."""
    of = t.overlay.c
    for chunk in aliases.chunks(renamed):
        for row in tx.execute(select(t.overlay).where(of.product_id.in_(chunk))).all():
            values: dict[str, Any] = row._asdict() | {"product_id": renamed[row.product_id]}
            statement = insert(t.overlay).values(values)
            # A sale may have lines of both.
            tx.execute(
                statement.on_conflict_do_update(
                    index_elements=["operation_id", "product_id", "location_id"],
                    set_={"quantity": of.quantity + statement.excluded.quantity},
                )
            )
        tx.execute(delete(t.overlay).where(of.product_id.in_(chunk)))
