"""A shift's sums: expected cash in the drawer, and the figures of its X and Z reports."""

from dataclasses import dataclass, field

from app.domain.vocabulary.payment_methods import is_cash
from app.domain.vocabulary.transaction_kinds import kind_of


@dataclass(frozen=True)
class TaxLine:
    """Sales less refunds at one tax rate: gross amount and the tax in it, in minor units."""

    rate_ppm: int
    gross_minor: int
    tax_minor: int


@dataclass(frozen=True)
class KindTotal:
    """Number of till transactions of a kind and the sum of their totals, in minor units."""

    count: int = 0
    total_minor: int = 0


@dataclass(frozen=True)
class ShiftTotals:
    """Sums over a shift, in minor units; those by kind are unsigned."""

    float_minor: int
    by_method: dict[str, int] = field(default_factory=dict)
    """Turnover by payment method, less refunds."""
    by_kind: dict[str, KindTotal] = field(default_factory=dict)
    discounts_minor: int = 0
    rounding_minor: int = 0
    taxes: tuple[TaxLine, ...] = ()

    def of(self, kind: str) -> KindTotal:
        """The total of a kind of till transaction, zero where there was none."""
        return self.by_kind.get(kind, KindTotal())

    @property
    def net_minor(self) -> int:
        """Turnover: sales less refunds and voids."""
        return sum(kind_of(kind).turnover * sums.total_minor for kind, sums in self.by_kind.items())

    @property
    def expected_minor(self) -> int:
        """Expected cash in the drawer."""
        paid = sum(amount for method, amount in self.by_method.items() if is_cash(method))
        moved = sum(
            kind_of(kind).drawer * sums.total_minor
            for kind, sums in self.by_kind.items()
            if not kind_of(kind).turnover
        )
        return self.float_minor + paid + moved

    @property
    def uncounted(self) -> int:
        """Number of till transactions in no sum: this till does not know their kind."""
        return sum(sums.count for kind, sums in self.by_kind.items() if not kind_of(kind).is_known)
