"""Bounds that were lowered below an open sale: less is always let through, more is not."""

from dataclasses import dataclass

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.domain.cart import Cart
from app.domain.discount import Discount
from app.domain.errors import BadAmount, BadQuantity
from app.domain.plausible import check_cart
from app.domain.shop_settings import ShopSettings

RATES_PPM = (0, 50_000, 82_500, 200_000)


@dataclass(frozen=True)
class Goods:
    id: str
    price_minor: int | None
    tax_rate_ppm: int
    unit: str = "each"
    barcode: str | None = None
    sku: str | None = None

    @property
    def name(self) -> str:
        return self.id


DISCOUNTS = st.none() | st.one_of(
    st.builds(Discount, st.just("share"), st.integers(1, 500_000)),
    st.builds(Discount, st.just("amount"), st.integers(1, 5000)),
)
LINES = st.tuples(st.integers(100, 3000), st.integers(2, 30), st.sampled_from(RATES_PPM), DISCOUNTS)
CARTS = st.tuples(
    st.lists(LINES, min_size=2, max_size=6),
    st.builds(Cart, adds_tax=st.booleans(), tax_rounding=st.sampled_from(("line", "receipt"))),
    DISCOUNTS,
)


def built(lines: list[tuple[int, int, int, Discount | None]], off: Discount | None, cart: Cart) -> Cart:
    for place, (price_minor, quantity, rate_ppm, own) in enumerate(lines, 1):
        cart = cart.add(Goods(f"goods-{place}", price_minor, rate_ppm), quantity)
        cart = cart.discount_line(place, own)
    return cart.discount_sale(off)


@st.composite
def carts(draw: st.DrawFn) -> Cart:
    lines, empty, off = draw(CARTS)
    return built(lines, off, empty)


LOWERED = st.builds(ShopSettings, quantity_max=st.integers(1, 10), amount_minor_max=st.integers(1, 30_000))


@given(cart=carts(), bounds=LOWERED, data=st.data())
@settings(derandomize=True, deadline=None, max_examples=400)
def test_one_line_less_at_a_time_is_always_let_through(
    cart: Cart, bounds: ShopSettings, data: st.DataObject
) -> None:
    line = data.draw(st.sampled_from(cart.lines))
    less = cart.set_quantity(line.line_id, data.draw(st.integers(0, line.quantity - 1)))
    assume(less.total_minor <= cart.total_minor)  # a sale's discount that moves can add a unit of tax
    check_cart(less, "GBP", bounds, before=cart)


@given(cart=carts(), bounds=LOWERED, data=st.data())
@settings(derandomize=True, deadline=None, max_examples=400)
def test_more_of_a_line_is_refused_beyond_each_bound(
    cart: Cart, bounds: ShopSettings, data: st.DataObject
) -> None:
    line = data.draw(st.sampled_from(cart.lines))
    more = cart.step(line.line_id, data.draw(st.integers(1, 5)))
    now = more.line(line.line_id)
    before_minor = max(line.unit_price_minor, line.discount_minor, line.total_minor)
    if now.quantity > bounds.quantity_max:
        expected: type[Exception] = BadQuantity
    elif max(now.discount_minor, now.total_minor) > max(
        bounds.amount_minor_max, before_minor
    ) or more.total_minor > max(bounds.amount_minor_max, cart.total_minor):
        expected = BadAmount
    else:
        check_cart(more, "GBP", bounds, before=cart)
        return
    with pytest.raises(expected):
        check_cart(more, "GBP", bounds, before=cart)


@pytest.mark.parametrize(
    ("lines", "off"),
    [
        ([(333, 30, 82_500, None), (101, 20, 82_500, None)], None),
        ([(333, 30, 0, None), (335, 20, 0, None), (337, 20, 0, None)], Discount("share", 33_333)),
    ],
)
def test_each_of_two_large_lines_can_be_mended_first(
    lines: list[tuple[int, int, int, Discount | None]], off: Discount | None
) -> None:
    """A share of tax or discount of the other lines moves by a minor unit at some of these steps."""
    cart = built(lines, off, Cart(adds_tax=True, tax_rounding="receipt"))
    bounds = ShopSettings(quantity_max=2, amount_minor_max=1000)
    shares = {(line.receipt_tax_minor, line.sale_discount_minor) for line in cart.lines[1:]}
    while cart.lines[0].quantity > 2:
        less = cart.step(1, -1)
        check_cart(less, "GBP", bounds, before=cart)
        cart = less
        shares |= {(line.receipt_tax_minor, line.sale_discount_minor) for line in cart.lines[1:]}
    assert len(shares) > len(cart.lines) - 1


def test_a_sales_discount_is_looked_at_where_it_was_changed() -> None:
    """10 at 2.00 with 9.00 off cost 11.00; no line is changed, and 11.01 off is more than was there."""
    cart = built([(200, 10, 0, Discount("amount", 900))], None, Cart())
    bounds = ShopSettings(amount_minor_max=1000)
    check_cart(cart.discount_sale(Discount("amount", 200)), "GBP", bounds, before=cart)
    with pytest.raises(BadAmount, match=r"11\.01 is more than"):
        check_cart(cart.discount_sale(Discount("amount", 201)), "GBP", bounds, before=cart)
