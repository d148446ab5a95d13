"""What to suggest when two people changed the same thing: pure, and always with its reasons in words.

Stock: changes of quantity add up; a count stands over what came before it, and later movements go on top.
Products: field by field. A suggestion only ever adds figures that stand in the conflict; where those do not
suffice it keeps what the server has, and says so. A person decides. ARCHITECTURE.md, "Conflicts".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from app.domain.quantity import quantity_in_words
from app.domain.vocabulary.movement_reasons import Sign, reason_of
from app.domain.vocabulary.units import EACH
from resources.words import MINUS, in_figures, time_of_day, translate
from sync_agent.contract.conflicts import Conflict, ConflictSide, HistoryEntry, Resolution

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
    conflict: Conflict, *, my_name: str | None = None, unit: str = EACH, zone: tzinfo = UTC
) -> Suggestion:
    """The quantity that accounts for everything that both sides know; times are told in `zone`.

    `my_name` is whose side this till's is: None for whoever reads it.
    """
    return _StockCase(conflict, my_name or _you(), unit, zone).suggest()


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
        counts = [entry for entry in self.conflict.history if _sets_figure(entry)]
        return max(counts, key=lambda entry: entry.occurred_at, default=None)

    def suggest(self) -> Suggestion:
        if self.mine is None:
            return self._keep_theirs(translate("merge", "What this till wanted to write is not known."))
        later_count = self.their_count
        if later_count is not None and (self.moment is None or later_count.occurred_at >= self.moment):
            return self._their_count_stands(later_count)
        if counted_at(self.conflict) is not None:
            return self._my_count_stands(self.mine)
        if self.base is not None and self.theirs is not None:
            return self._both_add_up(self.base, self.mine, self.theirs)
        return self._keep_theirs(
            translate("merge", "What both sides started from is not known any more. Count it to be sure.")
        )

    def _both_add_up(self, base: int, mine: int, theirs: int) -> Suggestion:
        my_change, their_change = mine - base, theirs - base
        quantity = base + my_change + their_change
        sum_in_words = f"{self._figure(base)} {self._signed(my_change)} {self._signed(their_change)}"
        return self._suggestion(
            quantity,
            translate("merge", "Before: {figure}.").format(figure=self._figure(base)),
            self._changed(self.my_name, my_change, mine),
            self._changed(self._they(), their_change, theirs),
            translate("merge", "Suggested: {figure} ({sum}: both happened).").format(
                figure=self._figure(quantity), sum=sum_in_words
            ),
        )

    def _my_count_stands(self, mine: int) -> Suggestion:
        before, after = self._around(self.moment)
        moved = sum(entry.delta or 0 for entry in after)
        quantity = mine + moved
        counted = (
            translate("merge", "{person} counted {figure} at {time}.")
            if self._time(self.moment)
            else translate("merge", "{person} counted {figure}.")
        )
        lines = [counted.format(person=self.my_name, figure=self._figure(mine), time=self._time(self.moment))]
        if self.their_count is not None:
            earlier = translate("merge", "The count by {person} was earlier, so this one stands over it.")
            lines.append(earlier.format(person=_person(self.their_count)))
        if before:
            lines.append(
                translate("merge", "Already in this count: {movements}.").format(
                    movements=self._moved(before)
                )
            )
        if after:
            since = translate("merge", "Since the count: {movements}.")
            lines.append(since.format(movements=self._moved(after)))
            suggested = translate("merge", "Suggested: {figure} ({sum}).")
        else:
            lines.append(translate("merge", "Nothing has moved since."))
            suggested = translate("merge", "Suggested: {figure}.")
        in_all = f"{self._figure(mine)} {self._signed(moved)}"
        return self._suggestion(quantity, *lines, suggested.format(figure=self._figure(quantity), sum=in_all))

    def _their_count_stands(self, count: HistoryEntry) -> Suggestion:
        _, after = self._around(count.occurred_at)
        came_to = (
            translate("merge", "{person} came to {figure} at {time}.")
            if self._time(self.moment)
            else translate("merge", "{person} came to {figure}.")
        )
        later = translate("merge", "{person} counted later at {time}, so that count stands.")
        lines = [
            came_to.format(
                person=self.my_name, figure=self._figure(self.mine or 0), time=self._time(self.moment)
            ),
            later.format(person=_person(count), time=self._time(count.occurred_at) or "…"),
        ]
        if after:
            since = translate("merge", "Since that count: {movements}.")
            lines.append(since.format(movements=self._moved(after)))
        return self._keep_theirs(*lines)

    def _keep_theirs(self, *reasons: str) -> Suggestion:
        if self.theirs is None:  # nothing may be added to a figure that nobody has
            return Suggestion(
                Resolution.ACCEPT_SERVER,
                None,
                None,
                (
                    *reasons,
                    translate("merge", "What the server has is not known here. Count it to be sure."),
                ),
                translate("merge", "Keep what the server has (suggested)"),
            )
        suggested = translate("merge", "Suggested: {figure}, as the server has it.")
        return self._suggestion(self.theirs, *reasons, suggested.format(figure=self._figure(self.theirs)))

    def _suggestion(self, quantity: int, *explanation: str) -> Suggestion:
        if quantity == self.theirs:
            resolution = Resolution.ACCEPT_SERVER
        elif quantity == self.mine:
            resolution = Resolution.ACCEPT_LOCAL
        else:
            resolution = Resolution.MERGE
        label = translate("merge", "Use {figure} (suggested)").format(figure=self._figure(quantity))
        return Suggestion(resolution, quantity, None, explanation, label)

    def _around(self, moment: datetime | None) -> tuple[list[HistoryEntry], list[HistoryEntry]]:
        """Movements up to a moment, and after it. Counts are neither: they set a figure."""
        movements = [entry for entry in self.conflict.history if not _sets_figure(entry)]
        if moment is None:
            return [], movements
        before = [entry for entry in movements if entry.occurred_at <= moment]
        return before, [entry for entry in movements if entry.occurred_at > moment]

    def _they(self) -> str:
        """Who changed the server's figure, by name where it was one person."""
        people = {_person(entry) for entry in self.conflict.history}
        if len(people) == 1:
            return people.pop()
        if people:
            return translate("merge", "Others")
        return _name(self.conflict.server_version) or _somebody_else()

    def _changed(self, person: str, delta: int, now: int) -> str:
        if delta == 0:
            words = translate("merge", "{person} changed nothing → {now}.")
        elif delta > 0:
            words = translate("merge", "{person} added {figure} → {now}.")
        else:
            words = translate("merge", "{person} took {figure} → {now}.")
        return words.format(person=person, figure=self._figure(abs(delta)), now=self._figure(now))

    def _moved(self, entries: Sequence[HistoryEntry]) -> str:
        """ "3 sold (Omar), 5 received (Maria)": one part for each reason, direction and person."""
        sums: dict[tuple[str, str], int] = {}
        for entry in entries:
            delta = entry.delta or 0
            key = (reason_of(entry.reason).done_without_sign(delta), _person(entry))
            sums[key] = sums.get(key, 0) + delta
        return ", ".join(
            f"{self._figure(abs(delta))} {word} ({person})" for (word, person), delta in sums.items()
        )

    def _time(self, moment: datetime | None) -> str:
        """ "14:05"; empty where it is not known."""
        if moment is None:
            return ""
        try:
            return time_of_day(moment.astimezone(self.zone))
        except OverflowError:  # beyond the calendar in this zone
            return ""

    def _figure(self, quantity: int) -> str:
        return quantity_in_words(quantity, self.unit)

    def _signed(self, quantity: int) -> str:
        return f"{MINUS if quantity < 0 else '+'} {quantity_in_words(abs(quantity), self.unit)}"


