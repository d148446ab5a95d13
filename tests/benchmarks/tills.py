"""The till's speed: a sale's commit, a queue drained, a first copy fetched, and the window during both.

Each is compared with minimal code for the same rows and bytes, in alternating rounds of one run.
"""

import asyncio
import gzip
import json
import os
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from statistics import median, quantiles

import httpx
import orjson
from sqlalchemy import select

from app.bootstrap import OpenHome, open_home, running_agent
from app.domain.cart import Cart
from app.services.stock import catalogue
from server_stub.clock import SystemClock, TimeOrderedIds
from server_stub.operations.handlers import HANDLERS
from server_stub.operations.queue import OperationQueue
from server_stub.run import prepare
from server_stub.services.people.caller import Caller
from server_stub.settings import Settings
from server_stub.store.database import Database
from sync_agent import credentials
from sync_agent.enrolment_forms import Enrolment
from sync_agent.events import AgentEvent
from sync_agent.network.transport import NetworkTransport
from sync_agent.store import tables as t
from sync_agent.store.home import Home
from sync_agent.store.queue.wire import wire_form
from tests.benchmarks.rows import Difference
from tests.benchmarks.table import Measured
from tests.kit import selling
from tests.kit.agents import is_online
from tests.kit.demo import LOCATION, PASSWORD, TENANT
from tests.kit.keyrings import use_no_keyring
from tests.kit.people import clerk_named
from tests.kit.processes import ServerProcess
from tests.kit.waiting import until

ROUNDS = 3
SALES = 400
BATCH = 500
QUEUES = (1_000, 10_000, 100_000) if os.environ.get("BENCH") == "full" else (1_000, 10_000)
LEVELS = 100_000
UPLOADS_S_MAX = 1800.0


# --- a shop, and a till of it ------------------------------------------------------------------------


@asynccontextmanager
async def shop(folder: Path) -> AsyncIterator[str]:
    """Starts a demonstration server in its own process; yields its URL."""
    use_no_keyring()
    await asyncio.to_thread(prepare, Settings(home=folder / "server"), demo_data=True)
    async with ServerProcess("app", "server", "--home", str(folder / "server"), "--port", "0") as server:
        yield server.url


async def enrolled(path: Path, url: str, *, follow: bool = True) -> OpenHome:
    opened = open_home(path)
    transport = NetworkTransport(url)
    opened = await opened.enroll(transport, Enrolment(url, TENANT, "alice", PASSWORD, LOCATION, path.name))
    await transport.close()
    if follow:
        await followed(opened)
    return opened


async def followed(opened: OpenHome) -> float:
    """Seconds from the agent's start until it has everything."""
    states: list[AgentEvent] = []
    began_s = time.perf_counter()
    async with running_agent(opened, emit=states.append):
        await until(lambda: is_online(states), "it has its copy", within_s=UPLOADS_S_MAX)
        return time.perf_counter() - began_s


class Clerk:
    def __init__(self, opened: OpenHome) -> None:
        self.till = opened.till()
        self.actor = clerk_named(opened.store, "bob")
        self.products = catalogue.search(self.till, "", limit=30)

    async def sell(self, number: int) -> float:
        """A sale of three lines; seconds until it is on disk."""
        cart = Cart()
        for line in range(3):
            cart = cart.add(self.products[(number + line * 7) % len(self.products)], 1 + line)
        sale = selling.rung_up(self.till, cart)
        began_s = time.perf_counter()
        await selling.pay(self.till, sale, self.actor)
        return time.perf_counter() - began_s


