"""Stock at this location: lists, explanations, movements, and adjustments.

An adjustment is a delta: it has no ordering key and cannot conflict.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import orjson
from sqlalchemy import Connection, func, select

from app.domain.errors import BadQuantity
from app.domain.limits import typed_note
from app.domain.plausible import check_plausible
from app.domain.quantity import check_quantity
from app.domain.rights import Right
from app.domain.vocabulary.movement_reasons import Sign, reason_of
from app.domain.vocabulary.units import PARTS_MAX, UNITS, unit_of
from app.services.approvals import authorise
from app.services.person_names import person_names
from app.services.shop_settings import read_from
from app.services.stock import explanation
from app.services.stock.catalogue import (
    ProductView,
    absent_products,
    countable_product,
    known_product,
    view_of,
)
from app.services.stock.explanation import Explanation
from app.services.till import Actor, Till
from resources.words import translate
from sync_agent.contract.operations import STOCK_LEVEL, MovementData
from sync_agent.contract.wire import from_ms
from sync_agent.store import tables as t
from sync_agent.store.database import Transaction
from sync_agent.store.projection import search
from sync_agent.store.projection.aliases import real_product
from sync_agent.store.projection.stock_figures import confirmed_many, on_hand_many, stock_figure
from sync_agent.store.queue import ExpectedStockEffect, NewOperation, enqueue


@dataclass(frozen=True)
class StockRow:
    """A product's stock here. `unsent` is the number of this till's unfinished operations on it."""

    product: ProductView
    on_hand: int
    server_quantity: int | None
    unsent: int
    in_conflict: bool


@dataclass(frozen=True)
class StockPage:
    """A page of a list. `total` is the length of the list, or more than the rows so far where more follow."""

    rows: list[StockRow]
    total: int


@dataclass(frozen=True)
class MovementView:
    """A movement of a product here. Not `confirmed`: it is not in the server's ledger yet."""

    occurred_ms: int
    delta: int
    reason: str
    note: str | None
    actor_name: str
    device_id: str | None
    confirmed: bool


# --- reading -----------------------------------------------------------------------------------------


def stock_page(till: Till, terms: str, *, limit: int, offset: int = 0) -> StockPage:
    """Stock of the products that match all terms, by name."""
    with till.store.reading() as connection:
        hits = search.search(connection, terms, limit + 1, offset)
        rows = _stock_rows(connection, [view_of(hit) for hit in hits[:limit]], till.device.location_id)
        total = search.count(connection) if not terms.strip() else offset + len(hits)
    return StockPage(rows, total)


def stock_row(till: Till, product_id: str) -> StockRow:
    """A product's row. Raises UnknownProduct."""
    with till.store.reading() as connection:
        product = known_product(connection, product_id)
        return _stock_rows(connection, [product], till.device.location_id)[0]


def explain(till: Till, product_id: str) -> Explanation:
    """The parts of a product's quantity on hand here. Raises UnknownProduct."""
    with till.store.reading() as connection:
        product = known_product(connection, product_id)
        figure = stock_figure(connection, product.id, till.device.location_id)
    return explanation.explain(figure, product.unit, till.zone)


def movements(till: Till, product_id: str, limit: int = 50) -> list[MovementView]:
    """A product's movements here, newest first: this till's unconfirmed ones, then the ledger's."""
    location_id = till.device.location_id
    with till.store.reading() as connection:
        product_id = real_product(connection, product_id)
        unconfirmed = _unconfirmed(connection, product_id, location_id)
        confirmed = _confirmed(connection, product_id, location_id, limit)
        rows = (unconfirmed + confirmed)[:limit]
        names = person_names(connection, (row.actor_id for row in rows))
        return [_movement_view(row, names, till.device.device_id) for row in rows]


def _stock_rows(connection: Connection, products: Sequence[ProductView], location_id: str) -> list[StockRow]:
    ids = [product.id for product in products]
    on_hand = on_hand_many(connection, ids, location_id)
    confirmed = confirmed_many(connection, ids, location_id)
    unsent = _unsent_counts(connection, ids, location_id)
    conflicts = _in_conflict(connection, ids, location_id)
    return [
        StockRow(
            product=product,
            on_hand=on_hand[product.id],
            server_quantity=confirmed.get(product.id),
            unsent=unsent.get(product.id, 0),
            in_conflict=product.id in conflicts,
        )
        for product in products
    ]


