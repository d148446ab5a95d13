"""Every till transaction is in exactly one shift, by the till's own numbers, whatever the clock does."""

import asyncio
import itertools
import shutil
import sqlite3
import tempfile
from collections.abc import Coroutine, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import orjson
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import insert, update

from app.domain.cart import Cart
from app.domain.errors import DomainError, NoShift
from app.domain.shift import KindTotal
from app.domain.tender import Tender, tender_cash
from app.services.cash import drawer, shifts
from app.services.selling import history, open_sales, refunds
from app.services.selling.transaction import CompletedSale
from app.services.stock import count_sessions
from app.services.sync import queue
from app.services.till import Till
from sync_agent.contract.operations import Manifest, ShiftClose, SkippedNumbers
from sync_agent.ports import Priority
from sync_agent.store import link
from sync_agent.store import tables as t
from sync_agent.store.database import Store, Transaction
from sync_agent.store.device import record_enrolment
from sync_agent.store.home import Home
from sync_agent.store.queue import history as queue_history
from sync_agent.store.queue.status import Status
from sync_agent.store.recovery import repair
from tests.kit import books, selling
from tests.kit.clocks import CountingIds, InlineExecutor, ManualClock
from tests.kit.homes import IDENTITY, new_home
from tests.kit.store_shop import ALICE, BOWL, MARIA, MUG, finish, goods, open_shop, rows

T = TypeVar("T")

YEAR_S = 365 * 86_400
NEW_IDENTITY = replace(IDENTITY, device_id="device-2", receipt_series="T2")


@pytest.fixture
def till(store: Store) -> Till:
    return open_shop(store)


async def sell(till: Till, quantity: int = 1, method: str = "cash") -> CompletedSale:
    cart = Cart().add(goods(till, MUG), quantity)
    total = cart.total_minor
    tender = tender_cash(total, total) if method == "cash" else Tender(method, total, reference="4711")
    return await selling.sell(till, cart, MARIA, (tender,))


def closings(till: Till) -> list[tuple[str, Manifest]]:
    """Shifts closed so far with their manifests, in the order of their numbers."""
    operations = sorted(rows(till, t.outbox), key=lambda row: row.device_seq)
    closed = [one for one in operations if (one.operation, one.resource_type) == ("update", "shift")]
    return [(one.resource_id, ShiftClose.model_validate_json(one.data).manifest) for one in closed]


def enrol_again(till: Till) -> Till:
    till.store.submit(lambda tx: record_enrolment(tx, NEW_IDENTITY)).result()
    return Till(till.store, till.clock, till.ids)


# --- what belongs to a shift --------------------------------------------------------------------------


async def test_what_a_new_till_sold_before_its_first_shift_is_in_that_shift(till: Till) -> None:
    await sell(till, 2)
    shift_id = await shifts.open_shift(till, 10_000, MARIA)
    totals = shifts.totals(till, shift_id)
    assert (totals.expected_minor, totals.of("sale")) == (10_900, KindTotal(1, 900))
    closed = await shifts.close_shift(till, 10_900, MARIA)
    assert closed.difference_minor == 0
    [(_, manifest)] = closings(till)
    assert (manifest.first_device_seq, manifest.last_device_seq, manifest.total_minor) == (1, 2, 900)


@pytest.mark.parametrize("step_s", [60, 0, -3600, -20 * YEAR_S, 20 * YEAR_S])
async def test_what_was_sold_between_two_shifts_is_in_the_second_wherever_the_clock_went(
    till: Till, clock: ManualClock, step_s: float
) -> None:
    first = await shifts.open_shift(till, 0, MARIA)
    await sell(till)
    await shifts.close_shift(till, 450, MARIA)
    clock.advance(step_s)
    await sell(till, 2)
    clock.advance(-step_s / 2)
    second = await shifts.open_shift(till, 0, MARIA)
    assert [shifts.totals(till, one).expected_minor for one in (first, second)] == [450, 900]
    await shifts.close_shift(till, 900, MARIA)
    one, two = (manifest for _, manifest in closings(till))
    assert (one.first_device_seq, two.first_device_seq) == (1, one.last_device_seq + 1)
    assert [shift.id for shift in shifts.past(till)] == [second, first]


async def test_the_list_of_receipts_is_by_number_when_the_clock_was_set_back(
    till: Till, clock: ManualClock
) -> None:
    await sell(till)
    clock.advance(-YEAR_S)
    await sell(till)
    assert [sale.receipt_number for sale in history.recent_sales(till)] == ["T1-000002", "T1-000001"]


