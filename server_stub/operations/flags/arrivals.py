"""What arrived in a database transaction that flags may depend on."""

from dataclasses import dataclass, field
from datetime import date


@dataclass
class Arrivals:
    """Products, shifts and till transactions that were written; `unsettled` are the ids of till transactions
    that these surely bear on, whatever flags they have now.
    """

    products: set[str] = field(default_factory=set)
    """Created, deleted, restored, or given another unit."""
    shifts: set[str] = field(default_factory=set)
    transactions: set[str] = field(default_factory=set)
    """Ids and receipt numbers."""
    tax_rates: dict[str, date] = field(default_factory=dict)
    """Named tax rates that were set otherwise, by key: the first day with another figure than before."""
    unsettled: set[str] = field(default_factory=set)
    bounds: bool = False
    """Whether what is plausible was set otherwise."""

    def __bool__(self) -> bool:
        arrived = (self.products, self.shifts, self.transactions, self.tax_rates, self.unsettled)
        return self.bounds or any(arrived)
