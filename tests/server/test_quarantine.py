"""Sales in quarantine: reported to the till, shown to a manager, retried or discarded."""

import asyncio
import json
from typing import Any

import pytest

from server_stub.operations.handlers import transactions
from server_stub.operations.quarantine import Quarantined
from tests.kit.clients import Person
from tests.kit.operations import close_shift, open_shift, sale
from tests.kit.rules import Rules
from tests.kit.servers import ShopServer


@pytest.fixture
async def boss(shop: ShopServer) -> Person:
    return await shop.sign_in("demo", "alice")


@pytest.fixture
async def till(shop: ShopServer, boss: Person) -> Person:
    return await shop.enroll(boss)


def torn_sale(**rest: Any) -> dict[str, Any]:
    torn = sale({"p": 2}, **rest)
    del torn["data"]["currency"]
    return torn


def misplaced_sale(**rest: Any) -> dict[str, Any]:
    """A till of the main shop says that this was sold in the annex."""
    return sale({"p": 2}, locationId="annex", **rest)


async def kept(manager: Person, **filters: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await manager.get("/quarantine", **filters)).json()["data"]
    return rows


async def decide(manager: Person, operation_id: str, what: str, **body: Any) -> dict[str, Any]:
    response = await manager.post(f"/quarantine/{operation_id}/{what}", body)
    answer = response.json()
    decided: dict[str, Any] = answer["data"] if answer["success"] else answer["error"]
    return decided


def test_the_stream_of_its_place_hears_of_a_kept_sale_without_what_is_in_it(rules: Rules) -> None:
    torn = torn_sale(actorId="cleo")
    (result,) = rules.send("d1", torn)
    (effect,) = result["effects"]
    assert (effect["stream"], effect["resourceType"]) == ("tenant-t-location-main", "quarantine")
    ((told,),) = rules.query("SELECT c.row FROM change c WHERE resource_type = 'quarantine'")
    row = json.loads(told)
    assert (row["operationId"], row["status"], row["actorId"]) == (torn["id"], "open", "cleo")
    assert "payload" not in row


def test_a_sale_for_anothers_place_is_told_where_its_till_hears_it(rules: Rules) -> None:
    results = rules.send(
        "d1",
        misplaced_sale(),
        sale({"p": 1}, locationId="nowhere"),
        sale({"p": 1}, locationId="main", timestamp="yesterday"),
    )
    assert [result["effects"][0]["stream"] for result in results] == [
        "tenant-t",
        "tenant-t",
        "tenant-t-location-main",
    ]
    assert {row[0] for row in rules.query("SELECT location_id FROM quarantine")} == {"annex", None, "main"}


async def test_a_manager_sees_kept_sales_whole_and_the_newest_first(
    shop: ShopServer, boss: Person, till: Person
) -> None:
    first, second = torn_sale(), misplaced_sale()
    await till.send(first)
    await till.send(second)
    rows = await kept(boss)
    assert [row["operationId"] for row in rows] == [second["id"], first["id"]]
    assert rows[1]["payload"] == first
    assert "currency" in rows[1]["reason"]
    assert await kept(boss, limit=1) == rows[:1]
    assert (await till.get("/quarantine")).status_code == 403
    assert (await (await shop.sign_in("demo", "bob")).get("/quarantine")).status_code == 403
    assert await kept(await shop.sign_in("rival", "mallory"), status="all") == []


async def test_retrying_a_misplaced_sale_takes_it_where_it_was_sold(
    shop: ShopServer, boss: Person, till: Person
) -> None:
    sold = misplaced_sale(deviceSeq=1)
    await till.send(sold)
    before, _version = await boss.stock("p", "annex")
    listening = await shop.join("demo", till, features=["changes"])
    row = await decide(boss, sold["id"], "retry")
    assert (row["status"], row["decidedBy"]) == ("applied", boss.user_id)
    assert (await boss.stock("p", "annex"))[0] == before - 2
    await listening.hear("changes", lambda pushed: _last_row(pushed).get("status") == "applied")
    (again,) = await till.send(sold)
    assert (again["status"], again["repeated"]) == ("applied", True)
    assert shop.rows("SELECT device_id, location_id FROM till_transaction") == [(till.user_id, "annex")]


