"""A count is absolute, and the order in which things arrive never matters."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from server_stub.operations.handlers.counts import Applies, Clashes, Count, Moved, decide
from server_stub.services.stock.count_order import Moment
from sync_agent.contract.conflicts import ConflictType
from tests.kit.operations import T0_MS, count, movement, operation
from tests.kit.rules import Rules


@pytest.fixture(autouse=True)
def goods_are_listed(rules: Rules) -> None:
    rules.lists_what_moves = True


CONCURRENT, MISMATCH, INCONSISTENT = (
    Clashes(ConflictType.CONCURRENT_UPDATE),
    Clashes(ConflictType.VERSION_MISMATCH),
    Clashes(ConflictType.DATA_INCONSISTENCY),
)


def sold(
    at: int, device: str | None = "other", seq: int | None = None, *, compensated: bool = False
) -> Moved:
    return Moved(-1, "sale", Moment(at, device, seq), compensated)


@pytest.mark.parametrize(
    ("story", "made", "version", "since", "verdict"),
    [
        ("nothing happened", Count(8, 5, counted=Moment(100_000)), 5, [], Applies(8)),
        ("on a version never reached", Count(8, 6, counted=Moment(100_000)), 5, [], MISMATCH),
        ("sold well after", Count(8, 4, counted=Moment(100_000)), 5, [sold(103_000)], Applies(7)),
        ("sold before", Count(8, 4, counted=Moment(100_000)), 5, [sold(99_000)], CONCURRENT),
        (
            "sold within the clocks' doubt",
            Count(8, 4, counted=Moment(100_000)),
            5,
            [sold(102_000)],
            CONCURRENT,
        ),
        ("sold, and no time of counting", Count(8, 4), 5, [sold(200_000)], CONCURRENT),
        (
            "own earlier sale",
            Count(8, 4, counted=Moment(100_000, "mine", 7)),
            5,
            [sold(99_000, "mine", 6)],
            Applies(8),
        ),
        (
            "own later sale, by number and not by time",
            Count(8, 4, counted=Moment(100_000, "mine", 7)),
            5,
            [sold(100_000, "mine", 8)],
            Applies(7),
        ),
        (
            "own earlier sale, no time",
            Count(8, 4, counted=Moment(None, "m", 7)),
            5,
            [sold(1, "m", 6)],
            Applies(8),
        ),
        (
            "another count, even a later one",
            Count(8, 4, counted=Moment(100_000)),
            5,
            [Moved(2, "count", Moment(900_000, "other"))],
            CONCURRENT,
        ),
        (
            "what an older count had seen already",
            Count(8, 4, counted=Moment(100_000)),
            6,
            [sold(90_000, compensated=True), Moved(1, "correction", Moment(90_000), compensated=True)],
            Applies(8),
        ),
        ("no version, right previous", Count(8, None, previous_quantity=9), 5, [], Applies(8)),
        ("no version, wrong previous", Count(8, None, previous_quantity=7), 5, [], CONCURRENT),
        ("right version, wrong previous", Count(8, 5, previous_quantity=7), 5, [], INCONSISTENT),
        ("neither", Count(8), 5, [], Applies(8)),
    ],
)
def test_counts_are_judged_by_what_else_happened(
    story: str, made: Count, version: int, since: list[Moved], verdict: Applies | Clashes
) -> None:
    assert decide(made, version, 9, since) == verdict, story


def test_a_count_applies_and_says_so(rules: Rules) -> None:
    (result,) = rules.send("d1", count("p", 8, T0_MS, version=0))
    assert result["status"] == "applied"
    assert result["result"] == {"version": 1, "onHand": 8}


def test_a_count_that_changes_nothing_is_still_a_change(rules: Rules) -> None:
    rules.send("d1", count("p", 0, T0_MS, version=0))
    assert rules.level("p") == (0, 1)


def test_a_count_with_neither_version_nor_previous_is_kept_as_unconditional(rules: Rules) -> None:
    (result,) = rules.send("d1", count("p", 4))
    assert result["result"]["unconditional"] is True


def test_two_counts_on_one_version_are_for_a_person(rules: Rules) -> None:
    rules.send("d1", movement("p", 10))
    first, second = count("p", 8, T0_MS, version=1), count("p", 9, T0_MS + 60_000, version=1)
    assert rules.send("d1", first)[0]["status"] == "applied"
    (result,) = rules.send("d2", second)
    assert (result["status"], result["code"]) == ("conflict", "conflict")
    conflict = result["conflict"]
    assert conflict["conflictType"] == "concurrent_update"
    assert conflict["localVersion"]["values"]["quantity"] == 9
    assert conflict["serverVersion"]["values"] == {"quantity": 8}
    assert conflict["baseVersion"]["values"] == {"quantity": 10}
    assert [(entry["reason"], entry["delta"]) for entry in conflict["history"]] == [("count", -2)]
    assert rules.level("p") == (8, 2)


def test_a_sale_that_arrives_after_the_count_that_saw_it_is_compensated(rules: Rules) -> None:
    rules.send("d1", movement("p", 10))
    rules.send("d1", count("p", 7, T0_MS, version=1))
    rules.send("d2", movement("p", -3, T0_MS - 60_000))
    assert rules.level("p") == (7, 4)
    note = rules.query("SELECT delta, reason, note, compensated FROM stock_movement WHERE version = 4")
    assert note == [(3, "correction", "Arrived after a count that had already seen it; the count stands.", 1)]


def test_a_late_movement_of_the_counting_till_goes_by_its_number(rules: Rules) -> None:
    rules.send("d1", count("p", 7, T0_MS, version=0, deviceSeq=5))
    rules.send("d1", movement("p", -3, T0_MS + 60_000, deviceSeq=4))
    assert rules.level("p")[0] == 7
    rules.send("d1", movement("p", -3, T0_MS - 60_000, deviceSeq=6))
    assert rules.level("p")[0] == 4


def test_a_late_movement_near_the_count_is_flagged_for_checking(rules: Rules) -> None:
    rules.send("d1", count("p", 7, T0_MS, version=0))
    rules.send("d2", movement("p", -1, T0_MS + 1_500), movement("p", -1, T0_MS - 1_500))
    assert rules.query("SELECT near_count FROM stock_movement WHERE reason = 'waste'") == [(1,), (1,)]
    assert rules.level("p")[0] == 6


def test_a_later_count_of_the_same_till_waits_behind_its_conflict(rules: Rules) -> None:
    rules.send("d1", movement("p", 10))
    rules.send("d1", count("p", 8, T0_MS, version=1))
    rules.send("d2", count("p", 9, T0_MS, version=1, deviceSeq=1))
    waiting = count("p", 9, T0_MS + 60_000, version=2, deviceSeq=3)
    blocked, flowing = rules.send("d2", waiting, movement("p", -1, deviceSeq=2))[::-1]
    assert (blocked["status"], flowing["status"]) == ("blocked", "applied")
    (conflict_id,) = rules.query("SELECT id FROM conflict")[0]
    rules.send(None, resolution(conflict_id, "accept_server"))
    assert rules.send("d2", waiting)[0]["status"] != "blocked"


def resolution(conflict_id: str, choice: str) -> dict[str, object]:
    return operation("conflict", {"resolution": choice, "conflictId": conflict_id}, resourceId=conflict_id)


# --- arrival order -----------------------------------------------------------------------------------------

COUNTED_MS = T0_MS
MOMENTS = st.integers(-20, 20).filter(lambda tens: tens != 0).map(lambda tens: COUNTED_MS + 10_000 * tens)
DELTAS = st.lists(st.tuples(st.integers(-9, 9), MOMENTS, st.sampled_from(["d2", "d3"])), max_size=5)


@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(deltas=DELTAS, data=st.data())
def test_arrival_order_never_changes_what_a_count_comes_to(
    fresh_rules: Callable[[], AbstractContextManager[Rules]],
    deltas: list[tuple[int, int, str]],
    data: st.DataObject,
) -> None:
    """One count and the movements of other tills, in any order: what the shelf held, and what moved since.

    Where the count is for a person, the person decides as the evidence says: counted, plus what moved after.
    """
    operations = [movement("p", delta, at_ms) for delta, at_ms, _device in deltas]
    devices = [device for _delta, _at_ms, device in deltas]
    counted = count("p", 50, COUNTED_MS, version=0)
    order = data.draw(st.permutations(range(len(deltas) + 1)))
    expected = 50 + sum(delta for delta, at_ms, _device in deltas if at_ms > COUNTED_MS)
    with fresh_rules() as rules:
        for place in order:
            if place < len(deltas):
                assert rules.send(devices[place], operations[place])[0]["status"] == "applied"
                continue
            (result,) = rules.send("d1", counted)
            before = order[: order.index(place)]
            unsure = any(deltas[earlier][1] < COUNTED_MS for earlier in before)
            assert result["status"] == ("conflict" if unsure else "applied")
            if unsure:
                _decide_by_the_evidence(rules, result["conflict"], [deltas[earlier] for earlier in before])
        assert rules.level("p")[0] == expected


def _decide_by_the_evidence(
    rules: Rules, conflict: dict[str, object], before: list[tuple[int, int, str]]
) -> None:
    merged = 50 + sum(delta for delta, at_ms, _device in before if at_ms > COUNTED_MS)
    decision = operation(
        "conflict",
        {"conflictId": conflict["id"], "resolution": "merge", "mergedData": {"newQuantity": merged}},
        resourceId=conflict["id"],
    )
    assert rules.send(None, decision)[0]["status"] == "applied"
