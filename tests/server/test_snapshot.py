"""What a snapshot carries besides stock and catalogue: what is unfinished, so that a new till knows of it."""

from typing import Any

from tests.kit.clients import Person, snapshot
from tests.kit.operations import T0_MS, operation, rfc3339
from tests.kit.servers import ShopServer

MAIN, TENANT = "tenant-demo-location-main", "tenant-demo"


def opening(shift: str, seq: int) -> dict[str, Any]:
    data = {"openedAt": rfc3339(T0_MS), "floatMinor": 10_000, "currency": "GBP"}
    return operation(
        "shift", data, operation="create", resourceId=shift, locationId="main", actorId="bob", deviceSeq=seq
    )


def closing(shift: str, seq: int, last: int) -> dict[str, Any]:
    manifest = {"count": last, "firstDeviceSeq": 1, "lastDeviceSeq": last, "lastHash": "", "totalMinor": 0}
    data = {
        "closedAt": rfc3339(T0_MS),
        "countedMinor": 10_000,
        "expectedMinor": 10_000,
        "manifest": manifest,
    }
    return operation("shift", data, resourceId=shift, locationId="main", actorId="bob", deviceSeq=seq)


def unreadable_sale(**rest: Any) -> dict[str, Any]:
    return operation("transaction", {"kind": "sale", "lines": "none"}, operation="create", **rest)


async def newest(person: Person, stream: str, resource_type: str) -> dict[str, dict[str, Any]]:
    """The rows as the stream's changes last had them."""
    rows: dict[str, dict[str, Any]] = {}
    after = 0
    while page := await person.changes(stream, after=after):
        after = page[-1]["seq"]
        for change in page:
            if change["resourceType"] == resource_type:
                rows[change["resourceId"]] = change["row"]
    return rows


def filled(row: dict[str, Any]) -> dict[str, Any]:
    """A row without its empty fields, as a change carries it."""
    return {name: value for name, value in row.items() if value is not None}


async def test_shifts_that_are_open_or_wait_for_operations_are_in_it(shop: ShopServer) -> None:
    alice = await shop.sign_in("demo", "alice")
    till, other = await shop.enroll(alice), await shop.enroll(alice)
    finished = [opening("whole", 1), closing("whole", 2, last=1)]
    waiting = [opening("waits", 3), closing("waits", 4, last=9)]
    results = [*await till.send(*finished, *waiting), *await other.send(opening("open", 1))]
    assert [result["status"] for result in results] == ["applied"] * 5, results
    rows, first = await snapshot(alice, MAIN)
    told = await newest(alice, MAIN, "shift")
    assert {row["id"]: row["status"] for row in rows["shift"]} == {"open": "open", "waits": "closed"}
    for row in rows["shift"]:
        assert filled(row) == told[row["id"]]
    assert first["rowsTotal"] == sum(len(some) for some in rows.values())


async def test_sales_with_the_manager_are_in_it_without_what_was_in_them(shop: ShopServer) -> None:
    till = await shop.enroll(await shop.sign_in("demo", "alice"))
    here, nowhere = unreadable_sale(locationId="main"), unreadable_sale(locationId="moon")
    results = await till.send(here, nowhere)
    assert [result["status"] for result in results] == ["quarantined", "quarantined"]
    seen: set[str] = set()
    for stream in (MAIN, TENANT):
        rows, _first = await snapshot(till, stream)
        told = await newest(till, stream, "quarantine")
        kept = rows.get("quarantine", [])
        assert {row["operationId"]: filled(row) for row in kept} == told
        assert all("payload" not in row for row in kept)
        seen |= told.keys()
    assert seen == {here["id"], nowhere["id"]}
