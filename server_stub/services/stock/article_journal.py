"""What the journal of a place says of an article: the quantity of any of its ids, together or apart.

A movement has the id that it was made under, and is read at the level that it was recorded on first; its
copies on other levels say nothing new. So the quantity of a set of ids follows from what was recorded under
them, in whatever order they were joined, parted and counted:

- without a count, it is the sum of the movements;
- else it is what the count that holds found, and the movements that this count had not seen;
- a count of more ids than the set found the others too: they are taken off as they were at that moment.

A limit: ids that were parted have levels of their own. A late movement of one, from before a count of both
that arrived earlier, changes its own level alone: what that count found of the other is not divided anew.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, Self

from sqlalchemy import Row, select

from server_stub.services.stock.count_order import UNKNOWN_MOMENT, Moment, Order, order
from server_stub.services.stock.ledger import Level
from server_stub.services.stock.seen_sums import ArrivingSums, Dated, SeenSums
from server_stub.store import tables as t
from server_stub.store.database import UnitOfWork
from sync_agent.contract.stock import MovementReason


@dataclass(frozen=True, slots=True)
class Counted:
    """A count: `quantity` of all the ids in `names` together, `at` a moment.

    `is_late`: a later count was applied before it. `is_copy`: it was recorded on another level first.
    """

    quantity: int
    at: Moment
    names: frozenset[str]
    is_late: bool = False
    is_copy: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            **note(self.at, self.names, is_late=self.is_late),
            "quantity": self.quantity,
            "isCopy": self.is_copy,
        }


def note(at: Moment, names: Set[str], *, is_late: bool = False) -> dict[str, Any]:
    """What the journal keeps of a count beside its movement; the quantity found follows from the level."""
    return {
        "ms": at.ms,
        "deviceId": at.device_id,
        "deviceSeq": at.device_seq,
        "names": sorted(names),
        "isLate": is_late,
    }


EntryKey = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Entry:
    """A movement as it was recorded first; `name` is the id that it was made under."""

    row: Row[Any]
    name: str
    counted: Counted | None

    @property
    def key(self) -> EntryKey:
        return self.row.operation_id, self.name, self.counted is not None

    @property
    def moment(self) -> Moment:
        return Moment(self.row.happened_ms, self.row.device_id, self.row.device_seq)

    @property
    def moved(self) -> Dated:
        return Dated(self.moment, self.row.delta, self.name)

    @property
    def rank(self) -> tuple[int, int]:
        """Counts in the order of their times."""
        ms = None if self.counted is None else self.counted.at.ms
        return self.row.happened_ms if ms is None else ms, self.row.seq


class Journal:
    """The entries of some levels of a place, each once, in the order in which they were recorded.

    What a count found of some ids is worked out once.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        found: dict[EntryKey, Entry] = {}
        for entry in sorted(entries, key=lambda one: one.row.seq):
            _add(found, entry)
        self._entries = dict(sorted(found.items(), key=lambda item: item[1].row.seq))
        self._sums: dict[Set[str], SeenSums] = {}
        self._counts: dict[Set[str], list[Entry]] = {}
        self._found: dict[tuple[Set[str], EntryKey], Counted] = {}

    @classmethod
    def read(cls, unit: UnitOfWork, level: Level) -> Self:
        return cls(_entries_of(unit, level))

    def together_with(self, other: Self) -> Self:
        """The journal of the levels of both."""
        return type(self)((*self._entries.values(), *other._entries.values()))

    def of(self, names: Set[str]) -> list[Entry]:
        """What was recorded under these ids."""
        return [entry for entry in self._entries.values() if entry.name in names]

    def lacks(self, entry: Entry, counted: Counted | None) -> bool:
        """Whether it has no such entry, or a copy of a count that found something else."""
        own = self._entries.get(entry.key)
        if own is None or own.counted is None or counted is None:
            return own is None
        is_other = (own.counted.quantity, own.counted.names) != (counted.quantity, counted.names)
        return own.counted.is_copy and is_other

    def holds(
        self, names: Set[str], *, believed: Moment = UNKNOWN_MOMENT, seen_by: Entry | None = None
    ) -> Entry | None:
        """The count of these ids that holds; of two that nobody can order, the one at `believed`. With
        `seen_by`, of those before that count.
        """
        newest: Entry | None = None
        for entry in self._counts_of(frozenset(names)):
            if (seen_by is None or entry.rank < seen_by.rank) and (
                newest is None or replaces(entry, newest, believed)
            ):
                newest = entry
        return newest

    def on_hand(self, names: Set[str], count: Entry | None) -> int:
        """The quantity of these ids together, if `count` is the count that holds."""
        if count is None:
            return self._moved(names, None, None)
        return self.found(names, count).quantity + self._moved(names, count, None)

    def found(self, names: Set[str], count: Entry) -> Counted:
        """What the count found of these ids, without the others that were counted with them.

        Those are what an earlier count found of them, and so on: from the earliest that has to be known.
        """
        chain = [(frozenset(names), count)]
        while (before := self._before(*chain[-1])) is not None:
            chain.append(before)
        for asked in reversed(chain):
            self._find(*asked)
        return self._found[frozenset(names), count.key]

    def _before(self, names: frozenset[str], count: Entry) -> tuple[frozenset[str], Entry] | None:
        """What has to be known before it is known what a count found of some ids."""
        others = _counted_of(count).names - names
        if not others or (names, count.key) in self._found:
            return None
        held = self.holds(others, seen_by=count)
        return None if held is None or (others, held.key) in self._found else (others, held)

    def _find(self, names: frozenset[str], count: Entry) -> None:
        counted = _counted_of(count)
        others = counted.names - names
        if others and (names, count.key) not in self._found:
            held = self.holds(others, seen_by=count)
            theirs = self._moved(others, held, count)
            if held is not None:
                theirs += self._found[others, held.key].quantity
            counted = replace(counted, quantity=counted.quantity - theirs, names=counted.names & names)
        self._found.setdefault((names, count.key), counted)

    def _moved(self, names: Set[str], unseen_by: Entry | None, seen_by: Entry | None) -> int:
        """The sum of the movements that one count had not seen, and another one had."""
        ids = frozenset(names)
        if ids not in self._sums:
            self._sums[ids] = SeenSums(entry.moved for entry in self.of(ids) if entry.counted is None)
        return self._sums[ids].between(
            *(None if count is None else _counted_of(count).at for count in (unseen_by, seen_by))
        )

    def _counts_of(self, names: frozenset[str]) -> list[Entry]:
        if names not in self._counts:
            self._counts[names] = [entry for entry in self.of(names) if entry.counted is not None]
        return self._counts[names]


