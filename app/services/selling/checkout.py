"""Finishing a sale or a refund: on disk, whole, before the till says so, and never waiting for a network.

A sale is one operation. A void or a refund is a new operation that names the old one. How a transaction is
written is transaction.py's; what of a sale can go back is refunds.py's. ARCHITECTURE.md, "A sale".
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from app.domain.cart import Cart
from app.domain.errors import EmptyCart, ReasonMissing
from app.domain.rights import Right
from app.domain.tender import Tender, check_payments
from app.domain.vocabulary.transaction_kinds import REFUND, SALE
from app.services.preferences import read_from
from app.services.selling.transaction import CompletedSale, NewTransaction, lines_of
from app.services.till import Actor, Till, authorise, person_names
from sync_agent.store import tables as t

_WHOLE_PPM = 1_000_000


@dataclass(frozen=True)
class SaleView:
    """A finished transaction in a list. `status` is that of its operation; `lines` counts its lines."""

    id: str
    kind: str
    receipt_number: str
    total_minor: int
    lines: int
    actor_name: str
    occurred_ms: int
    status: str


async def complete_sale(
    till: Till,
    cart: Cart,
    payments: Sequence[Tender],
    actor: Actor,
    *,
    rounding_minor: int = 0,
    approved_by: Actor | None = None,
    occurred_ms: int | None = None,
) -> CompletedSale:
    """Sell what is in the cart. `rounding_minor` is what paying in cash added to the total or took off.

    Raises EmptyCart, BadPayment, CartTooLarge, NotPermitted where a price or discount needs a manager, and
    StoreError for the disk.
    """
    _check(till, cart, payments, rounding_minor)
    for right in needs_approval(till, cart, actor):
        authorise(actor, approved_by, right)
    new = NewTransaction(
        till=till,
        kind=SALE,
        actor=actor,
        lines=lines_of(cart),
        payments=tuple(payments),
        total_minor=cart.total_minor,
        tax_minor=cart.tax_minor,
        rounding_minor=rounding_minor,
        items=cart.count,
        approved_by=approved_by,
        occurred_ms=occurred_ms,
        takes_cart=True,
    )
    new.check_size()
    return await till.store.write(new.write)


async def complete_refund(
    till: Till,
    cart: Cart,
    payments: Sequence[Tender],
    actor: Actor,
    *,
    refers_to: str | None = None,
    reason: str | None = None,
    rounding_minor: int = 0,
    approved_by: Actor | None = None,
    occurred_ms: int | None = None,
) -> CompletedSale:
    """Take back what is in the cart and pay it out; `refers_to` is the receipt it was sold on.

    For goods whose sale is not on this till: who asked for it has seen to the right and the reason.
    """
    _check(till, cart, payments, rounding_minor)
    new = NewTransaction(
        till=till,
        kind=REFUND,
        actor=actor,
        lines=lines_of(cart),
        payments=tuple(payments),
        total_minor=cart.total_minor,
        tax_minor=cart.tax_minor,
        rounding_minor=rounding_minor,
        items=cart.count,
        refers_to=refers_to,
        reason=reason,
        approved_by=approved_by,
        occurred_ms=occurred_ms,
        takes_cart=True,
    )
    new.check_size()
    return await till.store.write(new.write)


async def refund_without_receipt(
    till: Till,
    cart: Cart,
    payments: Sequence[Tender],
    actor: Actor,
    reason: str,
    *,
    rounding_minor: int = 0,
    approved_by: Actor | None = None,
) -> CompletedSale:
    """As `complete_refund`, with a manager's right and a reason. Raises NotPermitted, ReasonMissing."""
    authorise(actor, approved_by, Right.REFUND_WITHOUT_RECEIPT)
    if not reason.strip():
        raise ReasonMissing
    return await complete_refund(
        till,
        cart,
        payments,
        actor,
        reason=reason.strip(),
        rounding_minor=rounding_minor,
        approved_by=approved_by,
    )


def needs_approval(till: Till, cart: Cart, actor: Actor) -> list[Right]:
    """What in this cart the person may not do by themselves."""
    wanted: list[Right] = []
    if any(line.has_other_price for line in cart.lines):
        wanted.append(Right.OVERRIDE_PRICE)
    if cart.discount_minor:
        with till.store.reading() as connection:
            allowed_ppm = read_from(connection).clerk_discount_ppm_max
        if any(
            line.discount_minor * _WHOLE_PPM > line.gross_minor * allowed_ppm + _WHOLE_PPM
            for line in cart.lines
        ):
            wanted.append(Right.LARGE_DISCOUNT)
    return [right for right in wanted if not actor.may(right)]


def recent_sales(till: Till, limit: int = 50) -> list[SaleView]:
    """What was sold and refunded at this till, the newest first."""
    sale = t.sale
    lines = (
        select(func.count())
        .select_from(t.sale_line)
        .where(t.sale_line.c.sale_id == sale.c.id)
        .scalar_subquery()
    )
    query = (
        select(sale, t.outbox.c.status, lines.label("lines"))
        .join(t.outbox, t.outbox.c.id == sale.c.id)
        .order_by(sale.c.occurred_ms.desc(), t.outbox.c.device_seq.desc())
        .limit(limit)
    )
    with till.store.reading() as connection:
        rows = connection.execute(query).all()
        names = person_names(connection, (row.actor_id for row in rows))
    return [
        SaleView(
            id=row.id,
            kind=row.kind,
            receipt_number=row.receipt_number,
            total_minor=row.total_minor,
            lines=row.lines,
            actor_name=names[row.actor_id],
            occurred_ms=row.occurred_ms,
            status=row.status,
        )
        for row in rows
    ]


def _check(till: Till, cart: Cart, payments: Sequence[Tender], rounding_minor: int) -> None:
    if cart.is_empty:
        raise EmptyCart
    check_payments(cart.total_minor, tuple(payments), till.device.currency, rounding_minor)
