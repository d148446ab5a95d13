"""Open conflicts of counts, and flags, when ids are joined and parted."""

from typing import Any

import orjson
import pytest
from sqlalchemy import JSON, bindparam, text

from tests.kit.articles import (
    MINUTE_MS,
    OTHER_GTIN,
    applied,
    create,
    decide,
    join,
    levels,
    part,
    products,
)
from tests.kit.operations import T0_MS, count, movement, operation, sale
from tests.kit.rules import Rules


def conflict_of(rules: Rules, asked: dict[str, Any]) -> dict[str, Any]:
    """The conflict of a result, as it is now."""
    ((written,),) = rules.query("SELECT body FROM conflict WHERE id = :id", id=asked["conflict"]["id"])
    body: dict[str, Any] = orjson.loads(written) if isinstance(written, str) else written
    return body


@pytest.fixture
def pair(rules: Rules) -> None:
    applied(rules, create("a"), create("b", barcode=OTHER_GTIN), movement("a", 10, T0_MS))


@pytest.mark.parametrize("basis", ["version", "previousQuantity"])
def test_a_count_of_an_alias_that_had_no_stock_is_decided_on_the_product(
    rules: Rules, pair: None, basis: str
) -> None:
    made = count("b", 7, T0_MS + 10 * MINUTE_MS, version=3) if basis == "version" else count("b", 7)
    if basis == "previousQuantity":
        made["data"]["previousQuantity"] = 3
    (asked,) = rules.send(None, made)
    assert asked["status"] == "conflict"
    applied(rules, join("b", "a"))
    conflict = conflict_of(rules, asked)
    assert (conflict["resourceId"], conflict["serverVersion"]["values"]) == ("a", {"quantity": 10})
    applied(rules, decide({"conflict": conflict}, "accept_local"))
    assert levels(rules, "a", "b") == (7, 0)


def test_a_decision_made_before_the_join_is_asked_again_about_the_product(rules: Rules, pair: None) -> None:
    (asked,) = rules.send(None, count("b", 7, T0_MS + 10 * MINUTE_MS, version=3))
    applied(rules, join("b", "a"))
    (again,) = rules.send(None, decide(asked, "accept_local"))
    assert (again["code"], again["conflict"]["resourceId"]) == ("conflict_moved", "a")
    assert levels(rules, "a", "b") == (10, 0)


def test_a_conflict_that_was_left_on_the_alias_is_moved_when_it_is_decided(rules: Rules, pair: None) -> None:
    """A server of a release before left it where the alias had no stock."""
    (asked,) = rules.send(None, count("b", 7, T0_MS + 10 * MINUTE_MS, version=3))
    applied(rules, join("b", "a"))
    left = text("UPDATE conflict SET resource_id = 'b', body = :body").bindparams(
        bindparam("body", asked["conflict"], JSON)
    )
    rules.database.transact("t", lambda unit: unit.execute(left))
    (again,) = rules.send(None, decide(asked, "accept_local"))
    assert (again["code"], again["conflict"]["resourceId"]) == ("conflict_moved", "a")
    applied(rules, decide(again, "accept_local"))
    assert levels(rules, "a", "b") == (7, 0)


@pytest.mark.parametrize("had_stock", [True, False])
def test_a_conflict_of_an_aliass_count_is_its_own_again_when_it_is_parted(
    rules: Rules, pair: None, had_stock: bool
) -> None:
    if had_stock:
        applied(rules, movement("b", 5, T0_MS))
    (asked,) = rules.send(None, count("b", 7, T0_MS + 10 * MINUTE_MS, version=0 if had_stock else 3))
    assert asked["status"] == "conflict"
    applied(rules, join("b", "a"), part("b"))
    conflict = conflict_of(rules, asked)
    assert conflict["resourceId"] == "b"
    assert conflict["serverVersion"]["values"] == {"quantity": 5 if had_stock else 0}
    applied(rules, decide({"conflict": conflict}, "accept_local"))
    assert levels(rules, "a", "b") == (10, 7)


