"""A shift's money: what the drawer should hold, and what its reports say. X looks, Z closes."""

from dataclasses import dataclass, field

_TURNOVER_DIRECTION = {"sale": 1, "refund": -1, "void": -1}
"""Which way each kind moves turnover; money paid in or out is none, and amounts are never negative."""


@dataclass(frozen=True)
class TaxLine:
    """What was sold at one rate, less what went back: amounts with tax, and the tax in them."""

    rate_ppm: int
    gross_minor: int
    tax_minor: int


@dataclass(frozen=True)
class ShiftTotals:
    """Sums over a shift; amounts in minor units."""

    float_minor: int
    by_method: dict[str, int] = field(default_factory=dict)
    """Turnover by payment method, less what was given back."""
    paid_in_minor: int = 0
    paid_out_minor: int = 0
    sales: int = 0
    sales_minor: int = 0
    refunds: int = 0
    refunds_minor: int = 0
    voids: int = 0
    voids_minor: int = 0
    no_sales: int = 0
    discounts_minor: int = 0
    rounding_minor: int = 0
    taxes: tuple[TaxLine, ...] = ()

    @property
    def net_minor(self) -> int:
        """Turnover: sold less refunded and voided."""
        return self.sales_minor - self.refunds_minor - self.voids_minor

    @property
    def expected_minor(self) -> int:
        """Cash that should lie in the drawer."""
        return self.float_minor + self.by_method.get("cash", 0) + self.paid_in_minor - self.paid_out_minor


def turnover_sign(kind: str) -> int:
    """+1 for what is sold, −1 for what goes back, 0 for what is no turnover."""
    return _TURNOVER_DIRECTION.get(kind, 0)
