"""The envelope around every answer, and the state that can be asked for."""

import gzip
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from tests.kit.clients import snapshot
from tests.kit.operations import T0_MS, count, movement, sale
from tests.kit.servers import ShopServer

TENANT, MAIN = "tenant-demo", "tenant-demo-location-main"


async def test_errors_wear_the_envelope_and_the_callers_request_id(shop: ShopServer) -> None:
    for method, path, status, code in (
        ("GET", "/nope", 404, "not_found"),
        ("DELETE", "/livez", 405, "bad_request"),
        ("POST", "/api/v1/auth/login", 400, "bad_request"),
        ("GET", "/api/v1/realtime/changes", 401, "unauthorized"),
    ):
        response = await shop.http.request(method, path, headers={"X-Request-ID": "till-7.42"})
        error = response.json()["error"]
        assert (response.status_code, error["code"]) == (status, code)
        assert error["requestId"] == response.headers["x-request-id"] == "till-7.42"
    response = await shop.http.get("/livez", headers={"X-Request-ID": "a b"})
    assert response.headers["x-request-id"] != "a b"


async def test_a_query_that_cannot_be_read_says_what_is_wrong(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    response = await bob.get("/realtime/changes", stream=MAIN, after="soon")
    assert response.status_code == 400
    assert "after" in response.json()["error"]["message"]


async def test_the_machine_room_needs_no_token(shop: ShopServer) -> None:
    assert (await shop.http.get("/livez")).json() == {"success": True, "data": {"live": True}}
    assert (await shop.http.get("/readyz")).json() == {"success": True, "data": {"ready": True}}


async def test_ping_gives_both_clocks(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    pong = (await bob.post("/realtime/ping", {"clientTime": "2026-01-01T10:00:00+01:00"})).json()["data"]
    assert pong["clientTime"] == "2026-01-01T09:00:00.000Z"
    assert pong["serverTime"].endswith("Z")


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b'{"items": 1}', {}, "bad_request"),
        (b"{", {}, "bad_request"),
        (b"not gzip", {"Content-Encoding": "gzip"}, "bad_request"),
        (gzip.compress(b'{"items": []}')[:-6], {"Content-Encoding": "gzip"}, "bad_request"),
        (b"{}", {"Content-Encoding": "br"}, "bad_request"),
        (gzip.compress(b" " * 2_000_000), {"Content-Encoding": "gzip"}, "payload_too_large"),
        (b" " * 1_100_000, {}, "payload_too_large"),
        (orjson.dumps({"items": [{}] * 501}), {}, "payload_too_large"),
    ],
    # In words: a gzip holds the second that it was made in, and workers must agree on the names of tests.
    ids=[
        "items that are no list",
        "half of a JSON",
        "no gzip",
        "a gzip cut short",
        "an unknown coding",
        "large once unpacked",
        "large",
        "too many items",
    ],
)
async def test_an_upload_that_is_too_large_or_no_upload_is_refused(
    shop: ShopServer, body: bytes, headers: dict[str, str], code: str
) -> None:
    bob = await shop.sign_in("demo", "bob")
    response = await shop.http.post(
        "/api/v1/realtime/offline-queue", content=body, headers={**bob.headers, **headers}
    )
    assert response.json()["error"]["code"] == code


