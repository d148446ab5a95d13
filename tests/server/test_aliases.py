"""One article that was made at two tills becomes one: its second id counts on the first product."""

from typing import Any

import orjson
import pytest
from sqlalchemy import update

from server_stub.services.visibility import Audience, visible_result, visible_row
from server_stub.store import tables as t
from sync_agent.contract.conflicts import Conflict
from sync_agent.merge import suggest_stock
from tests.kit.articles import (
    GTIN,
    MINUTE_MS,
    OTHER_GTIN,
    applied,
    create,
    decide,
    edit,
    join,
    levels,
    part,
    products,
)
from tests.kit.operations import T0_MS, count, movement, operation, rfc3339, sale, transfer
from tests.kit.rules import Rules


def sold_as(rules: Rules, product: str) -> dict[str | None, int]:
    """What of a product's stock came under which id."""
    rows = rules.query(
        "SELECT sold_as, sum(delta) FROM stock_movement WHERE product_id = :product GROUP BY sold_as",
        product=product,
    )
    return {row[0]: row[1] for row in rows}


@pytest.fixture
def bowl(rules: Rules) -> str:
    applied(rules, create("a"), movement("a", 10))
    return "a"


def test_the_second_creation_is_answered_as_the_first_product(rules: Rules, bowl: str) -> None:
    (result,) = applied(rules, create("b", barcode="0004006381333931"[2:]), device="two")
    assert result["result"] == {"version": 1, "productId": "a"}
    (effect,) = result["effects"]
    assert (effect["resourceType"], effect["resourceId"]) == ("product_alias", "b")
    assert products(rules) == {"a": ("Bowl", 450)}


def test_what_was_sold_before_the_creation_arrived_counts_on_the_product(rules: Rules, bowl: str) -> None:
    applied(rules, sale({"b": 3}, deviceSeq=2), device="two")
    assert rules.level("b") == (-3, 1)
    applied(rules, create("b", deviceSeq=1), device="two")
    assert rules.level("a")[0] == 7
    assert rules.level("b")[0] == 0
    assert rules.query("SELECT open FROM oversold WHERE product_id = 'b'") == [(0,)]


def test_what_is_sold_under_the_alias_counts_on_the_product_and_keeps_its_id(rules: Rules, bowl: str) -> None:
    applied(rules, create("b"), device="two")
    (sold,) = applied(rules, sale({"b": 2, "a": 1}), device="two")
    applied(rules, movement("b", 5), device="two")
    applied(rules, sale({"b": 1}, kind="refund"), device="two")
    assert not [flag for flag in sold["result"]["flags"] if flag.startswith("unknown_product")]
    assert rules.level("a")[0] == 10 - 3 + 5 + 1
    assert rules.level("b") == (0, 0)
    assert sold_as(rules, "a") == {None: 9, "b": 4}


def test_a_transfer_under_the_alias_moves_the_product_at_both_places(rules: Rules, bowl: str) -> None:
    applied(rules, create("b"), device="two")
    applied(rules, transfer({"b": 4}))
    assert (rules.level("a")[0], rules.level("a", "annex")[0]) == (6, 4)


def test_stock_that_was_sent_to_another_place_before_follows(rules: Rules, bowl: str) -> None:
    applied(rules, transfer({"b": 4}), create("b"))
    assert (rules.level("a")[0], rules.level("a", "annex")[0]) == (6, 4)
    assert (rules.level("b")[0], rules.level("b", "annex")[0]) == (0, 0)


@pytest.mark.parametrize(
    "differs",
    [{"name": "Mug"}, {"priceMinor": 500}, {"taxRatePpm": 50_000}, {"unit": "kg"}, {"sku": "X-2"}],
)
def test_where_they_differ_a_person_decides(rules: Rules, differs: dict[str, Any]) -> None:
    applied(rules, create("a", sku="X-1"))
    (result,) = rules.send("two", create("b", **{"sku": "X-1", **differs}))
    assert result["status"] == "conflict"
    conflict = result["conflict"]
    assert conflict["conflictType"] == "same_article"
    assert (conflict["resourceId"], conflict["sameAs"]) == ("b", "a")
    assert conflict["localVersion"]["values"]["name"] == differs.get("name", "Bowl")
    assert conflict["serverVersion"]["values"]["id"] == "a"


