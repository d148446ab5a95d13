"""Stored open sales: the sale on the screen, and held (parked) sales.

The sale on the screen is stored at each change, so that it is restored after a power failure. It is stored
whole under its own id: cart, refund, payments and approvals.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from sqlalchemy import Row, bindparam, delete, exists, select, update
from sqlalchemy.dialects.sqlite import insert

from app.domain.cart import NO_RATES, Cart, CartLine
from app.domain.discount import Discount
from app.domain.errors import CartGone, CartInUse, EmptyCart, SaleCompleted
from app.domain.open_sale import Limits, OpenSale, Refund, SaleApproval
from app.domain.plausible import check_cart
from app.domain.rights import Right
from app.domain.shop_settings import ShopSettings
from app.domain.tender import Tender
from app.services import tax_rates
from app.services.person_names import person_names
from app.services.shop_settings import read, read_from
from app.services.till import Actor, Till
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction


@dataclass(frozen=True)
class HeldSale:
    """A held sale, as the list for recalling shows it."""

    id: str
    at_ms: int
    person: str
    items: int
    total_minor: int
    first_item: str


def begin(till: Till) -> OpenSale:
    """A new empty sale, with this shop's setting for tax."""
    settings = read(till)
    cart = Cart(adds_tax=settings.adds_tax, tax_rounding=settings.tax_rounding)
    return OpenSale(till.ids.new(), till.device.currency, cart)


def under(settings: ShopSettings, sale: OpenSale, rates: Mapping[str, int] = NO_RATES) -> OpenSale:
    """The sale under these settings of the shop, with these figures of named tax rates (ppm by key).

    Unchanged once money was taken for it: the customer was asked for a total.
    """
    if sale.payments:
        return sale
    cart = sale.cart.taxed(adds_tax=settings.adds_tax, tax_rounding=settings.tax_rounding, rates=rates)
    return sale if cart == sale.cart else sale.with_cart(lambda _cart: cart)


def now(till: Till, sale: OpenSale) -> OpenSale:
    """The sale under the shop's settings, with the tax rates that are valid at this moment."""
    settings, rates = _in_force(till)
    return under(settings, sale, rates)


def changed(till: Till, sale: OpenSale, change: Callable[[Cart], Cart]) -> OpenSale:
    """The sale as `now`, with its cart changed.

    Raises what `change` raises, BadPayment, and BadQuantity or BadAmount for what grew too large to be true.
    """
    settings, rates = _in_force(till)
    before = under(settings, sale, rates)
    after = under(settings, before.with_cart(change), rates)
    check_cart(after.cart, sale.currency, settings, before=before.cart)
    return after


def _in_force(till: Till) -> tuple[ShopSettings, Mapping[str, int]]:
    """The shop's settings, and the figures of its named tax rates at this moment."""
    with till.store.reading() as connection:
        settings = read_from(connection)
        return settings, tax_rates.valid_under(connection, till, settings)


async def record(till: Till, sale: OpenSale, actor: Actor) -> None:
    """Store the sale on the screen. An empty sale is deleted; a completed sale is not stored again."""

    def write(tx: Transaction) -> None:
        tx.execute(_FORGET_ON_SCREEN)
        if not sale.is_empty and not _is_completed(tx, sale):
            _write(tx, sale, actor, in_progress=1)

    await till.store.write(write)


def in_progress(till: Till) -> OpenSale | None:
    """The sale that was on the screen when the till stopped, or None."""
    query = select(t.held_cart.c.id, t.held_cart.c.body).where(t.held_cart.c.in_progress == 1)
    with till.store.reading() as connection:
        row = connection.execute(query).first()
    return None if row is None else _read(till, row.id, row.body)


async def hold(till: Till, sale: OpenSale, actor: Actor) -> None:
    """Hold (park) the sale on the screen. Raises EmptyCart, and SaleCompleted where it was completed."""
    if sale.is_empty:
        raise EmptyCart

    def write(tx: Transaction) -> None:
        if _is_completed(tx, sale):
            raise SaleCompleted
        tx.execute(_FORGET_ON_SCREEN)
        _write(tx, sale, actor, in_progress=0)
        tx.touch(Topic.CARTS)

    await till.store.write(write)


