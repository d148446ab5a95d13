"""Discounts on a line or on a whole sale: an amount of money, or a share of the price."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from app.domain.errors import BadAmount
from app.domain.money import parse_amount, round_half_up
from app.domain.rates import WHOLE_PPM, is_percent, parse_rate
from resources.words import translate


@dataclass(frozen=True)
class Discount:
    """`value` is minor units of an "amount", or millionths of a "share": 100_000 is 10 %."""

    kind: Literal["amount", "share"]
    value: int
    reason: str = ""

    def of(self, gross_minor: int) -> int:
        """The discount on an amount, in minor units; never more than the amount."""
        if self.kind == "share":
            return round_half_up(gross_minor * self.value, WHOLE_PPM)
        return min(self.value, gross_minor)


def parse_discount(text: str, currency: str, reason: str = "") -> Discount:
    """ "10%" or "12,5 %" is a share, anything else an amount of money. Raises BadAmount."""
    if not is_percent(text):
        return Discount("amount", parse_amount(text, currency), reason)
    share = parse_rate(text)
    if share > WHOLE_PPM:
        raise BadAmount(translate("errors", "A discount cannot be more than the whole price."))
    return Discount("share", share, reason)


def apportion(amount_minor: int, weights: Sequence[int]) -> list[int]:
    """Split an amount in proportion to the weights: the parts sum up exactly, and none exceeds its weight.

    The largest-remainder method: what rounding down leaves over goes to the parts with the largest
    remainders, the earlier part first where they are equal.
    """
    whole = sum(weights)
    if whole <= 0 or amount_minor <= 0:
        return [0] * len(weights)
    amount_minor = min(amount_minor, whole)
    parts = [amount_minor * weight // whole for weight in weights]
    remainders = sorted(
        range(len(weights)), key=lambda place: (-(amount_minor * weights[place] % whole), place)
    )
    for place in remainders[: amount_minor - sum(parts)]:
        parts[place] += 1
    return parts
