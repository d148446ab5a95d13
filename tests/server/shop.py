"""A running server as its clients see it: people and tills that are signed in, and sockets that remember."""

import asyncio
import gzip
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import socketio

from server_stub.cli.demo_data import DEMO_PASSWORD
from server_stub.clock import Clock
from server_stub.run import RunningServer, running
from server_stub.settings import Settings
from tests.waiting import WAIT_S

"""The library gives up after a second, which a busy machine may need for a greeting."""


@dataclass
class Person:
    """Somebody, or some till, that is signed in."""

    http: httpx.AsyncClient
    access_token: str
    user_id: str
    answer: dict[str, Any]

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self.http.get(f"/api/v1{path}", params=params, headers=self.headers)

    async def post(self, path: str, body: object) -> httpx.Response:
        return await self.http.post(f"/api/v1{path}", content=orjson.dumps(body), headers=self.headers)

    async def send(self, *items: object) -> list[dict[str, Any]]:
        """Uploads operations, compressed as tills do, and gives their results."""
        body = gzip.compress(orjson.dumps({"items": items}))
        headers = {**self.headers, "Content-Encoding": "gzip"}
        response = await self.http.post("/api/v1/realtime/offline-queue", content=body, headers=headers)
        assert response.status_code == 200, response.text
        return response.json()["data"]["results"]

    async def stock(self, product: str, place: str = "main") -> tuple[int, int]:
        """Quantity and version."""
        answer = await self.get(f"/stock/{product}")
        assert answer.status_code == 200, answer.text
        levels = answer.json()["data"]["levels"]
        return next(((x["quantity"], x["version"]) for x in levels if x["locationId"] == place), (0, 0))

    async def changes(self, stream: str, after: int = 0, limit: int = 1000) -> list[dict[str, Any]]:
        page = await self.get("/realtime/changes", stream=stream, after=after, limit=limit)
        assert page.status_code == 200, page.text
        return page.json()["data"]["changes"]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access_token}"}


@dataclass
class Socket:
    """A connected socket that remembers what it was told."""

    client: socketio.AsyncClient
    heard: list[tuple[str, Any]] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def remember(self, event: str, payload: Any = None) -> None:
        self.heard.append((event, payload))
        self._news.set()

    async def call(self, event: str, payload: Any = None) -> dict[str, Any]:
        return await self.client.call(event, payload, timeout=WAIT_S)

    async def join(self, person: Person, tenant: str = "demo", **rest: Any) -> dict[str, Any]:
        """Joins, or joins again with a newer token; what the server answers."""
        who = {"tenantId": tenant, "userId": person.user_id, "token": person.access_token, **rest}
        return await self.call("join-tenant", who)

    async def hear(self, event: str, matching: Callable[[Any], bool] = lambda _payload: True) -> Any:
        """Waits for an event that matches, told already or to come."""
        async with asyncio.timeout(WAIT_S):
            while True:
                for name, payload in self.heard:
                    if name == event and matching(payload):
                        return payload
                self._news.clear()
                await self._news.wait()

    def all_of(self, event: str) -> list[Any]:
        return [payload for name, payload in self.heard if name == event]


@dataclass
class Shop:
    """A running server as its clients see it."""

    url: str
    home: Path
    http: httpx.AsyncClient
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
        connection = sqlite3.connect(self.home / "server.sqlite3")
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()


@asynccontextmanager
async def open_shop(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Shop]:
    async with running(settings, clock=clock) as server, _client(server) as http:
        shop = Shop(server.url, settings.home, http)
        try:
            yield shop
        finally:
            for socket in shop.sockets:
                await socket.disconnect()


def _client(server: RunningServer) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=server.url, timeout=WAIT_S, trust_env=False)
