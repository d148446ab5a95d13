"""Queued movements applied, durably: by the server's services, and by raw sqlite3 writing the very same rows.

The rows that raw sqlite3 writes are those that the services wrote in a first run, taken from their database
and written again from memory in the same transactions: no lookups, no rules, no JSON, no hashes.
"""

import asyncio
import gzip
import random
import shutil
import sqlite3
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import orjson

from server_stub.clock import SystemClock, TimeOrderedIds
from server_stub.garbage import tune_collector
from server_stub.operations.handlers import HANDLERS
from server_stub.operations.queue import OperationQueue
from server_stub.services.people import enrolment
from server_stub.services.people.caller import Caller
from server_stub.services.people.tenants import NewUser
from server_stub.store.database import Database
from server_stub.store.migrations import migrate
from sync_agent.contract.identity import EnrollRequest
from sync_agent.contract.operations import chain_hash, content_hash
from tests.benchmarks.table import Measured
from tests.kit.operations import movement, operation, rfc3339
from tests.kit.processes import ServerProcess
from tests.kit.tenants import create_shop

OPERATIONS, BATCH, PRODUCTS, ROUNDS = 10_000, 200, 1_000, 3

_MANAGER = Caller("bench", "manager", ("main",), user_id="mia")
_PASSWORD = "a password of nobody"


@dataclass(frozen=True)
class Till:
    device_id: str
    token: str

    @property
    def caller(self) -> Caller:
        return Caller("bench", "device", ("main",), device_id=self.device_id)


async def measure(folder: Path) -> list[Measured]:
    tune_collector()  # as in the process that serves
    template = folder / "template.sqlite3"
    till = await asyncio.to_thread(_make_template, template)
    batches = list(_batches(till))
    written = await _apply(template, folder / "first.sqlite3", till, batches)
    replay = await asyncio.to_thread(_Replay, template, written.path)
    ours, raw = [], []
    for number in range(ROUNDS):
        ours.append((await _apply(template, folder / f"ours{number}.sqlite3", till, batches)).seconds)
        raw.append(await asyncio.to_thread(replay.run, folder / f"raw{number}.sqlite3"))
    over_http = await _upload(folder / "home", template, till, batches)
    return [
        Measured(
            work=f"{OPERATIONS:,} movements applied, {BATCH} a commit",
            ours=_rate(median(ours)),
            beside=f"{_rate(median(raw))} raw sqlite3",
            ratio=median(ours) / median(raw),
            goal="≤ 2.00",
            note="Python: reading, judging and hashing each operation; the commits are the smaller part",
        ),
        Measured(
            work="the same over HTTP, gzip, one till",
            ours=_rate(over_http),
            beside=f"{_rate(median(ours))} services",
            ratio=over_http / median(ours),
            goal="",
            note="one upload after the other: the till waits for each answer",
        ),
    ]


def _rate(seconds: float) -> str:
    return f"{OPERATIONS / seconds:,.0f}/s"


# --- what is applied ---------------------------------------------------------------------------------------


def _make_template(path: Path) -> Till:
    """A shop with one till, its catalogue, and a stock level for each product."""
    migrate(f"sqlite:///{path}")
    database = _open(path)
    people = [NewUser("mia", "mia", "Mia", "manager", ("main",), _PASSWORD, "1234")]
    database.transact("bench", lambda unit: create_shop(unit, people, places=["main"]))
    request = EnrollRequest(name="Till 1", location_id="main")
    enrolled = database.transact("bench", partial(enrolment.enroll, caller=_MANAGER, request=request))
    goods = [_product(number) for number in range(PRODUCTS)]
    listed = [
        operation("product", {"name": product}, operation="create", resourceId=product) for product in goods
    ]
    opening = [_movement(product, 500) for product in goods]
    asyncio.run(OperationQueue(database, HANDLERS, BATCH).process(_MANAGER, [*listed, *opening]))
    database.close()
    return Till(enrolled.device_id, enrolled.device_token)


def _batches(till: Till) -> Iterator[list[dict[str, Any]]]:
    """What a till would send, numbered and chained; a few products sell below zero on the way."""
    choose = random.Random(20_260_314)
    previous, operations = "", []
    for number in range(1, OPERATIONS + 1):
        # Some goods are asked for far more than others.
        product = _product(int(PRODUCTS * choose.random() ** 3))
        asked = _movement(product, -choose.randint(1, 5))
        asked |= {"deviceSeq": number, "prevHash": previous, "actorId": "mia", "clockOffsetMs": 12}
        content = content_hash("update", "stock_level", product, asked["data"])
        previous = chain_hash(previous, asked["id"], number, content)
        operations.append(asked)
    for start in range(0, OPERATIONS, BATCH):
        yield operations[start : start + BATCH]


