"""A till's way to the server, and everything that happens to it on the way.

Messages take a seeded time. Requests and answers get lost, requests arrive twice, live events get lost,
doubled and overtaken; the link is cut, cut one way, half open, or belongs to a captive portal. Everything
crosses as JSON, so nothing is shared by reference.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from sync_agent.contract import paths
from sync_agent.errors import TransientError
from sync_agent.network.envelope import open_envelope
from sync_agent.ports import Channel, EventHandler
from sync_agent.settings import AgentSettings
from tests.simulation.server import ServerGone, SimServer, Socket

REQUEST_S_MAX = AgentSettings().request_s_max
OPEN_SOCKET_S_MAX = AgentSettings().open_socket_s_max
CHANGE_OF_NETWORK_S = 1.0
"""What was under way while the network changed may be seen by the new one."""


class Weather(StrEnum):
    """The state of a link."""

    FINE = "fine"
    CUT = "cut"
    UP_ONLY = "up_only"
    DOWN_ONLY = "down_only"
    SILENT = "silent"
    PORTAL = "portal"
    UPLOADS_EATEN = "uploads_eaten"


@dataclass
class Odds:
    """How likely each single message is to fare badly, and how long a good one takes, in seconds."""

    lose: float = 0.0
    double: float = 0.0
    late: float = 0.0
    slowest_s: float = 0.08


class SimLink:
    """The Transport of one till."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        server: SimServer,
        chance: random.Random,
        happened: Counter[str],
        forbidden: bytes,
    ) -> None:
        self._loop = loop
        self._server = server
        self._chance = chance
        self._happened = happened
        self._forbidden = forbidden
        """A text that is only in the other shop's rows."""
        self.weather = Weather.FINE
        self._turned_s = 0.0
        self.odds = Odds()
        self.is_dead = False
        self.asked: list[tuple[float, str]] = []
        self.seen_by_portals: list[tuple[str, str | None]] = []
        self.leaked = False
        self.on_credential: Callable[[str], None] = lambda _token: None
        """Hears each credential that is about to be sent."""
        self._channels: list[SimChannel] = []

    # --- weather -------------------------------------------------------------------------------------

    def turn(self, weather: Weather) -> None:
        self.weather = weather
        self._turned_s = self._loop.time()
        if weather in {Weather.CUT, Weather.PORTAL}:
            for channel in tuple(self._channels):
                channel.lose("the link was cut")

    def die(self) -> None:
        """The till's process is gone; the server finds out when the socket closes."""
        self.is_dead = True
        for channel in tuple(self._channels):
            channel.lose("the till has died")

    # --- Transport -----------------------------------------------------------------------------------

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: Mapping[str, str] | None = None,
        token: str | None = None,
        request_id: str | None = None,
    ) -> Any:
        self.asked.append((self._loop.time(), path))
        if path == paths.REFRESH and isinstance(body, Mapping):
            self.on_credential(str(body["refreshToken"]))
        try:
            async with asyncio.timeout(REQUEST_S_MAX):
                return await self._exchange(method, path, body, query or {}, token)
        except TimeoutError as error:
            raise TransientError("no answer came") from error
        except ServerGone as error:
            raise TransientError(str(error)) from error

    async def _exchange(
        self, method: str, path: str, body: object, query: Mapping[str, str], token: str | None
    ) -> Any:
        sent = orjson.loads(orjson.dumps(body))
        await self._up(path, token)
        if path == paths.QUEUE and self.weather is Weather.UPLOADS_EATEN:
            self._happened["an upload eaten by a proxy"] += 1
            raise TransientError("something that is not an Evertill server answered")
        if self._likely(self.odds.lose / 2):
            self._happened["a lost request"] += 1
            await self._nothing()
        if self._likely(self.odds.double):
            self._happened["a doubled request"] += 1
            self._twice(method, path, sent, query, token)
        answer = self._over_the_wire(await self._server.answer(method, path, sent, query, token))
        await self._down()
        if self._likely(self.odds.lose / 2):
            self._happened["a lost answer"] += 1
            await self._nothing()
        return open_envelope(answer)

    def _twice(self, *exchange: Any) -> None:
        async def again() -> None:
            await asyncio.sleep(self._chance.uniform(0, 2.0))
            try:
                await self._server.answer(*exchange)
            except ServerGone:
                return

        task = self._loop.create_task(again())
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _up(self, path: str, token: str | None) -> None:
        if self.is_dead:
            await self._nothing()
        sent_s = self._loop.time()
        await asyncio.sleep(self._travel_s())
        match self.weather:
            case Weather.CUT:
                raise TransientError("the link is cut")
            case Weather.PORTAL:
                self._happened["a captive portal answered"] += 1
                if sent_s > self._turned_s + CHANGE_OF_NETWORK_S:
                    self.seen_by_portals.append((path, token))
                raise TransientError("something that is not an Evertill server answered")
            case Weather.SILENT | Weather.DOWN_ONLY:
                self._happened["a message into silence"] += 1
                await self._nothing()
            case _:
                pass

    async def _down(self) -> None:
        await asyncio.sleep(self._travel_s())
        if self.is_dead or self.weather in {Weather.SILENT, Weather.UP_ONLY}:
            self._happened["an answer into silence"] += 1
            await self._nothing()
        if self.weather in {Weather.CUT, Weather.PORTAL}:  # in another network no connection lives on
            self._happened["an answer cut off"] += 1
            raise TransientError("the link was cut before the answer")

    def _travel_s(self) -> float:
        if self._likely(self.odds.late):
            self._happened["a late message"] += 1
            return self._chance.uniform(1.0, 12.0)
        return self._chance.uniform(0.001, self.odds.slowest_s)

    @staticmethod
    async def _nothing() -> None:
        await asyncio.get_running_loop().create_future()

    def _likely(self, odds: float) -> bool:
        return odds > 0 and self._chance.random() < odds

    def _over_the_wire(self, value: Any) -> Any:
        written = orjson.dumps(value)
        self.leaked = self.leaked or self._forbidden in written
        return orjson.loads(written)

    async def open_channel(self, token: str, on_event: EventHandler) -> Channel:
        try:
            async with asyncio.timeout(OPEN_SOCKET_S_MAX):
                await self._up("socket", token)
            channel = SimChannel(self, on_event)
            channel.socket = self._server.connect(token, channel.arrive)
        except TimeoutError as error:
            raise TransientError("the live connection could not be opened in time") from error
        except ServerGone as error:
            raise TransientError(str(error)) from error
        except TransientError:
            raise
        except Exception as error:
            raise TransientError(f"the live connection could not be opened: {error}") from error
        self._channels.append(channel)
        return channel

    async def close(self) -> None:
        return None