async def test_lists_are_in_the_order_of_what_was_done_when_the_clock_was_set_back(
    till: Till, clock: ManualClock
) -> None:
    carts, sessions = [], []
    for _turn in range(3):
        sale = selling.rung_up(till, Cart().add(goods(till, MUG), 1))
        await open_sales.hold(till, sale, MARIA)
        carts.append(sale.id)
        sessions.append(await count_sessions.begin(till, "Shelf", MARIA, is_full=False))
        finish(till, (await sell(till)).id)
        clock.advance(-YEAR_S)
    assert [cart.id for cart in open_sales.held(till)] == carts
    assert [session.id for session in count_sessions.open_sessions(till)] == sessions[::-1]
    by_number = sorted(rows(till, t.outbox), key=lambda row: -row.device_seq)
    assert [row.operation_id for row in queue.sent(till)] == [row.id for row in by_number]


async def test_a_z_report_stays_as_it_was_when_its_receipts_are_gone(till: Till) -> None:
    shift_id = await shifts.open_shift(till, 1000, MARIA)
    await sell(till, 3)
    await sell(till, 1, "card")
    before = shifts.totals(till, shift_id)
    await shifts.close_shift(till, before.expected_minor, MARIA)

    def forget(tx: Transaction) -> None:
        for table in (t.payment, t.sale_line, t.sale):
            tx.execute(table.delete())

    till.store.submit(forget).result()
    assert shifts.totals(till, shift_id) == before
    assert before.by_method == {"cash": 1350, "card": 450}


# --- enrolled again -----------------------------------------------------------------------------------


async def test_a_shift_of_a_till_that_was_enrolled_again_goes_on_under_the_new_identity(till: Till) -> None:
    former = await shifts.open_shift(till, 1000, MARIA)
    await sell(till)
    for row in rows(till, t.outbox):
        finish(till, row.id)
    again = enrol_again(till)
    await sell(again, 2)
    current = shifts.current(again)
    assert current is not None
    assert current.id != former
    assert shifts.totals(again, current.id).expected_minor == 1000 + 450 + 900
    await shifts.close_shift(again, 2350, MARIA)
    operations = sorted(rows(again, t.outbox), key=lambda row: row.device_seq)
    sent = [row for row in operations if row.device_seq > 2]
    assert [(row.operation, row.resource_type, row.resource_id == current.id) for row in sent] == [
        ("create", "shift", True),
        ("create", "transaction", False),
        ("update", "shift", True),
    ]
    assert orjson.loads(sent[1].data)["shiftId"] == current.id
    [(_, manifest)] = closings(again)
    assert (manifest.first_device_seq, manifest.last_device_seq, manifest.total_minor) == (3, 4, 900)


async def test_a_shift_of_which_nothing_was_sent_is_the_new_identitys_whole(till: Till) -> None:
    shift_id = await shifts.open_shift(till, 1000, MARIA)
    await sell(till)
    again = enrol_again(till)
    await shifts.close_shift(again, 1450, MARIA)
    [(closed, manifest)] = closings(again)
    assert (closed, manifest.first_device_seq, manifest.last_device_seq) == (shift_id, 1, 2)


async def test_sales_before_the_first_shift_of_a_new_identity_are_in_that_shift(till: Till) -> None:
    await sell(till)
    again = enrol_again(till)
    await sell(again, 2)
    shift_id = await shifts.open_shift(again, 0, MARIA)
    assert shifts.totals(again, shift_id).expected_minor == 1350
    await shifts.close_shift(again, 1350, MARIA)
    assert closings(again)[0][1].first_device_seq == 2


# --- numbers ------------------------------------------------------------------------------------------


def repaired(till: Till, clock: ManualClock) -> Till:
    """The same till after a repair that cannot know whether all was read."""
    home = till.store.home
    till.store.close()
    aside = repair.set_aside(home, "damaged")
    found = repair.read(aside)
    found.lost = True
    store = Store.open(home, clock=clock, ids=CountingIds("r"), executor=InlineExecutor())
    store.submit(lambda tx: repair.fill(tx, home, aside, found)).result()
    return Till(store, clock, store.ids)


