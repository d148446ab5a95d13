"""Carts that outlive the screen: the one that is being rung up, and those that were put aside.

The cart in progress is kept with each change, so that a till whose power fails comes back with it.
"""

from dataclasses import asdict, dataclass
from typing import Any

import orjson
from sqlalchemy import Row, delete, insert, select, update

from app.domain.cart import Cart, CartLine
from app.domain.discount import Discount
from app.domain.errors import CartGone, EmptyCart
from app.services.till import Actor, Till, person_names
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction


@dataclass(frozen=True)
class HeldCart:
    """A cart that was put aside, as the list to recall from shows it."""

    id: str
    at_ms: int
    person: str
    items: int
    total_minor: int
    first_item: str


async def keep(till: Till, cart: Cart, actor: Actor) -> None:
    """Remember what is on the screen; an empty cart is forgotten."""

    def write(tx: Transaction) -> None:
        clear_in_progress(tx)
        if not cart.is_empty:
            tx.execute(insert(t.held_cart).values(_values(tx, cart, actor, in_progress=1)))

    await till.store.write(write)


def in_progress(till: Till) -> Cart | None:
    """The cart that was on the screen when the till ended."""
    query = select(t.held_cart.c.body).where(t.held_cart.c.in_progress == 1)
    with till.store.reading() as connection:
        body = connection.execute(query).scalar_one_or_none()
    return None if body is None else _cart(body)


async def hold(till: Till, cart: Cart, actor: Actor) -> str:
    """Put the cart aside; its id. Raises EmptyCart."""
    if cart.is_empty:
        raise EmptyCart

    def write(tx: Transaction) -> str:
        clear_in_progress(tx)
        values = _values(tx, cart, actor, in_progress=0)
        tx.execute(insert(t.held_cart).values(values))
        tx.touch(Topic.CARTS)
        return str(values["id"])

    return await till.store.write(write)


def held(till: Till) -> list[HeldCart]:
    """What was put aside at this till, the oldest first."""
    query = select(t.held_cart).where(t.held_cart.c.in_progress == 0).order_by(t.held_cart.c.at_ms)
    with till.store.reading() as connection:
        rows = connection.execute(query).all()
        names = person_names(connection, (row.actor_id for row in rows))
    return [_held(row, names) for row in rows]


async def recall(till: Till, cart_id: str) -> Cart:
    """The cart, which is on the screen from now on. Raises CartGone where somebody else took it."""

    def write(tx: Transaction) -> Cart:
        body = tx.execute(
            select(t.held_cart.c.body).where(t.held_cart.c.id == cart_id, t.held_cart.c.in_progress == 0)
        ).scalar_one_or_none()
        if body is None:
            raise CartGone
        clear_in_progress(tx)
        tx.execute(update(t.held_cart).where(t.held_cart.c.id == cart_id).values(in_progress=1))
        tx.touch(Topic.CARTS)
        return _cart(body)

    return await till.store.write(write)


def clear_in_progress(tx: Transaction) -> None:
    """The cart on the screen became a sale, or is empty."""
    tx.execute(_CLEAR)


_CLEAR = delete(t.held_cart).where(t.held_cart.c.in_progress == 1)


def _values(tx: Transaction, cart: Cart, actor: Actor, *, in_progress: int) -> dict[str, Any]:
    return {
        "id": tx.ids.new(),
        "in_progress": in_progress,
        "at_ms": tx.now_ms,
        "actor_id": actor.id,
        "items": cart.count,
        "total_minor": cart.total_minor,
        "body": orjson.dumps(asdict(cart)).decode(),
    }


def _cart(body: str) -> Cart:
    told = orjson.loads(body)
    lines = tuple(CartLine(**(line | {"discount": _discount(line["discount"])})) for line in told["lines"])
    return Cart(**(told | {"lines": lines, "discount": _discount(told["discount"])}))


def _discount(told: dict[str, Any] | None) -> Discount | None:
    return None if told is None else Discount(**told)


def _held(row: Row[Any], names: dict[str, str]) -> HeldCart:
    cart = _cart(row.body)
    return HeldCart(
        id=row.id,
        at_ms=row.at_ms,
        person=names[row.actor_id],
        items=row.items,
        total_minor=row.total_minor,
        first_item=cart.lines[0].description if cart.lines else "",
    )
