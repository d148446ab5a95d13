"""Clients of a server at the wire: signed-in users, and sockets that record the events they receive."""

import asyncio
import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import socketio

from tests.kit.waiting import WAIT_S


@dataclass
class Person:
    """A signed-in user or till."""

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
        results: list[dict[str, Any]] = response.json()["data"]["results"]
        return results

    async def stock(self, product: str, place: str = "main") -> tuple[int, int]:
        """Quantity and version."""
        answer = await self.get(f"/stock/{product}")
        assert answer.status_code == 200, answer.text
        levels = answer.json()["data"]["levels"]
        return next(((x["quantity"], x["version"]) for x in levels if x["locationId"] == place), (0, 0))

    async def changes(self, stream: str, after: int = 0, limit: int = 1000) -> list[dict[str, Any]]:
        page = await self.get("/realtime/changes", stream=stream, after=after, limit=limit)
        assert page.status_code == 200, page.text
        changes: list[dict[str, Any]] = page.json()["data"]["changes"]
        return changes

    def joining(self, tenant: str = "demo", **rest: Any) -> dict[str, Any]:
        """The payload of `join-tenant`."""
        return {"tenantId": tenant, "userId": self.user_id, "token": self.access_token, **rest}

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access_token}"}


@dataclass
class Socket:
    """A connected socket that records the events it receives."""

    client: socketio.AsyncClient
    heard: list[tuple[str, Any]] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def remember(self, event: str, payload: Any = None) -> None:
        self.heard.append((event, payload))
        self._news.set()

    async def call(self, event: str, payload: Any = None) -> dict[str, Any]:
        answer: dict[str, Any] = await self.client.call(event, payload, timeout=WAIT_S)
        return answer

    async def join(self, person: Person, tenant: str = "demo", **rest: Any) -> dict[str, Any]:
        """Joins, or joins again with a newer token; what the server answers."""
        return await self.call("join-tenant", person.joining(tenant, **rest))

    async def hear(self, event: str, matching: Callable[[Any], bool] = lambda _payload: True) -> Any:
        """Waits for an event that matches, received already or later."""
        async with asyncio.timeout(WAIT_S):
            while True:
                for name, payload in self.heard:
                    if name == event and matching(payload):
                        return payload
                self._news.clear()
                await self._news.wait()

    def all_of(self, event: str) -> list[Any]:
        return [payload for name, payload in self.heard if name == event]


async def snapshot(person: Person, stream: str) -> tuple[dict[str, list[dict[str, Any]]], dict[str, Any]]:
    """All rows of a stream by resource type, and the first page."""
    rows: dict[str, list[dict[str, Any]]] = {}
    first: dict[str, Any] | None = None
    token: str | None = None
    while first is None or token is not None:
        params = {"stream": stream} | ({"pageToken": token} if token else {})
        response = await person.get("/realtime/snapshot", **params)
        assert response.status_code == 200, response.text
        page = response.json()["data"]
        first = first or page
        rows.setdefault(page["resourceType"], []).extend(
            dict(zip(page["columns"], row, strict=True)) for row in page["rows"]
        )
        assert (page["seq"], page["rowsTotal"]) == (first["seq"], first["rowsTotal"])
        token = page.get("nextPageToken")
    return rows, first
