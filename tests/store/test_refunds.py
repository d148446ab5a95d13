"""Refunds against a receipt at a real till: what goes back is what was paid, by line and by payment."""

import asyncio
import contextlib
import re
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import orjson
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import event, insert, update

from app.domain.cart import Cart
from app.domain.discount import Discount
from app.domain.errors import DomainError, NotPermitted, NotRefundable, UnknownSale
from app.domain.tender import Tender
from app.services import shop_settings
from app.services.cash import shifts
from app.services.selling import checkout, receipt_questions, refunds
from app.services.selling.refunds import SeveralSales
from app.services.selling.transaction import CompletedSale
from app.services.till import Actor, Till
from sync_agent.contract.operations import TransactionData
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from sync_agent.store.device import record_enrolment
from tests.kit import selling
from tests.kit.clocks import CountingIds, InlineExecutor, ManualClock
from tests.kit.homes import IDENTITY, new_home
from tests.kit.store_shop import ALICE, APPLES, BOWL, MARIA, MUG, goods, open_shop, rows

T = TypeVar("T")


@pytest.fixture
def till(store: Store) -> Till:
    return open_shop(store)


async def sell(till: Till, cart: Cart, *given: Tender) -> CompletedSale:
    """Sell a cart for these payments, the rest of it in exact cash."""
    sale = selling.rung_up(till, cart).with_payments(given)
    paid = sale.settlement(shop_settings.read(till).cash_step_minor)
    if not paid.is_settled:
        paid = paid.with_cash(max(1, paid.cash_due_minor))
    return await checkout.complete(till, checkout.approve(till, sale, ALICE), paid, MARIA)


def sent(till: Till, number: int = -1) -> TransactionData:
    sold = (row for row in rows(till, t.outbox) if row.resource_type == "transaction")
    operations = sorted(sold, key=lambda row: row.device_seq)
    return TransactionData.model_validate(orjson.loads(operations[number].data))


def paid_out(data: TransactionData) -> list[tuple[str, int]]:
    return [(payment.method, payment.amount_minor) for payment in data.payments]


async def test_a_refund_names_the_sale_and_the_line(till: Till) -> None:
    cart = Cart().add(goods(till, BOWL), 1).add(goods(till, MUG), 3)
    sale = await sell(till, cart)
    await refunds.refund(till, refunds.find(till, "1"), {2: 2}, "cash", MARIA, "chipped")
    wire = sent(till)
    assert (wire.refund_of, wire.refers_to) == (sale.id, sale.receipt_number)
    assert [(line.of_line, line.product_id, line.quantity) for line in wire.lines] == [(2, MUG, 2)]


@pytest.mark.parametrize("written", ["²", "4²", "④", "4006381333931", "9" * 5000])
async def test_what_is_no_number_is_no_sale(till: Till, written: str) -> None:
    await sell(till, Cart().add(goods(till, BOWL), 1))
    with pytest.raises(UnknownSale):
        refunds.find(till, written)
    assert receipt_questions.ask_for(till, written).receipt_number == written


async def test_the_last_digits_find_sales_of_other_series_through_the_index(till: Till) -> None:
    await sell(till, Cart().add(goods(till, BOWL), 1))
    for number in ("A-000417", "T10-000417", "T2-1000417", "T2-000418", "WEB 000417", "web-x-000417", "odd"):
        remember(till, number)
    with pytest.raises(SeveralSales) as several:
        refunds.find(till, "417")
    assert [choice.receipt_number for choice in several.value.choices] == [
        "A-000417",
        "T10-000417",
        "web-x-000417",
    ]
    assert refunds.find(till, "1000417").receipt_number == "T2-1000417"
    assert refunds.find(till, "web-x-000417").receipt_number == "web-x-000417"
    for written in ("a-000417", "\u200eA-٠٠٠٤١٧ ", "A－００0417"):
        assert refunds.find(till, written).receipt_number == "A-000417"
        assert receipt_questions.looks_like_a_receipt(written)
        assert receipt_questions.ask_for(till, written).receipt_number == "A-000417"
    plans = read_plans(till, "417") + read_plans(till, "4006381333931") + read_plans(till, "418")
    assert plans
    assert [step for step in plans if re.match("SCAN (receipt|past_sale|sale)\\b", step)] == []


