"""Operations are single for ever: repeats, other content, clones, crashes in mid-batch and kill -9."""

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from server_stub.cli.demo_data import DEMO_PASSWORD
from server_stub.operations.handlers.movements import StockMovement
from server_stub.services.people import rights_history
from server_stub.settings import Settings
from server_stub.store import tables as t
from server_stub.store.database import UnitOfWork
from sync_agent.contract.stock import UserRow
from sync_agent.contract.streams import tenant_stream
from tests.kit.operations import count, movement, sale
from tests.kit.rules import Rules
from tests.kit.servers import ShopServer
from tests.kit.waiting import WAIT_S


def test_a_repeated_operation_gets_its_first_result(rules: Rules) -> None:
    sold = sale({"p": 1})
    (first,) = rules.send("d1", sold)
    (again,) = rules.send("d1", sold)
    assert again == {**first, "repeated": True}
    assert rules.level("p") == (-1, 1)


def test_an_operation_twice_in_one_upload_is_one(rules: Rules) -> None:
    once = movement("p", 5)
    first, second = rules.send("d1", once, once)
    assert "repeated" not in first
    assert second["repeated"] is True
    assert rules.level("p") == (5, 1)


def test_the_same_id_with_other_content_is_refused(rules: Rules) -> None:
    once = movement("p", 5)
    other = {**movement("p", 6), "id": once["id"]}
    for upload in ((once, other), (other,)):
        result = rules.send("d1", *upload)[-1]
        assert (result["status"], result["code"]) == ("rejected", "precondition_failed")
    assert rules.level("p") == (5, 1)


def test_a_refusal_is_not_final(rules: Rules) -> None:
    early = movement("p", 1, actorId="new")
    assert rules.send("d1", early)[0]["code"] == "forbidden"
    rules.database.transact("t", lambda unit: _hire(unit, "new"))
    (result,) = rules.send("d1", early)
    assert result["status"] == "applied"
    assert rules.send("d1", early)[0]["repeated"] is True


def _hire(unit: UnitOfWork, user_id: str) -> None:
    row = UserRow(
        id=user_id,
        username=user_id,
        name=user_id,
        role="clerk",
        locations=["main"],
        pin_verifier=None,
        version=1,
    )
    unit.streams.lock([tenant_stream("t")])
    account = row.model_dump(by_alias=False) | {"disabled": 0, "password_hash": ""}
    unit.insert(t.user_account, {"tenant_id": "t", **account})
    rights_history.publish(unit, row)


async def test_a_lost_answer_is_given_again(shop: ShopServer) -> None:
    till = await shop.enroll(await shop.sign_in("demo", "alice"))
    items = [movement("p", 1, deviceSeq=number) for number in range(1, 6)]
    lost = await till.send(*items)
    again = await till.send(*items)
    assert again == [{**result, "repeated": True} for result in lost]
    assert await till.stock("p") == (5, 5)


async def test_a_number_with_two_owners_shows_a_cloned_till(shop: ShopServer) -> None:
    alice = await shop.sign_in("demo", "alice")
    till = await shop.enroll(alice)
    await till.send(movement("p", 1, deviceSeq=2))
    await till.send(movement("p", 1, deviceSeq=1))  # late, not cloned
    body = {"items": [movement("p", 9, deviceSeq=2)]}
    for path, payload in (
        ("/realtime/offline-queue", body),
        ("/realtime/offline-queue", {"items": [movement("p", 1, deviceSeq=3)]}),
        ("/auth/refresh", {"refreshToken": till.answer["deviceToken"]}),
    ):
        response = await till.post(path, payload)
        assert (response.status_code, response.json()["error"]["code"]) == (403, "device_cloned"), path
    assert await alice.stock("p") == (2, 2)
    fresh = await shop.enroll(alice, "Till, enrolled anew")
    assert fresh.answer["receiptSeries"] != till.answer["receiptSeries"]
    await fresh.send(movement("p", 1, deviceSeq=1))


async def test_a_broken_chain_shows_a_cloned_till(shop: ShopServer) -> None:
    till = await shop.enroll(await shop.sign_in("demo", "alice"))
    sent = movement("p", 1, deviceSeq=1, prevHash="")
    await till.send(sent)
    response = await till.post("/realtime/offline-queue", {"items": [{**sent, "prevHash": "0" * 64}]})
    assert response.json()["error"]["code"] == "device_cloned"


