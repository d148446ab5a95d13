"""What tills of release 0.1.0 sent, and what they can read.

`release_0_1_0/uploads.json` holds the uploads of two real tills of that release through a day with an outage,
as they went over the wire, and the status of each result. `schemas.json` are the schemas of that release's
strict models.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from tests.kit.clients import Person, snapshot
from tests.kit.operations import count, movement, sale
from tests.kit.paths import ROOT
from tests.kit.servers import ShopServer

FOLDER = ROOT / "tests" / "contract" / "release_0_1_0"
UPLOADS: list[dict[str, Any]] = json.loads((FOLDER / "uploads.json").read_text())
SCHEMAS: dict[str, Any] = json.loads((FOLDER / "schemas.json").read_text())
STREAMS = ("tenant-demo", "tenant-demo-location-main")
ROWS = {
    "location": "LocationRow",
    "user": "UserRow",
    "product": "ProductRow",
    "stock_level": "StockLevelRow",
    "oversold": "OversoldRow",
    "conflict": "Conflict",
    "shift": "ShiftRow",
    "transaction": "TransactionRow",
    "quarantine": "QuarantineRow",
}


def must_be_read(name: str, value: Any) -> None:
    """By the model of that name as 0.1.0 had it."""
    jsonschema.validate(value, {"$ref": f"#/components/schemas/{name}", **SCHEMAS})


@pytest.fixture
async def tills(shop: ShopServer) -> dict[str, Person]:
    alice = await shop.sign_in("demo", "alice")
    return {name: await shop.enroll(alice, name) for name in ("Till 1", "Till 2")}


async def replayed(tills: dict[str, Person]) -> list[tuple[list[str], list[dict[str, Any]]]]:
    """For each upload: the recorded statuses, and today's results."""
    return [(upload["statuses"], await tills[upload["till"]].send(*upload["items"])) for upload in UPLOADS]


async def test_each_operation_of_an_older_till_ends_as_it_ended_then(tills: dict[str, Person]) -> None:
    for recorded, results in await replayed(tills):
        assert [result["status"] for result in results] == recorded, results
        must_be_read("QueueResults", {"results": results})
    for _, results in await replayed(tills):
        assert all(result["repeated"] for result in results)
        must_be_read("QueueResults", {"results": results})