async def test_without_a_place_an_operation_is_refused_and_its_id_looked_at_first(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    known = movement("p", 1)
    await bob.send(known)
    placeless = {**known}
    del placeless["locationId"]
    fresh = {**movement("p", 1)}
    del fresh["locationId"]
    results = await bob.send(placeless, fresh)
    assert [(result["status"], result.get("code")) for result in results] == [
        ("applied", None),
        ("rejected", "bad_request"),
    ]


async def test_changes_are_paged_and_a_foreign_cursor_is_refused(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    first = (await bob.get("/realtime/changes", stream=MAIN, after=0, limit=3)).json()["data"]
    last = first["changes"][-1]
    assert [change["seq"] for change in first["changes"]] == [1, 2, 3]
    known = {"stream": MAIN, "after": 3, "changeId": last["changeId"], "limit": 1}
    assert (await bob.get("/realtime/changes", **known)).json()["data"]["changes"][0]["seq"] == 4
    for cursor in ({"after": 3, "changeId": "other"}, {"after": 10**9}):
        response = await bob.get("/realtime/changes", stream=MAIN, **cursor)
        assert (response.status_code, response.json()["error"]["code"]) == (410, "cursor_expired")


async def test_a_snapshot_and_the_changes_after_it_are_the_current_rows(
    open_with: Callable[..., Any],
) -> None:
    async with open_with(snapshot_rows=60) as shop:
        bob = await shop.sign_in("demo", "bob")
        page = (await bob.get("/realtime/snapshot", stream=MAIN)).json()["data"]
        known = page["rows"][0][0], page["rows"][5][0]
        await bob.send(movement(known[0], 5, T0_MS), sale({known[1]: 500}), count("new", 3))
        replica = {row[0]: (row[2], row[3]) for row in page["rows"]}
        while page.get("nextPageToken"):
            params = {"stream": MAIN, "pageToken": page["nextPageToken"]}
            page = (await bob.get("/realtime/snapshot", **params)).json()["data"]
            if page["resourceType"] == "stock_level":
                replica |= {row[0]: (row[2], row[3]) for row in page["rows"]}
        for change in await bob.changes(MAIN, after=page["seq"]):
            if change["resourceType"] == "stock_level":
                replica[change["resourceId"]] = (change["row"]["quantity"], change["version"])
        current, _first = await snapshot(bob, MAIN)
        assert replica == {
            row["productId"]: (row["quantity"], row["version"]) for row in current["stock_level"]
        }
        assert [row["productId"] for row in current["oversold"]] == [known[1]]
        assert len(current["stock_movement"]) == 100


async def test_a_tenants_snapshot_has_its_places_people_and_products(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    rows, first = await snapshot(bob, TENANT)
    assert [row["id"] for row in rows["location"]] == ["annex", "main"]
    assert {row["username"]: row["role"] for row in rows["user"]} == {
        "ada": "admin",
        "alice": "manager",
        "bob": "clerk",
    }
    assert len(rows["product"]) >= 220
    assert first["rowsTotal"] == sum(len(some) for some in rows.values())


async def test_a_page_token_of_another_stream_or_made_up_is_refused(open_with: Callable[..., Any]) -> None:
    async with open_with(snapshot_rows=1) as shop:
        bob = await shop.sign_in("demo", "bob")
        token = (await bob.get("/realtime/snapshot", stream=TENANT)).json()["data"]["nextPageToken"]
        for made_up in (token, "nonsense", "e30="):
            response = await bob.get("/realtime/snapshot", stream=MAIN, pageToken=made_up)
            assert response.status_code == 400, made_up


async def test_stock_elsewhere_and_open_conflicts(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    await bob.send(count("p", 4, T0_MS, version=0), movement("p", 2, locationId="annex"))
    levels = (await bob.get("/stock/p")).json()["data"]["levels"]
    assert [(level["locationId"], level["quantity"]) for level in levels] == [("annex", 2), ("main", 4)]
    await bob.send(count("p", 5, T0_MS, version=0))
    (conflict,) = (await bob.get("/realtime/conflicts", locationId="main")).json()["data"]
    response = await bob.post(
        "/realtime/resolve-conflict", {"conflictId": conflict["id"], "resolution": "accept_local"}
    )
    assert response.json()["data"]["result"]["newQuantity"] == 5
    assert (await bob.get("/realtime/conflicts")).json()["data"] == []
    assert len((await bob.get("/realtime/conflicts", status="resolved")).json()["data"]) == 1


async def test_a_conflict_that_moved_comes_back_with_the_refusal(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    await bob.send(count("p", 4, T0_MS, version=0), count("p", 5, T0_MS, version=0), count("p", 6))
    (conflict,) = (await bob.get("/realtime/conflicts")).json()["data"]
    response = await bob.post(
        "/realtime/resolve-conflict", {"conflictId": conflict["id"], "resolution": "accept_local"}
    )
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (409, "conflict_moved")
    assert error["details"]["serverVersion"]["values"]["quantity"] == 6


async def test_verifiers_of_pins_are_for_tills_alone(shop: ShopServer) -> None:
    alice, bob = await shop.sign_in("demo", "alice"), await shop.sign_in("demo", "bob")
    till = await shop.enroll(alice)
    for who, told in ((bob, False), (till, True)):
        rows, _first = await snapshot(who, TENANT)
        assert all((row["pinVerifier"] is not None) is told for row in rows["user"])
        people = [change["row"] for change in await who.changes(TENANT) if change["resourceType"] == "user"]
        assert people
        assert all(("pinVerifier" in row) is told for row in people)


async def test_a_slash_too_many_is_nothing_that_there_is(shop: ShopServer) -> None:
    response = await shop.http.post("/api/v1/auth/login/", json={}, follow_redirects=False)
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")


async def test_an_answer_ends_where_it_is_heavy_enough(shop: ShopServer) -> None:
    alice = await shop.sign_in("demo", "alice")
    till = await shop.enroll(alice)
    start = (await till.changes(MAIN))[-1]["seq"]
    for unreadable in (False, True):
        for _ in range(7):
            heavy = sale({"p": 1}, actorId="bob")
            heavy["data"]["lines"] = [{**heavy["data"]["lines"][0], "description": "x" * 150}] * 3000
            if unreadable:
                del heavy["data"]["currency"]
            await till.send(heavy)
    found: list[dict[str, Any]] = []
    pages = 0
    while some := await till.changes(MAIN, after=found[-1]["seq"] if found else start):
        found += some
        pages += 1
    assert pages == 2
    assert [change["seq"] for change in found] == list(range(start + 1, start + 1 + len(found)))
    assert len((await alice.get("/quarantine", limit=100)).json()["data"]) == 6
