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
