"""Nothing irreversible by an unproved clock: what a till has stays until its clock is proved right."""

from functools import partial

import pytest
from sqlalchemy import update

from app.bootstrap import HOUSEKEEPING
from app.domain.cart import Cart
from app.domain.errors import NotPermitted
from app.services import clock as clocks
from app.services import journal
from app.services.cash import shifts
from app.services.selling import refunds
from app.services.selling.transaction import CompletedSale
from app.services.sync import readiness
from app.services.till import Till
from sync_agent.settings import AgentSettings
from sync_agent.store import proved_time
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from sync_agent.store.queue import history, resend
from sync_agent.store.queue.resend import QUARANTINED
from tests.kit import selling
from tests.kit.clocks import ManualClock
from tests.kit.store_shop import ALICE, MARIA, MUG, finish, goods, open_shop, row_counts

DAY_S = 86_400
YEAR_S = 365 * DAY_S


@pytest.fixture
def till(store: Store) -> Till:
    return open_shop(store)


async def sold(till: Till, quantity: int = 2) -> CompletedSale:
    sale = await selling.sell(till, Cart().add(goods(till, MUG), quantity), MARIA)
    finish(till, sale.id)
    return sale


def run(till: Till, *, server_agrees: bool = False) -> int:
    """What the agent forgets in a run of this till: how many rows of sales and operations."""
    if server_agrees:
        till.store.submit(partial(proved_time.note_server_time, offset_ms=0)).result()
    before = row_counts(till)
    for forget_page in (*HOUSEKEEPING, history.prune):
        while till.store.submit(forget_page).result():
            pass
    after = row_counts(till)
    return sum(before[name] - after[name] for name in ("sale", "outbox"))


@pytest.mark.parametrize("years", [1, 73, -55])
async def test_a_till_that_ran_once_with_another_year_has_forgotten_nothing(
    till: Till, clock: ManualClock, years: int
) -> None:
    sale = await sold(till)
    assert run(till, server_agrees=True) == 0
    clock.advance(years * YEAR_S)
    await sold(till)
    assert run(till) == 0
    clock.advance(DAY_S / 2)
    assert run(till) == 0
    clock.advance(-years * YEAR_S)
    assert run(till, server_agrees=True) == 0
    await refunds.refund(till, refunds.find(till, sale.receipt_number), {1: 1}, "cash", MARIA, "broken")
    assert not clocks.has_jumped(till)


async def test_a_till_that_rested_for_months_forgets_once_two_runs_and_the_server_agree(
    till: Till, clock: ManualClock
) -> None:
    await sold(till)
    run(till, server_agrees=True)
    clock.advance(120 * DAY_S)
    assert run(till, server_agrees=True) == 0
    assert clocks.has_jumped(till)
    clock.advance(DAY_S)
    assert run(till, server_agrees=True) == 0, "believed, and nothing is deleted for a day"
    assert not clocks.has_jumped(till)
    clock.advance(DAY_S - 1)
    assert run(till) == 0
    clock.advance(1)
    assert run(till) == 2


async def test_without_the_server_a_jump_is_never_believed(till: Till, clock: ManualClock) -> None:
    await sold(till)
    run(till)
    clock.advance(YEAR_S)
    for _day in range(10):
        assert run(till) == 0
        clock.advance(DAY_S)
    till.store.submit(partial(proved_time.note_server_time, offset_ms=-YEAR_S * 1000)).result()
    clock.advance(DAY_S)
    assert run(till) == 0
    assert clocks.has_jumped(till)


async def test_a_manager_says_that_the_clock_is_right(till: Till, clock: ManualClock) -> None:
    await sold(till)
    run(till)
    clock.advance(120 * DAY_S)
    run(till)
    with pytest.raises(NotPermitted):
        await clocks.confirm(till, MARIA)
    await clocks.confirm(till, MARIA, approved_by=ALICE)
    assert (run(till), clocks.has_jumped(till)) == (0, False)
    clock.advance(DAY_S)
    assert run(till) == 2
    entry = journal.entries(till)[0]
    assert (entry.kind, entry.person, entry.approved_by) == ("clock_confirmed", "Maria", "Alice")


async def test_the_notice_about_the_clock_says_what_a_jump_means(till: Till, clock: ManualClock) -> None:
    await sold(till)
    run(till)
    clock.advance(YEAR_S)
    assert [check.words for check in readiness.checks(till) if check.what == "Clock"] == [
        clocks.jump_in_words()
    ]


async def test_what_is_offered_to_a_restored_server_is_not_cut_short_by_a_wrong_clock(
    till: Till, clock: ManualClock
) -> None:
    sale = await sold(till)
    run(till)
    till.store.submit(
        lambda tx: tx.execute(t.outbox.update().where(t.outbox.c.id == sale.id).values(code=QUARANTINED))
    ).result()
    clock.advance(YEAR_S)
    mark = partial(resend.mark_for_resend, stream="any", settings=AgentSettings())
    assert till.store.submit(mark).result() == 1


async def test_sales_that_no_z_report_has_stay_however_old(till: Till, clock: ManualClock) -> None:
    shift_id = await shifts.open_shift(till, 0, MARIA)
    await sold(till)
    for _week in range(20):
        run(till, server_agrees=True)
        clock.advance(7 * DAY_S)
    assert shifts.totals(till, shift_id).expected_minor == 900
    await shifts.close_shift(till, 900, MARIA)
    run(till, server_agrees=True)
    assert row_counts(till)["sale"] == 0
    assert shifts.totals(till, shift_id).expected_minor == 900


async def test_sales_of_a_shift_that_an_earlier_release_closed_are_compacted_and_its_z_report_stays(
    till: Till, clock: ManualClock
) -> None:
    closed = []
    for quantity in range(1, 24):
        shift_id = await shifts.open_shift(till, 1000, MARIA)
        sale = await sold(till, quantity)
        await shifts.close_shift(till, 1000 + 450 * quantity, MARIA)
        closed.append((shift_id, sale))
    before = [shifts.totals(till, shift_id) for shift_id, _sale in closed]
    till.store.submit(lambda tx: tx.execute(update(t.shift).values(report=None))).result()
    last = await shifts.open_shift(till, 0, MARIA)
    kept = await sold(till)
    for _week in range(20):
        run(till, server_agrees=True)
        clock.advance(7 * DAY_S)
    assert row_counts(till)["sale"] == 1, "that of the open shift"
    assert [shifts.totals(till, shift_id) for shift_id, _sale in closed] == before
    assert [one.expected_minor for one in before] == [1000 + 450 * quantity for quantity in range(1, 24)]
    assert shifts.totals(till, last).expected_minor == 900
    assert refunds.find(till, kept.receipt_number).total_minor == 900
    assert refunds.find(till, closed[0][1].receipt_number).total_minor == 450


async def test_what_was_done_after_the_clock_was_set_back_is_no_older_than_what_was_done_before(
    till: Till, clock: ManualClock
) -> None:
    run(till, server_agrees=True)
    await sold(till)
    clock.advance(-6 * DAY_S)
    later = await sold(till)
    for _week in range(12):
        clock.advance(7 * DAY_S)
        run(till, server_agrees=True)
    clock.advance(8 * DAY_S - 2 * DAY_S)
    assert run(till, server_agrees=True) == 0, "by the first sale's time it is 84 days"
    assert refunds.find(till, later.receipt_number).can_be_voided is False
