"""A till's link to the server that a test can cut, delay, duplicate and make lossy.

It wraps a real Transport and simulates network faults: a request that never arrives, an answer that is
lost after the server has committed, a request that arrives twice, an answer that takes its time, a link that
is cut, and one that is half open (everything is taken and nothing comes back).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sync_agent.contract.codes import ErrorCode
from sync_agent.errors import RejectedError, TransientError
from sync_agent.ports import Channel, EventHandler, Transport


class Link:
    """A Transport with faults. Counters say that each fault happened."""

    def __init__(self, inner: Transport) -> None:
        self.inner = inner
        self.forward: Callable[..., Awaitable[Any]] = inner.request
        """What a request that got this far goes to: the server, or what a test puts in front of it."""
        self.is_cut = False
        self.is_half_open = False
        self.requests: list[tuple[str, str]] = []
        self.lost_requests = 0
        self.lost_answers = 0
        self.doubled = 0
        self.events_dropped = 0
        self.drop_events = False
        self.refused_paths: set[str] = set()
        """What a proxy in between eats: such requests get no answer of the server's."""
        self.poison: set[str] = set()
        """Operations that the server has a bug with: it fails on every batch that one of them is in."""
        self.operations_max = 500
        """How many operations one request may hold before a gateway in between finds it too large."""
        self.tokens_shown: list[tuple[str, str | None]] = []
        self.calls: list[str] = []
        self._lose_request: Callable[[str], bool] | None = None
        self._lose_answer: Callable[[str], bool] | None = None
        self._double: Callable[[str], bool] | None = None
        self._held: asyncio.Event | None = None
        self._held_path = ""
        self._channels: list[_FaultyChannel] = []
        self._dead: asyncio.Event = asyncio.Event()

    # --- what a test does ----------------------------------------------------------------------------

    async def cut(self) -> None:
        """Nothing goes through and the socket is gone."""
        self.is_cut = True
        for channel in self._channels:
            await channel.cut()

    def go_silent(self) -> None:
        """Half open: requests are accepted and never answered; the socket stays open and silent."""
        self.is_half_open = True

    def restore(self) -> None:
        self.is_cut = self.is_half_open = False
        self._dead.set()
        self._dead = asyncio.Event()

    def lose_next_request(self, path: str) -> None:
        self._lose_request = _once(path)

    def lose_next_answer(self, path: str) -> None:
        """The server applies the request and commits; the till gets no answer."""
        self._lose_answer = _once(path)

    def double_next(self, path: str) -> None:
        self._double = _once(path)

    def hold(self, path: str) -> asyncio.Event:
        """Requests for this path wait until the returned event is set."""
        self._held = asyncio.Event()
        self._held_path = path
        return self._held

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
        self.requests.append((method, path))
        self.tokens_shown.append((path, token))
        if path in self.refused_paths:
            raise TransientError("something that is not an Evertill server answered (403)")
        if self._held is not None and path.startswith(self._held_path):
            await self._held.wait()
        await self._through()
        if self._lose_request and self._lose_request(path):
            self.lost_requests += 1
            raise TransientError("the request was lost")
        items = body.get("items", ()) if isinstance(body, dict) else ()
        if any(item["id"] in self.poison for item in items):
            raise TransientError("the server failed", code=ErrorCode.INTERNAL)
        if len(items) > self.operations_max:
            raise RejectedError(ErrorCode.PAYLOAD_TOO_LARGE, "the body is longer than is taken here")
        answer = await self.forward(method, path, body=body, query=query, token=token, request_id=request_id)
        if self._double and self._double(path):
            self.doubled += 1
            answer = await self.forward(
                method, path, body=body, query=query, token=token, request_id=request_id
            )
        if self._lose_answer and self._lose_answer(path):
            self.lost_answers += 1
            raise TransientError("the answer was lost")
        await self._through()
        return answer

    async def open_channel(self, token: str, on_event: EventHandler) -> Channel:
        await self._through()

        async def hear(name: str, payload: Any) -> None:
            if self.drop_events or self.is_half_open:
                self.events_dropped += 1
            else:
                await on_event(name, payload)

        channel = _FaultyChannel(self, await self.inner.open_channel(token, hear))
        self._channels.append(channel)
        return channel

    async def _through(self) -> None:
        if self.is_cut:
            raise TransientError("the link is cut")
        if self.is_half_open:
            await self._dead.wait()
            raise TransientError("the link was dead")

    async def close(self) -> None:
        await self.inner.close()


class _FaultyChannel:
    def __init__(self, link: Link, inner: Channel) -> None:
        self._link = link
        self._inner = inner

    async def call(self, event: str, payload: object, *, timeout_s: float) -> Any:
        self._link.calls.append(event)
        if self._link.is_half_open:
            try:
                async with asyncio.timeout(timeout_s):
                    await self._link._through()
            except TimeoutError as error:
                raise TransientError(f"no answer to {event}") from error
        return await self._inner.call(event, payload, timeout_s=timeout_s)

    async def closed(self) -> str:
        return await self._inner.closed()

    async def cut(self) -> None:
        await self._inner.close()

    async def close(self) -> None:
        await self._inner.close()


def _once(path: str) -> Callable[[str], bool]:
    """True the first time that this path is asked for."""
    left = [path]

    def matches(asked: str) -> bool:
        if left and asked.startswith(left[0]):
            left.clear()
            return True
        return False

    return matches
