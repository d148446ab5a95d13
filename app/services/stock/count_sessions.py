"""Count sessions: counting a location or a shelf by scanning, with pauses and restarts, while sales go on.

A counted quantity is stored with the quantity on hand at that moment. Finishing writes a count operation for
each product: the counted quantity plus the movements here since. So a sale between the scan and the end of
the session is neither lost nor a conflict.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from app.domain.errors import BadQuantity, CountOver, ImplausibleCounts, about
from app.domain.limits import typed_text
from app.domain.plausible import check_plausible, largest_quantity
from app.domain.quantity import check_quantity, quantity_in_words
from app.domain.rights import Right
from app.domain.shop_settings import ShopSettings
from app.services.approvals import authorise
from app.services.person_names import person_names
from app.services.shop_settings import read_from
from app.services.stock.catalogue import ProductView, countable_product, known_product
from app.services.stock.counting import must_not_be_negative, write_count
from app.services.till import Actor, Till
from resources.words import translate
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.projection.stock_figures import on_hand_many

COUNTS_PER_TRANSACTION = 100
"""Counts in a database transaction; small, so that a concurrent sale does not wait."""
NAMED_MAX = 5
"""Products that a refusal names."""


@dataclass(frozen=True)
class SessionView:
    """An open count session. `products` is the number counted so far."""

    id: str
    name: str
    is_full: bool
    person: str
    began_ms: int
    products: int


@dataclass(frozen=True)
class CountedLine:
    """A counted product. `expected` is this till's present quantity on hand."""

    product: ProductView
    quantity: int
    expected: int

    @property
    def difference(self) -> int:
        """Counted less expected."""
        return self.quantity - self.expected


@dataclass(frozen=True)
class Finished:
    """The result of a session: products counted, and how many of them differed."""

    counted: int
    different: int


async def begin(till: Till, name: str, actor: Actor, *, is_full: bool) -> str:
    """Begin a session; its id. `is_full`: the whole location is counted. Raises TextTooLong."""
    with about("name"):
        tidy = typed_text(name)

    def write(tx: Transaction) -> str:
        session_id = tx.ids.new()
        tx.execute(
            insert(t.count_session).values(
                id=session_id,
                name=tidy or translate("counts", "Count"),
                is_full=int(is_full),
                status="open",
                actor_id=actor.id,
                began_ms=tx.now_ms,
            )
        )
        tx.touch(Topic.COUNTS)
        return session_id

    return await till.store.write(write)


def open_sessions(till: Till) -> list[SessionView]:
    """Open sessions, newest first."""
    lines = (
        select(func.count())
        .select_from(t.count_line)
        .where(t.count_line.c.session_id == t.count_session.c.id)
        .scalar_subquery()
    )
    query = (
        select(t.count_session, lines.label("products"))
        .where(t.count_session.c.status == "open")
        .order_by(t.as_written(t.count_session).desc())
    )
    with till.store.reading() as connection:
        rows = connection.execute(query).all()
        names = person_names(connection, (row.actor_id for row in rows))
    return [
        SessionView(row.id, row.name, bool(row.is_full), names[row.actor_id], row.began_ms, row.products)
        for row in rows
    ]


def lines(till: Till, session_id: str) -> list[CountedLine]:
    """The counted products of a session, newest first."""
    query = (
        select(t.count_line)
        .where(t.count_line.c.session_id == session_id)
        .order_by(t.count_line.c.counted_ms.desc(), t.count_line.c.product_id)
    )
    with till.store.reading() as connection:
        rows = connection.execute(query).all()
        now = on_hand_many(connection, [row.product_id for row in rows], till.device.location_id)
        return [
            CountedLine(
                known_product(connection, row.product_id),
                _quantity_now(row, now[row.product_id]),
                now[row.product_id],
            )
            for row in rows
        ]


def uncounted(till: Till, session_id: str) -> int:
    """The number of products with stock here that the session has not counted."""
    counted = select(t.count_line.c.product_id).where(t.count_line.c.session_id == session_id)
    with till.store.reading() as connection:
        return connection.execute(
            select(func.count())
            .select_from(t.stock_level)
            .where(
                t.stock_level.c.location_id == till.device.location_id,
                t.stock_level.c.quantity != 0,
                t.stock_level.c.product_id.not_in(counted),
            )
        ).scalar_one()


async def add(till: Till, session_id: str, product_id: str, quantity: int) -> int:
    """Add to a counted quantity; the new total. Raises BadQuantity, CountOver, UnknownProduct."""
    return await till.store.write(lambda tx: _count(tx, till, session_id, product_id, quantity, adds=True))


async def set_counted(till: Till, session_id: str, product_id: str, quantity: int) -> int:
    """Set a counted quantity; the quantity. Raises BadQuantity, CountOver, UnknownProduct."""
    return await till.store.write(lambda tx: _count(tx, till, session_id, product_id, quantity, adds=False))


