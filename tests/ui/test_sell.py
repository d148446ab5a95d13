"""Selling through the window, by scanner and by keyboard alone, onto a real disk."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QMessageBox, QPushButton, QWidget
from sqlalchemy import select

from app.services import preferences
from app.services.selling import history
from app.services.stock import inventory
from app.services.sync import queue
from app.ui.sell.cart_table import QUANTITY, REMOVE, CartTable
from app.ui.widgets.parts import MessageLine, SearchField
from app.ui.widgets.two_line import TwoLineList
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SELL
from sync_agent.errors import DiskFull
from sync_agent.store import tables as t
from tests.kit.offline_shop import OfflineShop
from tests.kit.windows import Keyboard, Loop, part, scan

BLUE_MUG, RED_MUG, TOWEL = "2000000000015", "2000000000022", "2000000000039"


def test_what_is_scanned_is_in_the_cart_wherever_the_focus_is(selling: MainWindow) -> None:
    for name in ("navStock", "pay", "switchPerson", "sellSearch"):
        part(selling, QWidget, name).setFocus()
        scan(BLUE_MUG)
    assert [(line.description, line.quantity) for line in selling.page(SELL).cart.lines] == [("Blue mug", 4)]
    assert text(selling, "cartTotal") == "£26.00"
    assert selling.page(SELL).isVisible(), "no button was pressed by the scanner's Enter"


def test_a_sale_by_scanner_is_on_disk_when_the_receipt_number_shows(
    selling: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    scan(BLUE_MUG)
    scan(TOWEL)
    keys.press_in(selling, Qt.Key.Key_F9)
    part(selling, QLineEdit, "cashGiven").setText("20")
    assert text(selling, "tenderChange") == "£4.55"
    part(selling, QPushButton, "takeCash").click()
    loop.settle()
    assert text(selling, "doneReceipt") == "T2-000001"
    assert text(selling, "doneChange") == "£4.55"
    with shop.store.reading() as connection:
        sale = connection.execute(select(t.sale)).one()
    assert (sale.receipt_number, sale.total_minor) == ("T2-000001", 1545)
    assert queue.counts(shop.till).waiting == 1
    assert inventory.stock_row(shop.till, shop.product_id("Blue mug")).on_hand == 19
    assert selling.page(SELL).cart.is_empty


def test_a_sale_by_keyboard_alone(selling: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop) -> None:
    keys.press_in(selling, Qt.Key.Key_F2)
    keys.type("mug")
    keys.press(Qt.Key.Key_Down)
    keys.press(Qt.Key.Key_Down)
    keys.press(Qt.Key.Key_Return)  # the second of two mugs
    keys.type("towel")
    keys.press(Qt.Key.Key_Return)  # the first that was found
    table = part(selling, CartTable, "cartTable")
    table.setFocus()
    keys.press(Qt.Key.Key_Plus)
    keys.press(Qt.Key.Key_Plus)
    keys.press(Qt.Key.Key_Minus)
    loop.until(lambda: quantities(selling) == {"Red mug": 1, "Tea towel, striped linen": 2})
    keys.press_in(selling, Qt.Key.Key_F9)
    keys.press(Qt.Key.Key_Return)  # the field has the exact amount
    loop.settle()
    assert text(selling, "doneReceipt") == "T2-000001"
    assert text(selling, "doneChange") == "£0.00"
    keys.press(Qt.Key.Key_Space)
    loop.until(lambda: part(selling, SearchField, "sellSearch").isVisible())
    assert [sale.total_minor for sale in history.recent_sales(shop.till)] == [650 + 2 * 895]


def test_the_next_scan_leaves_the_done_sale_and_begins_another(
    selling: MainWindow, keys: Keyboard, loop: Loop
) -> None:
    scan(BLUE_MUG)
    selling.page(SELL).ask_for_money()
    keys.press(Qt.Key.Key_Return)
    loop.settle()
    scan(RED_MUG)
    assert quantities(selling) == {"Red mug": 1}
    assert not part(selling, QWidget, "donePanel").isVisible()


def test_a_miss_stays_in_sight_without_a_box_and_the_next_scan_is_billed(selling: MainWindow) -> None:
    scan(BLUE_MUG)
    scan("5012345678900")
    scan("4006381333931")
    scan(RED_MUG)
    line = part(selling, MessageLine, "sellMessage")
    assert line.isVisible()
    assert line.words == "No product has these codes: 5012345678900, 4006381333931. They were not added."
    assert QApplication.activeModalWidget() is None
    assert not selling.findChildren(QDialog)
    assert not selling.findChildren(QMessageBox)
    assert quantities(selling) == {"Blue mug": 1, "Red mug": 1}
    part(line, QWidget, "sellMessageClose").setFocus()
    QTest.mouseClick(part(line, QWidget, "sellMessageClose"), Qt.MouseButton.LeftButton)
    assert not line.isVisible()


def test_a_scan_while_a_quantity_is_typed_does_not_change_that_quantity(
    selling: MainWindow, keys: Keyboard
) -> None:
    scan(BLUE_MUG)
    table = part(selling, CartTable, "cartTable")
    table.setFocus()
    keys.press(Qt.Key.Key_Return)
    editor = part(table, QLineEdit, "quantityEditor")
    assert QApplication.focusWidget() is editor
    scan(RED_MUG)
    assert quantities(selling) == {"Blue mug": 1, "Red mug": 1}


def test_a_quantity_can_be_typed(selling: MainWindow, keys: Keyboard, loop: Loop) -> None:
    scan(BLUE_MUG)
    table = part(selling, CartTable, "cartTable")
    table.setFocus()
    keys.press(Qt.Key.Key_Return)
    editor = part(table, QLineEdit, "quantityEditor")
    assert QApplication.focusWidget() is editor
    keys.type("12")
    keys.press(Qt.Key.Key_Return)
    loop.until(lambda: quantities(selling) == {"Blue mug": 12})


def test_nonsense_for_a_quantity_is_refused_in_words(selling: MainWindow, keys: Keyboard, loop: Loop) -> None:
    scan(BLUE_MUG)
    table = part(selling, CartTable, "cartTable")
    table.setFocus()
    keys.press(Qt.Key.Key_Return)
    editor = part(table, QLineEdit, "quantityEditor")
    editor.setText("lots")
    keys.press(Qt.Key.Key_Return)
    loop.until(lambda: "not a quantity" in part(selling, MessageLine, "sellMessage").words)
    assert quantities(selling) == {"Blue mug": 1}


def test_minus_plus_and_remove_can_be_pressed_with_a_finger(selling: MainWindow) -> None:
    scan(BLUE_MUG)
    table = part(selling, CartTable, "cartTable")
    cell = table.visualRect(table.model().index(0, QUANTITY))
    more = QPoint(cell.right() - 20, cell.center().y())
    less = QPoint(cell.left() + 20, cell.center().y())
    for place in (more, more, less):
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert quantities(selling) == {"Blue mug": 2}
    remove = table.visualRect(table.model().index(0, REMOVE)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=remove)
    assert selling.page(SELL).cart.is_empty


def test_delete_removes_the_chosen_line(selling: MainWindow, keys: Keyboard) -> None:
    scan(BLUE_MUG)
    scan(RED_MUG)
    part(selling, CartTable, "cartTable").setFocus()
    keys.press_in(selling, Qt.Key.Key_Delete)
    assert quantities(selling) == {"Blue mug": 1}


def test_too_little_cash_is_a_part_and_the_rest_stays_due(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    scan(BLUE_MUG)
    selling.page(SELL).ask_for_money()
    part(selling, QLineEdit, "cashGiven").setText("5")
    assert text(selling, "tenderChange") == "£1.50"
    part(selling, QPushButton, "takeCash").click()
    loop.settle()
    assert text(selling, "tenderDue") == "£1.50", "what was given counts, and the rest is asked for"
    assert history.recent_sales(shop.till) == []


def test_esc_goes_back_from_the_tender_to_the_cart(selling: MainWindow, keys: Keyboard) -> None:
    scan(BLUE_MUG)
    keys.press_in(selling, Qt.Key.Key_F9)
    keys.press(Qt.Key.Key_Escape)
    assert part(selling, SearchField, "sellSearch").isVisible()
    assert quantities(selling) == {"Blue mug": 1}


def test_an_empty_cart_cannot_be_paid_and_says_why(selling: MainWindow, keys: Keyboard) -> None:
    pay = part(selling, QPushButton, "pay")
    assert not pay.isEnabled()
    assert pay.toolTip() == "There is nothing in the cart yet."
    keys.press_in(selling, Qt.Key.Key_F9)
    assert part(selling, MessageLine, "sellMessage").words == "There is nothing in the cart yet."


def test_a_product_without_a_price_is_refused_in_words(selling: MainWindow) -> None:
    scan("2000000000114")
    assert selling.page(SELL).cart.is_empty
    assert "has no price yet" in part(selling, MessageLine, "sellMessage").words


def test_a_full_disk_keeps_the_cart_and_says_so(
    selling: MainWindow, loop: Loop, shop: OfflineShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object, **__: object) -> None:
        raise DiskFull("The disk is full. Nothing was saved; free some space and try again.")

    scan(BLUE_MUG)
    selling.page(SELL).ask_for_money()
    monkeypatch.setattr(shop.store, "write", full)
    part(selling, QPushButton, "takeCash").click()
    loop.settle()
    assert part(selling, MessageLine, "tenderMessage").words.startswith("The disk is full.")
    assert quantities(selling) == {"Blue mug": 1}
    assert part(selling, QPushButton, "takeCash").isEnabled()


def test_the_last_sales_are_listed_while_nothing_is_searched_for(
    selling: MainWindow, keys: Keyboard, loop: Loop
) -> None:
    scan(BLUE_MUG)
    selling.page(SELL).ask_for_money()
    keys.press(Qt.Key.Key_Return)
    loop.settle()
    selling.page(SELL).back_to_cart()
    sales = part(selling, TwoLineList, "lastSales")
    loop.until(lambda: sales.rows.rowCount() == 1)


def test_the_cart_survives_a_switch_of_clerks(selling: MainWindow) -> None:
    scan(BLUE_MUG)
    selling.switch_person()
    assert selling.actor is None
    assert not selling.page(SELL).isVisible()
    assert quantities(selling) == {"Blue mug": 1}


def test_quick_keys_are_made_put_first_and_taken_away(
    selling: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    def arrange(code: str, choice: str) -> list[str]:
        before = preferences.read(shop.till).quick_keys
        scan(code)
        keys.press_in(selling, Qt.Key.Key_F7)
        part(selling, QPushButton, choice).click()
        loop.until(lambda: preferences.read(shop.till).quick_keys != before)
        loop.settle()
        loop.until(lambda: tuple(shown_keys(selling)) == preferences.read(shop.till).quick_keys)
        names = [part(selling, QPushButton, f"quick-{one}").toolTip() for one in shown_keys(selling)]
        return [name.split(",")[0] for name in names]

    assert arrange("2000000000015", "quickKeyOfLine") == ["Blue mug"]
    assert arrange("2000000000022", "quickKeyOfLine") == ["Blue mug", "Red mug"]
    assert arrange("2000000000022", "quickKeyFirst") == ["Red mug", "Blue mug"]
    assert arrange("2000000000015", "quickKeyOfLine") == ["Red mug"]
    part(selling, QPushButton, f"quick-{shop.product_id('Red mug')}").click()
    assert quantities(selling)["Red mug"] == 3


def test_a_quick_key_too_many_is_refused_in_words(
    selling: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    others = [f"product-{number}" for number in range(1, 13)]
    for product_id in others[: preferences.QUICK_KEYS_MAX]:
        loop.run(preferences.toggle_quick_key(shop.till, product_id))
    loop.settle()
    scan("2000000000015")
    keys.press_in(selling, Qt.Key.Key_F7)
    part(selling, QPushButton, "quickKeyOfLine").click()
    loop.settle()
    assert part(selling, MessageLine, "moreMessage").words.startswith("There is room for 12 quick keys.")
    assert len(preferences.read(shop.till).quick_keys) == preferences.QUICK_KEYS_MAX


def shown_keys(window: MainWindow) -> list[str]:
    """Products by their quick keys, in the keys' order."""
    made = [key for key in window.findChildren(QPushButton) if key.property("role") == "quickkey"]
    shown = [key for key in made if (row := key.parentWidget()) is not None and key.isVisibleTo(row)]
    shown.sort(key=lambda key: (key.y(), key.x()))
    return [key.objectName().removeprefix("quick-") for key in shown]


def quantities(window: MainWindow) -> dict[str, int]:
    return {line.description: line.quantity for line in window.page(SELL).cart.lines}


def text(window: MainWindow, name: str) -> str:
    return part(window, QLabel, name).text()
