"""The queue in the clerk's language."""

import pytest
from sqlalchemy import update

from app.domain.cart import Cart
from app.services.stock import counting, inventory
from app.services.stock.catalogue import NewProduct, add_products
from app.services.sync import queue, refused
from app.services.sync.queue import QueueCounts
from app.services.till import Till
from sync_agent.contract.stock import MovementReason
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from sync_agent.store.queue.status import Status
from tests.kit import selling
from tests.kit.clocks import ManualClock
from tests.kit.store_shop import ALICE, APPLES, MARIA, MUG, finish, goods, mark_needs_attention, open_shop


@pytest.fixture
def till(store: Store) -> Till:
    return open_shop(store)


async def sell(till: Till, quantity: int = 1) -> str:
    return (await selling.sell(till, Cart().add(goods(till, MUG), quantity), MARIA)).id


async def test_rows_speak_the_clerks_language(till: Till) -> None:
    await sell(till, 3)
    await sell(till)
    await selling.take_back(till, Cart().add(goods(till, MUG)), MARIA, approved_by=ALICE)
    await inventory.adjust(till, APPLES, -1250, MovementReason.WASTE, None, MARIA)
    await counting.count(till, MUG, 40, MARIA)
    await add_products(till, [NewProduct("Jug", "2000000000008")], "alice")
    assert [(row.title, row.detail) for row in queue.waiting(till)] == [
        ("Sale T1-000001", "3 items · 13.50 · Maria"),
        ("Sale T1-000002", "1 item · 4.50 · Maria"),
        ("Refund T1-000003", "1 item · 4.50 · Maria"),
        ("Stock of Apples", "−1.250 kg wasted · Maria"),
        ("Count of Blue mug, small", "40 · Maria"),
        ("Product Jug", "Alice"),
    ]


async def test_a_decision_has_its_row_too(till: Till) -> None:
    summary = {"kind": "decision", "product": "Blue mug", "quantity": 7, "person": "Maria"}
    assert queue.describe(summary) == ("Decision on Blue mug", "7 · Maria")
    assert queue.describe({"kind": "decision", "product": "Blue mug", "quantity": None}) == (
        "Decision on Blue mug",
        "",
    )


async def test_everything_unsent_refused_or_in_conflict_is_counted(till: Till, clock: ManualClock) -> None:
    assert queue.counts(till) == QueueCounts(0, 0, 0, None)
    first_ms = clock.now_ms()
    await sell(till)
    clock.advance(60)
    finish(till, await sell(till))
    mark_needs_attention(till, await sell(till), Status.DEAD_LETTER, "The server said no.")
    mark_needs_attention(till, await sell(till), Status.BLOCKED)
    assert queue.counts(till) == QueueCounts(
        waiting=2, attention=1, conflicts=0, oldest_unsent_ms=first_ms, sales=2
    )
    assert [row.status for row in queue.waiting(till)] == ["pending", "blocked"]
    (refused,) = queue.attention(till)
    assert (refused.error, refused.person) == ("The server said no.", "Maria")


async def test_what_was_sent_is_listed_the_newest_first_whatever_the_clock_says(
    till: Till, clock: ManualClock
) -> None:
    first = await sell(till)
    clock.advance(-3600)
    second = await sell(till)
    finish(till, second)
    clock.advance(1)
    finish(till, first, code="quarantined")
    assert [(row.operation_id, row.status) for row in queue.sent(till)] == [
        (second, "completed"),
        (first, "quarantined"),
    ]
    assert queue.sent(till, limit=1)[0].operation_id == second


async def test_a_row_tells_when_it_will_be_tried_again(till: Till, clock: ManualClock) -> None:
    operation_id = await sell(till)
    assert queue.waiting(till)[0].next_attempt_ms is None
    later_ms = clock.now_ms() + 5000
    till.store.submit(
        lambda tx: tx.execute(
            update(t.outbox).where(t.outbox.c.id == operation_id).values(next_attempt_ms=later_ms)
        )
    ).result()
    assert queue.waiting(till)[0].next_attempt_ms == later_ms


async def test_the_last_full_sync_is_none_before_the_first(till: Till) -> None:
    assert queue.last_full_sync_ms(till) is None
    till.store.submit(lambda tx: tx.execute(update(t.link).values(last_full_sync_ms=5))).result()
    assert queue.last_full_sync_ms(till) == 5


async def test_what_has_no_ordering_key_waits_for_nothing_and_holds_nothing_up(till: Till) -> None:
    sale, other = await sell(till), await sell(till)
    details = refused.details(till, other)
    assert (details.waits_for, details.blocks) == ((), ())
    assert refused.details(till, sale).blocks == ()


async def test_all_the_waiting_sales_are_counted_as_sales(till: Till) -> None:
    for _ in range(3):
        await sell(till)
    await inventory.adjust(till, MUG, 1, MovementReason.FOUND, None, MARIA)
    counted = queue.counts(till)
    assert (counted.waiting, counted.sales) == (4, 3)
