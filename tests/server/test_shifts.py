"""Shifts: opened, cashed up, and answered with "all received" or with what is missing."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server_stub.operations.handlers.shifts import without
from server_stub.operations.parsing import read
from tests.kit.operations import close_shift, movement, open_shift, operation, sale
from tests.kit.rules import Rules
from tests.kit.servers import ShopServer

MONEY = {"p": 2}


def chained(*items: dict[str, Any]) -> list[dict[str, Any]]:
    """A till's operations as it numbers and chains them, from 1 on."""
    hashed = ""
    sent = []
    for number, item in enumerate(items, 1):
        numbered = {**item, "deviceSeq": number, "prevHash": hashed}
        hashed = read(numbered).chain_hash or ""
        sent.append(numbered)
    return sent


def last_hash(items: list[dict[str, Any]]) -> str:
    return read(items[-1]).chain_hash or ""


def told_of_shift(rules: Rules) -> list[tuple[int, dict[str, Any]]]:
    rows = rules.query("SELECT version, \"row\" FROM change WHERE resource_type = 'shift' ORDER BY seq")
    return [(version, json.loads(row)) for version, row in rows]


@pytest.fixture
def day(rules: Rules) -> list[dict[str, Any]]:
    """A drawer that was opened, two sales of 200 and a refund of 100; nothing sent yet."""
    return chained(open_shift(), sale(MONEY), sale(MONEY), sale({"p": 1}, kind="refund"))


def test_a_shift_whose_operations_are_all_here_is_answered_with_all_received(
    rules: Rules, day: list[dict[str, Any]]
) -> None:
    rules.send("d1", *day)
    (result,) = rules.send("d1", close_shift(1, 4, 300, last_hash(day), deviceSeq=5))
    assert result["status"] == "applied"
    told = result["result"]
    assert (told["complete"], told["received"], told["expected"], told["missing"]) == (True, 4, 4, [])
    assert (told["message"], told["flags"]) == ("all received", [])


def test_what_comes_in_the_same_upload_counts_and_so_does_the_closing_itself(
    rules: Rules, day: list[dict[str, Any]]
) -> None:
    results = rules.send("d1", *day, close_shift(1, 5, 300, deviceSeq=5))
    assert results[-1]["result"]["message"] == "all received"


def test_missing_numbers_are_named(rules: Rules, day: list[dict[str, Any]]) -> None:
    rules.send("d1", day[0], day[3])
    (result,) = rules.send("d1", close_shift(1, 4, 300, last_hash(day), deviceSeq=5))
    told = result["result"]
    assert (told["complete"], told["received"], told["missing"]) == (False, 2, [2, 3])
    assert told["message"] == "2 of 4 operations have not come: 2, 3"
    assert rules.query("SELECT awaited FROM shift") == [(1,)]


def test_late_operations_make_the_shift_whole_and_its_stream_hears_of_it(
    rules: Rules, day: list[dict[str, Any]]
) -> None:
    rules.send("d1", day[0], close_shift(1, 4, 300, last_hash(day), deviceSeq=5))
    rules.send("d1", day[1])
    rules.send("d1", day[3], day[2])
    told = told_of_shift(rules)
    assert [(version, row["missing"], row.get("received")) for version, row in told] == [
        (1, [], None),
        (2, [2, 3, 4], 1),
        (3, [3, 4], 2),
        (4, [], 4),
    ]
    assert told[-1][1]["flags"] == []
    assert rules.query("SELECT awaited, version FROM shift") == [(0, 4)]


def test_the_upload_that_closes_a_shift_may_bring_what_was_missing(
    rules: Rules, day: list[dict[str, Any]]
) -> None:
    # The numbers decide the order, so a later one is outside the shift.
    rules.send("d1", *day[:3], close_shift(1, 6, 300, deviceSeq=5), movement("p", 1, deviceSeq=6))
    assert told_of_shift(rules)[-1][1]["missing"] == [4]


def test_what_was_spent_is_not_missing(rules: Rules, day: list[dict[str, Any]]) -> None:
    rules.send("d1", day[0], day[1], day[2])
    closing = close_shift(1, 4, 400, last_hash(day), spent={4: last_hash(day)}, deviceSeq=5)
    told = rules.send("d1", closing)[0]["result"]
    assert (told["complete"], told["received"], told["flags"]) == (True, 4, [])


def test_another_sum_or_another_hash_is_flagged(rules: Rules, day: list[dict[str, Any]]) -> None:
    rules.send("d1", *day)
    told = rules.send("d1", close_shift(1, 4, 299, "0" * 64, deviceSeq=5))[0]["result"]
    assert told["flags"] == ["last_hash", "total_minor"]
    assert told_of_shift(rules)[-1][1]["flags"] == ["last_hash", "total_minor"]


