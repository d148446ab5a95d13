"""Health and readiness: the shape that clients expect, and figures that say how the server is doing."""

import asyncio
from typing import Any

import pytest

from server_stub.errors import Refusal
from server_stub.rest.monitoring import Readiness
from server_stub.store.database import Database
from sync_agent.contract.codes import ErrorCode
from tests.kit.rules import Rules
from tests.kit.servers import ShopServer


async def test_health_has_the_shape_that_clients_expect(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    answer = (await bob.get("/realtime/health")).json()["data"]
    assert answer["system"] == {
        "totalConnections": 0,
        "activeTenants": 0,
        "averageConnectionsPerTenant": 0.0,
    }
    assert (answer["tenant"]["id"], answer["tenant"]["connectedUsers"]) == ("demo", 0)
    assert answer["timestamp"].endswith("Z")
    assert set(answer["tenant"]["syncState"]) >= {"tenantId", "pendingOperations", "conflictCount"}


async def test_another_shops_sockets_change_nothing_in_ones_own_health(shop: ShopServer) -> None:
    bob, mallory = await shop.sign_in("demo", "bob"), await shop.sign_in("rival", "mallory")
    await shop.join("demo", bob)

    async def figures() -> Any:
        health = (await bob.get("/realtime/health")).json()["data"]
        health.pop("timestamp")
        health["checks"].pop("cpu")  # other programs use it too
        health["checks"]["database"]["figures"].pop("latencyMs")
        return health

    before = await figures()
    for _ in range(3):
        await (await shop.join("rival", mallory)).call("ping", {})
    await shop.connect()
    assert await figures() == before
    assert before["system"] == {
        "totalConnections": 1,
        "activeTenants": 1,
        "averageConnectionsPerTenant": 1.0,
    }
    assert before["checks"]["sockets"]["figures"] == {"open": 1, "max": 1000}


async def test_each_check_says_whether_it_is_well_and_no_figure_of_the_whole_server(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    socket = await shop.join("demo", bob)
    await socket.call("ping", {})
    checks = (await bob.get("/realtime/health")).json()["data"]["checks"]
    assert {name: set(check["figures"]) for name, check in checks.items()} == {
        "database": {"latencyMs"},
        "memory": set(),
        "cpu": set(),
        "sockets": {"open", "max"},
        "latency": set(),
    }
    assert checks["database"]["ok"]
    assert checks["sockets"]["ok"]


async def test_health_needs_a_token(shop: ShopServer) -> None:
    assert (await shop.http.get("/api/v1/realtime/health")).status_code == 401


async def test_a_server_without_its_database_says_that_it_is_not_ready(
    shop: ShopServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_database: Database) -> None:
        raise Refusal(ErrorCode.UNAVAILABLE, "away")

    assert (await shop.http.get("/readyz")).status_code == 200
    with monkeypatch.context() as patch:
        patch.setattr(Database, "check", away)
        answer = await shop.http.get("/readyz")
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
        assert answer.headers["retry-after"] == "1"
        assert "evertill_ready 0.0" in (await shop.metrics()).text
        assert (await shop.http.get("/livez")).status_code == 200
    assert "evertill_ready 1.0" in (await shop.metrics()).text


async def test_many_who_ask_at_once_cost_the_database_one_question(
    rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    async def count_up(_database: Database) -> None:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)

    monkeypatch.setattr(Database, "check", count_up)
    readiness = Readiness(rules.database)
    assert all(await asyncio.gather(*(readiness.is_ready() for _ in range(20))))
    assert asked == 1
    assert await readiness.is_ready()
    assert asked == 2
