"""The Socket.IO Admin UI: off unless set, behind its own password, and read-only."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import socketio

from tests.kit.servers import ShopServer
from tests.kit.waiting import WAIT_S

WHO = {"username": "ops", "password": "a long one"}
ON = {"admin_ui": ("ops", "a long one")}


async def admin(
    shop: ShopServer, auth: dict[str, str] | None, address: str | None = None
) -> tuple[socketio.AsyncClient, asyncio.Queue[Any]]:
    client = socketio.AsyncClient(reconnection=False, handle_sigint=False)
    heard: asyncio.Queue[Any] = asyncio.Queue()

    async def hear(event: str, *told: Any) -> None:
        heard.put_nowait((event, *told))

    client.on("*", hear, namespace="/admin")
    shop.sockets.append(client)
    await client.connect(
        shop.url,
        headers={} if address is None else {"X-Forwarded-For": address},
        auth=auth,
        namespaces=["/admin"],
        transports=["websocket"],
        wait_timeout=WAIT_S,
    )
    return client, heard


async def heard_of(heard: "asyncio.Queue[Any]", event: str) -> Any:
    async with asyncio.timeout(WAIT_S):
        while (told := await heard.get())[0] != event:
            pass
    return told[1]


async def test_it_is_off_by_default(shop: ShopServer) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        await admin(shop, WHO)


@pytest.mark.parametrize(
    "auth", [None, {}, {**WHO, "password": "another"}, {**WHO, "username": "root"}, {"username": "ops"}]
)
async def test_a_wrong_password_is_refused(
    open_with: Callable[..., Any], auth: dict[str, str] | None
) -> None:
    async with open_with(**ON) as shop:
        with pytest.raises(socketio.exceptions.ConnectionError):
            await admin(shop, auth)


async def test_passwords_cannot_be_tried_for_long(open_with: Callable[..., Any]) -> None:
    async with open_with(**ON) as shop:
        for _ in range(5):
            with pytest.raises(socketio.exceptions.ConnectionError):
                await admin(shop, {**WHO, "password": "guess"})
        with pytest.raises(socketio.exceptions.ConnectionError):
            await admin(shop, WHO)


async def test_who_tries_it_from_elsewhere_does_not_lock_the_operator_out(
    open_with: Callable[..., Any],
) -> None:
    async with open_with(**ON, trusted_proxies=("127.0.0.1",)) as shop:
        for address in ("198.51.100.7", "198.51.100.7", "2001:db8::1"):
            for _ in range(6):
                with pytest.raises(socketio.exceptions.ConnectionError):
                    await admin(shop, {**WHO, "password": "guess"}, address)
        with pytest.raises(socketio.exceptions.ConnectionError):
            await admin(shop, WHO, "2001:db8::2")
        await admin(shop, WHO, "203.0.113.9")


async def test_with_the_right_one_it_shows_figures_and_can_do_nothing(open_with: Callable[..., Any]) -> None:
    async with open_with(**ON) as shop:
        bob = await shop.sign_in("demo", "bob")
        socket = await shop.join("demo", bob)
        client, heard = await admin(shop, WHO)
        assert (await heard_of(heard, "config"))["supportedFeatures"] == ["AGGREGATED_EVENTS"]
        stats = await heard_of(heard, "server_stats")
        assert stats["clientsCount"] == 2
        for event in ("_disconnect", "emit", "join", "leave"):
            await client.emit(event, ("/", False, None), namespace="/admin")
        assert (await socket.call("ping"))["success"]
        await heard_of(heard, "server_stats")
        assert (await socket.call("ping"))["success"]
        assert {event for event, _payload in socket.heard} <= {"initial-sync", "sync-state"}


async def test_a_server_without_it_is_untouched_by_one_that_had_it(
    open_with: Callable[..., Any], shop: ShopServer
) -> None:
    for _ in range(2):
        async with open_with(**ON) as other:
            await other.connect()
    assert await shop.connect()
