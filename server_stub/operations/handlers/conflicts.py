"""Conflicts: opening one with all that a person needs to decide it, and carrying out the decision.

A decision compares with the server version that the person saw. Movements since then stay on top of it; if
another count, edit or decision came between, the conflict moves and comes again with the new server version.
Deciding twice gives the first answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError
from sqlalchemy import Connection, Row, or_, select, update

from server_stub.errors import Refusal, unreadable
from server_stub.operations.context import Asked, Batch, applied, in_conflict
from server_stub.operations.handlers import conflict_context as evidence
from server_stub.operations.handlers import product_versions as catalogue
from server_stub.roles import Action, may
from server_stub.services.caller import Caller
from server_stub.services.ledger import Counted, Level
from server_stub.store import tables as t
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.conflicts import (
    Conflict,
    ConflictResolved,
    ConflictSide,
    ConflictType,
    HistoryEntry,
    Resolution,
    ResolveConflict,
)
from sync_agent.contract.events import CONFLICT_RESOLUTION_BROADCAST
from sync_agent.contract.operations import CountData, Effect, OperationResult, ProductFields
from sync_agent.contract.stock import MovementReason
from sync_agent.contract.streams import location_stream, tenant_stream
from sync_agent.contract.wire import format_time, from_ms

_WHY = {
    ConflictType.CONCURRENT_UPDATE: "both sides changed since the version this was made on",
    ConflictType.VERSION_MISMATCH: "the version this was made on is not known here",
    ConflictType.DATA_INCONSISTENCY: "what this was made on is not what the server has",
}


_DECIDED = {
    Resolution.ACCEPT_LOCAL: "Decided: the till’s side",
    Resolution.MERGE: "Decided: both together",
}
"""For whoever reads a product's movements; the server's side moves nothing."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which conflicts are asked for; `before_ms`: opened before."""

    status: Literal["open", "resolved"] | None = "open"
    location_id: str | None = None
    before_ms: int | None = None


@dataclass(slots=True)
class Standing:
    """A conflict as it is stored: the wire object, and what its operation adds."""

    conflict: Conflict
    device_id: str | None
    device_seq: int | None
    counted_ms: int | None
    resolved: dict[str, Any] | None


def open_for_count(
    batch: Batch,
    asked: Asked,
    level: Level,
    data: CountData,
    counted_ms: int | None,
    kind: ConflictType,
) -> OperationResult:
    """Opens the conflict of a count that does not stand by itself."""
    base = asked.operation.version
    known_base = base is not None and base <= level.version
    values: dict[str, Any] = {"quantity": data.new_quantity}
    if counted_ms is not None:
        # Corrected by the till's offset, like every time in the history that it is held against.
        values["countedAt"] = format_time(from_ms(counted_ms))
    return _open(
        batch,
        asked,
        resource_type="stock_level",
        resource_id=level.product_id,
        location_id=level.location_id,
        kind=kind,
        local=evidence.local_side(batch, asked, values, level.version if base is None else base),
        server=evidence.stock_side(batch, level, level.version),
        base=evidence.stock_side(batch, level, base) if base is not None and known_base else None,
        history=evidence.stock_history(batch, level, base) if base is not None and known_base else (),
        counted_ms=counted_ms,
    )


def open_for_product(
    batch: Batch,
    asked: Asked,
    row: dict[str, Any],
    values: dict[str, Any],
    base_values: dict[str, Any] | None,
    kind: ConflictType,
) -> OperationResult:
    """Opens the conflict of an edit or deletion that does not merge with what the product has become."""
    base = asked.operation.version
    known_base = base is not None and base <= row["version"]
    return _open(
        batch,
        asked,
        resource_type="product",
        resource_id=row["id"],
        location_id=None,
        kind=kind,
        local=evidence.local_side(batch, asked, values, row["version"] if base is None else base),
        server=evidence.product_side(batch, row),
        base=(
            ConflictSide(values=base_values or {}, version=base if base is not None else 0)
            if base_values or known_base
            else None
        ),
        history=evidence.product_history(batch, row["id"], base) if base is not None and known_base else (),
        counted_ms=None,
    )


