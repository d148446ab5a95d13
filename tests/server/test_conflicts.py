"""Conflicts: what a person sees, the three decisions, deciding twice, and one that moved first."""

import json
from functools import partial
from typing import Any

import pytest

from server_stub.services.people import shop_settings
from sync_agent.contract.identity import TenantSettings
from tests.kit.clients import Person
from tests.kit.operations import T0_MS, count, movement, operation, sale
from tests.kit.rules import MIA, Rules
from tests.kit.servers import ShopServer


@pytest.fixture
def conflict(rules: Rules) -> dict[str, Any]:
    """Ten were there; the manager counted 8, and then a till's count of 9 arrived, made on the ten."""
    rules.send("d1", movement("p", 10))
    rules.send(None, count("p", 8, T0_MS, version=1))
    (result,) = rules.send("d2", count("p", 9, T0_MS - 60_000, version=1, actorId="cleo"))
    conflict: dict[str, Any] = result["conflict"]
    return conflict


def decide(conflict: dict[str, Any], resolution: str, **rest: Any) -> dict[str, Any]:
    data = {"conflictId": conflict["id"], "resolution": resolution, **rest}
    return operation("conflict", data, resourceId=conflict["id"])


@pytest.mark.parametrize(
    ("choice", "merged", "quantity", "movements"),
    [
        ("accept_local", None, 9, 3),
        ("accept_server", None, 8, 2),
        ("merge", {"newQuantity": 7}, 7, 3),
    ],
)
def test_three_ways_to_decide(
    rules: Rules,
    conflict: dict[str, Any],
    choice: str,
    merged: dict[str, int] | None,
    quantity: int,
    movements: int,
) -> None:
    (result,) = rules.send(None, decide(conflict, choice, mergedData=merged))
    assert result["status"] == "applied"
    assert result["result"]["result"]["newQuantity"] == quantity
    assert rules.level("p") == (quantity, movements)
    assert result["effects"][-1]["resourceType"] == "conflict"
    assert rules.query("SELECT status FROM conflict") == [("resolved",)]
    notes = [note for (note,) in rules.query("SELECT note FROM stock_movement WHERE note IS NOT NULL")]
    assert len(notes) == movements - 2
    assert not any(choice in note for note in notes), "a clerk reads it"


def test_both_sides_say_who_and_where_from(conflict: dict[str, Any]) -> None:
    local, server = conflict["localVersion"], conflict["serverVersion"]
    assert (local["actorName"], local["device"], local["version"]) == ("Cleo", "d2", 1)
    assert (server["actorName"], server.get("device"), server["version"]) == ("Mia", None, 2)
    assert conflict["userId"] == "cleo"


def test_sales_since_stay_on_top_of_a_decision(rules: Rules, conflict: dict[str, Any]) -> None:
    rules.send("d1", sale({"p": 2}, at_ms=T0_MS + 60_000))
    (result,) = rules.send(None, decide(conflict, "accept_local"))
    assert result["status"] == "applied"
    assert rules.level("p")[0] == 7


def test_deciding_twice_gives_the_first_answer(rules: Rules, conflict: dict[str, Any]) -> None:
    (first,) = rules.send(None, decide(conflict, "accept_local"))
    (second,) = rules.send(None, decide(conflict, "accept_server"))
    assert second["result"] == first["result"]
    assert second["status"] == "applied"
    assert rules.level("p") == (9, 3)


def test_a_count_in_between_moves_the_conflict(rules: Rules, conflict: dict[str, Any]) -> None:
    rules.send(None, count("p", 5, T0_MS + 60_000, version=2))
    (moved,) = rules.send(None, decide(conflict, "accept_local", expectedServerVersion=2))
    assert (moved["status"], moved["code"]) == ("conflict", "conflict_moved")
    assert moved["conflict"]["version"] == 2
    assert moved["conflict"]["serverVersion"]["values"] == {"quantity": 5}
    assert rules.level("p") == (5, 3)
    (result,) = rules.send(None, decide(moved["conflict"], "accept_local", expectedServerVersion=3))
    assert result["status"] == "applied"
    assert rules.level("p") == (9, 4)


def test_a_decision_on_an_outdated_view_is_asked_again(rules: Rules, conflict: dict[str, Any]) -> None:
    (result,) = rules.send(
        None, decide(conflict, "merge", mergedData={"newQuantity": 1}, expectedServerVersion=1)
    )
    assert result["code"] == "conflict_moved"


def test_a_conflict_tells_its_stream_of_each_step(rules: Rules, conflict: dict[str, Any]) -> None:
    rules.send(None, count("p", 5, T0_MS + 60_000, version=2))
    rules.send(None, decide(conflict, "accept_local"))
    rules.send(None, decide(conflict, "accept_server"))
    told = rules.query("SELECT c.version, c.row FROM change c WHERE resource_type = 'conflict' ORDER BY seq")
    steps = [(version, json.loads(row)["status"]) for version, row in told]
    assert steps == [(1, "open"), (2, "open"), (3, "resolved")]


