"""Sales that cannot be taken as they are: kept whole, and told to the stream that their till follows.

A stream carries such a sale without what was in it; that is for a manager who asks.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update

from server_stub.operations.context import REASON_MAX, Asked, Batch
from server_stub.operations.parsing import Intake
from server_stub.store import tables as t
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import Effect, OperationResult, QuarantineRow, ResultStatus
from sync_agent.contract.wire import from_ms

RESOURCE_TYPE = "quarantine"


class Unreadable(Exception):
    """Why a sale is not taken as it is; it never goes back to its till for that."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def place_told(intake: Intake, asked: Asked | None) -> str | None:
    """The place that a sale names, as far as it can be read."""
    if asked is not None:
        return asked.location_id
    data = intake.raw.get("data")
    told = intake.raw.get("locationId") or (data.get("locationId") if isinstance(data, dict) else None)
    return told if isinstance(told, str) else None


def keep(batch: Batch, intake: Intake, asked: Asked | None, reason: str) -> OperationResult:
    """Keeps a sale until a manager has looked at it."""
    place = place_told(intake, asked)
    row: dict[str, Any] = {
        "tenant_id": batch.tenant_id,
        "operation_id": intake.id,
        # A till that names another's place does not follow that one's stream, and must hear of it too.
        "stream": batch.stream_of(batch.own(place)),
        "location_id": place if place in batch.locations() else None,
        "device_id": batch.caller.device_id,
        "actor_id": asked.actor_id if asked else batch.caller.id,
        "payload": intake.raw,
        "reason": reason[:REASON_MAX],
        "received_ms": batch.unit.now_ms,
        "status": "open",
        "decided_by": None,
        "decided_ms": None,
        "note": None,
        "version": 1,
    }
    batch.unit.insert(t.quarantine, row)
    return OperationResult(
        id=intake.id,
        success=True,
        status=ResultStatus.QUARANTINED,
        effects=[_tell(batch, row)],
        error=reason[:REASON_MAX],
        code=ErrorCode.BAD_REQUEST,
    )


def change(batch: Batch, row: Mapping[str, Any], **changed: Any) -> dict[str, Any]:
    """Writes what has become of a kept sale, and tells of it; its stream is locked. The row as it is now."""
    new = {**row, **changed, "version": row["version"] + 1}
    of = t.quarantine.c
    batch.unit.execute(
        update(t.quarantine)
        .where(of.tenant_id == batch.tenant_id, of.operation_id == row["operation_id"])
        .values({name: new[name] for name in (*changed, "version")})
    )
    _tell(batch, new)
    return new


def on_the_wire(row: Mapping[str, Any]) -> QuarantineRow:
    """A kept sale as a manager sees it."""
    return QuarantineRow(
        operation_id=row["operation_id"],
        location_id=row["location_id"],
        device_id=row["device_id"],
        actor_id=row["actor_id"],
        status=row["status"],
        reason=row["reason"],
        received_at=from_ms(row["received_ms"]),
        decided_by=row["decided_by"],
        decided_at=None if row["decided_ms"] is None else from_ms(row["decided_ms"]),
        note=row["note"],
        payload=row["payload"],
        version=row["version"],
    )


def _tell(batch: Batch, row: Mapping[str, Any]) -> Effect:
    told = on_the_wire(row).model_copy(update={"payload": None}).to_wire()
    told_change = batch.unit.streams.append(
        row["stream"], RESOURCE_TYPE, row["operation_id"], row["version"], told, row["operation_id"]
    )
    return Effect(
        stream=row["stream"],
        seq=told_change.seq,
        resource_type=RESOURCE_TYPE,
        resource_id=row["operation_id"],
        version=row["version"],
    )
