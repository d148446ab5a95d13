"""Counting a place or a shelf by scanning: it may rest, outlives a restart, and selling goes on meanwhile.

What is counted is kept with what this till showed on hand at that moment. When the count is finished each
figure is set to what was counted and whatever moved here since, as one count each: so a sale made between
the shelf and the end of the session is not lost, and needs nobody's decision.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from app.domain.errors import BadQuantity, CountOver
from app.domain.quantity import check_quantity
from app.domain.rights import Right
from app.services.approvals import authorise
from app.services.person_names import person_names
from app.services.stock.catalogue import ProductView, countable_product, known_product
from app.services.stock.counting import write_count
from app.services.till import Actor, Till
from resources.words import translate
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.projection import on_hand_many

WRITTEN_AT_ONCE = 100
"""Counts in one transaction, so that a sale beside it waits for nothing."""


@dataclass(frozen=True)
class SessionView:
    """A count under way. `products` is how many were counted so far."""

    id: str
    name: str
    is_full: bool
    person: str
    began_ms: int
    products: int


@dataclass(frozen=True)
class CountedLine:
    """One product in a session. `expected` is what should be there now, by this till's figures."""

    product: ProductView
    quantity: int
    expected: int

    @property
    def difference(self) -> int:
        return self.quantity - self.expected


@dataclass(frozen=True)
class Finished:
    """What came of a session."""

    counted: int
    different: int


async def begin(till: Till, name: str, actor: Actor, *, is_full: bool) -> str:
    """Begin to count; the session's id. `is_full` says that the whole place is counted."""

    def write(tx: Transaction) -> str:
        session_id = tx.ids.new()
        tx.execute(
            insert(t.count_session).values(
                id=session_id,
                name=name.strip() or translate("counts", "Count"),
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
    """Counts that are not finished, the latest first."""
    lines = (
        select(func.count())
        .select_from(t.count_line)
        .where(t.count_line.c.session_id == t.count_session.c.id)
        .scalar_subquery()
    )
    query = (
        select(t.count_session, lines.label("products"))
        .where(t.count_session.c.status == "open")
        .order_by(t.count_session.c.began_ms.desc())
    )
    with till.store.reading() as connection:
        rows = connection.execute(query).all()
        names = person_names(connection, (row.actor_id for row in rows))
    return [
        SessionView(row.id, row.name, bool(row.is_full), names[row.actor_id], row.began_ms, row.products)
        for row in rows
    ]


def lines(till: Till, session_id: str) -> list[CountedLine]:
    """What was counted in a session, the latest first."""
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
                _moved_on(row, now[row.product_id]),
                now[row.product_id],
            )
            for row in rows
        ]


def uncounted(till: Till, session_id: str) -> int:
    """How many products with stock here were not counted in it."""
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
    """So much more of a product was found; how much that makes. Raises CountOver, UnknownProduct."""
    return await till.store.write(lambda tx: _count(tx, till, session_id, product_id, quantity, adds=True))


async def set_counted(till: Till, session_id: str, product_id: str, quantity: int) -> int:
    """So much of a product there is. Raises BadQuantity, CountOver, UnknownProduct."""
    return await till.store.write(lambda tx: _count(tx, till, session_id, product_id, quantity, adds=False))


async def remove(till: Till, session_id: str, product_id: str) -> None:
    """It was counted by mistake."""

    def write(tx: Transaction) -> None:
        tx.execute(delete(t.count_line).where(*_line(session_id, product_id)))
        tx.touch(Topic.COUNTS)

    await till.store.write(write)


async def finish(till: Till, session_id: str, actor: Actor) -> Finished:
    """Set every figure that was counted, each by a count of its own. Raises CountOver,
    NotPermitted.

    A till that dies in the middle goes on from there: a line goes in the transaction that writes its count.
    """
    authorise(actor, None, Right.COUNT_STOCK)
    counted = different = 0
    while True:
        done = await till.store.write(lambda tx: _write_some(tx, till, session_id, actor))
        if done is None:
            return Finished(counted, different)
        counted, different = counted + done.counted, different + done.different


async def give_up(till: Till, session_id: str) -> None:
    """Forget the session: nothing of it changes any figure."""

    def write(tx: Transaction) -> None:
        tx.execute(delete(t.count_line).where(t.count_line.c.session_id == session_id))
        _end(tx, session_id, "given_up")

    await till.store.write(write)


def _count(
    tx: Transaction, till: Till, session_id: str, product_id: str, quantity: int, *, adds: bool
) -> int:
    _must_be_open(tx.connection, session_id)
    countable_product(tx.connection, product_id)
    seen = on_hand_many(tx.connection, [product_id], till.device.location_id)[product_id]
    before = tx.execute(select(t.count_line).where(*_line(session_id, product_id))).first()
    total = quantity
    if adds and before is not None:
        total = _moved_on(before, seen) + quantity
    if total < 0:
        raise BadQuantity(translate("errors", "Less than nothing cannot be counted."))
    check_quantity(total)
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


def _moved_on(row: Row[Any], on_hand: int) -> int:
    """What was counted, and what has moved here since."""
    quantity: int = row.quantity + (on_hand - row.seen)
    return quantity


def _write_some(tx: Transaction, till: Till, session_id: str, actor: Actor) -> Finished | None:
    _must_be_open(tx.connection, session_id)
    name = tx.execute(select(t.count_session.c.name).where(t.count_session.c.id == session_id)).scalar_one()
    rows = tx.execute(
        select(t.count_line).where(t.count_line.c.session_id == session_id).limit(WRITTEN_AT_ONCE)
    ).all()
    if not rows:
        _end(tx, session_id, "finished")
        return None
    place = till.device.location_id
    now = on_hand_many(tx.connection, [row.product_id for row in rows], place)
    different = 0
    for row in rows:
        quantity = max(0, _moved_on(row, now[row.product_id]))
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
