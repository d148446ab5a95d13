"""Product edits merge field by field; two values for one field are for a person."""

from typing import Any

import pytest

from server_stub.operations.handlers.products import Merged, merge
from tests.kit.operations import operation
from tests.kit.rules import Rules


def create(product: str, **fields: Any) -> dict[str, Any]:
    return operation("product", {"name": product.title(), **fields}, operation="create", resourceId=product)


def edit(product: str, version: int | None, new: dict[str, Any], base: dict[str, Any]) -> dict[str, Any]:
    return operation("product", {"set": new, "base": base}, resourceId=product, version=version)


def delete(product: str, version: int | None) -> dict[str, Any]:
    return operation("product", {}, operation="delete", resourceId=product, version=version)


def decide(conflict: dict[str, Any], resolution: str, **rest: Any) -> dict[str, Any]:
    data = {"conflictId": conflict["id"], "resolution": resolution, **rest}
    return operation("conflict", data, resourceId=conflict["id"])


@pytest.fixture
def tea(rules: Rules) -> str:
    rules.send(None, create("tea", priceMinor=400, barcode="2000000000015"))
    return "tea"


def product(rules: Rules, product_id: str) -> tuple[str, int | None, int, int]:
    row: tuple[str, int | None, int, int]
    (row,) = rules.query(
        "SELECT name, price_minor, deleted, version FROM product WHERE id = :id", id=product_id
    )
    return row


