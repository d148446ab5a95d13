"""A server of a later release: the real one, with rows in its store whose words no release has yet.

`write_newer_rows` puts one row of each kind into its tables and its streams, as that server would: words of
every vocabulary, fields and resource types that are new, a unit with its decimals and one without.
`NewerLink` is a till's link to it, and adds what the real server's snapshot cannot hold: a field of products
and a resource type.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from server_stub.clock import SystemClock, TimeOrderedIds
from server_stub.settings import Settings
from server_stub.store import tables as t
from server_stub.store.database import Database, UnitOfWork
from sync_agent.contract import paths
from sync_agent.contract.stock import UserRow
from sync_agent.contract.wire import format_time, from_ms
from tests.kit.links import Link

TENANT, MAIN = "tenant-demo", "tenant-demo-location-main"
PRICE_LIST = {"id": "summer", "name": "Summer", "version": 1}
LITRE = {"id": "milk", "name": "Milk, loose", "unit": "litre", "unitDecimals": 2, "priceMinor": 120}
ELL = {"id": "cloth", "name": "Cloth", "unit": "ell", "priceMinor": 900}


async def write_newer_rows(settings: Settings) -> None:
    """Into the store of a server that may be running."""
    database = Database(settings.url, clock=SystemClock(), ids=TimeOrderedIds(), readers=1)
    try:
        await database.write("demo", _write)
    finally:
        database.close()


def _write(unit: UnitOfWork) -> None:
    unit.streams.lock([TENANT, MAIN])
    _person(unit)
    _product(unit, LITRE)
    _product(unit, ELL)
    unit.streams.publish(TENANT, "price_list", "summer", 1, PRICE_LIST, None)
    _movement(unit)
    for number, words in enumerate(
        (
            {"conflictType": "two_price_lists"},
            {"resourceType": "price_list", "resourceId": "summer"},
        )
    ):
        _conflict(unit, f"newer-conflict-{number}", words)
    _shift(unit)
    unit.streams.publish(
        MAIN,
        "transaction",
        "t1",
        1,
        {"id": "t1", "kind": "layaway", "payments": [{"method": "shells"}]},
        None,
    )
    unit.streams.publish(
        MAIN, "quarantine", "q1", 1, {"operationId": "q1", "status": "forwarded", "version": 1}, None
    )
    unit.streams.publish(MAIN, "shelf_label", "l1", 1, {"id": "l1", "version": 1}, None)


def _person(unit: UnitOfWork) -> None:
    of = t.user_account.c
    mine = (of.tenant_id == unit.tenant_id, of.id == "bob")
    unit.execute(update(t.user_account).where(*mine).values(role="trainee", version=of.version + 1))
    person = unit.rows(select(t.user_account).where(*mine)).mappings().one()
    row = UserRow.model_validate(dict(person)).to_wire() | {"badge": "B-7"}
    unit.streams.publish(TENANT, "user", "bob", person["version"], row, None)


def _product(unit: UnitOfWork, told: Mapping[str, Any]) -> None:
    row = {**told, "taxRatePpm": 0, "deleted": False, "version": 1}
    unit.streams.publish(TENANT, "product", row["id"], 1, row, None)
    unit.insert(
        t.product,
        {
            "tenant_id": unit.tenant_id,
            "id": row["id"],
            "name": row["name"],
            "barcode": None,
            "sku": None,
            "price_minor": row["priceMinor"],
            "tax_rate_ppm": 0,
            "unit": row["unit"],
            "deleted": 0,
            "version": 1,
        },
    )


def _movement(unit: UnitOfWork) -> None:
    """300 hundredths of a litre came, for a reason that is new."""
    now = format_time(from_ms(unit.now_ms))
    seq = unit.streams.next_seq(MAIN)
    where = {"tenant_id": unit.tenant_id, "location_id": "main", "product_id": "milk"}
    level = {"productId": "milk", "locationId": "main", "quantity": 300, "version": 1, "updatedAt": now}
    movement = {
        "id": "newer-movement",
        "productId": "milk",
        "locationId": "main",
        "delta": 300,
        "reason": "tasting_returned",
        "operationId": "newer-operation",
        "actorId": "alice",
        "occurredAt": now,
        "receivedAt": now,
        "stream": MAIN,
        "seq": seq,
    }
    unit.streams.publish(MAIN, "stock_level", "milk", 1, {**level, "movement": movement}, "newer-operation")
    unit.insert(
        t.stock_level, {**where, "quantity": 300, "version": 1, "updated_ms": unit.now_ms, "seq": seq}
    )
    unit.insert(
        t.movement,
        {
            **where,
            "version": 1,
            "id": "newer-movement",
            "delta": 300,
            "reason": "tasting_returned",
            "note": None,
            "reference": None,
            "operation_id": "newer-operation",
            "actor_id": "alice",
            "device_id": None,
            "device_seq": None,
            **dict.fromkeys(("occurred_ms", "happened_ms", "received_ms"), unit.now_ms),
            "seq": seq,
            "compensated": 0,
            "near_count": 0,
        },
    )


def _conflict(unit: UnitOfWork, conflict_id: str, words: Mapping[str, Any]) -> None:
    body = {
        "id": conflict_id,
        "tenantId": unit.tenant_id,
        "resourceType": "stock_level",
        "resourceId": "milk",
        "conflictType": "concurrent_update",
        "localVersion": {"values": {"quantity": 5, "shade": "red"}, "version": 1, "actorName": "Carla"},
        "serverVersion": {"values": {"quantity": 300}, "version": 1},
        "history": [],
        "timestamp": format_time(from_ms(unit.now_ms)),
        "userId": "alice",
        "locationId": "main",
        "status": "open",
        "version": 1,
        **words,
    }
    unit.streams.publish(MAIN, "conflict", conflict_id, 1, body, None)
    unit.insert(
        t.conflict,
        {
            "tenant_id": unit.tenant_id,
            "id": conflict_id,
            "resource_type": body["resourceType"],
            "resource_id": body["resourceId"],
            "location_id": "main",
            "operation_id": f"of-{conflict_id}",
            "opened_ms": unit.now_ms,
            "status": "open",
            "body": body,
        },
    )


def _shift(unit: UnitOfWork) -> None:
    body = {
        "id": "newer-shift",
        "locationId": "main",
        "status": "suspended",
        "openedBy": "bob",
        "openedAt": format_time(from_ms(unit.now_ms)),
        "floatMinor": 0,
        "currency": "GBP",
        "version": 1,
    }
    unit.streams.publish(MAIN, "shift", "newer-shift", 1, body, None)
    unit.insert(
        t.shift,
        {
            "tenant_id": unit.tenant_id,
            "id": "newer-shift",
            "location_id": "main",
            "awaited": 0,
            "body": body,
            "version": 1,
        },
    )


class NewerLink(Link):
    """Adds where each product comes from (`origin`), and price lists to snapshots."""

    async def request(self, method: str, path: str, **rest: Any) -> Any:
        answer = await super().request(method, path, **rest)
        if path == paths.CHANGES:
            for change in answer["changes"]:
                if change["resourceType"] == "product" and change.get("row"):
                    change["row"]["origin"] = _origin(change["resourceId"])
        if path == paths.SNAPSHOT and answer["stream"] == TENANT:
            self._add_to(answer)
        return answer

    @staticmethod
    def _add_to(page: dict[str, Any]) -> None:
        if page["resourceType"] == "product":
            at = page["columns"].index("id")
            page["columns"].append("origin")
            for row in page["rows"]:
                row.append(_origin(row[at]))
        elif page.get("nextPageToken") is None and not page["rows"]:
            page["resourceType"] = "price_list"
            page["columns"], page["rows"] = list(PRICE_LIST), [list(PRICE_LIST.values())]


def _origin(product_id: str) -> str:
    return f"from the farm of {product_id}"