def _last_row(pushed: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = pushed["changes"][-1]["row"]
    return row


async def test_retrying_twice_sells_once(shop: ShopServer, boss: Person, till: Person) -> None:
    sold = misplaced_sale()
    await till.send(sold)
    rows = await asyncio.gather(*(decide(boss, sold["id"], "retry") for _ in range(2)))
    assert rows[0] == rows[1]
    assert shop.rows("SELECT count(*) FROM till_transaction") == [(1,)]
    assert shop.rows("SELECT outcome FROM audit_entry WHERE kind = 'quarantine'") == [("applied",)]


async def test_a_sale_that_still_cannot_be_read_stays_open_and_says_why(
    shop: ShopServer, boss: Person, till: Person
) -> None:
    for torn in (torn_sale(), sale({"p": 1}, timestamp="yesterday")):
        await till.send(torn)
        row = await decide(boss, torn["id"], "retry")
        assert (row["status"], row["version"]) == ("open", 1)
        assert row["reason"]
        assert (await till.send(torn))[0]["status"] == "quarantined"
    lines = shop.rows("SELECT outcome, actor_id FROM audit_entry WHERE kind = 'quarantine'")
    assert lines == [("quarantined", boss.user_id)] * 2


async def test_a_rule_that_reads_more_today_takes_what_yesterdays_could_not(
    shop: ShopServer, boss: Person, till: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reads_nothing(*_arguments: object) -> None:
        raise Quarantined("yesterday's program")

    sold = sale({"p": 2}, deviceSeq=2)
    with monkeypatch.context() as yesterday:
        yesterday.setattr(transactions, "_stock_moves", reads_nothing)
        await till.send(open_shift("s", deviceSeq=1), sold)
    closed = close_shift(1, 2, total_minor=200, shift="s", deviceSeq=3)
    assert (await till.send(closed))[0]["result"]["flags"] == ["total_minor"]
    assert (await decide(boss, sold["id"], "retry"))["status"] == "applied"
    shift = (await till.get("/shifts/s")).json()["data"]
    assert (shift["flags"], shift["version"]) == ([], 3)


async def test_giving_up_a_sale_says_why_and_is_final(shop: ShopServer, boss: Person, till: Person) -> None:
    torn = torn_sale()
    await till.send(torn)
    assert (await decide(boss, torn["id"], "discard"))["code"] == "bad_request"
    row = await decide(boss, torn["id"], "discard", reason="A training sale")
    assert (row["status"], row["note"], row["decidedBy"]) == ("discarded", "A training sale", boss.user_id)
    assert await decide(boss, torn["id"], "discard", reason="Another reason") == row
    assert (await decide(boss, torn["id"], "retry"))["code"] == "precondition_failed"
    assert (await till.send(torn))[0]["status"] == "quarantined"
    assert [await kept(boss), await kept(boss, status="discarded")] == [[], [row]]
    changes = await till.changes("tenant-demo-location-main")
    told = [change["row"] for change in changes if change["resourceType"] == "quarantine"]
    assert [row["status"] for row in told] == ["open", "discarded"]
    lines = shop.rows("SELECT outcome, detail FROM audit_entry WHERE kind = 'quarantine'")
    assert [(outcome, json.loads(detail)["reason"]) for outcome, detail in lines] == [
        ("discarded", "A training sale")
    ]


async def test_a_sale_of_elsewhere_is_not_there(shop: ShopServer, boss: Person, till: Person) -> None:
    torn = torn_sale()
    await till.send(torn)
    mallory = await shop.sign_in("rival", "mallory")
    for manager, operation_id in ((mallory, torn["id"]), (boss, "unknown")):
        for what in ("retry", "discard"):
            assert (await decide(manager, operation_id, what, reason="?"))["code"] == "not_found"
    assert (await kept(boss))[0]["status"] == "open"