def test_refused_and_quarantined_operations_have_been_received(rules: Rules) -> None:
    torn = sale(MONEY, deviceSeq=2)
    del torn["data"]["currency"]
    rules.send(
        "d1",
        open_shift(deviceSeq=1),
        torn,
        operation("weather", {}, deviceSeq=3),
        sale(MONEY, timestamp="yesterday", deviceSeq=4),
    )
    told = rules.send("d1", close_shift(1, 4, deviceSeq=5))[0]["result"]
    assert told["message"] == "all received"


def test_another_tills_numbers_do_not_count(rules: Rules) -> None:
    rules.send("d1", open_shift(deviceSeq=1))
    rules.send("d2", movement("p", 1, deviceSeq=2))
    assert rules.send("d1", close_shift(1, 2, deviceSeq=3))[0]["result"]["missing"] == [2]
    rules.send("d2", movement("p", 1, deviceSeq=3))
    assert len(told_of_shift(rules)) == 2


def test_at_most_a_thousand_missing_numbers_are_named(rules: Rules) -> None:
    rules.send("d1", open_shift(deviceSeq=1))
    told = rules.send("d1", close_shift(1, 5000, deviceSeq=5001))[0]["result"]
    assert (told["received"], len(told["missing"]), told["missing"][-1]) == (1, 1000, 1001)
    assert told["message"].startswith("4999 of 5000 operations have not come: 2, 3")


def test_a_shift_is_opened_and_closed_once(rules: Rules) -> None:
    results = rules.send(
        "d1",
        close_shift(1, 1),
        open_shift(),
        open_shift(),
        close_shift(1, 1),
        close_shift(1, 1),
        {**open_shift(), "operation": "delete"},
    )
    assert [result.get("code") for result in results] == [
        "precondition_failed",
        None,
        "precondition_failed",
        None,
        "precondition_failed",
        "precondition_failed",
    ]


def test_a_shift_is_closed_by_its_till_or_by_a_manager(rules: Rules) -> None:
    rules.send("d1", open_shift("a"), open_shift("b"), open_shift("c"))
    results = [
        rules.send("d2", close_shift(1, 1, shift="a"))[0],
        rules.send("d2", close_shift(1, 1, shift="a", actorId="cleo"))[0],
        rules.send("d3", close_shift(1, 1, shift="a"), place="annex")[0],
        rules.send("d2", close_shift(1, 1, shift="a", actorId="cleo", approvedById="mia"))[0],
        rules.send(None, close_shift(1, 1, shift="b"))[0],
        rules.send("d1", close_shift(1, 1, shift="c", actorId="cleo"))[0],
    ]
    assert [result.get("code") for result in results] == ["forbidden"] * 3 + [None] * 3
    assert told_of_shift(rules)[3][1]["closedBy"] == "cleo"


def test_a_manifest_must_add_up(rules: Rules) -> None:
    torn = close_shift(1, 4)
    torn["data"]["manifest"]["count"] = 3
    rules.send("d1", open_shift())
    (result,) = rules.send("d1", torn)
    assert result["code"] == "bad_request"
    assert "manifest" in result["error"]


async def test_a_shift_can_be_asked_about_at_its_own_place(shop: ShopServer) -> None:
    till = await shop.enroll(await shop.sign_in("demo", "alice"))
    await till.send(open_shift("s1", deviceSeq=1), close_shift(1, 2, shift="s1", deviceSeq=3))
    shift = (await till.get("/shifts/s1")).json()["data"]
    assert (shift["status"], shift["missing"], shift["operations"]) == ("closed", [2], 2)
    for stranger in (
        await shop.sign_in("rival", "mallory"),
        await shop.enroll(await shop.sign_in("demo", "alice"), "Elsewhere", "annex"),
    ):
        assert (await stranger.get("/shifts/s1")).status_code == 404


def test_an_operation_that_could_not_be_read_has_come_all_the_same(rules: Rules) -> None:
    sent = chained(open_shift(), movement("p", 1, version="x"), movement("p", 1))
    results = rules.send("d1", *sent)
    assert [result["status"] for result in results] == ["applied", "rejected", "applied"]
    rules.send("d1", sent[1])
    closing = close_shift(first=1, last=3, last_hash=last_hash(sent))
    (closed,) = rules.send("d1", closing)
    assert closed["result"]["message"] == "all received"


def test_a_drawer_without_a_till_has_no_numbers_to_wait_for(rules: Rules) -> None:
    rules.send(None, open_shift())
    (closed,) = rules.send(None, close_shift(first=1, last=4, last_hash=""))
    assert (closed["result"]["complete"], closed["result"]["flags"]) == (True, [])


