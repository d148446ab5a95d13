"""Completing a sale or a refund: all of it is on disk before the till confirms it; no network is needed.

A sale is an operation; a void or a refund is a new operation that refers to it. transaction.py writes the
operations; refunds.py decides what of a sale can be returned. ARCHITECTURE.md, "The path of a sale".
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
    """Complete an open sale (or a refund of its cart) with its payments. It is on disk on return.

    Idempotent: completing the same sale again returns the first result. `occurred_ms` is the time of a sale
    that is entered later. Raises EmptyCart, BadPayment, CartTooLarge, SaleCompleted if a different cart was
    completed under its id, NotPermitted if an approval is missing, and StoreError for disk errors.
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
    """What in this sale needs a right that the actor does not have, and is not approved."""
    return sale.needed_approvals(actor.role, _limits(till, sale))


def approve(till: Till, sale: OpenSale, approver: Actor) -> OpenSale:
    """The sale with everything approved that needs approval now and that the approver has the right for."""
    needs = [need for need in sale.open_needs(_limits(till, sale)) if approver.may(need.right)]
    return sale.approve(needs, approver.id, approver.name, till.clock.now_ms())


def _limits(till: Till, sale: OpenSale) -> Limits:
    if not sale.open_needs(STRICTEST):
        return STRICTEST  # usual case: nothing to approve even then, so the shop's limits are not read
    return Limits(discount_ppm_max=read(till).clerk_discount_ppm_max)
