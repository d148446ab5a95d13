"""The evidence of a database transaction's flags: loaded for many at once, and remembered as it grows."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, bindparam, or_, select
from sqlmodel import col

from server_stub.operations.flags.case import Case, Completed, KnownProduct, KnownShift, KnownTill
from server_stub.operations.flags.judging import Flag, on_product
from server_stub.operations.flags.kinds import judge
from server_stub.services.people import tax_rates
from server_stub.services.people.shop_settings import Settings
from server_stub.services.plausible import Bounds
from server_stub.store import tables as t
from server_stub.store.database import UnitOfWork
from server_stub.store.tables import Device
from server_stub.vocabulary import kind_of
from sync_agent.contract.operations import TransactionData

Product = dict[str, Any]

_PAYING_MS = 30 * 60_000
"""How long a payment may take: the rate is that of the moment when it begins."""


class Shop(Protocol):
    """What evidence asks of its transaction's context."""

    def product_sold(self, product_id: str) -> Product | None:
        """The row of the product that an id counts on, deleted or not."""

    def bounds_since(self, place: str, received_ms: int) -> Bounds: ...

    def settings(self) -> Settings: ...

    def zones(self) -> Mapping[str, ZoneInfo]: ...


class Evidence:
    """What the flags of one database transaction are judged by."""

    def __init__(self, unit: UnitOfWork, shop: Shop) -> None:
        self._unit = unit
        self._of_shop = shop
        self._shop: tuple[str, int] | None = None
        self._tills: tuple[Device, ...] | None = None
        self._series: frozenset[str] | None = None
        self._lineages: dict[str | None, KnownTill] = {}
        self._shifts: dict[str, KnownShift | None] = {}
        self._by_name: dict[str, dict[str, Completed]] = {}
        """Transactions by id and by receipt number, of names that were looked up."""
        self._returns: dict[str, dict[str, Completed]] = {}
        """Transactions by what they refer to, of references that were looked up."""

    def words_of(self, transactions: Iterable[Completed]) -> set[str]:
        """What two transactions have in common if their flags depend on each other: a receipt number, or what
        they refer to, by its id and by its number.
        """
        found = tuple(transactions)
        numbers = {one.data.receipt_number for one in found}
        named = {
            name for one in found for name in (one.data.refund_of, one.data.refers_to) if name is not None
        }
        if not named:
            return numbers
        # Read apart from what is loaded: names stay, and the rest is read once the words are locked.
        of = t.till_transaction.c
        originals = self._unit.rows(
            select(of.id, of.receipt_number).where(
                of.tenant_id == self._unit.tenant_id, or_(of.id.in_(named), of.receipt_number.in_(named))
            )
        )
        return numbers | named | {name for row in originals for name in row}

    def load(self, transactions: Iterable[Completed], *, again: bool = False) -> None:
        """Loads what these refer to, and what refers to it: a query each for many transactions.

        `again` looks once more for what was not found.
        """
        found = tuple(transactions)
        references = {one.reference for one in found if one.reference is not None}
        if again:
            self._by_name = {name: named for name, named in self._by_name.items() if named}
            self._shifts = {id_: shift for id_, shift in self._shifts.items() if shift is not None}
        self._load_names(references | {one.data.receipt_number for one in found})
        originals = {
            name
            for reference in references
            for original in self._by_name[reference].values()
            for name in (original.id, original.data.receipt_number)
        }
        self._load_returns(references | originals)
        self._load_shifts({one.data.shift_id for one in found if one.data.shift_id is not None})

    def lacks(self, transactions: Iterable[Completed], opened: Collection[str]) -> bool:
        """Whether these refer to something that was loaded, and is neither stored, nor among them, nor one of
        the shifts that are opened with them.
        """
        found = tuple(transactions)
        here = {name for one in found for name in (one.id, one.data.receipt_number)}
        return any(
            (one.reference is not None and one.reference not in here and not self._by_name[one.reference])
            or (
                one.data.shift_id is not None
                and one.data.shift_id not in opened
                and self._shifts[one.data.shift_id] is None
            )
            for one in found
        )

    def remember(self, transaction: Completed) -> None:
        """Adds a transaction that was written since."""
        for name in (transaction.id, transaction.data.receipt_number):
            if name in self._by_name:
                self._by_name[name][transaction.id] = transaction
        if transaction.reference in self._returns:
            self._returns[transaction.reference][transaction.id] = transaction

    def forget_shift(self, shift_id: str) -> None:
        """A shift was opened or closed since."""
        self._shifts.pop(shift_id, None)

    def original_of(self, transaction: Completed) -> Completed | None:
        """What it refers to; where several have that receipt number, a sale of its till, or the first."""
        if transaction.reference is None:
            return None
        found = [one for one in self._named(transaction.reference) if one.id != transaction.id]
        return min(
            found,
            key=lambda one: (not _is_sale(one), one.device_id != transaction.device_id, one.id),
            default=None,
        )

    def _is_of(self, returned: Completed, original: Completed) -> bool:
        named = self.original_of(returned)
        return named is None or named.id == original.id

    def returns_of(self, original: Completed) -> tuple[Completed, ...]:
        """All refunds and voids of a transaction, however they name it."""
        names = (original.id, original.data.receipt_number)
        self._load_returns({*names} - self._returns.keys())
        found = {
            one.id: one
            for name in names
            for one in self._returns[name].values()
            if one.takes_back and self._is_of(one, original)
        }
        return tuple(found[id_] for id_ in sorted(found))

    def refer_to(self, name: str) -> frozenset[str]:
        """The ids of the transactions that refer to another by this name."""
        self._load_returns({name} - self._returns.keys())
        return frozenset(self._returns[name])

    def same_number(self, transaction: Completed) -> tuple[str, ...]:
        number = transaction.data.receipt_number
        others = {one.id for one in self._named(number) if one.data.receipt_number == number}
        return tuple(sorted(others - {transaction.id}))

    def flags_of(self, transaction: Completed) -> list[Flag]:
        """The flags that a transaction has by what the server has now."""
        flags = judge(self._case(transaction, former_units=False))
        of_a_product = {on_product(line.product_id) for line in transaction.data.lines}
        if any(flag.depends_on in of_a_product for flag in flags):
            # A product's former units are looked up only where a line does not fit its present one.
            flags = judge(self._case(transaction, former_units=True))
        return flags

    def _case(self, transaction: Completed, *, former_units: bool) -> Case:
        data = transaction.data
        original = self.original_of(transaction)
        currency, since_ms = self._shop_facts()
        return Case(
            transaction=transaction,
            currency=currency,
            shop_since_ms=since_ms,
            bounds=self._of_shop.bounds_since(transaction.location_id, transaction.received_ms),
            products={
                line.product_id: self._known_product(line.product_id, former_units=former_units)
                for line in data.lines
            },
            till=self._lineage(transaction.device_id),
            all_series=self._all_series(),
            shift=None if data.shift_id is None else self._shift(data.shift_id),
            original=original,
            returns=() if original is None else self.returns_of(original),
            same_number=self.same_number(transaction),
            valid_rates=self._valid_rates(transaction),
        )

    def _valid_rates(self, transaction: Completed) -> dict[str, frozenset[int]]:
        """The figures of the named rates of its lines, at its place on its day."""
        keys = {line.tax_name for line in transaction.data.lines if line.tax_name is not None}
        if not keys:
            return {}
        settings, place = self._of_shop.settings(), transaction.location_id
        zone = self._of_shop.zones()[place]
        days = {
            tax_rates.day_of(moment_ms, zone)
            for moment_ms in (transaction.corrected_ms, transaction.corrected_ms - _PAYING_MS)
        }
        return {
            key: frozenset(
                rate_ppm
                for day in days
                if (rate_ppm := tax_rates.valid_on(settings, key, place, day)) is not None
            )
            for key in keys
        }

    # --- the shop and its tills ------------------------------------------------------------------------

    def _shop_facts(self) -> tuple[str, int]:
        if self._shop is None:
            of = t.tenant.c
            row = self._unit.rows(
                select(of.currency, of.created_ms).where(of.tenant_id == self._unit.tenant_id)
            ).one()
            self._shop = (row.currency, row.created_ms)
        return self._shop

    def _all_tills(self) -> tuple[Device, ...]:
        if self._tills is None:
            of_tenant = select(Device).where(col(Device.tenant_id) == self._unit.tenant_id)
            self._tills = tuple(self._unit.session.scalars(of_tenant))
        return self._tills

    def _all_series(self) -> frozenset[str]:
        if self._series is None:
            self._series = frozenset(till.receipt_series for till in self._all_tills())
        return self._series

    def _lineage(self, device_id: str | None) -> KnownTill:
        if device_id not in self._lineages:
            self._lineages[device_id] = lineage(device_id, self._all_tills())
        return self._lineages[device_id]

    def former_ids(self, device_id: str | None) -> list[str]:
        """The till's ids before it was enrolled again, as far as it named them itself."""
        by_id = {till.id: till for till in self._all_tills()}
        own = None if device_id is None else by_id.get(device_id)
        return [] if own is None else [till.id for till in _former(own, by_id)]

    # --- products ----------------------------------------------------------------------------------------

    def _known_product(self, product_id: str, *, former_units: bool) -> KnownProduct | None:
        row = self._of_shop.product_sold(product_id)
        if row is None:
            return None
        units = {row["unit"]}
        if former_units:
            units |= self._former_units(row["id"])
        return KnownProduct(frozenset(units), self.deleted_ms(row["id"]) if row["deleted"] else None)

    def _former_units(self, product_id: str) -> set[str]:
        of = t.product_version.c
        rows = self._unit.rows(
            select(of.row).where(of.tenant_id == self._unit.tenant_id, of.product_id == product_id)
        ).scalars()
        return {row["unit"] for row in rows if row.get("unit") is not None}

    def deleted_ms(self, product_id: str) -> int:
        """Since when a deleted product is deleted, by the server's clock."""
        row = self._unit.rows(_DELETED, {"of_tenant": self._unit.tenant_id, "product": product_id}).first()
        if row is None:
            return 0
        # A till's operation is bounded by its numbers, a person's is as it says.
        is_bounded = row.device_id is not None and row.happened_ms is not None
        return int(row.happened_ms if is_bounded else row.occurred_ms)

    # --- shifts ------------------------------------------------------------------------------------------

    def _shift(self, shift_id: str) -> KnownShift | None:
        self._load_shifts({shift_id} - self._shifts.keys())
        return self._shifts[shift_id]

    def _load_shifts(self, ids: set[str]) -> None:
        missing = ids - self._shifts.keys()
        if not missing:
            return
        self._shifts.update(dict.fromkeys(missing))
        of = t.shift.c
        query = select(of.id, of.location_id, of.device_id, of.last_device_seq).where(
            of.tenant_id == self._unit.tenant_id, of.id.in_(missing)
        )
        for row in self._unit.rows(query):
            self._shifts[row.id] = KnownShift(row.location_id, row.device_id, row.last_device_seq)

    # --- other transactions --------------------------------------------------------------------------------

    def _named(self, name: str) -> Iterable[Completed]:
        self._load_names({name})
        return self._by_name[name].values()

    def _load_names(self, names: set[str]) -> None:
        missing = names - self._by_name.keys()
        if not missing:
            return
        of = t.till_transaction.c
        self._by_name.update({name: {} for name in missing})
        for one in self._read(or_(of.id.in_(missing), of.receipt_number.in_(missing))):
            for name in missing & {one.id, one.data.receipt_number}:
                self._by_name[name][one.id] = one

    def _load_returns(self, references: set[str]) -> None:
        missing = references - self._returns.keys()
        if not missing:
            return
        self._returns.update({name: {} for name in missing})
        of = t.till_transaction.c
        for one in self._read(or_(of.refund_of.in_(missing), of.refers_to.in_(missing))):
            if one.reference in missing:
                self._returns[one.reference][one.id] = one

    def _read(self, which: Any) -> list[Completed]:
        own = t.till_transaction.c.tenant_id == self._unit.tenant_id
        rows = self._unit.rows(select(t.till_transaction).where(own, which)).mappings()
        return [completed_of(row) for row in rows]


