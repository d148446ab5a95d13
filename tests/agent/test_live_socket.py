"""The live socket against foreign servers, and against a server that is stopping."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from sync_agent.errors import TransientError
from sync_agent.network.live import SocketChannel
from sync_agent.settings import AgentSettings
from tests.kit.waiting import until

Peer = Callable[[web.Request], Awaitable[web.StreamResponse]]
OPEN = '0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000}'


async def hear_nothing(_name: str, _payload: Any) -> None:
    raise AssertionError("nothing was told")


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[Peer], Awaitable[str]]]:
    """Gives the address of a peer that answers every request its own way."""
    runners: list[web.AppRunner] = []

    async def begin(peer: Peer) -> str:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", peer)
        runner = web.AppRunner(application, shutdown_timeout=0)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield begin
    for runner in runners:
        await runner.cleanup()


def says(*texts: str, close_code: int | None = None) -> Peer:
    """A WebSocket that says this, and then closes or says nothing more."""

    async def peer(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        for text in texts:
            await socket.send_str(text)
        if close_code is None:
            await socket.receive()
        else:
            await socket.close(code=close_code)
        return socket

    return peer


async def refuses(_request: web.Request) -> web.StreamResponse:
    return web.Response(status=403, text="<html>Sign in to this hotel</html>")


async def is_cut_off(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@pytest.mark.parametrize(
    "peer",
    [
        says(close_code=1012),
        says(close_code=1001),
        says("hello, who is there?"),
        says(""),
        says("0"),
        says('0{"sid":"s"}'),
        says("0[]"),
        says("4"),
        says(OPEN, close_code=1012),
        says(OPEN, '44{"message":"no"}'),
        says(OPEN),
        says(),
        refuses,
        is_cut_off,
    ],
    ids=[
        "restarts before a word",
        "goes away before a word",
        "is no Engine.IO",
        "says an empty word",
        "opens with nothing",
        "opens with half of it",
        "opens with a list",
        "begins in the middle",
        "restarts before the joining",
        "refuses the joining",
        "never answers the joining",
        "never says a word",
        "is a captive portal",
        "is cut off",
    ],
)
async def test_what_does_not_open_is_tried_again_later_and_leaves_nothing_open(
    serve: Callable[[Peer], Awaitable[str]], peer: Peer
) -> None:
    settings = AgentSettings(open_socket_s_max=0.5)
    url = await serve(peer)
    before = open_sessions()
    with pytest.raises(TransientError, match="could not be opened"):
        await SocketChannel.open(url, "token", hear_nothing, settings)
    assert open_sessions() == before


@pytest.mark.parametrize("times", [1, 2])
async def test_an_opening_that_is_cancelled_leaves_nothing_open(
    serve: Callable[[Peer], Awaitable[str]], times: int
) -> None:
    settings = AgentSettings(close_socket_s_max=0.2)
    came, is_over = asyncio.Event(), asyncio.Event()

    async def silent(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(OPEN)
        await socket.receive()
        came.set()
        await is_over.wait()  # not even a farewell is answered
        return socket

    url = await serve(silent)
    before = open_sessions()
    opening = asyncio.create_task(SocketChannel.open(url, "token", hear_nothing, settings))
    await came.wait()
    for _ in range(times):
        opening.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await opening
    await until(lambda: open_sessions() == before, "its session is closed")
    is_over.set()


def open_sessions() -> int:
    gc.collect()
    return sum(1 for one in gc.get_objects() if isinstance(one, aiohttp.ClientSession) and not one.closed)
