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
from app.domain.discount import Discount
from app.domain.errors import BadPayment, EmptyCart
from app.domain.limits import typed_reason
from app.domain.money import format_minor
from app.domain.rates import WHOLE_PPM
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
class ApprovalRequirement:
    """A part of a sale that needs a right. `line_id` is None if it is the sale as a whole.

    `amount_minor` is the discount, the refund, or what a changed price takes off a line (negative if it adds
    to it).
    """

    right: Right
    line_id: int | None
    amount_minor: int


@dataclass(frozen=True)
class SaleApproval:
    """A person with the right approved a need of this sale, up to `at_most_minor` (None: any amount).

    It is dropped when what it approves is removed: the discount, the changed price, the refund or the line.
    """

    right: Right
    line_id: int | None
    at_most_minor: int | None
    approver_id: str
    approver_name: str
    at_ms: int

    def covers(self, need: ApprovalRequirement) -> bool:
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

    `payments` are what was taken so far, or paid out for a refund; `rounding_minor` is what the last of them,
    in cash, was rounded by, signed. Each change drops the `approvals` of what
    it removes. Until the cart is changed, `begun_under` are the limits under which its payment began: once
    money was taken they hold, whatever the shop's are by then.
    """

    id: str
    currency: str
    cart: Cart = field(default_factory=Cart)
    refund: Refund | None = None
    payments: tuple[Tender, ...] = ()
    rounding_minor: int = 0
    approvals: tuple[SaleApproval, ...] = ()
    begun_under: Limits | None = None

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
                self.id,
                self.currency,
                Cart(next_line_id=cart.next_line_id, adds_tax=cart.adds_tax, tax_rounding=cart.tax_rounding),
            )
        return _with_valid_approvals(replace(self, cart=cart, rounding_minor=0, begun_under=None))

    # --- refund --------------------------------------------------------------------------------------

    def begin_refund(self, reason: str) -> "OpenSale":
        """The sale as a refund of its cart. Raises EmptyCart, ReasonMissing, TextTooLong, BadPayment."""
        if self.is_empty:
            raise EmptyCart
        why = typed_reason(reason)
        if self.refund is None and self.payments:
            raise self._paid_too_much(self.paid_minor)
        return replace(self, refund=Refund(why))

    def abandon_refund(self) -> "OpenSale":
        """The refund as a sale again, without its payments and approvals. Only before money is paid out."""
        if self.refund is None:
            return self
        return _with_valid_approvals(replace(self, refund=None, payments=(), rounding_minor=0))

    # --- payment -------------------------------------------------------------------------------------

    def begin_payment(self, limits: Limits) -> "OpenSale":
        """The sale as its payment begins, unless a part was paid before."""
        return self if self.payments and self.begun_under else replace(self, begun_under=limits)

    def with_payments(self, payments: Iterable[Tender], rounding_minor: int = 0) -> "OpenSale":
        """The sale with its payments, and the rounding of the last one in cash, replaced."""
        return replace(self, payments=tuple(payments), rounding_minor=rounding_minor)

    def settlement(self, cash_step_minor: int = 0) -> Settlement:
        """The amount due, in cash rounded to `cash_step_minor`, and the payments so far."""
        return Settlement(
            self.cart.total_minor, self.currency, cash_step_minor, self.payments, self.rounding_minor
        )

    # --- approvals -----------------------------------------------------------------------------------

    def needs(self, limits: Limits) -> tuple[ApprovalRequirement, ...]:
        """Everything in it that needs a right, whoever is signed in and whatever is approved."""
        found: list[ApprovalRequirement] = []
        sale_discount_is_large = False
        for line in self.cart.lines:
            if line.has_other_price:
                found.append(
                    ApprovalRequirement(
                        Right.OVERRIDE_PRICE, line.line_id, line.list_gross_minor - line.gross_minor
                    )
                )
            # A share is rarely a whole number of minor units: one minor unit of rounding is tolerated.
            if line.discount_minor * WHOLE_PPM > line.gross_minor * limits.discount_ppm_max + WHOLE_PPM:
                if line.own_discount_minor:
                    found.append(
                        ApprovalRequirement(Right.LARGE_DISCOUNT, line.line_id, line.own_discount_minor)
                    )
                sale_discount_is_large |= line.sale_discount_minor > 0
        if sale_discount_is_large:
            found.append(ApprovalRequirement(Right.LARGE_DISCOUNT, None, self.cart.sale_discount_minor))
        if self.refund is not None:
            found.append(ApprovalRequirement(Right.REFUND_WITHOUT_RECEIPT, None, self.cart.total_minor))
        return tuple(found)

    def open_needs(self, limits: Limits) -> tuple[ApprovalRequirement, ...]:
        """The needs that no approval covers yet."""
        return tuple(
            need
            for need in self.needs(limits)
            if not any(approval.covers(need) for approval in self.approvals)
        )

    def needed_approvals(self, role: str, limits: Limits) -> tuple[ApprovalRequirement, ...]:
        """The needs that are not approved yet and whose right this role does not have."""
        return tuple(need for need in self.open_needs(limits) if not may(role, need.right))

    def approve(
        self, needs: Iterable[ApprovalRequirement], approver_id: str, approver_name: str, at_ms: int
    ) -> "OpenSale":
        """The sale with these needs approved up to their present amounts, instead of earlier approvals."""
        new = tuple(
            SaleApproval(need.right, need.line_id, need.amount_minor, approver_id, approver_name, at_ms)
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
