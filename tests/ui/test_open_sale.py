"""The open sale in the window: who is asked, and what is there again. Bob is a clerk, Alice a manager."""

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QAbstractButton, QDialog, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app.domain.discount import Discount
from app.domain.open_sale import CartChange
from app.services.selling import history, open_sales
from app.ui.sell.cart_table import CartTable
from app.ui.widgets.parts import MessageLine
from app.ui.window.bridge import Bridge
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SELL
from sync_agent.contract.operations import Operation
from sync_agent.errors import DiskFull
from sync_agent.store import tables as t
from sync_agent.store.queue.wire import wire_form
from tests.kit.agents import SilentAgent
from tests.kit.feed import PEPPER
from tests.kit.offline_shop import ALICE, BOB, PIN, OfflineShop
from tests.kit.windows import Keyboard, Loop, part, scan

BLUE_MUG, RED_MUG, CANDLE = "2000000000015", "2000000000022", "2000000000060"
HALF = Discount("share", 500_000, "Damaged packaging")


@pytest.fixture
def bobs(window: MainWindow) -> MainWindow:
    """The window with a clerk signed in."""
    window.welcome(BOB)
    return window


def asked(window: MainWindow) -> QDialog | None:
    """The visible approval dialog, if there is one."""
    found = [dialog for dialog in window.findChildren(QDialog, "approvalDialog") if dialog.isVisible()]
    assert len(found) <= 1
    return found[0] if found else None


def alice_approves(window: MainWindow, loop: Loop) -> None:
    loop.until(lambda: asked(window))
    dialog = asked(window)
    assert dialog is not None
    part(dialog, QLineEdit, "approvalPin").setText(PIN)
    part(dialog, QPushButton, "approve").click()
    is_closed(window, loop)


def alice_is_not_there(window: MainWindow, loop: Loop) -> None:
    loop.until(lambda: asked(window))
    dialog = asked(window)
    assert dialog is not None
    part(dialog, QPushButton, "approvalCancel").click()
    is_closed(window, loop)


def is_closed(window: MainWindow, loop: Loop) -> None:
    loop.until(lambda: asked(window) is None)
    loop.settle()
    window.activateWindow()  # what a window system does when a dialog over it closes
    loop.until(window.isActiveWindow)


def halve(window: MainWindow) -> None:
    line = window.page(SELL).cart.lines[0]
    window.page(SELL).change_price(CartChange("line", line.line_id, HALF))


def refund_the_cart(window: MainWindow, keys: Keyboard) -> None:
    keys.press_in(window, Qt.Key.Key_F6)
    part(window, QLineEdit, "refundCartReasonLine").setText("receipt lost")
    part(window, QPushButton, "refundWithoutReceipt").click()


def pay(window: MainWindow, keys: Keyboard, loop: Loop) -> None:
    keys.press_in(window, Qt.Key.Key_F9)
    part(window, QPushButton, "takeCash").click()
    loop.settle()


def last_sent(shop: OfflineShop) -> Operation:
    with shop.store.reading() as connection:
        row = connection.execute(select(t.outbox).order_by(t.outbox.c.device_seq.desc()).limit(1)).one()
    return Operation.model_validate(wire_form(row))


def in_sight(window: MainWindow, name: str) -> bool:
    return part(window, QWidget, name).isVisible()


# --- who is asked, and when --------------------------------------------------------------------------


