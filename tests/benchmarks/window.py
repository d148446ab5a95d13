"""How long the window's thread is held up while a queue drains and changes come in, beside an idle window.

The window, its agent's thread and the switch interval are those that app/bootstrap.py makes. A gap is the
time between two beats of a timer that is due every other millisecond.
"""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import orjson

from app.bootstrap import OpenHome
from tests.benchmarks.table import Measured
from tests.benchmarks.tills import Clerk, enrolled, shop

OPERATIONS, CHANGES = 10_000, 10_000


async def measure(folder: Path) -> list[Measured]:
    async with shop(folder) as url:
        window = await enrolled(folder / "window", url)
        other = await enrolled(folder / "other", url)
        for opened, count in ((window, OPERATIONS), (other, CHANGES)):
            clerk = Clerk(opened)
            for number in range(count):
                await clerk.sell(number)
        window.store.close()
        idle = await asyncio.to_thread(_window, folder / "window", "idle", None)
        busy = await asyncio.to_thread(_window, folder / "window", "busy", other.store.home.path, other)
    return [
        Measured(
            work=f"window while {OPERATIONS:,} operations drain and {CHANGES:,} changes come",
            ours=f"p99 {busy['p99_ms']:.1f} ms, longest {busy['longest_ms']:.0f} ms",
            beside=f"p99 {idle['p99_ms']:.1f} ms, longest {idle['longest_ms']:.0f} ms idle",
            ratio=busy["p99_ms"] / idle["p99_ms"],
            goal="p99 ≤ 16, longest ≤ 50 ms",
            note=f"{busy['beats']:,.0f} beats in {busy['seconds']:.0f} s on {os.cpu_count()} cores",
        )
    ]


def _window(home: Path, state: str, other: Path | None, opened: OpenHome | None = None) -> dict[str, float]:
    if opened is not None:
        opened.store.close()
    told = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.beating_window", str(home), state, str(other or "")],
        capture_output=True,
        check=True,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    )
    answer: dict[str, float] = orjson.loads(told.stdout.splitlines()[-1])
    return answer
