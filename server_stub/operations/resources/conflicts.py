"""Stored conflicts: opened with their context, found, changed.

Deciding one is in `handlers/conflict_resolution.py`, reopening in `handlers/conflict_reopening.py`.
"""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select, update

from server_stub.errors import Refusal
from server_stub.operations.context import OperationContext
from server_stub.operations.outcome import Outcome, in_conflict
from server_stub.operations.parsing import Envelope
from server_stub.operations.resources import conflict_context
from server_stub.services.stock.count_order import Moment
from server_stub.services.stock.ledger import Level
from server_stub.store import tables as t
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.conflicts import Conflict, ConflictSide, ConflictType, HistoryEntry
from sync_agent.contract.operations import CONFLICT, CountData, Effect, OperationResult
from sync_agent.contract.wire import format_time, from_ms

_WHY = {
    ConflictType.CONCURRENT_UPDATE: "both sides changed since the version this was made on",
    ConflictType.VERSION_MISMATCH: "the version this was made on is not known here",
    ConflictType.DATA_INCONSISTENCY: "what this was made on is not what the server has",
}


@dataclass(slots=True)
class StoredConflict:
    """The wire object, and details of the operation behind it.

    `counted` is when a count was made, and its number on its device; a conflict that is not a count's has no
    time. `resolved` is the answer to the decision that resolved it.
    """

    conflict: Conflict
    counted: Moment
    resolved: dict[str, Any] | None


def open_for_count(
    context: OperationContext,
    envelope: Envelope,
    level: Level,
    data: CountData,
    counted_ms: int | None,
    kind: ConflictType,
) -> Outcome:
    """Opens the conflict of a count that cannot be applied automatically."""
    base = envelope.operation.version
    known_base = base if base is not None and base <= level.version else None
    values: dict[str, Any] = {"quantity": data.new_quantity}
    if counted_ms is not None:
        # Corrected by the till's clock offset, like every time in the history beside it.
        values["countedAt"] = format_time(from_ms(counted_ms))
    return _open(
        context,
        envelope,
        resource_type="stock_level",
        resource_id=level.product_id,
        location_id=level.location_id,
        kind=kind,
        local=conflict_context.local_side(context, envelope, values, level.version if base is None else base),
        server=conflict_context.stock_side(context, level, level.version),
        base=None if known_base is None else conflict_context.stock_side(context, level, known_base),
        history=() if known_base is None else conflict_context.stock_history(context, level, known_base),
        counted_ms=counted_ms,
    )


def open_for_product(
    context: OperationContext,
    envelope: Envelope,
    row: dict[str, Any],
    values: dict[str, Any],
    base_values: dict[str, Any] | None,
    kind: ConflictType,
) -> Outcome:
    """Opens the conflict of an edit or deletion that cannot be merged with the product's current version."""
    base = envelope.operation.version
    known_base = base if base is not None and base <= row["version"] else None
    has_base = bool(base_values) or known_base is not None
    return _open(
        context,
        envelope,
        resource_type="product",
        resource_id=row["id"],
        location_id=None,
        kind=kind,
        local=conflict_context.local_side(
            context, envelope, values, row["version"] if base is None else base
        ),
        server=conflict_context.product_side(context, row),
        base=ConflictSide(values=base_values or {}, version=base or 0) if has_base else None,
        history=()
        if known_base is None
        else conflict_context.product_history(context, row["id"], known_base),
        counted_ms=None,
    )


def open_before(
    context: OperationContext,
    envelope: Envelope,
    resource_type: str,
    resource_id: str,
    location_id: str | None,
) -> str | None:
    """The id of the open conflict of an earlier operation of the same till on the same resource, which
    blocks this one.
    """
    if envelope.device_id is None or envelope.device_seq is None:
        return None
    of = t.conflict.c
    found = context.unit.rows(
        select(of.id).where(
            of.tenant_id == context.tenant_id,
            of.resource_type == resource_type,
            of.resource_id == resource_id,
            of.status == "open",
            of.location_id.is_(None) if location_id is None else of.location_id == location_id,
            of.device_id == envelope.device_id,
            of.device_seq < envelope.device_seq,
        )
    ).first()
    return None if found is None else str(found.id)


