"""The suggestion for a conflict as text for the person who decides. `sync_agent.merge` computes it.

`_REASONS` has the text of each reason, `_label` that of each button.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from app.domain.quantity import quantity_in_words
from app.domain.vocabulary.movement_reasons import MOVEMENT_REASONS, Sign, reason_of
from app.domain.vocabulary.units import EACH
from resources.words import MINUS, in_figures, time_of_day, translate
from sync_agent import merge
from sync_agent.contract.conflicts import Conflict, Resolution
from sync_agent.merge import Choice, Moved, Person, Reason, ReasonCode, Who


@dataclass(frozen=True)
class Suggestion:
    """What to decide and why. `quantity` is set for stock, `fields` (wire names) for a product."""

    resolution: Resolution
    quantity: int | None
    fields: dict[str, Any] | None
    explanation: tuple[str, ...]
    label: str


def suggest_stock(
    conflict: Conflict, *, my_name: str | None = None, unit: str = EACH, zone: tzinfo = UTC
) -> Suggestion:
    """A suggested quantity; times are in `zone`. `my_name`: author of the local side; None: the reader."""
    setting = [reason.code for reason in MOVEMENT_REASONS.all() if reason.sign is Sign.SETS]
    return _with_texts(
        merge.suggest_stock(conflict, setting=setting), _Wording(my_name, unit=unit, zone=zone)
    )


def suggest_product(conflict: Conflict, *, my_name: str | None = None, minor_digits: int = 2) -> Suggestion:
    """Suggested fields. `my_name`: author of the local side; None: the reader. `minor_digits`: the
    number of decimals of a price.
    """
    return _with_texts(merge.suggest_product(conflict), _Wording(my_name, minor_digits=minor_digits))


@dataclass(frozen=True)
class _Wording:
    """Reader, unit, time zone and currency of the texts."""

    my_name: str | None
    unit: str = EACH
    zone: tzinfo = UTC
    minor_digits: int = 2

    def opening(self, person: Person | None) -> str:
        """A person at the beginning of a sentence: "You"."""
        if person is None or person.who is Who.SOMEBODY:
            return translate("merge", "somebody")
        if person.who is Who.MINE:
            return self.my_name or translate("merge", "You")
        if person.who is Who.OTHERS:
            return translate("merge", "Others")
        return person.name or translate("merge", "Somebody else")

    def inside(self, person: Person | None) -> str:
        """A person within a sentence: "you"."""
        is_reader = person is not None and person.who is Who.MINE and not self.my_name
        return translate("merge", "you") if is_reader else self.opening(person)

    def figure(self, quantity: int) -> str:
        """A quantity with its unit."""
        return quantity_in_words(quantity, self.unit)

    def signed(self, quantity: int) -> str:
        """A quantity with sign and unit: "+ 3"."""
        return f"{MINUS if quantity < 0 else '+'} {self.figure(abs(quantity))}"

    def time(self, moment: datetime | None) -> str:
        """ "14:05"; empty where not known."""
        if moment is None:
            return ""
        try:
            return time_of_day(moment.astimezone(self.zone))
        except OverflowError:  # outside the range of datetime in this zone
            return ""

    def movements(self, moved: Iterable[Moved]) -> str:
        """ "3 sold (Omar), 5 received (Maria)": a part for each reason and person."""
        sums: dict[tuple[str, str], int] = {}
        for movement in moved:
            word = reason_of(movement.reason).done_without_sign(movement.delta)
            key = (word, self.opening(movement.by))
            sums[key] = sums.get(key, 0) + movement.delta
        return ", ".join(
            f"{self.figure(abs(delta))} {word} ({person})" for (word, person), delta in sums.items()
        )

    def value(self, field: str, value: object) -> str:
        """The value of a product's field: prices with decimals, texts in quotes."""
        if value is None:
            return translate("merge", "nothing")
        if isinstance(value, int) and not isinstance(value, bool):
            if field == "priceMinor":
                return _decimal(value, self.minor_digits)
            if field == "taxRatePpm":
                return f"{_decimal(value, 4).rstrip('0').rstrip('.,')} %"
        return f"“{value}”"


