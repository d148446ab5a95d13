"""Completing a sale or a refund: all of it is on disk before the till confirms it; no network is needed.

A sale is an operation; a void or a refund is a new operation that refers to it. transaction.py writes the
operations; refunds.py decides what of a sale can be returned. ARCHITECTURE.md, "The path of a sale".
"""

from app.domain.errors import EmptyCart
from app.domain.open_sale import STRICTEST, ApprovalRequirement, Limits, OpenSale
from app.domain.plausible import check_cart
from app.domain.shop_settings import ShopSettings
from app.domain.tender import Settlement, check_payments
from app.domain.vocabulary.transaction_kinds import REFUND, SALE
from app.services.approvals import not_permitted, of_sale
from app.services.selling.transaction import CompletedSale, NewTransaction, lines_of
from app.services.shop_settings import read
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
    that is entered later. Raises EmptyCart, BadPayment, CartTooLarge, TooManyApprovals, CannotBeWritten,
    SaleCompleted if a different cart was completed under its id, NotPermitted if an approval is missing, and
    StoreError for disk errors. The shop's bounds are looked at before money is taken (`check`), never after.
    """
    cart = sale.cart
    if cart.is_empty:
        raise EmptyCart
    check_payments(cart.total_minor, settlement.tenders, till.device.currency, settlement.rounding_minor)
    for need in needed_approvals(till, sale, actor):
        raise not_permitted(need.right)
    new = _transaction(till, sale, settlement, actor, occurred_ms)
    new.check()
    return await till.store.write(new.write)


def check(till: Till, sale: OpenSale, actor: Actor) -> None:
    """Look before money is taken whether the sale can be completed, with whatever payments.

    Raises EmptyCart, CartTooLarge, TooManyApprovals, CannotBeWritten; BadQuantity and BadAmount for what is
    too large to be true, unless a part was paid already.
    """
    if sale.cart.is_empty:
        raise EmptyCart
    if not sale.payments:
        check_cart(sale.cart, till.device.currency, read(till))
    _transaction(till, sale, sale.settlement(), actor).check(before_payment=True)


def _transaction(
    till: Till, sale: OpenSale, settlement: Settlement, actor: Actor, occurred_ms: int | None = None
) -> NewTransaction:
    cart = sale.cart
    return NewTransaction(
        till=till,
        id=sale.id,
        kind=SALE if sale.refund is None else REFUND,
        actor=actor,
        lines=lines_of(cart),
        payments=settlement.tenders,
        total_minor=cart.total_minor,
        tax_minor=cart.tax_minor,
        tax_rounding=cart.tax_rounding,
        rounding_minor=settlement.rounding_minor,
        items=cart.count,
        reason=None if sale.refund is None else sale.refund.reason,
        approvals=of_sale(sale, actor),
        occurred_ms=occurred_ms,
    )


def needed_approvals(till: Till, sale: OpenSale, actor: Actor) -> tuple[ApprovalRequirement, ...]:
    """What in this sale needs a right that the actor does not have, and is not approved."""
    return sale.needed_approvals(actor.role, _limits(till, sale))


def approve(till: Till, sale: OpenSale, approver: Actor) -> OpenSale:
    """The sale with everything approved that needs approval now and that the approver has the right for."""
    needs = [need for need in sale.open_needs(_limits(till, sale)) if approver.may(need.right)]
    return sale.approve(needs, approver.id, approver.name, till.clock.now_ms())


def limits_of(settings: ShopSettings) -> Limits:
    """What a clerk may do without approval under these settings of the shop."""
    return Limits(discount_ppm_max=settings.clerk_discount_ppm_max)


def _limits(till: Till, sale: OpenSale) -> Limits:
    if sale.payments and sale.begun_under is not None:
        return sale.begun_under  # never refused once money was taken
    if not sale.open_needs(STRICTEST):
        return STRICTEST  # usual case: nothing to approve even then, so the shop's limits are not read
    return limits_of(read(till))