def _unsent_counts(connection: Connection, ids: list[str], location_id: str) -> dict[str, int]:
    query = (
        select(t.overlay.c.product_id, func.count().label("unsent"))
        .join(t.outbox, t.outbox.c.id == t.overlay.c.operation_id)
        .where(
            t.overlay.c.location_id == location_id,
            t.overlay.c.product_id.in_(ids),
            t.outbox.c.finished_ms.is_(None),
        )
        .group_by(t.overlay.c.product_id)
    )
    return {row.product_id: row.unsent for row in connection.execute(query)}


def _in_conflict(connection: Connection, ids: list[str], location_id: str) -> set[str]:
    query = select(t.conflict.c.resource_id).where(
        t.conflict.c.status == "open",
        t.conflict.c.resource_type == STOCK_LEVEL,
        t.conflict.c.location_id == location_id,
        t.conflict.c.resource_id.in_(ids),
    )
    return set(connection.execute(query).scalars())


@dataclass(frozen=True)
class _Moved:
    occurred_ms: int
    delta: int
    reason: str
    note: str | None
    actor_id: str
    device_id: str | None
    confirmed: bool


def _movement_view(row: _Moved, names: dict[str, str], this_device: str) -> MovementView:
    return MovementView(
        occurred_ms=row.occurred_ms,
        delta=row.delta,
        reason=row.reason,
        note=row.note,
        actor_name=names[row.actor_id],
        device_id=row.device_id if row.confirmed else this_device,
        confirmed=row.confirmed,
    )


def _confirmed(connection: Connection, product_id: str, location_id: str, limit: int) -> list[_Moved]:
    moved = t.movement.c
    query = (
        select(moved.occurred_ms, moved.delta, moved.reason, moved.note, moved.actor_id, moved.device_id)
        .where(moved.product_id == product_id, moved.location_id == location_id)
        .order_by(moved.seq.desc())
        .limit(limit)
    )
    return [_Moved(*row, confirmed=True) for row in connection.execute(query)]


def _unconfirmed(connection: Connection, product_id: str, location_id: str) -> list[_Moved]:
    query = (
        select(
            t.outbox.c.timestamp_ms,
            t.overlay.c.kind,
            t.overlay.c.quantity,
            t.outbox.c.data,
            t.outbox.c.actor_id,
        )
        .join(t.outbox, t.outbox.c.id == t.overlay.c.operation_id)
        .where(t.overlay.c.product_id == product_id, t.overlay.c.location_id == location_id)
        .order_by(t.overlay.c.device_seq)
    )
    figure = confirmed_many(connection, [product_id], location_id).get(product_id, 0)
    moved: list[_Moved] = []
    for row in connection.execute(query):
        data = orjson.loads(row.data)
        delta = row.quantity - figure if row.kind == "count" else row.quantity
        figure += delta
        reason = data.get("reason") or data.get("kind") or "count"
        moved.append(
            _Moved(row.timestamp_ms, delta, reason, data.get("note"), row.actor_id, None, confirmed=False)
        )
    return moved[::-1]


@dataclass(frozen=True)
class RemoteStockRow:
    """Remote stock of another location. `quantity` and `asked_ms` are None where it was never fetched."""

    place: str
    quantity: int | None
    asked_ms: int | None


def remote_stock(till: Till, product_id: str) -> list[RemoteStockRow]:
    """The cached remote stock of the tenant's other locations, by their names."""
    of, place = t.stock_elsewhere.c, t.location.c
    with till.store.reading() as connection:
        its = of.product_id == real_product(connection, product_id)
        query = (
            select(place.name, of.quantity, of.asked_ms)
            .outerjoin_from(t.location, t.stock_elsewhere, (of.location_id == place.id) & its)
            .where(place.id != till.device.location_id)
            .order_by(place.name)
        )
        return [RemoteStockRow(*row) for row in connection.execute(query)]


Which = Literal["all", "low", "oversold"]
LISTED_MAX = 500


