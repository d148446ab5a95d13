"""When a replayed till's link is cut, and the switch that cuts it.

An outage is given in sales, not in seconds, so that a run is repeatable: `cut:200-450` cuts every till's link
from its 200th to its 450th sale, `2:cut:20-60` only that of till 2; several are separated by commas. Refunds
and adjustments in between are made offline too, but are not counted.
"""

import asyncio
import re
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from app.domain.errors import DomainError
from sync_agent.errors import SyncError, TransientError
from sync_agent.ports import Channel, EventHandler, Transport

T = TypeVar("T")

_OUTAGE = re.compile(r"(?:(?P<till>[0-9]{1,9}):)?cut:(?P<first>[0-9]{1,9})-(?P<last>[0-9]{1,9})")


class BadOutages(DomainError):
    """An invalid outage specification."""


@dataclass(frozen=True)
class Outage:
    """The link is cut for the sales numbered `first` to `last`, inclusive; `till` None: every till."""

    till: int | None
    first: int
    last: int

    def covers(self, till: int, sale_number: int) -> bool:
        return self.till in {None, till} and self.first <= sale_number <= self.last


def parse_outages(spec: str, tills: int) -> tuple[Outage, ...]:
    """Read a specification such as `cut:200-450,2:cut:20-60`; "" is none. Raises BadOutages."""
    return tuple(_parse_outage(part.strip(), tills) for part in spec.split(",")) if spec.strip() else ()


def _parse_outage(written: str, tills: int) -> Outage:
    match = _OUTAGE.fullmatch(written)
    if match is None:
        raise BadOutages(f"“{written}” is no outage. Write cut:200-450, or 2:cut:20-60 for till 2 alone.")
    till = None if match["till"] is None else int(match["till"])
    outage = Outage(till, int(match["first"]), int(match["last"]))
    if till is not None and not 1 <= till <= tills:
        raise BadOutages(f"“{written}” names till {till}; the tills are numbered from 1 to {tills}.")
    if not 1 <= outage.first <= outage.last:
        raise BadOutages(f"“{written}”: sales are numbered from 1, and the first comes before the last.")
    return outage


class SwitchedTransport:
    """A Transport whose link can be cut, like pulling a cable.

    A request in flight loses its response, though the server may have processed it; later requests fail. An
    open channel is closed, and what it still receives is dropped.
    """

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self._broken = asyncio.Event()

    @property
    def is_cut(self) -> bool:
        return self._broken.is_set()

    def cut(self) -> None:
        self._broken.set()

    def restore(self) -> None:
        # A new event, so that channels from before the cut stay closed.
        if self._broken.is_set():
            self._broken = asyncio.Event()

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
        return await _unless(
            self._broken,
            self._inner.request(method, path, body=body, query=query, token=token, request_id=request_id),
        )

    async def open_channel(self, token: str, on_event: EventHandler) -> Channel:
        broken = self._broken

        async def receive(name: str, payload: Any) -> None:
            if not broken.is_set():
                await on_event(name, payload)

        return _SwitchedChannel(await _unless(broken, self._inner.open_channel(token, receive)), broken)

    async def close(self) -> None:
        await self._inner.close()


class _SwitchedChannel:
    """A channel that ends when the link it was opened on is cut."""

    def __init__(self, inner: Channel, broken: asyncio.Event) -> None:
        self._inner = inner
        self._broken = broken

    async def call(self, event: str, payload: object, *, timeout_s: float) -> Any:
        return await _unless(self._broken, self._inner.call(event, payload, timeout_s=timeout_s))

    async def closed(self) -> str:
        try:
            return await _unless(self._broken, self._inner.closed())
        except LinkCut as cut:
            return str(cut)

    async def close(self) -> None:
        await self._inner.close()


class LinkCut(TransientError):
    """The link was cut before the request or while it was in flight."""

    def __init__(self) -> None:
        super().__init__("the link is cut")


async def _unless(broken: asyncio.Event, work: Awaitable[T]) -> T:
    """The result of `work`. Raises LinkCut where the link is cut before or while it runs."""
    working = asyncio.ensure_future(work)
    breaking = asyncio.ensure_future(broken.wait())
    try:
        if not broken.is_set():
            await asyncio.wait({working, breaking}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                return working.result()
        raise LinkCut
    finally:
        for task in (working, breaking):
            if not task.done():
                task.cancel()
                with suppress(asyncio.CancelledError, SyncError):
                    await task
