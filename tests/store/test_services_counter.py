"""What is done at the counter beside selling: hold, refund, void, drawer, shifts, approvals, settings."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.cart import Cart
from app.domain.discount import Discount
from app.domain.errors import (
    CartGone,
    CartInUse,
    EmptyCart,
    NoShift,
    NotPermitted,
    NotRefundable,
    ReasonMissing,
    ShiftAlreadyOpen,
    TooManyTries,
    UnknownSale,
    WrongPin,
)
from app.domain.open_sale import OpenSale
from app.domain.rights import Right
from app.domain.sale_account import AccountLine, Amounts, SoldLine
from app.domain.shift import KindTotal
from app.domain.tender import Tender, tender_cash
from app.services import journal, preferences
from app.services.cash import drawer, shifts
from app.services.people import directory as people
from app.services.selling import checkout, open_sales, refunds
from app.services.selling.transaction import CompletedSale, Line
from app.services.stock import inventory
from app.services.sync import refused as refused_entries
from app.services.till import Actor, Till
from sync_agent.contract.operations import ShiftClose, ShiftRow, TransactionData
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from sync_agent.store.home import Home
from sync_agent.store.queue.status import Status
from sync_agent.store.replica.kinds import KINDS
from sync_agent.store.replica.rows import upsert
from tests.kit import selling
from tests.kit.clocks import CountingIds, InlineExecutor, ManualClock
from tests.kit.feed import PEPPER
from tests.kit.store_shop import (
    ALICE,
    APPLES,
    BOWL,
    MARIA,
    MUG,
    finish,
    goods,
    mark_needs_attention,
    open_shop,
    rows,
)


@pytest.fixture
def till(store: Store) -> Till:
    return open_shop(store)


def basket(till: Till) -> Cart:
    """Two mugs and 1.25 kg of apples: 9.00 and 3.74."""
    return Cart().add(goods(till, MUG), 2).add(goods(till, APPLES), 1250)


async def sell(till: Till, cart: Cart, payments: tuple[Tender, ...] | None = None) -> CompletedSale:
    return await selling.sell(till, cart, MARIA, payments)


def rights_needed(till: Till, sale: OpenSale, actor: Actor) -> list[Right]:
    return [need.right for need in checkout.needed_approvals(till, sale, actor)]


def sent(till: Till, number: int = -1) -> dict[str, Any]:
    """The data of an operation as it goes to the server."""
    data: dict[str, Any] = orjson.loads(
        sorted(rows(till, t.outbox), key=lambda row: row.device_seq)[number].data
    )
    return data


# --- held carts --------------------------------------------------------------------------------------


async def test_a_held_sale_comes_back_as_it_was_and_only_once(till: Till) -> None:
    cart = (
        basket(till)
        .discount_line(1, Discount("amount", 50, "chipped"))
        .discount_sale(Discount("share", 100_000))
    )
    sale = selling.rung_up(till, cart)
    await open_sales.hold(till, sale, MARIA)
    [held] = open_sales.held(till)
    assert (held.person, held.items, held.total_minor, held.first_item) == (
        "Maria",
        3,
        cart.total_minor,
        "Blue mug, small",
    )
    nothing = open_sales.begin(till)
    with pytest.raises(CartInUse):
        await open_sales.recall(till, sale.id, on_screen=selling.rung_up(till, basket(till)))
    assert await open_sales.recall(till, sale.id, on_screen=nothing) == sale
    assert open_sales.held(till) == []
    with pytest.raises(CartGone):
        await open_sales.recall(till, sale.id, on_screen=nothing)


async def test_an_empty_cart_is_not_held(till: Till) -> None:
    with pytest.raises(EmptyCart):
        await open_sales.hold(till, open_sales.begin(till), MARIA)


async def test_the_sale_on_the_screen_outlives_the_program_until_it_is_sold(
    till: Till, tmp_path: Path, clock: ManualClock
) -> None:
    sale = selling.rung_up(till, basket(till))
    await open_sales.record(till, selling.rung_up(till, Cart().add(goods(till, BOWL))), MARIA)
    await open_sales.record(till, sale, MARIA)
    till.store.close()
    again = Store.open(Home(tmp_path / "till"), clock=clock, ids=CountingIds("b"), executor=InlineExecutor())
    reopened = Till(again, clock, again.ids)
    assert open_sales.in_progress(reopened) == sale
    await selling.pay(reopened, sale, MARIA)
    assert open_sales.in_progress(reopened) is None
    again.close()


# --- discounts and prices ----------------------------------------------------------------------------


async def test_a_small_discount_is_the_clerks_a_large_one_the_managers(till: Till) -> None:
    small = selling.rung_up(till, basket(till).discount_sale(Discount("share", 100_000)))
    assert checkout.needed_approvals(till, small, MARIA) == ()
    large = selling.rung_up(till, basket(till).discount_sale(Discount("share", 200_000)))
    assert rights_needed(till, large, MARIA) == [Right.LARGE_DISCOUNT]
    with pytest.raises(NotPermitted, match="discount"):
        await selling.pay(till, large, MARIA)
    await selling.pay(till, checkout.approve(till, large, ALICE), MARIA)
    [operation] = rows(till, t.outbox)
    assert (operation.actor_id, operation.approved_by_id) == ("maria", "alice")
    [entry] = journal.entries(till)
    assert (entry.kind, entry.person, entry.approved_by) == ("sale", "Maria", "Alice")


async def test_another_price_is_sent_with_what_the_catalogue_asked_and_why(till: Till) -> None:
    sale = selling.rung_up(till, basket(till).set_price(1, 300, "last ones"))
    assert rights_needed(till, sale, MARIA) == [Right.OVERRIDE_PRICE]
    assert rights_needed(till, sale, ALICE) == []
    await selling.pay(till, sale, ALICE)
    line = TransactionData.model_validate(sent(till)).lines[0]
    assert (line.unit_price_minor, line.list_price_minor, line.reason) == (300, 450, "last ones")


async def test_rounded_cash_is_a_line_of_its_own_and_adds_up(till: Till) -> None:
    rung_up = selling.rung_up(till, basket(till))
    paid = rung_up.settlement(cash_step_minor=5).with_cash(1300)
    sale = await checkout.complete(till, rung_up, paid, MARIA)
    assert (rung_up.cart.total_minor, sale.rounding_minor, sale.change_minor) == (1274, 1, 25)
    assert TransactionData.model_validate(sent(till)).rounding_minor == 1


# --- refunds and voids -------------------------------------------------------------------------------


async def test_a_part_goes_back_against_the_receipt_and_stock_with_it(till: Till) -> None:
    sale = await sell(till, basket(till))
    found = refunds.find(till, "1")
    assert found.receipt_number == sale.receipt_number
    assert [(one.line_no, one.left, one.unit) for one in found.lines] == [(1, 2, "each"), (2, 1250, "kg")]
    back = await refunds.refund(till, found, {1: 1}, "cash", MARIA, "does not fit")
    assert back.total_minor == 450
    wire = TransactionData.model_validate(sent(till))
    assert (wire.kind, wire.refers_to, wire.reason) == ("refund", sale.receipt_number, "does not fit")
    assert inventory.stock_row(till, MUG).on_hand == 12 - 2 + 1
    assert [one.left for one in refunds.find(till, sale.receipt_number).lines] == [1, 1250]


async def test_no_more_goes_back_than_was_sold_however_stale_the_screen(till: Till) -> None:
    await sell(till, basket(till))
    stale = refunds.find(till, "1")
    await refunds.refund(till, stale, {1: 2}, "cash", MARIA, "changed their mind")
    with pytest.raises(NotRefundable):
        await refunds.refund(till, stale, {1: 1}, "cash", MARIA, "again")
    with pytest.raises(ReasonMissing):
        await refunds.refund(till, stale, {2: 1}, "cash", MARIA, " ")


@given(
    st.integers(1, 40),
    st.integers(0, 100_000),
    st.integers(0, 400_000),
    st.lists(st.integers(1, 10), min_size=1, max_size=12),
)
@settings(deadline=None)
def test_the_parts_of_a_line_give_back_what_was_paid_for_it_and_no_more(
    quantity: int, price: int, off: int, parts: list[int]
) -> None:
    discount = min(off, price * quantity)
    total = price * quantity - discount
    sold = Line("p", "P", quantity, price, discount, 200_000, total // 6, total)
    bought = SoldLine(1, "p", price, Amounts(quantity, discount, total // 6, total))
    gone = Amounts()
    left, paid, tax = quantity, 0, 0
    for part in parts:
        take = min(part, left)
        if take == 0:
            break
        line = refunds.RefundableLine(sold, "each", AccountLine(bought, gone)).part(take)
        gone += Amounts(take, line.discount_minor, line.tax_minor, line.total_minor)
        assert line.total_minor >= 0
        left, paid, tax = left - take, paid + line.total_minor, tax + line.tax_minor
    assert paid <= total
    if left == 0:
        assert (paid, tax) == (total, sold.tax_minor)


async def test_what_is_not_on_this_till_or_is_no_sale_cannot_go_back(till: Till) -> None:
    with pytest.raises(UnknownSale, match="T9-000001"):
        refunds.find(till, "T9-000001")
    await sell(till, basket(till))
    back = await refunds.refund(till, refunds.find(till, "1"), {1: 1}, "cash", MARIA, "broken")
    with pytest.raises(NotRefundable):
        refunds.find(till, back.receipt_number)


async def test_a_refund_without_a_receipt_needs_a_manager_and_a_reason(till: Till) -> None:
    sale = selling.rung_up(till, basket(till))
    with pytest.raises(ReasonMissing):
        sale.begin_refund(" ")
    refunding = sale.begin_refund(" no receipt ")
    with pytest.raises(NotPermitted):
        await selling.pay(till, refunding, MARIA)
    await selling.pay(till, checkout.approve(till, refunding, ALICE), MARIA)
    assert (sent(till)["kind"], sent(till)["reason"]) == ("refund", "no receipt")


async def test_a_sale_of_this_shift_is_voided_whole_the_way_it_was_paid(till: Till) -> None:
    await shifts.open_shift(till, 5000, MARIA)
    cart = basket(till)
    await sell(till, cart, (Tender("card", 1000, reference="4711"), tender_cash(274, 300)))
    found = refunds.find(till, "1")
    with pytest.raises(NotPermitted, match="void"):
        await refunds.void(till, found, MARIA, "rung up twice")
    await refunds.void(till, found, MARIA, "rung up twice", approved_by=ALICE)
    current = shifts.current(till)
    assert current is not None
    sums = shifts.totals(till, current.id)
    assert (
        sums.of("sale").total_minor,
        sums.of("void").total_minor,
        sums.net_minor,
        sums.expected_minor,
    ) == (1274, 1274, 0, 5000)
    assert sums.by_method == {"card": 0, "cash": 0}
    assert inventory.stock_row(till, MUG).on_hand == 12
    with pytest.raises(NotRefundable):
        await refunds.void(till, found, ALICE, "again")


# --- shifts and the drawer ---------------------------------------------------------------------------


async def test_a_shift_is_opened_once_and_cashed_up_with_what_it_took(till: Till, clock: ManualClock) -> None:
    shift_id = await shifts.open_shift(till, 10_000, MARIA)
    with pytest.raises(ShiftAlreadyOpen):
        await shifts.open_shift(till, 0, MARIA)
    await sell(till, basket(till))
    await sell(till, basket(till), (Tender("card", 1274, reference="4711"),))
    await drawer.pay_in(till, 2000, MARIA, "change from the bank")
    with pytest.raises(NotPermitted):
        await drawer.pay_out(till, 500, MARIA, "window cleaner")
    await drawer.pay_out(till, 500, MARIA, "window cleaner", approved_by=ALICE)
    await drawer.open_without_sale(till, ALICE, "change a note")
    await refunds.refund(till, refunds.find(till, "1"), {1: 1}, "cash", MARIA, "broken")
    sums = shifts.totals(till, shift_id)
    assert (sums.of("sale"), sums.of("refund")) == (KindTotal(2, 2548), KindTotal(1, 450))
    assert sums.of("no_sale").count == 1
    assert sums.by_method == {"cash": 1274 - 450, "card": 1274}
    assert sums.expected_minor == 10_000 + 1274 - 450 + 2000 - 500
    assert [(tax.rate_ppm, tax.gross_minor, tax.tax_minor) for tax in sums.taxes] == [
        (200_000, 1350, 225),
        (0, 748, 0),
    ]
    clock.advance(3600)
    with pytest.raises(ReasonMissing):
        await shifts.close_shift(till, sums.expected_minor - 100, MARIA)
    closed = await shifts.close_shift(till, sums.expected_minor - 100, MARIA, "a pound short")
    assert (closed.difference_minor, closed.reason) == (-100, "a pound short")
    assert shifts.current(till) is None
    assert shifts.past(till) == [closed]
    assert journal.entries(till)[0].kind == "cash_difference"
    with pytest.raises(NoShift):
        await shifts.close_shift(till, 0, MARIA)


async def test_the_manifest_names_every_number_of_the_shift_and_what_was_given_up(till: Till) -> None:
    await sell(till, basket(till))
    await shifts.open_shift(till, 0, MARIA)
    await sell(till, basket(till))
    refused = await inventory.adjust(till, MUG, 5, "receive", None, MARIA)
    mark_needs_attention(till, refused, Status.DEAD_LETTER, "no")
    await refused_entries.discard(till, refused, ALICE, "typed twice")
    await shifts.close_shift(till, 2548, MARIA)
    manifest = ShiftClose.model_validate(sent(till)).manifest
    assert (manifest.first_device_seq, manifest.last_device_seq, manifest.count) == (1, 4, 4)
    assert [spent.device_seq for spent in manifest.spent] == [4]
    assert manifest.total_minor == 2548


async def test_a_closed_shift_is_complete_only_once_the_server_says_so(till: Till) -> None:
    shift_id = await shifts.open_shift(till, 0, MARIA)
    await sell(till, basket(till))
    await shifts.close_shift(till, 1274, MARIA)
    assert shifts.server_state(till, shift_id) == shifts.ShiftState(2, None, 3, disagrees=False)
    for row in rows(till, t.outbox):
        finish(till, row.id)
    tell(till, shift_id, received=1, version=2)
    assert not shifts.server_state(till, shift_id).is_complete
    tell(till, shift_id, received=2, version=3)
    state = shifts.server_state(till, shift_id)
    assert state.is_complete
    assert (state.received, state.operations, state.unsent) == (2, 2, 0)


def tell(till: Till, shift_id: str, *, received: int, version: int) -> None:
    """The feed brought the shift's row."""
    row = ShiftRow(
        id=shift_id,
        location_id="main",
        device_id="device-1",
        status="closed",
        opened_by="maria",
        opened_at=datetime(2025, 6, 15, 15, 6, 40, tzinfo=UTC),
        float_minor=0,
        currency="GBP",
        operations=2,
        received=received,
        version=version,
    )
    kind = KINDS["shift"]
    till.store.submit(lambda tx: upsert(tx, kind, [kind.values(row)], staged=False)).result()