class SimChannel:
    """One live socket, events in the order in which the network lets them arrive."""

    def __init__(self, link: SimLink, on_event: EventHandler) -> None:
        self._link = link
        self._on_event = on_event
        self.socket: Socket
        self._last_s = 0.0

    def arrive(self, name: str, payload: Any) -> None:
        """The server sends an event."""
        link = self._link
        payload = link._over_the_wire(payload)
        if link.weather in {Weather.SILENT, Weather.UP_ONLY} or link._likely(link.odds.lose):
            link._happened["a lost event"] += 1
            return
        times = 1
        if link._likely(link.odds.double):
            link._happened["a doubled event"] += 1
            times = 2
        for _ in range(times):
            # Most arrive in order, as on one connection; what comes through a broker may be overtaken.
            arrives_s = link._loop.time() + link._travel_s()
            if link._likely(link.odds.late):
                link._happened["an overtaken event"] += 1
            else:
                arrives_s = self._last_s = max(arrives_s, self._last_s)
            link._loop.call_at(arrives_s, self._deliver, name, payload)

    def _deliver(self, name: str, payload: Any) -> None:
        if self.socket.ended.done() or self._link.is_dead:
            return
        task = self._link._loop.create_task(self._hear(name, payload))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _hear(self, name: str, payload: Any) -> None:
        await self._on_event(name, payload)

    async def call(self, event: str, payload: object, *, timeout_s: float) -> Any:
        sent = orjson.loads(orjson.dumps(payload))
        answer = asyncio.ensure_future(self._exchange(event, sent))
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            async with asyncio.timeout(timeout_s):
                either: tuple[asyncio.Future[Any], asyncio.Future[Any]] = answer, self.socket.ended
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError as error:
            raise TransientError(f"no answer to {event}") from error
        finally:
            if not answer.done():
                answer.cancel()
        if answer.cancelled() or not answer.done():
            raise TransientError("the live connection ended before the answer came")
        try:
            return open_envelope(answer.result())
        except ServerGone as error:
            raise TransientError(str(error)) from error

    async def _exchange(self, event: str, payload: Any) -> dict[str, Any]:
        await self._link._up(event, None)
        heard = await self.socket.server.hear(self.socket, event, payload)
        answer: dict[str, Any] = self._link._over_the_wire(heard)
        await self._link._down()
        return answer

    def lose(self, why: str) -> None:
        self.socket.end(why)
        if self in self._link._channels:
            self._link._channels.remove(self)

    async def closed(self) -> str:
        return await asyncio.shield(self.socket.ended)

    async def close(self) -> None:
        self.lose("closed by this till")