def rows(changes: list[dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    for change in changes:
        if change["resourceType"] in ROWS and "row" in change:
            yield change["resourceType"], change["row"]


async def test_an_older_till_reads_every_stream_that_its_work_has_made(tills: dict[str, Person]) -> None:
    await replayed(tills)
    seen = set()
    for stream in STREAMS:
        page = (await tills["Till 1"].get("/realtime/changes", stream=stream, after=0, limit=1000)).json()
        must_be_read("ChangesPage", page["data"])
        copy, _ = await snapshot(tills["Till 1"], stream)
        in_copy = ((kind, row) for kind, rows_ in copy.items() if kind in ROWS for row in rows_)
        for kind, row in [*rows(page["data"]["changes"]), *in_copy]:
            if ROWS[kind] in SCHEMAS["components"]["schemas"]:
                must_be_read(ROWS[kind], row)
                seen.add(kind)
        digest = (await tills["Till 1"].get("/realtime/digest", stream=stream)).json()["data"]
        must_be_read("StreamDigest", digest)
    assert seen >= {"location", "user", "product", "stock_level", "conflict", "shift"}


# --- stock beyond what that release can read ---------------------------------------------------------------

MOST = 10**12
"""The largest figure that its models take."""


def given_away(product: str, kind: str) -> dict[str, Any]:
    """Three times as many as one figure may say, for nothing."""
    given = sale({product: 1}, kind=kind)
    [line] = given["data"]["lines"]
    given["data"] |= {"totalMinor": 0, "payments": []}
    given["data"]["lines"] = [line | {"quantity": MOST, "unitPriceMinor": 0, "totalMinor": 0}] * 3
    return given


def digest_of(rows_: list[dict[str, Any]]) -> dict[str, Any]:
    """A digest of stock levels, by the formula of docs/protocol.md."""
    total = 0
    for row in rows_:
        text = f"{row['productId']}:{row['version']}:{row['quantity']}"
        total += int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")
    return {"count": len(rows_), "digest": f"{total % 2**128:032x}"}


async def test_stock_beyond_its_limit_is_at_its_limit_wherever_an_older_till_reads_it(
    shop: ShopServer,
) -> None:
    alice = await shop.sign_in("demo", "alice")
    old = await shop.enroll(alice)
    body = {"refreshToken": old.answer["deviceToken"], "features": ["tolerant"]}
    token = (await shop.http.post("/api/v1/auth/refresh", json=body)).json()["data"]["accessToken"]
    new = Person(shop.http, token, old.user_id, old.answer)
    plain = await shop.join("demo", old)
    await alice.send(movement("tea", 5), count("tea", 4, version=1))
    await alice.send(given_away("tea", "sale"), given_away("milk", "refund"), count("tea", 6, version=1))

    async def seen_by(person: Person) -> dict[str, Any]:
        """Every figure of the two products' stock, by where it is read."""
        changes = [
            change["row"] | {"type": change["resourceType"]}
            for change in await person.changes(STREAMS[1])
            if change["resourceType"] in {"stock_level", "oversold", "conflict"}
        ]
        copy, _ = await snapshot(person, STREAMS[1])
        digest = (await person.get("/realtime/digest", stream=STREAMS[1])).json()["data"]
        assert digest["resources"]["stock_level"] == digest_of(copy["stock_level"])
        if person is old:
            for kind in ("stock_level", "oversold", "conflict"):
                for row in (*copy[kind], *(row for row in changes if row["type"] == kind)):
                    must_be_read(ROWS[kind], {name: value for name, value in row.items() if name != "type"})
            for row in copy["stock_movement"]:
                must_be_read("StockMovement", row)
        followed = {row["productId"]: row for row in changes if row["type"] == "stock_level"}
        (conflict,) = copy["conflict"]
        return {
            "stock": [(await person.stock(product))[0] for product in ("tea", "milk")],
            "changes": [followed[product]["quantity"] for product in ("tea", "milk")],
            "moved": [followed[product]["movement"]["delta"] for product in ("tea", "milk")],
            "copy": sorted(
                row["quantity"] for row in copy["stock_level"] if row["productId"] in {"tea", "milk"}
            ),
            "movements": sorted(row["delta"] for row in copy["stock_movement"])[
                :: len(copy["stock_movement"]) - 1
            ],
            "oversold": [row["quantity"] for row in copy["oversold"]],
            "history": [entry["delta"] for entry in conflict["history"]],
        }

    beyond = 3 * MOST
    assert await seen_by(new) == {
        "stock": [4 - beyond, beyond],
        "changes": [4 - beyond, beyond],
        "moved": [-beyond, beyond],
        "copy": [4 - beyond, beyond],
        "movements": [-beyond, beyond],
        "oversold": [4 - beyond],
        "history": [-1, -beyond],
    }
    assert await seen_by(old) == {
        "stock": [-MOST, MOST],
        "changes": [-MOST, MOST],
        "moved": [-MOST, MOST],
        "copy": [-MOST, MOST],
        "movements": [-MOST, MOST],
        "oversold": [-MOST],
        "history": [-1, -MOST],
    }
    update = await plain.hear("inventory-updated", lambda heard: heard["productId"] == "milk")
    assert (update["newQuantity"], update["delta"]) == (MOST, MOST)
    look = await (await shop.join("demo", old)).hear("initial-sync")
    assert sorted(row["quantity"] for row in look["stockLevels"] if row["productId"] in {"tea", "milk"}) == [
        -MOST,
        MOST,
    ]
    assert {row["delta"] for row in look["recentMovements"]} >= {-MOST, MOST}
    assert all(abs(row["delta"]) <= MOST for row in look["recentMovements"])
