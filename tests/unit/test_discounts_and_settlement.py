"""What is taken off, tax on top, and a total paid in several ways with cash rounded."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.cart import Cart
from app.domain.discount import Discount, apportion, parse_discount
from app.domain.errors import BadAmount, BadPayment
from app.domain.tender import Settlement, Tender, check_payments, round_cash


@dataclass(frozen=True)
class Goods:
    id: str
    name: str
    price_minor: int | None
    tax_rate_ppm: int = 200_000
    unit: str = "each"
    barcode: str | None = None
    sku: str | None = None


MUG, BOWL = Goods("mug", "Blue mug", 450), Goods("bowl", "Bowl", 1200)
TENTH = Discount("share", 100_000)


@pytest.mark.parametrize(
    ("written", "discount"),
    [
        ("10%", TENTH),
        ("12,5 %", Discount("share", 125_000)),
        ("2.50", Discount("amount", 250)),
        ("100%", Discount("share", 1_000_000)),
    ],
)
def test_a_discount_is_read_as_it_is_typed(written: str, discount: Discount) -> None:
    assert parse_discount(written, "GBP") == discount


@pytest.mark.parametrize("written", ["101%", "ten%", "-5%", "1.23456%", "", "%"])
def test_a_discount_that_makes_no_sense_is_refused(written: str) -> None:
    with pytest.raises(BadAmount):
        parse_discount(written, "GBP")


def test_a_discount_by_share_grows_with_the_quantity_and_one_by_amount_stays() -> None:
    cart = Cart().add(MUG, 2)
    assert cart.discount_line(1, TENTH).set_quantity(1, 4).total_minor == 4 * 450 - 180
    assert cart.discount_line(1, Discount("amount", 200)).set_quantity(1, 4).total_minor == 4 * 450 - 200


def test_a_discounted_line_and_the_same_product_without_one_stay_two_lines() -> None:
    cart = Cart().add(MUG).discount_line(1, TENTH).add(MUG)
    assert [(line.quantity, line.discount_minor) for line in cart.lines] == [(1, 45), (1, 0)]


def test_a_discount_of_the_sale_is_borne_by_its_lines_and_follows_them() -> None:
    cart = Cart().add(MUG).add(BOWL).discount_sale(Discount("amount", 100))
    assert [line.sale_discount_minor for line in cart.lines] == [27, 73]
    assert cart.add(MUG).discount_minor == 100
    assert [line.quantity for line in cart.add(MUG).lines] == [2, 1]
    assert cart.remove(2).lines[0].discount_minor == 100
    assert cart.discount_sale(None).discount_minor == 0


def test_another_price_keeps_what_the_catalogue_asked_and_why() -> None:
    [line] = Cart().add(MUG).set_price(1, 400, "chipped").lines
    assert (line.total_minor, line.list_price_minor, line.reason) == (400, 450, "chipped")
    [back] = Cart().add(MUG).set_price(1, 400, "chipped").set_price(1, 450, "").lines
    assert not back.has_other_price
    assert back.reason == ""


def test_tax_on_top_is_paid_as_well_as_the_price() -> None:
    cart = Cart(adds_tax=True).add(MUG, 2).discount_line(1, Discount("amount", 100))
    assert (cart.tax_minor, cart.total_minor) == (160, 960)
    assert cart.taxed(adds_tax=False).total_minor == 800


WEIGHTS = st.lists(st.integers(0, 100_000), min_size=1, max_size=20)


@given(WEIGHTS, st.integers(0, 200_000))
def test_parts_add_up_and_none_is_more_than_its_weight(weights: list[int], amount: int) -> None:
    parts = apportion(amount, weights)
    assert sum(parts) == min(amount, sum(weights))
    assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))


@given(
    st.lists(st.tuples(st.integers(0, 50_000), st.integers(1, 20)), min_size=1, max_size=8),
    st.one_of(st.none(), st.builds(Discount, st.just("share"), st.integers(0, 1_000_000))),
    st.booleans(),
)
def test_no_line_is_ever_less_than_nothing_and_the_total_is_their_sum(
    goods: list[tuple[int, int]], discount: Discount | None, adds_tax: bool
) -> None:
    cart = Cart(adds_tax=adds_tax)
    for number, (price, quantity) in enumerate(goods):
        cart = cart.add(replace(MUG, id=str(number), price_minor=price), quantity)
    cart = cart.discount_line(1, TENTH).discount_sale(discount)
    assert cart.total_minor == sum(line.total_minor for line in cart.lines) >= 0
    assert all(0 <= line.discount_minor <= line.gross_minor for line in cart.lines)


# --- paying ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "step", "paid"), [(1842, 5, 1840), (1843, 5, 1845), (1842, 0, 1842), (1855, 10, 1860)]
)
def test_cash_is_rounded_to_the_smallest_coin(amount: int, step: int, paid: int) -> None:
    assert round_cash(amount, step) == paid


def test_cash_alone_rounds_and_gives_change_on_the_rounded_sum() -> None:
    paid = Settlement(1842, "CHF", cash_step_minor=5).with_cash(2000)
    assert (paid.is_settled, paid.rounding_minor, paid.change_minor) == (True, -2, 160)
    check_payments(1842, paid.tenders, "CHF", paid.rounding_minor)


def test_a_card_pays_to_the_last_unit_and_cash_rounds_only_the_rest() -> None:
    by_card = Settlement(1842, "CHF", cash_step_minor=5).with_cashless(1842, "4711")
    assert (by_card.is_settled, by_card.rounding_minor) == (True, 0)
    split = Settlement(1842, "CHF", cash_step_minor=5).with_cashless(1000, "4711")
    assert (split.due_minor, split.cash_due_minor) == (842, 840)
    assert split.with_cash(1000).change_minor == 160


def test_some_cash_and_the_rest_by_card_rounds_nothing() -> None:
    split = Settlement(1842, "CHF", cash_step_minor=5).with_cash(1000)
    assert split.due_minor == 842
    assert split.with_cashless(842, "").tenders == (Tender("cash", 1000), Tender("card", 842))
    assert split.without(0).due_minor == 1842


def test_a_card_gives_no_change() -> None:
    with pytest.raises(BadPayment, match=r"1\.58 more"):
        Settlement(1842, "GBP").with_cashless(2000, "")


@pytest.mark.parametrize(("given_minor", "rounding_minor"), [(25, 0), (26, 1), (29, 4), (30, 5), (50, 5)])
def test_cash_between_what_is_due_and_what_it_is_rounded_to_settles(
    given_minor: int, rounding_minor: int
) -> None:
    settlement = Settlement(25, "NZD", cash_step_minor=10).with_cash(given_minor)
    assert settlement.is_settled
    assert settlement.rounding_minor == rounding_minor
    assert settlement.change_minor == max(0, given_minor - 30)


@given(st.integers(1, 100_000), st.sampled_from([0, 5, 10, 50]), st.lists(st.integers(1, 60_000), max_size=5))
def test_whatever_is_tendered_what_stays_is_what_is_due(
    total: int, step: int, given_minor: list[int]
) -> None:
    settlement = Settlement(total, "CHF", cash_step_minor=step)
    for place, amount in enumerate(given_minor):
        if settlement.is_settled:
            break
        if place % 2:
            settlement = settlement.with_cash(amount)
        else:
            settlement = settlement.with_cashless(min(amount, settlement.due_minor), "")
    if not settlement.is_settled:
        settlement = settlement.with_cash(max(settlement.cash_due_minor, 1))
    assert abs(settlement.rounding_minor) <= max(step, 1)
    check_payments(total, settlement.tenders, "CHF", settlement.rounding_minor)
