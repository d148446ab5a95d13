"""Counts: an absolute quantity, the time of counting, and the version it is based on.

Earlier operations of the same device are known to the count. If everything else since its base happened
after the counting, the count is applied and the later movements are added on top; otherwise a person
decides.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import ColumnElement, select

from server_stub.errors import Refusal
from server_stub.operations.context import OperationContext
from server_stub.operations.handler import Handler, ParsedOperation, Requirement, Rows, Wanted
from server_stub.operations.outcome import Outcome, applied, blocked
from server_stub.operations.resources import conflicts
from server_stub.operations.resources.stock_levels import level_wanted, place_and_product
from server_stub.roles import Action
from server_stub.services.stock.count_order import CLOCK_UNCERTAINTY_MS, UNKNOWN_MOMENT, Moment, Order, order
from server_stub.services.stock.ledger import Level
from server_stub.store import tables as t
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.conflicts import Conflict, ConflictType
from sync_agent.contract.operations import CONFLICT, STOCK_LEVEL, CountData
from sync_agent.contract.stock import MovementReason, OversoldRow, StockLevelRow
from sync_agent.contract.wire import to_ms

_ROWS_AT_A_TIME = 200


@dataclass(frozen=True, slots=True)
class Count:
    """A count as input of `decide`; `counted` is corrected by the device's clock offset."""

    new_quantity: int
    base_version: int | None = None
    previous_quantity: int | None = None
    counted: Moment = UNKNOWN_MOMENT


@dataclass(frozen=True, slots=True)
class Moved:
    """A movement since the count's base; `compensated` ones cancel out, behind an older count."""

    delta: int
    reason: str
    moment: Moment
    compensated: bool = False

    @property
    def is_count(self) -> bool:
        return self.reason == MovementReason.COUNT


@dataclass(frozen=True, slots=True)
class Applies:
    quantity: int


@dataclass(frozen=True, slots=True)
class Clashes:
    kind: ConflictType


@dataclass(frozen=True, slots=True)
class Superseded:
    """A later count exists: the quantity does not change."""


def decide(count: Count, version: int, quantity: int, since_base: Iterable[Moved]) -> Applies | Clashes:
    """Whether a count is applied, given the current level and the movements since the count's base version.

    Stops at the first movement that contradicts the count. What another device did before the counting
    contradicts it too, since the base version shows that it was not known.
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
        known = order(moved.moment, count.counted)
        if moved.compensated or (known is Order.BEFORE and moved.moment.is_numbered_with(count.counted)):
            continue
        # Two counts are never combined, whatever their times: the order of arrival must not matter.
        if moved.is_count or known is not Order.AFTER:
            return Clashes(ConflictType.CONCURRENT_UPDATE)
        on_top += moved.delta
    return Applies(count.new_quantity + on_top)


def decide_again(count: Count, level: Level, around: Iterable[Moved]) -> Applies | Clashes | Superseded:
    """Whether a count that was applied before a restore is applied again, on a server that lost part of its
    history.

    Its base version is of that lost history, so times alone decide and arrival order never matters: what
    surely happened after the counting is added on top, what surely happened before is known to it, and the
    later of two counts wins. `around` are the movements since shortly before the counting.
    """
    assert count.counted.ms is not None, "a count without its time is judged by its version"
    newest = level.counted
    if newest.ms is not None or newest.is_numbered_with(count.counted):
        match order(newest, count.counted):
            case Order.AFTER:
                return Superseded()
            case Order.UNSURE:
                return Clashes(ConflictType.CONCURRENT_UPDATE)
            case Order.BEFORE:
                pass
    on_top = 0
    for moved in around:
        if moved.compensated or moved.is_count:
            continue
        match order(moved.moment, count.counted):
            case Order.AFTER:
                on_top += moved.delta
            case Order.UNSURE:
                return Clashes(ConflictType.CONCURRENT_UPDATE)
            case Order.BEFORE:
                pass
    return Applies(count.new_quantity + on_top)


class StockCount(Handler[CountData]):
    """Applies a count, or opens a conflict."""

    name = "StockCountOperation"
    resource_type = STOCK_LEVEL
    verb = "update"
    data = CountData
    marker = "newQuantity"
    rows: ClassVar[Rows] = {STOCK_LEVEL: StockLevelRow, "oversold": OversoldRow, CONFLICT: Conflict}

    def wanted(self, context: OperationContext, operation: ParsedOperation[CountData]) -> Wanted:
        return level_wanted(context, operation.envelope)

    def requirement(self, context: OperationContext, operation: ParsedOperation[CountData]) -> Requirement:
        return Requirement(Action.COUNT_STOCK, operation.location_id)

    def apply_one(self, context: OperationContext, operation: ParsedOperation[CountData]) -> Outcome:
        envelope, data = operation.envelope, operation.data
        _must_be_made_on_something(context, operation)
        level = context.ledger.level(*place_and_product(envelope))
        earlier = conflicts.open_before(context, envelope, STOCK_LEVEL, level.product_id, level.location_id)
        if earlier is not None:
            return blocked(operation.id, earlier)
        counted_ms = (
            envelope.happened_ms(to_ms(data.counted_at), context.unit.now_ms) if data.counted_at else None
        )
        count = Count(
            new_quantity=data.new_quantity,
            base_version=operation.operation.version,
            previous_quantity=data.previous_quantity,
            counted=Moment(counted_ms, operation.device_id, operation.device_seq),
        )
        if operation.operation.former_result is not None and counted_ms is not None:
            verdict = decide_again(count, level, _around(context, level, count))
        else:
            verdict = decide(count, level.version, level.quantity, _since(context, level, count.base_version))
        match verdict:
            case Superseded():
                effects = context.ledger.post(
                    level, 0, MovementReason.COUNT, context.origin(envelope), note=data.note
                )
                return applied(operation.id, effects, {"version": level.version, "onHand": level.quantity})
            case Clashes(kind):
                return conflicts.open_for_count(context, envelope, level, data, counted_ms, kind)
            case Applies(quantity):
                return _apply(context, operation, level, count, quantity)


def _must_be_made_on_something(context: OperationContext, operation: ParsedOperation[CountData]) -> None:
    """Refuses a count without base version, previous quantity and time, if the shop's settings say so."""
    data = operation.data
    basis = operation.operation.version, data.previous_quantity, data.counted_at
    if basis == (None, None, None) and context.settings().refuse_unconditional:
        raise Refusal(
            ErrorCode.PRECONDITION_FAILED,
            "version: this shop takes no count that names neither a version nor a previousQuantity",
        )