def open_before(
    batch: Batch, asked: Asked, resource_type: str, resource_id: str, location_id: str | None
) -> str | None:
    """The open conflict of an earlier operation of the same till on the same thing, which this waits for."""
    if asked.device_id is None or asked.device_seq is None:
        return None
    of = t.conflict.c
    found = batch.unit.rows(
        select(of.id).where(
            of.tenant_id == batch.tenant_id,
            of.resource_type == resource_type,
            of.resource_id == resource_id,
            of.status == "open",
            of.location_id.is_(None) if location_id is None else of.location_id == location_id,
            of.device_id == asked.device_id,
            of.device_seq < asked.device_seq,
        )
    ).first()
    return None if found is None else str(found.id)


def _open(
    batch: Batch,
    asked: Asked,
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
) -> OperationResult:
    conflict = Conflict(
        id=batch.unit.ids.new(),
        tenant_id=batch.tenant_id,
        resource_type=resource_type,
        resource_id=resource_id,
        conflict_type=kind,
        local_version=local,
        server_version=server,
        base_version=base,
        history=history,
        timestamp=from_ms(batch.unit.now_ms),
        user_id=asked.actor_id,
        location_id=location_id,
        operation_id=asked.id,
    )
    effect = put_before_a_person(
        batch,
        Standing(
            conflict,
            device_id=asked.device_id,
            device_seq=asked.device_seq,
            counted_ms=counted_ms,
            resolved=None,
        ),
        asked.id,
    )
    batch.to_audit = {"conflictId": conflict.id}
    return in_conflict(asked, conflict, [effect], ErrorCode.CONFLICT, _WHY[kind])


def put_before_a_person(batch: Batch, standing: Standing, operation_id: str) -> Effect:
    """Stores a new conflict, which `operation_id` has opened, and tells its stream."""
    conflict = standing.conflict
    batch.unit.insert(
        t.conflict,
        {
            "tenant_id": batch.tenant_id,
            "id": conflict.id,
            "resource_type": conflict.resource_type,
            "resource_id": conflict.resource_id,
            "location_id": conflict.location_id,
            "operation_id": operation_id,
            "device_id": standing.device_id,
            "device_seq": standing.device_seq,
            "counted_ms": standing.counted_ms,
            "opened_ms": batch.unit.now_ms,
            "status": conflict.status,
            "body": conflict.to_wire(),
            "resolved": standing.resolved,
        },
    )
    return _tell(batch, conflict, operation_id)


def resolve(batch: Batch, asked: Asked) -> OperationResult:
    """Carries out a decision; the one way in for operations, events and requests alike."""
    try:
        decision = ResolveConflict.model_validate(
            {"conflictId": asked.operation.resource_id, **asked.operation.data}
        )
    except ValidationError as error:
        raise unreadable(error, "data") from error
    standing = find(batch, decision.conflict_id)
    must_decide(batch, asked, standing.conflict)
    return carry_out(batch, asked, standing, decision)


def carry_out(batch: Batch, asked: Asked, standing: Standing, decision: ResolveConflict) -> OperationResult:
    """What a decision does, whoever may make it; the first answer again if it was made before."""
    batch.to_audit = {
        "resolution": decision.resolution,
        "local": standing.conflict.local_version.to_wire(),
        "server": standing.conflict.server_version.to_wire(),
    }
    if standing.resolved is not None:
        batch.to_audit["result"] = standing.resolved["result"]
        return applied(asked, [], **standing.resolved)
    if standing.conflict.resource_type == "product":
        return _resolve_product(batch, asked, standing, decision)
    return _resolve_stock(batch, asked, standing, decision)