@pytest.mark.parametrize("of_earlier_release", [False, True])
async def test_a_repair_leaves_a_former_identitys_shift_to_that_identity(
    till: Till, clock: ManualClock, closing_time: list[Till], *, of_earlier_release: bool
) -> None:
    former = await shifts.open_shift(till, 1000, MARIA)
    await sell(till)
    for row in rows(till, t.outbox):
        finish(till, row.id)
    again = enrol_again(till)
    if of_earlier_release:
        again.store.submit(without_identities).result()
    else:
        again.store.submit(lambda tx: tx.execute(t.shift.delete())).result()
    mended = repaired(again, clock)
    closing_time.append(mended)
    await sell(mended, 2)
    current = shifts.current(mended)
    assert current is not None
    assert current.id != former, "the server takes no sale of this identity into the former one's shift"
    await shifts.close_shift(mended, 2350, MARIA)
    [(closed, manifest)] = closings(mended)
    assert (closed, manifest.first_device_seq) == (current.id, 3)


def without_identities(tx: Transaction) -> None:
    """As an earlier release had it: neither where an identity's numbers begin, nor whose a shift is."""
    tx.execute(update(t.shift).values(device_id=None))
    tx.execute(update(t.device).values(first_device_seq=1))


async def test_a_repair_makes_a_shift_the_new_identitys_where_nothing_of_it_was_sent(
    till: Till, clock: ManualClock, closing_time: list[Till]
) -> None:
    shift_id = await shifts.open_shift(till, 1000, MARIA)
    await sell(till)
    again = enrol_again(till)
    again.store.submit(lambda tx: tx.execute(t.shift.delete())).result()
    mended = repaired(again, clock)
    closing_time.append(mended)
    await shifts.close_shift(mended, 1450, MARIA)
    assert [closed for closed, _ in closings(mended)] == [shift_id]


@pytest.fixture
def closing_time(till: Till) -> Iterator[list[Till]]:
    opened: list[Till] = []
    yield opened
    for one in opened:
        one.store.close()


async def test_numbers_that_a_repair_skipped_are_declared(
    till: Till, clock: ManualClock, closing_time: list[Till]
) -> None:
    shift_id = await shifts.open_shift(till, 0, MARIA)
    await sell(till)
    again = repaired(till, clock)
    closing_time.append(again)
    await sell(again, 2)
    await shifts.close_shift(again, 1350, MARIA)
    [(_, manifest)] = closings(again)
    assert (manifest.first_device_seq, manifest.last_device_seq, manifest.count) == (1, 1003, 1003)
    assert manifest.skipped == (SkippedNumbers(from_=3, to=1002),)
    assert shifts.server_state(again, shift_id).operations == 3
    await shifts.open_shift(again, 0, MARIA)
    await shifts.close_shift(again, 0, MARIA)
    assert closings(again)[1][1].skipped is None


@pytest.mark.parametrize("is_closed", [False, True])
async def test_a_shift_whose_row_was_lost_is_made_anew_from_what_was_sent(
    till: Till, clock: ManualClock, closing_time: list[Till], is_closed: bool
) -> None:
    shift_id = await shifts.open_shift(till, 700, MARIA)
    await sell(till)
    if is_closed:
        await shifts.close_shift(till, 1150, MARIA)
    before = shifts.totals(till, shift_id)
    till.store.submit(lambda tx: tx.execute(t.shift.delete())).result()
    again = repaired(till, clock)
    closing_time.append(again)
    assert shifts.totals(again, shift_id) == before
    assert (shifts.current(again) is None) == is_closed


async def test_sales_of_a_shift_of_which_nothing_is_left_join_the_open_one(
    till: Till, clock: ManualClock, closing_time: list[Till]
) -> None:
    await sell(till)
    shift_id = await shifts.open_shift(till, 0, MARIA)
    till.store.submit(lambda tx: tx.execute(update(t.sale).values(shift_id="lost"))).result()
    again = repaired(till, clock)
    closing_time.append(again)
    assert shifts.totals(again, shift_id).expected_minor == 450


def with_many_operations(till: Till, count: int) -> None:
    """Give the till more operations, all of them the same movement: what they are is of no matter here."""
    [first, *_] = rows(till, t.outbox)
    values = first._asdict()

    def write(tx: Transaction) -> None:
        device = tx.execute(t.device.select()).one()
        numbers = range(device.next_device_seq, device.next_device_seq + count)
        tx.execute(
            insert(t.outbox),
            [values | {"id": f"many-{number}", "device_seq": number, "lane": None} for number in numbers],
        )
        tx.execute(update(t.device).values(next_device_seq=numbers[-1] + 1))

    till.store.submit(write).result()


