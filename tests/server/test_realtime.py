"""Sockets: joining, hearing of changes, being answered always."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from server_stub.realtime.rooms import rooms_of
from server_stub.settings import Settings
from sync_agent.contract.streams import location_stream, tenant_stream
from tests.kit.clocks import ManualClock
from tests.kit.operations import T0_MS, count, movement, sale
from tests.kit.servers import ShopServer, open_shop
from tests.kit.waiting import WAIT_S

MAIN = "tenant-demo-location-main"


async def test_joining_answers_with_heads_and_then_a_first_look(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    socket = await shop.connect(auth={"token": bob.access_token})
    answer = await socket.call("join-tenant", {"tenantId": "demo", "userId": "bob", "locationId": "main"})
    assert set(answer["data"]["streams"]) == {"tenant-demo", MAIN}
    assert answer["requestId"]
    first_look = await socket.hear("initial-sync")
    assert (first_look["tenantId"], first_look["locationId"]) == ("demo", "main")
    assert len(first_look["stockLevels"]) >= 220
    assert len(first_look["recentMovements"]) == 100
    assert first_look["complete"] is True
    assert first_look["streams"] == answer["data"]["streams"]


async def test_without_a_location_one_hears_of_all_ones_places(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    socket = await shop.join("demo", bob)
    assert {level["locationId"] for level in (await socket.hear("initial-sync"))["stockLevels"]} == {
        "main",
        "annex",
    }
    await bob.send(movement("p", 1, locationId="annex"))
    await socket.hear("inventory-updated", lambda update: update["locationId"] == "annex")


async def test_with_cursors_the_first_look_is_what_changed_since(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    before = (await bob.changes(MAIN))[-1]
    await bob.send(movement("p", 3))
    for cursor, levels in (
        ({"seq": before["seq"], "changeId": before["changeId"]}, 1),
        ({"seq": before["seq"], "changeId": "of another history"}, 230),
    ):
        socket = await shop.join("demo", bob, locationId="main", cursors={MAIN: cursor})
        assert len((await socket.hear("initial-sync"))["stockLevels"]) == levels


async def test_who_follows_from_cursors_and_wants_no_first_look_gets_none_also_when_renewing(
    shop: ShopServer,
) -> None:
    bob = await shop.sign_in("demo", "bob")
    wish: dict[str, Any] = {"locationId": "main", "features": ["changes", "no-initial-sync"]}
    follower = await shop.join("demo", bob, cursors={}, **wish)
    await follower.join(bob, cursors={}, **wish)
    plain = await shop.join("demo", bob, locationId="main")
    await plain.join(bob, locationId="main")
    await plain.hear("initial-sync")
    await bob.send(movement("p", 3))
    await follower.hear("changes")
    assert follower.all_of("initial-sync") == []
    assert plain.all_of("initial-sync"), "a client that asks for nothing is sent it as ever"


async def test_without_cursors_there_is_a_first_look_whatever_was_asked(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    socket = await shop.join("demo", bob, locationId="main", features=["no-initial-sync"])
    await socket.hear("initial-sync")


async def test_a_first_look_that_is_not_all_says_so(open_with: Callable[..., Any]) -> None:
    async with open_with(initial_levels_max=10) as shop:
        socket = await shop.join("demo", await shop.sign_in("demo", "bob"))
        first_look = await socket.hear("initial-sync")
        assert (len(first_look["stockLevels"]), first_look["complete"]) == (10, False)


async def test_a_plain_client_hears_of_stock_and_another_of_whole_changes(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    plain = await shop.join("demo", bob, locationId="main")
    whole = await shop.join("demo", bob, locationId="main", features=["changes"])
    (result,) = await bob.send(sale({"p": 2}, actorId="bob"))
    update = await plain.hear("inventory-updated")
    effect = result["effects"][0]
    assert (update["newQuantity"], update["delta"], update["reason"]) == (-2, -2, "sale")
    assert (update["stream"], update["seq"], update["updatedBy"]) == (MAIN, effect["seq"], "bob")
    changes = await whole.hear("changes")
    assert (changes["from"], changes["to"]) == (effect["seq"], effect["seq"] + 2)
    assert [change["resourceType"] for change in changes["changes"]] == [
        "stock_level",
        "oversold",
        "transaction",
    ]
    assert changes["changes"] == await bob.changes(MAIN, after=effect["seq"] - 1)
    assert plain.all_of("changes") == whole.all_of("inventory-updated") == []


async def test_a_feed_of_many_changes_has_no_gap(open_with: Callable[..., Any]) -> None:
    async with open_with(feed_changes_max=7) as shop:
        bob = await shop.sign_in("demo", "bob")
        socket = await shop.join("demo", bob, locationId="main", features=["changes"])
        for _ in range(3):
            await bob.send(*(movement("p", 1) for _ in range(20)))
        await socket.hear("changes", lambda event: event["changes"][-1]["version"] == 60)
        events = socket.all_of("changes")
        changes = [change for event in events for change in event["changes"]]
        numbers = [change["seq"] for change in changes]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert sum(change["resourceType"] == "stock_level" for change in changes) == 60
        assert max(len(event["changes"]) for event in events) <= 7


async def test_an_inventory_update_is_confirmed_and_given_its_first_answer_again(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    socket = await shop.join("demo", bob, locationId="main")
    update = {"productId": "p", "locationId": "main", "newQuantity": 5, "version": 0, "eventId": "e-1"}
    for _ in range(2):
        answer = await socket.call("inventory-update", update)
        assert (answer["data"]["eventId"], answer["data"]["newVersion"]) == ("e-1", 1)
    assert (await socket.hear("update-confirmed"))["newVersion"] == 1
    assert await bob.stock("p") == (5, 1)


async def test_an_inventory_update_on_an_old_version_is_a_conflict_to_resolve(shop: ShopServer) -> None:
    bob, alice = await shop.sign_in("demo", "bob"), await shop.sign_in("demo", "alice")
    mine, other = await shop.join("demo", bob, locationId="main"), await shop.join("demo", alice)
    await bob.send(count("p", 4, T0_MS, version=0))
    update = {"productId": "p", "locationId": "main", "newQuantity": 9, "version": 0}
    answer = await mine.call("inventory-update", update)
    assert answer["error"]["code"] == "conflict"
    conflict = await mine.hear("sync-conflict")
    assert answer["error"]["details"] == conflict
    assert (conflict["userId"], conflict["localVersion"]["values"]) == ("bob", {"quantity": 9})
    decision = {"conflictId": conflict["id"], "resolution": "merge", "mergedData": {"newQuantity": 6}}
    answer = await mine.call("resolve-conflict", decision)
    resolved = await mine.hear("conflict-resolved")
    assert answer["data"] == resolved
    assert (resolved["result"]["newQuantity"], "resolvedBy" in resolved) == (6, False)
    broadcast = await other.hear("conflict-resolution-broadcast")
    assert broadcast == {**resolved, "resolvedBy": "bob"}
    assert await bob.stock("p") == (6, 2)


async def test_a_queue_over_the_socket_is_answered_twice_over(shop: ShopServer) -> None:
    till = await shop.enroll(await shop.sign_in("demo", "alice"))
    socket = await shop.connect()
    await socket.call("join-tenant", {"tenantId": "demo", "userId": "bob", "token": till.access_token})
    placeless = movement("p", 1)
    del placeless["locationId"]
    answer = await socket.call("sync-offline-queue", [placeless, {"id": "x"}])
    assert [result["status"] for result in answer["data"]] == ["applied", "rejected"]
    assert await socket.hear("offline-sync-results") == answer["data"]
    assert shop.rows("SELECT actor_id, location_id FROM stock_movement WHERE product_id = 'p'") == [
        ("bob", "main")
    ]


async def test_presence_is_told_on_a_users_first_and_last_socket(shop: ShopServer) -> None:
    bob, alice = await shop.sign_in("demo", "bob"), await shop.sign_in("demo", "alice")
    witness = await shop.join("demo", alice)
    first, second = await shop.join("demo", bob, locationId="main"), await shop.join("demo", bob)
    joined = await witness.hear("user-connected")
    assert (joined["userId"], joined["locationId"]) == ("bob", "main")
    await first.client.disconnect()
    await second.client.disconnect()
    await witness.hear("user-disconnected", lambda presence: presence["userId"] == "bob")
    assert len(witness.all_of("user-connected")) == len(witness.all_of("user-disconnected")) == 1


@pytest.mark.parametrize(
    ("event", "payload", "code"),
    [
        ("no-such-event", {}, "unknown_event"),
        ("disconnect", {}, "unknown_event"),
        ("connect", {}, "unknown_event"),
        ("", None, "unknown_event"),
        ("join-tenant", None, "bad_request"),
        ("join-tenant", "demo", "bad_request"),
        ("join-tenant", {"tenantId": 7}, "bad_request"),
        ("inventory-update", {"productId": "p"}, "bad_request"),
        ("inventory-update", {"productId": "p", "locationId": "main", "newQuantity": 1.5}, "bad_request"),
        ("inventory-update", {"productId": "p", "locationId": "main", "newQuantity": 10**13}, "bad_request"),
        ("sync-offline-queue", {"items": []}, "bad_request"),
        ("sync-offline-queue", [{}] * 501, "payload_too_large"),
        ("sync-offline-queue", b"binary", "bad_request"),
        ("resolve-conflict", {"conflictId": "x", "resolution": "toss a coin"}, "bad_request"),
        ("resolve-conflict", {"conflictId": "x", "resolution": "merge"}, "not_found"),
        ("network-status", [], "bad_request"),
        ("ping", {"clientTime": "noon"}, "bad_request"),
        ("ping", {"padding": "x" * 70_000}, "payload_too_large"),
        ("inventory-update", {"newQuantity": {"of": b"binary"}}, "bad_request"),
    ],
)
async def test_whatever_comes_is_answered_and_the_connection_lives(
    shop: ShopServer, event: str, payload: Any, code: str
) -> None:
    socket = await shop.join("demo", await shop.sign_in("demo", "bob"))
    answer = await socket.call(event, payload)
    assert (answer["success"], answer["error"]["code"]) == (False, code)
    assert answer["error"]["requestId"] == answer["requestId"]
    assert (await socket.call("ping"))["success"]
    assert (await socket.call("network-status", {"isOnline": True, "pending": 3}))["success"]


async def test_joining_comes_first(shop: ShopServer) -> None:
    socket = await shop.connect()
    for event in ("ping", "inventory-update", "sync-offline-queue", "resolve-conflict", "network-status"):
        payload: object = [] if event == "sync-offline-queue" else {}
        assert (await socket.call(event, payload))["error"]["code"] == "unauthorized"


async def test_a_socket_that_never_joins_is_shown_out(
    open_with: Callable[..., Any], settings: Settings
) -> None:
    clock = ManualClock()
    async with open_with(clock, sweep_s=0.02) as shop:
        socket = await shop.connect()
        clock.advance(settings.join_within_s)
        assert (await socket.hear("session-ended"))["reason"] == "not_joined"
        async with asyncio.timeout(WAIT_S):
            await socket.client.wait()


async def test_a_socket_goes_with_its_token_unless_it_joins_again(settings: Settings) -> None:
    clock = ManualClock()
    async with open_shop(replace(settings, sweep_s=0.02), clock) as shop:
        lapsed, renewed = await shop.connect(), await shop.connect()
        bob = await shop.sign_in("demo", "bob")
        for socket in (lapsed, renewed):
            assert (await socket.join(bob))["success"]
        clock.advance(settings.access_token_s)
        assert (await renewed.join(await shop.sign_in("demo", "bob")))["success"]
        clock.advance(settings.token_grace_s + 1)
        assert (await lapsed.hear("session-ended"))["reason"] == "token_expired"
        assert (await renewed.call("ping"))["success"]
        assert not renewed.all_of("session-ended")


async def test_a_protocol_that_is_not_spoken_asks_for_an_upgrade(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    socket = await shop.connect()
    answer = await socket.call(
        "join-tenant",
        {"tenantId": "demo", "userId": "bob", "token": bob.access_token, "protocol": 99},
    )
    assert answer["error"]["code"] == "upgrade_required"


@pytest.mark.parametrize(("origin", "status"), [({}, 200), ({"Origin": "https://elsewhere.example"}, 403)])
async def test_a_native_client_may_connect_and_a_foreign_page_may_not(
    shop: ShopServer, origin: dict[str, str], status: int
) -> None:
    response = await shop.http.get("/socket.io/?EIO=4&transport=polling", headers=origin)
    assert response.status_code == status


def test_rooms_of_two_tenants_never_share_a_name() -> None:
    one = rooms_of("a", location_stream("a", "location-b"))
    other = rooms_of("a-location-location-b", tenant_stream("a-location-location-b"))
    assert location_stream("a", "location-b") == tenant_stream("a-location-location-b")
    assert not set(one) & set(other)
