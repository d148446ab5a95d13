"""The cart, quantities and tender: the rules of a sale before it is written."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.cart import Cart
from app.domain.errors import (
    BadAmount,
    BadPayment,
    BadQuantity,
    InsufficientCash,
    NotPriced,
    UnknownLine,
)
from app.domain.quantity import QUANTITY_MAX, format_quantity, parse_quantity
from app.domain.receipt_number import format_receipt_number
from app.domain.tender import Tender, check_payments, suggested_notes, tender_cash


@dataclass(frozen=True)
class Goods:
    id: str
    name: str
    price_minor: int | None
    tax_rate_ppm: int = 200_000
    unit: str = "each"
    barcode: str | None = None
    sku: str | None = None


MUG = Goods("mug", "Blue mug", 450)
BOWL = Goods("bowl", "Bowl", 1200)
APPLES = Goods("apples", "Apples", 299, tax_rate_ppm=0, unit="kg")

GOODS = st.builds(
    Goods,
    id=st.sampled_from(["a", "b", "c"]),
    name=st.just("Something"),
    price_minor=st.integers(0, 100_000),
    tax_rate_ppm=st.sampled_from([0, 50_000, 200_000]),
    unit=st.sampled_from(["each", "kg"]),
)
PURCHASES = st.lists(st.tuples(GOODS, st.integers(1, 5000)), max_size=12)


def test_the_same_product_at_the_same_price_joins_its_line() -> None:
    cart = Cart().add(MUG).add(BOWL).add(MUG, 2)
    assert [(line.product_id, line.quantity) for line in cart.lines] == [("mug", 3), ("bowl", 1)]
    assert cart.total_minor == 3 * 450 + 1200
    assert cart.count == 4


def test_a_changed_price_starts_a_line_of_its_own() -> None:
    cart = Cart().add(MUG).add(replace(MUG, price_minor=500))
    assert [line.unit_price_minor for line in cart.lines] == [450, 500]


def test_a_cart_is_never_changed_only_followed_by_another() -> None:
    before = Cart().add(MUG)
    before.add(BOWL)
    before.set_quantity(1, 9)
    assert (before.count, before.total_minor) == (1, 450)


def test_weight_is_priced_by_the_kilogram_and_counts_as_one_item() -> None:
    cart = Cart().add(APPLES, 1250)
    assert cart.total_minor == 374  # 373.75
    assert cart.count == 1
    assert Cart().add(APPLES).lines[0].quantity == 1000


def test_a_product_without_a_price_is_refused_by_name() -> None:
    with pytest.raises(NotPriced, match="Blue mug"):
        Cart().add(replace(MUG, price_minor=None))


def test_a_quantity_of_nothing_takes_the_line_out_and_its_id_is_not_used_again() -> None:
    cart = Cart().add(MUG).add(BOWL).set_quantity(2, 0)
    assert [line.line_id for line in cart.lines] == [1]
    assert cart.add(BOWL).lines[-1].line_id == 3
    with pytest.raises(UnknownLine):
        cart.remove(2)


@pytest.mark.parametrize("quantity", [-1, QUANTITY_MAX + 1])
def test_a_quantity_beyond_sense_is_refused(quantity: int) -> None:
    with pytest.raises(BadQuantity):
        Cart().add(MUG).set_quantity(1, quantity)


def test_a_total_beyond_the_wire_is_refused() -> None:
    with pytest.raises(BadAmount):
        Cart().add(replace(MUG, price_minor=10_000_000), QUANTITY_MAX)


@given(PURCHASES)
def test_totals_are_the_sum_of_the_lines_whatever_is_bought(purchases: list[tuple[Goods, int]]) -> None:
    cart = Cart()
    for goods, quantity in purchases:
        cart = cart.add(goods, quantity)
    assert cart.total_minor == sum(line.total_minor for line in cart.lines)
    assert 0 <= cart.tax_minor <= cart.total_minor
    assert sum(line.quantity for line in cart.lines) == sum(quantity for _, quantity in purchases)
    assert len({line.line_id for line in cart.lines}) == len(cart.lines)
    for line in cart.lines:
        cart = cart.remove(line.line_id)
    assert cart.is_empty
    assert cart.total_minor == 0


# --- quantities --------------------------------------------------------------------------------------


@given(st.integers(-QUANTITY_MAX, QUANTITY_MAX), st.sampled_from(["each", "kg"]))
def test_a_quantity_is_read_back_as_it_was_written(quantity: int, unit: str) -> None:
    assert parse_quantity(format_quantity(quantity, unit), unit) == quantity


@pytest.mark.parametrize(
    ("text", "unit", "quantity"),
    [("3", "each", 3), ("3.0", "each", 3), ("1,25", "kg", 1250), (".5", "kg", 500), ("−2", "each", -2)],
)
def test_a_quantity_is_read_as_it_is_typed(text: str, unit: str, quantity: int) -> None:
    assert parse_quantity(text, unit) == quantity


@pytest.mark.parametrize(
    ("text", "unit"), [("", "each"), ("x", "kg"), ("1.5", "each"), ("1.2345", "kg"), ("9" * 12, "each")]
)
def test_what_is_no_quantity_is_refused(text: str, unit: str) -> None:
    with pytest.raises(BadQuantity):
        parse_quantity(text, unit)


# --- tender ------------------------------------------------------------------------------------------


def test_change_is_what_was_given_beyond_the_total() -> None:
    assert tender_cash(1840, 2000) == Tender("cash", 2000, 160)
    assert tender_cash(1840, 1840).change_minor == 0


def test_too_little_cash_is_refused_and_names_what_is_missing() -> None:
    with pytest.raises(InsufficientCash, match=r"8\.40 is still missing"):
        tender_cash(1840, 1000, "GBP")


@pytest.mark.parametrize(
    ("payments", "refusal"),
    [
        ((), InsufficientCash),
        ((Tender("cash", 500, 0),), InsufficientCash),
        ((Tender("card", 1100, 0),), BadPayment),
        ((Tender("cash", 2000, -1000),), BadPayment),
    ],
)
def test_payments_must_add_up_to_what_is_due(payments: tuple[Tender, ...], refusal: type[BadPayment]) -> None:
    with pytest.raises(refusal):
        check_payments(1000, payments, "GBP")


def test_a_split_payment_adds_up() -> None:
    check_payments(1000, (Tender("card", 600), Tender("cash", 500, 100)), "GBP")


def test_suggested_notes_start_with_the_exact_amount() -> None:
    assert suggested_notes(1840, "GBP") == (1840, 2000, 5000)
    assert suggested_notes(0, "GBP") == ()
    assert suggested_notes(1200, "JPY") == (1200, 2000, 5000, 10000)


@given(st.integers(1, 10**7), st.sampled_from(["GBP", "EUR", "USD", "JPY", "PLN"]))
def test_every_suggested_amount_pays_the_bill(total_minor: int, currency: str) -> None:
    amounts = suggested_notes(total_minor, currency)
    assert amounts[0] == total_minor
    assert list(amounts) == sorted(set(amounts))
    assert all(tender_cash(total_minor, amount).change_minor >= 0 for amount in amounts)


def test_receipt_numbers_sort_as_they_are_given() -> None:
    assert format_receipt_number("T2", 417) == "T2-000417"
    assert format_receipt_number("T2", 1_000_000) == "T2-1000000"
