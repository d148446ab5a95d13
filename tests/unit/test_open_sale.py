"""The open sale: what in it needs a manager, how far an approval goes, and when it ends. No Qt, no disk."""

from dataclasses import dataclass

import pytest

from app.domain.cart import Cart
from app.domain.discount import Discount
from app.domain.errors import BadPayment, EmptyCart, ReasonMissing
from app.domain.open_sale import ApprovalRequirement, CartChange, Limits, OpenSale
from app.domain.rights import Right
from app.domain.tender import Tender


@dataclass(frozen=True)
class Goods:
    id: str
    name: str
    price_minor: int | None
    tax_rate_ppm: int = 0
    unit: str = "each"
    barcode: str | None = None
    sku: str | None = None


MUG = Goods("mug", "Blue mug", 1000)
BOWL = Goods("bowl", "Bowl", 4000)
CHEESE = Goods("cheese", "Comté", 2000, unit="kg")
TEN_PERCENT = Limits(discount_ppm_max=100_000)
HALF = Discount("share", 500_000, "chipped")


def sale_of(*goods: Goods, currency: str = "GBP") -> OpenSale:
    cart = Cart()
    for one in goods:
        cart = cart.add(one)
    return OpenSale("sale-1", currency, cart)


def needed(sale: OpenSale, role: str = "clerk") -> list[tuple[Right, int | None, int]]:
    return [
        (need.right, need.line_id, need.amount_minor) for need in sale.needed_approvals(role, TEN_PERCENT)
    ]


def approved(sale: OpenSale, at_ms: int = 1) -> OpenSale:
    """With all that a clerk would need approved by Alice."""
    return sale.approve(sale.needed_approvals("clerk", TEN_PERCENT), "alice", "Alice", at_ms)


# --- what needs a manager ----------------------------------------------------------------------------


def test_a_plain_sale_and_a_small_discount_need_nobody() -> None:
    sale = sale_of(MUG, BOWL)
    assert needed(sale) == []
    assert needed(sale.with_cart(lambda cart: cart.discount_sale(Discount("share", 100_000)))) == []


def test_a_large_discount_of_a_line_is_needed_for_that_line_and_what_it_takes_off() -> None:
    sale = sale_of(MUG, BOWL).with_cart(lambda cart: cart.discount_line(2, HALF))
    assert needed(sale) == [(Right.LARGE_DISCOUNT, 2, 2000)]
    assert needed(sale, "manager") == []


def test_a_large_discount_of_the_sale_is_needed_for_the_sale() -> None:
    sale = sale_of(MUG, BOWL).with_cart(lambda cart: cart.discount_sale(HALF))
    assert needed(sale) == [(Right.LARGE_DISCOUNT, None, 2500)]


def test_two_small_discounts_of_one_line_are_large_together() -> None:
    eight = Discount("share", 80_000)
    line = sale_of(MUG).with_cart(lambda cart: cart.discount_line(1, eight))
    assert needed(line) == []
    both = line.with_cart(lambda cart: cart.discount_sale(eight))
    assert needed(both) == [(Right.LARGE_DISCOUNT, 1, 80), (Right.LARGE_DISCOUNT, None, 74)]


def test_another_price_is_needed_for_by_how_much_the_line_comes_to_less() -> None:
    sale = sale_of(MUG, CHEESE).with_cart(lambda cart: cart.set_price(1, 700, "shelf said so"))
    assert needed(sale) == [(Right.OVERRIDE_PRICE, 1, 300)]
    dearer = sale.with_cart(lambda cart: cart.set_price(1, 1200, "shelf said so"))
    assert needed(dearer) == [(Right.OVERRIDE_PRICE, 1, -200)]
    quarter = sale_of(CHEESE).with_cart(lambda cart: cart.set_quantity(1, 250).set_price(1, 1000, "end"))
    assert needed(quarter) == [(Right.OVERRIDE_PRICE, 1, 250)]


def test_a_refund_without_its_receipt_is_needed_for_all_that_goes_back() -> None:
    assert needed(sale_of(MUG, BOWL).begin_refund("lost")) == [(Right.REFUND_WITHOUT_RECEIPT, None, 5000)]


