"""Finishing a sale or a refund: on disk, whole, before the till says so, and never waiting for a network.

A sale is one operation. A void or a refund is a new operation that names the old one. How a transaction is
written is transaction.py's; what of a sale can go back is refunds.py's. ARCHITECTURE.md,
"The path of a sale".
"""

from app.domain.errors import EmptyCart
from app.domain.open_sale import STRICTEST, Limits, Need, OpenSale
from app.domain.tender import Settlement, check_payments
from app.domain.vocabulary.transaction_kinds import REFUND, SALE
from app.services.approvals import not_permitted, of_sale
from app.services.preferences import read
from app.services.selling.transaction import CompletedSale, NewTransaction, lines_of
from app.services.till import Actor, Till


async def complete(
    till: Till,
    sale: OpenSale,
    settlement: Settlement,
    actor: Actor,
    *,
    occurred_ms: int | None = None,
) -> CompletedSale:
    """Sell what is in the cart, or take it back, and put it on disk with its payments.

    The same sale completed again gives what it gave the first time. `occurred_ms` is the moment of a sale
    that is entered later. Raises EmptyCart, BadPayment, CartTooLarge, SaleCompleted where another cart was
    completed under its id, NotPermitted where something in it needs a right that nobody answered for, and
    StoreError for the disk.
    """
    cart = sale.cart
    if cart.is_empty:
        raise EmptyCart
    check_payments(cart.total_minor, settlement.tenders, till.device.currency, settlement.rounding_minor)
    for need in needed_approvals(till, sale, actor):
        raise not_permitted(need.right)
    new = NewTransaction(
        till=till,
        id=sale.id,
        kind=SALE if sale.refund is None else REFUND,
        actor=actor,
        lines=lines_of(cart),
        payments=settlement.tenders,
        total_minor=cart.total_minor,
        tax_minor=cart.tax_minor,
        rounding_minor=settlement.rounding_minor,
        items=cart.count,
        reason=None if sale.refund is None else sale.refund.reason,
        approvals=of_sale(sale, actor),
        occurred_ms=occurred_ms,
    )
    new.check_size()
    return await till.store.write(new.write)


def needed_approvals(till: Till, sale: OpenSale, actor: Actor) -> tuple[Need, ...]:
    """What in this sale the person may not do alone, and nobody has approved."""
    return sale.needed_approvals(actor.role, _limits(till, sale))


def approve(till: Till, sale: OpenSale, approver: Actor) -> OpenSale:
    """The sale with all approved that needs it by now and that this person may approve."""
    needs = [need for need in sale.open_needs(_limits(till, sale)) if approver.may(need.right)]
    return sale.approve(needs, approver.id, approver.name, till.clock.now_ms())


def _limits(till: Till, sale: OpenSale) -> Limits:
    if not sale.open_needs(STRICTEST):
        return STRICTEST  # most sales: nothing in them depends on a limit, so none is read
    return Limits(discount_ppm_max=read(till).clerk_discount_ppm_max)
