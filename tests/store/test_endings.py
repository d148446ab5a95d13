"""What a person does with what was refused, what depends on what, and what is forgotten after ninety days."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, update

from sync_agent.contract.operations import OperationResult
from sync_agent.push.resent import record_resent
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from sync_agent.store.projection import overlay
from sync_agent.store.queue import attempts, back_off, dead_letters, history, leases, resend, transitions
from sync_agent.store.queue.dead_letters import CannotEnd
from sync_agent.store.queue.enqueueing import ExpectedStockEffect, NewOperation, enqueue
from sync_agent.store.queue.resend import LOST_WITH_BACKUP
from sync_agent.store.queue.status import Status
from tests.kit.clocks import ManualClock

DAY_S = 86_400


def new(**other: Any) -> NewOperation:
    made = NewOperation(
        "update",
        "stock_level",
        "mug",
        {"delta": -1, "reason": "waste"},
        "bob",
        {"kind": "adjust"},
        location_id="main",
        stock=(ExpectedStockEffect("mug", "main", "delta", -1),),
    )
    return replace(made, **other)


def queue(store: Store, **other: Any) -> str:
    return store.submit(lambda tx: enqueue(tx, new(**other))).result().id


def claim(store: Store) -> list[str]:
    return (
        store.submit(
            lambda tx: leases.claim(tx, owner=store.owner, lease_ms=60_000, count_max=100, bytes_max=10**6)
        )
        .result()
        .ids
    )


def refuse(store: Store, operation_id: str) -> None:
    store.submit(
        lambda tx: transitions.mark_needs_attention(
            tx, operation_id, Status.DEAD_LETTER, code="forbidden", error="No."
        )
    ).result()


def row(store: Store, operation_id: str) -> Any:
    with store.reading() as connection:
        return connection.execute(select(t.outbox).where(t.outbox.c.id == operation_id)).one()


def overlays(store: Store) -> list[str]:
    with store.reading() as connection:
        return list(connection.execute(select(t.overlay.c.operation_id)).scalars())


def test_a_refused_operation_is_offered_again_as_it_is(store: Store) -> None:
    refused = queue(store)
    claim(store)
    refuse(store, refused)
    assert claim(store) == []
    store.submit(lambda tx: dead_letters.retry(tx, refused)).result()
    assert claim(store) == [refused]


def test_what_was_parked_behind_a_refused_one_goes_on_once_it_is_tried_again(store: Store) -> None:
    first, second = queue(store, ordering_key="a"), queue(store, ordering_key="a")
    claim(store)
    refuse(store, first)
    assert row(store, second).status == Status.BLOCKED
    third = queue(store, ordering_key="a")
    assert row(store, third).status == Status.BLOCKED, "it says that it is parked from the first moment"
    store.submit(lambda tx: dead_letters.retry(tx, first)).result()
    assert [row(store, one).status for one in (second, third)] == [Status.PENDING, Status.PENDING]
    assert claim(store) == [first], "one after another all the same"


def test_an_edited_operation_takes_the_place_of_the_refused_one(store: Store) -> None:
    refused = queue(store, ordering_key="a")
    needing = queue(store, depends_on=refused)
    claim(store)
    refuse(store, refused)
    edited = new(
        data={"delta": -2, "reason": "waste"}, stock=(ExpectedStockEffect("mug", "main", "delta", -2),)
    )
    queued = store.submit(lambda tx: dead_letters.replace(tx, refused, edited)).result()
    old, fresh = row(store, refused), row(store, queued.id)
    assert (old.status, old.ended_by, fresh.replaces) == (Status.REPLACED, "bob", refused)
    assert overlays(store).count(refused) == 0
    assert queued.id in overlays(store)
    assert row(store, needing).depends_on == queued.id


def test_a_discarded_operation_takes_back_what_it_showed_and_says_who_and_why(store: Store) -> None:
    refused = queue(store)
    claim(store)
    refuse(store, refused)
    store.submit(lambda tx: dead_letters.discard(tx, refused, by="alice", reason="counted twice")).result()
    ended = row(store, refused)
    assert (ended.status, ended.ended_by, ended.end_reason) == (Status.DISCARDED, "alice", "counted twice")
    assert overlays(store) == []


def test_a_completed_sale_is_never_discarded_or_changed(store: Store) -> None:
    sale = queue(store, resource_type="transaction", operation="create")
    claim(store)
    refuse(store, sale)
    with pytest.raises(CannotEnd, match="sale_not_discarded"):
        store.submit(lambda tx: dead_letters.discard(tx, sale, by="alice", reason="x")).result()
    with pytest.raises(CannotEnd, match="sale_not_changed"):
        store.submit(lambda tx: dead_letters.replace(tx, sale, new())).result()
    assert row(store, sale).status == Status.DEAD_LETTER


def test_only_what_stands_before_a_person_is_theirs_to_end(store: Store) -> None:
    waiting = queue(store)
    for end in (
        lambda tx: dead_letters.retry(tx, waiting),
        lambda tx: dead_letters.replace(tx, waiting, new()),
        lambda tx: dead_letters.discard(tx, waiting, by="alice", reason="x"),
    ):
        with pytest.raises(CannotEnd):
            store.submit(end).result()


def test_an_operation_waits_for_the_one_that_it_depends_on(store: Store) -> None:
    first = queue(store)
    second = queue(store, depends_on=first)
    assert claim(store) == [first]
    with store.reading() as connection:
        assert back_off.next_due_ms(connection, store.owner, store.clock.now_ms()) is not None
    store.submit(lambda tx: transitions.finish(tx, first, Status.COMPLETED, result=None, code=None)).result()
    assert claim(store) == [second]


def test_what_depends_on_something_given_up_stands_before_a_person(store: Store) -> None:
    first = queue(store)
    second = queue(store, depends_on=first)
    claim(store)
    refuse(store, first)
    store.submit(lambda tx: dead_letters.discard(tx, first, by="alice", reason="x")).result()
    found = row(store, second)
    assert (found.status, found.code) == (Status.DEAD_LETTER, dead_letters.DEPENDENCY_GIVEN_UP)
    assert "given up" in found.error


def test_what_was_never_sent_can_be_taken_back_and_what_was_cannot(store: Store) -> None:
    unsent, sent = queue(store), queue(store)
    claim(store)
    store.submit(lambda tx: leases.release(tx, [unsent, sent], next_attempt_ms=0, error=None)).result()
    fresh = queue(store)

    def take(one: str) -> bool:
        return store.submit(lambda tx: dead_letters.withdraw(tx, one, by="bob", reason="undone")).result()

    assert take(fresh) is True
    assert take(sent) is False
    assert fresh not in overlays(store)


def test_the_clock_set_back_makes_no_wait_longer(store: Store, clock: ManualClock) -> None:
    waiting = queue(store)
    claim(store)
    later_ms = clock.now_ms() + 60_000
    store.submit(lambda tx: leases.release(tx, [waiting], next_attempt_ms=later_ms, error=None)).result()
    assert claim(store) == []
    clock.wall_ms -= 3_600_000
    with store.reading() as connection:
        assert back_off.next_due_ms(connection, store.owner, clock.now_ms()) == clock.now_ms()
    assert claim(store) == [waiting]


def test_a_lease_from_before_the_clock_was_set_back_is_over(store: Store, clock: ManualClock) -> None:
    leased = queue(store)
    claim(store)
    clock.wall_ms -= 3_600_000
    assert claim(store) == [leased]


# --- the timeline ------------------------------------------------------------------------------------


def test_a_delivery_whose_till_died_shows_that_it_was_tried(store: Store) -> None:
    tried = queue(store)
    claim(store)
    store.submit(lambda tx: attempts.begin(tx, "request-1", "http", [tried], 700)).result()
    with store.reading() as connection:
        [shown] = attempts.timeline(connection, tried)
    assert (shown.request_id, shown.route, shown.outcome, shown.ended_ms) == ("request-1", "http", None, None)


def test_each_operation_shows_its_own_outcome(store: Store, clock: ManualClock) -> None:
    taken, refused = queue(store), queue(store)
    claim(store)
    store.submit(lambda tx: attempts.begin(tx, "request-1", "http", [taken, refused], 1400)).result()
    clock.advance(0.2)

    def answered(tx: Any) -> None:
        attempts.end(tx, "request-1", attempts.APPLIED, code=None, detail=None)
        detail = {"operation": refused, "outcome": "rejected", "code": "forbidden", "detail": "No."}
        attempts.note(tx, "request-1", [detail])

    store.submit(answered).result()
    with store.reading() as connection:
        [first], [second] = (attempts.timeline(connection, one) for one in (taken, refused))
    assert (first.outcome, second.outcome, second.detail) == ("applied", "rejected", "No.")
    assert first.ended_ms == first.began_ms + 200


# --- history -----------------------------------------------------------------------------------------


def applied(store: Store, operation_id: str, stream: str = "tenant-demo-location-main") -> None:
    result = {
        "id": operation_id,
        "success": True,
        "status": "applied",
        "effects": [
            {"stream": stream, "seq": 9, "resourceType": "stock_level", "resourceId": "mug", "version": 3}
        ],
    }
    store.submit(
        lambda tx: transitions.finish(tx, operation_id, Status.COMPLETED, result=result, code=None)
    ).result()


def test_what_ended_is_forgotten_after_ninety_days_and_nothing_else_is(
    store: Store, clock: ManualClock
) -> None:
    old, waiting = queue(store), queue(store)
    store.submit(lambda tx: attempts.begin(tx, "request-1", "http", [old], 700)).result()
    applied(store, old)
    clock.advance(89 * DAY_S)
    recent = queue(store)
    applied(store, recent)
    assert store.submit(history.prune).result() == 0
    clock.advance(2 * DAY_S)
    assert store.submit(history.prune).result() == 1
    assert store.submit(history.prune).result() == 0
    with store.reading() as connection:
        left = set(connection.execute(select(t.outbox.c.id)).scalars())
        tried = connection.execute(select(func.count()).select_from(t.attempt)).scalar_one()
        deliveries = connection.execute(select(func.count()).select_from(t.delivery)).scalar_one()
    assert left == {waiting, recent}
    assert (tried, deliveries) == (0, 0)


def test_only_what_had_an_effect_in_the_broken_stream_is_offered_again(store: Store) -> None:
    here, there, waiting = queue(store), queue(store), queue(store)
    applied(store, here)
    applied(store, there, stream="tenant-demo-location-main-2")
    marked = store.submit(lambda tx: resend.mark_for_resend(tx, "tenant-demo-location-main")).result()
    assert marked == 1
    with store.reading() as connection:
        batch = resend.to_resend(connection, count_max=10, bytes_max=10**6)
    assert batch.ids == [here]
    assert batch.operations[0].wire["formerResult"]["effects"][0]["seq"] == 9
    assert waiting not in batch.ids


def test_what_a_restored_server_cannot_take_any_more_is_open_again(store: Store) -> None:
    lost = queue(store)
    applied(store, lost)
    store.submit(lambda tx: resend.mark_for_resend(tx, "tenant-demo-location-main")).result()
    refusal = OperationResult(id=lost, success=False, status="rejected", code="bad_request", error="No.")
    assert store.submit(lambda tx: record_resent(tx, [refusal])).result() == [refusal]
    found = row(store, lost)
    assert (found.status, found.finished_ms, found.offer_again) == (Status.DEAD_LETTER, None, 0)


HERE = "tenant-demo-location-main"


def lost_before_the_till_heard_of_it(store: Store) -> str:
    """An operation that was applied as change 48, which the server has lost and never published."""
    lost = queue(store)
    store.submit(lambda tx: transitions.finish(tx, lost, Status.COMPLETED, result={}, code=None)).result()
    promised = {"effect_stream": HERE, "effect_seq": 48}
    store.submit(lambda tx: tx.execute(update(t.overlay).values(promised))).result()
    return lost


@pytest.mark.parametrize("status", ["conflict", "rejected", "blocked", "quarantined"])
def test_what_a_restored_server_does_not_take_again_is_not_waited_for(store: Store, status: str) -> None:
    """A stream that never reaches a promised number would always look restored."""
    lost = lost_before_the_till_heard_of_it(store)
    result = OperationResult(id=lost, success=False, status=status, code="forbidden")
    store.submit(lambda tx: record_resent(tx, [result])).result()
    with store.reading() as connection:
        assert overlay.highest_effect(connection, HERE) == 0
    assert overlays(store) == [lost], "the till goes on showing what it did"


def test_what_a_restored_server_takes_again_is_shown_where_it_says_now(store: Store) -> None:
    lost = lost_before_the_till_heard_of_it(store)
    effect = {"stream": HERE, "seq": 12, "resourceType": "stock_level", "resourceId": "mug", "version": 1}
    result = OperationResult.model_validate(
        {"id": lost, "success": True, "status": "applied", "effects": [effect]}
    )
    store.submit(lambda tx: record_resent(tx, [result])).result()
    with store.reading() as connection:
        assert overlay.highest_effect(connection, HERE) == 12


def test_a_decision_on_what_a_restored_server_does_not_know_is_not_offered_for_ever(store: Store) -> None:
    decision = queue(store, resource_type="conflict", resource_id="c-1", stock=())
    applied(store, decision)
    store.submit(lambda tx: resend.mark_for_resend(tx, HERE)).result()
    unknown = OperationResult(id=decision, success=False, status="rejected", code="not_found", error="?")
    store.submit(lambda tx: record_resent(tx, [unknown])).result()
    assert row(store, decision).code == LOST_WITH_BACKUP
    assert store.submit(lambda tx: resend.mark_for_resend(tx, HERE)).result() == 0
