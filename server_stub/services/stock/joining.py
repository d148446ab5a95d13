"""Stock of an article that was made twice: moved to the product that it is, and back if it was another.

Joining repeats the alias's movements on the product as if they had arrived there, and empties the alias's
level; parting repeats on the alias's level what was recorded under it since. The quantity follows from the
journal (`article_journal`): what the repeated movements leave open is carried by a correction.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row

from server_stub.services.stock.article_journal import Counted, Entry, Journal, replaces
from server_stub.services.stock.count_order import UNKNOWN_MOMENT, Moment, Order, order, was_counted
from server_stub.services.stock.ledger import Ledger, Level, Origin
from server_stub.store.database import UnitOfWork
from sync_agent.contract.operations import Effect
from sync_agent.contract.stock import MovementReason

_JOINED = "The article was made twice; it is counted under its first number."
_PARTED = "The two are articles of their own again."


@dataclass(frozen=True, slots=True)
class UndecidedCount:
    """The alias was counted so close in time to the product that nobody can say which count is the later.

    `quantity` is what the article's would be now, if the alias's count is.
    """

    level: Level
    quantity: int
    counted: Moment
    actor_id: str


@dataclass(slots=True)
class Moved:
    """What joining or parting did at one place; `counts` are the times of the counts that were given back."""

    effects: list[Effect]
    undecided: UndecidedCount | None = None
    counts: tuple[Moment, ...] = ()


def join(
    unit: UnitOfWork,
    ledger: Ledger,
    source: Level,
    target: Level,
    names: Set[str],
    others: Set[str],
    why: Origin,
) -> Moved:
    """Moves what was recorded under an alias and its own aliases (`names`) from the alias's level to its
    product's, which has that of the product and its `others`.
    """
    moved = Moved([])
    if not source.version:
        return moved
    here = Journal.read(unit, target)
    journal = here.together_with(Journal.read(unit, source))
    both = frozenset(names | others)
    ours = journal.holds(others, believed=target.counted)
    theirs = journal.holds(names, believed=source.counted)
    holding = journal.holds(both, believed=target.counted)
    if theirs is not None and ours is not None and holding is not theirs and _is_unsure(ours, theirs):
        moved.undecided = _undecided(target, journal, both, theirs)
    quantity = journal.on_hand(both, holding)
    ledger.check_limit(target, quantity - target.quantity)
    copies = _without(here, journal, names)
    moved.effects += _repeat(
        ledger, target, copies, holding, quantity, Carry(why, _JOINED, source.product_id)
    )
    moved.effects += ledger.post(
        source, -source.quantity, MovementReason.CORRECTION, why, note=_JOINED, carried=True
    )
    return moved


def part(
    unit: UnitOfWork,
    ledger: Ledger,
    source: Level,
    target: Level,
    names: Set[str],
    others: Set[str],
    why: Origin,
) -> Moved:
    """Gives an alias's level the quantity of its `names`, with what was recorded under them since it was
    joined; the product's level has the quantity of `others` from now on.
    """
    moved = Moved([])
    here = Journal.read(unit, source)
    journal = here.together_with(Journal.read(unit, target))
    if not journal.of(names):
        return moved
    moved.counts = tuple(entry.counted.at for entry in journal.of(names) if entry.counted is not None)
    holding, rest = (
        journal.holds(names, believed=source.counted),
        journal.holds(others, believed=target.counted),
    )
    copies = _without(here, journal, names)
    moved.effects += _repeat(
        ledger, source, copies, holding, journal.on_hand(names, holding), Carry(why, _PARTED, None)
    )
    moved.effects += ledger.post(
        target,
        journal.on_hand(others, rest) - target.quantity,
        MovementReason.CORRECTION,
        why,
        note=_PARTED,
        sold_as=source.product_id,
        carried=True,
    )
    ledger.mark_counted(target, _time_of(rest))
    return moved


@dataclass(frozen=True, slots=True)
class Carry:
    """The correction of what repeated movements leave open."""

    why: Origin
    note: str
    sold_as: str | None


def _repeat(
    ledger: Ledger,
    level: Level,
    entries: Sequence[tuple[Entry, Counted | None]],
    holding: Entry | None,
    quantity: int,
    carry: Carry,
) -> list[Effect]:
    """Repeats movements on a level, which has the quantity after them; `holding` is the count that holds."""
    at = _time_of(holding)
    ledger.mark_counted(level, at)
    unseen = sum(
        entry.row.delta for entry, counted in entries if counted is None and not was_counted(entry.moment, at)
    )
    rest = quantity - level.quantity - unseen
    effects: list[Effect] = []
    is_repeated = holding is not None and any(entry.key == holding.key for entry, _ in entries)
    if rest and not is_repeated:
        effects += ledger.post(
            level,
            rest,
            MovementReason.CORRECTION,
            carry.why,
            note=carry.note,
            sold_as=carry.sold_as,
            carried=True,
        )
    for entry, counted in entries:
        row = entry.row
        sold_as = None if entry.name == level.product_id else entry.name
        if counted is None:
            effects += ledger.record(
                level,
                row.delta,
                row.reason,
                _origin(row),
                note=row.note,
                reference=row.reference,
                sold_as=sold_as,
                is_repeated=True,
            )
            continue
        effects += ledger.post(
            level,
            rest if holding is not None and entry.key == holding.key else 0,
            MovementReason.COUNT,
            _origin(row),
            note=row.note,
            reference=row.reference,
            sold_as=sold_as,
            counted=counted.to_json(),
        )
    return effects


def _without(here: Journal, journal: Journal, names: Set[str]) -> list[tuple[Entry, Counted | None]]:
    """What a level lacks of what was recorded under these ids; of a count, what it found of them."""
    found = (
        (entry, None if entry.counted is None else replace(journal.found(names, entry), is_copy=True))
        for entry in journal.of(names)
    )
    return [(entry, counted) for entry, counted in found if here.lacks(entry, counted)]


def _undecided(level: Level, journal: Journal, names: Set[str], count: Entry) -> UndecidedCount:
    return UndecidedCount(level, journal.on_hand(names, count), _time_of(count), count.row.actor_id)


def _is_unsure(one: Entry, other: Entry) -> bool:
    """Whether nobody can say which of two counts holds."""
    first, second = sorted((one, other), key=lambda entry: entry.row.seq)
    return not replaces(second, first) and order(_time_of(first), _time_of(second)) is Order.UNSURE


def _time_of(count: Entry | None) -> Moment:
    return UNKNOWN_MOMENT if count is None or count.counted is None else count.counted.at


def _origin(row: Row[Any]) -> Origin:
    return Origin(
        operation_id=row.operation_id,
        actor_id=row.actor_id,
        device_id=row.device_id,
        device_seq=row.device_seq,
        occurred_ms=row.occurred_ms,
        happened_ms=row.happened_ms,
    )