def test_a_name_in_another_spelling_is_the_same_name(rules: Rules, bowl: str) -> None:
    applied(rules, create("b", name=" BOWL"), device="two")


def test_what_the_first_one_left_out_is_added(rules: Rules) -> None:
    applied(rules, create("a", priceMinor=None), create("b", sku="NEW-1"))
    assert rules.query("SELECT sku, price_minor FROM product WHERE id = 'a'") == [("NEW-1", 450)]


def test_the_history_beside_a_count_of_an_alias_has_what_its_till_did_after_it(
    rules: Rules, bowl: str
) -> None:
    """By its numbers, wherever its clock went since: as it is judged."""
    applied(rules, create("b"), device="two")
    counted_ms = T0_MS + 1_800_000
    # The clock was put back by a quarter of an hour after the count, which arrives last.
    applied(rules, movement("b", -1, counted_ms - 900_000, deviceSeq=6), device="two")
    applied(rules, movement("a", -3, counted_ms), device="three")
    (result,) = rules.send("two", count("b", 9, counted_ms, deviceSeq=5))
    assert result["status"] == "conflict"
    assert [entry["delta"] for entry in result["conflict"]["history"]] == [-1, -3]


def in_conflict(rules: Rules, **differs: Any) -> dict[str, Any]:
    applied(rules, sale({"b": 3}, deviceSeq=2), device="two")
    (result,) = rules.send("two", create("b", deviceSeq=1, **differs))
    assert result["status"] == "conflict"
    return result


def test_decided_as_two_articles_the_second_gets_another_number(rules: Rules, bowl: str) -> None:
    conflict = in_conflict(rules, name="Mug")
    values = {"name": "Mug", "barcode": OTHER_GTIN, "priceMinor": 500}
    applied(rules, decide(conflict, "merge", values))
    assert products(rules) == {"a": ("Bowl", 450), "b": ("Mug", 500)}
    assert (rules.level("a")[0], rules.level("b")[0]) == (10, -3)


def test_decided_as_one_the_first_ones_values_hold(rules: Rules, bowl: str) -> None:
    applied(rules, decide(in_conflict(rules, name="Mug"), "accept_server"))
    assert products(rules) == {"a": ("Bowl", 450)}
    assert (rules.level("a")[0], rules.level("b")[0]) == (7, 0)


def test_decided_as_one_with_the_later_values(rules: Rules, bowl: str) -> None:
    applied(rules, decide(in_conflict(rules, name="Mug", priceMinor=500), "accept_local"))
    assert products(rules) == {"a": ("Mug", 500)}
    assert rules.level("a")[0] == 7


def test_no_alias_forms_across_units(rules: Rules, bowl: str) -> None:
    conflict = in_conflict(rules, unit="kg")
    for resolution in ("accept_server", "accept_local"):
        (result,) = rules.send(None, decide(conflict, resolution))
        assert result["code"] == "precondition_failed"
        assert "two articles" in result["error"]
    applied(rules, decide(conflict, "merge", {"name": "Clay", "unit": "kg", "barcode": ""}))
    applied(rules, create("c", barcode=OTHER_GTIN, unit="kg"))
    (result,) = rules.send(None, join("c", "a"))
    assert "two articles" in result["error"]


def test_a_decision_about_a_product_that_changed_since_is_asked_again(rules: Rules, bowl: str) -> None:
    conflict = in_conflict(rules, name="Mug")
    applied(rules, edit("a", {"priceMinor": 475}, {"priceMinor": 450}))
    (again,) = rules.send(None, decide(conflict, "accept_server"))
    assert again["code"] == "conflict_moved"
    applied(rules, decide(again, "accept_server"))
    assert products(rules) == {"a": ("Bowl", 475)}


