"""What to suggest when two people changed the same thing: pure, and always with its reasons in words.

Stock: changes of quantity add up; a count stands over what came before it, and later movements go on top.
Products: field by field. A suggestion only ever adds figures that stand in the conflict; where those do not
suffice it keeps what the server has, and says so. A person decides. ARCHITECTURE.md, "Conflicts".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from sync_agent.contract.conflicts import Conflict, ConflictSide, HistoryEntry, Resolution

MINUS = "\u2212"
_COUNTING = frozenset({"count", "resolution"})
"""Reasons of movements that set a figure rather than change it."""
_RECORD_KEEPING = frozenset({"id", "version", "deleted"})


@dataclass(frozen=True)
class Suggestion:
    """What to decide and why. `quantity` is set for stock, `fields` (wire names) for a product."""

    resolution: Resolution
    quantity: int | None
    fields: dict[str, Any] | None
    explanation: tuple[str, ...]
    label: str


# --- stock -------------------------------------------------------------------------------------------


def suggest_stock(
    conflict: Conflict, *, my_name: str = "You", unit: str = "each", zone: tzinfo = UTC
) -> Suggestion:
    """The quantity that accounts for everything that both sides know; times are told in `zone`."""
    return _StockCase(conflict, my_name, unit, zone).suggest()


def counted_at(conflict: Conflict) -> datetime | None:
    """When this side counted; None where it set a figure without counting, or what it wrote is no time."""
    written = conflict.local_version.values.get("countedAt")
    if not isinstance(written, str):
        return None
    try:
        moment = datetime.fromisoformat(written)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # another program's spelling, or a moment beyond the calendar
        return None


def quantity_of(side: ConflictSide | None) -> int | None:
    """A side's quantity, None where it is not known."""
    if side is None:
        return None
    for name in ("quantity", "newQuantity"):
        value = side.values.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return None


@dataclass(frozen=True)
class _StockCase:
    """One stock conflict, read once."""

    conflict: Conflict
    my_name: str
    unit: str
    zone: tzinfo

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
        """The newest count among what happened at the server meanwhile."""
        counts = [entry for entry in self.conflict.history if entry.reason in _COUNTING]
        return max(counts, key=lambda entry: entry.occurred_at, default=None)

    def suggest(self) -> Suggestion:
        if self.mine is None:
            return self._keep_theirs("What this till wanted to write is not known.")
        later_count = self.their_count
        if later_count is not None and (self.moment is None or later_count.occurred_at >= self.moment):
            return self._their_count_stands(later_count)
        if counted_at(self.conflict) is not None:
            return self._my_count_stands(self.mine)
        if self.base is not None and self.theirs is not None:
            return self._both_add_up(self.base, self.mine, self.theirs)
        return self._keep_theirs("What both sides started from is not known any more. Count it to be sure.")

    def _both_add_up(self, base: int, mine: int, theirs: int) -> Suggestion:
        my_change, their_change = mine - base, theirs - base
        quantity = base + my_change + their_change
        sum_in_words = f"{self._figure(base)} {self._signed(my_change)} {self._signed(their_change)}"
        return self._suggestion(
            quantity,
            f"Before: {self._figure(base)}.",
            f"{self.my_name} {self._changed(my_change)} → {self._figure(mine)}.",
            f"{self._they()} {self._changed(their_change)} → {self._figure(theirs)}.",
            f"Suggested: {self._figure(quantity)} ({sum_in_words}: both happened).",
        )

    def _my_count_stands(self, mine: int) -> Suggestion:
        before, after = self._around(self.moment)
        moved = sum(entry.delta or 0 for entry in after)
        quantity = mine + moved
        lines = [f"{self.my_name} counted {self._figure(mine)}{self._at(self.moment)}."]
        if self.their_count is not None:
            lines.append(f"The count by {_person(self.their_count)} was earlier, so this one stands over it.")
        if before:
            lines.append(f"Already in this count: {self._moved(before)}.")
        lines.append(f"Since the count: {self._moved(after)}." if after else "Nothing has moved since.")
        if after:
            lines.append(f"Suggested: {self._figure(quantity)} ({self._figure(mine)} {self._signed(moved)}).")
        else:
            lines.append(f"Suggested: {self._figure(quantity)}.")
        return self._suggestion(quantity, *lines)

    def _their_count_stands(self, count: HistoryEntry) -> Suggestion:
        _, after = self._around(count.occurred_at)
        lines = [
            f"{self.my_name} came to {self._figure(self.mine or 0)}{self._at(self.moment)}.",
            f"{_person(count)} counted later{self._at(count.occurred_at)}, so that count stands.",
        ]
        if after:
            lines.append(f"Since that count: {self._moved(after)}.")
        return self._keep_theirs(*lines)

    def _keep_theirs(self, *reasons: str) -> Suggestion:
        if self.theirs is None:  # nothing may be added to a figure that nobody has
            return Suggestion(
                Resolution.ACCEPT_SERVER,
                None,
                None,
                (*reasons, "What the server has is not known here. Count it to be sure."),
                "Keep what the server has (suggested)",
            )
        shown = self._figure(self.theirs)
        return self._suggestion(self.theirs, *reasons, f"Suggested: {shown}, as the server has it.")

    def _suggestion(self, quantity: int, *explanation: str) -> Suggestion:
        if quantity == self.theirs:
            resolution = Resolution.ACCEPT_SERVER
        elif quantity == self.mine:
            resolution = Resolution.ACCEPT_LOCAL
        else:
            resolution = Resolution.MERGE
        return Suggestion(
            resolution, quantity, None, explanation, f"Use {self._figure(quantity)} (suggested)"
        )

    def _around(self, moment: datetime | None) -> tuple[list[HistoryEntry], list[HistoryEntry]]:
        """Movements up to a moment, and after it. Counts are neither: they set a figure."""
        movements = [entry for entry in self.conflict.history if entry.reason not in _COUNTING]
        if moment is None:
            return [], movements
        before = [entry for entry in movements if entry.occurred_at <= moment]
        return before, [entry for entry in movements if entry.occurred_at > moment]

    def _they(self) -> str:
        """Who changed the server's figure, by name where it was one person."""
        people = {_person(entry) for entry in self.conflict.history}
        if len(people) == 1:
            return people.pop()
        return "Others" if people else _name(self.conflict.server_version) or "Somebody else"

    def _changed(self, delta: int) -> str:
        if delta == 0:
            return "changed nothing"
        return f"{'added' if delta > 0 else 'took'} {self._figure(abs(delta))}"

    def _moved(self, entries: Sequence[HistoryEntry]) -> str:
        """ "3 sold (Omar), 5 received (Maria)": one part for each reason, direction and person."""
        sums: dict[tuple[str, str], int] = {}
        for entry in entries:
            delta = entry.delta or 0
            key = (_word_by_direction(entry.reason, delta), _person(entry))
            sums[key] = sums.get(key, 0) + delta
        return ", ".join(
            f"{self._figure(abs(delta))} {word} ({person})" for (word, person), delta in sums.items()
        )

    def _at(self, moment: datetime | None) -> str:
        if moment is None:
            return ""
        try:
            return f" at {moment.astimezone(self.zone):%H:%M}"
        except OverflowError:  # beyond the calendar in this zone
            return ""

    def _figure(self, quantity: int) -> str:
        return figure(quantity, self.unit)

    def _signed(self, quantity: int) -> str:
        return f"{MINUS if quantity < 0 else '+'} {figure(abs(quantity), self.unit)}"


