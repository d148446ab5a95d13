"""Counts: an absolute quantity, the time of counting, and the version it is based on.

Earlier operations of the same device are known to the count. If everything else since its base happened
after the counting, the count is applied and the later movements are added on top; otherwise a person
decides.
"""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace
from typing import ClassVar

from sqlalchemy import ColumnElement, select

from server_stub.errors import Refusal
from server_stub.operations.context import OperationContext
from server_stub.operations.flags.stock import flags_of_stock
from server_stub.operations.handler import Handler, ParsedOperation, Preload, Requirement, Rows
from server_stub.operations.outcome import Outcome, applied, blocked
from server_stub.operations.resources import conflict_context, conflicts
from server_stub.operations.resources.stock_levels import level_preload, place_and_product
from server_stub.roles import Action
from server_stub.services.stock.article_journal import Counted, note
from server_stub.services.stock.count_order import UNKNOWN_MOMENT, Moment, Order, order
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


def decide_by_time(count: Count, level: Level, around: Iterable[Moved]) -> Applies | Clashes | Superseded:
    """Whether a count applies whose base version says nothing: it was applied before a restore, and the
    version is of a history that is lost; or it was made under an alias, and the version is of another level.

    So times alone decide and arrival order never matters: what
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

    def preload(self, context: OperationContext, operation: ParsedOperation[CountData]) -> Preload:
        return level_preload(context, operation.envelope)

    def requirement(self, context: OperationContext, operation: ParsedOperation[CountData]) -> Requirement:
        return Requirement(Action.COUNT_STOCK, operation.location_id)

    def apply_one(self, context: OperationContext, operation: ParsedOperation[CountData]) -> Outcome:
        envelope, data = operation.envelope, operation.data
        _must_be_made_on_something(context, operation)
        place, product_id = place_and_product(envelope)
        if operation.operation.former_result is None:
            context.must_be_plausible(place, product_id, data.new_quantity, "data.newQuantity")
        level, sold_as = context.level(place, product_id), context.sold_as(product_id)
        earlier = conflicts.open_before(context, envelope, STOCK_LEVEL, level.product_id, level.location_id)
        if earlier is not None:
            return blocked(operation.id, earlier)
        counted_ms = (
            envelope.happened_ms(to_ms(data.counted_at), context.unit.now_ms) if data.counted_at else None
        )
        names = context.all_names({level.product_id})
        count = Count(
            new_quantity=data.new_quantity,
            # Of an alias, both are of a level that is empty now.
            base_version=operation.operation.version if sold_as is None else None,
            previous_quantity=data.previous_quantity if sold_as is None else None,
            counted=Moment(counted_ms, operation.device_id, operation.device_seq),
        )
        is_by_time = sold_as is not None or operation.operation.former_result is not None
        verdict: Applies | Clashes | Superseded
        if is_by_time and counted_ms is not None:
            verdict = decide_by_time(
                count, level, _movements(context, level, conflict_context.around_count(names, count.counted))
            )
        elif sold_as is not None and level.version:
            verdict = Clashes(ConflictType.VERSION_MISMATCH)
        else:
            verdict = decide(count, level.version, level.quantity, _since(context, level, count.base_version))
        match verdict:
            case Superseded():
                late = Counted(data.new_quantity, count.counted, names, is_late=True)
                effects = context.ledger.post(
                    level,
                    0,
                    MovementReason.COUNT,
                    context.origin(envelope),
                    note=data.note,
                    sold_as=sold_as,
                    counted=late.to_json(),
                )
                return applied(operation.id, effects, {"version": level.version, "onHand": level.quantity})
            case Clashes(kind):
                return conflicts.open_for_count(
                    context,
                    envelope,
                    level,
                    data,
                    counted_ms,
                    kind,
                    base=count.base_version,
                    is_of_alias=sold_as is not None,
                )
            case Applies(quantity):
                return _apply(context, operation, level, names, count, quantity, sold_as)


def _must_be_made_on_something(context: OperationContext, operation: ParsedOperation[CountData]) -> None:
    """Refuses a count without base version, previous quantity and time, if the shop's settings say so."""
    data = operation.data
    basis = operation.operation.version, data.previous_quantity, data.counted_at
    refuses = context.settings().value("refuse_unconditional", operation.location_id)
    if basis == (None, None, None) and refuses:
        raise Refusal(
            ErrorCode.PRECONDITION_FAILED,
            "version: this shop takes no count that names neither a version nor a previousQuantity",
        )


def _apply(
    context: OperationContext,
    operation: ParsedOperation[CountData],
    level: Level,
    names: Set[str],
    count: Count,
    quantity: int,
    sold_as: str | None,
) -> Outcome:
    data = operation.data
    effects = context.ledger.post(
        level,
        quantity - level.quantity,
        MovementReason.COUNT,
        context.origin(operation.envelope, to_ms(data.counted_at) if data.counted_at else None),
        note=data.note,
        sold_as=sold_as,
        counted=note(count.counted, names),
    )
    # What its till does later is ordered by the number of a count that the till sent itself, and no other's.
    is_carried = operation.envelope.raw.is_forwarded
    context.ledger.mark_counted(
        level, replace(count.counted, device_seq=None) if is_carried else count.counted
    )
    result = {"version": level.version, "onHand": level.quantity}
    if sold_as is None and count.base_version is None and count.previous_quantity is None:
        result["unconditional"] = True
    odd = flags_of_stock(context, level.location_id, level.product_id, operation.actor_id)
    return applied(operation.id, effects, result, flags=[*operation.flags, *odd])


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