@pytest.mark.parametrize("resolution", ["accept_server", "accept_local", "merge"])
@pytest.mark.parametrize("edits", [0, 3])
def test_decided_after_the_product_was_joined_to_a_third(
    rules: Rules, bowl: str, resolution: str, edits: int
) -> None:
    applied(rules, create("q", barcode=OTHER_GTIN, name="Pot"))
    for number in range(edits):
        applied(rules, edit("a", {"sku": f"S{number + 1}"}, {"sku": f"S{number}" if number else None}))
    conflict = in_conflict(rules, name="Mug")
    applied(rules, join("a", "q"))
    (again,) = rules.send(None, decide(conflict, resolution, {"name": "Mug"}))
    assert (again["code"], again["conflict"]["sameAs"]) == ("conflict_moved", "q")
    assert again["conflict"]["serverVersion"]["values"]["name"] == "Pot"
    merged = {"name": "Mug", "barcode": GTIN}
    applied(rules, decide(again, resolution, merged))
    name = {"accept_server": "Pot", "accept_local": "Mug", "merge": "Pot"}[resolution]
    assert products(rules)["q"][0] == name
    if resolution == "merge":
        assert (levels(rules, "q", "b"), products(rules)["b"][0]) == ((10, -3), "Mug")
    else:
        assert (levels(rules, "q", "b"), set(products(rules))) == ((7, 0), {"q"})


@pytest.mark.parametrize(
    ("resolution", "name"), [("accept_server", "Bowl"), ("accept_local", "Mug"), ("merge", "Cup")]
)
def test_decided_as_one_after_the_product_was_deleted_the_article_is_there(
    rules: Rules, bowl: str, resolution: str, name: str
) -> None:
    conflict = in_conflict(rules, name="Mug")
    applied(rules, operation("product", {}, operation="delete", resourceId="a", version=1))
    (again,) = rules.send(None, decide(conflict, resolution, {"name": "Cup", "barcode": GTIN}))
    assert again["code"] == "conflict_moved"
    assert again["conflict"]["serverVersion"]["values"]["deleted"]
    applied(rules, decide(again, resolution, {"name": "Cup", "barcode": GTIN}))
    assert products(rules) == {"a": (name, 450)}
    assert levels(rules, "a", "b") == (7, 0)


def test_of_a_deleted_product_in_another_unit_the_number_is_free(rules: Rules, bowl: str) -> None:
    conflict = in_conflict(rules, name="Clay", unit="kg")
    applied(rules, operation("product", {}, operation="delete", resourceId="a", version=1))
    (again,) = rules.send(None, decide(conflict, "accept_local"))
    applied(rules, decide(again, "accept_local"))
    assert products(rules) == {"b": ("Clay", 450)}


def test_if_the_product_was_deleted_the_one_with_its_number_is_asked_about(rules: Rules, bowl: str) -> None:
    conflict = in_conflict(rules, name="Mug")
    applied(rules, operation("product", {}, operation="delete", resourceId="a", version=1))
    applied(rules, create("c", name="Dish"))
    (again,) = rules.send(None, decide(conflict, "accept_server"))
    assert (again["code"], again["conflict"]["sameAs"]) == ("conflict_moved", "c")
    applied(rules, decide(again, "accept_server"))
    assert products(rules) == {"c": ("Dish", 450)}
    assert levels(rules, "a", "b", "c") == (10, 0, -3)


@pytest.mark.parametrize("resolution", ["accept_server", "accept_local", "merge"])
def test_a_creation_that_came_twice_is_decided_once(rules: Rules, bowl: str, resolution: str) -> None:
    values = {"name": "Mug", "barcode": OTHER_GTIN, "priceMinor": 450}
    first, second = in_conflict(rules, name="Mug"), rules.send("three", create("b", name="Mug"))[0]
    assert second["status"] == "conflict"
    applied(rules, decide(first, resolution, values))
    assert rules.query("SELECT id FROM conflict WHERE status = 'open'") == []
    known = products(rules)
    applied(rules, decide(second, resolution, values))
    assert products(rules) == known


def test_a_conflict_about_what_is_a_product_by_now_is_settled(rules: Rules, bowl: str) -> None:
    conflict = in_conflict(rules, name="Mug")
    applied(rules, operation("product", {}, operation="delete", resourceId="a", version=1))
    applied(rules, create("b", name="Mug"))
    for resolution in ("accept_local", "accept_server"):
        (result,) = applied(rules, decide(conflict, resolution))
        assert result["result"]["resolution"] == "accept_local"
    assert products(rules) == {"b": ("Mug", 450)}


def test_an_edit_and_a_deletion_under_the_alias(rules: Rules, bowl: str) -> None:
    applied(rules, create("b"), device="two")
    applied(rules, edit("b", {"priceMinor": 475}, {"priceMinor": 450}, version=0), device=None)
    assert products(rules) == {"a": ("Bowl", 475)}
    (result,) = rules.send(None, edit("b", {"priceMinor": 480}, {"priceMinor": 450}, version=0))
    assert (result["status"], result["conflict"]["resourceId"]) == ("conflict", "a")
    (result,) = rules.send(None, operation("product", {}, operation="delete", resourceId="b", version=0))
    assert (result["status"], result["conflict"]["resourceId"]) == ("conflict", "a")


