"""Money and tax: what a person types, what is written, and what is rounded."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.discount import parse_discount
from app.domain.errors import BadAmount, DomainError
from app.domain.money import AMOUNT_MAX_MINOR, format_minor, minor_digits, parse_amount, round_half_up
from app.domain.quantity import parse_quantity
from app.domain.tax import tax_included

AMOUNTS = st.integers(min_value=0, max_value=AMOUNT_MAX_MINOR)
CURRENCIES = st.sampled_from(["GBP", "EUR", "JPY", "KWD"])


@pytest.mark.parametrize(
    ("text", "currency", "amount_minor"),
    [
        ("12.50", "GBP", 1250),
        ("12,50", "EUR", 1250),
        (" 12 ", "GBP", 1200),
        ("12.5", "GBP", 1250),
        (".5", "GBP", 50),
        ("12.", "GBP", 1200),
        ("0", "GBP", 0),
        ("1,234.50", "GBP", 123450),
        ("1.234,50", "EUR", 123450),
        ("1 234 567,89", "EUR", 123456789),
        ("1’234.50", "CHF", 123450),
        ("1250", "JPY", 1250),
        ("1.250", "KWD", 1250),
    ],
)
def test_an_amount_is_read_as_it_is_typed(text: str, currency: str, amount_minor: int) -> None:
    assert parse_amount(text, currency) == amount_minor


@pytest.mark.parametrize(
    "text",
    ["", ".", "-", "twelve", "-5", "1.2.3", "12.345", "1,234", "1e3", "12 50", "1,23,456.00", "9" * 20, "٫"],
)
def test_what_may_mean_two_things_or_none_is_refused_in_words(text: str) -> None:
    with pytest.raises(BadAmount) as refusal:
        parse_amount(text, "GBP")
    assert text.strip() in str(refusal.value)


@given(AMOUNTS, CURRENCIES)
def test_what_is_written_is_read_back_the_same(amount_minor: int, currency: str) -> None:
    assert parse_amount(format_minor(amount_minor, currency), currency) == amount_minor


def test_an_amount_is_written_with_its_currencys_decimals() -> None:
    assert format_minor(-5, "GBP") == "-0.05"
    assert format_minor(1250, "JPY") == "1250"
    assert format_minor(1250, "KWD") == "1.250"


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**7))
def test_rounding_is_never_more_than_half_away(numerator: int, denominator: int) -> None:
    rounded = round_half_up(numerator, denominator)
    assert abs(Fraction(numerator, denominator) - rounded) <= Fraction(1, 2)
    assert round_half_up(-numerator, denominator) == -rounded


@pytest.mark.parametrize(
    ("total_minor", "rate_ppm", "tax_minor"),
    [
        (1200, 200_000, 200),
        (999, 200_000, 167),  # 166.5
        (105, 50_000, 5),
        (100, 0, 0),
        (-1200, 200_000, -200),
        (1, 200_000, 0),
    ],
)
def test_the_tax_inside_a_price(total_minor: int, rate_ppm: int, tax_minor: int) -> None:
    assert tax_included(total_minor, rate_ppm) == tax_minor


@given(AMOUNTS, st.integers(0, 1_000_000))
def test_a_refund_gives_back_the_tax_that_its_sale_took(total_minor: int, rate_ppm: int) -> None:
    tax_minor = tax_included(total_minor, rate_ppm)
    assert tax_included(-total_minor, rate_ppm) == -tax_minor
    assert 0 <= tax_minor <= total_minor


@pytest.mark.parametrize(("currency", "digits"), [("HUF", 2), ("COP", 2), ("IDR", 2), ("IQD", 3), ("UYI", 0)])
def test_decimals_are_those_of_the_standard_and_not_those_that_people_write(
    currency: str, digits: int
) -> None:
    assert minor_digits(currency) == digits


@pytest.mark.parametrize("parse", [parse_amount, parse_quantity, parse_discount])
@pytest.mark.parametrize(
    "typed", ["W" * 120, "x" * 500, "9" * 300, "1." + "2" * 300, "ش" * 200, "a" * 400 + "%"]
)
def test_a_refusal_quotes_no_more_than_fits_on_a_line(
    parse: Callable[[str, str], object], typed: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        parse(typed, "GBP" if parse is not parse_quantity else "each")
    assert len(str(refusal.value)) < 80


@pytest.mark.parametrize("typed", ["", "   "])
def test_nothing_typed_is_said_as_such(typed: str) -> None:
    with pytest.raises(DomainError, match=r"^Type an amount of money first\.$"):
        parse_amount(typed, "GBP")
    with pytest.raises(DomainError, match=r"^Type a number first\.$"):
        parse_quantity(typed, "each")
