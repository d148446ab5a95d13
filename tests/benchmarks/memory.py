"""What an idle joined connection costs: resident memory with none and with many, by how many they are."""

import asyncio
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from tests.benchmarks.people import demo_homes, joins, sign_in
from tests.benchmarks.processes import StampingServer
from tests.benchmarks.sockets import listeners
from tests.benchmarks.table import Measured

SOCKETS, ROUNDS = 300, 3
_WARMING = 30
"""Sockets that come and go first, so that what is loaded or cached once is not counted."""
_STILL_S = 1.5
"""Until what joining set off (a first look at the stock, `sync-state`) is over."""


async def measure(folder: Path) -> list[Measured]:
    ours, bare = [], []
    for home in await demo_homes(folder, *(f"home{number}" for number in range(ROUNDS))):
        async with StampingServer("tests.benchmarks.serving", str(home), "20") as server:
            people = await sign_in(server, home)
            ours.append(await _a_connection(server, joins(people, SOCKETS)))
        async with StampingServer("tests.benchmarks.bare") as server:
            bare.append(await _a_connection(server, [{}] * SOCKETS))
    return [
        Measured(
            work=f"memory of an idle joined connection, of {SOCKETS}",
            ours=f"{median(ours) / 1024:.0f} KiB",
            beside=f"{median(bare) / 1024:.0f} KiB bare python-socketio",
            ratio=median(ours) / median(bare),
            goal="≤ 1.50",
            note="uvicorn's and the library's objects; ours adds a session, rooms, a first look at the stock",
        )
    ]


async def _a_connection(server: StampingServer, told: list[dict[str, Any]]) -> float:
    process = psutil.Process(server.pid)
    async with listeners(server.url, told[:_WARMING]):
        await asyncio.sleep(_STILL_S)
    await asyncio.sleep(_STILL_S)
    empty = process.memory_info().rss
    async with listeners(server.url, told):
        await asyncio.sleep(_STILL_S)
        return (process.memory_info().rss - empty) / len(told)