def test_an_edit_waits_for_the_decision_about_its_creation(rules: Rules, bowl: str) -> None:
    (creation, later) = rules.send(
        "two",
        create("b", name="Mug", deviceSeq=1),
        edit("b", {"priceMinor": 1}, {"priceMinor": 450}, deviceSeq=2, actorId="mia"),
    )
    assert (creation["status"], later["status"]) == ("conflict", "blocked")


# --- counts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first_at", "second_at", "quantity"),
    [(0, 60_000, 8), (60_000, 0, 10)],
    ids=["the alias was counted last", "the product was counted last"],
)
def test_of_two_counts_the_later_holds_in_either_order_of_arrival(
    rules: Rules, first_at: int, second_at: int, quantity: int
) -> None:
    applied(rules, create("a"), count("a", 10, T0_MS + first_at))
    applied(rules, count("b", 8, T0_MS + second_at, deviceSeq=2), device="two")
    applied(rules, sale({"b": 1}, at_ms=T0_MS + 120_000, deviceSeq=3), device="two")
    applied(rules, create("b", deviceSeq=1), device="two")
    assert rules.level("a")[0] == quantity - 1
    assert rules.level("b")[0] == 0


@pytest.mark.parametrize(("second_at", "quantity"), [(60_000, 8), (-60_000, 10)])
def test_a_count_under_the_alias_is_judged_by_time(rules: Rules, second_at: int, quantity: int) -> None:
    applied(rules, create("a"), count("a", 10, T0_MS), create("b"))
    applied(rules, count("b", 8, T0_MS + second_at, version=0, deviceSeq=2), device="two")
    assert rules.level("a")[0] == quantity


@pytest.mark.parametrize("comes_first", [True, False])
def test_two_counts_at_the_same_moment_are_decided_by_a_person(rules: Rules, comes_first: bool) -> None:
    applied(rules, create("a"), count("a", 10, T0_MS))
    counted, made = count("b", 8, T0_MS + 500, version=0, deviceSeq=2), create("b", deviceSeq=1)
    if comes_first:
        applied(rules, counted, device="two")
        applied(rules, made, device="two")
    else:
        applied(rules, made, device="two")
        assert rules.send("two", counted)[0]["status"] == "conflict"
    ((body,),) = rules.query("SELECT body FROM conflict WHERE status = 'open' AND resource_id = 'a'")
    assert rules.level("a")[0] == 10
    conflict = rules.query("SELECT id FROM conflict WHERE status = 'open'")[0][0]
    assert body
    data = {"resolution": "accept_local", "expectedServerVersion": rules.level("a")[1]}
    applied(rules, operation("conflict", data, resourceId=conflict))
    assert rules.level("a")[0] == 8


def test_the_figure_suggested_for_a_count_under_the_alias_has_what_was_sold_since(rules: Rules) -> None:
    applied(rules, create("a"), create("b"), count("a", 10, T0_MS))
    applied(rules, sale({"a": 2}, at_ms=T0_MS + 60_000), sale({"b": 1}, at_ms=T0_MS + 90_000))
    (asked,) = rules.send("two", count("b", 8, T0_MS + 500, version=0, deviceSeq=2))
    conflict = Conflict.model_validate(asked["conflict"])
    suggested = suggest_stock(conflict)
    assert (suggested.resolution, suggested.quantity) == ("merge", 8 - 3)
    applied(rules, decide(asked, "merge", {"newQuantity": suggested.quantity}))
    assert rules.level("a")[0] == 5


