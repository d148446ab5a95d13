"""Tax included in a price, and tax added to it."""

from app.domain.money import round_half_up

_PPM = 1_000_000


def tax_included(total_minor: int, rate_ppm: int) -> int:
    """The tax inside a gross amount, in minor units; `rate_ppm` is 200_000 for 20 %.

    Integer arithmetic; halves are rounded away from zero, so a refund returns exactly the tax of its sale.
    """
    return round_half_up(total_minor * rate_ppm, _PPM + rate_ppm)


def tax_added(net_minor: int, rate_ppm: int) -> int:
    """The tax on a net amount, in minor units; halves are rounded away from zero."""
    return round_half_up(net_minor * rate_ppm, _PPM)
