"""What a flag is judged by: a completed till transaction, and what the server has of all that it refers to.

A case holds no connection: whoever judges it gets the same answer from the same case, in whatever order its
parts arrived.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from server_stub.services.plausible import Bounds
from server_stub.vocabulary import UNITS, TransactionKind, kind_of
from sync_agent.contract.operations import TransactionData, TransactionLine

CLOCK_SLACK_MS = 86_400_000
"""A till's clock may be this far off before its times count as wrong: a day, as with a wrong time zone."""


@dataclass(frozen=True)
class Completed:
    """A completed till transaction, as its till finished it.

    `corrected_ms` is when it occurred, by the till's clock and the offset that the till had measured; it is
    as far off as that clock was. `other_tender_minor` is how much of a refund may go back by another method
    than its sale was paid by, because whoever did or approved it has that right.
    """

    id: str
    location_id: str
    actor_id: str
    device_id: str | None
    device_seq: int | None
    corrected_ms: int
    received_ms: int
    data: TransactionData
    other_tender_minor: int = 0

    @property
    def kind(self) -> TransactionKind:
        return kind_of(self.data.kind)

    @property
    def has_goods(self) -> bool:
        """Whether its kind is about goods: a sale, or what takes one back."""
        return self.kind.turnover != 0

    @property
    def takes_back(self) -> bool:
        return self.kind.turnover < 0

    @property
    def reference(self) -> str | None:
        """The transaction that it refers to: its id, or of an older till its receipt number."""
        return self.data.refund_of or self.data.refers_to

    @property
    def reference_in_words(self) -> str:
        """The same as people know it: by receipt number, if it names one."""
        return self.data.refers_to or self.data.refund_of or ""


@dataclass(frozen=True)
class KnownProduct:
    """A product of the catalogue, deleted or not. `units` are those that it is or ever was sold by."""

    units: frozenset[str]
    deleted_ms: int | None = None
    """Since when it is deleted; None if it is not."""

    @property
    def decimals(self) -> frozenset[int]:
        """The decimals of its units, as far as this server knows the units."""
        return frozenset(UNITS[unit].decimals for unit in self.units if unit in UNITS)


@dataclass(frozen=True)
class KnownShift:
    """A shift. `last_device_seq` is the last number of its manifest; None while it is open."""

    location_id: str
    device_id: str | None
    last_device_seq: int | None


@dataclass(frozen=True)
class KnownTill:
    """The till that made a transaction, with what it was before it was enrolled again.

    Empty sets, and no time, for a client that is no enrolled till.
    """

    ids: frozenset[str] = frozenset()
    series: frozenset[str] = frozenset()
    enrolled_ms: int | None = None
    """When the till was first enrolled, under whichever id."""


@dataclass(frozen=True)
class Case:
    """One transaction and all that its flags depend on."""

    transaction: Completed
    currency: str
    shop_since_ms: int
    bounds: Bounds
    products: Mapping[str, KnownProduct | None] = field(default_factory=dict)
    """Every product of its lines; None: not in the catalogue."""
    till: KnownTill = KnownTill()
    all_series: frozenset[str] = frozenset()
    """The receipt series of all tills of the shop."""
    shift: KnownShift | None = None
    original: Completed | None = None
    """The transaction that it refers to, if the server has it."""
    returns: tuple[Completed, ...] = ()
    """All refunds and voids of that transaction, itself included."""
    valid_rates: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """The figures, in ppm, that the named tax rates of its lines had at its place, by key: when it was
    completed, and when its payment may have begun.
    """
    same_number: tuple[str, ...] = ()
    """The ids of other transactions with its receipt number."""


def is_ahead(transaction: Completed) -> bool:
    """Whether it says that it happened after it was received, by more than a clock may be off."""
    return transaction.corrected_ms > transaction.received_ms + CLOCK_SLACK_MS


def decimals_as_sold(line: TransactionLine) -> int | None:
    """The decimals of the unit that a line was sold by; None where it names none, or one unknown here."""
    if line.unit in UNITS:
        return UNITS[line.unit].decimals
    return None if line.unit is None else line.unit_decimals


def decimals_of(case: Case, line: TransactionLine) -> frozenset[int]:
    """What the decimals of a line's quantity may be: of its own unit, else of any that its product had."""
    as_sold = decimals_as_sold(line)
    if as_sold is not None:
        return frozenset({as_sold})
    product = case.products.get(line.product_id)
    return frozenset() if product is None else product.decimals