@pytest.mark.parametrize("is_reopened", [False, True])
def test_the_figure_suggested_for_an_aliass_open_count_has_what_was_sold_of_the_product(
    rules: Rules, is_reopened: bool
) -> None:
    applied(rules, create("a"), movement("a", 10), sale({"a": 2}, at_ms=T0_MS + 60_000))
    applied(rules, movement("b", 2, at_ms=T0_MS), device="two")
    (counted,) = rules.send("three", count("b", 7, T0_MS + 100, version=0))
    conflict = counted["conflict"]["id"]
    if is_reopened:
        applied(rules, decide(counted, "accept_server"), create("b"))
        reopening = operation("conflict", {"conflictId": conflict}, operation="create", resourceId=conflict)
        asked = applied(rules, reopening)[0]["conflict"]
    else:
        applied(rules, create("b"))
        ((body,),) = rules.query("SELECT body FROM conflict WHERE id = :id", id=conflict)
        asked = orjson.loads(body) if isinstance(body, str) else body
    assert asked["resourceId"] == "a"
    assert suggest_stock(Conflict.model_validate(asked)).quantity == 7 - 2


def test_the_figure_of_an_undecided_count_has_what_moved_after_it(rules: Rules) -> None:
    applied(rules, create("a"), count("a", 10, T0_MS), sale({"a": 2}, at_ms=T0_MS + 60_000))
    late = sale({"b": 1}, at_ms=T0_MS + 60_000, deviceSeq=3)
    applied(rules, count("b", 8, T0_MS + 500, version=0, deviceSeq=2), late, device="two")
    applied(rules, create("b", deviceSeq=1), device="two")
    ((conflict, written),) = rules.query("SELECT id, body FROM conflict WHERE status = 'open'")
    body = orjson.loads(written) if isinstance(written, str) else written
    assert body["localVersion"]["values"]["quantity"] == 8 - 2 - 1
    assert rules.level("a")[0] == 10 - 2 - 1
    applied(rules, sale({"a": 1}, at_ms=T0_MS + 90_000))
    data = {"resolution": "accept_local", "expectedServerVersion": body["serverVersion"]["version"]}
    applied(rules, operation("conflict", data, resourceId=conflict))
    assert rules.level("a")[0] == 8 - 2 - 1 - 1


def test_a_count_without_a_time_under_the_alias_is_decided_by_a_person(rules: Rules, bowl: str) -> None:
    applied(rules, create("b"), device="two")
    (result,) = rules.send("two", count("b", 8, version=0))
    assert (result["status"], result["conflict"]["resourceId"]) == ("conflict", "a")


def test_a_sale_that_a_count_of_the_product_had_seen_is_not_taken_off_again(rules: Rules) -> None:
    applied(rules, create("a"), count("a", 10, T0_MS + 60_000))
    applied(rules, sale({"b": 3}, at_ms=T0_MS, deviceSeq=2), device="two")
    applied(rules, sale({"b": 1}, at_ms=T0_MS + 120_000, deviceSeq=3), device="two")
    applied(rules, create("b", deviceSeq=1), device="two")
    assert rules.level("a")[0] == 9


def test_an_open_conflict_about_the_aliass_count_becomes_the_products(rules: Rules) -> None:
    applied(rules, create("a"), movement("a", 10))
    applied(rules, movement("b", 2, at_ms=T0_MS), device="two")
    (counted,) = rules.send("three", count("b", 7, T0_MS + 100, version=0))
    assert counted["status"] == "conflict"
    applied(rules, create("b"), device="two")
    conflict = rules.query("SELECT id, resource_id FROM conflict WHERE status = 'open'")
    assert conflict == [(counted["conflict"]["id"], "a")]
    data = {"resolution": "merge", "mergedData": {"newQuantity": 15}}
    applied(rules, operation("conflict", data, resourceId=conflict[0][0]))
    assert rules.level("a")[0] == 15


# --- joining, parting, chains ---------------------------------------------------------------------------


@pytest.fixture
def pair(rules: Rules) -> None:
    """Two products that are one article, as an older release accepted them."""
    applied(rules, create("a"), create("b", barcode=OTHER_GTIN, name="Bowl 2"))
    applied(rules, movement("a", 10), movement("b", 4), sale({"b": 1}))


def test_joined_and_parted_each_has_its_own_part(rules: Rules, pair: None) -> None:
    applied(rules, join("b", "a"))
    assert products(rules) == {"a": ("Bowl", 450)}
    assert (rules.level("a")[0], rules.level("b")[0]) == (13, 0)
    applied(rules, sale({"b": 2, "a": 1}), movement("b", 5), movement("a", 7))
    assert rules.level("a")[0] == 22
    applied(rules, part("b"))
    assert products(rules) == {"a": ("Bowl", 450), "b": ("Bowl 2", 450)}
    assert (rules.level("a")[0], rules.level("b")[0]) == (16, 6)
    applied(rules, sale({"b": 1}))
    assert (rules.level("a")[0], rules.level("b")[0]) == (16, 5)
    applied(rules, join("b", "a"))
    assert (rules.level("a")[0], rules.level("b")[0]) == (21, 0)
    applied(rules, part("b"))
    assert (rules.level("a")[0], rules.level("b")[0]) == (16, 5)


