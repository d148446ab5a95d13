"""A limit is looked at before money is taken: whatever was accepted can be completed."""

from dataclasses import replace

import pytest

from app.domain.cart import Cart
from app.domain.discount import Discount
from app.domain.errors import (
    BadAmount,
    BadPayment,
    CannotBeWritten,
    CartTooLarge,
    DomainError,
    ReasonMissing,
    TextTooLong,
    TooManyApprovals,
)
from app.domain.limits import APPROVALS_MAX, LINES_MAX, PAYMENTS_MAX, TEXT_MAX
from app.domain.money import AMOUNT_MAX_MINOR
from app.domain.open_sale import OpenSale, SaleApproval
from app.domain.rights import Right
from app.domain.tender import Settlement, Tender
from app.services.cash import drawer, shifts
from app.services.selling import checkout, open_sales, refunds
from app.services.till import Till
from sync_agent.contract.operations import TransactionData
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from tests.kit import selling
from tests.kit.store_shop import ALICE, BOWL, MARIA, MUG, goods, open_shop, rows


@pytest.fixture
def till(store: Store) -> Till:
    return open_shop(store)


def discount(reason: str) -> Discount:
    return Discount("share", 500_000, reason)


def test_reasons_of_one_line_that_do_not_fit_together_are_refused_where_they_are_typed(till: Till) -> None:
    cart = Cart().add(goods(till, MUG)).set_price(1, 300, "p" * 120)
    with pytest.raises(TextTooLong, match="at most 200 characters"):
        cart.discount_line(1, discount("d" * 120))
    other_way = Cart().add(goods(till, MUG)).discount_line(1, discount("d" * 120))
    with pytest.raises(TextTooLong):
        other_way.set_price(1, 300, "p" * 120)
    # The catalogue's price needs no reason.
    assert other_way.set_price(1, goods(till, MUG).price_minor or 0, "p" * 120).lines[0].reason == "d" * 120


@pytest.mark.parametrize("letter", ["d", "é", "漢", "😀", "\u0007", '"', "\\", "\t"])
async def test_reasons_that_fit_are_completed_whatever_their_letters(till: Till, letter: str) -> None:
    cart = Cart().add(goods(till, MUG)).set_price(1, 300, f"p{letter * 97}p")
    sale = _approved(till, cart.discount_line(1, discount(f"d{letter * 97}d")))
    checkout.check(till, sale, MARIA)
    await selling.pay(till, sale, MARIA)
    (line,) = rows(till, t.sale_line)
    assert line.reason.startswith("p")
    assert line.reason.endswith("d")
    assert len(line.reason) <= TEXT_MAX


async def test_a_cart_of_an_older_release_with_longer_reasons_is_completed(till: Till) -> None:
    """It was stored before its reasons were looked at."""
    cart = Cart().add(goods(till, MUG)).set_price(1, 300, "p")
    (line,) = cart.lines
    old = replace(line, price_reason="p" * 150, discount=discount("d" * 150))
    sale = checkout.approve(till, selling.rung_up(till, replace(cart, lines=(old,))), ALICE)
    await open_sales.record(till, sale, MARIA)
    restored = open_sales.in_progress(till)
    assert restored is not None
    checkout.check(till, restored, MARIA)
    await selling.pay(till, restored, MARIA)
    (written,) = rows(till, t.sale_line)
    assert (written.reason[0], written.reason[-1], len(written.reason) <= TEXT_MAX) == ("p", "…", True)


def test_a_product_with_a_longer_name_is_sold_by_its_beginning(till: Till) -> None:
    cart = Cart().add(replace(goods(till, MUG), name="m" * 300))
    assert cart.lines[0].description == "m" * (TEXT_MAX - 1) + "…"
    assert len(cart.add(replace(goods(till, MUG), name="m" * 300)).lines) == 1


def test_no_more_lines_are_rung_up_than_a_receipt_holds(till: Till) -> None:
    mug = goods(till, MUG)
    lines = Cart().add(mug).lines * LINES_MAX
    full = Cart(tuple(replace(line, line_id=place) for place, line in enumerate(lines, 1)), LINES_MAX + 1)
    assert full.add(mug).count == LINES_MAX + 1, "one more piece on a line"
    with pytest.raises(CartTooLarge):
        full.add(goods(till, BOWL))


def test_what_a_discount_takes_off_again_is_bounded_too(till: Till) -> None:
    dear = replace(goods(till, MUG), price_minor=AMOUNT_MAX_MINOR)
    free = Cart().add(dear).discount_line(1, Discount("share", 1_000_000, "gift"))
    assert free.total_minor == 0
    with pytest.raises(BadAmount):
        free.set_quantity(1, 2)
    cheap = Cart().add(dear).set_price(1, 1, "typo in the list")
    with pytest.raises(BadAmount):
        cheap.set_quantity(1, 2)


def test_a_sale_too_large_for_a_request_is_refused_before_payment(till: Till) -> None:
    line = Cart().add(replace(goods(till, MUG), name="漢" * TEXT_MAX)).lines[0]
    lines = tuple(
        replace(line, line_id=place, price_reason="漢" * TEXT_MAX, unit_price_minor=1) for place in range(600)
    )
    with pytest.raises(CartTooLarge):
        checkout.check(till, selling.rung_up(till, Cart(lines)), ALICE)


