"""Selling on a real store: atomic, in one operation, with gap-free receipt numbers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pytest
from sqlalchemy import event

from app.domain.cart import Cart
from app.domain.errors import BadPayment, CartTooLarge, EmptyCart, NotPriced
from app.domain.tender import Tender, tender_cash
from app.services.selling import history, refunds, transaction
from app.services.selling.transaction import CompletedSale
from app.services.till import Till
from sync_agent.contract.operations import TransactionData
from sync_agent.errors import DiskFull
from sync_agent.store import tables as t
from sync_agent.store.database import Changed, Store, Topic
from sync_agent.store.projection.stock_figures import on_hand_many
from tests.kit import selling
from tests.kit.clocks import ManualClock
from tests.kit.store_shop import APPLES, BOWL, MARIA, MUG, VASE, goods, open_shop, row_counts, rows


@pytest.fixture
def till(store: Store) -> Till:
    return open_shop(store)


def cart(till: Till) -> Cart:
    """Two mugs, a bowl, and apples: 9.00 + 12.00 + 3.74."""
    return Cart().add(goods(till, MUG), 2).add(goods(till, BOWL)).add(goods(till, APPLES), 1250)


async def sell(till: Till, bought: Cart | None = None) -> CompletedSale:
    bought = bought or cart(till)
    payment = tender_cash(bought.total_minor, bought.total_minor + 26)
    return await selling.sell(till, bought, MARIA, [payment])


async def test_a_sale_is_one_operation_with_its_rows_and_its_effect_on_stock(till: Till) -> None:
    sale = await sell(till)
    assert (sale.receipt_number, sale.total_minor, sale.change_minor) == ("T1-000001", 2474, 26)

    (operation,) = rows(till, t.outbox)
    assert (operation.id, operation.resource_id, operation.lane, operation.base_version) == (
        sale.id,
        sale.id,
        None,
        None,
    )
    sent = TransactionData.model_validate_json(operation.data)
    assert sent.total_minor == sum(line.total_minor for line in sent.lines) == 2474
    assert (sent.receipt_number, sent.currency, sent.payments[0].change_minor) == ("T1-000001", "GBP", 26)
    assert [(effect.product_id, effect.quantity) for effect in rows(till, t.overlay)] == [
        (APPLES, -1250),
        (BOWL, -1),
        (MUG, -2),
    ]
    assert [(line.product_id, line.total_minor) for line in rows(till, t.sale_line)] == [
        (MUG, 900),
        (BOWL, 1200),
        (APPLES, 374),
    ]
    (payment,) = rows(till, t.payment)
    assert (payment.amount_minor, payment.change_minor) == (2500, 26)


async def test_lines_of_one_product_are_one_effect_on_its_stock(till: Till) -> None:
    mug = goods(till, MUG)
    cheaper = type(mug)(**{**vars(mug), "price_minor": 400})
    await sell(till, Cart().add(mug, 2).add(cheaper, 3))
    (effect,) = rows(till, t.overlay)
    assert effect.quantity == -5


async def test_stock_goes_below_zero_and_is_shown_so(till: Till) -> None:
    await sell(till, Cart().add(goods(till, BOWL), 3))
    with till.store.reading() as connection:
        assert on_hand_many(connection, [BOWL], "main") == {BOWL: -3}


async def test_a_refund_is_a_new_operation_that_names_the_receipt(till: Till) -> None:
    sale = await sell(till)
    refund = await refunds.refund(till, refunds.find(till, "1"), {1: 1}, "cash", MARIA, "does not fit")
    assert refund.receipt_number == "T1-000002"
    sent = orjson.loads(next(row.data for row in rows(till, t.outbox) if row.id == refund.id))
    assert (sent["kind"], sent["refersTo"], sent["lines"][0]["quantity"]) == (
        "refund",
        sale.receipt_number,
        1,
    )
    with till.store.reading() as connection:
        assert on_hand_many(connection, [MUG], "main") == {MUG: 12 - 2 + 1}


async def test_a_moment_that_is_given_is_the_sales_moment(till: Till) -> None:
    bought = Cart().add(goods(till, MUG))
    await selling.sell(till, bought, MARIA, [Tender("card", 450)], occurred_ms=1_291_000_000_000)
    (operation,) = rows(till, t.outbox)
    assert operation.timestamp_ms == rows(till, t.sale)[0].occurred_ms == 1_291_000_000_000
    assert orjson.loads(operation.data)["occurredAt"] == "2010-11-29T03:06:40.000Z"


async def test_what_cannot_be_sold_is_refused_in_words_and_writes_nothing(till: Till) -> None:
    before = row_counts(till)
    with pytest.raises(EmptyCart, match="nothing in the cart"):
        await selling.sell(till, Cart(), MARIA)
    with pytest.raises(NotPriced, match="Crème vase"):
        Cart().add(goods(till, VASE))
    with pytest.raises(BadPayment, match=r"24\.74 is still missing"):
        await selling.sell(till, cart(till), MARIA, [])
    assert row_counts(till) == before
    assert (await sell(till)).receipt_number == "T1-000001"


async def test_a_sale_that_no_request_could_carry_is_refused_before_it_is_paid(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction, "SALE_BYTES_MAX", 500)
    with pytest.raises(CartTooLarge, match="Split it"):
        await sell(till)


async def test_the_store_tells_which_products_a_sale_touched(till: Till) -> None:
    heard: list[Changed] = []
    till.store.listen(heard.append)
    await sell(till)
    (changed,) = heard
    assert {Topic.SALES, Topic.OUTBOX, Topic.STOCK} <= changed.topics
    assert changed.products == frozenset({MUG, BOWL, APPLES})


# --- atomicity ---------------------------------------------------------------------------------------


class PowerCut(Exception):
    """What ends a transaction at a chosen statement."""


@contextmanager
def cut_at(store: Store, statement: int) -> Iterator[list[str]]:
    """Fail the write connection at its n-th statement; the answer lists those that were begun."""
    begun: list[str] = []

    def count(_connection: Any, _cursor: Any, sql: str, *_: Any) -> None:
        begun.append(sql)
        if len(begun) == statement:
            raise PowerCut

    event.listen(store._writer, "before_cursor_execute", count)
    try:
        yield begun
    finally:
        event.remove(store._writer, "before_cursor_execute", count)


async def test_a_sale_cut_off_at_any_statement_leaves_nothing_and_costs_no_receipt_number(till: Till) -> None:
    before = row_counts(till)
    bought = cart(till)
    statement = 0
    while True:
        statement += 1
        with cut_at(till.store, statement):
            try:
                sale = await sell(till, bought)
            except PowerCut:
                assert row_counts(till) == before
                continue
            break
    assert statement > 7, "every write of a sale was cut off once"
    assert sale.receipt_number == "T1-000001"
    assert rows(till, t.outbox)[0].device_seq == 1


async def test_a_full_disk_refuses_the_sale_in_words_and_selling_goes_on_once_there_is_room(
    till: Till,
) -> None:
    await sell(till)
    _limit_pages(till.store, to_what_is_there=True)
    sold = await _sell_until_the_disk_is_full(till)
    before = row_counts(till)
    with pytest.raises(DiskFull, match="Nothing was saved; free some space"):
        await sell(till)
    assert row_counts(till) == before
    assert before["sale"] == before["outbox"] == sold + 1

    _limit_pages(till.store, to_what_is_there=False)
    assert (await sell(till)).receipt_number == f"T1-{sold + 2:06d}"


async def _sell_until_the_disk_is_full(till: Till) -> int:
    for sold in range(200):
        try:
            await sell(till)
        except DiskFull:
            return sold
    pytest.fail("the disk never filled up")


def _limit_pages(store: Store, *, to_what_is_there: bool) -> None:
    def limit(tx: Any) -> None:
        pages = tx.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        pages_max = pages if to_what_is_there else 2**30
        tx.connection.exec_driver_sql(f"PRAGMA max_page_count={pages_max}")

    store.submit(limit).result()


# --- looking back ------------------------------------------------------------------------------------


async def test_receipt_numbers_have_no_gaps(till: Till) -> None:
    numbers = [(await sell(till)).receipt_number for _ in range(5)]
    assert numbers == [f"T1-{number:06d}" for number in range(1, 6)]


async def test_recent_sales_show_the_newest_first_with_who_and_where_they_stand(
    till: Till, clock: ManualClock
) -> None:
    await sell(till)
    clock.advance(60)
    newest = await sell(till, Cart().add(goods(till, MUG)))
    first, second = history.recent_sales(till)
    assert (first.id, first.lines, first.actor_name, first.status) == (newest.id, 1, "Maria", "pending")
    assert (second.receipt_number, second.lines, second.total_minor) == ("T1-000001", 3, 2474)
    assert history.recent_sales(till, limit=1) == [first]
