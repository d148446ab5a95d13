"""What a customer gives, and what they get back."""

from dataclasses import dataclass, replace

from app.domain.errors import BadPayment, InsufficientCash
from app.domain.money import format_minor, minor_digits, round_half_up
from app.domain.vocabulary.payment_methods import CARD, CASH
from resources.words import translate

Method = str
"""The code of a payment method (`vocabulary.payment_methods`)."""


@dataclass(frozen=True)
class Tender:
    """One payment: `amount_minor` was handed over, `change_minor` of it went back."""

    method: Method
    amount_minor: int
    change_minor: int = 0
    reference: str | None = None

    @property
    def net_minor(self) -> int:
        """What the payment leaves in the drawer or on the account: amount less change."""
        return self.amount_minor - self.change_minor


def tender_cash(total_minor: int, given_minor: int, currency: str = "") -> Tender:
    """Cash for all that is due. Raises InsufficientCash, which names what is missing.

    `currency` only says how many decimals that is written with.
    """
    if given_minor < total_minor:
        raise InsufficientCash(format_minor(total_minor - given_minor, currency))
    return Tender(CASH, given_minor, given_minor - total_minor)


def round_cash(amount_minor: int, step_minor: int) -> int:
    """The amount as coins can pay it, the smallest being `step_minor`; a half goes up, 0 rounds nothing."""
    return round_half_up(amount_minor, step_minor) * step_minor if step_minor > 1 else amount_minor


@dataclass(frozen=True)
class Settlement:
    """A total on its way to being paid, in one tender or several.

    Cash is rounded to `cash_step_minor`, where the last of it is paid in cash; `rounding_minor` is what that
    adds to the total or takes off.
    """

    total_minor: int
    currency: str
    cash_step_minor: int = 0
    tenders: tuple[Tender, ...] = ()
    rounding_minor: int = 0

    @property
    def due_minor(self) -> int:
        """What is still to be paid, before any rounding of cash."""
        return self.total_minor + self.rounding_minor - sum(tender.net_minor for tender in self.tenders)

    @property
    def cash_due_minor(self) -> int:
        """What is still to be paid where it is paid in cash."""
        return round_cash(self.due_minor, self.cash_step_minor)

    @property
    def is_settled(self) -> bool:
        return self.due_minor == 0

    @property
    def change_minor(self) -> int:
        return sum(tender.change_minor for tender in self.tenders)

    def with_cash(self, given_minor: int, method: Method = CASH) -> "Settlement":
        """Cash for what is due, or for a part of it. Raises BadPayment for none."""
        if given_minor <= 0 < self.cash_due_minor:
            raise BadPayment(translate("errors", "Say how much was given."))
        due_minor = self.cash_due_minor
        if given_minor < due_minor:
            return replace(self, tenders=(*self.tenders, Tender(method, given_minor)))
        rounding_minor = due_minor - self.due_minor
        return replace(
            self,
            tenders=(*self.tenders, Tender(method, given_minor, given_minor - due_minor)),
            rounding_minor=self.rounding_minor + rounding_minor,
        )

    def with_card(self, amount_minor: int, reference: str, method: Method = CARD) -> "Settlement":
        """By card, or in another way, for all or a part of what is due. Raises BadPayment for more."""
        if amount_minor <= 0:
            raise BadPayment(translate("errors", "Say how much was paid."))
        if amount_minor > self.due_minor:
            more = format_minor(amount_minor - self.due_minor, self.currency)
            words = translate("errors", "That is {amount} more than is due; only cash gives change.")
            raise BadPayment(words.format(amount=more))
        tender = Tender(method, amount_minor, reference=reference.strip() or None)
        return replace(self, tenders=(*self.tenders, tender))

    def paid_out(self) -> "Settlement":
        """The same as money that goes back: it is counted out as it is, and nobody gives change on it."""
        tenders = tuple(
            replace(tender, amount_minor=tender.net_minor, change_minor=0) for tender in self.tenders
        )
        return replace(self, tenders=tenders)

    def without(self, place: int) -> "Settlement":
        """The same with one tender taken back."""
        tenders = self.tenders[:place] + self.tenders[place + 1 :]
        return replace(self, tenders=tenders, rounding_minor=0)


def check_payments(
    total_minor: int, payments: tuple[Tender, ...], currency: str, rounding_minor: int = 0
) -> None:
    """Raise BadPayment unless what stays in the till is exactly what is due, with cash rounded."""
    if any(payment.amount_minor < 0 or payment.change_minor < 0 for payment in payments):
        raise BadPayment(translate("errors", "A payment cannot be negative."))
    due_minor = total_minor + rounding_minor
    net_minor = sum(payment.net_minor for payment in payments)
    if net_minor < due_minor:
        raise InsufficientCash(format_minor(due_minor - net_minor, currency))
    if net_minor > due_minor:
        words = translate("errors", "{amount} more was taken than is due.")
        raise BadPayment(words.format(amount=format_minor(net_minor - due_minor, currency)))


_NOTES = {
    "GBP": (5, 10, 20, 50),
    "EUR": (5, 10, 20, 50, 100, 200),
    "USD": (1, 5, 10, 20, 50, 100),
    "CHF": (10, 20, 50, 100, 200),
    "JPY": (1000, 5000, 10000),
}
_OTHER_NOTES = (5, 10, 20, 50, 100)


def suggested_notes(total_minor: int, currency: str, *, limit: int = 5) -> tuple[int, ...]:
    """Amounts a customer is likely to hand over, smallest first: the exact one, then rounded up to notes."""
    if total_minor <= 0:
        return ()
    unit = 10 ** minor_digits(currency)
    rounded = {-(-total_minor // (note * unit)) * note * unit for note in _NOTES.get(currency, _OTHER_NOTES)}
    return tuple(sorted({total_minor, *rounded}))[:limit]