def _apply(
    context: OperationContext,
    operation: ParsedOperation[CountData],
    level: Level,
    count: Count,
    quantity: int,
) -> Outcome:
    data = operation.data
    effects = context.ledger.post(
        level,
        quantity - level.quantity,
        MovementReason.COUNT,
        context.origin(operation.envelope, to_ms(data.counted_at) if data.counted_at else None),
        note=data.note,
    )
    context.ledger.mark_counted(level, count.counted)
    result = {"version": level.version, "onHand": level.quantity}
    if count.base_version is None and count.previous_quantity is None:
        result["unconditional"] = True
    return applied(operation.id, effects, result, flags=operation.flags)


def _around(context: OperationContext, level: Level, count: Count) -> Iterator[Moved]:
    of, counted = t.movement.c, count.counted
    assert counted.ms is not None, "asked for a count with its time"
    later = of.happened_ms >= counted.ms - CLOCK_UNCERTAINTY_MS
    if counted.device_id is not None and counted.device_seq is not None:
        # A till's own numbers order what came after its count, whatever its clock did.
        later |= (of.device_id == counted.device_id) & (of.device_seq > counted.device_seq)
    yield from _movements(context, level, later)


def _since(context: OperationContext, level: Level, base_version: int | None) -> Iterator[Moved]:
    if base_version is None or base_version >= level.version:
        return
    yield from _movements(context, level, t.movement.c.version > base_version)


def _movements(context: OperationContext, level: Level, which: ColumnElement[bool]) -> Iterator[Moved]:
    of = t.movement.c
    query = (
        select(of.delta, of.reason, of.happened_ms, of.device_id, of.device_seq, of.compensated)
        .where(
            of.tenant_id == context.tenant_id,
            of.location_id == level.location_id,
            of.product_id == level.product_id,
            which,
        )
        .order_by(of.version)
        .execution_options(yield_per=_ROWS_AT_A_TIME)
    )
    with context.unit.rows(query) as rows:
        for row in rows:
            moment = Moment(row.happened_ms, row.device_id, row.device_seq)
            yield Moved(row.delta, row.reason, moment, bool(row.compensated))
