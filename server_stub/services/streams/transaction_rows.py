"""Till transactions as wire rows; they are written, and their flags judged, in `operations`."""

from collections.abc import Mapping
from typing import Any

from sync_agent.contract.operations import TransactionRow
from sync_agent.contract.wire import from_ms


def transaction_row(row: Mapping[str, Any], device_name: str | None) -> TransactionRow:
    """A row of `till_transaction` as a wire row, with the name of its till."""
    return TransactionRow.model_validate(
        row["data"]
        | {
            "id": row["id"],
            "actorId": row["actor_id"],
            "deviceId": row["device_id"],
            "deviceName": device_name,
            "locationId": row["location_id"],
            "receivedAt": from_ms(row["received_ms"]),
            "flags": row["flags"],
            "version": row["version"],
        }
    )
