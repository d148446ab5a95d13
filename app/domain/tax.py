"""Tax included in a price, and tax added to it."""

from collections.abc import Sequence
from typing import Literal

from app.domain.money import round_half_up
from app.domain.rates import WHOLE_PPM

TaxRounding = Literal["line", "receipt"]
"""Where tax is rounded to whole minor units: on each line, or once for each rate of a receipt."""


def tax_included(total_minor: int, rate_ppm: int) -> int:
    """The tax inside a gross amount, in minor units; `rate_ppm` is 200_000 for 20 %.

    Integer arithmetic; halves are rounded away from zero, so a refund returns exactly the tax of its sale.
    """
    return round_half_up(total_minor * rate_ppm, WHOLE_PPM + rate_ppm)


def tax_added(net_minor: int, rate_ppm: int) -> int:
    """The tax on a net amount, in minor units; halves are rounded away from zero."""
    return round_half_up(net_minor * rate_ppm, WHOLE_PPM)


def tax_of_receipt(nets_minor: Sequence[int], rate_ppm: int, *, adds_tax: bool) -> list[int]:
    """The tax of all lines of one rate, rounded once, as a share for each line.

    The shares add up to the tax of the sum. What rounding down leaves over goes to the lines with the largest
    remainders, the earlier line first where they are equal. No amount is below zero.
    """
    whole = WHOLE_PPM if adds_tax else WHOLE_PPM + rate_ppm
    parts, remainders = [], []
    for net_minor in nets_minor:
        part, remainder = divmod(net_minor * rate_ppm, whole)
        parts.append(part)
        remainders.append(remainder)
    left = round_half_up(sum(nets_minor) * rate_ppm, whole) - sum(parts)
    for place in sorted(range(len(parts)), key=lambda place: (-remainders[place], place))[:left]:
        parts[place] += 1
    return parts
