"""Stock is a ledger: deltas in any order, sales always accepted, shortages shown."""

import orjson
import pytest

from sync_agent.contract.stock import StockLevelRow
from tests.kit.operations import T0_MS, count, movement, operation, rfc3339, sale
from tests.kit.rules import Rules


@pytest.fixture(autouse=True)
def goods_are_listed(rules: Rules) -> None:
    rules.lists_what_moves = True


def test_stock_is_the_sum_of_its_movements(rules: Rules) -> None:
    results = rules.send("d1", movement("p", 10), movement("p", -3), sale({"p": 2}))
    assert [result["status"] for result in results] == ["applied"] * 3
    assert results[1]["result"] == {"version": 2, "onHand": 7}
    assert rules.level("p") == (5, 3)


def test_lines_of_one_product_are_one_movement(rules: Rules) -> None:
    twice = sale({"p": 2})
    twice["data"]["lines"] *= 2
    (result,) = rules.send("d1", twice)
    assert [effect["resourceType"] for effect in result["effects"]] == [
        "stock_level",
        "oversold",
        "transaction",
    ]
    assert rules.level("p") == (-4, 1)


def test_a_refund_and_a_void_put_goods_back(rules: Rules) -> None:
    rules.send("d1", sale({"p": 3}), sale({"p": 1}, kind="refund"), sale({"p": 2}, kind="void"))
    assert rules.level("p") == (0, 3)


def test_money_alone_moves_no_stock(rules: Rules) -> None:
    (result,) = rules.send("d1", sale({"p": 3}, kind="no_sale"))
    assert result["status"] == "applied"
    assert rules.level("p") == (0, 0)


def test_a_sale_of_an_unknown_or_deleted_product_is_taken_and_flagged(rules: Rules) -> None:
    rules.send(None, operation("product", {"name": "Gone"}, operation="create", resourceId="gone"))
    rules.send(None, operation("product", {}, operation="delete", resourceId="gone"))
    (result,) = rules.send("d1", sale({"gone": 1, "never": 1}, actorId="nobody"))
    assert result["status"] == "applied"
    assert result["result"]["flags"] == [
        "deleted_product:gone",
        "unknown_product:never",
        "unknown_actor:nobody",
    ]
    assert rules.level("gone") == (-1, 1)


def test_a_completed_sale_is_immutable(rules: Rules) -> None:
    (result,) = rules.send("d1", sale({"p": 1}, operation="update"))
    assert (result["status"], result["code"]) == ("rejected", "precondition_failed")


def test_a_sale_that_cannot_be_read_is_kept_whole(rules: Rules) -> None:
    torn = sale({"p": 1})
    del torn["data"]["currency"]
    worse = sale({"p": 1}, timestamp="yesterday")
    results = rules.send("d1", torn, worse)
    assert [(result["status"], result["success"]) for result in results] == [("quarantined", True)] * 2
    assert "currency" in results[0]["error"]
    assert [result["repeated"] for result in rules.send("d1", torn, worse)] == [True, True]
    assert rules.query("SELECT count(*) FROM quarantine") == [(2,)]
    assert rules.level("p") == (0, 0)


def test_a_sale_from_the_wrong_place_goes_to_quarantine_not_back_to_the_till(rules: Rules) -> None:
    (result,) = rules.send("d1", sale({"p": 1}, locationId="annex"))
    assert result["status"] == "quarantined"


def test_below_zero_stays_below_zero_and_is_one_shortage_until_it_is_over(rules: Rules) -> None:
    rules.send("d1", sale({"p": 2}), sale({"p": 1}))
    assert rules.query("SELECT quantity, open, version FROM oversold") == [(-3, 1, 2)]
    rules.send("d1", movement("p", 5))
    assert rules.query("SELECT quantity, open, version FROM oversold") == [(2, 0, 3)]
    rules.send("d1", sale({"p": 4}), count("p", 6, version=4))
    assert rules.level("p")[0] == 6
    assert rules.query("SELECT open, version FROM oversold") == [(0, 5)]


def test_a_batch_is_taken_in_the_order_of_the_till(rules: Rules) -> None:
    late = count("p", 3, version=1, deviceSeq=3)
    first = movement("p", 10, deviceSeq=1)
    second = movement("p", -4, deviceSeq=2)
    rules.send("d1", late, second, first)
    rows = rules.query("SELECT device_seq FROM stock_movement ORDER BY version")
    assert rows == [(1,), (2,), (3,)]
    assert rules.level("p") == (3, 3)