def held(till: Till) -> list[HeldSale]:
    """The held sales of this till, oldest first."""
    query = select(t.held_cart).where(t.held_cart.c.in_progress == 0).order_by(t.as_written(t.held_cart))
    with till.store.reading() as connection:
        rows = connection.execute(query).all()
        names = person_names(connection, (row.actor_id for row in rows))
    return [_in_list(till, row, names) for row in rows]


async def recall(till: Till, sale_id: str, *, on_screen: OpenSale) -> OpenSale:
    """A held sale, now stored as the sale on the screen.

    Raises CartInUse where the screen is not empty, and CartGone where it was recalled already.
    """
    if not on_screen.is_empty:
        raise CartInUse

    def write(tx: Transaction) -> str:
        query = select(t.held_cart.c.body).where(t.held_cart.c.id == sale_id, t.held_cart.c.in_progress == 0)
        body: str | None = tx.execute(query).scalar_one_or_none()
        if body is None:
            raise CartGone
        tx.execute(_FORGET_ON_SCREEN)
        tx.execute(update(t.held_cart).where(t.held_cart.c.id == sale_id).values(in_progress=1))
        tx.touch(Topic.CARTS)
        return body

    return _read(till, sale_id, await till.store.write(write))


def forget(tx: Transaction, sale_id: str) -> None:
    """Delete an open sale that was completed, in the caller's database transaction."""
    tx.execute(_FORGET, {"sale_id": sale_id})


_FORGET = delete(t.held_cart).where(t.held_cart.c.id == bindparam("sale_id"))
_FORGET_ON_SCREEN = delete(t.held_cart).where(t.held_cart.c.in_progress == 1)
_IS_COMPLETED = select(exists().where(t.sale.c.id == bindparam("sale_id")))


def _is_completed(tx: Transaction, sale: OpenSale) -> bool:
    return bool(tx.execute(_IS_COMPLETED, {"sale_id": sale.id}).scalar_one())


def _write(tx: Transaction, sale: OpenSale, actor: Actor, *, in_progress: int) -> None:
    values = {
        "id": sale.id,
        "in_progress": in_progress,
        "at_ms": tx.now_ms,
        "actor_id": actor.id,
        "items": sale.cart.count,
        "total_minor": sale.cart.total_minor,
        "body": _body(sale),
    }
    statement = insert(t.held_cart).values(values)
    tx.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))


def _body(sale: OpenSale) -> str:
    """The sale as JSON without its id, which is the row's, and its currency, which is the till's."""
    body = {
        "cart": asdict(sale.cart),
        "refund": None if sale.refund is None else asdict(sale.refund),
        "payments": [asdict(payment) for payment in sale.payments],
        "rounding_minor": sale.rounding_minor,
        "approvals": [asdict(approval) for approval in sale.approvals],
        "begun_under": None if sale.begun_under is None else asdict(sale.begun_under),
    }
    return orjson.dumps(body).decode()


def _read(till: Till, sale_id: str, body: str) -> OpenSale:
    """The stored sale. Before schema 0004 a body was the cart alone; what `get` reads came later still."""
    written = orjson.loads(body)
    if "cart" not in written:
        written = {"cart": written, "refund": None, "payments": [], "approvals": []}
    return OpenSale(
        id=sale_id,
        currency=till.device.currency,
        cart=_cart(written["cart"]),
        refund=None if written["refund"] is None else Refund(**written["refund"]),
        payments=tuple(Tender(**payment) for payment in written["payments"]),
        rounding_minor=written.get("rounding_minor", 0),
        approvals=tuple(
            SaleApproval(**(approval | {"right": Right(approval["right"])}))
            for approval in written["approvals"]
        ),
        begun_under=Limits(**written["begun_under"]) if written.get("begun_under") else None,
    )


def _cart(written: dict[str, Any]) -> Cart:
    lines = tuple(CartLine(**(line | {"discount": _discount(line["discount"])})) for line in written["lines"])
    return Cart(**(written | {"lines": lines, "discount": _discount(written["discount"])}))


def _discount(written: dict[str, Any] | None) -> Discount | None:
    return None if written is None else Discount(**written)


def _in_list(till: Till, row: Row[Any], names: dict[str, str]) -> HeldSale:
    cart = _read(till, row.id, row.body).cart
    return HeldSale(
        id=row.id,
        at_ms=row.at_ms,
        person=names[row.actor_id],
        items=row.items,
        total_minor=row.total_minor,
        first_item=cart.lines[0].description if cart.lines else "",
    )
