"""A product's unit stays while there is stock or history, and a line in another unit moves no stock."""

from typing import Any

import pytest

from tests.kit.operations import count, movement, operation, sale
from tests.kit.rules import Rules


def product(product_id: str, verb: str, data: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return operation("product", data, **{"operation": verb, "resourceId": product_id, **rest})


def to_kilograms(product_id: str = "tea", **more: Any) -> dict[str, Any]:
    fields = {"set": {"unit": "kg", **more}, "base": {"unit": "each"}}
    return product(product_id, "update", fields, version=1)


def sold_by(unit: str | None, quantity: int = 12, product_id: str = "tea", **rest: Any) -> dict[str, Any]:
    made = sale({product_id: quantity}, **rest)
    if unit is not None:
        made["data"]["lines"][0]["unit"] = unit
    return made


@pytest.fixture
def tea(rules: Rules) -> str:
    [created] = rules.send(None, product("tea", "create", {"name": "Tea", "unit": "each", "priceMinor": 100}))
    assert created["status"] == "applied"
    return "tea"


def flags_about_units(answer: dict[str, Any]) -> list[str]:
    return [flag for flag in answer["result"]["flags"] if flag.startswith("unit_mismatch")]


def unit_of(rules: Rules, product_id: str = "tea") -> str:
    [(unit,)] = rules.query("SELECT unit FROM product WHERE id = :id", id=product_id)
    return str(unit)


@pytest.mark.parametrize(
    "history",
    [
        [movement("tea", 12)],
        [movement("tea", 12), movement("tea", -12)],
        [count("tea", 0)],
        [sale({"tea": 1})],
        [sale({"tea": 1}), sale({"tea": 1}, kind="void")],
    ],
    ids=["stock", "none left", "counted as none", "sold", "sold and voided"],
)
def test_a_unit_stays_while_there_is_stock_or_history(
    rules: Rules, tea: str, history: list[dict[str, Any]]
) -> None:
    rules.send("device", *history)
    [answer] = rules.send(None, to_kilograms(name="Tea, loose"))
    assert answer["status"] == "rejected"
    assert answer["code"] == "precondition_failed"
    assert "“Tea” has stock or history" in answer["error"]
    assert unit_of(rules) == "each"


def test_stock_at_another_place_counts_too(rules: Rules, tea: str) -> None:
    rules.send(None, movement(tea, 3, locationId="annex"), place="annex")
    [answer] = rules.send(None, to_kilograms())
    assert answer["code"] == "precondition_failed"


def test_a_new_product_may_get_another_unit(rules: Rules, tea: str) -> None:
    [answer] = rules.send(None, to_kilograms())
    assert answer["status"] == "applied"
    assert unit_of(rules) == "kg"


def test_an_edit_that_sets_the_unit_it_has_is_taken(rules: Rules, tea: str) -> None:
    rules.send("device", movement(tea, 12))
    [answer] = rules.send(
        None, product(tea, "update", {"set": {"unit": "each", "name": "Tee"}, "base": {}}, version=1)
    )
    assert answer["status"] == "applied"


def test_a_restored_product_has_the_unit_it_had(rules: Rules, tea: str) -> None:
    rules.send("device", movement(tea, 12))
    rules.send(None, product(tea, "delete", {}, version=1))
    [answer] = rules.send(None, product(tea, "update", {"set": {"unit": "kg"}, "base": {}}, version=1))
    assert answer["code"] == "precondition_failed"


def test_what_was_taken_before_a_restore_is_taken_again(rules: Rules, tea: str) -> None:
    rules.send("device", movement(tea, 12))
    again = to_kilograms() | {"formerResult": {"status": "applied", "version": 2}}
    [answer] = rules.send(None, again)
    assert answer["status"] == "applied"


# --- lines in another unit ---------------------------------------------------------------------------


@pytest.fixture
def kilograms(rules: Rules, tea: str) -> str:
    """Tea by the kilogram, while a till that was offline sells it by the piece."""
    rules.send(None, to_kilograms())
    return tea


def test_a_line_in_another_unit_moves_no_stock_until_a_person_counts(rules: Rules, kilograms: str) -> None:
    [sold] = rules.send("device", sold_by("each"))
    assert sold["status"] == "applied"
    assert flags_about_units(sold) == ["unit_mismatch:tea"]
    assert rules.level("tea") == (0, 0)
    rules.send("device", count("tea", 4000))
    assert rules.level("tea") == (4000, 1)


def test_a_line_in_the_products_unit_moves_it(rules: Rules, kilograms: str) -> None:
    made = sold_by("kg", 1500)
    made["data"]["lines"][0]["totalMinor"] = made["data"]["totalMinor"] = 150
    made["data"]["payments"] = [{"method": "cash", "amountMinor": 150}]
    [sold] = rules.send("device", made)
    assert flags_about_units(sold) == []
    assert rules.level("tea") == (-1500, 1)


def test_a_line_of_an_older_till_counts_in_the_products_unit(rules: Rules, tea: str) -> None:
    [sold] = rules.send("device", sold_by(None))
    assert flags_about_units(sold) == []
    assert rules.level("tea") == (-12, 1)


def test_only_the_lines_that_fit_are_moved(rules: Rules, kilograms: str) -> None:
    rules.send(None, product("cup", "create", {"name": "Cup", "unit": "each", "priceMinor": 100}))
    made = sale({"tea": 12, "cup": 2})
    for line in made["data"]["lines"]:
        line["unit"] = "each"
    [sold] = rules.send("device", made)
    assert flags_about_units(sold) == ["unit_mismatch:tea"]
    assert (rules.level("tea"), rules.level("cup")) == ((0, 0), (-2, 1))


def test_what_goes_back_in_a_former_unit_moves_no_stock(rules: Rules, kilograms: str) -> None:
    [back] = rules.send("device", sold_by("each", 3, kind="refund"))
    assert "unit_mismatch:tea" in back["result"]["flags"]
    assert rules.level("tea") == (0, 0)


def test_the_flag_stays_when_the_product_changes_again(rules: Rules, kilograms: str) -> None:
    sold = sold_by("each")
    rules.send("device", sold)
    rules.send(None, product("tea", "update", {"set": {"unit": "each"}, "base": {"unit": "kg"}}, version=2))
    [(flags,)] = rules.query("SELECT flags FROM till_transaction WHERE id = :id", id=sold["id"])
    assert "unit_mismatch:tea" in str(flags)


@pytest.mark.parametrize(("unit", "is_flagged"), [("kg", False), ("each", True), (None, True)])
def test_a_line_multiplies_in_the_unit_that_it_was_sold_by(
    rules: Rules, unit: str | None, is_flagged: bool
) -> None:
    """Also where the product is by the piece here: the figures are the line's own."""
    rules.send(None, product("tea", "create", {"name": "Tea", "unit": "each"}))
    made = sold_by(unit, 1500)
    made["data"]["lines"][0]["totalMinor"] = made["data"]["totalMinor"] = 150
    made["data"]["payments"] = [{"method": "cash", "amountMinor": 150}]
    [sold] = rules.send("device", made)
    assert ("wrong_line_total:1" in sold["result"]["flags"]) == is_flagged
