"""What a clerk rings up, as the sell page would: an open sale, paid in cash, on disk."""

from collections.abc import Sequence
from dataclasses import replace

from app.domain.cart import Cart
from app.domain.open_sale import OpenSale
from app.domain.tender import Tender, tender_cash
from app.services.selling import checkout, open_sales
from app.services.selling.transaction import CompletedSale
from app.services.till import Actor, Till


def rung_up(till: Till, cart: Cart) -> OpenSale:
    """An open sale with this in it."""
    return replace(open_sales.begin(till), cart=cart)


async def sell(
    till: Till,
    cart: Cart,
    actor: Actor,
    payments: Sequence[Tender] | None = None,
    *,
    occurred_ms: int | None = None,
) -> CompletedSale:
    """Sell a cart; for exact cash where no payments are named."""
    return await pay(till, rung_up(till, cart), actor, payments, occurred_ms=occurred_ms)


async def take_back(till: Till, cart: Cart, actor: Actor, *, approved_by: Actor) -> CompletedSale:
    """Refund a cart without its receipt."""
    sale = rung_up(till, cart).begin_refund("no receipt")
    return await pay(till, checkout.approve(till, sale, approved_by), actor)


async def pay(
    till: Till,
    sale: OpenSale,
    actor: Actor,
    payments: Sequence[Tender] | None = None,
    *,
    occurred_ms: int | None = None,
) -> CompletedSale:
    """Complete a sale; for exact cash where no payments are named."""
    total_minor = sale.cart.total_minor
    tenders = (tender_cash(total_minor, total_minor),) if payments is None else tuple(payments)
    settlement = replace(sale.settlement(), tenders=tenders)
    return await checkout.complete(till, sale, settlement, actor, occurred_ms=occurred_ms)
