"""Quantities and amounts that are too large to be true are refused at the till, where they are typed."""

import pytest
from sqlalchemy import event, insert

from app.domain.cart import Cart
from app.domain.discount import Discount
from app.domain.errors import BadAmount, BadQuantity, ImplausibleCounts
from app.services.cash import drawer, shifts
from app.services.selling import checkout, open_sales
from app.services.stock import count_sessions, counting, inventory, transfers
from app.services.stock.transfers import Place
from app.services.till import Till
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from tests.kit import selling
from tests.kit.feed import Feed
from tests.kit.store_shop import ALICE, APPLES, BOWL, MUG, goods, open_shop, rows

ANNEX = Place("annex", "Annex")
MOST_PIECES, MOST_GRAMS = 1_000_000, 1_000_000_000


@pytest.fixture
def till(store: Store) -> Till:
    """Mugs are sold by the piece, apples by weight."""
    made = open_shop(store)
    places = [("main", "Main Street", "Europe/London", 1), ("annex", "Annex", "Europe/London", 1)]
    store.submit(lambda tx: [tx.execute(insert(t.location).values(place)) for place in places]).result()
    return made


@pytest.mark.parametrize(("product", "most"), [(MUG, MOST_PIECES), (APPLES, MOST_GRAMS)])
async def test_more_than_may_be_is_refused_in_words_wherever_stock_is_typed(
    till: Till, product: str, most: int
) -> None:
    session = await count_sessions.begin(till, "Shelf", ALICE, is_full=False)
    for attempt in (
        inventory.adjust(till, product, most + 1, "receive", None, ALICE),
        inventory.adjust(till, product, -most - 1, "waste", None, ALICE),
        transfers.send(till, ANNEX, [(product, most + 1)], ALICE),
        counting.count(till, product, most + 1, ALICE),
        count_sessions.set_counted(till, session, product, most + 1),
    ):
        with pytest.raises(BadQuantity) as refused:
            await attempt
        assert str(refused.value)
    assert rows(till, t.outbox) == []
    await inventory.adjust(till, product, most, "receive", None, ALICE)
    await transfers.send(till, ANNEX, [(product, most)], ALICE)
    await counting.count(till, product, most, ALICE)
    assert len(rows(till, t.outbox)) == 3


async def test_the_words_name_the_bound(till: Till) -> None:
    with pytest.raises(BadQuantity, match="1000001 is more than the largest quantity of this shop, 1000000"):
        await counting.count(till, MUG, MOST_PIECES + 1, ALICE)


def set_bound(till: Till, most: int) -> None:
    setting = {
        "id": "quantity_max",
        "name": "quantity_max",
        "location_id": None,
        "value": str(most),
        "version": 1,
        "changed_by": ALICE.id,
        "changed_ms": 0,
    }
    till.store.submit(lambda tx: tx.execute(insert(t.shop_setting).values(setting))).result()


async def test_the_bound_is_the_shops_setting(till: Till) -> None:
    set_bound(till, 10)
    await inventory.adjust(till, MUG, 10, "receive", None, ALICE)
    with pytest.raises(BadQuantity):
        await inventory.adjust(till, MUG, 11, "receive", None, ALICE)


