"""The queue: order, leases, ordering keys, waits and ends, on a real SQLite file."""

from typing import Any

from sqlalchemy import delete, insert, select

from sync_agent.contract.operations import chain_hash, content_hash
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from sync_agent.store.queue import back_off, leases, transitions
from sync_agent.store.queue.enqueueing import ExpectedStockEffect, NewOperation, enqueue
from sync_agent.store.queue.leases import Batch
from sync_agent.store.queue.queries import sent_without_answer
from sync_agent.store.queue.status import Status
from tests.kit.clocks import ManualClock

LEASE_MS = 60_000


def queue(store: Store, *, ordering_key: str | None = None, priority: int = 0, note: str = "x") -> str:
    new = NewOperation(
        "update",
        "stock_level",
        "mug",
        {"delta": -1, "reason": "waste", "note": note},
        "bob",
        {"kind": "adjust"},
        location_id="main",
        ordering_key=ordering_key,
        priority=priority,
        stock=(ExpectedStockEffect("mug", "main", "delta", -1),),
    )
    return store.submit(lambda tx: enqueue(tx, new)).result().id


def claim(store: Store, owner: str | None = None, **limits: Any) -> Batch:
    wanted = {"count_max": 100, "bytes_max": 10**6} | limits
    return store.submit(
        lambda tx: leases.claim(tx, owner=owner or store.owner, lease_ms=LEASE_MS, **wanted)
    ).result()


def status(store: Store, operation_id: str) -> str:
    with store.reading() as connection:
        found: str = connection.execute(
            select(t.outbox.c.status).where(t.outbox.c.id == operation_id)
        ).scalar_one()
    return found


def test_operations_are_claimed_in_the_order_they_were_made_and_sales_before_bulk_edits(store: Store) -> None:
    bulk = queue(store, priority=1)
    first, second = queue(store), queue(store)
    assert claim(store, count_max=2).ids == [first, second]
    assert claim(store).ids == [bulk]


def test_a_claimed_operation_is_not_claimed_again_until_its_lease_runs_out(
    store: Store, clock: ManualClock
) -> None:
    operation = queue(store)
    assert claim(store).ids == [operation]
    assert claim(store).ids == []
    clock.advance(LEASE_MS / 1000)
    assert claim(store).ids == [operation]


def test_the_lease_of_a_process_that_died_is_claimable_at_once(store: Store) -> None:
    operation = queue(store)
    claim(store, owner="the process before this one")
    assert claim(store).ids == [operation]


def test_an_operation_goes_over_the_wire_word_for_word_the_same_each_time(
    store: Store, clock: ManualClock
) -> None:
    queue(store)
    first = claim(store).operations[0].wire
    clock.advance(3600)
    assert claim(store).operations[0].wire == first


def test_an_operation_says_how_far_this_till_had_read_of_what_its_shop_shares(store: Store) -> None:
    def read_up_to(seq: int) -> None:
        where = {"stream": "tenant-demo", "change_id": "c", "epoch": "e", "synced_ms": 0}
        store.submit(lambda tx: tx.execute(delete(t.cursor))).result()
        store.submit(lambda tx: tx.execute(insert(t.cursor).values(**where, seq=seq))).result()

    queue(store)
    read_up_to(7)
    queue(store)
    read_up_to(9)
    queue(store)
    assert [claimed.wire.get("tenantSeq") for claimed in claim(store).operations] == [None, 7, 9]


def test_numbers_are_gapless_and_each_hash_ties_an_operation_to_the_one_before(store: Store) -> None:
    for number in range(5):
        queue(store, note=str(number))
    previous = ""
    for expected_seq, claimed in enumerate(claim(store).operations, start=1):
        wire = claimed.wire
        assert wire["deviceSeq"] == expected_seq
        assert wire["prevHash"] == previous
        content = content_hash(wire["operation"], wire["resourceType"], wire["resourceId"], wire["data"])
        previous = chain_hash(previous, wire["id"], expected_seq, content)


def test_of_an_ordering_key_only_the_oldest_is_offered_and_everything_else_flows_past(store: Store) -> None:
    count_one = queue(store, ordering_key="stock_level:main:mug")
    queue(store, ordering_key="stock_level:main:mug")
    sale = queue(store)
    other = queue(store, ordering_key="stock_level:main:cup")
    assert claim(store).ids == [count_one, sale, other]


