"""Many cheap sockets: Socket.IO by hand on aiohttp, so that the client costs little beside the server.

They answer pings, and note the moment at which each message of the event they wait for has arrived.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

_AT_A_TIME = 20


@dataclass
class Listener:
    """One joined socket."""

    ws: aiohttp.ClientWebSocketResponse
    event: str
    arrivals: "asyncio.Queue[int]" = field(default_factory=asyncio.Queue)
    last_text: str = ""
    joined: "asyncio.Future[Any]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    async def send(self, event: str, payload: object) -> None:
        await self.ws.send_str("42" + orjson.dumps([event, payload]).decode())

    async def listen(self) -> None:
        awaited = f'42["{self.event}"'
        async for message in self.ws:
            text = message.data
            if text.startswith(awaited):
                self.arrivals.put_nowait(time.monotonic_ns())
                self.last_text = text
            elif text == "2":
                await self.ws.send_str("3")
            elif text.startswith("431"):
                self.joined.set_result(orjson.loads(text[3:])[0])


@asynccontextmanager
async def listeners(
    url: str, joins: Sequence[dict[str, Any]], event: str = "changes"
) -> AsyncIterator[list[Listener]]:
    """Opens a socket for each payload of `join-tenant`, joined when this is entered."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, trust_env=False) as session:
        opened: list[Listener] = []
        tasks: list[asyncio.Task[None]] = []
        try:
            for start in range(0, len(joins), _AT_A_TIME):
                some = joins[start : start + _AT_A_TIME]
                for listener in await asyncio.gather(*(_open(session, url, event) for _ in some)):
                    opened.append(listener)
                    tasks.append(asyncio.create_task(listener.listen()))
                await asyncio.gather(*(map(_join, opened[start:], some)))
            yield opened
        finally:
            await asyncio.gather(*(listener.ws.close() for listener in opened))
            for task in tasks:
                task.cancel()


async def _open(session: aiohttp.ClientSession, url: str, event: str) -> Listener:
    ws = await session.ws_connect(
        f"{url}/socket.io/?EIO=4&transport=websocket", max_msg_size=0, autoping=True, compress=0
    )
    await ws.receive_str()  # Engine.IO opens
    await ws.send_str("40")
    answer = await ws.receive_str()
    assert answer.startswith("40"), answer
    return Listener(ws, event)


async def _join(listener: Listener, told: dict[str, Any]) -> None:
    await listener.ws.send_str("421" + orjson.dumps(["join-tenant", told]).decode())
    async with asyncio.timeout(30):
        answer = await listener.joined
    assert answer["success"], answer