def _with_texts(suggestion: merge.Suggestion, wording: _Wording) -> Suggestion:
    return Suggestion(
        suggestion.resolution,
        suggestion.quantity,
        suggestion.fields,
        tuple(_REASONS[reason.code](reason, wording) for reason in suggestion.reasons),
        _label(suggestion, wording),
    )


def _label(suggestion: merge.Suggestion, wording: _Wording) -> str:
    if suggestion.choice is Choice.FIGURE and suggestion.quantity is not None:
        words = translate("merge", "Use {figure} (suggested)")
        return words.format(figure=wording.figure(suggestion.quantity))
    return {
        Choice.SERVERS: translate("merge", "Use the server's (suggested)"),
        Choice.MINE: translate("merge", "Use this till's (suggested)"),
        Choice.BOTH: translate("merge", "Use both changes (suggested)"),
        Choice.LEAVE_DELETED: translate("merge", "Leave deleted (suggested)"),
        Choice.RESTORE: translate("merge", "Restore (suggested)"),
    }.get(suggestion.choice) or translate("merge", "Keep what the server has (suggested)")


# --- stock -------------------------------------------------------------------------------------------


def _changed(reason: Reason, wording: _Wording) -> str:
    delta, now = reason.figures
    if delta == 0:
        words = translate("merge", "{person} changed nothing → {now}.")
    elif delta > 0:
        words = translate("merge", "{person} added {figure} → {now}.")
    else:
        words = translate("merge", "{person} took {figure} → {now}.")
    person = wording.opening(reason.by)
    return words.format(person=person, figure=wording.figure(abs(delta)), now=wording.figure(now))


def _both_happened(reason: Reason, wording: _Wording) -> str:
    quantity, base, mine, theirs = reason.figures
    in_all = f"{wording.figure(base)} {wording.signed(mine)} {wording.signed(theirs)}"
    words = translate("merge", "Suggested: {figure} ({sum}: both happened).")
    return words.format(figure=wording.figure(quantity), sum=in_all)


def _counted(reason: Reason, wording: _Wording) -> str:
    time = wording.time(reason.at)
    counted = (
        translate("merge", "{person} counted {figure} at {time}.")
        if time
        else translate("merge", "{person} counted {figure}.")
    )
    return counted.format(
        person=wording.opening(reason.by), figure=wording.figure(reason.figures[0]), time=time
    )


def _came_to(reason: Reason, wording: _Wording) -> str:
    time = wording.time(reason.at)
    came_to = (
        translate("merge", "{person} came to {figure} at {time}.")
        if time
        else translate("merge", "{person} came to {figure}.")
    )
    return came_to.format(
        person=wording.opening(reason.by), figure=wording.figure(reason.figures[0]), time=time
    )


def _over_earlier_count(reason: Reason, wording: _Wording) -> str:
    words = translate("merge", "The count by {person} was earlier, so this one stands over it.")
    return words.format(person=wording.opening(reason.by))


def _counted_later(reason: Reason, wording: _Wording) -> str:
    words = translate("merge", "{person} counted later at {time}, so that count stands.")
    return words.format(person=wording.opening(reason.by), time=wording.time(reason.at) or "…")


def _count_and_since(reason: Reason, wording: _Wording) -> str:
    quantity, count, since = reason.figures
    in_all = f"{wording.figure(count)} {wording.signed(since)}"
    words = translate("merge", "Suggested: {figure} ({sum}).")
    return words.format(figure=wording.figure(quantity), sum=in_all)


def _before(reason: Reason, wording: _Wording) -> str:
    return translate("merge", "Before: {figure}.").format(figure=wording.figure(reason.figures[0]))


def _count_alone(reason: Reason, wording: _Wording) -> str:
    return translate("merge", "Suggested: {figure}.").format(figure=wording.figure(reason.figures[0]))


def _as_the_server(reason: Reason, wording: _Wording) -> str:
    words = translate("merge", "Suggested: {figure}, as the server has it.")
    return words.format(figure=wording.figure(reason.figures[0]))


def _in_this_count(reason: Reason, wording: _Wording) -> str:
    words = translate("merge", "Already in this count: {movements}.")
    return words.format(movements=wording.movements(reason.movements))


def _since_the_count(reason: Reason, wording: _Wording) -> str:
    words = translate("merge", "Since the count: {movements}.")
    return words.format(movements=wording.movements(reason.movements))


