"""Suggestions for conflicts, as pure functions; each comes with its reasons.

Stock: deltas add up; a count replaces what came before it, and later movements are added. Products: field by
field. A suggestion is computed only from figures in the conflict; if those are not enough it takes the
server's value and says so. A person decides. ARCHITECTURE.md, "Conflicts".

Reasons are codes with figures, people, times and values; a host program puts them into words.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sync_agent.contract.conflicts import Conflict, ConflictSide, HistoryEntry, Resolution

SETTING = frozenset({"count", "resolution"})
"""Movement reasons that set a quantity instead of changing it."""
_RECORD_KEEPING = frozenset({"id", "version", "deleted"})


class Who(StrEnum):
    """The person in a reason: `MINE` is this till's side, `NAMED` has a name."""

    MINE = "mine"
    NAMED = "named"
    OTHERS = "others"
    """Several people."""
    SOMEBODY = "somebody"
    """One person whose name is not known."""
    SOMEBODY_ELSE = "somebody_else"


@dataclass(frozen=True)
class Person:
    who: Who
    name: str = ""


@dataclass(frozen=True)
class Moved:
    """One movement in a reason. `delta` is signed, in the unit's smallest part."""

    reason: str
    delta: int
    by: Person


class ReasonCode(StrEnum):
    """A line of an explanation, with the fields of `Reason` that it fills."""

    # --- stock ---
    MINE_NOT_KNOWN = "mine_not_known"
    START_NOT_KNOWN = "start_not_known"
    SERVER_NOT_KNOWN = "server_not_known"
    BEFORE = "before"
    """`figures`: the quantity that both started from."""
    CHANGED = "changed"
    """`by`, `figures`: the change and its result."""
    BOTH_HAPPENED = "both_happened"
    """`figures`: the suggestion, the start and the two changes it is the sum of."""
    COUNTED = "counted"
    """`by`, `figures`: the count; `at`."""
    OVER_EARLIER_COUNT = "over_earlier_count"
    """`by`: whose count was earlier."""
    IN_THIS_COUNT = "in_this_count"
    """`movements` that came before the count."""
    SINCE_THE_COUNT = "since_the_count"
    """`movements` that came after it."""
    NOTHING_SINCE = "nothing_since"
    COUNT_AND_SINCE = "count_and_since"
    """`figures`: the suggestion, the count, and the sum of later movements."""
    COUNT_ALONE = "count_alone"
    """`figures`: the suggestion, which is the count."""
    CAME_TO = "came_to"
    """`by`, `figures`: this till's quantity; `at`."""
    COUNTED_LATER = "counted_later"
    """`by`, `at`: whose count wins, and when it was."""
    SINCE_THAT_COUNT = "since_that_count"
    """`movements` after that count."""
    AS_THE_SERVER = "as_the_server"
    """`figures`: the server's quantity, which is the suggestion."""

    # --- products ---
    ONLY = "only"
    """`by`, `field`, `values`: before and now. Only one side changed it."""
    BOTH_CHANGED = "both_changed"
    """`by`: the other side, `field`, `values`: mine and theirs. Theirs is suggested."""
    SAME = "same"
    DELETED_WHILE_EDITED = "deleted_while_edited"
    """`by` deleted it while `other` changed it."""
    RESTORE = "restore"
    BOTH_DELETED = "both_deleted"


@dataclass(frozen=True)
class Reason:
    """One line of an explanation; its code says which fields are filled."""

    code: ReasonCode
    figures: tuple[int, ...] = ()
    by: Person | None = None
    other: Person | None = None
    at: datetime | None = None
    movements: tuple[Moved, ...] = ()
    field: str = ""
    """A product's field by its wire name."""
    values: tuple[Any, ...] = ()


class Choice(StrEnum):
    """The action that the suggestion amounts to, as a button names it."""

    FIGURE = "figure"
    """Use `Suggestion.quantity`."""
    KEEP_SERVER = "keep_server"
    """Take the server's value, which is not known here."""
    SERVERS = "servers"
    MINE = "mine"
    BOTH = "both"
    LEAVE_DELETED = "leave_deleted"
    RESTORE = "restore"


@dataclass(frozen=True)
class Suggestion:
    """What to decide and why. `quantity` is set for stock, `fields` (wire names) for a product."""

    resolution: Resolution
    quantity: int | None
    fields: dict[str, Any] | None
    reasons: tuple[Reason, ...]
    choice: Choice


_MINE = Person(Who.MINE)

# --- stock -------------------------------------------------------------------------------------------


def suggest_stock(conflict: Conflict, *, setting: Collection[str] = SETTING) -> Suggestion:
    """The quantity that accounts for all movements and counts of both sides.

    `setting` are the movement reasons that set a quantity, if a host has others than the contract's.
    """
    return _StockCase(conflict, frozenset(setting)).suggest()