def _open(
    context: OperationContext,
    envelope: Envelope,
    *,
    resource_type: Literal["stock_level", "product"],
    resource_id: str,
    location_id: str | None,
    kind: ConflictType,
    local: ConflictSide,
    server: ConflictSide,
    base: ConflictSide | None,
    history: tuple[HistoryEntry, ...],
    counted_ms: int | None,
) -> Outcome:
    conflict = Conflict(
        id=context.unit.ids.new(),
        tenant_id=context.tenant_id,
        resource_type=resource_type,
        resource_id=resource_id,
        conflict_type=kind,
        local_version=local,
        server_version=server,
        base_version=base,
        history=history,
        timestamp=from_ms(context.unit.now_ms),
        user_id=envelope.actor_id,
        location_id=location_id,
        operation_id=envelope.id,
    )
    counted = Moment(counted_ms, envelope.device_id, envelope.device_seq)
    effect = insert(context, StoredConflict(conflict, counted, resolved=None), envelope.id)
    return in_conflict(
        envelope.id, conflict, [effect], ErrorCode.CONFLICT, _WHY[kind], {"conflictId": conflict.id}
    )


def insert(context: OperationContext, stored: StoredConflict, operation_id: str) -> Effect:
    """Stores and publishes a new conflict opened by `operation_id`."""
    conflict = stored.conflict
    context.unit.insert(
        t.conflict,
        {
            "tenant_id": context.tenant_id,
            "id": conflict.id,
            "resource_type": conflict.resource_type,
            "resource_id": conflict.resource_id,
            "location_id": conflict.location_id,
            "operation_id": operation_id,
            "device_id": stored.counted.device_id,
            "device_seq": stored.counted.device_seq,
            "counted_ms": stored.counted.ms,
            "opened_ms": context.unit.now_ms,
            "status": conflict.status,
            "body": conflict.to_wire(),
            "resolved": stored.resolved,
        },
    )
    return _publish(context, conflict, operation_id)


def change(
    context: OperationContext,
    conflict: Conflict,
    operation_id: str,
    *,
    resolved: dict[str, Any] | None = None,
) -> Effect:
    """Stores and publishes a changed conflict; its version has risen."""
    of = t.conflict.c
    context.unit.execute(
        update(t.conflict)
        .where(of.tenant_id == context.tenant_id, of.id == conflict.id)
        .values(status=conflict.status, body=conflict.to_wire(), resolved=resolved)
    )
    return _publish(context, conflict, operation_id)


def find(context: OperationContext, conflict_id: str) -> StoredConflict:
    """A conflict whose stream is locked. Raises Refusal if there is none."""
    of = t.conflict.c
    row = context.unit.rows(
        select(of.body, of.device_id, of.device_seq, of.counted_ms, of.resolved).where(
            of.tenant_id == context.tenant_id, of.id == conflict_id
        )
    ).first()
    if row is None:
        raise Refusal(ErrorCode.NOT_FOUND, f"there is no conflict {conflict_id}")
    conflict = Conflict.model_validate(row.body)
    place = conflict.location_id
    if place is not None and place not in context.caller.locations:
        raise Refusal(ErrorCode.FORBIDDEN, f"the conflict is of {place}, which is not your place")
    if not context.holds(place):
        # It was opened after this transaction determined which streams to lock.
        raise Refusal(ErrorCode.NOT_FOUND, f"there is no conflict {conflict_id}")
    return StoredConflict(conflict, Moment(row.counted_ms, row.device_id, row.device_seq), row.resolved)


def place_of(context: OperationContext, conflict_id: str) -> str | None:
    """The place whose stream carries a conflict; None is the tenant's stream."""
    of = t.conflict.c
    found = context.unit.rows(
        select(of.location_id).where(of.tenant_id == context.tenant_id, of.id == conflict_id)
    ).scalar_one_or_none()
    return None if found is None else str(found)


def with_conflict_of_now(context: OperationContext, first: OperationResult) -> OperationResult:
    """A stored answer that contains a conflict, with the conflict's current state.

    Whoever repeats the operation may have missed the resolution, and snapshots contain open conflicts only.
    """
    assert first.conflict is not None, "asked of an answer that brought one"
    of = t.conflict.c
    body = context.unit.rows(
        select(of.body).where(of.tenant_id == context.tenant_id, of.id == first.conflict.id)
    ).scalar_one_or_none()
    return first if body is None else first.model_copy(update={"conflict": Conflict.model_validate(body)})


def _publish(context: OperationContext, conflict: Conflict, operation_id: str) -> Effect:
    """Publishes opening, moving and resolving as changes, so that tills that were away receive them."""
    return context.publish(
        conflict.location_id, CONFLICT, conflict.id, conflict.version, conflict.to_wire(), operation_id
    )
