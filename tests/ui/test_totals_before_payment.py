"""What changes while a sale is rung up is seen before money is taken: rates, settings, bounds."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QPushButton, QWidget
from sqlalchemy import select

from app.domain.discount import Discount
from app.domain.open_sale import CartChange
from app.services.selling import history, open_sales
from app.ui.sell.cart_table import CartTable
from app.ui.widgets import problems
from app.ui.widgets.parts import MessageLine
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SELL
from sync_agent.store import tables as t
from tests.kit import assortment
from tests.kit.offline_shop import ALICE, BOB, OfflineShop
from tests.kit.windows import Keyboard, Loop, part, scan

BLUE_MUG = assortment.BLUE_MUG.barcode or ""
CHANGED = "A tax rate changed while this was rung up. The total is another now."


@pytest.fixture
def till_window(selling: MainWindow, shop: OfflineShop, loop: Loop) -> MainWindow:
    """Tax is added: 20 % today, from midnight on 30 %. A mug for 6.50 is in the cart: 7.80."""
    steps = [{"ratePpm": 200_000}, {"from": "2025-06-16", "ratePpm": 300_000}]
    shop.feed.publish_setting("adds_tax", True)
    shop.feed.publish_setting("tax_rate.std", {"name": "Standard", "steps": steps})
    shop.feed.publish_products(
        [assortment.BLUE_MUG.row().model_copy(update={"tax_name": "std", "version": 2})]
    )
    loop.settle()
    scan(BLUE_MUG)
    loop.settle()
    assert total(selling) == "£7.80"
    return selling


def total(window: MainWindow) -> str:
    return part(window, QLabel, "cartTotal").text()


def due(window: MainWindow) -> str:
    assert part(window, QWidget, "tenderPanel").isVisible()
    return part(window, QLabel, "tenderDue").text()


def begin_by_card(window: MainWindow, keys: Keyboard, reference: str) -> None:
    """The payment is open, by card, with the reference typed: the card may be charged already."""
    keys.press_in(window, Qt.Key.Key_F9)
    keys.press_in(window, Qt.Key.Key_F9)
    part(window, QLineEdit, "cardReference").setText(reference)


def paid(shop: OfflineShop) -> list[tuple[str, int, str | None]]:
    """The payments that are written, by sale: method, amount, reference."""
    with shop.store.reading() as connection:
        query = select(t.payment.c.method, t.payment.c.amount_minor, t.payment.c.reference)
        return [(row.method, row.amount_minor, row.reference) for row in connection.execute(query)]


def midnight_passes(shop: OfflineShop) -> None:
    shop.clock.wall_ms += 8 * 3_600_000


def test_pay_after_midnight_shows_the_new_total_before_money_is_taken(
    till_window: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    midnight_passes(shop)
    keys.press_in(till_window, Qt.Key.Key_F9)
    assert (due(till_window), total(till_window)) == ("£8.45", "£8.45")
    assert part(till_window, MessageLine, "sellMessage").words == CHANGED
    assert history.recent_sales(shop.till) == []
    part(till_window, QPushButton, "takeCash").click()
    loop.settle()
    assert [sale.total_minor for sale in history.recent_sales(shop.till)] == [845]


def test_a_refund_of_the_cart_after_midnight_is_of_the_new_total(
    till_window: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    midnight_passes(shop)
    keys.press_in(till_window, Qt.Key.Key_F6)
    part(till_window, QLineEdit, "refundCartReasonLine").setText("receipt lost")
    part(till_window, QPushButton, "refundWithoutReceipt").click()
    loop.settle()
    assert due(till_window) == "£8.45"
    assert part(till_window, MessageLine, "sellMessage").words == CHANGED


def test_another_price_after_midnight_is_taxed_at_the_new_rate(
    till_window: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    midnight_passes(shop)
    line = till_window.page(SELL).cart.lines[0]
    price = CartChange("price", line.line_id, price_minor=1000, reason="shelf")
    till_window.page(SELL).change_price(price)
    loop.settle()
    assert total(till_window) == "£13.00"


def test_a_typed_price_beyond_belief_is_refused_in_the_panel(
    till_window: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    shop.feed.publish_setting("amount_minor_max", 10_000)
    till_window.page(SELL).ask_for_discount("price")
    part(till_window, QLineEdit, "changeValue").setText("100.01")
    part(till_window, QLineEdit, "changeReasonLine").setText("shelf")
    part(till_window, QPushButton, "changeApply").click()
    loop.settle()
    assert problems.words_at(part(till_window, QLineEdit, "changeValue")) == (
        "120.01 is more than the largest amount of this shop, 100.00. Look at the figure again; an admin can"
        " set another bound."
    )
    assert total(till_window) == "£7.80"


def test_cash_beyond_belief_is_refused_where_it_is_typed(
    till_window: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    shop.feed.publish_setting("amount_minor_max", 780)
    loop.settle()
    keys.press_in(till_window, Qt.Key.Key_F9)
    part(till_window, QLineEdit, "cashGiven").setText("7.81")
    part(till_window, QPushButton, "takeCash").click()
    loop.settle()
    said = problems.words_at(part(till_window, QLineEdit, "cashGiven"))
    assert said.startswith("7.81 is more than the largest amount of this shop, 7.80.")
    assert history.recent_sales(shop.till) == []
    part(till_window, QLineEdit, "cashGiven").setText("7.80")
    part(till_window, QPushButton, "takeCash").click()
    loop.settle()
    assert [sale.total_minor for sale in history.recent_sales(shop.till)] == [780]


def test_a_total_beyond_a_lowered_bound_is_refused_at_pay(
    till_window: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    shop.feed.publish_setting("amount_minor_max", 779)
    loop.settle()
    keys.press_in(till_window, Qt.Key.Key_F9)
    assert not part(till_window, QWidget, "tenderPanel").isVisible()
    words = part(till_window, MessageLine, "sellMessage").words
    assert words.startswith("7.80 is more than the largest amount of this shop, 7.79.")


@pytest.mark.parametrize(
    ("name", "bound"), [("quantity_max", 500_000), ("amount_minor_max", 779), ("amount_minor_max", 1)]
)
def test_a_bound_that_is_lowered_while_a_card_is_charged_leaves_the_payment_alone(
    till_window: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop, name: str, bound: int
) -> None:
    begin_by_card(till_window, keys, "auth 4711")
    shop.feed.publish_setting(name, bound)
    loop.settle()
    assert due(till_window) == "£7.80"
    assert part(till_window, QLineEdit, "cardReference").text() == "auth 4711"
    part(till_window, QPushButton, "takeCard").click()
    loop.settle()
    assert paid(shop) == [("card", 780, "auth 4711")]


def test_cash_is_bounded_as_when_its_payment_began(
    till_window: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    shop.feed.publish_setting("amount_minor_max", 1000)
    loop.settle()
    keys.press_in(till_window, Qt.Key.Key_F9)
    shop.feed.publish_setting("amount_minor_max", 1, version=2)
    loop.settle()
    take(till_window, loop, "10.01")
    said = problems.words_at(part(till_window, QLineEdit, "cashGiven"))
    assert said.startswith("10.01 is more than the largest amount of this shop, 10.00.")
    take(till_window, loop, "10")
    assert paid(shop) == [("cash", 1000, None)]


def test_a_setting_that_concerns_no_total_leaves_an_open_payment_as_it_was_asked_for(
    till_window: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    """Midnight passes meanwhile: the customer was asked for 7.80, and the card may be charged."""
    begin_by_card(till_window, keys, "auth 4711")
    midnight_passes(shop)
    shop.feed.publish_setting("receipt_footer", "Thank you")
    loop.settle()
    assert (due(till_window), total(till_window)) == ("£7.80", "£7.80")
    part(till_window, QPushButton, "takeCard").click()
    loop.settle()
    assert paid(shop) == [("card", 780, "auth 4711")]


def test_back_from_the_payment_and_forward_again_keeps_what_was_typed_of_a_card(
    till_window: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    begin_by_card(till_window, keys, "auth 4711")
    till_window.page(SELL).back_to_cart()
    keys.press_in(till_window, Qt.Key.Key_F9)
    assert part(till_window, QLineEdit, "cardReference").isVisible()
    assert part(till_window, QLineEdit, "cardAmount").text() == "7.80"
    assert part(till_window, QLineEdit, "cardAmount").hasFocus()
    part(till_window, QPushButton, "takeCard").click()
    loop.settle()
    assert paid(shop) == [("card", 780, "auth 4711")]


def test_a_held_sale_that_is_taken_back_has_its_reference_still(
    till_window: MainWindow, keys: Keyboard, loop: Loop
) -> None:
    begin_by_card(till_window, keys, "auth 4711")
    till_window.page(SELL).back_to_cart()
    keys.press_in(till_window, Qt.Key.Key_F4)
    loop.settle()
    keys.press_in(till_window, Qt.Key.Key_F5)
    keys.press(Qt.Key.Key_Return)
    loop.settle()
    keys.press_in(till_window, Qt.Key.Key_F9)
    assert part(till_window, QLineEdit, "cardReference").isVisible()
    assert part(till_window, QLineEdit, "cardReference").text() == "auth 4711"


def test_a_reference_is_never_another_payments(
    till_window: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    page = till_window.page(SELL)
    reference, amount = (part(till_window, QLineEdit, name) for name in ("cardReference", "cardAmount"))

    def begins_anew() -> None:
        assert part(till_window, QLineEdit, "cashGiven").isVisible()
        keys.press_in(till_window, Qt.Key.Key_F9)
        assert reference.text() == ""

    begin_by_card(till_window, keys, "of one mug")
    page.back_to_cart()
    scan(BLUE_MUG)
    loop.settle()
    page.ask_for_money()
    begins_anew()
    amount.setText("7.80")
    reference.setText("of the first half")
    part(till_window, QPushButton, "takeCard").click()
    loop.settle()
    page.back_to_cart()
    page.ask_for_money()  # 7.80 is due again
    assert due(till_window) == "£7.80"
    assert reference.text() == ""
    reference.setText("of the second half")
    part(till_window, QPushButton, "takeCard").click()
    loop.settle()
    scan(BLUE_MUG)
    scan(BLUE_MUG)
    loop.settle()
    page.ask_for_money()
    begins_anew()  # the next customer's, of the same total
    assert paid(shop) == [("card", 780, "of the first half"), ("card", 780, "of the second half")]


def test_a_method_that_is_offered_no_more_takes_its_reference_along(
    till_window: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    begin_by_card(till_window, keys, "auth 4711")
    shop.feed.publish_setting("payment_methods", ["other", "cash"])
    loop.until(lambda: not part(till_window, QWidget, "tenderPanel").isVisible())
    keys.press_in(till_window, Qt.Key.Key_F9)
    assert due(till_window) == "£7.80"
    assert part(till_window, QLineEdit, "cardReference").text() == ""


def test_a_held_sale_with_two_large_lines_is_mended_one_line_at_a_time(
    selling: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    page = selling.page(SELL)
    for code in (BLUE_MUG, assortment.RED_MUG.barcode or ""):
        for _ in range(3):
            selling.take_scan(code)
    keys.press_in(selling, Qt.Key.Key_F4)
    loop.settle()
    shop.feed.publish_setting("quantity_max", 1)
    loop.settle()
    keys.press_in(selling, Qt.Key.Key_F5)
    keys.press(Qt.Key.Key_Return)
    loop.settle()
    assert [line.quantity for line in page.cart.lines] == [3, 3]
    table = part(selling, CartTable, "cartTable")
    for line in page.cart.lines:
        for _ in range(2):
            table.stepRequested.emit(line.line_id, -1)
    assert [line.quantity for line in page.cart.lines] == [1, 1]
    page.ask_for_money()
    assert due(selling) == "£13.00"


# --- a limit that becomes tighter during the payment ---------------------------------------------------


@pytest.fixture
def bobs(window: MainWindow, loop: Loop) -> MainWindow:
    """A clerk has given 10 % off a mug, which he may: 5.85, and the payment is open."""
    window.welcome(BOB)
    window.take_scan(BLUE_MUG)
    line = window.page(SELL).cart.lines[0]
    tenth = CartChange("line", line.line_id, Discount("share", 100_000, "Damaged packaging"))
    window.page(SELL).change_price(tenth)
    loop.settle()
    window.page(SELL).ask_for_money()
    assert due(window) == "£5.85"
    return window


def take(window: MainWindow, loop: Loop, cash: str) -> None:
    part(window, QLineEdit, "cashGiven").setText(cash)
    part(window, QPushButton, "takeCash").click()
    loop.settle()


def is_asked(window: MainWindow) -> bool:
    return any(dialog.isVisible() for dialog in window.findChildren(QDialog, "approvalDialog"))


def pay_asks_a_manager(window: MainWindow, loop: Loop) -> None:
    """Who is not there."""
    window.page(SELL).ask_for_money()
    loop.until(lambda: is_asked(window))
    part(window, QPushButton, "approvalCancel").click()
    loop.settle()
    assert not is_asked(window)
    assert not part(window, QWidget, "tenderPanel").isVisible()


@pytest.mark.parametrize("given", ["5.85", "2"])
def test_no_money_is_taken_under_a_limit_that_has_become_tighter(
    bobs: MainWindow, loop: Loop, shop: OfflineShop, given: str
) -> None:
    shop.feed.publish_setting("clerk_discount_ppm_max", 50_000)  # and the window has not heard of it yet
    take(bobs, loop, given)
    assert history.recent_sales(shop.till) == []
    assert bobs.page(SELL).cart.total_minor == 585
    assert not part(bobs, QWidget, "tenderPanel").isVisible()
    assert part(bobs, MessageLine, "sellMessage").words == (
        "The shop’s settings have changed. Look at the total, then begin the payment again."
    )
    in_progress = open_sales.in_progress(shop.till)
    assert in_progress is not None
    assert in_progress.payments == ()
    pay_asks_a_manager(bobs, loop)


def test_the_window_says_why_a_payment_was_closed(bobs: MainWindow, loop: Loop, shop: OfflineShop) -> None:
    part(bobs, QLineEdit, "cashGiven").setText("20")
    shop.feed.publish_setting("clerk_discount_ppm_max", 50_000)
    loop.until(lambda: not part(bobs, QWidget, "tenderPanel").isVisible())
    assert part(bobs, MessageLine, "sellMessage").words.startswith("The shop’s settings have changed.")


def test_what_was_typed_of_a_card_is_there_when_a_manager_has_approved_the_tighter_limit(
    bobs: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    bobs.page(SELL).ask_for_money()  # the next method: the card
    part(bobs, QLineEdit, "cardReference").setText("auth 4711")
    shop.feed.publish_setting("clerk_discount_ppm_max", 50_000)
    loop.until(lambda: not part(bobs, QWidget, "tenderPanel").isVisible())
    bobs.welcome(ALICE)
    bobs.page(SELL).ask_for_money()
    loop.settle()
    assert due(bobs) == "£5.85"
    assert part(bobs, QLineEdit, "cardReference").isVisible()
    assert part(bobs, QLineEdit, "cardReference").text() == "auth 4711"


def test_once_a_part_was_paid_the_limits_of_its_beginning_hold(
    bobs: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    take(bobs, loop, "2")
    assert due(bobs) == "£3.85"
    for name in ("clerk_discount_ppm_max", "amount_minor_max", "quantity_max"):
        shop.feed.publish_setting(name, 1)
    loop.settle()
    bobs.page(SELL).back_to_cart()
    bobs.page(SELL).ask_for_money()
    assert due(bobs) == "£3.85"
    take(bobs, loop, "3.85")
    assert not is_asked(bobs)
    assert [sale.total_minor for sale in history.recent_sales(shop.till)] == [585]


def test_what_is_added_after_a_part_was_paid_is_under_the_limits_of_then(
    bobs: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    take(bobs, loop, "2")
    shop.feed.publish_setting("clerk_discount_ppm_max", 50_000)
    loop.settle()
    bobs.page(SELL).back_to_cart()
    bobs.take_scan(BLUE_MUG)
    loop.settle()
    pay_asks_a_manager(bobs, loop)