def test_what_was_never_a_product_is_parted_with_its_own_values(rules: Rules, bowl: str) -> None:
    applied(rules, sale({"b": 3}, deviceSeq=2), create("b", deviceSeq=1, name="bowl"), device="two")
    (refused,) = rules.send(None, part("b"))
    assert refused["code"] == "precondition_failed"
    applied(rules, part("b", barcode=OTHER_GTIN))
    assert products(rules) == {"a": ("Bowl", 450), "b": ("bowl", 450)}
    assert (rules.level("a")[0], rules.level("b")[0]) == (10, -3)


def test_the_counts_of_both_come_back_when_they_are_parted(rules: Rules) -> None:
    applied(rules, create("a"), create("b", barcode=OTHER_GTIN))
    applied(rules, count("a", 10, T0_MS), count("b", 7, T0_MS + 60_000))
    applied(rules, join("b", "a"))
    assert rules.level("a")[0] == 7
    applied(rules, part("b"))
    assert (rules.level("a")[0], rules.level("b")[0]) == (10, 7)


def test_joined_parted_and_joined_again_nothing_is_lost(rules: Rules, pair: None) -> None:
    applied(rules, count("b", 12, T0_MS + MINUTE_MS))
    for _ in range(3):
        applied(rules, join("b", "a"))
        assert levels(rules, "a", "b") == (12, 0)
        applied(rules, part("b"))
        assert levels(rules, "a", "b") == (10, 12)


@pytest.mark.parametrize(("counted", "parts"), [("a", (9, 3)), ("b", (10, 2))])
def test_what_both_were_counted_together_is_divided(
    rules: Rules, pair: None, counted: str, parts: tuple[int, int]
) -> None:
    applied(rules, join("b", "a"), count(counted, 12, T0_MS + MINUTE_MS))
    assert levels(rules, "a", "b") == (12, 0)
    applied(rules, part("b"))
    assert levels(rules, "a", "b") == parts
    applied(rules, join("b", "a"))
    assert levels(rules, "a", "b") == (12, 0)


def test_what_a_count_found_of_an_alias_is_known_to_the_next_product_too(rules: Rules, pair: None) -> None:
    applied(rules, create("d", barcode="96385074"))
    applied(rules, join("b", "a"), count("b", 14, T0_MS + 10 * MINUTE_MS), part("b"))
    assert levels(rules, "a", "b") == (10, 4)
    applied(rules, count("b", 5, T0_MS + 20 * MINUTE_MS), join("b", "a"))
    applied(rules, sale({"a": 3}, at_ms=T0_MS + 5 * MINUTE_MS), part("b"))
    assert levels(rules, "a", "b") == (7, 5)
    applied(rules, join("b", "d"))
    assert levels(rules, "a", "b", "d") == (7, 0, 5)


def test_a_sale_that_changes_what_a_count_found_of_an_alias_does_so_for_good(
    rules: Rules, pair: None
) -> None:
    applied(rules, create("d", barcode="96385074"))
    applied(rules, join("b", "a"), count("b", 14, T0_MS + 10 * MINUTE_MS), part("b"), join("b", "a"))
    applied(rules, sale({"a": 3}, at_ms=T0_MS + 5 * MINUTE_MS), part("b"))
    assert levels(rules, "a", "b") == (7, 7)
    for _ in range(2):
        applied(rules, join("b", "d"))
        assert levels(rules, "a", "b", "d") == (7, 0, 7)
        applied(rules, part("b"))
        assert levels(rules, "a", "b", "d") == (7, 7, 0)


def test_a_parted_alias_knows_its_count(rules: Rules, pair: None) -> None:
    applied(rules, join("b", "a"), count("b", 17, T0_MS + 10 * MINUTE_MS))
    applied(rules, part("b"))
    assert levels(rules, "a", "b") == (10, 7)
    applied(rules, sale({"b": 2}, at_ms=T0_MS + 5 * MINUTE_MS))
    assert levels(rules, "a", "b") == (10, 7)
    applied(rules, sale({"b": 2}, at_ms=T0_MS + 15 * MINUTE_MS))
    assert levels(rules, "a", "b") == (10, 5)


