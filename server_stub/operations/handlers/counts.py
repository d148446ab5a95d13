"""Counts: an absolute figure, when it was counted, and the version it was made against.

Earlier operations of the same device are known to the count. If all else since its version happened after the
counting, the count applies and the later movements stay on top; otherwise a person decides.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy import ColumnElement, select

from server_stub.errors import Refusal, unreadable
from server_stub.operations.context import Asked, Batch, applied, blocked
from server_stub.operations.handlers import conflicts
from server_stub.operations.handlers.movements import place_of
from server_stub.roles import Action
from server_stub.services.ledger import CLOCK_UNCERTAINTY_MS, Counted, Level
from server_stub.store import tables as t
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.conflicts import ConflictType
from sync_agent.contract.operations import CountData, OperationResult
from sync_agent.contract.stock import MovementReason
from sync_agent.contract.wire import to_ms

_ROWS_AT_A_TIME = 200


@dataclass(frozen=True, slots=True)
class Count:
    """A count as the rule sees it; `counted_ms` is corrected by the device's clock offset."""

    new_quantity: int
    base_version: int | None = None
    previous_quantity: int | None = None
    counted_ms: int | None = None
    device_id: str | None = None
    device_seq: int | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """A movement since the count's base; `compensated` ones cancel each other, behind an older count."""

    delta: int
    reason: str
    happened_ms: int
    device_id: str | None = None
    device_seq: int | None = None
    compensated: bool = False


@dataclass(frozen=True, slots=True)
class Applies:
    quantity: int


@dataclass(frozen=True, slots=True)
class Clashes:
    kind: ConflictType


@dataclass(frozen=True, slots=True)
class Superseded:
    """Somebody counted later: the figure stays."""


def judge(count: Count, version: int, quantity: int, since_base: Iterable[Moved]) -> Applies | Clashes:
    """Whether a count stands, given the level it meets and the movements since the version it was made on.

    It looks at no more of those than it needs: the first that contradicts the count decides.
    """
    if count.base_version is None:
        if count.previous_quantity is not None and count.previous_quantity != quantity:
            return Clashes(ConflictType.CONCURRENT_UPDATE)
        return Applies(count.new_quantity)
    if count.base_version > version:
        return Clashes(ConflictType.VERSION_MISMATCH)
    if count.base_version == version and count.previous_quantity not in (None, quantity):
        return Clashes(ConflictType.DATA_INCONSISTENCY)
    on_top = 0
    for moved in since_base:
        if moved.compensated or _known_to(count, moved):
            continue
        if not _surely_after(count, moved):
            return Clashes(ConflictType.CONCURRENT_UPDATE)
        on_top += moved.delta
    return Applies(count.new_quantity + on_top)


def judge_again(count: Count, level: Level, around: Iterable[Moved]) -> Applies | Clashes | Superseded:
    """Whether a count that was accepted before stands, on a server that has lost some of what it met.

    Its version is of a history that is gone, so times alone decide, and arrival order never matters: what
    surely happened after the counting stays on top, what surely happened before is known to it, and the later
    of two counts wins. `around` are the movements since shortly before the counting.
    """
    assert count.counted_ms is not None, "a count without its time is judged by its version"
    newest = Counted(level.counted_ms, level.counted_device_id, level.counted_device_seq)
    if newest.numbers(count.device_id, count.device_seq):
        if (newest.device_seq or 0) > (count.device_seq or 0):
            return Superseded()
    elif newest.ms is not None:
        if abs(newest.ms - count.counted_ms) <= CLOCK_UNCERTAINTY_MS:
            return Clashes(ConflictType.CONCURRENT_UPDATE)
        if newest.ms > count.counted_ms:
            return Superseded()
    on_top = 0
    for moved in around:
        if moved.compensated or moved.reason == MovementReason.COUNT or _known_to(count, moved):
            continue
        if _surely_after(count, moved):
            on_top += moved.delta
        elif moved.happened_ms >= count.counted_ms - CLOCK_UNCERTAINTY_MS:
            return Clashes(ConflictType.CONCURRENT_UPDATE)
    return Applies(count.new_quantity + on_top)


def _same_device(count: Count, moved: Moved) -> bool:
    return count.device_id is not None and count.device_id == moved.device_id


def _known_to(count: Count, moved: Moved) -> bool:
    return (
        _same_device(count, moved)
        and count.device_seq is not None
        and moved.device_seq is not None
        and moved.device_seq < count.device_seq
    )