def test_one_operation_stands_or_falls_alone(rules: Rules) -> None:
    results = rules.send(
        "d1",
        movement("p", 1),
        operation("stock_level", {"delta": "one", "reason": "found"}, resourceId="p", locationId="main"),
        operation("weather", {}),
        {"id": "x"},
        movement("p", 1, locationId="nowhere"),
        movement("p", 1, actorId="nobody"),
        movement("p", 1),
    )
    assert [(result["status"], result.get("code")) for result in results] == [
        ("applied", None),
        ("rejected", "bad_request"),
        ("rejected", "bad_request"),
        ("rejected", "bad_request"),
        ("rejected", "not_found"),
        ("rejected", "forbidden"),
        ("applied", None),
    ]
    assert "data.delta" in results[1]["error"]
    assert rules.level("p") == (2, 2)


def test_items_that_are_no_operations_are_refused_one_by_one(rules: Rules) -> None:
    results = rules.send("d1", "nonsense", {}, {"id": 7}, movement("p", 1))
    assert [result["id"] for result in results[:3]] == ["", "", ""]
    assert [result["status"] for result in results] == ["rejected"] * 3 + ["applied"]


def test_data_nested_beyond_reading_is_refused(rules: Rules) -> None:
    deep: dict[str, object] = {}
    for _ in range(400):
        deep = {"deep": deep}
    (result,) = rules.send("d1", operation("product", deep))
    assert (result["status"], result["code"]) == ("rejected", "bad_request")


def test_a_till_clock_ahead_of_time_makes_nothing_happen_in_the_future(rules: Rules) -> None:
    a_year_ahead = T0_MS + 365 * 86_400_000
    rules.send("d1", movement("p", 5), count("p", 5, a_year_ahead, version=1))
    rules.clock.ms += 60_000
    (result,) = rules.send("d2", movement("p", -1, rules.clock.ms))
    assert result["result"]["onHand"] == 4


def test_a_clock_that_is_off_is_corrected_by_its_offset(rules: Rules) -> None:
    hour = 3_600_000
    rules.send("d1", count("p", 10, T0_MS, version=0))
    behind = movement("p", -1, T0_MS - hour + 60_000, clockOffsetMs=hour)
    rules.send("d2", behind)
    assert rules.level("p")[0] == 9
    assert rules.query("SELECT happened_ms - occurred_ms FROM stock_movement WHERE reason = 'waste'") == [
        (hour,)
    ]


def test_a_transaction_is_a_change_of_its_own(rules: Rules) -> None:
    sold = sale({"p": 1}, actorId="cleo")
    rules.send("d1", sold)
    (row,) = rules.query("SELECT row FROM change WHERE resource_type = 'transaction'")
    assert '"actorId":"cleo"' in row[0]
    assert '"deviceId":"d1"' in row[0]
    assert rfc3339(T0_MS) in row[0]


def test_a_change_of_stock_is_written_as_the_contract_has_it(rules: Rules) -> None:
    rules.send("d1", movement("p", 3, deviceSeq=1), sale({"p": 5}, deviceSeq=2, actorId="cleo"))
    rules.send(None, count("p", 9, T0_MS, version=2))
    rows = rules.query("SELECT row FROM change WHERE resource_type = 'stock_level' ORDER BY seq")
    assert len(rows) == 3
    for (row,) in rows:
        written = orjson.loads(row)
        assert StockLevelRow.model_validate(written).to_wire() == written
        assert list(written) == [field.alias for field in StockLevelRow.model_fields.values()]


def test_a_movement_too_near_to_a_count_to_be_sure_asks_for_a_check(rules: Rules) -> None:
    rules.send("d1", count("p", 9, T0_MS, version=0))
    (sold,) = rules.send("d2", sale({"p": 1}, at_ms=T0_MS + 1_000, actorId="cleo"))
    assert "near_count:p" in sold["result"]["flags"]
    (moved, sure) = rules.send("d2", movement("p", 1, T0_MS + 500), movement("p", 1, T0_MS + 60_000))
    assert moved["result"]["flags"] == ["near_count:p"]
    assert "flags" not in sure["result"]


def test_a_count_on_an_old_version_looks_at_no_more_than_it_needs(rules: Rules) -> None:
    rules.send("d1", *(movement("p", 1, T0_MS) for _ in range(300)))
    (clash,) = rules.send("d2", count("p", 5, T0_MS + 1, version=1, actorId="cleo"))
    assert clash["conflict"]["baseVersion"]["values"] == {"quantity": 1}
    (stands,) = rules.send("d3", count("q", 5, T0_MS - 60_000, version=0))
    rules.send("d1", *(movement("q", 1, T0_MS) for _ in range(300)))
    assert rules.level("q") == (305, 301)
    assert stands["status"] == "applied"


def test_a_place_that_is_no_id_is_kept_nowhere(rules: Rules) -> None:
    unplaced = sale({"p": 1})
    del unplaced["locationId"]
    unplaced["data"]["locationId"] = "x" * 100_000
    (result,) = rules.send("d1", unplaced)
    assert (result["status"], len(result["error"]) < 200) == ("quarantined", True)