def test_the_count_that_was_accepted_stands_against_late_sales(
    rules: Rules, conflict: dict[str, Any]
) -> None:
    rules.send(None, decide(conflict, "accept_local"))
    rules.send("d1", movement("p", -4, T0_MS - 3_600_000))
    assert rules.level("p")[0] == 9


def test_a_conflict_stays_one_however_often_its_operation_is_sent(rules: Rules) -> None:
    rules.send("d1", movement("p", 10))
    rules.send("d1", count("p", 8, T0_MS, version=1))
    late = count("p", 9, T0_MS, version=1)
    (first,) = rules.send("d2", late)
    (again,) = rules.send("d2", late)
    assert again == {**first, "repeated": True}
    assert rules.query("SELECT count(*) FROM conflict") == [(1,)]


def test_a_decision_needs_a_person_and_a_figure(rules: Rules, conflict: dict[str, Any]) -> None:
    results = [
        rules.send("d1", decide(conflict, "accept_local"))[0],
        rules.send(None, decide(conflict, "merge"))[0],
        rules.send(None, decide({"id": "unknown"}, "merge"))[0],
        rules.send("d1", {**decide(conflict, "accept_server"), "actorId": "cleo"})[0],
    ]
    assert [result.get("code") for result in results] == ["forbidden", "bad_request", "not_found", None]


# --- opening one again -----------------------------------------------------------------------------------