# --- how far an approval goes ------------------------------------------------------------------------


def test_what_was_approved_is_not_asked_for_again_nor_is_less_of_it() -> None:
    sale = approved(sale_of(BOWL).with_cart(lambda cart: cart.discount_line(1, HALF)))
    assert needed(sale) == []
    less = sale.with_cart(lambda cart: cart.discount_line(1, Discount("share", 300_000)))
    assert needed(less) == []


def test_more_than_was_approved_is_asked_for_again() -> None:
    sale = approved(sale_of(BOWL).with_cart(lambda cart: cart.discount_line(1, HALF)))
    more = sale.with_cart(lambda cart: cart.discount_line(1, Discount("amount", 2001)))
    assert needed(more) == [(Right.LARGE_DISCOUNT, 1, 2001)]
    assert needed(approved(more)) == []
    [approval] = approved(more, at_ms=7).approvals
    assert (approval.at_most_minor, approval.at_ms, approval.approver_name) == (2001, 7, "Alice")


def test_twice_as_many_at_the_approved_discount_are_asked_for_again() -> None:
    half = approved(sale_of(MUG).with_cart(lambda cart: cart.discount_line(1, HALF)))
    assert needed(half.with_cart(lambda cart: cart.step(1, 1))) == [(Right.LARGE_DISCOUNT, 1, 1000)]
    cheap = approved(sale_of(MUG).with_cart(lambda cart: cart.set_price(1, 700, "chipped")))
    assert needed(cheap.with_cart(lambda cart: cart.step(1, 1))) == [(Right.OVERRIDE_PRICE, 1, 600)]


def test_an_approval_of_one_line_is_none_of_another() -> None:
    sale = approved(sale_of(MUG, BOWL).with_cart(lambda cart: cart.discount_line(2, HALF)))
    other = sale.with_cart(lambda cart: cart.discount_line(1, HALF))
    assert needed(other) == [(Right.LARGE_DISCOUNT, 1, 500)]


def test_an_approval_of_a_lower_price_is_none_of_a_higher() -> None:
    sale = approved(sale_of(MUG).with_cart(lambda cart: cart.set_price(1, 700, "shelf")))
    dearer = sale.with_cart(lambda cart: cart.set_price(1, 1100, "shelf"))
    assert needed(dearer) == [(Right.OVERRIDE_PRICE, 1, -100)]


def test_goods_added_to_a_sale_of_a_share_off_are_asked_for_and_to_an_amount_off_not() -> None:
    share = approved(sale_of(MUG).with_cart(lambda cart: cart.discount_sale(HALF)))
    assert needed(share.with_cart(lambda cart: cart.add(BOWL))) == [(Right.LARGE_DISCOUNT, None, 2500)]
    amount = approved(sale_of(MUG).with_cart(lambda cart: cart.discount_sale(Discount("amount", 500))))
    assert needed(amount.with_cart(lambda cart: cart.add(MUG).set_price(1, 1000, ""))) == []


def test_goods_added_to_a_refund_are_asked_for_again() -> None:
    sale = approved(sale_of(MUG).begin_refund("lost"))
    assert needed(sale) == []
    assert needed(sale.with_cart(lambda cart: cart.add(BOWL))) == [(Right.REFUND_WITHOUT_RECEIPT, None, 5000)]


# --- when it ends ------------------------------------------------------------------------------------


def test_a_refund_that_was_left_takes_its_approval_with_it() -> None:
    refunding = approved(sale_of(BOWL).begin_refund("lost"))
    left = refunding.abandon_refund()
    assert (left.refund, left.approvals) == (None, ())
    assert needed(left.with_cart(lambda cart: cart.discount_line(1, HALF))) == [
        (Right.LARGE_DISCOUNT, 1, 2000)
    ]
    assert needed(left.begin_refund("lost")) == [(Right.REFUND_WITHOUT_RECEIPT, None, 4000)]


@pytest.mark.parametrize(
    "change",
    [
        lambda cart: cart.remove(1),
        lambda cart: cart.discount_line(1, None),
        lambda cart: cart.set_quantity(1, 0),
    ],
)
def test_a_discount_that_is_gone_takes_its_approval_with_it(change: object) -> None:
    assert callable(change)
    sale = approved(sale_of(MUG, BOWL).with_cart(lambda cart: cart.discount_line(1, HALF)))
    assert sale.with_cart(change).approvals == ()


