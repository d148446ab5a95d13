"""A server with some history, in its own thread, for tests that send it random input.

There are no rate limits and no time limits on sockets, so that every answer is about the input.
`EVERTILL_FUZZ` set to `long` makes each test send fifty times as much.
"""

import asyncio
import os
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from hypothesis import HealthCheck, settings

from server_stub.cli.demo_data import DEMO, DEMO_PASSWORD, demo_articles, product_id
from server_stub.run import running
from server_stub.settings import RateLimits, Settings
from sync_agent.contract.codes import HTTP_STATUS, ErrorCode
from tests.kit.operations import count, movement, operation, sale
from tests.kit.waiting import WAIT_S

LONG = os.environ.get("EVERTILL_FUZZ") == "long"

_MANY = 10**6
UNTHROTTLED = RateLimits(
    events_per_s=_MANY,
    events_burst=_MANY,
    uploads_per_s=_MANY,
    uploads_burst=_MANY,
    tenant_per_s=_MANY,
    tenant_burst=_MANY,
    tries_a_minute=_MANY,
    strangers_tries_an_hour=_MANY,
    address_tries_a_minute=_MANY,
    refreshes_per_s=_MANY,
    refreshes_burst=_MANY,
)
KEPT_BESIDE = frozenset({"audit_entry", "audit_head", "refresh_token", "alembic_version"})
"""Tables that a refusal may write to, or that are not the server's own."""


def budget(examples: int) -> settings:
    """The same examples in each run, and many more of them in a long one."""
    return settings(
        max_examples=examples * 50 if LONG else examples,
        derandomize=not LONG,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@dataclass
class LiveServer:
    """A running server, people and a till that are signed in, and ids that mean something to it."""

    url: str
    home: Path
    http: httpx.Client
    tokens: dict[str, str] = field(default_factory=dict)
    known: dict[str, list[str]] = field(default_factory=dict)
    """Ids by the wire name of the field that carries them."""

    def headers(self, role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[role]}"} if role in self.tokens else {}

    def ask(self, method: str, path: str, role: str, **rest: Any) -> Any:
        response = self.http.request(method, path, headers=self.headers(role), **rest)
        assert response.status_code == 200, response.text
        return response.json()["data"]

    def enroll_a_till(self) -> None:
        """A new one, at the start and whenever the last has come to look like a clone of itself."""
        enrolled = {"name": "Till", "locationId": "main"}
        token = self.ask("POST", "/api/v1/devices/enroll", "manager", json=enrolled)["deviceToken"]
        till = self.ask("POST", "/api/v1/auth/refresh", "", json={"refreshToken": token})
        self.tokens["device"] = till["accessToken"]

    def row_counts(self) -> dict[str, int]:
        """How many rows each table has that a refused request must not write to."""
        connection = sqlite3.connect(self.home / "server.sqlite3")
        try:
            names = [
                row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            ]
            counted = {
                name: f'SELECT count(*) FROM "{name}"'  # noqa: S608 - names from the schema itself
                for name in names
                if name not in KEPT_BESIDE and not name.startswith("sqlite_")
            }
            # A refused operation is remembered, so that its id stays tied to its content.
            counted["operation"] += " WHERE status <> 'rejected'"
            return {name: connection.execute(query).fetchone()[0] for name, query in counted.items()}
        finally:
            connection.close()


def must_be_an_answer(status: int, body: Any) -> None:
    """Every answer is an envelope, every refusal has a known code of that status, and none is a fault."""
    assert isinstance(body, dict), body
    if status == 200:
        assert body["success"] is True, body
        return
    assert body["success"] is False, body
    assert status < 500, body
    code = ErrorCode(body["error"]["code"])
    assert HTTP_STATUS[code] == status or (status == 405 and code is ErrorCode.BAD_REQUEST), body
    assert body["error"]["message"]


def must_be_acknowledged(answer: Any) -> None:
    """Every event is acknowledged with an envelope; a refusal has a known code, and none is a fault."""
    assert isinstance(answer, dict), answer
    if answer["success"]:
        return
    code = ErrorCode(answer["error"]["code"])
    assert code is not ErrorCode.INTERNAL, answer
    assert answer["error"]["requestId"]


@contextmanager
def live_server(home: Path) -> Iterator[LiveServer]:
    """The demonstration shop, in a thread with its own loop."""
    settings = Settings(home=home, rate_limits=UNTHROTTLED, join_within_s=3600)
    started: Future[tuple[str, Callable[[], object]]] = Future()

    async def serve() -> None:
        enough = asyncio.Event()
        loop = asyncio.get_running_loop()
        async with running(settings, demo_data=True) as server:
            started.set_result((server.url, partial(loop.call_soon_threadsafe, enough.set)))
            await enough.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="live server")
    thread.start()
    url, stop = started.result(WAIT_S)
    try:
        with httpx.Client(base_url=url, timeout=WAIT_S, trust_env=False) as http:
            server = LiveServer(url, home, http)
            _give_it_a_past(server)
            yield server
    finally:
        stop()
        thread.join(WAIT_S)


def _give_it_a_past(server: LiveServer) -> None:
    """A user of each role, a sale, a conflict, a sale in quarantine and an open shift."""
    for role, username in (("clerk", "bob"), ("manager", "alice"), ("admin", "ada")):
        body = {"tenantId": "demo", "username": username, "password": DEMO_PASSWORD}
        server.tokens[role] = server.ask("POST", "/api/v1/auth/login", "", json=body)["accessToken"]
    server.enroll_a_till()
    enrolled = {"name": "Spare till", "locationId": "main"}
    spare = server.ask("POST", "/api/v1/devices/enroll", "manager", json=enrolled)
    products = [product_id(DEMO, article) for article in demo_articles()[:3]]
    unreadable = sale({products[0]: 1}) | {"data": {"kind": "sale"}, "deviceSeq": 3}
    opened = operation(
        "shift",
        {"openedAt": "2026-03-01T08:00:00Z", "floatMinor": 5000, "currency": "GBP"},
        operation="create",
        resourceId=str(uuid.uuid4()),
        locationId="main",
    )
    sold, received = sale({products[0]: 1}, deviceSeq=1), movement(products[1], 5, deviceSeq=2)
    items = [sold, received, unreadable, opened, count(products[2], 7, version=1)]
    server.ask("POST", "/api/v1/realtime/offline-queue", "device", json={"items": items})
    # Two people counted from the same version: the second count is for a person to decide.
    stale = [count(products[0], 3, version=1), count(products[0], 4, version=1)]
    for item in stale:
        server.ask("POST", "/api/v1/realtime/offline-queue", "clerk", json={"items": [item]})
    open_ones = server.ask("GET", "/api/v1/realtime/conflicts", "manager")
    server.known = {
        "productId": products,
        "resourceId": [*products, opened["resourceId"], *(each["id"] for each in open_ones)],
        "conflictId": [each["id"] for each in open_ones],
        "operationId": [item["id"] for item in items],
        "eventId": [received["id"]],
        "id": [sold["id"]],
        "locationId": ["main", "annex"],
        "toLocationId": ["main", "annex"],
        "shiftId": [opened["resourceId"]],
        "deviceId": [spare["deviceId"]],
        "userId": ["nobody"],
        "stream": [
            "tenant-demo",
            "tenant-demo-location-main",
            "tenant-rival",
            "tenant-demo-location-nowhere",
        ],
        "refreshToken": [spare["deviceToken"], spare["deviceToken"][:-1] + "x"],
        "tenantId": ["demo", "rival"],
    }
    assert server.known["conflictId"], "the stale counts must stand in conflict"
