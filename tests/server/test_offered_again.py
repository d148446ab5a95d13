"""A server restored from an older backup is offered again what it lost, and comes to the same books."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.kit.operations import T0_MS, count, movement, operation, sale
from tests.kit.rules import Rules

APART_MS = 10_000


def again(item: dict[str, object], result: dict[str, object]) -> dict[str, object]:
    return item | {"formerResult": result}


def test_what_the_server_kept_is_repeated_and_what_it_lost_is_applied_once(rules: Rules) -> None:
    kept, lost = sale({"p": 2}, deviceSeq=1), sale({"p": 3}, deviceSeq=2)
    (first,) = rules.send("d1", kept)
    offered = [again(kept, first), again(lost, {"status": "applied", "success": True})]
    for _ in range(2):
        results = rules.send("d1", *offered)
    assert [(one["status"], one.get("repeated")) for one in results] == [("applied", True)] * 2
    assert rules.level("p")[0] == -5


def test_the_audit_trail_says_that_it_was_offered_again(rules: Rules) -> None:
    rules.send("d1", again(sale({"p": 1}), {"status": "applied"}))
    [(detail,)] = rules.query("SELECT detail FROM audit_entry WHERE kind = 'operation'")
    assert "offeredAgain" in detail


def test_a_count_made_on_a_version_that_is_lost_stands_by_its_time(rules: Rules) -> None:
    rules.send("d1", movement("p", 10, T0_MS))
    lost = count("p", 7, T0_MS + APART_MS, version=9, deviceSeq=2)
    (plain,) = rules.send("d2", lost | {"id": "00000000-0000-7000-8000-000000000001"})
    assert plain["status"] == "conflict"
    (result,) = rules.send("d1", again(lost, {"status": "applied"}))
    assert result["status"] == "applied"
    assert rules.level("p")[0] == 7


def test_the_later_of_two_lost_counts_wins_whichever_comes_first(rules: Rules) -> None:
    early = again(count("p", 7, T0_MS, version=3, deviceSeq=1), {"status": "applied"})
    late = again(count("p", 4, T0_MS + 3 * APART_MS, version=5, deviceSeq=1), {"status": "applied"})
    rules.send("d1", late)
    rules.send("d3", movement("p", -1, T0_MS + APART_MS), movement("p", -1, T0_MS + 4 * APART_MS))
    (superseded,) = rules.send("d2", early)
    assert superseded["status"] == "applied"
    assert rules.level("p")[0] == 3


def test_two_lost_counts_too_near_to_tell_apart_are_a_persons_to_decide(rules: Rules) -> None:
    rules.send("d1", again(count("p", 7, T0_MS, version=3), {"status": "applied"}))
    (result,) = rules.send("d2", again(count("p", 4, T0_MS + 500, version=4), {"status": "applied"}))
    assert result["status"] == "conflict"
    assert rules.level("p")[0] == 7


def test_an_edit_of_a_lost_version_is_believed_in_what_it_says_of_it(rules: Rules) -> None:
    rules.send(
        None, operation("product", {"name": "Mug", "priceMinor": 100}, operation="create", resourceId="m")
    )
    data = {"set": {"priceMinor": 150}, "base": {"priceMinor": 100}}
    edit = operation("product", data, resourceId="m", version=6, actorId="mia")
    (fresh,) = rules.send("d1", edit | {"id": "00000000-0000-7000-8000-000000000002"})
    assert fresh["status"] == "conflict"
    rules.send(
        None, operation("conflict", {"resolution": "accept_server"}, resourceId=fresh["conflict"]["id"])
    )
    (result,) = rules.send("d1", again(edit, {"status": "applied"}))
    assert result["status"] == "applied"
    assert rules.query("SELECT price_minor FROM product WHERE id = 'm'") == [(150,)]


def test_a_decision_on_a_conflict_that_is_lost_says_so(rules: Rules) -> None:
    decision = operation("conflict", {"resolution": "accept_local"}, resourceId="gone")
    (result,) = rules.send(None, again(decision, {"status": "applied"}))
    assert (result["status"], result["code"]) == ("rejected", "not_found")


# --- everything together -------------------------------------------------------------------------------

DEVICES = ("d1", "d2", "d3")
HISTORIES = st.lists(
    st.tuples(st.sampled_from(DEVICES), st.sampled_from(["move", "count"]), st.integers(1, 9)),
    min_size=1,
    max_size=8,
)


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=HISTORIES, data=st.data())
def test_a_rolled_back_server_comes_to_the_same_quantity_in_any_order(
    fresh_rules: Callable[[], AbstractContextManager[Rules]],
    history: list[tuple[str, str, int]],
    data: st.DataObject,
) -> None:
    """Each till offers everything in its own order; how the tills mix is anybody's guess."""
    sent: list[tuple[str, dict[str, object]]] = []
    with fresh_rules() as whole:
        for number, (device, kind, quantity) in enumerate(history):
            at_ms = T0_MS + number * APART_MS
            if kind == "move":
                item = movement("p", -quantity, at_ms, deviceSeq=number + 1)
            else:
                item = count("p", quantity, at_ms, deviceSeq=number + 1, version=whole.level("p")[1])
            (result,) = whole.send(device, item)
            assert result["status"] == "applied"
            sent.append((device, again(item, result)))
        expected = whole.level("p")[0]
    kept = data.draw(st.integers(0, len(sent)), label="kept by the backup")
    mixed = data.draw(st.permutations([device for device, _ in sent]), label="whose turn it is")
    queues = {device: [item for owner, item in sent if owner == device] for device in DEVICES}
    with fresh_rules() as restored:
        for device, item in sent[:kept]:
            restored.send(device, {name: value for name, value in item.items() if name != "formerResult"})
        for device in mixed:
            (result,) = restored.send(device, queues[device].pop(0))
            assert result["status"] == "applied"
        assert restored.level("p")[0] == expected