def test_a_late_sale_that_only_the_count_of_the_alias_had_seen_counts_again_when_parted(
    rules: Rules, pair: None
) -> None:
    applied(rules, count("b", 7, T0_MS + 10 * MINUTE_MS), join("b", "a"))
    applied(rules, sale({"a": 3}, at_ms=T0_MS + 5 * MINUTE_MS))
    assert levels(rules, "a", "b") == (7, 0)
    applied(rules, part("b"))
    assert levels(rules, "a", "b") == (7, 7)


def test_a_late_correction_by_a_person_is_not_taken_for_one_of_the_ledger(rules: Rules, pair: None) -> None:
    applied(rules, count("a", 10, T0_MS + 10 * MINUTE_MS), join("b", "a"))
    late = movement("b", 2, T0_MS + 5 * MINUTE_MS)
    late["data"]["reason"] = "correction"
    applied(rules, late)
    assert levels(rules, "a", "b") == (10, 0)
    applied(rules, part("b"))
    assert levels(rules, "a", "b") == (10, 5)


def test_a_decided_count_has_its_own_time_after_parting(rules: Rules, pair: None) -> None:
    (asked,) = rules.send("t2", count("a", 8, T0_MS + 10 * MINUTE_MS, version=9))
    decided = decide(asked, "accept_local")
    applied(rules, {**decided, "timestamp": rfc3339(T0_MS + 50 * MINUTE_MS)})
    applied(rules, join("b", "a"), part("b"))
    applied(rules, sale({"a": 3}, at_ms=T0_MS + 30 * MINUTE_MS))
    assert levels(rules, "a") == (5,)


def test_a_count_that_came_too_late_for_the_product_holds_for_the_alias_alone(rules: Rules) -> None:
    applied(rules, create("a"), count("a", 10, T0_MS), create("b"))
    applied(rules, count("b", 8, T0_MS - MINUTE_MS, version=0, deviceSeq=2), device="two")
    assert levels(rules, "a") == (10,)
    applied(rules, part("b", barcode=OTHER_GTIN))
    assert levels(rules, "a", "b") == (10, 8)


def test_what_was_sold_since_a_count_that_a_person_accepts_is_taken_off(rules: Rules) -> None:
    applied(rules, create("a"), count("a", 10, T0_MS))
    applied(rules, count("b", 8, T0_MS + 500, version=0, deviceSeq=2), device="two")
    applied(rules, sale({"b": 1}, at_ms=T0_MS + MINUTE_MS, deviceSeq=3), device="two")
    applied(rules, create("b", deviceSeq=1), device="two")
    ((conflict,),) = rules.query("SELECT id FROM conflict WHERE status = 'open'")
    data = {"resolution": "accept_local", "expectedServerVersion": rules.level("a")[1]}
    applied(rules, operation("conflict", data, resourceId=conflict))
    assert levels(rules, "a") == (7,)


def test_a_count_by_time_leaves_out_what_a_parted_alias_had(rules: Rules, pair: None) -> None:
    applied(rules, create("c", barcode="96385074"), join("c", "a"), join("b", "a"))
    applied(rules, sale({"b": 2}, at_ms=T0_MS + 20 * MINUTE_MS), part("b"))
    applied(rules, count("c", 6, T0_MS + 10 * MINUTE_MS, version=0))
    assert levels(rules, "a", "b") == (6, 1)


def rewrite(rules: Rules, product: str, **columns: Any) -> None:
    """Gives a product what a release with fewer rules took."""
    written = update(t.product).where(t.product.c.id == product).values(**columns)
    rules.database.transact("t", lambda unit: unit.execute(written))


def test_a_barcode_with_a_wrong_check_digit_stays_with_the_alias(rules: Rules) -> None:
    applied(rules, create("a", barcode=None), create("b", sku="S-1"), movement("b", 5))
    rewrite(rules, "b", barcode=GTIN[:-1] + "2")
    applied(rules, join("b", "a"))
    assert rules.query("SELECT id, barcode, sku FROM product WHERE deleted = 0") == [("a", None, "S-1")]
    assert levels(rules, "a", "b") == (5, 0)


