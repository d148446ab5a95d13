"""The side panels of the sell page run what a clerk does one at a time, and show while something runs."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget

from app.services import journal
from app.services.cash import shifts
from app.services.selling import history, open_sales
from app.ui.widgets.parts import MessageLine
from app.ui.window.main_window import MainWindow
from sync_agent.errors import DiskFull
from tests.kit.offline_shop import ALICE, OfflineShop
from tests.kit.windows import Keyboard, Loop, focused, part, scan

BLUE_MUG, RED_MUG = "2000000000015", "2000000000022"


def press_twice(window: MainWindow, name: str) -> None:
    """Both presses arrive before the loop runs what the first began."""
    for _press in range(2):
        QTest.mouseClick(part(window, QPushButton, name), Qt.MouseButton.LeftButton)


def enter_twice(window: MainWindow, name: str) -> None:
    """Both go to what has the focus, as a keyboard's do."""
    part(window, QWidget, name).setFocus()
    for _press in range(2):
        QTest.keyClick(focused(), Qt.Key.Key_Return)


def sold(shop: OfflineShop) -> list[tuple[str, int]]:
    """Kind and total of each till transaction, oldest first."""
    return [(sale.kind, sale.total_minor) for sale in reversed(history.recent_sales(shop.till))]


def sell_a_mug(window: MainWindow, keys: Keyboard, loop: Loop) -> None:
    scan(BLUE_MUG)
    keys.press_in(window, Qt.Key.Key_F9)
    part(window, QPushButton, "takeCash").click()
    loop.settle()
    part(window, QPushButton, "nextCustomer").click()


def open_receipt(window: MainWindow, keys: Keyboard, shop: OfflineShop) -> None:
    receipt = history.recent_sales(shop.till)[0].receipt_number
    keys.press_in(window, Qt.Key.Key_F6)
    part(window, QLineEdit, "refundReceipt").setText(receipt)
    part(window, QPushButton, "refundFind").click()
    part(window, QLineEdit, "refundReasonLine").setText("Wrong item")


def fill_the_disk(shop: OfflineShop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object, **__: object) -> None:
        raise DiskFull("The disk is full. Nothing was saved; free some space and try again.")

    monkeypatch.setattr(shop.store, "write", full)


# --- twice is once -----------------------------------------------------------------------------------


@pytest.mark.parametrize("by_key", [False, True])
def test_cash_is_taken_once(
    selling: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop, by_key: bool
) -> None:
    scan(BLUE_MUG)
    keys.press_in(selling, Qt.Key.Key_F9)
    if by_key:
        enter_twice(selling, "cashGiven")
    else:
        press_twice(selling, "takeCash")
    loop.settle()
    assert sold(shop) == [("sale", 650)]
    assert part(selling, QWidget, "donePanel").isVisible()


@pytest.mark.parametrize("by_key", [False, True])
def test_a_card_is_taken_once(
    selling: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop, by_key: bool
) -> None:
    scan(BLUE_MUG)
    keys.press_in(selling, Qt.Key.Key_F9)
    keys.press_in(selling, Qt.Key.Key_F9)
    part(selling, QLineEdit, "cardReference").setText("A-17")
    if by_key:
        enter_twice(selling, "cardReference")
    else:
        press_twice(selling, "takeCard")
    loop.settle()
    assert sold(shop) == [("sale", 650)]


@pytest.mark.parametrize("by_key", [False, True])
def test_goods_go_back_once(
    selling: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop, by_key: bool
) -> None:
    scan(BLUE_MUG)
    sell_a_mug(selling, keys, loop)  # two mugs: half of the receipt could go back twice
    open_receipt(selling, keys, shop)
    part(selling, QLineEdit, "refundOf1").setText("1")
    if by_key:
        enter_twice(selling, "refundOf1")
    else:
        press_twice(selling, "refundGive")
    loop.settle()
    assert sold(shop) == [("sale", 1300), ("refund", 650)]


def test_a_sale_is_voided_once(selling: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop) -> None:
    loop.run(shifts.open_shift(shop.till, 5000, ALICE))
    sell_a_mug(selling, keys, loop)
    open_receipt(selling, keys, shop)
    press_twice(selling, "voidSale")
    loop.settle()
    assert [kind for kind, _total in sold(shop)] == ["sale", "void"]


