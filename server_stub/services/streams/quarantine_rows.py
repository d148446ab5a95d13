"""Quarantined operations as wire rows; actions on them are in `operations/`."""

from collections.abc import Mapping
from typing import Any

from sync_agent.contract.operations import QuarantineRow
from sync_agent.contract.wire import from_ms

RESOURCE_TYPE = "quarantine"


def quarantine_row(row: Mapping[str, Any]) -> QuarantineRow:
    """A stored row as a wire object."""
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