def test_a_refund_that_was_approved_and_left_allows_no_discount(
    bobs: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    scan(BLUE_MUG)
    refund_the_cart(bobs, keys)
    alice_approves(bobs, loop)
    assert part(bobs, QPushButton, "pay").text() == "Give back"
    keys.press(Qt.Key.Key_Escape)
    assert part(bobs, QPushButton, "pay").text() == "Pay (F9)"
    halve(bobs)
    loop.until(lambda: asked(bobs))
    alice_is_not_there(bobs, loop)
    assert bobs.page(SELL).cart.discount_minor == 0
    pay(bobs, keys, loop)
    assert last_sent(shop).data["kind"] == "sale"
    assert (last_sent(shop).approved_by_id, last_sent(shop).approvals) == (None, None)


def test_a_held_sale_keeps_its_approval_and_is_paid_without_a_question(
    bobs: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    scan(BLUE_MUG)
    halve(bobs)
    alice_approves(bobs, loop)
    keys.press_in(bobs, Qt.Key.Key_F4)
    loop.settle()
    assert bobs.page(SELL).cart.is_empty
    keys.press_in(bobs, Qt.Key.Key_F5)
    keys.press(Qt.Key.Key_Return)
    loop.settle()
    assert bobs.page(SELL).cart.discount_minor == 325
    pay(bobs, keys, loop)
    assert in_sight(bobs, "donePanel")
    told = last_sent(shop)
    assert (told.actor_id, told.approved_by_id) == ("bob", "alice")
    assert told.approvals is not None
    assert [(one.right, one.of, one.at_most) for one in told.approvals] == [("large_discount", "line:1", 325)]


def test_a_sale_that_outlived_a_crash_keeps_its_approval_and_what_was_paid(
    bobs: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop, bridge: Bridge, qtbot: QtBot
) -> None:
    scan(CANDLE)
    halve(bobs)
    alice_approves(bobs, loop)
    keys.press_in(bobs, Qt.Key.Key_F9)
    part(bobs, QLineEdit, "cashGiven").setText("2")
    part(bobs, QPushButton, "takeCash").click()
    loop.settle()
    bobs.close()
    again = MainWindow(shop.till, bridge, SilentAgent(), PEPPER, locale=QLocale("en_GB"))
    qtbot.addWidget(again)
    again.show()
    again.activateWindow()
    qtbot.waitActive(again)
    again.welcome(BOB)
    assert part(again, MessageLine, "sellMessage").words.startswith("The sale that was being rung up is here")
    again.page(SELL).ask_for_money()
    assert asked(again) is None
    assert part(again, QLabel, "tenderDue").text() == "£4.25"
    part(again, QPushButton, "takeCash").click()
    loop.settle()
    assert [payment["amountMinor"] for payment in last_sent(shop).data["payments"]] == [200, 425]
    assert last_sent(shop).approved_by_id == "alice"


def test_more_than_was_approved_is_asked_for_before_any_money_is_taken(
    bobs: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    scan(BLUE_MUG)
    halve(bobs)
    alice_approves(bobs, loop)
    part(bobs, CartTable, "cartTable").setFocus()
    keys.press(Qt.Key.Key_Plus)
    loop.until(lambda: bobs.page(SELL).cart.lines[0].quantity == 2)
    assert asked(bobs) is None, "a clerk at work is not stopped by a question"
    part(bobs, QPushButton, "pay").click()
    alice_is_not_there(bobs, loop)
    assert not in_sight(bobs, "tenderPanel")
    assert part(bobs, MessageLine, "sellMessage").words == "Not approved. Nothing was changed."
    part(bobs, QPushButton, "pay").click()
    alice_approves(bobs, loop)
    assert in_sight(bobs, "tenderPanel")
    part(bobs, QPushButton, "takeCash").click()
    loop.settle()
    [approval] = last_sent(shop).approvals or ()
    assert (approval.at_most, approval.approver) == (650, "alice")


def test_a_manager_reads_all_that_is_approved_at_once(
    bobs: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    scan(BLUE_MUG)
    line = bobs.page(SELL).cart.lines[0]
    cheaper = CartChange("price", line.line_id, price_minor=500, reason="Price on the shelf was lower")
    bobs.page(SELL).change_price(cheaper)
    alice_approves(bobs, loop)
    part(bobs, CartTable, "cartTable").setFocus()
    keys.press(Qt.Key.Key_Plus)
    loop.until(lambda: bobs.page(SELL).cart.lines[0].quantity == 2)
    halve(bobs)
    loop.until(lambda: asked(bobs))
    dialog = asked(bobs)
    assert dialog is not None
    words = [label.text() for label in dialog.findChildren(QLabel)]
    assert (
        "Only a manager may change a price at the till.\nOnly a manager may give a discount as large as this."
        in words
    )
    alice_approves(bobs, loop)
    pay(bobs, keys, loop)
    assert [(one.right, one.at_most) for one in last_sent(shop).approvals or ()] == [
        ("override_price", 300),
        ("large_discount", 500),
    ]


def test_what_a_manager_discounted_a_clerk_can_sell(
    bobs: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    scan(BLUE_MUG)
    bobs.welcome(ALICE)
    halve(bobs)
    loop.settle()
    keys.press_in(bobs, Qt.Key.Key_F9)
    assert in_sight(bobs, "tenderPanel")
    bobs.welcome(BOB)
    part(bobs, QPushButton, "takeCash").click()
    loop.settle()
    assert (last_sent(shop).actor_id, last_sent(shop).approved_by_id) == ("bob", "alice")


# --- one thing after another -------------------------------------------------------------------------


def test_what_is_scanned_while_a_sale_is_put_aside_is_the_next_customers(
    bobs: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    scan(BLUE_MUG)
    keys.press_in(bobs, Qt.Key.Key_F4)
    scan(RED_MUG)
    loop.settle()
    assert [line.description for line in bobs.page(SELL).cart.lines] == ["Red mug"]
    assert [sale.first_item for sale in open_sales.held(shop.till)] == ["Blue mug"]


def test_a_second_press_does_not_sell_twice(
    bobs: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    scan(BLUE_MUG)
    keys.press_in(bobs, Qt.Key.Key_F9)
    for _ in range(2):
        part(bobs, QPushButton, "takeCash").click()
        keys.press_in(bobs, Qt.Key.Key_F4)
        keys.press_in(bobs, Qt.Key.Key_Escape)
    loop.settle()
    assert [sale.total_minor for sale in history.recent_sales(shop.till)] == [650]
    assert open_sales.held(shop.till) == []


def test_a_cart_that_changes_while_it_is_paid_is_paid_for_anew(
    bobs: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    scan(BLUE_MUG)
    keys.press_in(bobs, Qt.Key.Key_F9)
    part(bobs, CartTable, "cartTable").setFocus()
    keys.press(Qt.Key.Key_Plus)
    loop.until(lambda: bobs.page(SELL).cart.lines[0].quantity == 2)
    assert not in_sight(bobs, "tenderPanel")
    pay(bobs, keys, loop)
    assert last_sent(shop).data["totalMinor"] == 1300


def test_what_was_paid_counts_after_going_back_and_a_sale_never_becomes_less(
    bobs: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    scan(BLUE_MUG)
    keys.press_in(bobs, Qt.Key.Key_F9)
    part(bobs, QLineEdit, "cashGiven").setText("5")
    part(bobs, QPushButton, "takeCash").click()
    keys.press(Qt.Key.Key_Escape)
    part(bobs, CartTable, "cartTable").setFocus()
    keys.press_in(bobs, Qt.Key.Key_Delete)
    assert part(bobs, MessageLine, "sellMessage").words == "5.00 more was taken than is due."
    scan(RED_MUG)
    keys.press_in(bobs, Qt.Key.Key_F9)
    assert part(bobs, QLabel, "tenderDue").text() == "£8.00"
    part(bobs, QAbstractButton, "takeBack0").click()
    assert part(bobs, QLabel, "tenderDue").text() == "£13.00"


def test_a_free_sale_that_the_disk_refuses_says_so_where_the_clerk_looks(
    selling: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan(BLUE_MUG)
    free = Discount("share", 1_000_000, "Damaged packaging")
    selling.page(SELL).change_price(CartChange("sale", None, free))
    loop.settle()

    async def full(*_: object, **__: object) -> None:
        raise DiskFull("The disk is full. Nothing was saved; free some space and try again.")

    monkeypatch.setattr(shop.store, "write", full)
    keys.press_in(selling, Qt.Key.Key_F9)
    loop.settle()
    assert part(selling, MessageLine, "sellMessage").words.startswith("The disk is full.")
    monkeypatch.undo()
    keys.press_in(selling, Qt.Key.Key_F9)
    loop.settle()
    assert [sale.total_minor for sale in history.recent_sales(shop.till)] == [0]
