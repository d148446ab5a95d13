"""A running server, and bearers of every role at it, their tokens signed with the server's own secret."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from server_stub.clock import SystemClock, TimeOrderedIds
from server_stub.services.people.caller import Caller
from server_stub.sessions.access_tokens import AccessTokens
from server_stub.settings import Settings
from tests.kit.clients import Person
from tests.kit.postgresql import FreshDatabase
from tests.kit.servers import ShopServer, open_shop

PLACES = {"demo": ("main", "annex"), "rival": ("main",)}
PEOPLE = {"clerk": "bob", "manager": "alice", "admin": "ada"}
"""Who in the demonstration's shop has which role."""


@dataclass
class Bearers:
    """The shop, and its server's secret."""

    shop: ShopServer
    settings: Settings
    tills: dict[str, Person] = field(default_factory=dict)

    @property
    def secret(self) -> bytes:
        return self.settings.secret_file.read_bytes()

    def token(self, caller: Caller, lifetime_s: int = 900) -> str:
        return AccessTokens(self.secret, lifetime_s, SystemClock(), TimeOrderedIds()).issue(caller)

    def person(self, user_id: str, role: str, tenant: str = "demo") -> Person:
        caller = Caller(tenant, role, PLACES[tenant], user_id=user_id)
        return Person(self.shop.http, self.token(caller), user_id, {})

    async def bearer(self, role: str) -> Person:
        """The bearer of that role at `demo`; the till is enrolled once."""
        if role != "device":
            return self.person(PEOPLE[role], role)
        if "demo" not in self.tills:
            self.tills["demo"] = await self.shop.enroll(self.person("alice", "manager"))
        return self.tills["demo"]

    async def ask(
        self, method: str, path: str, person: Person | None = None, body: object = None, **params: Any
    ) -> httpx.Response:
        """One request, with a body where the method takes one."""
        return await self.shop.http.request(
            method,
            path,
            headers=person.headers if person else {},
            params=params,
            content=None if method == "GET" else orjson.dumps(body if body is not None else {}),
        )

    async def is_alive(self) -> bool:
        return (await self.shop.http.get("/livez")).status_code == 200


@asynccontextmanager
async def open_bearers(settings: Settings, books: FreshDatabase | None = None) -> AsyncIterator[Bearers]:
    async with open_shop(settings, books=books) as shop:
        yield Bearers(shop, settings)


def verdict(response: httpx.Response) -> tuple[int, str | None]:
    """Status and error code; the body is the envelope, or the assertion fails."""
    told = response.json()
    assert isinstance(told, dict), response.text[:200]
    assert set(told) <= {"success", "data", "error", "requestId"}, response.text[:200]
    return response.status_code, None if told["success"] else told["error"]["code"]
