"""Quarantine: completed operations that cannot be accepted, stored whole and published to their till's
stream.

The published row leaves out the content, which a manager can request.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update

from server_stub.operations.context import OperationContext
from server_stub.operations.outcome import REASON_MAX, Outcome
from server_stub.operations.parsing import Envelope, RawOperation
from server_stub.services.streams.quarantine_rows import RESOURCE_TYPE, quarantine_row
from server_stub.store import tables as t
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import Effect, OperationResult, ResultStatus


class Quarantined(Exception):
    """Why a completed operation cannot be accepted; it is quarantined, never sent back to its till."""


def place_of(raw: RawOperation, envelope: Envelope | None) -> str | None:
    """The place that an operation names, if readable."""
    return raw.place if envelope is None else envelope.location_id


def store(context: OperationContext, raw: RawOperation, envelope: Envelope | None, reason: str) -> Outcome:
    """Quarantines an operation until a manager decides."""
    place = place_of(raw, envelope)
    row: dict[str, Any] = {
        "tenant_id": context.tenant_id,
        "operation_id": raw.id,
        # A till that names another's place does not follow that stream: its row goes to the tenant's stream.
        "stream": context.stream_of(context.callers_place(place)),
        "location_id": place if place in context.locations() else None,
        "device_id": context.caller.device_id,
        "actor_id": envelope.actor_id if envelope else context.caller.id,
        "payload": raw.item,
        "reason": reason[:REASON_MAX],
        "received_ms": context.unit.now_ms,
        "status": "open",
        "decided_by": None,
        "decided_ms": None,
        "note": None,
        "version": 1,
    }
    context.unit.insert(t.quarantine, row)
    return Outcome(
        OperationResult(
            id=raw.id,
            success=True,
            status=ResultStatus.QUARANTINED,
            effects=[_publish(context, row)],
            error=reason[:REASON_MAX],
            code=ErrorCode.BAD_REQUEST,
        )
    )


def change(context: OperationContext, row: Mapping[str, Any], **changed: Any) -> dict[str, Any]:
    """Writes and publishes changed columns of one; its stream is locked. Returns the new row."""
    new = {**row, **changed, "version": row["version"] + 1}
    of = t.quarantine.c
    context.unit.execute(
        update(t.quarantine)
        .where(of.tenant_id == context.tenant_id, of.operation_id == row["operation_id"])
        .values({name: new[name] for name in (*changed, "version")})
    )
    _publish(context, new)
    return new


def _publish(context: OperationContext, row: Mapping[str, Any]) -> Effect:
    without_payload = quarantine_row(row).model_copy(update={"payload": None}).to_wire()
    return context.unit.streams.publish(
        row["stream"],
        RESOURCE_TYPE,
        row["operation_id"],
        row["version"],
        without_payload,
        row["operation_id"],
    )