def test_a_refused_join_leaves_both_products(rules: Rules) -> None:
    applied(rules, create("a", priceMinor=None), create("b", barcode=OTHER_GTIN), movement("b", 5))
    rewrite(rules, "b", price_minor=-1)
    (refused,) = rules.send(None, join("b", "a"))
    assert refused["status"] == "rejected"
    assert set(products(rules)) == {"a", "b"}
    assert levels(rules, "a", "b") == (0, 5)


def test_chains_lead_to_one_end_and_hold_no_circle(rules: Rules, pair: None) -> None:
    applied(rules, create("c", barcode="96385074"), movement("c", 100))
    applied(rules, join("c", "b"), join("b", "a"))
    assert rules.level("a")[0] == 113
    applied(rules, sale({"c": 1}))
    assert rules.level("a")[0] == 112
    for alias, product in (("a", "c"), ("a", "b"), ("a", "a"), ("c", "nowhere")):
        assert rules.send(None, join(alias, product))[0]["status"] == "rejected"
    applied(rules, part("b"))
    assert (rules.level("a")[0], rules.level("b")[0]) == (10, 102)
    applied(rules, part("c"))
    assert (rules.level("a")[0], rules.level("b")[0], rules.level("c")[0]) == (10, 3, 99)


def test_an_alias_given_once_is_given_again(rules: Rules, bowl: str) -> None:
    first = create("b", name="Bowl")
    (given,) = applied(rules, first, device="two")
    applied(rules, edit("a", {"name": "Plate"}, {"name": "Bowl"}))
    (repeated,) = applied(rules, first, device="two")
    assert repeated["repeated"]
    (again,) = applied(rules, create("b", name="Bowl"), device="two")
    assert again["result"]["productId"] == given["result"]["productId"] == "a"
    applied(rules, join("b", "a"))


def test_a_restored_server_gives_the_former_alias_though_it_lost_the_product(rules: Rules) -> None:
    former = {"status": "applied", "result": {"version": 1, "productId": "a"}}
    applied(rules, create("b", name="Bowl", formerResult=former), device="two")
    applied(rules, sale({"b": 2}), device="two")
    applied(rules, create("a", formerResult={"status": "applied", "result": {"version": 1}}), device="one")
    assert products(rules) == {"a": ("Bowl", 450)}
    assert rules.level("a")[0] == -2


def test_only_a_manager_joins(rules: Rules, pair: None) -> None:
    (result,) = rules.send("two", {**join("b", "a"), "actorId": "cleo"})
    assert result["code"] == "forbidden"


def test_joining_and_parting_are_audited_with_both_rows(rules: Rules, pair: None) -> None:
    applied(rules, join("b", "a"), part("b"))
    details = rules.query("SELECT detail FROM audit_entry WHERE resource_type = 'product_alias' ORDER BY seq")
    assert len(details) == 2
    for (detail,) in details:
        assert '"Bowl 2"' in str(detail)
        assert '"Bowl"' in str(detail)


# --- clients of release 0.1.0 ---------------------------------------------------------------------------


def test_a_till_of_release_0_1_0_gets_an_applied_creation_and_never_the_alias(
    rules: Rules, bowl: str
) -> None:
    (result,) = applied(rules, create("b"), device="two")
    old = Audience(is_till=True, is_tolerant=False)
    assert visible_result(result, old) == result
    # It drops what it showed itself when its cursor reaches the effect's number, which a change without a row
    # takes up; from then on a scan finds the first product.
    [effect] = result["effects"]
    rows = rules.query("SELECT seq, row FROM change WHERE resource_type = 'product_alias'")
    assert [seq for seq, _ in rows] == [effect["seq"]]
    assert visible_row("product_alias", {"id": "b"}, old) is None
    # What it goes on to sell under its own id counts.
    applied(rules, sale({"b": 2}), device="two")
    assert rules.level("a")[0] == 8


def test_a_till_of_release_0_1_0_decides_in_its_own_words(rules: Rules, bowl: str) -> None:
    result = in_conflict(rules, name="Mug")
    old = Audience(is_till=True, is_tolerant=False)
    shown = visible_result(result, old)["conflict"]
    assert shown["conflictType"] == "data_inconsistency"
    applied(rules, decide({"conflict": shown}, "accept_server"))
    assert rules.level("a")[0] == 7