async def remove(till: Till, session_id: str, product_id: str) -> None:
    """Remove a product that was counted by mistake."""

    def write(tx: Transaction) -> None:
        tx.execute(delete(t.count_line).where(*_line(session_id, product_id)))
        tx.touch(Topic.COUNTS)

    await till.store.write(write)


async def finish(till: Till, session_id: str, actor: Actor) -> Finished:
    """Write a count operation for every counted product. Raises CountOver and NotPermitted, and before
    the first is written ImplausibleCounts.

    After a crash in the middle it continues: a line is deleted in the transaction that writes its count.
    """
    authorise(actor, None, Right.COUNT_STOCK)
    _must_be_plausible(till, session_id)
    counted = different = 0
    while True:
        done = await till.store.write(lambda tx: _write_chunk(tx, till, session_id, actor))
        if done is None:
            return Finished(counted, different)
        counted, different = counted + done.counted, different + done.different


async def abandon(till: Till, session_id: str) -> None:
    """Delete the session without changing stock."""

    def write(tx: Transaction) -> None:
        tx.execute(delete(t.count_line).where(t.count_line.c.session_id == session_id))
        _end(tx, session_id, "given_up")

    await till.store.write(write)


def _count(
    tx: Transaction, till: Till, session_id: str, product_id: str, quantity: int, *, adds: bool
) -> int:
    _must_be_open(tx.connection, session_id)
    product = countable_product(tx.connection, product_id)
    product_id = product.id
    seen = on_hand_many(tx.connection, [product_id], till.device.location_id)[product_id]
    before = tx.execute(select(t.count_line).where(*_line(session_id, product_id))).first()
    total = quantity
    if adds and before is not None:
        total = _quantity_now(before, seen) + quantity
    check_quantity(must_not_be_negative(total))
    check_plausible(total, product.unit, read_from(tx.connection))
    values = {
        "session_id": session_id,
        "product_id": product_id,
        "quantity": total,
        "seen": seen,
        "counted_ms": tx.now_ms,
    }
    statement = upsert(t.count_line).values(values)
    tx.execute(statement.on_conflict_do_update(index_elements=["session_id", "product_id"], set_=values))
    tx.touch(Topic.COUNTS)
    return total


def _must_be_plausible(till: Till, session_id: str) -> None:
    """The shop's bound may have become lower since a line was typed, and stock has moved."""
    with till.store.reading() as connection:
        settings = read_from(connection)
    beyond = [line for line in lines(till, session_id) if not _is_plausible(line, settings)]
    if beyond:
        named = [f"{line.product.name} ({_in_words(line)})" for line in beyond[:NAMED_MAX]]
        figures = "; ".join(named) + ("…" if len(beyond) > NAMED_MAX else "")
        units = dict.fromkeys(line.product.unit for line in beyond[:NAMED_MAX])
        most = ", ".join(quantity_in_words(largest_quantity(unit, settings), unit) for unit in units)
        raise ImplausibleCounts(tuple(line.product.id for line in beyond), figures, most)


def _is_plausible(line: CountedLine, settings: ShopSettings) -> bool:
    try:
        check_plausible(max(0, line.quantity), line.product.unit, settings)
    except BadQuantity:
        return False
    return True


def _in_words(line: CountedLine) -> str:
    return quantity_in_words(line.quantity, line.product.unit)


def _quantity_now(row: Row[Any], on_hand: int) -> int:
    """The counted quantity plus the movements here since."""
    quantity: int = row.quantity + (on_hand - row.seen)
    return quantity


def _write_chunk(tx: Transaction, till: Till, session_id: str, actor: Actor) -> Finished | None:
    _must_be_open(tx.connection, session_id)
    name = tx.execute(select(t.count_session.c.name).where(t.count_session.c.id == session_id)).scalar_one()
    rows = tx.execute(
        select(t.count_line).where(t.count_line.c.session_id == session_id).limit(COUNTS_PER_TRANSACTION)
    ).all()
    if not rows:
        _end(tx, session_id, "finished")
        return None
    place = till.device.location_id
    now = on_hand_many(tx.connection, [row.product_id for row in rows], place)
    different = 0
    for row in rows:
        quantity = max(0, _quantity_now(row, now[row.product_id]))
        different += quantity != now[row.product_id]
        write_count(tx, place, row.product_id, quantity, actor, note=name)
        tx.execute(delete(t.count_line).where(*_line(session_id, row.product_id)))
    return Finished(len(rows), different)


def _must_be_open(connection: Connection, session_id: str) -> None:
    query = select(t.count_session.c.status).where(t.count_session.c.id == session_id)
    if connection.execute(query).scalar() != "open":
        raise CountOver


def _end(tx: Transaction, session_id: str, status: str) -> None:
    tx.execute(
        update(t.count_session)
        .where(t.count_session.c.id == session_id)
        .values(status=status, ended_ms=tx.now_ms)
    )
    tx.touch(Topic.COUNTS)


def _line(session_id: str, product_id: str) -> tuple[Any, Any]:
    return t.count_line.c.session_id == session_id, t.count_line.c.product_id == product_id
