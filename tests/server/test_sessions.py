"""Socket sessions: renewed by joining again, ended with the sign-in, bounded in number, leaving nothing."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import aiohttp
import pytest
import socketio

from server_stub import run
from server_stub.asgi import Application, build_app
from server_stub.presence.local import LocalPresence
from server_stub.realtime import Realtime
from server_stub.run import running
from server_stub.settings import Settings
from tests.kit.clients import Person, Socket
from tests.kit.clocks import ManualClock
from tests.kit.operations import movement
from tests.kit.servers import ShopServer, open_shop
from tests.kit.waiting import WAIT_S, until

QUICK = {"sweep_s": 0.02, "token_recheck_s": 0.02}


def is_of(told: dict[str, Any], user_id: str) -> bool:
    return bool(told["userId"] == user_id)


async def closed(socket: Socket) -> None:
    async with asyncio.timeout(WAIT_S):
        await socket.client.wait()


@pytest.fixture
def realtimes(monkeypatch: pytest.MonkeyPatch) -> list[Realtime]:
    """The insides of the servers that a test starts."""
    made: list[Realtime] = []

    def build(*told: Any, **named: Any) -> Application:
        app = build_app(*told, **named)
        realtime = getattr(app.say_goodbye, "__self__", None)
        assert isinstance(realtime, Realtime)
        made.append(realtime)
        return app

    monkeypatch.setattr(run, "build_app", build)
    return made


async def test_signing_out_closes_every_socket_of_the_sign_in(open_with: Callable[..., Any]) -> None:
    async with open_with(**QUICK) as shop:
        bob, elsewhere = await shop.sign_in("demo", "bob"), await shop.sign_in("demo", "bob")
        first, second = await shop.join("demo", bob), await shop.join("demo", bob)
        stays = await shop.join("demo", elsewhere)
        await bob.post("/auth/logout", {"refreshToken": bob.answer["refreshToken"]})
        for socket in (first, second):
            assert await socket.hear("session-ended") == {"reason": "signed_out"}
            await closed(socket)
        assert (await stays.call("ping"))["success"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"disabled": True}, "user_disabled"), ({"role": "manager"}, "rights_changed")],
)
async def test_a_dismissed_or_promoted_user_is_shown_out(
    open_with: Callable[..., Any], change: dict[str, Any], reason: str
) -> None:
    async with open_with(**QUICK) as shop:
        bob, ada = await shop.sign_in("demo", "bob"), await shop.sign_in("demo", "ada")
        socket, other = await shop.join("demo", bob), await shop.join("demo", ada)
        response = await shop.http.patch("/api/v1/users/bob", json=change, headers=ada.headers)
        assert response.status_code == 200, response.text
        assert await socket.hear("session-ended") == {"reason": reason}
        await closed(socket)
        assert (await other.call("ping"))["success"]


async def test_a_revoked_till_is_shown_out_and_not_let_in_again(open_with: Callable[..., Any]) -> None:
    async with open_with(**QUICK) as shop:
        alice = await shop.sign_in("demo", "alice")
        till = await shop.enroll(alice)
        socket = await shop.join("demo", till)
        await alice.post(f"/devices/{till.user_id}/revoke", {})
        assert await socket.hear("session-ended") == {"reason": "device_revoked"}
        again = await shop.connect()
        assert (await again.join(till))["error"]["code"] == "unauthorized"


async def test_nobody_joins_on_a_sign_in_that_has_ended(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    await bob.post("/auth/logout", {"refreshToken": bob.answer["refreshToken"]})
    socket = await shop.connect()
    assert (await socket.join(bob))["error"]["code"] == "unauthorized"


async def test_after_its_token_ran_out_a_socket_is_refused_until_it_joins_again(settings: Settings) -> None:
    clock = ManualClock()
    async with open_shop(settings, clock) as shop:
        bob = await shop.sign_in("demo", "bob")
        socket = await shop.connect()
        assert (await socket.join(bob))["success"]
        clock.advance(15 * 60 + 1)
        assert (await socket.call("ping"))["error"]["code"] == "token_expired"
        renewed = await shop.sign_in("demo", "bob")
        assert (await socket.join(renewed))["success"]
        assert (await socket.call("ping"))["success"]
        await socket.client.disconnect()


async def test_joining_elsewhere_moves_what_one_hears(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    socket = await shop.join("demo", bob, locationId="main")
    assert (await socket.join(bob, locationId="annex"))["success"]
    await bob.send(movement("p", 1, locationId="main"), movement("q", 1, locationId="annex"))
    await socket.hear("inventory-updated", lambda update: update["productId"] == "q")
    assert [update["locationId"] for update in socket.all_of("inventory-updated")] == ["annex"]


async def test_joining_again_is_no_coming_and_going(shop: ShopServer) -> None:
    bob, alice = await shop.sign_in("demo", "bob"), await shop.sign_in("demo", "alice")
    witness = await shop.join("demo", alice)
    socket = await shop.join("demo", bob, locationId="main")
    await socket.join(bob, locationId="annex")
    await socket.client.disconnect()
    await witness.hear("user-disconnected")
    told = [event for event, payload in witness.heard if payload and payload.get("userId") == "bob"]
    assert told == ["user-connected", "user-disconnected"]


async def test_a_till_may_change_the_clerk_at_it(shop: ShopServer) -> None:
    alice = await shop.sign_in("demo", "alice")
    till = await shop.enroll(alice)
    witness = await shop.join("demo", alice)
    socket = await shop.join("demo", till)
    for clerk in ("bob", "ada"):
        answer = await socket.join(Person(till.http, till.access_token, clerk, {}))
        assert answer["success"]
        await witness.hear("user-connected", partial(is_of, user_id=clerk))
    await witness.hear("user-disconnected", lambda told: told["userId"] == "bob")
    people = {told["userId"] for told in witness.all_of("user-connected")}
    assert people == {"bob", "ada"}, "a till by itself is nobody"


async def test_a_full_server_says_so(open_with: Callable[..., Any]) -> None:
    async with open_with(connections_max=1) as shop:
        first = await shop.join("demo", await shop.sign_in("demo", "bob"))
        second = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        shop.sockets.append(second)
        told: list[dict[str, str]] = []
        second.on("connect_error", told.append)
        with pytest.raises(socketio.exceptions.ConnectionError):
            await second.connect(shop.url, transports=["websocket"], wait_timeout=WAIT_S)
        assert "full" in told[0]["message"]
        await first.client.disconnect()
        async with asyncio.timeout(WAIT_S):
            while True:
                try:
                    await shop.connect()
                    break
                except socketio.exceptions.ConnectionError:
                    continue  # the server has not noticed yet that the first is gone


async def test_a_full_tenant_is_refused_a_joining_and_no_joining_again(open_with: Callable[..., Any]) -> None:
    async with open_with(connections_per_tenant_max=1) as shop:
        bob, mallory = await shop.sign_in("demo", "bob"), await shop.sign_in("rival", "mallory")
        socket = await shop.join("demo", bob)
        refused = await (await shop.connect()).join(bob)
        assert refused["error"]["code"] == "unavailable"
        assert refused["error"]["retryAfterMs"] > 0
        assert (await socket.join(bob))["success"]
        await shop.join("rival", mallory)


async def test_a_stopping_server_says_goodbye(settings: Settings) -> None:
    async with running(settings) as server:
        client = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        socket = Socket(client)
        client.on("*", socket.remember)
        await client.connect(server.url, transports=["websocket"], wait_timeout=WAIT_S)
    assert await socket.hear("session-ended") == {"reason": "server_stopping"}
    await closed(socket)


@pytest.mark.parametrize("transport", ["polling", "websocket"])
async def test_a_connection_that_never_speaks_socket_io_is_hung_up(
    open_with: Callable[..., Any], realtimes: list[Realtime], transport: str
) -> None:
    clock = ManualClock()
    async with open_with(clock, sweep_s=0.02) as shop, aiohttp.ClientSession() as http:
        url = f"{shop.url}/socket.io/?EIO=4&transport={transport}"
        connections = realtimes[0].server.eio.sockets

        def are_all_hung_up() -> bool:
            clock.advance(1)  # its time begins with the first sweep that sees it
            return all(each.closed for each in connections.values())

        if transport == "polling":
            async with http.get(url) as response:
                assert response.status == 200
            await until(are_all_hung_up, "it is hung up")
            return
        async with http.ws_connect(url) as socket:
            await socket.receive()
            assert len(connections) == 1
            await until(are_all_hung_up, "it is hung up")
            async with asyncio.timeout(WAIT_S):
                while (message := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                    assert message.data in {"1", "2"}


async def test_a_socket_that_takes_nothing_in_is_closed_and_the_others_hear(
    open_with: Callable[..., Any], realtimes: list[Realtime]
) -> None:
    async with open_with(backlog_max=5, sweep_s=0.02) as shop:
        alice = await shop.sign_in("demo", "alice")
        slow, hearer = await shop.join("demo", alice), await shop.join("demo", alice)
        slow.client.eio.ws._conn.protocol.pause_reading()
        slow.client.eio.ws._conn.protocol.resume_reading = lambda: None
        notice = {"type": "announcement", "data": {"message": "x" * 60_000}}
        for number in range(180):
            response = await alice.post("/realtime/broadcast", {**notice, "eventId": f"e-{number}"})
            assert response.status_code == 200
            if len(realtimes[0].server.eio.sockets) == 1:
                break
        await until(lambda: len(realtimes[0].server.eio.sockets) == 1, "the slow one is closed")
        await hearer.hear("notice", lambda told: told["eventId"] == f"e-{number}")
        state = (await alice.get("/realtime/sync-state")).json()["data"]
        assert state["connectedUsers"] == 1
        slow.client.eio.ws._conn.transport.abort()


async def test_nothing_is_left_of_sockets_that_are_gone(realtimes: list[Realtime], shop: ShopServer) -> None:
    people = [await shop.sign_in("demo", name) for name in ("alice", "bob")]
    till = await shop.enroll(people[0])

    async def come_and_go(number: int) -> None:
        socket = await shop.connect()
        assert (await socket.join([*people, till][number % 3]))["success"]
        if number % 2:
            await socket.client.disconnect()
        else:
            socket.client.eio.ws._response.close()  # as a cut cable does

    for some in range(0, 200, 20):
        await asyncio.gather(*(come_and_go(some + number) for number in range(20)))
    (realtime,) = realtimes
    await until(lambda: not realtime.server.eio.sockets, "all have gone")
    state = (await people[0].get("/realtime/sync-state")).json()["data"]
    assert (state["connectedUsers"], state["syncState"]["onlineUsers"]) == (0, 0)
    assert len(realtime._sessions) == 0
    assert not realtime.server.manager.rooms
    assert not realtime.server.environ
    assert not realtime._joining._initial_syncs
    assert isinstance(realtime._state.presence, LocalPresence)
    assert not realtime._state.presence._tenants