async def test_a_count_under_a_bound_that_was_lowered_meanwhile_names_its_lines_and_goes_on_once_mended(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(count_sessions, "COUNTS_PER_TRANSACTION", 1)
    session = await count_sessions.begin(till, "Shelf", ALICE, is_full=False)
    for product, quantity in ((BOWL, 10), (MUG, 11), (APPLES, 10_500)):
        await count_sessions.set_counted(till, session, product, quantity)
    set_bound(till, 10)
    with pytest.raises(ImplausibleCounts) as refused:
        await count_sessions.finish(till, session, ALICE)
    assert set(refused.value.product_ids) == {MUG, APPLES}
    assert str(refused.value).startswith("Too much was counted of ")
    assert "Apples (10.500 kg); Blue mug, small (11)." in str(refused.value)
    assert "The largest quantity of this shop is 10.000 kg, 10." in str(refused.value)
    assert rows(till, t.outbox) == []
    await count_sessions.set_counted(till, session, MUG, 1)
    await count_sessions.remove(till, session, APPLES)
    assert (await count_sessions.finish(till, session, ALICE)).counted == 2
    assert len(rows(till, t.outbox)) == 2


async def test_money_beyond_belief_is_not_paid_in_or_out(till: Till) -> None:
    await shifts.open_shift(till, 0, ALICE)
    for attempt in (
        drawer.pay_in(till, 1_000_000_001, ALICE, "change"),
        drawer.pay_out(till, 10**12, ALICE, "window cleaner"),
    ):
        with pytest.raises(BadAmount, match="more than the largest amount of this shop, 10000000\\.00"):
            await attempt
    await drawer.pay_in(till, 1_000_000_000, ALICE, "change")


# --- sales --------------------------------------------------------------------------------------------


def test_a_sale_from_before_a_bound_was_lowered_is_mended_line_by_line(till: Till) -> None:
    sale = selling.rung_up(till, Cart().add(goods(till, MUG), 30).add(goods(till, BOWL), 20))
    Feed(till.store).publish_setting("quantity_max", 10)
    with pytest.raises(BadQuantity, match="31 is more than the largest quantity of this shop, 10"):
        open_sales.changed(till, sale, lambda cart: cart.step(1, 1))
    sale = open_sales.changed(till, sale, lambda cart: cart.set_quantity(1, 29))  # less, and still too much
    sale = open_sales.changed(till, sale, lambda cart: cart.set_quantity(1, 10))
    with pytest.raises(BadQuantity, match="20 is more than"):
        checkout.check(till, sale, ALICE)
    sale = open_sales.changed(till, sale, lambda cart: cart.set_quantity(2, 10))
    checkout.check(till, sale, ALICE)
    with pytest.raises(BadQuantity):
        open_sales.changed(till, sale, lambda cart: cart.remove(2).add(goods(till, BOWL), 11))


def test_an_amount_of_a_sale_beyond_belief_is_refused_where_it_is_typed(till: Till) -> None:
    Feed(till.store).publish_setting("amount_minor_max", 1000)
    sale = open_sales.changed(till, selling.rung_up(till, Cart()), lambda cart: cart.add(goods(till, MUG), 2))
    off = Discount("amount", 1001, "old stock")
    for change, figure in (
        (lambda cart: cart.step(1, 1), "13.50"),
        (lambda cart: cart.add(goods(till, BOWL)), "12.00"),
        (lambda cart: cart.set_price(1, 501, "typed wrong"), "10.02"),
        # No part is too large, and the sum is.
        (lambda cart: cart.add(goods(till, APPLES), 1000), "11.99"),
        (lambda cart: cart.set_price(1, 1001, "typed wrong").discount_line(1, off), "10.01"),
    ):
        with pytest.raises(BadAmount, match=f"^{figure} is more than the largest amount of this shop, 10.00"):
            open_sales.changed(till, sale, change)
    sale = open_sales.changed(till, sale, lambda cart: cart.set_price(1, 500, "shelf"))
    checkout.check(till, sale, ALICE)


async def test_an_amount_is_looked_at_before_money_is_taken_and_never_after(till: Till) -> None:
    sale = selling.rung_up(till, Cart().add(goods(till, MUG), 3).add(goods(till, BOWL)))
    paid = sale.with_payments(sale.settlement().with_cash(100).tenders)
    Feed(till.store).publish_setting("amount_minor_max", 1000)
    for too_much in (sale, sale.begin_refund("lost")):
        with pytest.raises(BadAmount, match="more than the largest amount"):
            checkout.check(till, too_much, ALICE)
    less = open_sales.changed(till, sale, lambda cart: cart.step(1, -1))
    less = open_sales.changed(till, less, lambda cart: cart.remove(2))
    checkout.check(till, less, ALICE)
    checkout.check(till, paid, ALICE)
    await checkout.complete(till, paid, paid.settlement().with_cash(2450), ALICE)
    assert [sold.total_minor for sold in rows(till, t.sale)] == [2550]


def test_a_change_of_the_cart_reads_the_settings_once(till: Till) -> None:
    sale = selling.rung_up(till, Cart().add(goods(till, MUG)))
    asked: list[str] = []
    with till.store.reading() as connection:
        engine = connection.engine

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        open_sales.changed(till, sale, lambda cart: cart.step(1, 1))
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len([statement for statement in asked if "FROM shop_setting" in statement]) == 1
