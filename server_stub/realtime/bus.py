"""Redis between the processes of one server: what one emits to a room reaches the sockets of all.

Messages are JSON, never pickle. Emitting does not wait for Redis: messages are queued up to a limit, and
dropped while Redis is unavailable. Events may be lost; whoever follows a stream detects the gap.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as ConnectionLost
from socketio.async_pubsub_manager import AsyncPubSubManager

from server_stub.background.supervision import end, supervise
from server_stub.presence.redis_client import REDIS_TROUBLE

log = structlog.get_logger()

_CHANNEL = "evertill-sockets"
_STATE_CHANGED = "state-changed"
_PRESENCE_CHANGED = "presence-changed"
_NO_ROOM = "(processes)"
"""No socket is ever in it: rooms are named by streams."""
_WAITING_MAX = 10_000
_AT_ONCE = 200
_PAUSE_S = 0.5
_LISTEN_S = 5.0
"""A listener that received nothing for this long pings; without an answer its connection is dead."""


ToldOfPresence = Callable[[str, str, dict[str, Any], list[str]], Awaitable[None]]
"""Hears of a tenant, an event of presence, what it says, and the places of the person."""


class RedisBus(AsyncPubSubManager):  # type: ignore[misc]
    """The socket server's client manager, connected with those of the other processes."""

    name = "redis"

    def __init__(self, redis: Redis, failed: Callable[[str], None] = lambda _name: None) -> None:
        super().__init__(channel=_CHANNEL)
        self._redis = redis
        self._failed = failed
        self._outgoing: deque[str] = deque(maxlen=_WAITING_MAX)
        self._waiting = asyncio.Event()
        self._is_away = False
        self._sender: asyncio.Task[None] | None = None
        self.told_of_state: Callable[[str], None] = lambda _tenant_id: None
        self.told_of_presence: ToldOfPresence | None = None

    def initialize(self) -> None:
        super().initialize()
        self._sender = asyncio.create_task(supervise("bus", self._send, self._failed))

    async def close(self) -> None:
        if self._sender is not None:
            await asyncio.gather(end(self._sender), end(self.thread))
        await self._redis.aclose()

    async def tell_of_state(self, tenant_id: str) -> None:
        await self._tell_processes(_STATE_CHANGED, tenant_id)

    async def tell_of_presence(
        self, tenant_id: str, event: str, presence: dict[str, Any], places: list[str]
    ) -> None:
        await self._tell_processes(_PRESENCE_CHANGED, [tenant_id, event, presence, places])

    async def _tell_processes(self, event: str, data: object) -> None:
        """A message for the processes, not their sockets: one of an earlier release finds nobody in its
        room.
        """
        await self._publish(
            {
                "method": "emit",
                "event": event,
                "data": data,
                "namespace": "/",
                "room": _NO_ROOM,
                "skip_sid": None,
                "callback": None,
                "host_id": self.host_id,
            }
        )

    async def _handle_emit(self, message: dict[str, Any]) -> None:
        if message.get("room") != _NO_ROOM:
            await super()._handle_emit(message)
            return
        if message.get("host_id") == self.host_id:
            return
        if message.get("event") == _STATE_CHANGED:
            self.told_of_state(str(message.get("data")))
        elif message.get("event") == _PRESENCE_CHANGED and self.told_of_presence is not None:
            await self.told_of_presence(*message["data"])

    async def _publish(self, data: object) -> None:
        self._outgoing.append(self.json.dumps(data))
        self._waiting.set()

    async def _send(self) -> None:
        while True:
            while self._outgoing:
                messages = [self._outgoing.popleft() for _ in range(min(_AT_ONCE, len(self._outgoing)))]
                try:
                    async with self._redis.pipeline(transaction=False) as together:
                        for message in messages:
                            together.publish(self.channel, message)
                        await together.execute()
                except REDIS_TROUBLE as error:
                    self._lost(error)
            self._waiting.clear()
            await self._waiting.wait()

    async def _listen(self) -> AsyncIterator[bytes]:
        while True:
            try:
                async with self._redis.pubsub(ignore_subscribe_messages=True) as subscription:
                    await subscription.subscribe(self.channel)
                    self._found()
                    is_pinged = False
                    while True:
                        message = await subscription.get_message(timeout=_LISTEN_S)
                        if message is None and is_pinged:
                            raise ConnectionLost("it has gone silent")
                        is_pinged = message is None
                        if message is None:
                            await subscription.ping()
                        elif message["type"] == "message":
                            yield message["data"]
            except REDIS_TROUBLE as error:
                self._lost(error)
                await asyncio.sleep(_PAUSE_S)

    def _lost(self, error: Exception) -> None:
        if not self._is_away:
            self._is_away = True
            log.warning("bus.away", reason=str(error))

    def _found(self) -> None:
        if self._is_away:
            self._is_away = False
            log.info("bus.back")
