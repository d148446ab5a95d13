"""Whether a movement came before or after a count, and what is done where nobody can be sure."""

import pytest

from server_stub.services.stock.count_order import CLOCK_UNCERTAINTY_MS, Moment, Order, order, was_counted
from tests.kit.operations import T0_MS, count, movement, operation
from tests.kit.rules import Rules

COUNTED_MS = 100_000
EDGE_MS = CLOCK_UNCERTAINTY_MS
COUNT = Moment(COUNTED_MS, "mine", 7)


@pytest.mark.parametrize(
    ("story", "movement", "count", "answer"),
    [
        ("long before", Moment(COUNTED_MS - EDGE_MS - 1, "other", 900), COUNT, Order.BEFORE),
        ("just before, within the clocks' doubt", Moment(COUNTED_MS - EDGE_MS, "other"), COUNT, Order.UNSURE),
        ("at the same moment", Moment(COUNTED_MS, "other"), COUNT, Order.UNSURE),
        ("just after, within the clocks' doubt", Moment(COUNTED_MS + EDGE_MS, "other"), COUNT, Order.UNSURE),
        ("long after", Moment(COUNTED_MS + EDGE_MS + 1, "other", 1), COUNT, Order.AFTER),
        ("an earlier number, by a clock that was ahead", Moment(999_999, "mine", 6), COUNT, Order.BEFORE),
        ("a later number, by a clock that was set back", Moment(1, "mine", 8), COUNT, Order.AFTER),
        ("the same operation", Moment(1, "mine", 7), COUNT, Order.BEFORE),
        ("the same device without a number", Moment(COUNTED_MS + 5_000, "mine"), COUNT, Order.AFTER),
        ("a count without a time", Moment(1), Moment(None), Order.UNSURE),
        ("a count without a time, by number", Moment(1, "m", 3), Moment(None, "m", 4), Order.BEFORE),
        ("a movement without a time", Moment(None), COUNT, Order.UNSURE),
        ("two of no device", Moment(COUNTED_MS, None, 1), Moment(COUNTED_MS, None, 2), Order.UNSURE),
    ],
)
def test_numbers_of_one_device_decide_else_clocks_as_far_as_they_can_be_trusted(
    story: str, movement: Moment, count: Moment, answer: Order
) -> None:
    assert order(movement, count) is answer, story


@pytest.mark.parametrize(
    ("movement", "counted"),
    [
        (Moment(COUNTED_MS - EDGE_MS - 1), True),
        (Moment(COUNTED_MS - 1), True),
        (Moment(COUNTED_MS), True),
        (Moment(COUNTED_MS + 1), False),
        (Moment(COUNTED_MS + EDGE_MS + 1), False),
    ],
)
def test_where_nobody_can_be_asked_the_clocks_are_believed_to_the_millisecond(
    movement: Moment, counted: bool
) -> None:
    assert was_counted(movement, COUNT) is counted


def test_a_count_without_a_time_has_seen_only_what_its_own_device_numbered_before_it() -> None:
    untimed = Moment(None, "mine", 7)
    assert was_counted(Moment(1, "mine", 6), untimed)
    assert not was_counted(Moment(1, "mine", 8), untimed)
    assert not was_counted(Moment(1, "other", 6), untimed)


def test_only_clocks_make_a_movement_near_a_count() -> None:
    """A movement that is near is flagged for a check of the count; numbers leave nothing to check."""
    assert Moment(COUNTED_MS + EDGE_MS, "other", 1).is_near(COUNT)
    assert not Moment(COUNTED_MS + EDGE_MS + 1, "other", 1).is_near(COUNT)
    assert not Moment(COUNTED_MS, "mine", 8).is_near(COUNT)
    assert not Moment(COUNTED_MS, "other").is_near(Moment(None))


def test_unsure_is_a_conflict_where_the_count_has_just_arrived(rules: Rules) -> None:
    """A person can be asked."""
    rules.send("d1", movement("p", 10, T0_MS - 60_000))
    rules.send("d2", movement("p", -1, T0_MS + 1_000))
    (result,) = rules.send("d3", count("p", 8, T0_MS, version=1))
    assert (result["status"], result["conflict"]["conflictType"]) == ("conflict", "concurrent_update")


def test_unsure_is_by_the_clocks_where_a_movement_comes_after_an_applied_count(rules: Rules) -> None:
    """Nobody can be asked: the count is flagged for a check."""
    rules.list_goods("p")
    rules.send("d1", movement("p", 10, T0_MS - 60_000))
    rules.send("d3", count("p", 8, T0_MS, version=1))
    (before,) = rules.send("d2", movement("p", -1, T0_MS - 1_000))
    (after,) = rules.send("d2", movement("p", -1, T0_MS + 1_000))
    assert [before["result"]["flags"], after["result"]["flags"]] == [["near_count:p"], ["near_count:p"]]
    assert rules.level("p")[0] == 7


def test_unsure_is_by_the_clocks_where_a_decision_keeps_a_count(rules: Rules) -> None:
    """The person who decided has seen neither movement."""
    rules.list_goods("p")
    rules.send("d1", movement("p", 10, T0_MS - 60_000))
    (opened,) = rules.send("d3", count("p", 8, T0_MS, version=0))
    rules.send("d2", movement("p", -1, T0_MS - 1_000), movement("p", -1, T0_MS + 1_000))
    conflict = opened["conflict"]
    decision = {"resolution": "accept_local", "expectedServerVersion": conflict["serverVersion"]["version"]}
    (decided,) = rules.send(None, operation("conflict", decision, resourceId=conflict["id"]))
    assert decided["result"]["result"]["newQuantity"] == 7