def _product(number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"product {number}"))


def _movement(product: str, delta: int) -> dict[str, Any]:
    now_ms = time.time_ns() // 1_000_000
    return movement(product, delta, now_ms, id=TimeOrderedIds().new(), timestamp=rfc3339(now_ms))


# --- the services ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Applied:
    path: Path
    seconds: float


def _open(path: Path) -> Database:
    return Database(f"sqlite:///{path}", clock=SystemClock(), ids=TimeOrderedIds(), readers=3)


async def _apply(template: Path, path: Path, till: Till, batches: list[list[dict[str, Any]]]) -> _Applied:
    shutil.copy(template, path)
    database = await asyncio.to_thread(_open, path)
    began = time.perf_counter()
    for batch in batches:
        results = await OperationQueue(database, HANDLERS, BATCH).process(till.caller, batch)
        assert all(result.success for result in results), "a movement was not applied"
    seconds = time.perf_counter() - began
    await asyncio.to_thread(database.close)
    return _Applied(path, seconds)


# --- raw sqlite3 -------------------------------------------------------------------------------------------

_BY_OPERATION = {
    "stock_movement": "operation_id",
    "operation": "id",
    "change": "operation_id",
    "audit_entry": "operation_id",
}
"""Tables that only grow, and the column that says which operation a row is of."""

Statement = tuple[str, list[tuple[Any, ...]]]