def location_of(batch: Batch, asked: Asked) -> str | None:
    """The place whose stream a decision will write to."""
    # As `resolve` reads it: what the data says goes before the resource that the operation names.
    conflict_id = asked.operation.data.get("conflictId", asked.operation.resource_id)
    return place_of(batch, conflict_id) if isinstance(conflict_id, str) else None


def place_of(batch: Batch, conflict_id: str) -> str | None:
    of = t.conflict.c
    found = batch.unit.rows(
        select(of.location_id).where(of.tenant_id == batch.tenant_id, of.id == conflict_id)
    ).scalar_one_or_none()
    return None if found is None else str(found)


def as_it_stands(batch: Batch, first: OperationResult) -> OperationResult:
    """A first answer that brought a conflict, with that conflict as it stands by now.

    Whoever asks again may have missed how it ended, and snapshots tell of open ones alone.
    """
    assert first.conflict is not None, "asked of an answer that brought one"
    of = t.conflict.c
    body = batch.unit.rows(
        select(of.body).where(of.tenant_id == batch.tenant_id, of.id == first.conflict.id)
    ).scalar_one_or_none()
    return first if body is None else first.model_copy(update={"conflict": Conflict.model_validate(body)})


def find(batch: Batch, conflict_id: str) -> Standing:
    """A conflict whose stream is locked."""
    of = t.conflict.c
    row = batch.unit.rows(
        select(of.body, of.device_id, of.device_seq, of.counted_ms, of.resolved).where(
            of.tenant_id == batch.tenant_id, of.id == conflict_id
        )
    ).first()
    if row is None:
        raise Refusal(ErrorCode.NOT_FOUND, f"there is no conflict {conflict_id}")
    conflict = Conflict.model_validate(row.body)
    must_be_at_its_place(batch.caller, conflict)
    if not batch.holds(conflict.location_id):
        # It has come to be since this transaction looked for what to lock.
        raise Refusal(ErrorCode.NOT_FOUND, f"there is no conflict {conflict_id}")
    return Standing(conflict, row.device_id, row.device_seq, row.counted_ms, row.resolved)


def action_on(conflict: Conflict) -> Action:
    """What whoever decides the conflict must be allowed."""
    return (
        Action.DECIDE_PRODUCT_CONFLICT
        if conflict.resource_type == "product"
        else Action.DECIDE_STOCK_CONFLICT
    )


def must_be_at_its_place(caller: Caller, conflict: Conflict) -> None:
    place = conflict.location_id
    if place is not None and place not in caller.locations:
        raise Refusal(ErrorCode.FORBIDDEN, f"the conflict is of {place}, which is not your place")


def must_decide(batch: Batch, asked: Asked, conflict: Conflict) -> None:
    """A person decides: the bearer of the token, or whoever stands at the till or approves there."""
    action = action_on(conflict)
    if not batch.caller.is_device:
        batch.caller.must(action)
        return
    people = (batch.person(who) for who in (asked.actor_id, asked.operation.approved_by_id) if who)
    if not any(person is not None and may(person.role, action) for person in people):
        raise Refusal(ErrorCode.FORBIDDEN, f"the person at the till may not {action}")


def _resolve_stock(
    batch: Batch, asked: Asked, standing: Standing, decision: ResolveConflict
) -> OperationResult:
    conflict = standing.conflict
    level = batch.ledger.level(conflict.location_id or "", conflict.resource_id)
    compared = _compared_version(decision, conflict, level.version)
    known_from = _known_from(conflict, decision, compared)
    moved = evidence.moved_since(batch, level, known_from)
    if compared < conflict.server_version.version or any(
        each.reason == MovementReason.COUNT for each in moved if each.version > compared
    ):
        server = evidence.stock_side(batch, level, level.version)
        base = conflict.base_version
        history = evidence.stock_history(batch, level, base.version) if base is not None else conflict.history
        return _move(batch, asked, conflict, server, history)
    effects: list[Effect] = []
    if decision.resolution is not Resolution.ACCEPT_SERVER:
        target = _decided_quantity(decision, conflict) + _on_top(standing, decision, moved)
        effects += batch.ledger.post(
            level,
            target - level.quantity,
            MovementReason.COUNT,
            batch.origin(asked),
            note=_DECIDED[decision.resolution],
            reference=conflict.id,
        )
        if standing.counted_ms is not None and standing.counted_ms >= (level.counted_ms or 0):
            batch.ledger.mark_counted(level, standing.counted_ms, standing.device_id, standing.device_seq)
    outcome = {
        "productId": level.product_id,
        "locationId": level.location_id,
        "newQuantity": level.quantity,
        "version": level.version,
    }
    return _settle(batch, asked, conflict, decision.resolution, outcome, level.version, effects)


