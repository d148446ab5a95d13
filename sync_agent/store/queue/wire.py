"""An operation of the outbox in wire form."""

from typing import Any

import orjson

from sync_agent.contract.wire import format_time, from_ms


def wire_form(row: Any) -> dict[str, Any]:
    """An outbox row in wire form, identical in every attempt."""
    wire = {
        "id": row.id,
        "operation": row.operation,
        "resourceType": row.resource_type,
        "resourceId": row.resource_id,
        "data": orjson.loads(row.data),
        "timestamp": format_time(from_ms(row.timestamp_ms)),
        "locationId": row.location_id,
        "version": row.base_version,
        "actorId": row.actor_id,
        "approvedById": row.approved_by_id,
        "approvals": None if row.approvals is None else orjson.loads(row.approvals),
        "deviceSeq": row.device_seq,
        "prevHash": row.prev_hash,
        "replaces": row.replaces,
        "schema": row.schema_version,
        "clockOffsetMs": row.clock_offset_ms,
        "tenantSeq": row.tenant_seq,
    }
    return {name: value for name, value in wire.items() if value is not None}