def reopening(conflict: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return operation("conflict", {"conflictId": conflict["id"]}, operation="create", **rest)


def test_a_decided_conflict_comes_again_as_a_new_one(rules: Rules, conflict: dict[str, Any]) -> None:
    rules.send(None, decide(conflict, "accept_server"))
    rules.send("d1", sale({"p": 2}, at_ms=T0_MS + 60_000))
    sent = reopening(conflict)
    (result,) = rules.send(None, sent)
    again = result["conflict"]
    assert (result["status"], again["status"], again["reopens"]) == ("applied", "open", conflict["id"])
    assert again["id"] != conflict["id"]
    assert again["operationId"] == sent["id"]
    assert again["localVersion"] == conflict["localVersion"]
    assert (again["baseVersion"]["values"], again["baseVersion"]["version"]) == ({"quantity": 8}, 2)
    assert (again["serverVersion"]["values"], again["serverVersion"]["version"]) == ({"quantity": 6}, 3)
    assert [entry["delta"] for entry in again["history"]] == [-2]
    assert result["effects"][0]["resourceId"] == again["id"]
    assert rules.level("p") == (6, 3)


def test_the_other_choice_can_be_made_of_a_conflict_that_was_opened_again(
    rules: Rules, conflict: dict[str, Any]
) -> None:
    rules.send(None, decide(conflict, "accept_server"))
    (again,) = rules.send(None, reopening(conflict))
    (result,) = rules.send(None, decide(again["conflict"], "accept_local"))
    assert result["status"] == "applied"
    assert rules.level("p") == (9, 3)
    (third,) = rules.send(None, reopening(again["conflict"]))
    assert third["conflict"]["reopens"] == again["conflict"]["id"]


def test_a_conflict_that_was_opened_again_already_is_given(rules: Rules, conflict: dict[str, Any]) -> None:
    rules.send(None, decide(conflict, "accept_server"))
    (first,), (second,) = rules.send(None, reopening(conflict)), rules.send(None, reopening(conflict))
    assert second["conflict"] == first["conflict"]
    assert rules.query("SELECT count(*) FROM conflict") == [(2,)]


def test_an_open_conflict_is_not_opened_again(rules: Rules, conflict: dict[str, Any]) -> None:
    (result,) = rules.send(None, reopening(conflict))
    assert result["code"] == "precondition_failed"
    assert rules.send(None, reopening({"id": "unknown"}))[0]["code"] == "not_found"


def test_whoever_may_not_decide_may_not_open_again(rules: Rules, conflict: dict[str, Any]) -> None:
    rules.send(None, decide(conflict, "accept_server"))
    results = [
        rules.send("d1", reopening(conflict))[0],
        rules.send("d1", reopening(conflict, actorId="cleo"), place="annex")[0],
        rules.send("d1", reopening(conflict, actorId="cleo"))[0],
    ]
    assert [result.get("code") for result in results] == ["forbidden", "forbidden", None]


def test_a_conflict_that_was_opened_again_holds_no_till_up(rules: Rules) -> None:
    rules.send("d1", movement("p", 10))
    rules.send(None, count("p", 8, T0_MS, version=1))
    (result,) = rules.send("d2", count("p", 9, T0_MS - 60_000, version=1, deviceSeq=1))
    rules.send(None, decide(result["conflict"], "accept_server"))
    rules.send(None, reopening(result["conflict"]))
    (later,) = rules.send("d2", count("p", 7, T0_MS + 60_000, version=2, deviceSeq=2))
    assert later["status"] == "applied"


def test_a_decided_edit_comes_again_against_what_the_product_is_now(rules: Rules) -> None:
    def edit(name: str, version: int) -> dict[str, Any]:
        return operation("product", {"set": {"name": name}, "base": {}}, resourceId="tea", version=version)

    rules.send(None, operation("product", {"name": "Tea"}, operation="create", resourceId="tea"))
    rules.send(None, edit("Black tea", 1))
    (result,) = rules.send(None, edit("Green tea", 1))
    rules.send(None, decide(result["conflict"], "accept_server"), edit("Blacker tea", 2))
    (again,) = rules.send(None, reopening(result["conflict"]))
    sides = [again["conflict"][f"{side}Version"]["values"]["name"] for side in ("base", "local", "server")]
    assert sides == ["Black tea", "Green tea", "Blacker tea"]
    rules.send(None, decide(again["conflict"], "accept_local"))
    assert rules.query("SELECT name, version FROM product") == [("Green tea", 4)]


# --- asking about them -----------------------------------------------------------------------------------


@pytest.fixture
async def alice(shop: ShopServer) -> Person:
    return await shop.sign_in("demo", "alice")


async def stand_in_conflict(alice: Person, product: str, place: str = "main") -> dict[str, Any]:
    """Two counts of ten that were there, the second one made on the ten too."""
    results = await alice.send(
        movement(product, 10, locationId=place),
        count(product, 8, version=1, locationId=place),
        count(product, 9, version=1, locationId=place),
    )
    conflict: dict[str, Any] = results[-1]["conflict"]
    return conflict


async def ask(person: Person, path: str, **body: Any) -> dict[str, Any]:
    answer = (await person.post(f"/realtime/conflicts/{path}", body)).json()
    told: dict[str, Any] = answer["data"] if answer["success"] else answer["error"]
    return told


async def listed(person: Person, **filters: Any) -> list[str]:
    answer = (await person.get("/realtime/conflicts", **filters)).json()
    return [conflict["resourceId"] for conflict in answer["data"]]


async def test_a_preview_says_what_each_choice_would_do(shop: ShopServer, alice: Person) -> None:
    conflict = await stand_in_conflict(alice, "p")
    preview = await ask(alice, f"{conflict['id']}/preview", mergedData={"newQuantity": 4})
    quantities = {
        choice: preview[choice]["result"]["result"]["newQuantity"]
        for choice in ("acceptLocal", "acceptServer", "merge")
    }
    assert quantities == {"acceptLocal": 9, "acceptServer": 8, "merge": 4}
    response = await alice.post(
        "/realtime/resolve-conflict", {"conflictId": conflict["id"], "resolution": "accept_local"}
    )
    assert response.json()["data"]["result"] == preview["acceptLocal"]["result"]["result"]


async def test_a_preview_changes_nothing_and_tells_nobody(shop: ShopServer, alice: Person) -> None:
    conflict = await stand_in_conflict(alice, "p")
    listening = await shop.join("demo", alice, features=["changes"])
    before = shop.rows(EVERYTHING)
    preview = await ask(alice, f"{conflict['id']}/preview", mergedData={"newQuantity": 4})
    assert preview["merge"]["outcome"] == "applied"
    assert shop.rows(EVERYTHING) == before
    await alice.send(movement("q", 1))
    told = await listening.hear("changes", lambda pushed: pushed["changes"][-1]["resourceId"] == "q")
    assert told["from"] == before[0][0] + 1
    assert listening.all_of("conflict-resolution-broadcast") == []


EVERYTHING = (
    "SELECT head, (SELECT count(*) FROM change), (SELECT count(*) FROM stock_movement),"
    " (SELECT count(*) FROM operation), (SELECT count(*) FROM audit_entry), (SELECT max(body) FROM conflict)"
    " FROM stream WHERE name = 'tenant-demo-location-main'"
)


async def test_a_preview_says_that_a_conflict_has_moved(shop: ShopServer, alice: Person) -> None:
    conflict = await stand_in_conflict(alice, "p")
    await alice.send(count("p", 5, version=2))
    preview = await ask(alice, f"{conflict['id']}/preview", mergedData={"newQuantity": "four"})
    local = preview["acceptLocal"]
    assert (local["outcome"], local["code"]) == ("conflict", "conflict_moved")
    assert local["conflict"]["serverVersion"]["values"] == {"quantity": 5}
    fresh = await ask(
        alice,
        f"{conflict['id']}/preview",
        mergedData={"newQuantity": "four"},
        expectedServerVersion=local["conflict"]["serverVersion"]["version"],
    )
    assert (fresh["acceptLocal"]["outcome"], fresh["merge"]["outcome"]) == ("applied", "rejected")
    assert "merge" not in await ask(alice, f"{conflict['id']}/preview")


async def test_a_till_by_itself_may_preview_and_strangers_may_not(shop: ShopServer, alice: Person) -> None:
    conflict = await stand_in_conflict(alice, "p")
    till = await shop.enroll(alice)
    elsewhere = await shop.enroll(alice, "Elsewhere", "annex")
    rival = await shop.sign_in("rival", "mallory")
    answers = [
        await ask(person, f"{conflict['id']}/{what}")
        for what in ("preview", "reopen")
        for person in (till, elsewhere, rival)
    ]
    assert [answer.get("code") for answer in answers] == [
        None,
        "forbidden",
        "not_found",
        "forbidden",
        "forbidden",
        "not_found",
    ]


async def test_reopening_by_request_gives_the_new_conflict(shop: ShopServer, alice: Person) -> None:
    conflict = await stand_in_conflict(alice, "p")
    assert (await ask(alice, f"{conflict['id']}/reopen"))["code"] == "precondition_failed"
    await alice.post(
        "/realtime/resolve-conflict", {"conflictId": conflict["id"], "resolution": "accept_local"}
    )
    again = await ask(alice, f"{conflict['id']}/reopen")
    assert (again["reopens"], again["status"]) == (conflict["id"], "open")
    assert (await ask(alice, f"{conflict['id']}/reopen"))["id"] == again["id"]


async def test_conflicts_are_listed_by_age_place_and_status(shop: ShopServer, alice: Person) -> None:
    first = await stand_in_conflict(alice, "p")
    await stand_in_conflict(alice, "q", "annex")
    await alice.post("/realtime/resolve-conflict", {"conflictId": first["id"], "resolution": "accept_local"})
    assert await listed(alice, status="all") == ["p", "q"]
    assert await listed(alice, status="all", limit=1) == ["p"]
    assert await listed(alice, status="all", before=first["timestamp"]) == []
    assert await listed(alice, status="all", locationId="annex") == ["q"]
    assert [await listed(alice), await listed(alice, status="resolved")] == [["q"], ["p"]]
    for odd in ({"limit": 0}, {"limit": 1001}, {"before": "yesterday"}, {"status": "any"}):
        assert (await alice.get("/realtime/conflicts", **odd)).status_code == 400


# --- a count that is made on nothing ---------------------------------------------------------------------


def test_a_shop_may_refuse_counts_that_are_made_on_nothing(rules: Rules) -> None:
    made_on_nothing = count("p", 4)
    assert rules.send("d1", count("q", 4))[0]["status"] == "applied"
    strict = TenantSettings(refuse_unconditional=True)
    rules.database.transact("t", partial(shop_settings.edit, caller=MIA, changes=strict))
    previous = count("p", 4)
    previous["data"]["previousQuantity"] = 0
    results = rules.send("d1", made_on_nothing, count("p", 3, T0_MS), previous, count("q", 5, version=1))
    assert [result.get("code") for result in results] == ["precondition_failed", None, "conflict", None]


@pytest.mark.parametrize("late_comes_first", [True, False])
def test_a_late_movement_that_the_count_had_seen_changes_no_decision(
    rules: Rules, late_comes_first: bool
) -> None:
    rules.send("d1", movement("p", 10, T0_MS - 3_600_000))
    rules.send("d3", movement("p", -2, T0_MS - 30_000))
    (result,) = rules.send("d2", count("p", 10, T0_MS, version=1, actorId="cleo"))
    decision = decide(result["conflict"], "accept_local", expectedServerVersion=2)
    late = movement("p", -3, T0_MS - 10_000)
    if late_comes_first:
        rules.send("d4", late)
        rules.send(None, decision)
    else:
        rules.send(None, decision)
        rules.send("d4", late)
    assert rules.level("p")[0] == 10


def test_what_was_sold_after_the_counting_stays_on_top_of_a_count_that_was_opened_again(
    rules: Rules,
) -> None:
    rules.send("d1", movement("p", 10, T0_MS - 3_600_000))
    rules.send("d3", movement("p", -2, T0_MS - 30_000))
    (result,) = rules.send("d2", count("p", 10, T0_MS, version=1, actorId="cleo"))
    rules.send(None, decide(result["conflict"], "accept_server"))
    rules.send("d3", movement("p", -3, T0_MS + 60_000))
    (opened,) = rules.send(None, reopening(result["conflict"]))
    rules.send(None, decide(opened["conflict"], "accept_local"))
    assert rules.level("p")[0] == 7
