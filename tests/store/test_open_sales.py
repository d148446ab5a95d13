"""Open sales on a real disk: held, recalled, restored after a crash and completed, each time unchanged."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import insert

from app.domain.cart import Cart
from app.domain.discount import Discount
from app.domain.errors import CartInUse, NotPermitted, SaleCompleted
from app.domain.open_sale import Limits, OpenSale
from app.domain.rights import Right
from app.domain.tender import Tender
from app.services import journal, shop_settings
from app.services.selling import checkout, open_sales
from app.services.till import Actor, Till
from sync_agent.contract.operations import Operation
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from sync_agent.store.home import Home
from sync_agent.store.queue.wire import wire_form
from tests.kit import selling
from tests.kit.clocks import CountingIds, InlineExecutor, ManualClock
from tests.kit.store_shop import ALICE, APPLES, BOWL, MARIA, MUG, goods, open_shop, rows

HALF = Discount("share", 500_000, "chipped")
NINA = Actor("nina", "Nina", "clerk")


@pytest.fixture
def till(store: Store) -> Till:
    return open_shop(store)


def chipped_bowl(till: Till) -> OpenSale:
    """A mug, and a bowl at half its price, which Alice has approved."""
    cart = Cart().add(goods(till, MUG)).add(goods(till, BOWL)).discount_line(2, HALF)
    return checkout.approve(till, selling.rung_up(till, cart), ALICE)


def on_the_wire(till: Till) -> dict[str, Any]:
    """The newest operation, as it is sent."""
    return wire_form(max(rows(till, t.outbox), key=lambda row: row.device_seq))


# --- whole -------------------------------------------------------------------------------------------


def whole(till: Till) -> OpenSale:
    """A sale with something in each of its fields."""
    cart = (
        Cart()
        .add(goods(till, MUG), 2)
        .add(goods(till, APPLES), 1250)
        .discount_sale(Discount("share", 300_000))
    )
    sale = selling.rung_up(till, cart.set_price(1, 300, "last ones")).begin_refund("receipt lost")
    sale = sale.with_payments([Tender("card", 100, reference="auth 1"), Tender("cash", 200, 50)])
    return checkout.approve(till, sale, ALICE)


async def test_a_held_sale_comes_back_whole_and_under_its_own_id(till: Till) -> None:
    sale = whole(till)
    assert (len(sale.approvals), len(sale.payments)) == (3, 2)
    await open_sales.hold(till, sale, MARIA)
    assert [held.id for held in open_sales.held(till)] == [sale.id]
    recalled = await open_sales.recall(till, sale.id, on_screen=open_sales.begin(till))
    assert recalled == sale
    await open_sales.hold(till, recalled, NINA)
    assert [held.id for held in open_sales.held(till)] == [sale.id]


async def test_a_sale_comes_back_whole_after_the_till_died(
    till: Till, tmp_path: Path, clock: ManualClock
) -> None:
    sale = whole(till)
    await open_sales.record(till, sale, MARIA)
    till.store.close()
    again = Store.open(Home(tmp_path / "till"), clock=clock, ids=CountingIds("b"), executor=InlineExecutor())
    assert open_sales.in_progress(Till(again, clock, again.ids)) == sale
    again.close()


BARE_CART = {
    "lines": [
        {
            "line_id": 1,
            "product_id": "mug",
            "description": "Blue mug, small",
            "unit": "each",
            "quantity": 2,
            "unit_price_minor": 300,
            "tax_rate_ppm": 200000,
            "list_price_minor": 450,
            "price_reason": "last ones",
            "discount": {"kind": "share", "value": 50000, "reason": ""},
            "sale_discount_minor": 57,
            "adds_tax": False,
        }
    ],
    "next_line_id": 2,
    "discount": {"kind": "amount", "value": 57, "reason": "loyal"},
    "adds_tax": False,
}
"""What a till of schema 0003 wrote of a held cart: the cart, and nothing else."""


@pytest.mark.parametrize("in_progress", [0, 1])
async def test_a_cart_that_an_earlier_release_put_aside_still_opens(till: Till, in_progress: int) -> None:
    values = {
        "id": "held-before",
        "in_progress": in_progress,
        "at_ms": 1,
        "actor_id": "maria",
        "items": 2,
        "total_minor": 513,
        "body": orjson.dumps(BARE_CART).decode(),
    }
    till.store.submit(lambda tx: tx.execute(insert(t.held_cart).values(values))).result()
    if in_progress:
        sale = open_sales.in_progress(till)
    else:
        [held] = open_sales.held(till)
        assert (held.first_item, held.total_minor) == ("Blue mug, small", 513)
        sale = await open_sales.recall(till, "held-before", on_screen=open_sales.begin(till))
    assert sale is not None
    assert (sale.id, sale.refund, sale.payments, sale.approvals) == ("held-before", None, (), ())
    assert (sale.cart.total_minor, sale.cart.lines[0].reason) == (513, "last ones")
    # What was approved then is not known: approvals are asked for before any payment.
    needed = checkout.needed_approvals(till, sale, MARIA)
    assert [need.right for need in needed] == [
        Right.OVERRIDE_PRICE,
        Right.LARGE_DISCOUNT,
        Right.LARGE_DISCOUNT,
    ]
    await selling.pay(till, checkout.approve(till, sale, ALICE), MARIA)
    assert (rows(till, t.held_cart), on_the_wire(till)["id"]) == ([], "held-before")


async def test_a_sale_is_not_recalled_over_another(till: Till) -> None:
    await open_sales.hold(till, chipped_bowl(till), MARIA)
    [held] = open_sales.held(till)
    with pytest.raises(CartInUse):
        await open_sales.recall(till, held.id, on_screen=chipped_bowl(till))
    assert open_sales.held(till) == [held]


# --- approvals ---------------------------------------------------------------------------------------


async def test_what_was_approved_before_a_sale_was_held_is_not_asked_for_when_it_is_paid(till: Till) -> None:
    sale = chipped_bowl(till)
    await open_sales.hold(till, sale, MARIA)
    recalled = await open_sales.recall(till, sale.id, on_screen=open_sales.begin(till))
    assert checkout.needed_approvals(till, recalled, NINA) == ()
    await selling.pay(till, recalled, NINA)
    assert on_the_wire(till)["approvedById"] == "alice"


async def test_a_refund_that_was_approved_and_left_allows_no_discount(till: Till) -> None:
    cart = Cart().add(goods(till, BOWL))
    refunding = checkout.approve(till, selling.rung_up(till, cart).begin_refund("lost"), ALICE)
    assert checkout.needed_approvals(till, refunding, MARIA) == ()
    discounted = refunding.abandon_refund().with_cart(lambda cart: cart.discount_line(1, HALF))
    with pytest.raises(NotPermitted, match="give a discount as large as this"):
        await selling.pay(till, discounted, MARIA)
    assert rows(till, t.outbox) == []


async def test_each_approval_is_sent_with_its_line_its_bound_and_its_moment(
    till: Till, clock: ManualClock
) -> None:
    mug, bowl = goods(till, MUG), goods(till, BOWL)
    cart = Cart().add(mug).add(bowl, 2).add(bowl, 1).remove(1)
    sale = selling.rung_up(till, cart.add(mug)).with_cart(lambda cart: cart.discount_line(2, HALF))
    sale = checkout.approve(till, sale, ALICE)
    approved_at_ms = till.clock.now_ms()
    clock.advance(60)
    sale = sale.with_cart(lambda cart: cart.set_price(3, 400, "scratched"))
    sale = checkout.approve(till, sale, replace(ALICE, id="omar", name="Omar"))
    await selling.pay(till, sale, MARIA)
    wire = on_the_wire(till)
    told = Operation.model_validate(wire)
    assert told.approvals is not None
    assert [(one.right, one.approver, one.of, one.at_most) for one in told.approvals] == [
        ("large_discount", "alice", "line:1", 1800),
        ("override_price", "omar", "line:2", 50),
    ]
    assert [line["productId"] for line in wire["data"]["lines"]] == [BOWL, MUG]
    assert wire["approvedById"] == "omar"
    first, second = told.approvals
    assert (second.at - first.at).total_seconds() == 60
    assert int(first.at.timestamp() * 1000) == approved_at_ms


async def test_what_a_manager_does_alone_names_no_approver(till: Till) -> None:
    await selling.pay(till, chipped_bowl(till), ALICE)
    assert not {"approvedById", "approvals"} & on_the_wire(till).keys()
    assert journal.entries(till) == []


async def test_a_stricter_shop_asks_for_what_it_allowed_before(till: Till) -> None:
    tenth = Cart().add(goods(till, BOWL)).discount_line(1, Discount("share", 100_000))
    sale = selling.rung_up(till, tenth)
    assert checkout.needed_approvals(till, sale, MARIA) == ()
    await shop_settings.change(till, ALICE, {"clerk_discount_ppm_max": 50_000})
    assert [need.right for need in checkout.needed_approvals(till, sale, MARIA)] == [Right.LARGE_DISCOUNT]


async def test_a_stricter_shop_refuses_nothing_once_a_part_was_paid_also_after_the_till_died(
    till: Till,
) -> None:
    tenth = Cart().add(goods(till, BOWL)).discount_line(1, Discount("share", 100_000))
    begun = selling.rung_up(till, tenth).begin_payment(Limits(discount_ppm_max=100_000))
    part_paid = begun.with_payments(begun.settlement().with_cash(80).tenders)
    await open_sales.record(till, part_paid, MARIA)
    await shop_settings.change(till, ALICE, {"clerk_discount_ppm_max": 50_000})
    restored = open_sales.in_progress(till)
    assert restored == part_paid
    assert checkout.needed_approvals(till, restored, MARIA) == ()
    given_back = restored.with_payments(())
    assert [need.right for need in checkout.needed_approvals(till, given_back, MARIA)]
    more = open_sales.changed(till, restored, lambda cart: cart.add(goods(till, MUG)))
    assert [need.right for need in checkout.needed_approvals(till, more, MARIA)] == [Right.LARGE_DISCOUNT]
    await checkout.complete(till, restored, restored.settlement().with_cash(1000), MARIA)
    assert [sale.total_minor for sale in rows(till, t.sale)] == [1080]


# --- once --------------------------------------------------------------------------------------------


async def test_a_sale_that_is_completed_twice_is_sold_once(till: Till) -> None:
    sale = chipped_bowl(till)
    paid = sale.settlement().with_cash(2000)
    first = await checkout.complete(till, sale, paid, MARIA)
    assert await checkout.complete(till, sale, paid, MARIA) == first
    assert (len(rows(till, t.outbox)), len(rows(till, t.sale))) == (1, 1)
    assert (first.id, first.change_minor) == (sale.id, 2000 - 450 - 600)


async def test_the_next_customers_goods_are_never_taken_for_a_sale_that_is_completed(till: Till) -> None:
    sale = chipped_bowl(till)
    await selling.pay(till, sale, MARIA)
    more = sale.with_cart(lambda cart: cart.add(goods(till, MUG)))
    with pytest.raises(SaleCompleted):
        await selling.pay(till, more, MARIA)
    with pytest.raises(SaleCompleted):
        await open_sales.hold(till, more, MARIA)
    with pytest.raises(SaleCompleted):
        await selling.pay(till, sale.begin_refund("lost"), ALICE)
    assert len(rows(till, t.sale)) == 1


async def test_a_sale_is_not_on_the_screen_again_after_it_was_completed(till: Till) -> None:
    sale = chipped_bowl(till)
    await open_sales.record(till, sale, MARIA)
    await selling.pay(till, sale, MARIA)
    await open_sales.record(till, sale, MARIA)
    assert open_sales.in_progress(till) is None


async def test_completing_one_sale_leaves_the_one_on_the_screen(till: Till) -> None:
    on_screen = chipped_bowl(till)
    await open_sales.record(till, on_screen, MARIA)
    await selling.sell(till, Cart().add(goods(till, MUG)), MARIA)
    assert open_sales.in_progress(till) == on_screen