async def test_money_moves_only_in_an_open_shift(till: Till) -> None:
    with pytest.raises(NoShift):
        await drawer.pay_in(till, 100, MARIA, "change")


# --- people and settings -----------------------------------------------------------------------------


async def test_wrong_pins_are_remembered_over_a_restart_and_the_wait_doubles(
    till: Till, clock: ManualClock
) -> None:
    for _ in range(5):
        with pytest.raises(WrongPin):
            await people.sign_in(till, "alice", "0000", pepper=PEPPER)
    restarted = Till(till.store, till.clock, till.ids)
    with pytest.raises(TooManyTries, match="30 seconds"):
        await people.sign_in(restarted, "alice", "2468", pepper=PEPPER)
    clock.advance(31)
    for _ in range(5):
        with pytest.raises(WrongPin):
            await people.sign_in(restarted, "alice", "0000", pepper=PEPPER)
    with pytest.raises(TooManyTries, match="60 seconds"):
        await people.sign_in(restarted, "alice", "2468", pepper=PEPPER)
    assert [entry.kind for entry in journal.entries(till)] == ["wrong_pins", "wrong_pins"]


async def test_only_a_manager_approves(till: Till) -> None:
    assert [person.id for person in people.approvers(till, Right.VOID_SALE)] == ["alice"]
    assert await people.approve(till, "alice", "2468", Right.VOID_SALE, pepper=PEPPER) == ALICE
    with pytest.raises(NotPermitted):
        await people.approve(till, "maria", "1357", Right.VOID_SALE, pepper=PEPPER)


async def test_settings_are_a_managers_except_how_the_till_looks(till: Till) -> None:
    with pytest.raises(NotPermitted):
        await preferences.change(till, MARIA, lock_after_min=5)
    await preferences.change(till, MARIA, theme="dark")
    await preferences.change(till, MARIA, approved_by=ALICE, lock_after_min=5)
    await preferences.toggle_quick_key(till, MUG)
    await preferences.toggle_quick_key(till, BOWL)
    kept = preferences.read(till)
    assert (kept.theme, kept.lock_after_min, kept.quick_keys) == ("dark", 5, (MUG, BOWL))


async def test_a_setting_that_cannot_be_read_is_as_by_default(till: Till) -> None:
    till.store.submit(
        lambda tx: tx.execute(
            t.preference.insert(),
            [{"name": "lock_after_min", "value": '"many"'}, {"name": "gone", "value": "1"}],
        )
    ).result()
    assert preferences.read(till) == preferences.Preferences()
