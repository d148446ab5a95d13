"""A running server of the demonstration's shops, as its clients see it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import socketio

from server_stub.cli.demo_data import DEMO_PASSWORD
from server_stub.clock import Clock
from server_stub.run import RunningServer, running
from server_stub.settings import RateLimits, Settings
from tests.kit.books import change_rows, read_rows
from tests.kit.clients import Person, Socket
from tests.kit.postgresql import FreshDatabase
from tests.kit.waiting import WAIT_S

_MANY = 10**6
UNHURRIED = RateLimits(
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
    code_tries=_MANY,
)
"""For tests that send more requests than the rate limits allow."""

METRICS_TOKEN = "the metrics of a test"
_PATIENT_PING_S = WAIT_S
"""Server and clients share the loop of a test: on a busy machine it may be held up for longer than the
shipped ten seconds, and no connection is lost for it. Tests of lost connections set a time of their own.
"""


@dataclass
class ShopServer:
    """A running server as its clients see it."""

    url: str
    home: Path
    http: httpx.AsyncClient
    books: FreshDatabase | None = None
    """The server's database where it is PostgreSQL."""
    sockets: list[socketio.AsyncClient] = field(default_factory=list)

    async def sign_in(self, tenant: str, username: str) -> Person:
        body = {"tenantId": tenant, "username": username, "password": DEMO_PASSWORD}
        response = await self.http.post("/api/v1/auth/login", json=body)
        assert response.status_code == 200, response.text
        answer = response.json()["data"]
        return Person(self.http, answer["accessToken"], answer["user"]["id"], answer)

    async def enroll(self, manager: Person, name: str = "Till", place: str = "main") -> Person:
        """A new till, signed in with its own credential."""
        response = await manager.post("/devices/enroll", {"name": name, "locationId": place})
        assert response.status_code == 200, response.text
        answer = response.json()["data"]
        return await self.refresh_till(answer)

    async def refresh_till(self, enrolled: dict[str, Any]) -> Person:
        response = await self.http.post(
            "/api/v1/auth/refresh", json={"refreshToken": enrolled["deviceToken"]}
        )
        assert response.status_code == 200, response.text
        token = response.json()["data"]["accessToken"]
        return Person(self.http, token, enrolled["deviceId"], enrolled)

    async def metrics(self, **headers: str) -> httpx.Response:
        """What Prometheus reads, with the token of the tests."""
        return await self.http.get(
            "/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}", **headers}
        )

    async def connect(self, auth: dict[str, str] | None = None, **rest: Any) -> Socket:
        client = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        socket = Socket(client)
        client.on("*", socket.remember)
        self.sockets.append(client)  # also one that is refused has something to close
        await client.connect(self.url, auth=auth, transports=["websocket"], wait_timeout=WAIT_S, **rest)
        return socket

    async def join(self, tenant: str, person: Person, **rest: Any) -> Socket:
        socket = await self.connect()
        answer = await socket.join(person, tenant, **rest)
        assert answer["success"], answer
        return socket

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database itself says."""
        if self.books is not None:
            return self.books.rows(query)
        return read_rows(self.home / "server.sqlite3", query)

    def change(self, statement: str, **parameters: Any) -> None:
        """Changes rows without the server, as a restored backup does."""
        if self.books is not None:
            self.books.change(statement, **parameters)
        else:
            change_rows(self.home / "server.sqlite3", statement, parameters)


@asynccontextmanager
async def open_shop(
    settings: Settings, clock: Clock | None = None, *, books: FreshDatabase | None = None
) -> AsyncIterator[ShopServer]:
    """A server in this process on a free port; sockets that its clients opened are closed with it."""
    if settings.metrics_token is None:
        settings = replace(settings, metrics_token=METRICS_TOKEN)
    if settings.ping_timeout_s == Settings.ping_timeout_s:
        settings = replace(settings, ping_timeout_s=_PATIENT_PING_S)
    async with running(settings, clock=clock) as server, _client(server) as http:
        shop = ShopServer(server.url, settings.home, http, books)
        try:
            yield shop
        finally:
            for socket in shop.sockets:
                await socket.disconnect()


def _client(server: RunningServer) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=server.url, timeout=WAIT_S, trust_env=False)