def figure(quantity: int, unit: str) -> str:
    """A quantity as people read it; what is sold by weight is kept in thousandths."""
    sign = MINUS if quantity < 0 else ""
    if unit != "kg":
        return f"{sign}{abs(quantity)}"
    whole, thousandths = divmod(abs(quantity), 1000)
    return f"{sign}{whole}.{thousandths:03d} kg"


_MOVEMENT_WORDS = {
    "sale": "sold",
    "refund": "returned",
    "receive": "received",
    "waste": "wasted",
    "found": "found",
    "transfer_in": "transferred in",
    "transfer_out": "transferred out",
    "count": "counted",
}


def movement_word(reason: str, delta: int) -> str:
    """ "sold", "received", or for a correction which way it went."""
    return _MOVEMENT_WORDS.get(reason) or ("added" if delta >= 0 else "taken away")


_TAKES = frozenset({"sale", "waste", "transfer_out"})
_ADDS = frozenset({"refund", "receive", "found", "transfer_in"})


def _word_by_direction(reason: str, delta: int) -> str:
    """The word for a movement whose figure is told without its sign: it must not say the other way."""
    if (reason in _TAKES and delta > 0) or (reason in _ADDS and delta < 0):
        return "added" if delta > 0 else "taken away"
    return movement_word(reason, delta)


# --- products ----------------------------------------------------------------------------------------

_FIELD_WORDS = {
    "name": "the name",
    "barcode": "the barcode",
    "sku": "the article number",
    "priceMinor": "the price",
    "taxRatePpm": "the tax rate",
    "unit": "the unit",
}