def _sets_figure(entry: HistoryEntry) -> bool:
    """Whether it is a count or a decision, which sets a figure rather than changes it."""
    return reason_of(entry.reason).sign is Sign.SETS


# --- products ----------------------------------------------------------------------------------------

_FIELDS = ("name", "barcode", "sku", "priceMinor", "taxRatePpm", "unit")
"""A product's fields by their wire names, in the order in which people know them."""


def suggest_product(conflict: Conflict, *, my_name: str | None = None, minor_digits: int = 2) -> Suggestion:
    """Field by field, what only one side changed; where both changed a field, the server's value.

    `my_name` is whose side this till's is: None for whoever reads it. `minor_digits` is how many decimals a
    price has.
    """
    my_name = my_name or _you()
    local, server = conflict.local_version, conflict.server_version
    they = _name(server) or _somebody_else()
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
            explanation.append(_only(_inside(my_name), word, before_shown, mine_shown))
        elif base is not None and mine == before:
            fields[name] = theirs
            explanation.append(_only(they, word, before_shown, theirs_shown))
        else:
            fields[name] = theirs
            explanation.append(
                translate(
                    "merge",
                    "Both changed {field}: {me} to {mine}, {them} to {theirs}. "
                    "Suggested: {theirs}, which other tills show already.",
                ).format(field=word, me=_inside(my_name), mine=mine_shown, them=they, theirs=theirs_shown)
            )
    if not explanation:
        explanation.append(translate("merge", "Both sides say the same."))
    return _by_field(local, server, fields, tuple(explanation))


