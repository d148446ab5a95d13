"""The sale on the screen, from its first scan to its completion: one frozen value with all of it.

It is shown, recorded for a crash, held, recalled and completed whole. Its changes are pure; how it outlives
the screen is app/services/selling/open_sales.py's, how it is completed checkout.py's. A refund against a
receipt of this till goes back line by line, without a cart: refunds.py. ARCHITECTURE.md, "The counter".
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from app.domain.cart import Cart
from app.domain.discount import WHOLE_PPM, Discount
from app.domain.errors import BadPayment, EmptyCart, ReasonMissing
from app.domain.money import format_minor
from app.domain.rights import Right, may
from app.domain.tender import Settlement, Tender
from resources.words import translate


@dataclass(frozen=True)
class Limits:
    """What this shop lets a clerk do alone: a discount of up to this share of a line, in millionths."""

    discount_ppm_max: int


STRICTEST = Limits(discount_ppm_max=0)
"""Whatever needs a right in some shop needs one here."""


@dataclass(frozen=True)
class Need:
    """Something in a sale that needs a right. `line_id` is None where it is of the sale as a whole.

    `amount_minor` is how far it goes: what a discount takes off, what a refund comes to, or by how much a
    line comes to less than the catalogue asks (below zero where it comes to more).
    """

    right: Right
    line_id: int | None
    amount_minor: int


@dataclass(frozen=True)
class Approval:
    """Somebody with the right answered for one thing in a sale, up to `at_most_minor` (None is any amount).

    It ends with what it was given for: the discount, the other price, the refund or the line.
    """

    right: Right
    line_id: int | None
    at_most_minor: int | None
    approver_id: str
    approver_name: str
    at_ms: int

    def covers(self, need: Need) -> bool:
        """Whether it was given for this, and goes as far. A price below the catalogue's covers none above."""
        if (self.right, self.line_id) != (need.right, need.line_id):
            return False
        if self.at_most_minor is None:
            return True
        low, high = sorted((0, self.at_most_minor))
        return low <= need.amount_minor <= high


@dataclass(frozen=True)
class Refund:
    """The goods in the cart are taken back, and their receipt is not at hand: why."""

    reason: str


@dataclass(frozen=True)
class CartChange:
    """What a clerk asks of a cart's prices. `discount` None takes one away; a sale's has no `line_id`."""

    what: Literal["line", "sale", "price"]
    line_id: int | None
    discount: Discount | None = None
    price_minor: int = 0
    reason: str = ""

    def of(self, cart: Cart) -> Cart:
        """The cart with it. Raises DomainError."""
        if self.what == "sale":
            return cart.discount_sale(self.discount)
        assert self.line_id is not None, "only a sale's discount names no line"
        if self.what == "line":
            return cart.discount_line(self.line_id, self.discount)
        return cart.set_price(self.line_id, self.price_minor, self.reason)


