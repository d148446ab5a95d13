"""Redis between the processes of one server: what one tells a room, the sockets of all others hear too.

Messages are JSON, never pickle. Nobody waits for Redis: what is to be told stands in a queue of bounded
length, and is dropped while Redis is away. News may be lost; whoever follows a stream sees the gap.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

import structlog
from redis.asyncio import Redis
from socketio.async_pubsub_manager import AsyncPubSubManager

from server_stub.redis_client import REDIS_TROUBLE

log = structlog.get_logger()

_CHANNEL = "evertill-sockets"
_WAITING_MAX = 10_000
_AT_ONCE = 200
_PAUSE_S = 0.5
_LISTEN_S = 5.0
"""A listener looks up this often, so that a connection that has died in silence is found out."""


class RedisBus(AsyncPubSubManager):  # type: ignore[misc]
    """The socket server's rooms, joined with those of the other processes."""

    name = "redis"

    def __init__(self, redis: Redis) -> None:
        super().__init__(channel=_CHANNEL)
        self._redis = redis
        self._outgoing: deque[str] = deque(maxlen=_WAITING_MAX)
        self._waiting = asyncio.Event()
        self._is_away = False
        self._sender: asyncio.Task[None] | None = None

    def initialize(self) -> None:
        super().initialize()
        self._sender = asyncio.create_task(self._send())

    async def close(self) -> None:
        if self._sender is not None:
            self._sender.cancel()
            self.thread.cancel()
            await asyncio.gather(self._sender, self.thread, return_exceptions=True)
        await self._redis.aclose()

    async def _publish(self, data: object) -> None:
        self._outgoing.append(self.json.dumps(data))
        self._waiting.set()

    async def _send(self) -> None:
        while True:
            await self._waiting.wait()
            self._waiting.clear()
            while self._outgoing:
                some = [self._outgoing.popleft() for _ in range(min(_AT_ONCE, len(self._outgoing)))]
                try:
                    async with self._redis.pipeline(transaction=False) as together:
                        for message in some:
                            together.publish(self.channel, message)
                        await together.execute()
                except REDIS_TROUBLE as error:
                    self._lost(error)

    async def _listen(self) -> AsyncIterator[bytes]:
        while True:
            try:
                async with self._redis.pubsub(ignore_subscribe_messages=True) as subscription:
                    await subscription.subscribe(self.channel)
                    self._found()
                    while True:
                        message = await subscription.get_message(timeout=_LISTEN_S)
                        if message is not None:
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
