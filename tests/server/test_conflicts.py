"""Conflicts: what a person sees, the three decisions, deciding twice, and one that moved meanwhile."""

from typing import Any

import pytest

from tests.server.operations import T0_MS, count, movement, operation, sale
from tests.server.rules import Rules


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
    steps = rules.query(
        "SELECT c.version, c.row ->> 'status' FROM change c WHERE resource_type = 'conflict' ORDER BY seq"
    )
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