def short_page(till: Till, searched: str, which: Which, low_stock: int) -> StockPage:
    """Low or oversold stock, by name; at most 500 rows. Oversold ones of no catalogue product come last."""
    limit = {"oversold": -1, "low": low_stock}[which]
    terms = search.fold(searched).split()
    place = till.device.location_id
    with till.store.reading() as connection:
        ids = _short_candidates(connection, place, limit)
        found = [view_of(hit) for hit in search.find_products(connection, ids)]
        if limit < 0:
            # What is gone from the catalogue is not ordered again, but a wrong figure of it can be counted.
            found += absent_products(connection, sorted(set(ids) - {product.id for product in found}))
        rows = _stock_rows(connection, [product for product in found if _holds(product, terms)], place)
    short = [
        row
        for row in rows
        if row.on_hand <= limit * unit_of(row.product.unit).parts and (limit >= 0 or row.on_hand < 0)
    ]
    return StockPage(short[:LISTED_MAX], min(len(short), LISTED_MAX))


def _short_candidates(connection: Connection, location_id: str, limit: int) -> list[str]:
    """Candidates: products with a low confirmed quantity, or with unconfirmed effects of this till."""
    level, moved = t.stock_level.c, t.overlay.c
    # Quantities are in smallest parts, whose number depends on the unit: the exact limit is applied to the
    # rows.
    highest = -1 if limit < 0 else limit * PARTS_MAX
    low = select(level.product_id).where(level.location_id == location_id, level.quantity <= highest)
    if limit < 0:
        low = low.where(level.quantity < 0)
    else:
        in_parts = [unit.code for unit in UNITS.all() if unit.parts > 1]
        unit = t.catalogue.c.unit
        # Units from a newer server come with their decimals: "litre|2".
        divided = select(t.catalogue.c.product_id).where(unit.in_(in_parts) | unit.contains("|"))
        low = low.where((level.quantity <= limit) | level.product_id.in_(divided))
    here = select(moved.product_id).where(moved.location_id == location_id)
    return list(connection.execute(low.union(here)).scalars())


def _holds(product: ProductView, terms: list[str]) -> bool:
    written = search.search_text(product.name, product.barcode, product.sku)
    return all(term in written for term in terms)


# --- adjusting ---------------------------------------------------------------------------------------


async def adjust(
    till: Till,
    product_id: str,
    delta: int,
    reason: str,
    note: str | None,
    actor: Actor,
    *,
    occurred_ms: int | None = None,
    approved_by: Actor | None = None,
) -> str:
    """Change a product's stock here by `delta`; the id of the operation.

    `reason` is a code that `movement_reasons` offers; the sign of `delta` must agree with it.
    Raises BadQuantity, TextTooLong, UnknownProduct, NotPermitted.
    """
    authorise(actor, approved_by, Right.MOVE_STOCK)
    check_adjustment(delta, reason)

    def write(tx: Transaction) -> str:
        product = countable_product(tx.connection, product_id)
        check_plausible(delta, product.unit, read_from(tx.connection))
        moment_ms = tx.now_ms if occurred_ms is None else occurred_ms
        movement = MovementData(
            delta=delta,
            reason=reason,
            note=typed_note(note),
            occurred_at=from_ms(moment_ms),
            product_id=product.id,
        )
        operation = NewOperation(
            operation="update",
            resource_type=STOCK_LEVEL,
            resource_id=product.id,
            location_id=till.device.location_id,
            data=movement.to_wire(),
            actor_id=actor.id,
            approved_by_id=None if approved_by is None else approved_by.id,
            occurred_ms=moment_ms,
            stock=(ExpectedStockEffect(product.id, till.device.location_id, "delta", delta),),
            summary={
                "kind": "adjust",
                "product": product.name,
                "unit": product.unit,
                "quantity": delta,
                "reason": reason,
                "person": actor.name,
            },
        )
        return enqueue(tx, operation).id

    return await till.store.write(write)


def check_adjustment(delta: int, code: str) -> None:
    """Raise BadQuantity where a reason is not offered, or the sign of `delta` is not the reason's."""
    reason = reason_of(code)
    if not reason.offered:
        words = translate("errors", "“{reason}” is not a reason for an adjustment.")
        raise BadQuantity(words.format(reason=reason.in_list()))
    if delta == 0:
        raise BadQuantity(translate("errors", "An adjustment by nothing changes nothing."))
    if delta < 0 and reason.sign is Sign.ADDS:
        words = translate("errors", "“{reason}” adds to the stock: give a positive quantity.")
        raise BadQuantity(words.format(reason=reason.in_list()))
    if delta > 0 and reason.sign is Sign.TAKES:
        words = translate("errors", "“{reason}” takes from the stock: give a negative quantity.")
        raise BadQuantity(words.format(reason=reason.in_list()))
    check_quantity(delta)