def _known_from(conflict: Conflict, decision: ResolveConflict, compared: int) -> int:
    """The version from which movements stay on top of the decision: the one that the person compared with.

    Keeping a count that was opened again goes back to the decision before it: what was sold since then was
    sold after the counting, however new the server version is that the person sees.
    """
    if conflict.reopens is None or decision.resolution is not Resolution.ACCEPT_LOCAL:
        return compared
    return min(compared, conflict.base_version.version if conflict.base_version else compared)


def _on_top(standing: Standing, decision: ResolveConflict, moved: Sequence[Row[Any]]) -> int:
    """What stays on top: all movements but counts, and but those that the count kept had seen already.

    So it makes no difference whether one that arrives late comes before the decision or after it.
    """
    counted = Counted(standing.counted_ms, standing.device_id, standing.device_seq)
    is_kept = decision.resolution is Resolution.ACCEPT_LOCAL
    return sum(
        each.delta
        for each in moved
        if each.reason != MovementReason.COUNT
        and (
            each.compensated
            or not (is_kept and counted.has_seen(each.happened_ms, each.device_id, each.device_seq))
        )
    )


def _decided_quantity(decision: ResolveConflict, conflict: Conflict) -> int:
    if decision.resolution is Resolution.ACCEPT_LOCAL:
        return int(conflict.local_version.values["quantity"])
    try:
        return CountData.model_validate(decision.merged_data or {}).new_quantity
    except ValidationError as error:
        raise unreadable(error, "mergedData") from error


def _resolve_product(
    batch: Batch, asked: Asked, standing: Standing, decision: ResolveConflict
) -> OperationResult:
    conflict = standing.conflict
    row = batch.product(conflict.resource_id)
    assert row is not None, "a product that was once in conflict keeps its row"
    compared = _compared_version(decision, conflict, row["version"])
    if compared != row["version"] or compared < conflict.server_version.version:
        base = conflict.base_version
        history = (
            evidence.product_history(batch, row["id"], base.version) if base is not None else conflict.history
        )
        return _move(batch, asked, conflict, evidence.product_side(batch, row), history)
    effects: list[Effect] = []
    if decision.resolution is not Resolution.ACCEPT_SERVER:
        wanted = _decided_fields(decision, conflict)
        row, effect = catalogue.write_version(batch, asked, {**row, **wanted})
        effects.append(effect)
    outcome = catalogue.on_the_wire(row)
    return _settle(batch, asked, conflict, decision.resolution, outcome, row["version"], effects)


def _decided_fields(decision: ResolveConflict, conflict: Conflict) -> dict[str, Any]:
    """The columns that the decision writes. Keeping a deletion deletes; keeping fields restores."""
    local = conflict.local_version.values
    if decision.resolution is Resolution.ACCEPT_LOCAL and local.get("deleted"):
        return {"deleted": 1}
    chosen = local if decision.resolution is Resolution.ACCEPT_LOCAL else decision.merged_data or {}
    try:
        fields = ProductFields.model_validate(chosen)
    except ValidationError as error:
        raise unreadable(error, "mergedData") from error
    catalogue.must_know_unit(fields)
    return {**catalogue.columns_of(fields), "deleted": 0}


