"""Start to a usable window over 100,000 products, and how fast it answers a key and a scan."""

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from statistics import median

import orjson
from sqlalchemy import insert

from sync_agent.ports import SystemClock, Uuid7Ids
from sync_agent.store import tables as t
from sync_agent.store.database import Store, Transaction
from sync_agent.store.device import record_enrolment
from sync_agent.store.home import Home
from sync_agent.store.projection import catalogue
from tests.benchmarks.table import Measured
from tests.kit.homes import IDENTITY

PRODUCTS, ROUNDS = 100_000, 7


async def measure(folder: Path) -> list[Measured]:
    home = folder / "till"
    _furnish(home)
    empty: list[float] = []
    till: list[float] = []
    for _ in range(ROUNDS):
        empty.append(_seconds("empty"))
        till.append(_seconds("till", str(home)))
    answers = orjson.loads(_run("answers", str(home)).splitlines()[-1])
    return [
        Measured(
            work=f"start to a usable window, {PRODUCTS:,} products",
            ours=f"{median(till) * 1000:.0f} ms",
            beside=f"{median(empty) * 1000:.0f} ms an empty PySide6 window",
            ratio=median(till) / median(empty),
            goal="≤ 3",
            note="whole processes, from exec to exit",
        ),
        Measured(
            work="a key pressed to its results in the list",
            ours=f"{answers['search_ms']:.2f} ms",
            beside=f"{answers['raw_ms']:.2f} ms the raw FTS5 query",
            ratio=answers["search_ms"] / answers["raw_ms"],
            goal="≤ 2, and under a frame",
            note="median of 40 searches of two words",
        ),
        Measured(
            work="a scan to its line painted",
            ours=f"{answers['scan_ms']:.1f} ms",
            beside="16.7 ms, a frame",
            ratio=answers["scan_ms"] / 16.7,
            goal="≤ 1",
            note=f"longest of 40: {answers['scan_longest_ms']:.1f} ms",
        ),
    ]


def _furnish(home: Path) -> None:
    store = Store.open(Home(home), clock=SystemClock(), ids=Uuid7Ids())
    store.submit(lambda tx: record_enrolment(tx, IDENTITY)).result()
    for start in range(0, PRODUCTS, 5000):
        store.submit(partial(_add, start=start)).result()
    store.close()


def _add(tx: Transaction, start: int) -> None:
    rows = [
        {
            "id": f"p{number}",
            "name": f"Product {number} of the shop",
            "barcode": f"2{number:012d}",
            "sku": None,
            "price_minor": 100 + number % 900,
            "tax_rate_ppm": 200_000,
            "unit": "each",
            "deleted": 0,
            "version": 1,
        }
        for number in range(start, start + 5000)
    ]
    tx.execute(insert(t.product), rows)
    catalogue.reproject(tx, [str(row["id"]) for row in rows])


def _seconds(*arguments: str) -> float:
    began = time.perf_counter()
    _run(*arguments)
    return time.perf_counter() - began


def _run(*arguments: str) -> bytes:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.standing_window", *arguments],
        capture_output=True,
        check=True,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    )
    return done.stdout
