"""One change sent to many sockets: from its commit, or the bare server's emit, to each arrival.

The servers and the listeners are three processes; all read the same clock of the machine.
"""

import asyncio
import uuid
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import quantiles

import orjson

from tests.benchmarks.people import demo_homes, joins, sign_in
from tests.benchmarks.processes import StampingServer
from tests.benchmarks.sockets import Listener, listeners
from tests.benchmarks.table import Measured
from tests.kit.operations import movement

SOCKETS, ROUNDS, CHANGES = 200, 5, 10
_WINDOW_MS = 20
_PAUSE_S = 0.06
"""Between changes: each is to come alone."""


class _Shop:
    """Our server with its listeners, and a product to move."""

    def __init__(self, server: StampingServer, heard: list[Listener]) -> None:
        self.heard = heard
        self.took: list[int] = []
        self._server = server
        self._product = str(uuid.uuid4())

    async def change(self) -> None:
        """Commits one movement, and notes how long it was on its way to each listener."""
        await self.heard[0].send("sync-offline-queue", [movement(self._product, 1)])
        self.took += await _arrived(self._server, self.heard)

    def payload(self) -> object:
        """The event that carried the last change."""
        return orjson.loads(self.heard[0].last_text[2:])[1]


async def measure(folder: Path) -> list[Measured]:
    async with AsyncExitStack() as stack:
        gathering, prompt = await demo_homes(folder, "gathering", "prompt")
        shops = {
            _WINDOW_MS: await _open_shop(stack, gathering, _WINDOW_MS),
            0: await _open_shop(stack, prompt, 0),
        }
        bare = await stack.enter_async_context(StampingServer("tests.benchmarks.bare"))
        bare_heard = await stack.enter_async_context(listeners(bare.url, [{}] * SOCKETS))
        for shop in shops.values():
            await shop.change()
            shop.took.clear()
        payload = shops[_WINDOW_MS].payload()
        bare_took: list[int] = []
        for _ in range(ROUNDS):
            for shop in shops.values():
                for _ in range(CHANGES):
                    await shop.change()
                    await asyncio.sleep(_PAUSE_S)
            for _ in range(CHANGES):
                await bare_heard[0].send("go", payload)
                bare_took += await _arrived(bare, bare_heard)
                await asyncio.sleep(_PAUSE_S)
    return [
        _row(
            f"a change reaching {SOCKETS} sockets",
            shops[_WINDOW_MS].took,
            bare_took,
            f"handing over from the writer's thread; a burst is gathered for {_WINDOW_MS} ms",
        ),
        _row(
            "the same, not gathered (a window of 0 ms)",
            shops[0].took,
            bare_took,
            "handing over from the writer's thread; the upload is answered in between",
        ),
    ]


async def _open_shop(stack: AsyncExitStack, home: Path, window_ms: int) -> _Shop:
    server = await stack.enter_async_context(
        StampingServer("tests.benchmarks.serving", str(home), str(window_ms))
    )
    people = await sign_in(server, home)
    heard = await stack.enter_async_context(listeners(server.url, joins(people, SOCKETS)))
    while not server.stamps.empty():
        server.stamps.get_nowait()
    return _Shop(server, heard)


async def _arrived(server: StampingServer, heard: list[Listener]) -> list[int]:
    """Nanoseconds from the server's stamp to each listener."""
    async with asyncio.timeout(30):
        told = await server.stamps.get()
        return [await listener.arrivals.get() - told for listener in heard]


def _row(work: str, ours: Sequence[int], bare: Sequence[int], note: str) -> Measured:
    (our_p50, our_p99), (bare_p50, bare_p99) = _p50_p99(ours), _p50_p99(bare)
    return Measured(
        work=work,
        ours=f"p50 {our_p50:.1f} ms, p99 {our_p99:.1f}",
        beside=f"p50 {bare_p50:.1f} ms, p99 {bare_p99:.1f} bare python-socketio",
        ratio=our_p50 / bare_p50,
        goal="p50 ≤ 1.30",
        note=note,
    )


def _p50_p99(nanoseconds: Sequence[int]) -> tuple[float, float]:
    at = quantiles(nanoseconds, n=100)
    return at[49] / 1e6, at[98] / 1e6
