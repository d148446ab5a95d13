"""Operations as tills send them, for the tests of the server."""

import uuid
from typing import Any

from sync_agent.contract.wire import format_time, from_ms

T0_MS = 1_772_000_000_000
"""A moment that the clocks of rule tests start from."""


def rfc3339(ms: int) -> str:
    return format_time(from_ms(ms))


def operation(resource_type: str, data: dict[str, Any], **rest: Any) -> dict[str, Any]:
    """An operation as a till sends it; `rest` under wire names."""
    return {
        "id": str(uuid.uuid4()),
        "operation": "update",
        "resourceType": resource_type,
        "timestamp": rfc3339(T0_MS),
        "data": data,
        **rest,
    }


def movement(product: str, delta: int, at_ms: int = T0_MS, **rest: Any) -> dict[str, Any]:
    data = {"delta": delta, "reason": "receive" if delta > 0 else "waste", "occurredAt": rfc3339(at_ms)}
    return operation("stock_level", data, **{"resourceId": product, "locationId": "main", **rest})


def count(product: str, quantity: int, at_ms: int | None = None, **rest: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"newQuantity": quantity}
    if at_ms is not None:
        data["countedAt"] = rfc3339(at_ms)
    return operation("stock_level", data, **{"resourceId": product, "locationId": "main", **rest})


def sale(lines: dict[str, int], kind: str = "sale", at_ms: int = T0_MS, **rest: Any) -> dict[str, Any]:
    data = {
        "kind": kind,
        "receiptNumber": "T1-000001",
        "currency": "GBP",
        "lines": [
            {
                "productId": product,
                "description": product,
                "quantity": quantity,
                "unitPriceMinor": 100,
                "totalMinor": 100 * quantity,
            }
            for product, quantity in lines.items()
        ],
        "payments": [{"method": "cash", "amountMinor": 100 * sum(lines.values())}],
        "totalMinor": 100 * sum(lines.values()),
        "occurredAt": rfc3339(at_ms),
    }
    return operation("transaction", data, **{"operation": "create", "locationId": "main", **rest})


def transfer(lines: dict[str, int], to: str = "annex", at_ms: int = T0_MS, **rest: Any) -> dict[str, Any]:
    data = {
        "toLocationId": to,
        "lines": [{"productId": product, "quantity": quantity} for product, quantity in lines.items()],
        "occurredAt": rfc3339(at_ms),
    }
    return operation("stock_transfer", data, **{"operation": "create", "locationId": "main", **rest})


def open_shift(shift: str = "shift", **rest: Any) -> dict[str, Any]:
    data = {"openedAt": rfc3339(T0_MS), "floatMinor": 5000, "currency": "GBP"}
    return operation(
        "shift", data, **{"operation": "create", "resourceId": shift, "locationId": "main", **rest}
    )


def close_shift(
    first: int,
    last: int,
    total_minor: int = 0,
    last_hash: str = "",
    spent: dict[int, str] | None = None,
    shift: str = "shift",
    **rest: Any,
) -> dict[str, Any]:
    """Cashes up with a manifest of the numbers from first to last."""
    manifest = {
        "count": last - first + 1,
        "firstDeviceSeq": first,
        "lastDeviceSeq": last,
        "lastHash": last_hash,
        "totalMinor": total_minor,
        "spent": [{"deviceSeq": number, "hash": told} for number, told in (spent or {}).items()],
    }
    data = {
        "closedAt": rfc3339(T0_MS),
        "countedMinor": 5100,
        "expectedMinor": 5100,
        "totals": {"cash": 100},
        "manifest": manifest,
    }
    return operation("shift", data, **{"resourceId": shift, "locationId": "main", **rest})