def _compared_version(decision: ResolveConflict, conflict: Conflict, current: int) -> int:
    """The server version that the person decided against."""
    compared = decision.expected_server_version
    if compared is None:
        return conflict.server_version.version
    if compared > current:
        raise Refusal(
            ErrorCode.PRECONDITION_FAILED, f"expectedServerVersion: {compared} has not been reached here"
        )
    return compared


def _move(
    batch: Batch,
    asked: Asked,
    conflict: Conflict,
    server: ConflictSide,
    history: tuple[HistoryEntry, ...],
) -> OperationResult:
    moved = conflict.model_copy(
        update={"server_version": server, "history": history, "version": conflict.version + 1}
    )
    _update(batch, moved)
    effect = _tell(batch, moved, asked.id)
    return in_conflict(
        asked, moved, [effect], ErrorCode.CONFLICT_MOVED, "it changed again since; look at it once more"
    )


def _settle(
    batch: Batch,
    asked: Asked,
    conflict: Conflict,
    resolution: Resolution,
    outcome: dict[str, Any],
    version: int,
    effects: list[Effect],
) -> OperationResult:
    settled = conflict.model_copy(
        update={
            "status": "resolved",
            "resolution": resolution,
            "resolved_by": asked.actor_id,
            "version": conflict.version + 1,
        }
    )
    answer = ConflictResolved(
        conflict_id=conflict.id,
        resolution=resolution,
        result=outcome,
        version=version,
        timestamp=from_ms(batch.unit.now_ms),
        resolved_by=asked.actor_id,
    ).to_wire()
    _update(batch, settled, answer)
    batch.to_audit["result"] = outcome
    effect = _tell(batch, settled, asked.id)
    batch.unit.announce(_stream_of(batch, conflict), CONFLICT_RESOLUTION_BROADCAST, answer)
    return applied(asked, [*effects, effect], **answer)


def _update(batch: Batch, conflict: Conflict, resolved: dict[str, Any] | None = None) -> None:
    of = t.conflict.c
    batch.unit.execute(
        update(t.conflict)
        .where(of.tenant_id == batch.tenant_id, of.id == conflict.id)
        .values(status=conflict.status, body=conflict.to_wire(), resolved=resolved)
    )


def _tell(batch: Batch, conflict: Conflict, operation_id: str) -> Effect:
    """A conflict's opening, moving and settling are changes, so a till that was away hears of them."""
    stream = _stream_of(batch, conflict)
    change = batch.unit.streams.append(
        stream, "conflict", conflict.id, conflict.version, conflict.to_wire(), operation_id
    )
    return Effect(
        stream=stream,
        seq=change.seq,
        resource_type="conflict",
        resource_id=conflict.id,
        version=conflict.version,
    )


def _stream_of(batch: Batch, conflict: Conflict) -> str:
    if conflict.location_id is None:
        return tenant_stream(batch.tenant_id)
    return location_stream(batch.tenant_id, conflict.location_id)


def found_for(connection: Connection, caller: Caller, wanted: Wanted, limit: int) -> list[Conflict]:
    """The conflicts that the caller may decide, the oldest first."""
    of = t.conflict.c
    query = select(of.body).where(of.tenant_id == caller.tenant_id).order_by(of.opened_ms, of.id).limit(limit)
    of_a_place = of.location_id.in_(caller.locations)
    decides_products = may(caller.role, Action.DECIDE_PRODUCT_CONFLICT)
    query = query.where(or_(of_a_place, of.location_id.is_(None)) if decides_products else of_a_place)
    if wanted.status is not None:
        query = query.where(of.status == wanted.status)
    if wanted.location_id is not None:
        query = query.where(of.location_id == wanted.location_id)
    if wanted.before_ms is not None:
        query = query.where(of.opened_ms < wanted.before_ms)
    return [Conflict.model_validate(body) for body in connection.execute(query).scalars()]