def test_what_arrives_looks_at_the_shift_that_it_belongs_to_alone(rules: Rules) -> None:
    sent = chained(open_shift(), *(movement("p", 1) for _ in range(4)))
    rules.send("d1", *sent[:2])
    rules.send("d1", close_shift(first=1, last=3, last_hash=last_hash(sent[:3])))
    before = len(told_of_shift(rules))
    rules.send("d1", sent[4])
    assert len(told_of_shift(rules)) == before
    rules.send("d1", sent[2])
    assert told_of_shift(rules)[-1][1]["received"] == 3


def test_one_upload_makes_all_the_shifts_whole_whose_operations_it_brings(rules: Rules) -> None:
    """As after a long outage: several shifts, with numbers between that belong to others."""
    shifts = [f"s{number}" for number in range(1, 7)]
    day: list[dict[str, Any]] = []
    for shift in shifts:
        day += [open_shift(resourceId=shift), movement("p", 1), movement("p", 1)]
    sent = chained(*day)
    late = sent[1::3]
    rules.send("d1", *(item for item in sent if item not in late))
    for number, shift in enumerate(shifts):
        first = 1 + 3 * number
        closing = close_shift(first, first + 2, 0, last_hash(sent[: first + 2]), resourceId=shift)
        (closed,) = rules.send("d1", {**closing, "deviceSeq": 100 + number})
        assert closed["result"]["missing"] == [first + 1]
    rules.send("d1", *late)
    assert rules.query("SELECT id, awaited FROM shift ORDER BY id") == [(shift, 0) for shift in shifts]


# --- long shifts, and numbers that were never given out ------------------------------------------------


def test_numbers_that_a_repair_skipped_are_not_missing(rules: Rules, day: list[dict[str, Any]]) -> None:
    rules.send("d1", *day[:2])
    late = {**day[2], "deviceSeq": 1003}
    closing = close_shift(1, 1003, 400, deviceSeq=1004)
    closing["data"]["manifest"]["skipped"] = [{"from": 3, "to": 1002}]
    told = rules.send("d1", closing)[0]["result"]
    assert (told["received"], told["expected"], told["missing"]) == (2, 3, [1003])
    rules.send("d1", late)
    [*_, (_, row)] = told_of_shift(rules)
    assert (row["received"], row["operations"], row["missing"]) == (3, 3, [])


@pytest.mark.parametrize(
    "skipped",
    [
        [{"from": 0, "to": 2}],
        [{"from": 3, "to": 5}],
        [{"from": 3, "to": 2}],
        [{"from": 2, "to": 3}, {"from": 3, "to": 4}],
        [{"from": 4, "to": 4}, {"from": 2, "to": 2}],
    ],
)
def test_skipped_ranges_are_in_order_and_within_the_shift(
    rules: Rules, skipped: list[dict[str, int]]
) -> None:
    closing = close_shift(1, 4)
    closing["data"]["manifest"]["skipped"] = skipped
    rules.send("d1", open_shift())
    (result,) = rules.send("d1", closing)
    assert result["code"] == "bad_request"


def test_a_shift_of_a_hundred_thousand_operations_is_taken_and_names_what_it_misses(rules: Rules) -> None:
    rules.send("d1", open_shift(deviceSeq=1))
    (result,) = rules.send("d1", close_shift(1, 100_000, deviceSeq=100_001))
    assert (result["status"], result["result"]["received"]) == ("applied", 1)
    rules.send("d1", movement("p", 1, deviceSeq=100_000), movement("p", 1, deviceSeq=3))
    [*_, (_, row)] = told_of_shift(rules)
    assert (row["received"], row["missing"][:3], len(row["missing"])) == (3, [2, 4, 5], 1000)


@given(
    received=st.sets(st.integers(5, 40)),
    spent=st.sets(st.integers(5, 40), max_size=6),
    skipped=st.lists(st.tuples(st.integers(5, 40), st.integers(0, 9)), max_size=4),
)
@settings(max_examples=60, deadline=None)
def test_missing_is_what_was_neither_received_nor_given_up(
    received: set[int], spent: set[int], skipped: list[tuple[int, int]]
) -> None:
    left_out = {low + step for low, length in skipped for step in range(length) if low + step <= 40}
    gaps = list(_ranges(set(range(5, 41)) - received))
    taken = sorted([*_ranges(left_out), *((number, number) for number in spent)])
    found = [number for low, high in without(gaps, taken) for number in range(low, high + 1)]
    assert found == sorted(set(range(5, 41)) - received - spent - left_out)


def _ranges(numbers: set[int]) -> list[tuple[int, int]]:
    """The numbers as ranges, as few as there can be."""
    starts = sorted(number for number in numbers if number - 1 not in numbers)
    ends = sorted(number for number in numbers if number + 1 not in numbers)
    return list(zip(starts, ends, strict=True))
