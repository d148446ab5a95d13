"""Articles that are made, joined, parted and decided about, as tests say it."""

from typing import Any

from tests.kit.operations import operation
from tests.kit.rules import Rules

MINUTE_MS = 60_000
GTIN, OTHER_GTIN = "4006381333931", "5000112637922"


def create(product: str, **fields: Any) -> dict[str, Any]:
    values = {"name": "Bowl", "barcode": GTIN, "priceMinor": 450, **fields}
    rest = {name: values.pop(name) for name in ("deviceSeq", "formerResult", "id") if name in values}
    return operation("product", values, operation="create", resourceId=product, actorId="mia", **rest)


def join(alias: str, product: str) -> dict[str, Any]:
    return operation("product_alias", {"productId": product}, operation="create", resourceId=alias)


def part(alias: str, **codes: str) -> dict[str, Any]:
    return operation("product_alias", codes, operation="delete", resourceId=alias)


def edit(product: str, new: dict[str, Any], base: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return operation("product", {"set": new, "base": base}, resourceId=product, **rest)


def decide(result: dict[str, Any], resolution: str, merged: dict[str, Any] | None = None) -> dict[str, Any]:
    conflict = result["conflict"]
    data = {
        "resolution": resolution,
        "mergedData": merged,
        "expectedServerVersion": conflict["serverVersion"]["version"],
    }
    return operation("conflict", data, resourceId=conflict["id"])


def applied(rules: Rules, *items: object, device: str | None = None) -> list[dict[str, Any]]:
    results = rules.send(device, *items)
    assert [result["status"] for result in results] == ["applied"] * len(results), results
    return results


def products(rules: Rules) -> dict[str, tuple[str, int | None]]:
    rows = rules.query("SELECT id, name, price_minor FROM product WHERE deleted = 0")
    return {row[0]: (row[1], row[2]) for row in rows}


def levels(rules: Rules, *names: str) -> tuple[int, ...]:
    return tuple(rules.level(name)[0] for name in names)
