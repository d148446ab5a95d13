"""The settings of the shop, as a till uses them, and which changes of them loosen a check.

All tills of a place have the same: the rows come with the tenant's stream, and
app/services/shop_settings.py reads them. A till's own settings are in app/services/preferences.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain.tax import TaxRounding


@dataclass(frozen=True)
class RateStep:
    """A tax rate from a day on; None: from the beginning."""

    first_day: date | None
    rate_ppm: int


@dataclass(frozen=True)
class NamedRate:
    """A tax rate with a name ("Standard"), whose figure depends on the day. Steps are in order."""

    key: str
    name: str
    steps: tuple[RateStep, ...]

    def on(self, day: date) -> int | None:
        """The rate of a day, in ppm; None before the first step."""
        rate_ppm = None
        for step in self.steps:
            if step.first_day is None or step.first_day <= day:
                rate_ppm = step.rate_ppm
        return rate_ppm


@dataclass(frozen=True)
class ShopSettings:
    """What holds at this till's place. Money in minor units, shares in ppm."""

    require_second_factor: bool = False
    """Managers and admins sign in at the server with a second factor; nothing at a till asks for it."""
    refuse_unconditional: bool = False
    """The server refuses counts that name nothing they are based on; no till sends such."""
    adds_tax: bool = False
    """Prices exclude tax, which is added."""
    tax_rounding: TaxRounding = "line"
    """Where tax is rounded: on each line, or once for each rate of a receipt."""
    cash_step_minor: int = 0
    """The smallest coin that cash is rounded to; 0 rounds nothing."""
    clerk_discount_ppm_max: int = 100_000
    """The largest discount without a manager's approval, in ppm of the price."""
    low_stock: int = 5
    """Stock at or below this many pieces or whole kilograms is low."""
    payment_methods: tuple[str, ...] = ("cash", "card", "other")
    """Codes of the payment methods that are offered, in their order on the keys."""
    receipt_header: str = ""
    receipt_footer: str = ""
    refund_days: int = 90
    """Days after a sale in which its receipt can be looked up, refunded and reprinted."""
    quantity_max: int = 1_000_000
    """The largest plausible quantity of one line or movement, in whole units."""
    amount_minor_max: int = 1_000_000_000
    """The largest plausible amount of one payment or receipt."""
    tax_rates: tuple[NamedRate, ...] = ()


def selling_part(settings: ShopSettings) -> tuple[object, ...]:
    """What total, payment methods and approvals of a sale depend on.

    Without the plausible bounds: a payment that has begun goes on under those of its beginning.
    """
    return (
        settings.adds_tax,
        settings.tax_rounding,
        settings.cash_step_minor,
        settings.clerk_discount_ppm_max,
        settings.payment_methods,
        settings.tax_rates,
    )


def _never(_before: Any, _after: Any) -> bool:
    return False


def _is_higher(before: Any, after: Any) -> bool:
    return bool(after > before)


LOOSENED: dict[str, Callable[[Any, Any], bool]] = {
    "require_second_factor": lambda before, after: before and not after,
    "refuse_unconditional": lambda before, after: before and not after,
    "adds_tax": _never,
    "tax_rounding": _never,
    "cash_step_minor": _never,
    "clerk_discount_ppm_max": _is_higher,
    "low_stock": _never,
    "payment_methods": _never,
    "receipt_header": _never,
    "receipt_footer": _never,
    "refund_days": _never,
    "quantity_max": _is_higher,
    "amount_minor_max": _is_higher,
    "tax_rates": _never,
}
"""For each setting: whether a change loosens a check, so that an admin makes it with a connection.

The server has its own table (`server_stub/services/people/shop_settings.py`); a test compares the two.
"""


def loosens(name: str, before: Any, after: Any) -> bool:
    """Whether a setting's new value makes less be checked."""
    return LOOSENED.get(name, _never)(before, after)
