"""Tax, against arithmetic with fractions: rounded on each line, or once for each rate of a receipt."""

from dataclasses import dataclass
from fractions import Fraction
from math import floor

from hypothesis import given
from hypothesis import strategies as some

from app.domain.cart import Cart
from app.domain.discount import Discount


@dataclass(frozen=True)
class Article:
    id: str
    price_minor: int
    tax_rate_ppm: int
    name: str = "article"
    unit: str = "each"
    barcode: str | None = None
    sku: str | None = None
    tax_name: str | None = None


def rounded(exact: Fraction) -> int:
    """Half up; nothing here is below zero."""
    return floor(exact + Fraction(1, 2))


def rung_up(articles: list[Article], rounding: str, adds_tax: bool) -> Cart:
    cart = Cart().taxed(adds_tax=adds_tax, tax_rounding="receipt" if rounding == "receipt" else "line")
    for article in articles:
        cart = cart.add(article)
    return cart


def test_three_articles_of_106_yen_make_25_once_a_receipt_and_24_by_line() -> None:
    """8 % without tax: 3 × 8.48 is 25.44; by line it is 3 × 8."""
    articles = [Article(str(number), 106, 80_000) for number in range(3)]
    by_receipt = rung_up(articles, "receipt", adds_tax=True)
    assert (by_receipt.tax_minor, by_receipt.total_minor) == (25, 343)
    assert [line.tax_minor for line in by_receipt.lines] == [9, 8, 8]
    by_line = rung_up(articles, "line", adds_tax=True)
    assert (by_line.tax_minor, by_line.total_minor) == (24, 342)


def test_with_tax_in_the_price_the_total_is_the_same_and_the_tax_is_rounded_once() -> None:
    """Three at 114 yen with 8 % in it: 342 × 8/108 is 25.33; by line it is 3 × 8.44, 24."""
    articles = [Article(str(number), 114, 80_000) for number in range(3)]
    assert [rung_up(articles, kind, adds_tax=False).tax_minor for kind in ("receipt", "line")] == [25, 24]
    assert {rung_up(articles, kind, adds_tax=False).total_minor for kind in ("receipt", "line")} == {342}


def test_a_receipt_of_four_articles_has_the_tax_of_its_sum() -> None:
    """21 % on 4 × 1.48, 1.52, 1.54 and 0.39: of 9.37 it is 1.97; by line 1.24, 0.32, 0.32 and 0.08."""
    prices = (148, 148, 148, 148, 152, 154, 39)
    articles = [Article(str(price), price, 210_000) for price in prices]
    by_receipt = rung_up(articles, "receipt", adds_tax=True)
    assert (by_receipt.tax_minor, by_receipt.total_minor) == (197, 1134)
    by_line = rung_up(articles, "line", adds_tax=True)
    assert (by_line.tax_minor, by_line.total_minor) == (196, 1133)


def test_a_rate_of_four_decimals_is_exact() -> None:
    """9.2375 % of 100.00 is 9.2375, so 9.24; of 1,000.00 it is 92.38."""
    assert rung_up([Article("a", 10_000, 92_375)], "line", adds_tax=True).tax_minor == 924
    assert rung_up([Article("a", 100_000, 92_375)], "receipt", adds_tax=True).tax_minor == 9238


RATES = some.sampled_from([0, 50_000, 80_000, 92_375, 100_000, 200_000, 1_000_000])
BASKETS = some.lists(some.tuples(some.integers(0, 20_000), RATES), min_size=1, max_size=12)


@given(BASKETS, some.booleans(), some.integers(0, 500_000))
def test_the_lines_tax_is_the_receipts_tax_for_each_rate(
    basket: list[tuple[int, int]], adds_tax: bool, off_ppm: int
) -> None:
    articles = [Article(str(number), price, rate) for number, (price, rate) in enumerate(basket)]
    cart = rung_up(articles, "receipt", adds_tax).discount_sale(Discount("share", off_ppm, "why"))
    for rate_ppm in {rate for _, rate in basket}:
        lines = [line for line in cart.lines if line.tax_rate_ppm == rate_ppm]
        priced = sum(line.quantity * line.unit_price_minor - line.discount_minor for line in lines)
        rate = Fraction(rate_ppm, 1_000_000)
        exact = priced * rate if adds_tax else priced * rate / (1 + rate)
        assert sum(line.tax_minor for line in lines) == rounded(exact)
        for line in lines:
            own = line.quantity * line.unit_price_minor - line.discount_minor
            share = own * rate if adds_tax else own * rate / (1 + rate)
            assert abs(line.tax_minor - share) < 1
    assert cart.total_minor == sum(line.total_minor for line in cart.lines)


@given(BASKETS, some.booleans())
def test_by_line_each_line_is_rounded_alone(basket: list[tuple[int, int]], adds_tax: bool) -> None:
    articles = [Article(str(number), price, rate) for number, (price, rate) in enumerate(basket)]
    for line in rung_up(articles, "line", adds_tax).lines:
        rate = Fraction(line.tax_rate_ppm, 1_000_000)
        exact = line.unit_price_minor * rate if adds_tax else line.unit_price_minor * rate / (1 + rate)
        assert line.tax_minor == rounded(exact)
