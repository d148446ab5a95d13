"""Payments of a sale: tenders, change, and rounding of cash."""

from dataclasses import dataclass, replace

from app.domain.errors import BadPayment, InsufficientCash
from app.domain.limits import PAYMENTS_MAX, typed_text
from app.domain.money import AMOUNT_MAX_MINOR, format_minor, minor_digits, round_half_up
from app.domain.vocabulary.payment_methods import CARD, CASH
from resources.words import translate

Method = str
"""The code of a payment method (`vocabulary.payment_methods`)."""


@dataclass(frozen=True)
class Tender:
    """A payment: `amount_minor` was handed over, `change_minor` of it was returned as change."""

    method: Method
    amount_minor: int
    change_minor: int = 0
    reference: str | None = None

    @property
    def net_minor(self) -> int:
        """What the payment leaves in the drawer or on the account: amount less change."""
        return self.amount_minor - self.change_minor


def tender_cash(total_minor: int, given_minor: int, currency: str = "") -> Tender:
    """Cash for the whole amount due. Raises InsufficientCash with the missing amount in its message.

    `currency` decides the decimals in that message only.
    """
    if given_minor < total_minor:
        raise InsufficientCash(format_minor(total_minor - given_minor, currency))
    return Tender(CASH, given_minor, given_minor - total_minor)


def round_cash(amount_minor: int, step_minor: int) -> int:
    """The amount rounded to the smallest coin, `step_minor`; halves go up, a step of 0 rounds nothing."""
    return round_half_up(amount_minor, step_minor) * step_minor if step_minor > 1 else amount_minor


@dataclass(frozen=True)
class Settlement:
    """A total that is being paid, in one tender or several.

    Where the last payment is cash, it is rounded to `cash_step_minor`; `rounding_minor` is the signed
    difference to the total.
    """

    total_minor: int
    currency: str
    cash_step_minor: int = 0
    tenders: tuple[Tender, ...] = ()
    rounding_minor: int = 0

    @property
    def due_minor(self) -> int:
        """The amount still due, before rounding of cash."""
        return self.total_minor + self.rounding_minor - sum(tender.net_minor for tender in self.tenders)

    @property
    def cash_due_minor(self) -> int:
        """The amount still due if paid in cash, rounded."""
        return round_cash(self.due_minor, self.cash_step_minor)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is due any more."""
        return self.due_minor == 0

    @property
    def change_minor(self) -> int:
        return sum(tender.change_minor for tender in self.tenders)

    def with_cash(self, given_minor: int, method: Method = CASH) -> "Settlement":
        """With a cash payment for all or part of the amount due. Raises BadPayment for zero or less."""
        if given_minor <= 0 < self.cash_due_minor:
            raise BadPayment(translate("errors", "Say how much was given."))
        if given_minor < min(self.due_minor, self.cash_due_minor):
            return self._with(Tender(method, given_minor))
        # Where cash is rounded up, what covers the amount due is enough: nothing is left that could be paid.
        kept_minor = min(given_minor, self.cash_due_minor)
        return self._with(Tender(method, given_minor, given_minor - kept_minor), kept_minor - self.due_minor)

    def with_cashless(self, amount_minor: int, reference: str, method: Method = CARD) -> "Settlement":
        """With a payment without change, for all or part of the amount due.

        Raises BadPayment for more, and TextTooLong.
        """
        if amount_minor <= 0:
            raise BadPayment(translate("errors", "Say how much was paid."))
        if amount_minor > self.due_minor:
            more = format_minor(amount_minor - self.due_minor, self.currency)
            words = translate("errors", "That is {amount} more than is due; only cash gives change.")
            raise BadPayment(words.format(amount=more))
        return self._with(Tender(method, amount_minor, reference=typed_text(reference) or None))

    def _with(self, tender: Tender, rounding_minor: int = 0) -> "Settlement":
        """With one payment more. Raises BadPayment where no more fit and something would still be due."""
        if tender.amount_minor > AMOUNT_MAX_MINOR:
            raise BadPayment(translate("errors", "This comes to more than the till can handle."))
        more = replace(
            self, tenders=(*self.tenders, tender), rounding_minor=self.rounding_minor + rounding_minor
        )
        count = len(more.tenders)
        if count > PAYMENTS_MAX or (count == PAYMENTS_MAX and not more.is_settled):
            words = translate("errors", "At most {most} payments fit: this one has to be the rest.")
            raise BadPayment(words.format(most=PAYMENTS_MAX))
        return more

    def paid_out(self) -> "Settlement":
        """The same for a refund: each payment is exactly its net amount, without change."""
        tenders = tuple(
            replace(tender, amount_minor=tender.net_minor, change_minor=0) for tender in self.tenders
        )
        return replace(self, tenders=tenders)

    def without(self, place: int) -> "Settlement":
        """The same without the tender at this index."""
        tenders = self.tenders[:place] + self.tenders[place + 1 :]
        return replace(self, tenders=tenders, rounding_minor=0)


def check_payments(
    total_minor: int, payments: tuple[Tender, ...], currency: str, rounding_minor: int = 0
) -> None:
    """Raise BadPayment unless the net payments are exactly the amount due, with cash rounded."""
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
    """Likely cash amounts, smallest first: the exact amount, then rounded up to notes, in minor units."""
    if total_minor <= 0:
        return ()
    unit = 10 ** minor_digits(currency)
    rounded = {-(-total_minor // (note * unit)) * note * unit for note in _NOTES.get(currency, _OTHER_NOTES)}
    return tuple(sorted({total_minor, *rounded}))[:limit]
