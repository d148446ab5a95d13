"""What a customer gives, and what they get back."""

from dataclasses import dataclass
from typing import Literal

from app.domain.errors import BadPayment, InsufficientCash
from app.domain.money import format_minor, minor_digits

Method = Literal["cash", "card", "other"]


@dataclass(frozen=True)
class Tender:
    """One payment: `amount_minor` was handed over, `change_minor` of it went back."""

    method: Method
    amount_minor: int
    change_minor: int = 0
    reference: str | None = None

    @property
    def kept_minor(self) -> int:
        return self.amount_minor - self.change_minor


def tender_cash(total_minor: int, given_minor: int, currency: str = "") -> Tender:
    """Cash for the whole total. Raises InsufficientCash, which names what is missing.

    `currency` only says how many decimals that is written with.
    """
    if given_minor < total_minor:
        raise InsufficientCash(format_minor(total_minor - given_minor, currency))
    return Tender("cash", given_minor, given_minor - total_minor)


def check_payments(total_minor: int, payments: tuple[Tender, ...], currency: str) -> None:
    """Raise BadPayment unless what stays in the till is exactly what is due."""
    if any(payment.amount_minor < 0 or payment.change_minor < 0 for payment in payments):
        raise BadPayment("A payment cannot be negative.")
    kept_minor = sum(payment.kept_minor for payment in payments)
    if kept_minor < total_minor:
        raise InsufficientCash(format_minor(total_minor - kept_minor, currency))
    if kept_minor > total_minor:
        raise BadPayment(f"{format_minor(kept_minor - total_minor, currency)} more was taken than is due.")


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