def suggest_product(conflict: Conflict, *, my_name: str = "You", minor_digits: int = 2) -> Suggestion:
    """Field by field, what only one side changed; where both changed a field, the server's value.

    `minor_digits` is how many decimals a price has.
    """
    local, server = conflict.local_version, conflict.server_version
    they = _name(server) or "Somebody else"
    if is_deleted(server) or is_deleted(local):
        return _restore(conflict, my_name, they)
    base = conflict.base_version.values if conflict.base_version else None
    fields: dict[str, Any] = {}
    explanation: list[str] = []
    for name in differing_fields(local.values, server.values):
        mine, theirs, before = local.values.get(name), server.values.get(name), (base or {}).get(name)
        word = field_word(name)
        before_shown, mine_shown, theirs_shown = (
            _shown(name, value, minor_digits) for value in (before, mine, theirs)
        )
        if base is not None and theirs == before:
            fields[name] = mine
            explanation.append(f"Only {_inside(my_name)} changed {word}: {before_shown} → {mine_shown}.")
        elif base is not None and mine == before:
            fields[name] = theirs
            explanation.append(f"Only {they} changed {word}: {before_shown} → {theirs_shown}.")
        else:
            fields[name] = theirs
            explanation.append(
                f"Both changed {word}: {_inside(my_name)} to {mine_shown}, {they} to {theirs_shown}. "
                f"Suggested: {theirs_shown}, which other tills show already."
            )
    return _by_field(local, server, fields, tuple(explanation) or ("Both sides say the same.",))


def _by_field(
    local: ConflictSide, server: ConflictSide, fields: dict[str, Any], explanation: tuple[str, ...]
) -> Suggestion:
    if all(value == server.values.get(name) for name, value in fields.items()):
        return Suggestion(Resolution.ACCEPT_SERVER, None, fields, explanation, "Use the server's (suggested)")
    if all(value == local.values.get(name) for name, value in fields.items()):
        return Suggestion(Resolution.ACCEPT_LOCAL, None, fields, explanation, "Use this till's (suggested)")
    return Suggestion(Resolution.MERGE, None, fields, explanation, "Use both changes (suggested)")


def _restore(conflict: Conflict, my_name: str, they: str) -> Suggestion:
    """Edited against deleted. Somebody still works with it, and deleting it again costs nothing."""
    local, server = conflict.local_version, conflict.server_version
    if is_deleted(local) and is_deleted(server):
        return Suggestion(
            Resolution.ACCEPT_SERVER, None, {}, ("Both deleted it.",), "Leave deleted (suggested)"
        )
    deleter, editor = (they, _inside(my_name)) if is_deleted(server) else (my_name, they)
    kept = local if is_deleted(server) else server
    return Suggestion(
        Resolution.ACCEPT_LOCAL if is_deleted(server) else Resolution.ACCEPT_SERVER,
        None,
        _fields_of(kept.values),
        (
            f"{deleter} deleted it while {editor} changed it.",
            "Suggested: restore it. It can be deleted again at any time.",
        ),
        "Restore (suggested)",
    )


def is_deleted(side: ConflictSide) -> bool:
    """Whether this side is a deletion: marked as one, or without any field left."""
    return bool(side.values.get("deleted")) or not side.values


def differing_fields(local: dict[str, Any], server: dict[str, Any]) -> list[str]:
    """The fields that this side wrote and the server has otherwise, the best known first."""
    names = [name for name in local if name not in _RECORD_KEEPING and local[name] != server.get(name)]
    return sorted(names, key=_field_order)


def field_word(name: str) -> str:
    return _FIELD_WORDS.get(name, name)


def _field_order(name: str) -> tuple[int, str]:
    known = tuple(_FIELD_WORDS)
    return (known.index(name) if name in known else len(known), name)


def _fields_of(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in _RECORD_KEEPING}


def _shown(name: str, value: object, minor_digits: int) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, int) and not isinstance(value, bool):
        if name == "priceMinor":
            return _decimal(value, minor_digits)
        if name == "taxRatePpm":
            return f"{_decimal(value, 4).rstrip('0').rstrip('.')} %"
    return f"“{value}”"


def _decimal(value: int, digits: int) -> str:
    """A whole number as one with decimals: in whole numbers throughout, so that none is ever rounded."""
    whole, part = divmod(abs(value), 10**digits)
    return f"{'-' if value < 0 else ''}{whole}" + (f".{part:0{digits}d}" if digits else "")


# --- people ------------------------------------------------------------------------------------------


def _inside(name: str) -> str:
    """A name inside a sentence: "You" opens one, and is "you" further on."""
    return "you" if name == "You" else name


def _name(side: ConflictSide) -> str | None:
    return _first(side.actor_name, side.actor)


def _person(entry: HistoryEntry) -> str:
    return _first(entry.actor_name, entry.actor) or "somebody"


def _first(*names: str | None) -> str | None:
    present: Iterable[str] = (name for name in names if name)
    return next(iter(present), None)