def _counted_of(entry: Entry) -> Counted:
    assert entry.counted is not None, "asked of a count"
    return entry.counted


def replaces(entry: Entry, other: Entry, believed: Moment = UNKNOWN_MOMENT) -> bool:
    """Whether a count holds and not the other, which was recorded earlier."""
    new, old = entry.counted, other.counted
    assert new is not None, "asked of two counts"
    assert old is not None, "asked of two counts"
    is_applied_here = not new.is_late and not new.is_copy
    if old.at == UNKNOWN_MOMENT or (other.name in new.names and is_applied_here):
        return True
    known = order(old.at, new.at)
    return known is Order.BEFORE or (known is Order.UNSURE and new.at == believed)


def _entries_of(unit: UnitOfWork, level: Level) -> list[Entry]:
    found: dict[EntryKey, Entry] = {}
    arrived, on_hand = ArrivingSums(), 0
    for row in _rows_of(unit, level):
        on_hand += row.delta
        if row.carried:
            continue
        name = row.sold_as or level.product_id
        counted = None
        if row.reason == MovementReason.COUNT:
            counted = _counted(row, name, on_hand, arrived)
        entry = Entry(row, name, counted)
        if counted is None and entry.key not in found:
            arrived.add(entry.moved)
        _add(found, entry)
    return list(found.values())


def _add(found: dict[EntryKey, Entry], entry: Entry) -> None:
    """Of an operation the first movement counts: what cancels it, since a count had seen it, comes after it.
    A count is read where it was recorded first, else in its newest copy.
    """
    known = found.get(entry.key)
    if known is None or (known.counted is not None and known.counted.is_copy and entry.counted is not None):
        found[entry.key] = entry


def _counted(row: Row[Any], name: str, on_hand: int, arrived: ArrivingSums) -> Counted:
    """What a count found: the level after it, without the movements before it that it had not seen."""
    kept = row.counted or {}
    at = Moment(row.happened_ms, row.device_id, row.device_seq)
    if kept:
        at = Moment(kept["ms"], kept["deviceId"], kept["deviceSeq"])
    names = frozenset(kept.get("names", (name,)))
    quantity = kept.get("quantity")
    if quantity is None:
        quantity = on_hand - arrived.unseen(names, at)
    return Counted(quantity, at, names, bool(kept.get("isLate")), bool(kept.get("isCopy")))


def _rows_of(unit: UnitOfWork, level: Level) -> Sequence[Row[Any]]:
    """The movements of a level, oldest first."""
    of = t.movement.c
    query = (
        select(t.movement)
        .where(
            of.tenant_id == unit.tenant_id,
            of.location_id == level.location_id,
            of.product_id == level.product_id,
        )
        .order_by(of.version)
    )
    return unit.rows(query).all()
