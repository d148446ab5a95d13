"""A shift's money: what the drawer should hold, and what its reports say. X looks, Z closes."""

from dataclasses import dataclass, field

from app.domain.vocabulary.payment_methods import is_cash
from app.domain.vocabulary.transaction_kinds import kind_of


@dataclass(frozen=True)
class TaxLine:
    """What was sold at one rate, less what went back: amounts with tax, and the tax in them."""

    rate_ppm: int
    gross_minor: int
    tax_minor: int


@dataclass(frozen=True)
class KindTotal:
    """How many transactions of a kind there were, and their totals together, in minor units."""

    count: int = 0
    total_minor: int = 0


@dataclass(frozen=True)
class ShiftTotals:
    """Sums over a shift; amounts in minor units, those by kind without a sign."""

    float_minor: int
    by_method: dict[str, int] = field(default_factory=dict)
    """Turnover by payment method, less what was given back."""
    by_kind: dict[str, KindTotal] = field(default_factory=dict)
    discounts_minor: int = 0
    rounding_minor: int = 0
    taxes: tuple[TaxLine, ...] = ()

    def of(self, kind: str) -> KindTotal:
        return self.by_kind.get(kind, KindTotal())

    @property
    def net_minor(self) -> int:
        """Turnover: sold less refunded and voided."""
        return sum(kind_of(kind).turnover * sums.total_minor for kind, sums in self.by_kind.items())

    @property
    def expected_minor(self) -> int:
        """Cash that should lie in the drawer."""
        paid = sum(amount for method, amount in self.by_method.items() if is_cash(method))
        moved = sum(
            kind_of(kind).drawer * sums.total_minor
            for kind, sums in self.by_kind.items()
            if not kind_of(kind).turnover
        )
        return self.float_minor + paid + moved

    @property
    def uncounted(self) -> int:
        """How many transactions are in no sum, since they are of a kind that this till does not know."""
        return sum(sums.count for kind, sums in self.by_kind.items() if not kind_of(kind).is_known)
