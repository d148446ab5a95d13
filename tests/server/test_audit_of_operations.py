"""The audit of operations: one line for each that is judged, none for an answer given again."""

import json
from typing import Any

import pytest

from server_stub.operations.handlers import HANDLERS
from server_stub.operations.parsing import NO_DEFAULTS, read
from server_stub.operations.queue import apply_all
from server_stub.services.people.caller import Caller
from server_stub.store.database import UnitOfWork
from tests.kit.operations import T0_MS, count, movement, operation, sale, transfer
from tests.kit.rules import Rules
from tests.kit.servers import ShopServer


@pytest.fixture(autouse=True)
def goods_are_listed(rules: Rules) -> None:
    rules.lists_what_moves = True


def lines(rules: Rules) -> list[tuple[Any, ...]]:
    return rules.query("SELECT kind, operation_id, outcome FROM audit_entry ORDER BY seq")


def details(rules: Rules) -> list[dict[str, Any]]:
    rows = rules.query("SELECT detail FROM audit_entry ORDER BY seq")
    return [json.loads(detail) if detail else {} for (detail,) in rows]


def test_every_operation_has_one_line_however_often_it_is_sent(rules: Rules) -> None:
    items = [movement("p", 5), sale({"p": 1}), count("p", 9, T0_MS), transfer({"p": 1})]
    for _ in range(3):
        rules.send("d1", *items)
    assert lines(rules) == [("operation", item["id"], "applied") for item in items]


def test_a_line_says_who_where_and_on_what(rules: Rules) -> None:
    rules.send("d1", movement("p", 1, actorId="cleo", approvedById="mia", replaces="an-earlier-one"))
    rows = rules.query("SELECT actor_id, device_id, resource_type, resource_id FROM audit_entry")
    assert rows == [("cleo", "d1", "stock_level", "p")]
    assert details(rules) == [{"approvedBy": "mia", "replaces": "an-earlier-one"}]


def test_a_line_is_written_with_the_effects_or_not_at_all(rules: Rules) -> None:
    def apply_and_crash(unit: UnitOfWork) -> None:
        _apply(unit)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        rules.database.transact("t", apply_and_crash)
    assert lines(rules) == []
    rules.database.transact("t", _apply)
    assert len(lines(rules)) == 1


def _apply(unit: UnitOfWork) -> None:
    caller = Caller("t", "manager", ("main",), user_id="mia")
    apply_all(unit, caller, [read(movement("p", 1))], NO_DEFAULTS, HANDLERS)


def test_a_refusal_has_a_line_and_the_same_refusal_again_has_none(rules: Rules) -> None:
    refused = movement("p", 1, actorId="new")
    for _ in range(3):
        rules.send("d1", refused)
    assert lines(rules) == [("operation", refused["id"], "rejected")]
    assert details(rules)[0]["code"] == "forbidden"


def test_another_outcome_of_a_refused_operation_has_a_line_too(rules: Rules) -> None:
    rules.send(None, operation("product", {"name": "Tea"}, operation="create", resourceId="tea"))
    refused = operation("product", {"set": {"name": "Teas"}, "base": {}}, resourceId="tea")
    rules.send("d1", refused)
    rules.send("d1", {**refused, "actorId": "mia"})
    rules.send("d1", refused)
    assert [outcome for _kind, _id, outcome in lines(rules)] == ["applied", "rejected", "applied"]


def test_what_cannot_be_read_has_a_line_without_what_is_no_id(rules: Rules) -> None:
    rules.send("d1", "nonsense", {"id": "x"}, {"id": "no id at all"}, sale({"p": 1}, timestamp="?", id="s"))
    assert lines(rules) == [
        ("operation", None, "rejected"),
        ("operation", "x", "rejected"),
        ("operation", None, "rejected"),
        ("operation", "s", "quarantined"),
    ]


def test_an_id_used_for_something_else_has_a_line(rules: Rules) -> None:
    once = movement("p", 5)
    rules.send("d1", once, {**movement("p", 6), "id": once["id"]})
    assert lines(rules) == [("operation", once["id"], "applied"), ("operation", once["id"], "rejected")]
    assert details(rules)[1]["code"] == "precondition_failed"


def test_what_was_odd_stands_in_the_line(rules: Rules) -> None:
    rules.send("d1", sale({"never": 1}), count("p", 4))
    assert details(rules) == [
        {"flags": ["unknown_product:never", "unknown_actor:d1"]},
        {"unconditional": True},
    ]


def test_a_resolution_stands_with_both_versions(rules: Rules) -> None:
    rules.send("d1", movement("p", 10))
    rules.send(None, count("p", 8, T0_MS, version=1))
    (result,) = rules.send("d2", count("p", 9, T0_MS - 60_000, version=1))
    conflict = result["conflict"]
    decided = operation("conflict", {"resolution": "accept_local"}, resourceId=conflict["id"])
    rules.send(None, decided)
    rules.send(None, decided)
    assert lines(rules)[2:] == [
        ("operation", result["id"], "conflict"),
        ("resolution", decided["id"], "applied"),
    ]
    assert details(rules)[2]["conflictId"] == conflict["id"]
    told = details(rules)[3]
    assert (told["local"], told["server"]) == (conflict["localVersion"], conflict["serverVersion"])
    assert (told["resolution"], told["result"]["newQuantity"]) == ("accept_local", 9)


def test_a_refused_resolution_has_a_line_of_its_own_kind(rules: Rules) -> None:
    rules.send("d1", operation("conflict", {"resolution": "merge"}, resourceId="unknown"))
    ((kind, _id, outcome),) = lines(rules)
    assert (kind, outcome) == ("resolution", "rejected")
    assert details(rules)[0]["code"] == "not_found"


async def test_a_line_says_from_which_address(shop: ShopServer) -> None:
    till = await shop.enroll(await shop.sign_in("demo", "alice"))
    (result,) = await till.send(movement("p", 1))
    rows = shop.rows("SELECT operation_id, address FROM audit_entry WHERE device_id IS NOT NULL")
    assert (result["id"], "127.0.0.1") in rows
