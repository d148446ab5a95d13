"""The sale on the screen, from its first scan to its completion, as one frozen value.

A window shows it, holds and recalls it, and completes it as a whole; a copy on disk survives a crash. All
changes are pure functions. app/services/selling/open_sales.py stores it, checkout.py completes it. A refund
here is one without a receipt; one against a receipt of this till has no cart and is made line by line in
app/services/selling/refunds.py. ARCHITECTURE.md, "The counter".
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
    """What a clerk of this shop may do without approval: a discount up to this share of a line, in ppm."""

    discount_ppm_max: int


STRICTEST = Limits(discount_ppm_max=0)
"""The strictest limits of any shop: every discount needs a right."""


@dataclass(frozen=True)
class Need:
    """A part of a sale that needs a right. `line_id` is None if it is the sale as a whole.

    `amount_minor` is the discount, the refund, or what a changed price takes off a line (negative if it adds
    to it).
    """

    right: Right
    line_id: int | None
    amount_minor: int


@dataclass(frozen=True)
class Approval:
    """A person with the right approved a need of this sale, up to `at_most_minor` (None: any amount).

    It is dropped when what it approves is removed: the discount, the changed price, the refund or the line.
    """

    right: Right
    line_id: int | None
    at_most_minor: int | None
    approver_id: str
    approver_name: str
    at_ms: int

    def covers(self, need: Need) -> bool:
        """Whether it covers right, line and amount. Approval of a lower price does not cover a higher one."""
        if (self.right, self.line_id) != (need.right, need.line_id):
            return False
        if self.at_most_minor is None:
            return True
        low, high = sorted((0, self.at_most_minor))
        return low <= need.amount_minor <= high


@dataclass(frozen=True)
class Refund:
    """The goods in the cart are taken back without a receipt; `reason` says why."""

    reason: str


@dataclass(frozen=True)
class CartChange:
    """A price or discount to set. `discount` None removes it; `line_id` None is the sale's discount."""

    what: Literal["line", "sale", "price"]
    line_id: int | None
    discount: Discount | None = None
    price_minor: int = 0
    reason: str = ""

    def of(self, cart: Cart) -> Cart:
        """The cart with this change applied. Raises DomainError."""
        if self.what == "sale":
            return cart.discount_sale(self.discount)
        assert self.line_id is not None, "only a sale's discount names no line"
        if self.what == "line":
            return cart.discount_line(self.line_id, self.discount)
        return cart.set_price(self.line_id, self.price_minor, self.reason)


@dataclass(frozen=True)
class OpenSale:
    """A sale that is not completed yet. `id` is minted once and becomes the completed sale's id.

    `payments` are what was taken so far, or paid out for a refund. Each change drops the `approvals` of what
    it removes.
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

    # --- cart ----------------------------------------------------------------------------------------

    def with_cart(self, change: Callable[[Cart], Cart]) -> "OpenSale":
        """The sale with its cart changed. If it is then empty, refund, payments and approvals go.

        Raises what `change` raises, and BadPayment if the payments so far exceed the new total.
        """
        cart = change(self.cart)
        too_much_minor = self.paid_minor - cart.total_minor
        if self.payments and too_much_minor > 0:
            raise self._paid_too_much(too_much_minor)
        if cart.is_empty:
            return OpenSale(
                self.id, self.currency, Cart(next_line_id=cart.next_line_id, adds_tax=cart.adds_tax)
            )
        return _with_valid_approvals(replace(self, cart=cart))

    # --- refund --------------------------------------------------------------------------------------

    def begin_refund(self, reason: str) -> "OpenSale":
        """The sale as a refund of its cart. Raises EmptyCart, ReasonMissing, BadPayment."""
        if self.is_empty:
            raise EmptyCart
        if not reason.strip():
            raise ReasonMissing
        if self.refund is None and self.payments:
            raise self._paid_too_much(self.paid_minor)
        return replace(self, refund=Refund(reason.strip()))

    def abandon_refund(self) -> "OpenSale":
        """The refund as a sale again, without its payments and approvals. Only before money is paid out."""
        if self.refund is None:
            return self
        return _with_valid_approvals(replace(self, refund=None, payments=()))

    # --- payment -------------------------------------------------------------------------------------

    def with_payments(self, payments: Iterable[Tender]) -> "OpenSale":
        """The sale with its payments replaced."""
        return replace(self, payments=tuple(payments))

    def settlement(self, cash_step_minor: int = 0) -> Settlement:
        """The amount due, in cash rounded to `cash_step_minor`, and the payments so far."""
        return Settlement(self.cart.total_minor, self.currency, cash_step_minor, self.payments)

    # --- approvals -----------------------------------------------------------------------------------

    def needs(self, limits: Limits) -> tuple[Need, ...]:
        """Everything in it that needs a right, whoever is signed in and whatever is approved."""
        found: list[Need] = []
        sale_discount_is_large = False
        for line in self.cart.lines:
            if line.has_other_price:
                found.append(
                    Need(Right.OVERRIDE_PRICE, line.line_id, line.list_gross_minor - line.gross_minor)
                )
            # A share is rarely a whole number of minor units: one minor unit of rounding is tolerated.
            if line.discount_minor * WHOLE_PPM > line.gross_minor * limits.discount_ppm_max + WHOLE_PPM:
                if line.own_discount_minor:
                    found.append(Need(Right.LARGE_DISCOUNT, line.line_id, line.own_discount_minor))
                sale_discount_is_large |= line.sale_discount_minor > 0
        if sale_discount_is_large:
            found.append(Need(Right.LARGE_DISCOUNT, None, self.cart.sale_discount_minor))
        if self.refund is not None:
            found.append(Need(Right.REFUND_WITHOUT_RECEIPT, None, self.cart.total_minor))
        return tuple(found)

    def open_needs(self, limits: Limits) -> tuple[Need, ...]:
        """The needs that no approval covers yet."""
        return tuple(
            need
            for need in self.needs(limits)
            if not any(approval.covers(need) for approval in self.approvals)
        )

    def needed_approvals(self, role: str, limits: Limits) -> tuple[Need, ...]:
        """The needs that are not approved yet and whose right this role does not have."""
        return tuple(need for need in self.open_needs(limits) if not may(role, need.right))

    def approve(self, needs: Iterable[Need], approver_id: str, approver_name: str, at_ms: int) -> "OpenSale":
        """The sale with these needs approved up to their present amounts, instead of earlier approvals."""
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


def _with_valid_approvals(sale: OpenSale) -> OpenSale:
    """Drop approvals of what is no longer in the sale; a discount within the shop's limits still is."""
    subjects = {(need.right, need.line_id) for need in sale.needs(STRICTEST)}
    approvals = tuple(
        approval for approval in sale.approvals if (approval.right, approval.line_id) in subjects
    )
    return replace(sale, approvals=approvals)
