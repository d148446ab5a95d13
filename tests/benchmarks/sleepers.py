"""What peers that open a connection and sleep cost others: a request beside none of them, and beside many."""

import asyncio
import time
from pathlib import Path
from statistics import quantiles

from tests.benchmarks.people import demo_homes
from tests.benchmarks.processes import StampingServer
from tests.benchmarks.table import Measured

SLEEPERS, REQUESTS, ROUNDS = 200, 300, 3


async def measure(folder: Path) -> list[Measured]:
    (home,) = await demo_homes(folder, "home")
    alone: list[float] = []
    beside: list[float] = []
    async with StampingServer("tests.benchmarks.serving", str(home), "20") as server:
        for _ in range(ROUNDS):
            alone += await _requests(server)
            sleeping = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(SLEEPERS)]
            try:
                beside += await _requests(server)
            finally:
                for _reader, writer in sleeping:
                    writer.transport.abort()
    p50, p99 = (_share(beside, share) / _share(alone, share) for share in (50, 99))
    return [
        Measured(
            work=f"a request, connection included, beside {SLEEPERS} sleepers: {name}",
            ours=f"{1000 * _share(beside, share):.2f} ms",
            beside=f"{1000 * _share(alone, share):.2f} ms with none of them",
            ratio=ratio,
            goal="≤ 1.10" if share == 50 else "≤ 1.50",
            note="a sleeper costs a place in a table and a timer; of too many the oldest goes",
        )
        for name, share, ratio in (("p50", 50, p50), ("p99", 99, p99))
    ]


async def _requests(server: StampingServer) -> list[float]:
    """Seconds of each of some requests, every one on a connection of its own."""
    took: list[float] = []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = await reader.read()
        took.append(time.perf_counter() - began)
        assert b" 200 " in answer
        writer.close()
    return took


def _share(took: list[float], percent: int) -> float:
    return quantiles(took, n=100)[percent - 1]