def test_a_count_made_under_the_alias_while_joined_is_its_own_after_parting(rules: Rules, pair: None) -> None:
    applied(rules, movement("b", 5, T0_MS), join("b", "a"))
    (asked,) = rules.send(None, count("b", 7))
    assert (asked["status"], asked["conflict"]["resourceId"]) == ("conflict", "a")
    applied(rules, part("b"))
    assert conflict_of(rules, asked)["resourceId"] == "b"


def test_the_products_own_conflict_is_compared_with_what_parting_left(rules: Rules, pair: None) -> None:
    applied(rules, movement("b", 5, T0_MS))
    (asked,) = rules.send(None, count("a", 9, T0_MS + 10 * MINUTE_MS, version=0))
    applied(rules, join("b", "a"), part("b"))
    conflict = conflict_of(rules, asked)
    assert (conflict["resourceId"], conflict["serverVersion"]["values"]) == ("a", {"quantity": 10})
    assert conflict["serverVersion"]["version"] == rules.level("a")[1]
    applied(rules, decide({"conflict": conflict}, "accept_local"))
    assert levels(rules, "a", "b") == (9, 5)


def test_an_undecided_count_of_an_alias_never_becomes_the_products(rules: Rules, pair: None) -> None:
    applied(rules, count("a", 10, T0_MS + MINUTE_MS), count("b", 7, T0_MS + MINUTE_MS + 500), join("b", "a"))
    ((conflict_id,),) = rules.query("SELECT id FROM conflict WHERE status = 'open'")
    applied(rules, part("b"))
    conflict = conflict_of(rules, {"conflict": {"id": conflict_id}})
    assert conflict["resourceId"] == "b"
    applied(rules, decide({"conflict": conflict}, "accept_local"))
    assert levels(rules, "a", "b") == (10, 7)


def test_a_moved_conflict_of_an_aliass_count_shows_what_happened_until_now(rules: Rules) -> None:
    applied(rules, create("a"), movement("a", 10, T0_MS), create("b"))
    applied(rules, count("a", 10, T0_MS + MINUTE_MS))
    (asked,) = rules.send(None, count("b", 7, T0_MS + MINUTE_MS + 1000))
    applied(rules, movement("a", -1, T0_MS + 2 * MINUTE_MS), count("a", 8, T0_MS + 3 * MINUTE_MS))
    applied(rules, movement("a", -2, T0_MS + 4 * MINUTE_MS))
    (again,) = rules.send(None, decide(asked, "accept_local"))
    assert again["code"] == "conflict_moved"
    assert [entry["delta"] for entry in again["conflict"]["history"]] == [0, -1, -1, -2]


def test_a_sale_near_a_count_is_flagged_on_no_other_operation(rules: Rules, pair: None) -> None:
    applied(rules, create("z", barcode="5449000000996"), movement("b", 5, T0_MS))
    applied(rules, count("b", 5, T0_MS + MINUTE_MS), join("b", "a"))
    applied(rules, sale({"b": 1}, at_ms=T0_MS + MINUTE_MS + 1000))
    parted, sold = applied(rules, part("b"), sale({"z": 1}, at_ms=T0_MS + 9 * MINUTE_MS))
    for result in (parted, sold):
        flags = (result["result"] or {}).get("flags", [])
        assert not [flag for flag in flags if flag.startswith("near_count")]


def test_a_revived_product_is_without_a_number_that_another_has_by_now(rules: Rules) -> None:
    applied(rules, create("a", sku="S1"))
    (asked,) = rules.send("two", create("b", name="Cup", deviceSeq=1))
    applied(rules, operation("product", {}, operation="delete", resourceId="a", version=1))
    applied(rules, create("c", name="Fourth", barcode=OTHER_GTIN, sku="S1"))
    (again,) = rules.send(None, decide(asked, "accept_server"))
    assert again["code"] == "conflict_moved"
    applied(rules, decide(again, "accept_server"))
    assert products(rules) == {"a": ("Bowl", 450), "c": ("Fourth", 450)}
    assert rules.query("SELECT sku FROM product ORDER BY id") == [(None,), ("S1",)]