def snapshot_of(database: Path, to: Path) -> Path:
    """A copy of a database in its current state, journal included."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)
    return to


# --- a sale's commit ---------------------------------------------------------------------------------


async def measure_commit(folder: Path) -> list[Measured]:
    async with shop(folder) as url:
        opened = await enrolled(folder / "till", url)
    clerk = Clerk(opened)
    before = snapshot_of(opened.store.home.database, folder / "before.sqlite")
    ours: list[float] = [await clerk.sell(number) for number in range(SALES)]
    after = snapshot_of(opened.store.home.database, folder / "after.sqlite")
    written = Difference(before, after)
    raw: list[float] = []
    for number in range(ROUNDS):
        raw.append(written.write(folder / f"raw{number}.sqlite", transactions=SALES) / SALES)
        ours += [await clerk.sell(number) for number in range(SALES)]
    opened.store.close()
    p99_ms = quantiles(ours, n=100)[98] * 1000
    return [
        Measured(
            work="a sale of 3 lines committed, FULL",
            ours=f"{median(ours) * 1000:.2f} ms (p99 {p99_ms:.1f})",
            beside=f"{median(raw) * 1000:.2f} ms raw sqlite3, {written.count // SALES} rows",
            ratio=median(ours) / median(raw),
            goal="≤ 2.00",
            note="models, hashes, SQLAlchemy, and the way to the writer's thread and back",
        )
    ]


# --- draining ----------------------------------------------------------------------------------------


async def measure_draining(folder: Path) -> list[Measured]:
    measured: list[Measured] = []
    per_operation: dict[int, float] = {}
    for size in QUEUES:
        place = folder / f"queue-{size}"
        place.mkdir()
        async with shop(place) as url:
            opened = await enrolled(place / "till", url)
            clerk = Clerk(opened)
            for number in range(size):
                await clerk.sell(number)
            server_db = place / "server" / "server.sqlite3"
            till_before = snapshot_of(opened.store.home.database, place / "till-before.sqlite")
            server_before = snapshot_of(server_db, place / "server-before.sqlite")
            ours = await _drained(opened)
            till_after = snapshot_of(opened.store.home.database, place / "till-after.sqlite")
            server_after = snapshot_of(server_db, place / "server-after.sqlite")
            batches = _batches(opened)
            opened.store.close()
        commits = max(1, size // BATCH)
        till_rows, server_rows = Difference(till_before, till_after), Difference(server_before, server_after)
        bare = [
            till_rows.write(place / f"till-{round_}.sqlite", transactions=commits)
            + server_rows.write(place / f"server-{round_}.sqlite", transactions=commits)
            + await _exchanged(batches)
            for round_ in range(1 if size > 10_000 else ROUNDS)
        ]
        per_operation[size] = ours / size
        measured.append(
            Measured(
                work=f"{size:,} sales drained, durable on both sides, shown again",
                ours=f"{size / ours:,.0f}/s",
                beside=f"{size / median(bare):,.0f}/s raw sqlite3 twice and a bare exchange",
                ratio=ours / median(bare),
                goal="≤ 2.00",
                note="the server's judging, in one process of Python; the till waits for it",
            )
        )
    smallest = per_operation[QUEUES[0]]
    return measured + [
        Measured(
            work=f"an operation in a queue of {size:,}",
            ours=f"{per_operation[size] * 1e6:,.0f} µs",
            beside=f"{smallest * 1e6:,.0f} µs in one of {QUEUES[0]:,}",
            ratio=per_operation[size] / smallest,
            goal="≤ 1.20",
            note="",
        )
        for size in QUEUES[1:]
    ]


async def _drained(opened: OpenHome) -> float:
    """Seconds until nothing waits and the feed has shown everything."""

    left = (
        select(t.outbox.c.id).where(t.outbox.c.finished_ms.is_(None)).limit(1),
        select(t.overlay.c.operation_id).limit(1),
    )

    def is_done() -> bool:
        with opened.store.reading() as connection:
            return all(connection.execute(query).first() is None for query in left)

    began_s = time.perf_counter()
    async with running_agent(opened):
        await until(is_done, "the queue is empty", within_s=UPLOADS_S_MAX)
        return time.perf_counter() - began_s


def _batches(opened: OpenHome) -> list[bytes]:
    with opened.store.reading() as connection:
        rows = connection.execute(select(t.outbox).order_by(t.outbox.c.device_seq)).all()
    wires = [wire_form(row) for row in rows]
    return [
        gzip.compress(orjson.dumps({"items": wires[start : start + BATCH]}), compresslevel=1)
        for start in range(0, len(wires), BATCH)
    ]


async def _exchanged(batches: list[bytes], answer_bytes: int = 400 * BATCH) -> float:
    """Seconds that a bare exchange of the same bytes takes."""
    async with (
        ServerProcess("tests.benchmarks.canned", str(answer_bytes)) as server,
        httpx.AsyncClient(base_url=server.url) as client,
    ):
        await client.post("/", content=b"")
        began_s = time.perf_counter()
        for batch in batches:
            await client.post("/", content=batch, headers={"Content-Encoding": "gzip"})
        return time.perf_counter() - began_s


# --- the first copy ----------------------------------------------------------------------------------


async def measure_first_sync(folder: Path) -> list[Measured]:
    home = folder / "server"
    await asyncio.to_thread(prepare, Settings(home=home), demo_data=True)
    await asyncio.to_thread(_many_levels, home / "server.sqlite3")
    async with shop(folder) as url:
        empty = await enrolled(folder / "till", url, follow=False)
        before = snapshot_of(empty.store.home.database, folder / "before.sqlite")
        ours = await followed(empty)
        after = snapshot_of(empty.store.home.database, folder / "after.sqlite")
        pages = await _downloaded(url, folder / "till")
        empty.store.close()
    written = Difference(before, after)
    bare = [
        pages[1] + written.write(folder / f"raw{number}.sqlite", transactions=pages[0])
        for number in range(ROUNDS)
    ]
    return [
        Measured(
            work=f"first copy of {LEVELS:,} stock levels",
            ours=f"{LEVELS / ours:,.0f}/s",
            beside=f"{LEVELS / median(bare):,.0f}/s the bare download and inserts",
            ratio=ours / median(bare),
            goal="≤ 1.25",
            note="pages are staged, resumable, and swapped in; then compared by digest",
        )
    ]


def _many_levels(path: Path) -> None:
    database = Database(f"sqlite:///{path}", clock=SystemClock(), ids=TimeOrderedIds(), readers=1)
    mia = Caller(TENANT, "manager", (LOCATION,), user_id="bench")
    ids, moment = TimeOrderedIds(), "2026-01-01T00:00:00Z"
    for start in range(0, LEVELS, 5_000):
        items = [
            {
                "id": ids.new(),
                "operation": "update",
                "resourceType": "stock_level",
                "resourceId": f"article-{number:06d}",
                "locationId": LOCATION,
                "timestamp": moment,
                "data": {"delta": 1 + number % 90, "reason": "receive", "occurredAt": moment},
            }
            for number in range(start, start + 5_000)
        ]
        results = asyncio.run(OperationQueue(database, HANDLERS, 1_000).process(mia, items))
        assert all(result.success for result in results), results[0].error
    database.close()


async def _downloaded(url: str, home: Path) -> tuple[int, float]:
    """How many pages the snapshot has, and the seconds that reading their bytes takes."""
    secret = credentials.load(Home(home))
    assert secret is not None
    stream = f"tenant-{TENANT}-location-{LOCATION}"
    async with httpx.AsyncClient(base_url=url, headers={"Accept-Encoding": "gzip"}) as client:
        given = await client.post("/api/v1/auth/refresh", json={"refreshToken": secret.device_token})
        bearer = {"Authorization": f"Bearer {given.json()['data']['accessToken']}"}
        began_s, pages, token = time.perf_counter(), 0, None
        while True:
            query = {"stream": stream} | ({"pageToken": token} if token else {})
            answer = await client.get("/api/v1/realtime/snapshot", params=query, headers=bearer)
            page = json.loads(answer.content)["data"]
            pages, token = pages + 1, page.get("nextPageToken")
            if token is None:
                return pages, time.perf_counter() - began_s