def remember(till: Till, number: str) -> None:
    """A sale of one mug with this number, as a former device of this till left it."""
    body = {
        "totalMinor": 450,
        "lines": [
            {
                "productId": MUG,
                "description": "Mug",
                "quantity": 1,
                "unitPriceMinor": 450,
                "totalMinor": 450,
            }
        ],
        "payments": [{"method": "cash", "amountMinor": 450}],
    }
    past = {
        "id": f"sale-{number}",
        "kind": "sale",
        "receipt_number": number,
        "actor_id": "maria",
        "occurred_ms": 1,
        "body": orjson.dumps(body).decode(),
    }
    till.store.submit(lambda tx: tx.execute(insert(t.past_sale).values(past))).result()


def read_plans(till: Till, written: str) -> list[str]:
    """How SQLite runs each query of `find`."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: object) -> None:
        asked.append((statement, values))

    with till.store.reading() as connection:
        engine = connection.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        with contextlib.suppress(DomainError):
            refunds.find(till, written)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    with till.store.reading() as connection:
        return [
            row.detail
            for statement, values in asked
            if statement.startswith(("SELECT", "WITH"))
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]


async def test_two_lines_of_one_product_and_price_are_two_lines(till: Till) -> None:
    cart = Cart().add(goods(till, MUG), 1).discount_line(1, Discount("amount", 100, "chipped"))
    cart = cart.add(goods(till, MUG), 1)
    assert [line.total_minor for line in cart.lines] == [350, 450]
    await sell(till, cart)
    back = await refunds.refund(till, refunds.find(till, "1"), {2: 1}, "cash", MARIA, "broken")
    assert back.total_minor == 450
    now = refunds.find(till, "1")
    assert [line.left for line in now.lines] == [1, 0]
    assert (await refunds.refund(till, now, {1: 1}, "cash", MARIA, "broken")).total_minor == 350


async def test_a_refund_of_an_earlier_release_is_laid_on_the_dearest_line_of_its_price(till: Till) -> None:
    cart = Cart().add(goods(till, MUG), 1).discount_line(1, Discount("amount", 100, "chipped"))
    await sell(till, cart.add(goods(till, MUG), 1))
    await refunds.refund(till, refunds.find(till, "1"), {1: 1}, "cash", MARIA, "broken")
    forget_line_numbers(till)
    now = refunds.find(till, "1")
    assert [line.left for line in now.lines] == [1, 0]
    assert now.account.left_minor == 450


def forget_line_numbers(till: Till) -> None:
    """The refunds are as an earlier release wrote them."""
    till.store.submit(lambda tx: tx.execute(update(t.sale).values(refund_of=None))).result()
    till.store.submit(lambda tx: tx.execute(update(t.sale_line).values(of_line=None))).result()


async def test_rounded_cash_gives_back_piece_by_piece_what_was_taken(till: Till) -> None:
    await shop_settings.change(till, ALICE, {"cash_step_minor": 10})
    cart = Cart().add(goods(till, MUG), 12).set_price(1, 97, "sale")
    await sell(till, cart)
    assert sent(till).rounding_minor == -4
    for _ in range(12):
        await refunds.refund(till, refunds.find(till, "1"), {1: 1}, "cash", MARIA, "faulty")
    given_back = [sent(till, number).payments[0].amount_minor for number in range(1, 13)]
    assert given_back == [100, 90, 100, 100, 100, 90, 100, 100, 90, 100, 100, 90]
    assert sum(given_back) == 1160
    assert sum(sent(till, number).total_minor for number in range(1, 13)) == 1164
    assert sum(sent(till, number).rounding_minor for number in range(1, 13)) == -4


async def test_a_split_payment_goes_back_by_each_at_most_what_it_took(till: Till) -> None:
    cart = Cart().add(goods(till, MUG), 2)
    await sell(till, cart, Tender("card", 600, reference="4711"))
    found = refunds.find(till, "1")
    await refunds.refund(till, found, {1: 1}, "cash", MARIA, "too many")
    assert paid_out(sent(till)) == [("cash", 300), ("card", 150)]
    assert sent(till).payments[1].reference == "4711"
    with pytest.raises(NotPermitted, match="otherwise than it was paid"):
        await refunds.refund(till, refunds.find(till, "1"), {1: 1}, "cash", MARIA, "too many")
    await refunds.refund(till, refunds.find(till, "1"), {1: 1}, "card", MARIA, "too many")
    assert paid_out(sent(till)) == [("card", 450)]


async def test_by_another_payment_it_needs_a_manager_who_stands_in_the_operation(till: Till) -> None:
    await sell(till, Cart().add(goods(till, MUG), 2), Tender("card", 900, reference="4711"))
    found = refunds.find(till, "1")
    with pytest.raises(NotPermitted, match="otherwise than it was paid"):
        await refunds.refund(till, found, {1: 1}, "cash", MARIA, "card lost")
    await refunds.refund(till, found, {1: 1}, "cash", MARIA, "card lost", approved_by=ALICE)
    [*_, operation] = sorted(rows(till, t.outbox), key=lambda row: row.device_seq)
    [approval] = orjson.loads(operation.approvals)
    assert (approval["right"], approval["approver"], approval["atMost"]) == (
        "refund_other_tender",
        "alice",
        450,
    )
    await refunds.refund(till, refunds.find(till, "1"), {1: 1}, "cash", ALICE, "card lost")
    assert refunds.find(till, "1").account.left_minor == 0


async def test_what_was_paid_by_a_voucher_goes_back_as_one(till: Till) -> None:
    await sell(till, Cart().add(goods(till, MUG), 1), Tender("other", 450))
    await refunds.refund(till, refunds.find(till, "1"), {1: 1}, "other", MARIA, "broken")
    assert paid_out(sent(till)) == [("other", 450)]


async def test_after_a_refund_there_is_no_void_and_after_a_void_no_refund(till: Till) -> None:
    await shifts.open_shift(till, 0, MARIA)
    for _ in range(2):
        await sell(till, Cart().add(goods(till, MUG), 2))
    first, second = refunds.find(till, "1"), refunds.find(till, "2")
    await refunds.refund(till, first, {1: 1}, "cash", MARIA, "broken")
    with pytest.raises(NotRefundable):
        await refunds.void(till, first, ALICE, "rung up twice")
    await refunds.void(till, second, ALICE, "rung up twice")
    wire = sent(till)
    assert (wire.refund_of, [line.of_line for line in wire.lines]) == (second.id, [1])
    with pytest.raises(NotRefundable):
        await refunds.refund(till, second, {1: 1}, "cash", MARIA, "broken")
    assert refunds.find(till, "2").is_fully_returned


# --- any baskets, payments, refunds and restarts ------------------------------------------------------


class Refunding(RuleBasedStateMachine):
    """A till whose clerk sells and gives back, in any order. The account is made by hand from the outbox."""

    @initialize(step=st.sampled_from([0, 5, 10]), adds_tax=st.booleans())
    def open(self, step: int, adds_tax: bool) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.home = new_home(Path(self.folder.name) / "till")
        self.loop = asyncio.new_event_loop()
        self.clock = ManualClock()
        self.starts = 0
        self.store = self.start()
        self.store.submit(lambda tx: record_enrolment(tx, IDENTITY)).result()
        self.till = open_shop(self.store)
        self.sales: list[str] = []
        self.run(shop_settings.change(self.till, ALICE, {"cash_step_minor": step, "adds_tax": adds_tax}))
        self.adds_tax = adds_tax

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

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = self.start()
        self.till = Till(self.store, self.clock, self.store.ids)

    @rule(step=st.sampled_from([0, 5, 10]))
    def other_coins(self, step: int) -> None:
        self.run(shop_settings.change(self.till, ALICE, {"cash_step_minor": step}))

    @rule(
        basket=st.lists(
            st.tuples(
                st.sampled_from([MUG, BOWL, APPLES]),
                st.integers(1, 1500),
                st.sampled_from([None, 0, 33, 97, 101]),
                st.sampled_from([None, 7, 50]),
            ),
            min_size=1,
            max_size=4,
        ),
        off=st.sampled_from([None, 3, 111]),
        by_card=st.integers(0, 100),
    )
    def sell(
        self,
        basket: list[tuple[str, int, int | None, int | None]],
        off: int | None,
        by_card: int,
    ) -> None:
        cart = Cart(adds_tax=self.adds_tax)
        for product, quantity, price, discount in basket:
            line_id = cart.next_line_id
            cart = cart.add(goods(self.till, product), quantity if product == APPLES else 1 + quantity % 9)
            if cart.next_line_id == line_id:
                continue  # it joined a line
            if price is not None:
                cart = cart.set_price(line_id, price, "shelf")
            if discount is not None:
                cart = cart.discount_line(line_id, Discount("amount", discount, "old"))
        if off is not None:
            cart = cart.discount_sale(Discount("amount", off))
        card = cart.total_minor * by_card // 100
        given = (Tender("card", card, reference="4711"),) if card else ()
        self.sales.append(self.run(sell(self.till, cart, *given)).id)

    @precondition(lambda self: self.sales)
    @rule(
        which=st.integers(0, 20),
        parts=st.lists(st.integers(0, 1500), min_size=1, max_size=4),
        method=st.sampled_from(["cash", "card"]),
        whole=st.booleans(),
        all_by_method=st.booleans(),
        who=st.sampled_from([MARIA, ALICE]),
    )
    def give_back(
        self, which: int, parts: list[int], method: str, whole: bool, all_by_method: bool, who: Actor
    ) -> None:
        sale = refunds.open_sale(self.till, self.sales[which % len(self.sales)])
        wanted = {
            line.line_no: line.left if whole else part % (line.left + 1)
            for line, part in zip(sale.lines, parts * 4, strict=False)
        }
        try:
            self.run(refunds.refund(self.till, sale, wanted, method, who, "no", all_by_method=all_by_method))
        except DomainError:
            return

    @invariant()
    def nothing_more_went_back_than_was_paid(self) -> None:
        if not self.__dict__.get("sales"):
            return
        operations = rows(self.till, t.outbox)
        data = {row.id: orjson.loads(row.data) for row in operations if row.resource_type == "transaction"}
        approved = {
            row.id: sum(one.get("atMost", 0) for one in orjson.loads(row.approvals or "[]"))
            for row in operations
        }
        by_manager = {row.id for row in operations if row.actor_id == ALICE.id}
        for sale_id in self.sales:
            sale = data[sale_id]
            returns = {key: one for key, one in data.items() if one.get("refundOf") == sale_id}
            for number, line in enumerate(sale["lines"], start=1):
                gone = [part for one in returns.values() for part in one["lines"] if part["ofLine"] == number]
                for name in ("quantity", "totalMinor", "taxMinor", "discountMinor"):
                    assert sum(part[name] for part in gone) <= line[name], name
                if sum(part["quantity"] for part in gone) == line["quantity"]:
                    assert sum(part["totalMinor"] for part in gone) == line["totalMinor"]
                    assert sum(part["taxMinor"] for part in gone) == line["taxMinor"]
            for one in returns.values():
                paid = sum(payment["amountMinor"] for payment in one["payments"])
                assert paid == one["totalMinor"] + one["roundingMinor"]
            took, went = _by_method([sale]), _by_method(list(returns.values()))
            assert sum(went.values()) <= sum(took.values())
            if not any(approved[key] or key in by_manager for key in returns):
                for method, amount in went.items():
                    assert amount <= took.get(method, 0), method


def _by_method(transactions: list[dict[str, Any]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for one in transactions:
        for payment in one["payments"]:
            net = payment["amountMinor"] - payment.get("changeMinor", 0)
            sums[payment["method"]] = sums.get(payment["method"], 0) + net
    return sums


TestRefunding = Refunding.TestCase
TestRefunding.settings = settings(max_examples=20, stateful_step_count=25, deadline=None)