def counted_at(conflict: Conflict) -> datetime | None:
    """When this side counted; None if it set a quantity without counting, or its time is not readable."""
    written = conflict.local_version.values.get("countedAt")
    if not isinstance(written, str):
        return None
    try:
        moment = datetime.fromisoformat(written)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # another program's format, or a time out of range
        return None


def quantity_of(side: ConflictSide | None) -> int | None:
    """A side's quantity; None if it is not known."""
    if side is None:
        return None
    for name in ("quantity", "newQuantity"):
        value = side.values.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return None


@dataclass(frozen=True)
class _StockCase:
    """One stock conflict, parsed."""

    conflict: Conflict
    setting: frozenset[str]

    @property
    def mine(self) -> int | None:
        return quantity_of(self.conflict.local_version)

    @property
    def theirs(self) -> int | None:
        return quantity_of(self.conflict.server_version)

    @property
    def base(self) -> int | None:
        return quantity_of(self.conflict.base_version)

    @property
    def moment(self) -> datetime | None:
        return counted_at(self.conflict) or self.conflict.local_version.at

    @property
    def their_count(self) -> HistoryEntry | None:
        """The newest count in the server's history since the base."""
        counts = [entry for entry in self.conflict.history if entry.reason in self.setting]
        return max(counts, key=lambda entry: entry.occurred_at, default=None)

    def suggest(self) -> Suggestion:
        if self.mine is None:
            return self._take_server_value(Reason(ReasonCode.MINE_NOT_KNOWN))
        later_count = self.their_count
        if later_count is not None and (self.moment is None or later_count.occurred_at >= self.moment):
            return self._their_count_wins(later_count, self.mine)
        if counted_at(self.conflict) is not None:
            return self._my_count_wins(self.mine)
        if self.base is not None and self.theirs is not None:
            return self._both_add_up(self.base, self.mine, self.theirs)
        return self._take_server_value(Reason(ReasonCode.START_NOT_KNOWN))

    def _both_add_up(self, base: int, mine: int, theirs: int) -> Suggestion:
        my_change, their_change = mine - base, theirs - base
        quantity = base + my_change + their_change
        return self._suggestion(
            quantity,
            Reason(ReasonCode.BEFORE, (base,)),
            Reason(ReasonCode.CHANGED, (my_change, mine), by=_MINE),
            Reason(ReasonCode.CHANGED, (their_change, theirs), by=self._they()),
            Reason(ReasonCode.BOTH_HAPPENED, (quantity, base, my_change, their_change)),
        )

    def _my_count_wins(self, mine: int) -> Suggestion:
        before, after = self._around(self.moment)
        quantity = mine + sum(moved.delta for moved in after)
        reasons = [Reason(ReasonCode.COUNTED, (mine,), by=_MINE, at=self.moment)]
        if self.their_count is not None:
            reasons.append(Reason(ReasonCode.OVER_EARLIER_COUNT, by=_person(self.their_count)))
        if before:
            reasons.append(Reason(ReasonCode.IN_THIS_COUNT, movements=before))
        if after:
            reasons.append(Reason(ReasonCode.SINCE_THE_COUNT, movements=after))
            reasons.append(Reason(ReasonCode.COUNT_AND_SINCE, (quantity, mine, quantity - mine)))
        else:
            reasons.append(Reason(ReasonCode.NOTHING_SINCE))
            reasons.append(Reason(ReasonCode.COUNT_ALONE, (quantity,)))
        return self._suggestion(quantity, *reasons)

    def _their_count_wins(self, count: HistoryEntry, mine: int) -> Suggestion:
        _, after = self._around(count.occurred_at)
        reasons = [
            Reason(ReasonCode.CAME_TO, (mine,), by=_MINE, at=self.moment),
            Reason(ReasonCode.COUNTED_LATER, by=_person(count), at=count.occurred_at),
        ]
        if after:
            reasons.append(Reason(ReasonCode.SINCE_THAT_COUNT, movements=after))
        return self._take_server_value(*reasons)

    def _take_server_value(self, *reasons: Reason) -> Suggestion:
        if self.theirs is None:  # nothing can be added to an unknown quantity
            unknown = Reason(ReasonCode.SERVER_NOT_KNOWN)
            return Suggestion(Resolution.ACCEPT_SERVER, None, None, (*reasons, unknown), Choice.KEEP_SERVER)
        return self._suggestion(self.theirs, *reasons, Reason(ReasonCode.AS_THE_SERVER, (self.theirs,)))

    def _suggestion(self, quantity: int, *reasons: Reason) -> Suggestion:
        if quantity == self.theirs:
            resolution = Resolution.ACCEPT_SERVER
        elif quantity == self.mine:
            resolution = Resolution.ACCEPT_LOCAL
        else:
            resolution = Resolution.MERGE
        return Suggestion(resolution, quantity, None, reasons, Choice.FIGURE)

    def _around(self, moment: datetime | None) -> tuple[tuple[Moved, ...], tuple[Moved, ...]]:
        """Movements up to a moment, and after it. Counts are in neither: they set the quantity."""
        movements = [entry for entry in self.conflict.history if entry.reason not in self.setting]
        before = () if moment is None else [entry for entry in movements if entry.occurred_at <= moment]
        after = [entry for entry in movements if moment is None or entry.occurred_at > moment]
        return tuple(map(_moved, before)), tuple(map(_moved, after))

    def _they(self) -> Person:
        """Who changed the server's quantity, by name if it was one person."""
        people = {_person(entry) for entry in self.conflict.history}
        if len(people) == 1:
            return people.pop()
        return Person(Who.OTHERS) if people else _other_side(self.conflict.server_version)


