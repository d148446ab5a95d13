"""The live socket: Socket.IO, with reconnection left to our own supervisor.

python-socketio's own reconnection can stop for good in several ways, and its emit() on a dead connection
succeeds and sends nothing. So a channel is used once, every send waits for its acknowledgement, and
`closed` returns when it ends.
"""

import asyncio
import logging
from typing import Any

import aiohttp
import orjson
import socketio

from sync_agent.contract import events
from sync_agent.errors import TransientError
from sync_agent.network.envelope import open_envelope
from sync_agent.ports import EventHandler
from sync_agent.settings import DEFAULTS, AgentSettings

log = logging.getLogger(__name__)


class _Orjson:
    """The json module that python-socketio asks for: text out, as its packets want."""

    @staticmethod
    def dumps(value: object, **_: object) -> str:
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str | bytes, **_: object) -> Any:
        return orjson.loads(text)


class _Packet(socketio.packet.Packet):  # type: ignore[misc]
    """Packets with orjson for this channel only: the library's `json=` would change the whole process."""

    json = _Orjson

    @classmethod
    def data_is_binary(cls, _data: object) -> bool:
        """Always false: no message of ours holds bytes, and the library would search each one for them."""
        return False


class _Redirected(aiohttp.ClientError):
    """The handshake was answered with a redirect."""


async def _refuse_redirect(*_trace: object) -> None:
    raise _Redirected("the server answered with a redirect, which is not followed")


class SocketChannel:
    """One connected socket. `on_event` is awaited for each event, in order of arrival."""

    def __init__(self, on_event: EventHandler, settings: AgentSettings = DEFAULTS) -> None:
        self._settings = settings
        # Our own aiohttp session: the library does not close its own after a failed connect, and follows
        # redirects, after which the handshake's token would be sent to wherever they lead.
        no_redirects = aiohttp.TraceConfig()
        no_redirects.on_request_redirect.append(_refuse_redirect)
        self._http = aiohttp.ClientSession(trace_configs=[no_redirects])
        self._client = socketio.AsyncClient(
            reconnection=False, serializer=_Packet, handle_sigint=False, http_session=self._http
        )
        self._on_event = on_event
        self._arrived: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self._closed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._delivery: asyncio.Task[None] | None = None

    @classmethod
    async def open(
        cls, server_url: str, token: str, on_event: EventHandler, settings: AgentSettings = DEFAULTS
    ) -> "SocketChannel":
        """Connect within `open_socket_s_max`, or raise TransientError."""
        channel = cls(on_event, settings)
        within_s = settings.open_socket_s_max
        channel._listen()
        try:
            async with asyncio.timeout(within_s):
                await channel._client.connect(
                    server_url, auth={"token": token}, transports=["websocket"], wait_timeout=within_s
                )
        except Exception as error:
            # Any kind: the library raises various errors on answers that are not Engine.IO, and on a close.
            await channel.close()
            raise TransientError(f"the live connection could not be opened: {error}") from error
        except asyncio.CancelledError:
            await channel.close()  # or what was opened so far would leak
            raise
        channel._delivery = asyncio.create_task(channel._deliver(), name="live-delivery")
        channel._delivery.add_done_callback(channel._delivery_ended)
        return channel

    def _listen(self) -> None:
        for name in events.FROM_SERVER:
            self._client.on(name, self._receiver(name))
        self._client.on("disconnect", self._ended)

    def _receiver(self, name: str) -> Any:
        async def receive(*payload: Any) -> None:
            # Only queued here: a slow handler would hold up the heartbeat behind it.
            self._arrived.put_nowait((name, payload[0] if payload else None))

        return receive

    async def _ended(self, reason: str = "the connection was lost") -> None:
        if not self._closed.done():
            self._closed.set_result(reason)

    async def _deliver(self) -> None:
        while True:
            name, payload = await self._arrived.get()
            await self._on_event(name, payload)

    async def call(self, event: str, payload: object, *, timeout_s: float) -> Any:
        answer = asyncio.ensure_future(self._client.call(event, payload, timeout=timeout_s))
        await asyncio.wait({answer, self._closed}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            answer.cancel()
            raise TransientError("the live connection ended before the answer came")
        try:
            return open_envelope(answer.result())
        except (socketio.exceptions.SocketIOError, TimeoutError) as error:
            raise TransientError(f"no answer to {event}: {error}") from error

    async def closed(self) -> str:
        """Wait for the end. Raises what handling an event raised, which ends the channel, too."""
        return await asyncio.shield(self._closed)

    def _delivery_ended(self, delivery: asyncio.Task[None]) -> None:
        error = None if delivery.cancelled() else delivery.exception()
        if error is not None and not self._closed.done():
            self._closed.set_exception(error)

    async def close(self) -> None:
        if self._delivery is not None:
            self._delivery.cancel()
        try:
            async with asyncio.timeout(self._settings.close_socket_s_max):
                await self._client.disconnect()
        except TimeoutError:
            log.info("the server did not answer the farewell")
        finally:
            await self._http.close()
            await self._ended("closed by this till")