def test_a_void_and_a_refund_pressed_together_are_the_first_of_them(
    selling: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    loop.run(shifts.open_shift(shop.till, 5000, ALICE))
    sell_a_mug(selling, keys, loop)
    open_receipt(selling, keys, shop)
    part(selling, QLineEdit, "refundOf1").setText("1")
    part(selling, QPushButton, "voidSale").click()
    part(selling, QPushButton, "refundGive").click()
    loop.settle()
    assert [kind for kind, _total in sold(shop)] == ["sale", "void"]


def test_the_drawer_is_opened_once(
    selling: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    keys.press_in(selling, Qt.Key.Key_F7)
    part(selling, QPushButton, "openDrawer").click()
    part(selling, QLineEdit, "drawerReasonLine").setText("Change a note")
    press_twice(selling, "openDrawerNow")
    loop.settle()
    assert [kind for kind, _total in sold(shop)] == ["no_sale"]
    assert len(journal.entries(shop.till)) == 1


def test_a_sale_is_held_once_and_recalled_once(
    selling: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    scan(BLUE_MUG)
    press_twice(selling, "hold")
    loop.settle()
    assert [held.total_minor for held in open_sales.held(shop.till)] == [650]
    keys.press_in(selling, Qt.Key.Key_F5)
    enter_twice(selling, "heldCarts")
    loop.settle()
    assert open_sales.held(shop.till) == []
    assert part(selling, QLabel, "cartTotal").text() == "£6.50"


# --- a panel shows that something runs, and ends it --------------------------------------------------


def test_the_payment_shows_that_the_sale_is_being_written(
    selling: MainWindow, keys: Keyboard, loop: Loop
) -> None:
    scan(BLUE_MUG)
    keys.press_in(selling, Qt.Key.Key_F9)
    part(selling, QPushButton, "takeCash").click()
    busy = ("takeCash", "payCash", "payCard", "tenderBack")
    assert not any(part(selling, QPushButton, name).isEnabled() for name in busy)
    assert not part(selling, QLineEdit, "cashGiven").isEnabled()
    keys.press(Qt.Key.Key_Escape)
    assert part(selling, QWidget, "tenderPanel").isVisible(), "the sale is not left half written"
    loop.settle()
    assert all(part(selling, QPushButton, name).isEnabled() for name in busy)


def test_each_panel_shows_it_whatever_runs(selling: MainWindow, keys: Keyboard, loop: Loop) -> None:
    scan(BLUE_MUG)
    keys.press_in(selling, Qt.Key.Key_F8)
    part(selling, QPushButton, "hold").click()
    busy = ("changeApply", "refundFind", "openDrawer", "heldBack", "takeCash")
    assert not any(part(selling, QPushButton, name).isEnabled() for name in busy)
    loop.settle()
    assert all(part(selling, QPushButton, name).isEnabled() for name in busy)


def test_what_a_panel_could_not_do_before_it_cannot_do_after(
    selling: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys.press_in(selling, Qt.Key.Key_F7)
    part(selling, QPushButton, "openDrawer").click()
    part(selling, QLineEdit, "drawerReasonLine").setText("Change a note")
    fill_the_disk(shop, monkeypatch)
    part(selling, QPushButton, "openDrawerNow").click()
    loop.settle()
    assert part(selling, MessageLine, "moreMessage").words.startswith("The disk is full.")
    assert not part(selling, QPushButton, "emptyCart").isEnabled(), "the cart is as empty as before"


def test_after_a_failure_the_typing_goes_on_where_it_was(
    selling: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan(BLUE_MUG)
    keys.press_in(selling, Qt.Key.Key_F9)
    part(selling, QLineEdit, "cashGiven").setText("10.00")
    fill_the_disk(shop, monkeypatch)
    keys.press(Qt.Key.Key_Return)
    loop.settle()
    assert part(selling, MessageLine, "tenderMessage").words.startswith("The disk is full.")
    assert QApplication.focusWidget() is part(selling, QLineEdit, "cashGiven")
    assert part(selling, QLineEdit, "cashGiven").text() == "10.00"
    monkeypatch.undo()
    keys.press(Qt.Key.Key_Return)
    loop.settle()
    assert sold(shop) == [("sale", 650)]
    assert part(selling, QLabel, "doneChange").text() == "£3.50"


def test_a_part_payment_outlives_the_failure_of_something_else(
    selling: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan(BLUE_MUG)
    keys.press_in(selling, Qt.Key.Key_F9)
    part(selling, QLineEdit, "cashGiven").setText("5.00")
    keys.press(Qt.Key.Key_Return)
    loop.settle()
    assert part(selling, QLabel, "tenderDue").text() == "£1.50"
    fill_the_disk(shop, monkeypatch)
    keys.press_in(selling, Qt.Key.Key_F4)
    loop.settle()
    assert part(selling, MessageLine, "tenderMessage").words.startswith("The disk is full.")
    assert part(selling, QLabel, "tenderDue").text() == "£1.50", "holding failed, not the payment"
    monkeypatch.undo()
    part(selling, QPushButton, "takeCash").click()
    loop.settle()
    assert sold(shop) == [("sale", 650)]


def test_a_scan_during_a_payment_that_fails_is_added_and_the_failure_is_shown(
    selling: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan(BLUE_MUG)
    loop.settle()
    keys.press_in(selling, Qt.Key.Key_F9)
    loop.settle()
    fill_the_disk(shop, monkeypatch)
    part(selling, QPushButton, "takeCash").click()
    scan(RED_MUG)
    loop.settle()
    monkeypatch.undo()
    assert part(selling, QLabel, "cartCount").text() == "2 items"
    assert part(selling, MessageLine, "sellMessage").words.startswith("The disk is full.")
    assert sold(shop) == []