def _moved(entry: HistoryEntry) -> Moved:
    return Moved(entry.reason or "", entry.delta or 0, _person(entry))


# --- products ----------------------------------------------------------------------------------------

_FIELDS = ("name", "barcode", "sku", "priceMinor", "taxRatePpm", "taxName", "unit")
"""A product's fields by wire name, in the order in which they are shown."""


def suggest_product(conflict: Conflict) -> Suggestion:
    """By field: the value of the side that changed it; if both did, the server's."""
    local, server = conflict.local_version, conflict.server_version
    they = _other_side(server)
    if is_deleted(server) or is_deleted(local):
        return _restore(conflict, they)
    base = conflict.base_version.values if conflict.base_version else None
    fields: dict[str, Any] = {}
    reasons: list[Reason] = []
    for name in differing_fields(local.values, server.values):
        mine, theirs, before = local.values.get(name), server.values.get(name), (base or {}).get(name)
        if base is not None and theirs == before:
            fields[name] = mine
            reasons.append(Reason(ReasonCode.ONLY, by=_MINE, field=name, values=(before, mine)))
        elif base is not None and mine == before:
            fields[name] = theirs
            reasons.append(Reason(ReasonCode.ONLY, by=they, field=name, values=(before, theirs)))
        else:
            fields[name] = theirs
            reasons.append(Reason(ReasonCode.BOTH_CHANGED, by=they, field=name, values=(mine, theirs)))
    if not reasons:
        reasons.append(Reason(ReasonCode.SAME))
    return _by_field(local, server, fields, tuple(reasons))


def _by_field(
    local: ConflictSide, server: ConflictSide, fields: dict[str, Any], reasons: tuple[Reason, ...]
) -> Suggestion:
    if all(value == server.values.get(name) for name, value in fields.items()):
        return Suggestion(Resolution.ACCEPT_SERVER, None, fields, reasons, Choice.SERVERS)
    if all(value == local.values.get(name) for name, value in fields.items()):
        return Suggestion(Resolution.ACCEPT_LOCAL, None, fields, reasons, Choice.MINE)
    return Suggestion(Resolution.MERGE, None, fields, reasons, Choice.BOTH)


def _restore(conflict: Conflict, they: Person) -> Suggestion:
    """Edited against deleted: suggest the edit, since the product is in use and can be deleted again."""
    local, server = conflict.local_version, conflict.server_version
    if is_deleted(local) and is_deleted(server):
        both = (Reason(ReasonCode.BOTH_DELETED),)
        return Suggestion(Resolution.ACCEPT_SERVER, None, {}, both, Choice.LEAVE_DELETED)
    deleter, editor = (they, _MINE) if is_deleted(server) else (_MINE, they)
    edited = local if is_deleted(server) else server
    return Suggestion(
        Resolution.ACCEPT_LOCAL if is_deleted(server) else Resolution.ACCEPT_SERVER,
        None,
        {name: value for name, value in edited.values.items() if name not in _RECORD_KEEPING},
        (Reason(ReasonCode.DELETED_WHILE_EDITED, by=deleter, other=editor), Reason(ReasonCode.RESTORE)),
        Choice.RESTORE,
    )


def is_deleted(side: ConflictSide) -> bool:
    """Whether this side is a deletion: marked as one, or without any field left."""
    return bool(side.values.get("deleted")) or not side.values


def differing_fields(local: dict[str, Any], server: dict[str, Any]) -> list[str]:
    """The fields that this side wrote and that differ at the server, in display order."""
    names = [name for name in local if name not in _RECORD_KEEPING and local[name] != server.get(name)]
    return sorted(names, key=_field_order)


def _field_order(name: str) -> tuple[int, str]:
    return (_FIELDS.index(name) if name in _FIELDS else len(_FIELDS), name)


# --- people ------------------------------------------------------------------------------------------


def _other_side(side: ConflictSide) -> Person:
    name = _first(side.actor_name, side.actor)
    return Person(Who.NAMED, name) if name else Person(Who.SOMEBODY_ELSE)


def _person(entry: HistoryEntry) -> Person:
    name = _first(entry.actor_name, entry.actor)
    return Person(Who.NAMED, name) if name else Person(Who.SOMEBODY)


def _first(*names: str | None) -> str | None:
    present: Iterable[str] = (name for name in names if name)
    return next(iter(present), None)