def test_merging_is_by_field() -> None:
    current, base = {"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 0, "c": 0}
    assert merge(current, {"a": 9, "b": 2}, base) == Merged({"a": 9}, ())
    assert merge(current, {"a": 9, "c": 4}, base) == Merged({"a": 9, "c": 4}, ("c",))


def test_different_fields_merge_by_themselves(rules: Rules, tea: str) -> None:
    results = [
        rules.send(None, edit(tea, 1, {"priceMinor": 450}, {"priceMinor": 400}))[0],
        rules.send(None, edit(tea, 1, {"name": "Green Tea"}, {"name": "Tea"}))[0],
    ]
    assert [result["status"] for result in results] == ["applied", "applied"]
    assert product(rules, tea) == ("Green Tea", 450, 0, 3)


def test_a_field_that_the_edit_gives_no_base_for_is_compared_with_its_version(rules: Rules, tea: str) -> None:
    rules.send(None, edit(tea, 1, {"priceMinor": 450}, {}))
    (merged,) = rules.send(None, edit(tea, 1, {"name": "Green Tea"}, {}))
    (clash,) = rules.send(None, edit(tea, 1, {"priceMinor": 480}, {}))
    assert (merged["status"], clash["status"]) == ("applied", "conflict")


def test_equal_values_are_no_conflict(rules: Rules, tea: str) -> None:
    for _ in range(2):
        (result,) = rules.send(None, edit(tea, 1, {"priceMinor": 450}, {"priceMinor": 400}))
        assert result["status"] == "applied"


def test_two_values_for_one_field_are_for_a_person(rules: Rules, tea: str) -> None:
    rules.send(None, edit(tea, 1, {"priceMinor": 450}, {"priceMinor": 400}))
    (result,) = rules.send(None, edit(tea, 1, {"priceMinor": 500}, {"priceMinor": 400}))
    conflict = result["conflict"]
    assert (conflict["resourceType"], conflict["conflictType"]) == ("product", "concurrent_update")
    assert conflict["localVersion"]["values"] == {"priceMinor": 500}
    assert conflict["serverVersion"]["values"]["priceMinor"] == 450
    assert conflict["baseVersion"]["values"] == {"priceMinor": 400}
    assert conflict["history"][0]["fields"] == {"priceMinor": 450}
    assert "locationId" not in conflict
    rules.send(None, decide(conflict, "accept_local"))
    assert product(rules, tea) == ("Tea", 500, 0, 3)


def test_an_edit_in_between_moves_a_product_conflict(rules: Rules, tea: str) -> None:
    rules.send(None, edit(tea, 1, {"priceMinor": 450}, {"priceMinor": 400}))
    (result,) = rules.send(None, edit(tea, 1, {"priceMinor": 500}, {"priceMinor": 400}))
    rules.send(None, edit(tea, 2, {"priceMinor": 460}, {"priceMinor": 450}))
    (moved,) = rules.send(None, decide(result["conflict"], "merge", mergedData={"priceMinor": 480}))
    assert moved["code"] == "conflict_moved"
    assert moved["conflict"]["serverVersion"]["values"]["priceMinor"] == 460
    rules.send(None, decide(result["conflict"], "merge", mergedData={"priceMinor": 480}))
    assert product(rules, tea)[1] == 480


def test_edited_against_deleted_can_be_restored(rules: Rules, tea: str) -> None:
    rules.send(None, delete(tea, 1))
    (result,) = rules.send(None, edit(tea, 1, {"priceMinor": 500}, {"priceMinor": 400}))
    assert result["conflict"]["conflictType"] == "data_inconsistency"
    rules.send(None, decide(result["conflict"], "accept_local"))
    assert product(rules, tea) == ("Tea", 500, 0, 3)


def test_deleted_against_edited_can_stay_deleted(rules: Rules, tea: str) -> None:
    rules.send(None, edit(tea, 1, {"priceMinor": 450}, {"priceMinor": 400}))
    (result,) = rules.send(None, delete(tea, 1))
    assert result["conflict"]["localVersion"]["values"] == {"deleted": True}
    rules.send(None, decide(result["conflict"], "accept_local"))
    assert product(rules, tea)[2] == 1


def test_a_deletion_is_a_tombstone_in_the_stream(rules: Rules, tea: str) -> None:
    rules.send(None, delete(tea, 1))
    assert rules.query(
        "SELECT version, row IS NULL FROM change WHERE resource_type = 'product' ORDER BY seq"
    ) == [(1, 0), (2, 1)]


def test_a_version_never_reached_is_a_mismatch(rules: Rules, tea: str) -> None:
    (result,) = rules.send(None, edit(tea, 9, {"priceMinor": 500}, {}))
    assert result["conflict"]["conflictType"] == "version_mismatch"


def test_what_a_product_cannot_be(rules: Rules, tea: str) -> None:
    results = rules.send(
        None,
        create(tea),
        create("leaf", barcode="2000000000015"),
        create("nameless", name=" "),
        edit(tea, 1, {"name": None}, {}),
        edit("unknown", 1, {"name": "x"}, {}),
    )
    assert [result["code"] for result in results] == [
        "precondition_failed",
        "conflict",
        "bad_request",
        "bad_request",
        "not_found",
    ]
    assert results[1]["conflict"]["sameAs"] == tea


def test_a_till_edits_products_in_a_managers_name_or_with_approval(rules: Rules, tea: str) -> None:
    change = edit(tea, 1, {"priceMinor": 410}, {"priceMinor": 400})
    assert rules.send("d1", change)[0]["code"] == "forbidden"
    assert (
        rules.send("d1", edit(tea, 1, {"priceMinor": 410}, {"priceMinor": 400}) | {"actorId": "cleo"})[0][
            "code"
        ]
        == "forbidden"
    )
    approved = edit(tea, 1, {"priceMinor": 410}, {"priceMinor": 400}) | {
        "actorId": "cleo",
        "approvedById": "mia",
    }
    assert rules.send("d1", approved)[0]["status"] == "applied"


def test_a_product_can_be_created_and_edited_in_one_upload(rules: Rules) -> None:
    results = rules.send(
        None,
        create("jam"),
        edit("jam", 1, {"priceMinor": 300}, {"priceMinor": None}),
        edit("jam", 2, {"priceMinor": None}, {"priceMinor": 300}),
    )
    assert [result["status"] for result in results] == ["applied"] * 3
    assert product(rules, "jam") == ("Jam", None, 0, 3)


@pytest.mark.parametrize("new", [{"name": "   "}, {"priceMinor": -5}])
def test_an_edit_may_not_make_what_could_not_be_created(rules: Rules, tea: str, new: dict[str, Any]) -> None:
    (result,) = rules.send(None, edit(tea, 1, new, {}))
    assert (result["status"], result["code"]) == ("rejected", "bad_request")
    assert product(rules, tea) == ("Tea", 400, 0, 1)


def test_an_empty_barcode_is_none(rules: Rules) -> None:
    results = rules.send(None, create("jam", barcode=""), create("oil", barcode=""))
    assert [result["status"] for result in results] == ["applied", "applied"]
    assert rules.query("SELECT DISTINCT barcode FROM product") == [(None,)]
