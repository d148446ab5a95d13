"""`sync-state`: a tenant's state, sent at intervals, at each change and on request."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from server_stub.presence.sync_state import shop_state
from server_stub.realtime import states
from tests.kit.operations import T0_MS, count
from tests.kit.servers import ShopServer
from tests.kit.waiting import WAIT_S, until

SOON = {"sync_state_pause_s": 0.02}


@pytest.fixture
async def shop(open_with: Callable[..., Any]) -> AsyncIterator[ShopServer]:
    async with open_with(**SOON) as shop:
        yield shop


async def test_sync_state_has_the_seeds_shape_and_each_place(shop: ShopServer) -> None:
    bob, alice = await shop.sign_in("demo", "bob"), await shop.sign_in("demo", "alice")
    await shop.join("demo", bob, locationId="main")
    await shop.join("demo", bob, locationId="annex")
    await shop.join("demo", alice)
    answer = (await bob.get("/realtime/sync-state")).json()["data"]
    assert set(answer) == {"syncState", "connectedUsers", "timestamp"}
    state = answer["syncState"]
    assert answer["connectedUsers"] == 3
    assert (state["tenantId"], state["onlineUsers"]) == ("demo", 2)
    assert (state["pendingOperations"], state["conflictCount"]) == (0, 0)
    assert state["lastSyncTimestamp"].endswith("Z")
    assert {place: told["onlineUsers"] for place, told in state["locations"].items()} == {
        "main": 1,
        "annex": 1,
    }


async def test_what_tills_say_of_their_queues_is_summed_by_place(shop: ShopServer) -> None:
    alice = await shop.sign_in("demo", "alice")
    tills = [await shop.enroll(alice, place=place) for place in ("main", "main", "annex")]
    sockets = [await shop.join("demo", till) for till in tills]
    for waiting, socket in enumerate(sockets, start=1):
        answer = await socket.call("network-status", {"isOnline": waiting != 2, "pending": waiting})
        assert answer["success"]
    witness = await shop.join("demo", await shop.sign_in("demo", "ada"))
    state = await witness.hear("sync-state", lambda state: state["pendingOperations"] == 6)
    assert state["locations"]["main"]["pendingOperations"] == 3
    assert state["locations"]["annex"]["pendingOperations"] == 3
    assert state["onlineUsers"] == 1, "a till by itself is nobody"
    await sockets[2].client.disconnect()
    await witness.hear("sync-state", lambda state: state["pendingOperations"] == 3)


async def test_being_online_alone_says_nothing_of_a_queue(shop: ShopServer) -> None:
    socket = await shop.join("demo", await shop.sign_in("demo", "bob"))
    await socket.call("network-status", {"isOnline": True, "pending": 4})
    assert (await socket.call("network-status", {"isOnline": False}))["success"]
    bob = await shop.sign_in("demo", "bob")
    state = (await bob.get("/realtime/sync-state")).json()["data"]["syncState"]
    assert state["pendingOperations"] == 4


async def test_joining_again_keeps_what_the_till_said(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    socket = await shop.join("demo", bob)
    await socket.call("network-status", {"isOnline": True, "pending": 4})
    join = {"tenantId": "demo", "userId": "bob", "token": bob.access_token, "locationId": "annex"}
    await socket.call("join-tenant", join)
    state = (await bob.get("/realtime/sync-state")).json()["data"]["syncState"]
    assert state["locations"]["annex"]["pendingOperations"] == 4


async def test_a_conflict_is_told_when_it_opens_and_when_it_is_settled(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    socket = await shop.join("demo", bob, locationId="main")
    await bob.send(count("p", 4, T0_MS, version=0), count("p", 9, T0_MS, version=0))
    state = await socket.hear("sync-state", lambda state: state["conflictCount"] == 1)
    assert state["locations"]["main"]["conflictCount"] == 1
    assert state["locations"]["annex"]["conflictCount"] == 0
    (conflict,) = (await bob.get("/realtime/conflicts")).json()["data"]
    socket.heard.clear()
    await bob.post(
        "/realtime/resolve-conflict", {"conflictId": conflict["id"], "resolution": "accept_server"}
    )
    await socket.hear("sync-state", lambda state: state["conflictCount"] == 0)


async def test_a_burst_of_changes_is_told_as_one(open_with: Callable[..., Any]) -> None:
    pause_s = 2
    async with open_with(sync_state_pause_s=pause_s) as shop:
        socket = await shop.join("demo", await shop.sign_in("demo", "bob"))
        began_s = asyncio.get_running_loop().time()
        for pending in range(1, 31):
            await socket.call("network-status", {"isOnline": True, "pending": pending})
        await socket.hear("sync-state", lambda state: state["pendingOperations"] == 30)
        lasted_s = asyncio.get_running_loop().time() - began_s
        assert len(socket.all_of("sync-state")) <= 3 + lasted_s / pause_s


async def test_sync_state_comes_without_any_change_too(open_with: Callable[..., Any]) -> None:
    async with open_with(sync_state_s=0.05, sync_state_pause_s=0.01) as shop:
        socket = await shop.join("demo", await shop.sign_in("demo", "bob"))
        await socket.hear("sync-state", lambda _state: len(socket.all_of("sync-state")) >= 4)


async def test_another_tenants_state_is_its_own(shop: ShopServer) -> None:
    bob, mallory = await shop.sign_in("demo", "bob"), await shop.sign_in("rival", "mallory")
    socket, other = await shop.join("demo", bob), await shop.join("rival", mallory)
    await socket.call("network-status", {"isOnline": True, "pending": 5})
    await socket.hear("sync-state", lambda state: state["pendingOperations"] == 5)
    answer = (await mallory.get("/realtime/sync-state")).json()["data"]
    assert (answer["syncState"]["pendingOperations"], answer["connectedUsers"]) == (0, 1)
    assert set(answer["syncState"]["locations"]) == {"main"}
    assert {state["tenantId"] for state in other.all_of("sync-state")} <= {"rival"}


async def test_no_till_says_more_than_any_queue_could_hold(shop: ShopServer) -> None:
    socket = await shop.join("demo", await shop.sign_in("demo", "bob"))
    answer = await socket.call("network-status", {"isOnline": True, "pending": 2**53})
    assert answer["error"]["code"] == "bad_request"
    assert (await socket.call("network-status", {"isOnline": True, "pending": 10**9}))["success"]
    await socket.hear("sync-state", lambda state: state["pendingOperations"] == 10**9)


async def test_who_joins_while_a_state_is_read_is_told_the_next_and_none_without_them(
    shop: ShopServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    holds, is_reading, may_end = threading.Event(), threading.Event(), threading.Event()

    def read_slowly(*arguments: Any, **named: Any) -> Any:
        state = shop_state(*arguments, **named)
        if holds.is_set():
            is_reading.set()
            assert may_end.wait(WAIT_S)
        return state

    monkeypatch.setattr(states, "shop_state", read_slowly)
    first = await shop.join("demo", await shop.sign_in("demo", "ada"))
    await first.hear("sync-state", lambda state: state["onlineUsers"] == 1)
    bob = await shop.sign_in("demo", "bob")
    holds.set()
    assert (await first.call("network-status", {"isOnline": True, "pending": 7}))["success"]
    await until(is_reading.is_set, "a state is being read")
    newcomer = await shop.join("demo", bob)
    holds.clear()
    may_end.set()
    told = await newcomer.hear("sync-state")
    assert (told["onlineUsers"], told["pendingOperations"]) == (2, 7)
    # The one that was being read went to whom it counts.
    await first.hear("sync-state", lambda state: (state["onlineUsers"], state["pendingOperations"]) == (1, 7))