def _surely_after(count: Count, moved: Moved) -> bool:
    # Two absolute figures never stack, whatever their times: which of them arrived first must not matter.
    if moved.reason == MovementReason.COUNT:
        return False
    if _same_device(count, moved) and count.device_seq is not None and moved.device_seq is not None:
        return moved.device_seq > count.device_seq
    if count.counted_ms is None:
        return False
    return moved.happened_ms > count.counted_ms + CLOCK_UNCERTAINTY_MS


def count(batch: Batch, asked: Asked) -> OperationResult:
    """Applies a count, or opens the conflict that a person decides."""
    batch.caller.must(Action.COUNT_STOCK)
    try:
        data = CountData.model_validate(asked.operation.data)
    except ValidationError as error:
        raise unreadable(error, "data") from error
    _must_be_made_on_something(batch, asked, data)
    level = batch.ledger.level(*place_of(asked))
    standing = conflicts.open_before(batch, asked, "stock_level", level.product_id, level.location_id)
    if standing is not None:
        return blocked(asked, standing)
    counted = Count(
        new_quantity=data.new_quantity,
        base_version=asked.operation.version,
        previous_quantity=data.previous_quantity,
        counted_ms=(
            asked.happened_ms(to_ms(data.counted_at), batch.unit.now_ms) if data.counted_at else None
        ),
        device_id=asked.device_id,
        device_seq=asked.device_seq,
    )
    if asked.operation.former_result is not None and counted.counted_ms is not None:
        verdict = judge_again(counted, level, _around(batch, level, counted))
    else:
        verdict = judge(counted, level.version, level.quantity, _since(batch, level, counted.base_version))
    if isinstance(verdict, Superseded):
        effects = batch.ledger.post(level, 0, MovementReason.COUNT, batch.origin(asked), note=data.note)
        return applied(asked, effects, version=level.version, onHand=level.quantity)
    if isinstance(verdict, Clashes):
        return conflicts.open_for_count(batch, asked, level, data, counted.counted_ms, verdict.kind)
    return _apply(batch, asked, level, counted, verdict.quantity, data)


def _must_be_made_on_something(batch: Batch, asked: Asked, data: CountData) -> None:
    """A shop may want no figure that names neither what it was made on nor when it was counted."""
    basis = asked.operation.version, data.previous_quantity, data.counted_at
    if basis == (None, None, None) and batch.settings().refuse_unconditional:
        raise Refusal(
            ErrorCode.PRECONDITION_FAILED,
            "version: this shop takes no count that names neither a version nor a previousQuantity",
        )


def _apply(
    batch: Batch, asked: Asked, level: Level, counted: Count, quantity: int, data: CountData
) -> OperationResult:
    effects = batch.ledger.post(
        level,
        quantity - level.quantity,
        MovementReason.COUNT,
        batch.origin(asked, to_ms(data.counted_at) if data.counted_at else None),
        note=data.note,
    )
    batch.ledger.mark_counted(level, counted.counted_ms, counted.device_id, counted.device_seq)
    result = {"version": level.version, "onHand": level.quantity}
    if counted.base_version is None and counted.previous_quantity is None:
        result["unconditional"] = True
    return applied(asked, effects, **result)


def _around(batch: Batch, level: Level, count: Count) -> Iterator[Moved]:
    of = t.movement.c
    assert count.counted_ms is not None, "asked for a count with its time"
    later = of.happened_ms >= count.counted_ms - CLOCK_UNCERTAINTY_MS
    if count.device_id is not None and count.device_seq is not None:
        # A till's own numbering says what came after its count, whatever its clock did meanwhile.
        later |= (of.device_id == count.device_id) & (of.device_seq > count.device_seq)
    yield from _movements(batch, level, later)


def _since(batch: Batch, level: Level, base_version: int | None) -> Iterator[Moved]:
    if base_version is None or base_version >= level.version:
        return
    yield from _movements(batch, level, t.movement.c.version > base_version)


def _movements(batch: Batch, level: Level, which: ColumnElement[bool]) -> Iterator[Moved]:
    of = t.movement.c
    query = (
        select(of.delta, of.reason, of.happened_ms, of.device_id, of.device_seq, of.compensated)
        .where(
            of.tenant_id == batch.tenant_id,
            of.location_id == level.location_id,
            of.product_id == level.product_id,
            which,
        )
        .order_by(of.version)
        .execution_options(yield_per=_ROWS_AT_A_TIME)
    )
    with batch.unit.rows(query) as rows:
        for row in rows:
            yield Moved(
                row.delta, row.reason, row.happened_ms, row.device_id, row.device_seq, bool(row.compensated)
            )
