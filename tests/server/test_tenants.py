"""No tenant sees anything of another, by any road."""

from typing import Any

import pytest

from tests.kit.clients import Person
from tests.kit.operations import T0_MS, count, movement, operation
from tests.kit.servers import ShopServer


@pytest.fixture
async def mallory(shop: ShopServer) -> Person:
    return await shop.sign_in("rival", "mallory")


async def a_conflict_of_demo(shop: ShopServer) -> str:
    bob = await shop.sign_in("demo", "bob")
    results = await bob.send(count("p", 4, T0_MS, version=0), count("p", 5, T0_MS, version=0))
    identifier: str = results[1]["conflict"]["id"]
    return identifier


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/realtime/changes", {"stream": "tenant-demo", "after": 0}),
        ("/realtime/changes", {"stream": "tenant-demo-location-main", "after": 0}),
        ("/realtime/snapshot", {"stream": "tenant-demo"}),
        ("/realtime/snapshot", {"stream": "tenant-demo-location-main"}),
    ],
)
async def test_anothers_streams_are_not_found(
    shop: ShopServer, mallory: Person, path: str, params: dict[str, Any]
) -> None:
    response = await mallory.get(path, **params)
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")


async def test_a_snapshots_token_opens_no_other_tenants_stream(shop: ShopServer, mallory: Person) -> None:
    await a_conflict_of_demo(shop)
    bob = await shop.sign_in("demo", "bob")
    page = (await bob.get("/realtime/snapshot", stream="tenant-demo")).json()["data"]
    params = {"stream": "tenant-rival", "pageToken": page["nextPageToken"]}
    response = await mallory.get("/realtime/snapshot", **params)
    assert response.status_code == 400


async def test_anothers_stock_and_conflicts_are_not_there(shop: ShopServer, mallory: Person) -> None:
    conflict_id = await a_conflict_of_demo(shop)
    assert (await mallory.get("/stock/p")).json()["data"]["levels"] == []
    assert (await mallory.get("/realtime/conflicts")).json()["data"] == []
    response = await mallory.post(
        "/realtime/resolve-conflict", {"conflictId": conflict_id, "resolution": "accept_local"}
    )
    assert response.status_code == 404
    by_queue = operation("conflict", {"resolution": "accept_local"}, resourceId=conflict_id)
    assert (await mallory.send(by_queue))[0]["code"] == "not_found"
    assert shop.rows("SELECT status FROM conflict") == [("open",)]


async def test_an_operation_for_another_tenant_is_forbidden(shop: ShopServer, mallory: Person) -> None:
    (result,) = await mallory.send({**movement("p", 1), "tenantId": "demo"})
    assert result["code"] == "forbidden"


async def test_the_same_ids_in_two_tenants_never_meet(shop: ShopServer, mallory: Person) -> None:
    bob = await shop.sign_in("demo", "bob")
    shared = movement("p", 1)
    (first,) = await bob.send(shared)
    (second,) = await mallory.send({**shared, "data": {"delta": 7, "reason": "found"}})
    assert (first["status"], second["status"]) == ("applied", "applied")
    assert "repeated" not in second
    assert (await bob.stock("p"), await mallory.stock("p")) == ((1, 1), (7, 1))


async def test_a_till_of_another_tenant_cannot_be_spoken_for(shop: ShopServer, mallory: Person) -> None:
    till = await shop.enroll(mallory)
    results = await till.send(movement("p", 1, actorId="alice"), movement("p", 1, locationId="annex"))
    assert [result["code"] for result in results] == ["forbidden", "not_found"]
    response = await mallory.post("/devices/enroll", {"name": "Till", "locationId": "annex"})
    assert response.status_code == 404


async def test_a_socket_joins_its_own_tenant_alone(shop: ShopServer, mallory: Person) -> None:
    socket = await shop.connect()
    mine = {"tenantId": "rival", "userId": "mallory", "token": mallory.access_token}
    for told, code in (
        ({"tenantId": "demo"}, "forbidden"),
        ({"userId": "alice"}, "forbidden"),
        ({"locationId": "annex"}, "not_found"),
        ({"token": mallory.access_token + "x"}, "unauthorized"),
    ):
        answer = await socket.call("join-tenant", {**mine, **told})
        assert answer["error"]["code"] == code, told
    assert (await socket.call("join-tenant", mine))["success"]


async def test_nothing_of_one_tenant_reaches_anothers_sockets(shop: ShopServer, mallory: Person) -> None:
    spies = [
        await shop.join("rival", mallory),
        await shop.join("rival", mallory, locationId="main", features=["changes"]),
    ]
    bob = await shop.sign_in("demo", "bob")
    witness = await shop.join("demo", bob, locationId="main")
    await bob.send(movement("p", 1), count("p", 9), count("p", 8, T0_MS, version=0))
    await witness.hear("inventory-updated", lambda update: update["newQuantity"] == 9)
    (result,) = await mallory.send(movement("sign", 1))
    for spy in spies:
        await spy.hear("initial-sync")
    await spies[0].hear("inventory-updated")
    await spies[1].hear("changes")
    heard = [payload for spy in spies for _event, payload in spy.heard]
    assert result["status"] == "applied"
    assert "demo" not in str(heard)
    assert all("productId" not in payload or payload["productId"] == "sign" for payload in heard)