async def test_a_bug_in_one_operation_costs_the_others_nothing(
    open_with: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = StockMovement.apply_one

    def with_a_bug(self: StockMovement, context: Any, operation: Any) -> Any:
        outcome = real(self, context, operation)
        if operation.operation.resource_id == "poison":
            raise ZeroDivisionError
        return outcome

    monkeypatch.setattr(StockMovement, "apply_one", with_a_bug)
    async with open_with(operations_per_commit=4) as shop:
        till = await shop.enroll(await shop.sign_in("demo", "alice"))
        items = [movement(product, 1) for product in ("a", "b", "poison", "c", "d")]
        results = await till.send(*items)
        assert [result["status"] for result in results] == [
            "applied",
            "applied",
            "deferred",
            "applied",
            "applied",
        ]
        assert results[2]["code"] == "internal"
        assert await till.stock("poison") == (0, 0)
        monkeypatch.setattr(StockMovement, "apply_one", real)
        assert (await till.send(items[2]))[0]["status"] == "applied"


async def test_streams_have_no_gaps_under_concurrent_uploads(open_with: Callable[..., Any]) -> None:
    async with open_with(operations_per_commit=3) as shop:
        alice = await shop.sign_in("demo", "alice")
        tills = [await shop.enroll(alice, f"Till {number}") for number in range(4)]

        async def sell(till: Any) -> None:
            for _ in range(5):
                sent = [sale({"p": 1, "q": 2}), movement("p", 3), count("r", 4)]
                assert all(result["success"] for result in await till.send(*sent))

        await asyncio.gather(*(sell(till) for till in tills))
        changes = await alice.changes("tenant-demo-location-main")
        head = (await alice.get("/realtime/changes", stream="tenant-demo-location-main", after=0)).json()
        assert [change["seq"] for change in changes] == list(range(1, head["data"]["head"] + 1))
        versions = [change["version"] for change in changes if change["resourceId"] == "p"]
        levels = [
            change["version"]
            for change in changes
            if (change["resourceId"], change["resourceType"]) == ("p", "stock_level")
        ]
        assert levels == list(range(1, 41)), versions
        assert await alice.stock("p") == (40, 40)
        assert shop.rows(
            "SELECT count(*) FROM stock_level l WHERE quantity <> (SELECT sum(delta) FROM stock_movement m"
            " WHERE m.tenant_id = l.tenant_id AND m.location_id = l.location_id"
            " AND m.product_id = l.product_id)"
        ) == [(0,)]


async def test_a_killed_server_has_kept_all_that_it_answered(settings: Settings) -> None:
    first = await _start(settings)
    answered: set[str] = set()
    enough = asyncio.Event()
    async with httpx.AsyncClient(base_url=first.url, timeout=WAIT_S, trust_env=False) as http:
        headers = await _bearer(http)

        async def sell_until_it_dies() -> None:
            while True:
                body = {"items": [sale({"p": 1}) for _ in range(20)]}
                try:
                    answer = await http.post("/api/v1/realtime/offline-queue", json=body, headers=headers)
                except httpx.TransportError:
                    return
                answered.update(result["id"] for result in answer.json()["data"]["results"])
                if len(answered) >= 200:
                    enough.set()

        async with asyncio.timeout(WAIT_S), asyncio.TaskGroup() as tills:
            for _ in range(3):
                tills.create_task(sell_until_it_dies())
            await enough.wait()
            first.process.kill()
    await first.process.wait()

    second = await _start(settings)
    kept = {row[0] for row in _rows(settings, "SELECT id FROM till_transaction")}
    told = {row[0] for row in _rows(settings, "SELECT resource_id FROM change WHERE version = 1")}
    (on_hand,) = _rows(settings, "SELECT quantity FROM stock_level WHERE product_id = 'p'")[0]
    second.process.send_signal(signal.SIGTERM)
    assert await second.process.wait() == 0
    assert len(answered) >= 200
    assert answered <= kept <= told
    assert on_hand == -len(kept)


def _rows(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(settings.home / "server.sqlite3")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


class _Started:
    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.process = process
        self.url = url


async def _start(settings: Settings) -> _Started:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "server_stub", "--home", str(settings.home), "--port", "0"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=os.environ,
    )
    assert process.stdout is not None
    async with asyncio.timeout(WAIT_S):
        line = (await process.stdout.readline()).decode()
    assert line.startswith("listening on http://127.0.0.1:"), line
    return _Started(process, line.split()[-1])


async def _bearer(http: httpx.AsyncClient) -> dict[str, str]:
    body = {"tenantId": "demo", "username": "bob", "password": DEMO_PASSWORD}
    answer = (await http.post("/api/v1/auth/login", json=body)).json()
    return {"Authorization": f"Bearer {answer['data']['accessToken']}"}
