"""A manager's notice as a row of the streams: also for offline clients, and who has read it."""

from typing import Any

from tests.kit.clients import Person, snapshot
from tests.kit.demo import PASSWORD
from tests.kit.servers import ShopServer

TENANT, MAIN, ANNEX = "tenant-demo", "tenant-demo-location-main", "tenant-demo-location-annex"
UNTIL = "2999-01-02T03:04:05.000Z"
CLOSING = {
    "type": "announcement",
    "data": {"message": "Closing at four"},
    "until": UNTIL,
}


async def tolerant(shop: ShopServer, username: str) -> Person:
    body = {"tenantId": "demo", "username": username, "password": PASSWORD, "features": ["tolerant"]}
    answer = (await shop.http.post("/api/v1/auth/login", json=body)).json()["data"]
    return Person(shop.http, answer["accessToken"], answer["user"]["id"], answer)


async def announce(manager: Person, **rest: Any) -> str:
    answer = await manager.post("/realtime/broadcast", {**CLOSING, **rest})
    assert answer.status_code == 200, answer.text
    event_id: str = answer.json()["data"]["eventId"]
    return event_id


async def digests(person: Person, stream: str) -> dict[str, Any]:
    resources: dict[str, Any] = (await person.get("/realtime/digest", stream=stream)).json()["data"][
        "resources"
    ]
    return resources


async def test_a_notice_is_a_row_of_the_stream_that_it_is_for(shop: ShopServer) -> None:
    alice = await tolerant(shop, "alice")
    everywhere, here = await announce(alice), await announce(alice, locationId="main")
    row = {
        "id": everywhere,
        "type": "announcement",
        "text": "Closing at four",
        "senderId": "alice",
        "senderName": "Alice Marlow",
        "until": UNTIL,
        "version": 1,
    }
    last = (await alice.changes(TENANT))[-1]
    assert (last["resourceType"], last["resourceId"], last["version"]) == ("notice", everywhere, 1)
    assert {name: last["row"].get(name) for name in row} == row
    assert "locationId" not in last["row"]
    place = (await alice.changes(MAIN))[-1]
    assert (place["resourceId"], place["row"]["locationId"]) == (here, "main")
    for stream, notice_id in ((TENANT, everywhere), (MAIN, here)):
        rows, _ = await snapshot(alice, stream)
        assert [row["id"] for row in rows["notice"]] == [notice_id]
        assert (await digests(alice, stream))["notice"]["count"] == 1
    assert (await digests(alice, ANNEX))["notice"]["count"] == 0


async def test_the_same_notice_again_makes_no_second_row(shop: ShopServer) -> None:
    alice = await tolerant(shop, "alice")
    await announce(alice, eventId="e-1")
    head = (await alice.changes(TENANT))[-1]["seq"]
    await announce(alice, eventId="e-1", data={"message": "otherwise"})
    assert (await alice.changes(TENANT))[-1]["seq"] == head


async def test_a_client_of_the_first_release_gets_no_row_and_its_numbers_go_on(shop: ShopServer) -> None:
    new, old = await tolerant(shop, "alice"), await shop.sign_in("demo", "alice")
    await announce(new)
    change = (await old.changes(TENANT))[-1]
    assert "row" not in change
    assert change["seq"] == (await new.changes(TENANT))[-1]["seq"]
    rows, _ = await snapshot(old, TENANT)
    assert "notice" not in rows
    assert "notice" not in await digests(old, TENANT)


async def test_a_notice_whose_end_is_past_is_refused_in_words(shop: ShopServer) -> None:
    alice = await shop.sign_in("demo", "alice")
    answer = await alice.post("/realtime/broadcast", {**CLOSING, "until": "2001-01-01T00:00:00Z"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "precondition_failed")
    assert "until" in answer.json()["error"]["message"]


def reading(notice_id: str, person_id: str) -> dict[str, Any]:
    return {"noticeId": notice_id, "personId": person_id, "at": "2026-03-14T09:15:00.000Z"}


async def test_who_has_read_it_is_told_to_managers_once_each(shop: ShopServer) -> None:
    alice = await tolerant(shop, "alice")
    till = await shop.enroll(alice)
    notice_id = await announce(alice)
    socket = await shop.join("demo", till, locationId="main")
    report = {"isOnline": True, "noticesRead": [reading(notice_id, "bob"), reading("gone", "bob")]}
    for _ in range(2):
        assert (await socket.call("network-status", report))["success"]
    await socket.call("network-status", {"isOnline": True, "noticesRead": [reading(notice_id, "nobody")]})
    listed = (await alice.get("/notices")).json()["data"]["notices"]
    assert [notice["id"] for notice in listed] == [notice_id]
    assert listed[0]["readBy"] == [
        {"personId": "bob", "deviceId": till.user_id, "at": "2026-03-14T09:15:00.000Z"}
    ]
    assert (await (await shop.sign_in("demo", "bob")).get("/notices")).status_code == 403


async def test_a_person_reports_themselves_alone(shop: ShopServer) -> None:
    alice, bob = await tolerant(shop, "alice"), await shop.sign_in("demo", "bob")
    notice_id = await announce(alice)
    socket = await shop.join("demo", bob, locationId="main")
    for person in ("alice", "bob"):
        await socket.call("network-status", {"isOnline": True, "noticesRead": [reading(notice_id, person)]})
    [notice] = (await alice.get("/notices")).json()["data"]["notices"]
    assert [reader["personId"] for reader in notice["readBy"]] == ["bob"]


async def test_another_tenant_sees_nothing_of_it(shop: ShopServer) -> None:
    alice, mallory = await tolerant(shop, "alice"), await shop.sign_in("rival", "mallory")
    notice_id = await announce(alice)
    socket = await shop.join("rival", mallory)
    await socket.call("network-status", {"isOnline": True, "noticesRead": [reading(notice_id, "mallory")]})
    assert (await mallory.get("/notices")).json()["data"] == {"notices": []}
    [notice] = (await alice.get("/notices")).json()["data"]["notices"]
    assert notice["readBy"] == []