def test_what_stands_before_a_person_blocks_its_ordering_key_and_nothing_else(store: Store) -> None:
    stuck = queue(store, ordering_key="product:mug")
    behind = queue(store, ordering_key="product:mug")
    sale = queue(store)
    claim(store, count_max=1)
    store.submit(
        lambda tx: transitions.mark_needs_attention(
            tx, stuck, Status.CONFLICT, code="conflict", error="two prices"
        )
    ).result()
    assert status(store, behind) == Status.BLOCKED
    assert claim(store).ids == [sale]
    store.submit(
        lambda tx: transitions.finish(tx, stuck, Status.COMPLETED, result=None, code="resolved")
    ).result()
    assert claim(store).ids == [behind]


def test_a_batch_is_cut_where_it_would_grow_too_large_but_never_empty(store: Store) -> None:
    first, second = queue(store, note="a" * 1500), queue(store, note="b" * 1500)
    assert claim(store, bytes_max=2500).ids == [first]
    assert claim(store, bytes_max=10).ids == [second]


def test_transport_trouble_counts_no_failed_attempt_and_the_wait_is_stored(
    store: Store, clock: ManualClock
) -> None:
    operation = queue(store)
    batch = claim(store)
    store.submit(
        lambda tx: leases.release(tx, batch.ids, next_attempt_ms=clock.now_ms() + 5000, error="no network")
    ).result()
    with store.reading() as connection:
        row = connection.execute(select(t.outbox).where(t.outbox.c.id == operation)).one()
    assert (row.status, row.failures, row.sent_count) == (Status.PENDING, 0, 1)
    assert claim(store).ids == []
    clock.advance(5)
    assert claim(store).ids == [operation]


def test_try_now_cuts_every_wait_short(store: Store, clock: ManualClock) -> None:
    operation = queue(store)
    batch = claim(store)
    store.submit(
        lambda tx: leases.release(tx, batch.ids, next_attempt_ms=clock.now_ms() + 60_000, error=None)
    ).result()
    store.submit(back_off.end_back_off).result()
    assert claim(store).ids == [operation]


def test_the_next_due_moment_counts_waits_leases_and_dead_owners(store: Store, clock: ManualClock) -> None:
    def due() -> int | None:
        with store.reading() as connection:
            return back_off.next_due_ms(connection, store.owner, store.clock.now_ms())

    assert due() is None
    queue(store)
    assert due() == clock.now_ms()
    claim(store)
    assert due() == clock.now_ms() + LEASE_MS
    clock.advance(LEASE_MS / 1000)
    claim(store, owner="the process before this one")
    assert due() == clock.now_ms()


def test_what_was_tried_and_never_answered_can_be_asked_for_again(store: Store) -> None:
    tried = queue(store)
    batch = claim(store)
    store.submit(lambda tx: leases.release(tx, batch.ids, next_attempt_ms=0, error=None)).result()
    fresh = queue(store)
    with store.reading() as connection:
        assert sent_without_answer(connection) == [tried]
    assert claim(store, among=[tried]).ids == [tried]
    assert claim(store).ids == [fresh]


def test_what_waits_behind_another_of_its_ordering_key_is_not_due(store: Store) -> None:
    """Or the pusher would look again and again, and claim nothing."""
    stuck = queue(store, ordering_key="product:mug")
    claim(store)
    store.submit(
        lambda tx: transitions.mark_needs_attention(tx, stuck, Status.CONFLICT, code="conflict", error=None)
    ).result()
    queue(store, ordering_key="product:mug")
    with store.reading() as connection:
        assert back_off.next_due_ms(connection, store.owner, store.clock.now_ms()) is None


def test_a_late_answer_does_not_revive_an_operation_that_has_ended(store: Store) -> None:
    counted = queue(store, ordering_key="stock_level:main:mug")
    claim(store)
    store.submit(
        lambda tx: transitions.finish(tx, counted, Status.COMPLETED, result=None, code="resolved")
    ).result()
    store.submit(
        lambda tx: transitions.mark_needs_attention(tx, counted, Status.CONFLICT, code="conflict", error=None)
    ).result()
    assert status(store, counted) == Status.COMPLETED
    after = queue(store, ordering_key="stock_level:main:mug")
    assert claim(store).ids == [after]
    assert store.submit(lambda tx: back_off.count_failed_attempt(tx, counted)).result() is None


def test_a_listener_that_fails_does_not_make_a_commit_look_failed(store: Store) -> None:
    def fails(_changed: object) -> None:
        raise RuntimeError("a view has a bug")

    store.listen(fails)
    operation = queue(store)
    assert status(store, operation) == Status.PENDING