class _Replay:
    """Everything that the services wrote in each of their transactions, ready to be written again."""

    def __init__(self, template: Path, written: Path) -> None:
        self._template = template
        with sqlite3.connect(template) as before, sqlite3.connect(written) as after:
            self._known = before.execute("SELECT count(*) FROM operation").fetchone()[0]
            self._expected = _sums(after)
            self._transactions = list(self._read(after))
        before.close()
        after.close()

    def run(self, path: Path) -> float:
        """Seconds that it takes; checks that the same rows are there as the services wrote."""
        shutil.copy(self._template, path)
        connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
        began = time.perf_counter()
        for statements in self._transactions:
            connection.execute("BEGIN IMMEDIATE")
            for statement, rows in statements:
                connection.executemany(statement, rows)
            connection.execute("COMMIT")
        seconds = time.perf_counter() - began
        assert _sums(connection) == self._expected, "raw sqlite3 did not write what the services wrote"
        connection.close()
        return seconds

    def _read(self, database: sqlite3.Connection) -> Iterator[list[Statement]]:
        database.row_factory = sqlite3.Row
        ids = [row["id"] for row in database.execute("SELECT id FROM operation ORDER BY rowid")]
        new = ids[self._known :]
        assert len(new) == OPERATIONS
        place = {identifier: number // BATCH for number, identifier in enumerate(new)}
        grown = {
            table: _rows_by_batch(database, table, column, place) for table, column in _BY_OPERATION.items()
        }
        shortages: dict[str, int] = {}
        for number in range(OPERATIONS // BATCH):
            rows = {table: by_batch[number] for table, by_batch in grown.items()}
            yield [
                *(_insert(table, some) for table, some in rows.items()),
                _levels(rows["stock_movement"], rows["change"]),
                *_shortages(rows["change"], shortages),
                _stream_head(rows["change"]),
                *_audit_head(rows["audit_entry"]),
            ]


def _rows_by_batch(
    database: sqlite3.Connection, table: str, column: str, place: dict[str, int]
) -> list[list[sqlite3.Row]]:
    by_batch: list[list[sqlite3.Row]] = [[] for _ in range(OPERATIONS // BATCH)]
    order = "seq" if table != "operation" else "rowid"
    for row in database.execute(f"SELECT * FROM {table} ORDER BY {order}"):  # noqa: S608 - names of ours
        if row[column] in place:
            by_batch[place[row[column]]].append(row)
    return by_batch


def _insert(table: str, rows: list[sqlite3.Row]) -> Statement:
    if not rows:
        return f"DELETE FROM {table} WHERE 0", []  # noqa: S608 - names of ours
    columns = rows[0].keys()
    names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
    return f"INSERT INTO {table} ({names}) VALUES ({marks})", [tuple(row) for row in rows]  # noqa: S608


def _levels(movements: list[sqlite3.Row], changes: list[sqlite3.Row]) -> Statement:
    """Each product's level once a transaction, as it was at the end of it."""
    last = {row["product_id"]: row for row in movements}
    quantity = {
        row["resource_id"]: orjson.loads(row["row"])["quantity"]
        for row in changes
        if row["resource_type"] == "stock_level"
    }
    return (
        "UPDATE stock_level SET quantity = ?, version = ?, updated_ms = ?, seq = ?, counted_ms = NULL,"
        " counted_device_id = NULL, counted_device_seq = NULL"
        " WHERE tenant_id = ? AND location_id = ? AND product_id = ?",
        [
            (quantity[product], row["version"], row["received_ms"], row["seq"], "bench", "main", product)
            for product, row in last.items()
        ],
    )


def _shortages(changes: list[sqlite3.Row], known: dict[str, int]) -> list[Statement]:
    last = {row["resource_id"]: row for row in changes if row["resource_type"] == "oversold"}
    new: list[tuple[Any, ...]] = []
    old: list[tuple[Any, ...]] = []
    for product, change in last.items():
        row = orjson.loads(change["row"])
        since = known.setdefault(product, change["at_ms"])
        values = (row["quantity"], since, int(row["open"]), row["version"])
        (new if since == change["at_ms"] else old).append((*values, "bench", "main", product))
    columns = "quantity, since_ms, open, version, tenant_id, location_id, product_id"
    return [
        (f"INSERT INTO oversold ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", new),  # noqa: S608
        (
            "UPDATE oversold SET quantity = ?, since_ms = ?, open = ?, version = ?"
            " WHERE tenant_id = ? AND location_id = ? AND product_id = ?",
            old,
        ),
    ]


def _stream_head(changes: list[sqlite3.Row]) -> Statement:
    last = changes[-1]
    return (
        "UPDATE stream SET head = ?, head_change_id = ? WHERE tenant_id = ? AND name = ?",
        [(last["seq"], last["change_id"], "bench", last["stream"])],
    )


def _audit_head(lines: list[sqlite3.Row]) -> list[Statement]:
    if not lines:
        return []
    last = lines[-1]
    return [
        (
            "UPDATE audit_head SET seq = ?, hash = ? WHERE tenant_id = ?",
            [(last["seq"], last["hash"], "bench")],
        )
    ]


def _sums(database: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """A summary that differs if the rows of two databases differ."""
    return [
        tuple(database.execute(statement).fetchone())
        for statement in (
            "SELECT count(*), sum(delta) FROM stock_movement",
            "SELECT count(*), sum(quantity), sum(version), sum(seq) FROM stock_level",
            "SELECT count(*), sum(quantity), sum(version) FROM oversold",
            "SELECT count(*), sum(device_seq) FROM operation",
            "SELECT count(*), sum(seq), sum(length(row)) FROM change",
            "SELECT sum(head) FROM stream",
            "SELECT count(*), max(hash) FROM audit_entry",
            "SELECT sum(seq), max(hash) FROM audit_head",
        )
    ]


# --- over HTTP ---------------------------------------------------------------------------------------------


def _move_in(home: Path, template: Path) -> None:
    home.mkdir()
    shutil.copy(template, home / "server.sqlite3")


async def _upload(home: Path, template: Path, till: Till, batches: list[list[dict[str, Any]]]) -> float:
    await asyncio.to_thread(_move_in, home, template)
    bodies = [gzip.compress(orjson.dumps({"items": batch}), 5) for batch in batches]
    async with (
        ServerProcess("server_stub", "--home", str(home), "--port", "0") as server,
        httpx.AsyncClient(base_url=server.url, timeout=60, trust_env=False) as http,
    ):
        renewed = await http.post("/api/v1/auth/refresh", json={"refreshToken": till.token})
        token = renewed.json()["data"]["accessToken"]
        headers = {"Authorization": f"Bearer {token}", "Content-Encoding": "gzip"}
        began = time.perf_counter()
        for body in bodies:
            answer = await http.post("/api/v1/realtime/offline-queue", content=body, headers=headers)
            answer.raise_for_status()
        seconds = time.perf_counter() - began
    results = answer.json()["data"]["results"]
    assert all(result["success"] for result in results), "a movement was not applied"
    return seconds