@dataclass(frozen=True)
class OpenSale:
    """A sale that is not completed yet. `id` is minted once and becomes the completed sale's.

    `payments` are those taken so far, of a refund those given back. `approvals` are for what is in it now:
    each change drops those whose subject is gone.
    """

    id: str
    currency: str
    cart: Cart = field(default_factory=Cart)
    refund: Refund | None = None
    payments: tuple[Tender, ...] = ()
    approvals: tuple[Approval, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self.cart.is_empty

    @property
    def paid_minor(self) -> int:
        """What the payments so far add up to, less change."""
        return sum(payment.net_minor for payment in self.payments)

    # --- what is sold --------------------------------------------------------------------------------

    def with_cart(self, change: Callable[[Cart], Cart]) -> "OpenSale":
        """The sale with its cart changed. Where nothing is left in it, it begins again from nothing.

        Raises what `change` raises, and BadPayment where more was paid already than would be due.
        """
        cart = change(self.cart)
        too_much_minor = self.paid_minor - cart.total_minor
        if self.payments and too_much_minor > 0:
            raise self._paid_too_much(too_much_minor)
        if cart.is_empty:
            return OpenSale(
                self.id, self.currency, Cart(next_line_id=cart.next_line_id, adds_tax=cart.adds_tax)
            )
        return _without_ended_approvals(replace(self, cart=cart))

    # --- refund --------------------------------------------------------------------------------------

    def begin_refund(self, reason: str) -> "OpenSale":
        """The cart is taken back rather than sold. Raises EmptyCart, ReasonMissing, BadPayment."""
        if self.is_empty:
            raise EmptyCart
        if not reason.strip():
            raise ReasonMissing
        if self.refund is None and self.payments:
            raise self._paid_too_much(self.paid_minor)
        return replace(self, refund=Refund(reason.strip()))

    def abandon_refund(self) -> "OpenSale":
        """The cart is sold after all: nothing was given back, and what was approved for it ends."""
        if self.refund is None:
            return self
        return _without_ended_approvals(replace(self, refund=None, payments=()))

    # --- payment -------------------------------------------------------------------------------------

    def with_payments(self, payments: Iterable[Tender]) -> "OpenSale":
        return replace(self, payments=tuple(payments))

    def settlement(self, cash_step_minor: int = 0) -> Settlement:
        """What is due, with what was paid so far."""
        return Settlement(self.cart.total_minor, self.currency, cash_step_minor, self.payments)

    # --- approvals -----------------------------------------------------------------------------------

    def needs(self, limits: Limits) -> tuple[Need, ...]:
        """All in it that needs a right, whoever is at the till and whatever was approved."""
        found: list[Need] = []
        sale_is_over = False
        for line in self.cart.lines:
            if line.has_other_price:
                found.append(
                    Need(Right.OVERRIDE_PRICE, line.line_id, line.list_gross_minor - line.gross_minor)
                )
            # A whole share is rarely a whole number of minor units: one of them is forgiven.
            if line.discount_minor * WHOLE_PPM > line.gross_minor * limits.discount_ppm_max + WHOLE_PPM:
                if line.own_discount_minor:
                    found.append(Need(Right.LARGE_DISCOUNT, line.line_id, line.own_discount_minor))
                sale_is_over = sale_is_over or line.sale_discount_minor > 0
        if sale_is_over:
            found.append(Need(Right.LARGE_DISCOUNT, None, self.cart.sale_discount_minor))
        if self.refund is not None:
            found.append(Need(Right.REFUND_WITHOUT_RECEIPT, None, self.cart.total_minor))
        return tuple(found)

    def open_needs(self, limits: Limits) -> tuple[Need, ...]:
        """What nobody has answered for yet."""
        return tuple(
            need
            for need in self.needs(limits)
            if not any(approval.covers(need) for approval in self.approvals)
        )

    def needed_approvals(self, role: str, limits: Limits) -> tuple[Need, ...]:
        """What somebody of this role cannot do alone, and nobody has approved."""
        return tuple(need for need in self.open_needs(limits) if not may(role, need.right))

    def approve(self, needs: Iterable[Need], approver_id: str, approver_name: str, at_ms: int) -> "OpenSale":
        """With these approved, as far as each goes now; an earlier approval of the same thing is replaced."""
        new = tuple(
            Approval(need.right, need.line_id, need.amount_minor, approver_id, approver_name, at_ms)
            for need in needs
        )
        renewed = {(approval.right, approval.line_id) for approval in new}
        others = (
            approval for approval in self.approvals if (approval.right, approval.line_id) not in renewed
        )
        return replace(self, approvals=(*others, *new))

    def _paid_too_much(self, amount_minor: int) -> BadPayment:
        words = translate("errors", "{amount} more was taken than is due.")
        return BadPayment(words.format(amount=format_minor(amount_minor, self.currency)))


def _without_ended_approvals(sale: OpenSale) -> OpenSale:
    """The shop's limit plays no part: a discount that a clerk may give alone is still that discount."""
    there = {(need.right, need.line_id) for need in sale.needs(STRICTEST)}
    approvals = tuple(approval for approval in sale.approvals if (approval.right, approval.line_id) in there)
    return replace(sale, approvals=approvals)