async def test_a_shift_of_a_hundred_thousand_operations_is_closed_with_all_of_them(till: Till) -> None:
    await shifts.open_shift(till, 0, MARIA)
    with_many_operations(till, 100_000)
    await shifts.close_shift(till, 0, MARIA)
    [(_, manifest)] = closings(till)
    assert (manifest.first_device_seq, manifest.count) == (1, 100_001)


async def test_a_server_that_takes_fewer_is_told_of_the_newest(till: Till) -> None:
    await till.store.write(lambda tx: link.note_shift_operations(tx, None), Priority.AGENT)
    shift_id = await shifts.open_shift(till, 0, MARIA)
    with_many_operations(till, 30_000)
    await shifts.close_shift(till, 0, MARIA)
    [(_, manifest)] = closings(till)
    assert (manifest.first_device_seq, manifest.count) == (10_002, 20_000)
    assert shifts.server_state(till, shift_id).operations == 30_001


async def test_more_spent_numbers_than_a_manifest_lists_are_ranges(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shifts, "SPENT_MAX", 2)
    shift_id = await shifts.open_shift(till, 0, MARIA)
    with_many_operations(till, 8)
    spent = {"status": Status.DISCARDED, "finished_ms": 1}
    till.store.submit(
        lambda tx: tx.execute(
            update(t.outbox).where(t.outbox.c.device_seq.in_([2, 3, 4, 6, 8, 9])).values(spent)
        )
    ).result()
    await shifts.close_shift(till, 0, MARIA)
    [(_, manifest)] = closings(till)
    assert [one.device_seq for one in manifest.spent] == [8, 9]
    assert [(one.from_, one.to) for one in manifest.skipped or ()] == [(2, 4), (6, 6)]
    assert shifts.server_state(till, shift_id).operations == manifest.operations == 5


# --- any day at a counter -----------------------------------------------------------------------------