async def test_whatever_is_paid_a_checked_sale_is_completed(till: Till) -> None:
    """The largest that passes leaves room for all its payments, each with the longest reference."""
    line = Cart().add(replace(goods(till, MUG), name="漢" * TEXT_MAX)).lines[0]

    def of(count: int) -> Cart:
        return Cart(
            tuple(replace(line, line_id=place, unit_price_minor=100) for place in range(1, count + 1))
        )

    least, most = 1, 1000
    while most - least > 1:
        middle = (least + most) // 2
        try:
            checkout.check(till, _approved(till, of(middle)), MARIA)
        except CartTooLarge:
            most = middle
        else:
            least = middle
    sale = _approved(till, of(least))
    settlement = sale.settlement()
    for _ in range(PAYMENTS_MAX - 1):
        settlement = settlement.with_cashless(1, "😀" * TEXT_MAX)
    settlement = settlement.with_cashless(settlement.due_minor, "😀" * TEXT_MAX)
    await checkout.complete(till, sale, settlement, MARIA)
    assert len(rows(till, t.payment)) == PAYMENTS_MAX


def _approved(till: Till, cart: Cart) -> OpenSale:
    return checkout.approve(till, selling.rung_up(till, cart), ALICE)


def test_more_approvals_than_an_operation_holds_are_refused_before_payment(till: Till) -> None:
    sale = selling.rung_up(till, Cart().add(goods(till, MUG)))
    approval = SaleApproval(Right.OVERRIDE_PRICE, 1, 1, ALICE.id, ALICE.name, 0)
    sale = replace(sale, approvals=(approval,) * (APPROVALS_MAX + 1))
    with pytest.raises(TooManyApprovals):
        checkout.check(till, sale, MARIA)


def test_the_last_payment_that_fits_has_to_be_the_rest() -> None:
    settlement = Settlement(10_000, "GBP")
    for _ in range(PAYMENTS_MAX - 1):
        settlement = settlement.with_cash(1)
    with pytest.raises(BadPayment, match="50 payments"):
        settlement.with_cash(1)
    assert settlement.with_cash(20_000).is_settled
    assert settlement.with_cashless(settlement.due_minor, "").is_settled


@pytest.mark.parametrize("given_minor", [AMOUNT_MAX_MINOR + 1, 10**15])
def test_no_more_money_is_given_than_fits(given_minor: int) -> None:
    with pytest.raises(BadPayment):
        Settlement(100, "GBP").with_cash(given_minor)


def test_a_reference_that_is_too_long_is_refused_where_it_is_typed() -> None:
    with pytest.raises(TextTooLong):
        Settlement(100, "GBP").with_cashless(100, "r" * (TEXT_MAX + 1))
    paid = Settlement(100, "GBP").with_cashless(100, "\x00 auth 1 \ud83d")
    assert paid.tenders == (Tender("card", 100, reference="auth 1"),)


async def test_every_reason_that_is_asked_for_is_looked_at(till: Till) -> None:
    await shifts.open_shift(till, 0, ALICE)
    done = await selling.sell(till, Cart().add(goods(till, MUG)), ALICE)
    sale = refunds.open_sale(till, done.id)
    long, blank = "r" * (TEXT_MAX + 1), " \x00\t"
    for reason, refusal in ((long, TextTooLong), (blank, ReasonMissing)):
        for work in (
            drawer.pay_in(till, 100, ALICE, reason),
            drawer.pay_out(till, 100, ALICE, reason),
            drawer.open_without_sale(till, ALICE, reason),
            refunds.refund(till, sale, {1: 1}, "cash", ALICE, reason),
            refunds.void(till, sale, ALICE, reason),
        ):
            with pytest.raises(refusal):
                await work
        with pytest.raises(refusal):
            selling.rung_up(till, Cart().add(goods(till, MUG))).begin_refund(reason)
    with pytest.raises(TextTooLong):
        await shifts.close_shift(till, 5, ALICE, long)
    assert len(rows(till, t.sale)) == 1


async def test_what_the_form_does_not_hold_is_refused_in_words_and_leaves_everything(till: Till) -> None:
    """Something that no rule foresees."""
    line = replace(Cart().add(goods(till, MUG)).lines[0], product_id="not an id")
    sale = selling.rung_up(till, Cart((line,)))
    await open_sales.record(till, sale, MARIA)
    with pytest.raises(CannotBeWritten) as refusal:
        checkout.check(till, sale, MARIA)
    assert isinstance(refusal.value, DomainError)
    with pytest.raises(CannotBeWritten):
        await selling.pay(till, sale, MARIA)
    assert rows(till, t.sale) == []
    assert open_sales.in_progress(till) == sale


async def test_a_fault_while_it_is_written_leaves_the_sale_and_a_second_try_completes_it(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale = selling.rung_up(till, Cart().add(goods(till, MUG)))
    await open_sales.record(till, sale, MARIA)
    with monkeypatch.context() as patched:
        patched.setattr("app.services.selling.transaction.open_sales.forget", _fail)
        with pytest.raises(ZeroDivisionError):
            await selling.pay(till, sale, MARIA)
    assert open_sales.in_progress(till) == sale
    assert (rows(till, t.sale), rows(till, t.outbox)) == ([], [])
    done = await selling.pay(till, sale, MARIA)
    assert done.receipt_number.endswith("000001"), "no number was lost"
    (row,) = rows(till, t.outbox)
    assert TransactionData.model_validate_json(row.data).total_minor == done.total_minor


def _fail(*_: object) -> None:
    raise ZeroDivisionError