def test_the_catalogues_price_again_takes_the_approval_of_another_with_it() -> None:
    sale = approved(sale_of(MUG).with_cart(lambda cart: cart.set_price(1, 700, "shelf")))
    again = sale.with_cart(lambda cart: cart.set_price(1, 1000, ""))
    assert needed(again.with_cart(lambda cart: cart.set_price(1, 700, "shelf"))) == [
        (Right.OVERRIDE_PRICE, 1, 300)
    ]


def test_an_emptied_sale_begins_again_without_discount_refund_or_approval() -> None:
    sale = approved(sale_of(MUG).with_cart(lambda cart: cart.discount_sale(HALF)).begin_refund("lost"))
    empty = sale.with_cart(lambda cart: cart.remove(1))
    assert empty == OpenSale("sale-1", "GBP", Cart(next_line_id=2))
    assert empty.with_cart(lambda cart: cart.add(BOWL)).cart.total_minor == 4000


def test_what_a_manager_rang_up_stays_answered_for_when_a_clerk_goes_on() -> None:
    sale = sale_of(MUG).with_cart(lambda cart: cart.discount_line(1, HALF))
    by_alice = sale.approve(sale.open_needs(TEN_PERCENT), "alice", "Alice", 1)
    assert needed(by_alice, "clerk") == []
    assert needed(by_alice.with_cart(lambda cart: cart.step(1, 1)), "clerk") != []


def test_a_new_approval_of_one_thing_leaves_those_of_others() -> None:
    sale = approved(sale_of(MUG, BOWL).with_cart(lambda cart: cart.discount_line(1, HALF)))
    both = sale.approve([ApprovalRequirement(Right.LARGE_DISCOUNT, 2, 900)], "omar", "Omar", 2)
    assert [(one.line_id, one.approver_id) for one in both.approvals] == [(1, "alice"), (2, "omar")]


# --- changes, refunds, payments ----------------------------------------------------------------------


def test_a_change_of_price_or_discount_is_of_one_line_or_of_the_sale() -> None:
    cart = sale_of(MUG, BOWL).cart
    assert CartChange("line", 2, HALF).of(cart).total_minor == 1000 + 2000
    assert CartChange("sale", None, HALF).of(cart).total_minor == 2500
    priced = CartChange("price", 1, price_minor=700, reason="shelf").of(cart)
    assert (priced.total_minor, priced.lines[0].reason) == (4700, "shelf")


def test_a_refund_needs_goods_and_a_reason() -> None:
    with pytest.raises(EmptyCart):
        sale_of().begin_refund("lost")
    with pytest.raises(ReasonMissing):
        sale_of(MUG).begin_refund(" ")


def test_what_was_paid_counts_when_the_payment_goes_on() -> None:
    sale = sale_of(MUG, BOWL).with_payments([Tender("card", 1200), Tender("cash", 1000, 200)])
    assert sale.settlement().due_minor == 5000 - 1200 - 800
    more = sale.with_cart(lambda cart: cart.add(MUG))
    assert more.settlement().due_minor == 6000 - 2000


def test_a_sale_never_becomes_less_than_was_paid_for_it() -> None:
    sale = sale_of(MUG, BOWL).with_payments([Tender("card", 1500)])
    with pytest.raises(BadPayment, match=r"5\.00 more was taken than is due"):
        sale.with_cart(lambda cart: cart.remove(2))
    with pytest.raises(BadPayment, match=r"15\.00 more was taken"):
        sale.begin_refund("lost")
    yen = sale_of(MUG, currency="JPY").with_payments([Tender("card", 1000)])
    with pytest.raises(BadPayment, match="1000 more was taken"):
        yen.with_cart(lambda cart: cart.remove(1))


def test_what_was_given_back_of_a_refund_ends_with_it() -> None:
    sale = sale_of(BOWL).begin_refund("lost").with_payments([Tender("cash", 1000)])
    assert sale.settlement().due_minor == 3000
    assert sale.abandon_refund().payments == ()