def completed_of(row: RowMapping) -> Completed:
    """A row of `till_transaction` as its flags are judged."""
    return Completed(
        id=row["id"],
        location_id=row["location_id"],
        actor_id=row["actor_id"],
        device_id=row["device_id"],
        device_seq=row["device_seq"],
        corrected_ms=row["corrected_ms"] or row["occurred_ms"],
        received_ms=row["received_ms"],
        data=TransactionData.model_validate(row["data"]),
        other_tender_minor=row["other_tender_minor"],
    )


def lineage(device_id: str | None, tills: Iterable[Device]) -> KnownTill:
    """A till with all that it was before it was enrolled again.

    A till says what it was before (`former_id`). One of an older release does not: then any till of its place
    that was ended before it was enrolled may have been it.
    """
    by_id = {till.id: till for till in tills}
    own = by_id.get(device_id) if device_id is not None else None
    if own is None:
        return KnownTill()
    family = {till.id: till for till in (own, *_former(own, by_id))}
    if own.former_id is None:
        for till in by_id.values():
            is_ended = till.revoked_ms is not None or till.cloned_ms is not None
            if is_ended and till.location_id == own.location_id and till.enrolled_ms <= own.enrolled_ms:
                family.setdefault(till.id, till)
    return KnownTill(
        ids=frozenset(family),
        series=frozenset(till.receipt_series for till in family.values()),
        enrolled_ms=min(till.enrolled_ms for till in family.values()),
    )


def _former(own: Device, by_id: Mapping[str, Device]) -> list[Device]:
    """What a till was before it was enrolled again, the last first, as it named them itself."""
    found: list[Device] = []
    seen, before = {own.id}, own.former_id
    while before is not None and before in by_id and before not in seen:
        found.append(by_id[before])
        seen.add(before)
        before = by_id[before].former_id
    return found


def _is_sale(transaction: Completed) -> bool:
    return kind_of(transaction.data.kind).turnover > 0


_VERSION, _OPERATION = t.product_version.c, t.operation.c
_DELETED = (
    select(_VERSION.occurred_ms, _VERSION.device_id, _OPERATION.happened_ms)
    .join_from(
        t.product_version,
        t.operation,
        (_OPERATION.tenant_id == _VERSION.tenant_id) & (_OPERATION.id == _VERSION.operation_id),
        isouter=True,
    )
    .where(_VERSION.tenant_id == bindparam("of_tenant"), _VERSION.product_id == bindparam("product"))
    .order_by(_VERSION.version.desc())
    .limit(1)
)