def _since_that_count(reason: Reason, wording: _Wording) -> str:
    words = translate("merge", "Since that count: {movements}.")
    return words.format(movements=wording.movements(reason.movements))


# --- products ----------------------------------------------------------------------------------------


def field_word(name: str) -> str:
    """ "the price"; a field that this version does not know has its wire name."""
    return {
        "name": translate("merge", "the name"),
        "barcode": translate("merge", "the barcode"),
        "sku": translate("merge", "the article number"),
        "priceMinor": translate("merge", "the price"),
        "taxRatePpm": translate("merge", "the tax rate"),
        "taxName": translate("merge", "the named tax rate"),
        "unit": translate("merge", "the unit"),
    }.get(name, name)


def _only(reason: Reason, wording: _Wording) -> str:
    before, now = (wording.value(reason.field, value) for value in reason.values)
    words = translate("merge", "Only {person} changed {field}: {before} → {now}.")
    person = wording.inside(reason.by)
    return words.format(person=person, field=field_word(reason.field), before=before, now=now)


def _both_changed(reason: Reason, wording: _Wording) -> str:
    mine, theirs = (wording.value(reason.field, value) for value in reason.values)
    return translate(
        "merge",
        "Both changed {field}: {me} to {mine}, {them} to {theirs}. "
        "Suggested: {theirs}, which other tills show already.",
    ).format(
        field=field_word(reason.field),
        me=wording.inside(Person(Who.MINE)),
        mine=mine,
        them=wording.opening(reason.by),
        theirs=theirs,
    )


def _deleted_while_edited(reason: Reason, wording: _Wording) -> str:
    words = translate("merge", "{deleter} deleted it while {editor} changed it.")
    return words.format(deleter=wording.opening(reason.by), editor=wording.inside(reason.other))


def _decimal(value: int, digits: int) -> str:
    """An integer in smallest parts as a decimal number, by integer arithmetic: never rounded."""
    whole, part = divmod(abs(value), 10**digits)
    plain = f"{'-' if value < 0 else ''}{whole}" + (f".{part:0{digits}d}" if digits else "")
    return in_figures(plain)


_REASONS: dict[ReasonCode, Callable[[Reason, _Wording], str]] = {
    ReasonCode.MINE_NOT_KNOWN: lambda _reason, _wording: translate(
        "merge", "What this till wanted to write is not known."
    ),
    ReasonCode.START_NOT_KNOWN: lambda _reason, _wording: translate(
        "merge", "What both sides started from is not known any more. Count it to be sure."
    ),
    ReasonCode.SERVER_NOT_KNOWN: lambda _reason, _wording: translate(
        "merge", "What the server has is not known here. Count it to be sure."
    ),
    ReasonCode.BEFORE: _before,
    ReasonCode.CHANGED: _changed,
    ReasonCode.BOTH_HAPPENED: _both_happened,
    ReasonCode.COUNTED: _counted,
    ReasonCode.OVER_EARLIER_COUNT: _over_earlier_count,
    ReasonCode.IN_THIS_COUNT: _in_this_count,
    ReasonCode.SINCE_THE_COUNT: _since_the_count,
    ReasonCode.NOTHING_SINCE: lambda _reason, _wording: translate("merge", "Nothing has moved since."),
    ReasonCode.COUNT_AND_SINCE: _count_and_since,
    ReasonCode.COUNT_ALONE: _count_alone,
    ReasonCode.CAME_TO: _came_to,
    ReasonCode.COUNTED_LATER: _counted_later,
    ReasonCode.SINCE_THAT_COUNT: _since_that_count,
    ReasonCode.AS_THE_SERVER: _as_the_server,
    ReasonCode.ONLY: _only,
    ReasonCode.BOTH_CHANGED: _both_changed,
    ReasonCode.SAME: lambda _reason, _wording: translate("merge", "Both sides say the same."),
    ReasonCode.DELETED_WHILE_EDITED: _deleted_while_edited,
    ReasonCode.RESTORE: lambda _reason, _wording: translate(
        "merge", "Suggested: restore it. It can be deleted again at any time."
    ),
    ReasonCode.BOTH_DELETED: lambda _reason, _wording: translate("merge", "Both deleted it."),
}
