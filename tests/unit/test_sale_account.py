"""What of a sale can go back: by line and by method, in any parts and order, never more than was paid."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import NotRefundable
from app.domain.sale_account import (
    Amounts,
    Payout,
    Return,
    ReturnedLine,
    SaleAccount,
    SoldLine,
)
from app.domain.tender import Tender


def sold(
    line_no: int, quantity: int, total: int, *, product: str = "p", price: int = 0, tax: int = 0
) -> SoldLine:
    return SoldLine(line_no, product, price, Amounts(quantity, 0, tax, total))


def back(name: str, *lines: tuple[int | None, int, int], by: tuple[Tender, ...] = ()) -> Return:
    """A return of (line number, quantity, total)."""
    parts = tuple(
        ReturnedLine(line_no, "p", 0, Amounts(quantity, 0, 0, total)) for line_no, quantity, total in lines
    )
    return Return(name, parts, by)


@dataclass
class Counter:
    """A sale at a till, and what went back of it so far."""

    lines: list[SoldLine]
    payments: list[Tender]
    step: int = 0
    returns: list[Return] = field(default_factory=list)

    @property
    def account(self) -> SaleAccount:
        return SaleAccount.of(self.lines, self.payments, self.returns)

    def refund(self, parts: dict[int, int], method: str = "cash", *, all_by_method: bool = False) -> Payout:
        account = self.account
        payout = account.payout(parts, method, cash_step_minor=self.step, all_by_method=all_by_method)
        lines = tuple(
            ReturnedLine(line_no, "p", 0, account.line(line_no).part(quantity))
            for line_no, quantity in parts.items()
        )
        self.returns.append(Return(f"r{len(self.returns):03}", lines, payout.tenders))
        return payout


def paid_out(counter: Counter, method: str | None = None) -> int:
    return sum(
        payment.amount_minor
        for one in counter.returns
        for payment in one.payments
        if method in (None, payment.method)
    )


def test_ten_pieces_paid_in_rounded_cash_give_back_the_same_one_by_one() -> None:
    counter = Counter([sold(1, 10, 330)], [Tender("cash", 330)], step=5)
    given_back = [counter.refund({1: 1}).total_minor for _ in range(10)]
    assert given_back == [35, 30, 35, 30, 35, 35, 30, 35, 30, 35]
    assert sum(given_back) == 330


def test_a_sale_rounded_down_gives_back_what_was_taken_whole_or_one_by_one() -> None:
    whole = Counter([sold(1, 12, 1164)], [Tender("cash", 1160)], step=10)
    assert whole.refund({1: 12}).total_minor == 1160
    pieces = Counter([sold(1, 12, 1164)], [Tender("cash", 1160)], step=10)
    for _ in range(12):
        pieces.refund({1: 1})
    assert paid_out(pieces) == 1160
    assert pieces.account.left_minor == 0


def test_a_split_payment_goes_back_by_each_method_at_most_what_it_took() -> None:
    counter = Counter(
        [sold(1, 2, 900), sold(2, 1, 374)], [Tender("card", 1000, reference="4711"), Tender("cash", 300, 26)]
    )
    assert counter.refund({1: 1}).tenders == (Tender("cash", 274), Tender("card", 176, reference="4711"))
    assert counter.account.left_of("cash") == 0
    assert counter.account.left_of("card") == 824
    assert counter.refund({1: 1, 2: 1}, "card").tenders == (Tender("card", 824, reference="4711"),)
    assert (paid_out(counter, "card"), paid_out(counter, "cash")) == (1000, 274)


def test_two_cards_get_back_what_each_of_them_paid() -> None:
    counter = Counter(
        [sold(1, 1, 1200)], [Tender("card", 500, reference="A"), Tender("card", 700, reference="B")]
    )
    assert counter.refund({1: 1}, "card").tenders == (
        Tender("card", 500, reference="A"),
        Tender("card", 700, reference="B"),
    )


def test_by_another_method_the_excess_is_named_and_the_sum_is_capped() -> None:
    counter = Counter([sold(1, 2, 1274)], [Tender("card", 1274)], step=5)
    first = counter.refund({1: 1}, "cash")
    assert (first.total_minor, first.beyond_tenders_minor) == (635, 637)
    assert counter.account.left_of("card") == 639
    second = counter.refund({1: 1}, "cash")
    assert second.total_minor <= 639
    assert (second.total_minor, second.beyond_tenders_minor) == (635, 639)


def test_all_of_it_by_one_of_two_methods_is_named_as_far_as_it_did_not_take_it() -> None:
    counter = Counter([sold(1, 1, 1274)], [Tender("card", 1000), Tender("cash", 274)])
    payout = counter.refund({1: 1}, "cash", all_by_method=True)
    assert (payout.total_minor, payout.beyond_tenders_minor) == (1274, 1000)


def test_a_return_without_line_numbers_is_laid_on_the_dearest_line_of_its_price_once() -> None:
    lines = [sold(1, 1, 400, price=500), sold(2, 1, 500, price=500), sold(3, 1, 900, price=900)]
    old = Return("a", (ReturnedLine(None, "p", 500, Amounts(1, 0, 0, 400)),), (Tender("cash", 400),))
    account = SaleAccount.of(lines, [Tender("cash", 1800)], [old])
    assert [line.left for line in account.lines] == [1, 0, 1]
    assert account.left_minor == 1400
    assert account.payout({1: 1, 3: 1}, "cash").total_minor == 1300


def test_a_return_without_line_numbers_goes_where_those_with_a_number_left_room() -> None:
    lines = [sold(1, 1, 400, price=500), sold(2, 1, 500, price=500)]
    old = Return("a", (ReturnedLine(None, "p", 500, Amounts(1, 0, 0, 400)),), (Tender("cash", 400),))
    new = Return("b", (ReturnedLine(2, "p", 500, Amounts(1, 0, 0, 500)),), (Tender("cash", 500),))
    for order in ([old, new], [new, old]):
        account = SaleAccount.of(lines, [Tender("cash", 900)], order)
        assert account.is_fully_returned
        assert account.left_minor == 0


def test_where_two_tills_gave_back_a_line_twice_nothing_more_of_the_money_goes_back() -> None:
    counter = Counter([sold(1, 1, 500), sold(2, 1, 500)], [Tender("cash", 1000)])
    twice = [
        back("a", (1, 1, 500), by=(Tender("cash", 500),)),
        back("b", (1, 1, 500), by=(Tender("cash", 500),)),
    ]
    counter.returns += twice
    assert counter.account.line(1).left == 0
    with pytest.raises(NotRefundable, match="So much is not left"):
        counter.refund({2: 1})


def test_goods_that_cost_nothing_go_back_for_nothing() -> None:
    counter = Counter([sold(1, 3, 0), sold(2, 1, 2)], [Tender("cash", 0)], step=5)
    assert counter.refund({1: 2}).total_minor == 0
    assert counter.refund({1: 1, 2: 1}).total_minor == 0


WHOLE: dict[str, tuple[list[SoldLine], list[Tender], int, dict[str, int]]] = {
    "cash rounded up by the last payment of two": (
        [sold(1, 1, 13800)],
        [Tender("card", 5500), Tender("cash", 8500)],
        500,
        {"cash": 8500, "card": 5500},
    ),
    "cash rounded up": ([sold(1, 1, 198)], [Tender("cash", 200)], 5, {"cash": 200}),
    "cash rounded up of a large sum": ([sold(1, 1, 4999)], [Tender("cash", 6000, 1000)], 5, {"cash": 5000}),
    "cash rounded down": ([sold(1, 3, 198)], [Tender("cash", 195)], 5, {"cash": 195}),
    "ten at a quarter off, tax in the price": (
        [sold(1, 10, 17925, tax=2988)],
        [Tender("card", 17925)],
        0,
        {"card": 17925},
    ),
    "a voucher, two cards and cash": (
        [sold(1, 7, 1001), sold(2, 1250, 374)],
        [
            Tender("voucher", 200),
            Tender("card", 500, reference="A"),
            Tender("card", 600, reference="B"),
            Tender("cash", 100, 25),
        ],
        5,
        {"voucher": 200, "card": 1100, "cash": 75},
    ),
}


@pytest.mark.parametrize("what", WHOLE)
@pytest.mark.parametrize("in_pieces", [False, True])
def test_all_of_a_sale_gives_back_what_was_taken_whole_or_in_pieces(what: str, in_pieces: bool) -> None:
    lines, payments, step, taken = WHOLE[what]
    counter = Counter(lines, payments, step)
    left = {line.line_no: line.paid.quantity for line in lines}
    while any(left.values()):
        parts = {number: max(1, most // 2) if in_pieces else most for number, most in left.items() if most}
        account = counter.account
        method = max(account.methods, key=account.left_of)
        assert counter.refund(parts, method).beyond_tenders_minor == 0
        left = {number: most - parts.get(number, 0) for number, most in left.items()}
    assert {method: paid_out(counter, method) for method in taken} == taken
    tax = sum(line.amounts.tax_minor for one in counter.returns for line in one.lines)
    assert tax == sum(line.paid.tax_minor for line in lines)


def test_nothing_goes_back_after_all_but_a_penny_did_by_another_refund() -> None:
    counter = Counter([sold(1, 1, 500), sold(2, 1, 500)], [Tender("card", 1000)])
    counter.returns.append(back("elsewhere", (1, 1, 999), by=(Tender("card", 999),)))
    with pytest.raises(NotRefundable):
        counter.refund({2: 1}, "card")


# --- in any parts, by any methods ---------------------------------------------------------------------

METHODS = ("cash", "card", "voucher")


@st.composite
def sales(draw: st.DrawFn) -> Counter:
    lines = [
        SoldLine(
            line_no,
            "p",
            price,
            Amounts(quantity, discount, tax, draw(st.integers(0, 3000))),
        )
        for line_no, (quantity, price, discount, tax) in enumerate(
            draw(
                st.lists(
                    st.tuples(
                        st.integers(1, 1300), st.integers(0, 900), st.integers(0, 400), st.integers(0, 700)
                    ),
                    min_size=1,
                    max_size=4,
                )
            ),
            start=1,
        )
    ]
    step = draw(st.sampled_from([0, 0, 5, 10, 100]))
    rest = sum(line.paid.total_minor for line in lines)
    payments: list[Tender] = []
    for method in draw(st.lists(st.sampled_from(["card", "voucher"]), max_size=3)):
        amount = draw(st.integers(0, rest))
        rest -= amount
        if amount:
            payments.append(Tender(method, amount, reference=draw(st.sampled_from([None, "4711"]))))
    in_cash = (2 * rest + step) // (2 * step) * step if step else rest
    given = in_cash + draw(st.integers(0, 500))
    if in_cash or not payments:
        payments.append(Tender("cash", given, given - in_cash))
    return Counter(lines, payments, step)


@given(sales(), st.data())
@settings(deadline=None, max_examples=100)
def test_of_any_sale_never_more_goes_back_than_was_paid_by_line_by_method_and_in_all(
    counter: Counter, data: st.DataObject
) -> None:
    left = {line.line_no: line.paid.quantity for line in counter.lines}
    took = {
        method: sum(one.amount_minor - one.change_minor for one in counter.payments if one.method == method)
        for method in METHODS
    }
    approved = dict.fromkeys(METHODS, 0)
    for turn in range(12):
        if not any(left.values()):
            break
        parts = {
            line_no: quantity if turn == 11 else data.draw(st.integers(1, quantity))
            for line_no, quantity in left.items()
            if quantity and (turn == 11 or data.draw(st.booleans()))
        }
        if not parts:
            continue
        method = data.draw(st.sampled_from(METHODS))
        payout = counter.refund(parts, method, all_by_method=data.draw(st.booleans()) and turn < 11)
        approved[method] += payout.beyond_tenders_minor
        for line_no, quantity in parts.items():
            left[line_no] -= quantity
        for tender in payout.tenders:
            assert tender.amount_minor >= 0
            if tender.method == "cash" and counter.step:
                assert tender.amount_minor % counter.step == 0, "there is no such coin"
        assert paid_out(counter) <= sum(took.values())
        for each in METHODS:
            assert paid_out(counter, each) <= took[each] + approved[each]
    gone = [line for one in counter.returns for line in one.lines]
    for line in counter.lines:
        of_it = [one.amounts for one in gone if one.of_line == line.line_no]
        assert sum(one.total_minor for one in of_it) <= line.paid.total_minor
        if not left[line.line_no]:
            assert sum(one.total_minor for one in of_it) == line.paid.total_minor
            assert sum(one.tax_minor for one in of_it) == line.paid.tax_minor
            assert sum(one.discount_minor for one in of_it) == line.paid.discount_minor
    if not any(left.values()) and not any(approved.values()):
        assert paid_out(counter) == sum(took.values()), "what was taken, and not a coin less"