class Shifts(RuleBasedStateMachine):
    """Sales, drawers, clocks, restarts, repairs, backups and new identities in any order.

    The journal is added up by hand; `books` never asks which shift something belongs to.
    """

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.home = new_home(Path(self.folder.name) / "till")
        self.loop = asyncio.new_event_loop()
        self.clock = ManualClock()
        self.starts = self.identities = 0
        self.store = self.start()
        self.enrol()
        self.till = open_shop(self.store)
        self.sales: list[str] = []
        self.loose: set[str] = set()
        self.reports: dict[str, Any] = {}
        self.backup: tuple[list[str], set[str], dict[str, Any]] | None = None

    def start(self) -> Store:
        self.starts += 1
        ids = CountingIds(f"run{self.starts}")
        return Store.open(self.home, clock=self.clock, ids=ids, executor=InlineExecutor())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            self.loop.close()
            self.store.close()
            self.folder.cleanup()

    def enrol(self) -> None:
        self.identities += 1
        name = str(self.identities)
        identity = replace(IDENTITY, device_id=f"device-{name}", receipt_series=f"T{name}")
        self.store.submit(lambda tx: record_enrolment(tx, identity)).result()

    def done(self, sale: CompletedSale) -> None:
        self.sales.append(sale.id)
        if shifts.current(self.till) is None:
            self.loose.add(sale.id)

    # --- rules ---

    @rule(quantity=st.integers(1, 5), card=st.integers(0, 2250), product=st.sampled_from([MUG, BOWL]))
    def sell(self, quantity: int, card: int, product: str) -> None:
        cart = Cart().add(goods(self.till, product), quantity)
        by_card = min(card, cart.total_minor)
        cash = cart.total_minor - by_card
        tenders = (Tender("card", by_card, reference="1"),) if by_card else ()
        if cash:
            tenders = (*tenders, tender_cash(cash, cash + 37))
        self.done(self.run(selling.sell(self.till, cart, MARIA, tenders)))

    @precondition(lambda self: self.sales)
    @rule(which=st.integers(0, 30), void=st.booleans())
    def give_back(self, which: int, void: bool) -> None:
        try:
            sale = refunds.open_sale(self.till, self.sales[which % len(self.sales)])
            back = (
                refunds.void(self.till, sale, ALICE, "no")
                if void
                else refunds.refund(self.till, sale, {1: 1}, "cash", ALICE, "no")
            )
            self.done(self.run(back))
        except DomainError:
            return

    @rule(amount=st.integers(1, 9999), into=st.booleans())
    def move_cash(self, amount: int, into: bool) -> None:
        move = drawer.pay_in if into else drawer.pay_out
        try:
            self.done(self.run(move(self.till, amount, ALICE, "bank")))
        except NoShift:
            return

    @rule()
    def open_the_drawer(self) -> None:
        self.done(self.run(drawer.open_without_sale(self.till, ALICE, "change")))

    @rule(float_minor=st.integers(0, 10_000))
    def open_a_shift(self, float_minor: int) -> None:
        try:
            self.run(shifts.open_shift(self.till, float_minor, MARIA))
        except DomainError:
            return
        self.loose.clear()

    @rule(short=st.integers(0, 5))
    def close_the_shift(self, short: int) -> None:
        current = shifts.current(self.till)
        if current is None:
            return
        totals = shifts.totals(self.till, current.id)
        counted = max(0, totals.expected_minor - short)
        closed = self.run(shifts.close_shift(self.till, counted, MARIA, "short"))
        self.reports[closed.id] = totals

    @rule(step_s=st.sampled_from([60, 86_400, 9 * YEAR_S, -60, -86_400, -9 * YEAR_S]))
    def set_the_clock(self, step_s: float) -> None:
        self.clock.advance(step_s)

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = self.start()
        self.till = Till(self.store, self.clock, self.store.ids)

    @rule(part=st.integers(0, 3))
    def send(self, part: int) -> None:
        """The server answers some of what is waiting, and old history is pruned."""
        for row in rows(self.till, t.outbox)[part:]:
            if row.finished_ms is None:
                finish(self.till, row.id)
        self.store.submit(queue_history.prune).result()

    @rule()
    def enrol_again(self) -> None:
        self.enrol()
        self.till = Till(self.store, self.clock, self.store.ids)

    @rule()
    def back_up(self) -> None:
        with closing(sqlite3.connect(self.home.database)) as source:
            copy = Path(self.folder.name) / "copy.sqlite"
            copy.unlink(missing_ok=True)
            with closing(sqlite3.connect(copy)) as target:
                source.backup(target)
        self.backup = [*self.sales], {*self.loose}, {**self.reports}

    @precondition(lambda self: self.__dict__.get("backup"))
    @rule()
    def restore(self) -> None:
        """The server finds the copied till by its numbers, and a manager enrols it again."""
        assert self.backup is not None
        self.store.close()
        for part in self.home.path.glob("till.sqlite*"):
            part.unlink()
        shutil.copy(Path(self.folder.name) / "copy.sqlite", self.home.database)
        self.sales, self.loose, self.reports = [*self.backup[0]], {*self.backup[1]}, {**self.backup[2]}
        self.store = self.start()
        self.enrol()
        self.till = Till(self.store, self.clock, self.store.ids)

    @rule(loses_shifts=st.booleans())
    def repair(self, loses_shifts: bool) -> None:
        self.store.close()
        aside = repair.set_aside(Home(self.home.path), f"damaged-{self.starts}")
        found = repair.read(aside)
        found.lost = True
        if loses_shifts:
            is_open = [row for row in found.rows["shift"] if row["status"] == "open"]
            found.rows["shift"] = [row for row in found.rows["shift"] if row not in is_open]
        self.store = self.start()
        self.store.submit(lambda tx: repair.fill(tx, self.home, aside, found)).result()
        self.till = Till(self.store, self.clock, self.store.ids)
        if shifts.current(self.till) is None:  # its opening was pruned: the next shift has its sales
            self.loose = {row.id for row in rows(self.till, t.sale) if row.shift_id is None}

    # --- what holds ---

    @invariant()
    def all_reports_together_are_the_journal(self) -> None:
        if "till" not in self.__dict__:
            return
        reports = [shifts.totals(self.till, shift.id) for shift in shifts.past(self.till, limit=1000)]
        current = shifts.current(self.till)
        if current is not None:
            reports.append(shifts.totals(self.till, current.id))
        journal = books.of_the_journal(self.home.database, but=frozenset(self.loose))
        assert books.of_reports(reports).filled() == journal.filled()

    @invariant()
    def a_z_report_never_changes(self) -> None:
        for shift_id, report in self.__dict__.get("reports", {}).items():
            assert shifts.totals(self.till, shift_id) == report

    @invariant()
    def no_number_is_in_two_manifests(self) -> None:
        if "till" not in self.__dict__:
            return
        ranges = [
            (manifest.first_device_seq, manifest.last_device_seq) for _, manifest in closings(self.till)
        ]
        for (_, last), (first, _) in itertools.pairwise(ranges):
            assert first > last


TestShifts = Shifts.TestCase
TestShifts.settings = settings(max_examples=10, stateful_step_count=30, deadline=None)