def _only(person: str, field: str, before: str, now: str) -> str:
    words = translate("merge", "Only {person} changed {field}: {before} → {now}.")
    return words.format(person=person, field=field, before=before, now=now)


def _by_field(
    local: ConflictSide, server: ConflictSide, fields: dict[str, Any], explanation: tuple[str, ...]
) -> Suggestion:
    if all(value == server.values.get(name) for name, value in fields.items()):
        label = translate("merge", "Use the server's (suggested)")
        return Suggestion(Resolution.ACCEPT_SERVER, None, fields, explanation, label)
    if all(value == local.values.get(name) for name, value in fields.items()):
        label = translate("merge", "Use this till's (suggested)")
        return Suggestion(Resolution.ACCEPT_LOCAL, None, fields, explanation, label)
    label = translate("merge", "Use both changes (suggested)")
    return Suggestion(Resolution.MERGE, None, fields, explanation, label)


def _restore(conflict: Conflict, my_name: str, they: str) -> Suggestion:
    """Edited against deleted. Somebody still works with it, and deleting it again costs nothing."""
    local, server = conflict.local_version, conflict.server_version
    if is_deleted(local) and is_deleted(server):
        return Suggestion(
            Resolution.ACCEPT_SERVER,
            None,
            {},
            (translate("merge", "Both deleted it."),),
            translate("merge", "Leave deleted (suggested)"),
        )
    deleter, editor = (they, _inside(my_name)) if is_deleted(server) else (my_name, they)
    kept = local if is_deleted(server) else server
    return Suggestion(
        Resolution.ACCEPT_LOCAL if is_deleted(server) else Resolution.ACCEPT_SERVER,
        None,
        _fields_of(kept.values),
        (
            translate("merge", "{deleter} deleted it while {editor} changed it.").format(
                deleter=deleter, editor=editor
            ),
            translate("merge", "Suggested: restore it. It can be deleted again at any time."),
        ),
        translate("merge", "Restore (suggested)"),
    )


def is_deleted(side: ConflictSide) -> bool:
    """Whether this side is a deletion: marked as one, or without any field left."""
    return bool(side.values.get("deleted")) or not side.values


def differing_fields(local: dict[str, Any], server: dict[str, Any]) -> list[str]:
    """The fields that this side wrote and the server has otherwise, the best known first."""
    names = [name for name in local if name not in _RECORD_KEEPING and local[name] != server.get(name)]
    return sorted(names, key=_field_order)


def field_word(name: str) -> str:
    """ "the price"; a field that this version does not know by its own name."""
    return {
        "name": translate("merge", "the name"),
        "barcode": translate("merge", "the barcode"),
        "sku": translate("merge", "the article number"),
        "priceMinor": translate("merge", "the price"),
        "taxRatePpm": translate("merge", "the tax rate"),
        "unit": translate("merge", "the unit"),
    }.get(name, name)


def _field_order(name: str) -> tuple[int, str]:
    return (_FIELDS.index(name) if name in _FIELDS else len(_FIELDS), name)


def _fields_of(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in _RECORD_KEEPING}


def _shown(name: str, value: object, minor_digits: int) -> str:
    if value is None:
        return translate("merge", "nothing")
    if isinstance(value, int) and not isinstance(value, bool):
        if name == "priceMinor":
            return _decimal(value, minor_digits)
        if name == "taxRatePpm":
            return f"{_decimal(value, 4).rstrip('0').rstrip('.,')} %"
    return f"“{value}”"


def _decimal(value: int, digits: int) -> str:
    """A whole number as one with decimals: in whole numbers throughout, so that none is ever rounded."""
    whole, part = divmod(abs(value), 10**digits)
    plain = f"{'-' if value < 0 else ''}{whole}" + (f".{part:0{digits}d}" if digits else "")
    return in_figures(plain)


# --- people ------------------------------------------------------------------------------------------


def _inside(name: str) -> str:
    """A name inside a sentence: "You" opens one, and is "you" further on."""
    return translate("merge", "you") if name == _you() else name


def _you() -> str:
    return translate("merge", "You")


def _somebody_else() -> str:
    return translate("merge", "Somebody else")


def _name(side: ConflictSide) -> str | None:
    return _first(side.actor_name, side.actor)


def _person(entry: HistoryEntry) -> str:
    return _first(entry.actor_name, entry.actor) or translate("merge", "somebody")


def _first(*names: str | None) -> str | None:
    present: Iterable[str] = (name for name in names if name)
    return next(iter(present), None)
