"""Between "Pay" and the receipt: a limit is looked at before money is taken, and a fault loses nothing."""

import sys

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app.domain.limits import TEXT_MAX
from app.services import shop_settings
from app.services.selling import history, open_sales
from app.ui.widgets import problems
from app.ui.widgets.parts import MessageLine
from app.ui.window.bridge import Bridge
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SELL
from sync_agent.store import tables as t
from tests.kit.agents import SilentAgent
from tests.kit.feed import PEPPER
from tests.kit.offline_shop import ALICE, OfflineShop
from tests.kit.windows import Keyboard, Loop, part, scan

BLUE_MUG = "2000000000015"


def give(window: MainWindow, loop: Loop, kind: str, value: str, reason: str) -> None:
    """Type a discount or another price with its reason, and apply it."""
    window.page(SELL).ask_for_discount()
    part(window, QPushButton, kind).click()
    part(window, QLineEdit, "changeValue").setText(value)
    part(window, QLineEdit, "changeReasonLine").setText(reason)
    part(window, QPushButton, "changeApply").click()
    loop.settle()


def test_two_long_reasons_are_refused_where_they_are_typed_and_the_sale_is_paid(
    selling: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    scan(BLUE_MUG)
    give(selling, loop, "otherPrice", "5.00", "p" * 120)
    give(selling, loop, "discountLine", "10%", "d" * 120)
    assert "at most 200 characters" in problems.words_at(part(selling, QComboBox, "changeReason"))
    (line,) = selling.page(SELL).cart.lines
    assert (line.unit_price_minor, line.discount) == (500, None), "the cart is as it was"
    part(selling, QLineEdit, "changeReasonLine").setText("chipped")
    part(selling, QPushButton, "changeApply").click()
    loop.settle()
    keys.press_in(selling, Qt.Key.Key_F9)
    part(selling, QPushButton, "takeCash").click()
    loop.settle()
    assert part(selling, QLabel, "doneReceipt").text() == "T2-000001"
    (sale,) = history.recent_sales(shop.till)
    assert sale.total_minor == 450


def test_a_fault_while_it_is_completed_is_said_and_a_second_try_works(
    selling: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, _error, _trace: faults.append(kind))
    scan(BLUE_MUG)
    keys.press_in(selling, Qt.Key.Key_F9)
    part(selling, QLineEdit, "cashGiven").setText("2.00")
    part(selling, QPushButton, "takeCash").click()
    loop.settle()
    part(selling, QLineEdit, "cashGiven").setText("10")
    with monkeypatch.context() as patched:
        patched.setattr("app.services.selling.transaction.open_sales.forget", _fail)
        part(selling, QPushButton, "takeCash").click()
        loop.settle()
    assert faults == [ZeroDivisionError], "it is reported"
    assert "try again" in part(selling, MessageLine, "tenderMessage").words
    assert [line.description for line in selling.page(SELL).cart.lines] == ["Blue mug"]
    assert part(selling, QLineEdit, "cashGiven").text() == "10", "what was given is still there"
    stored = open_sales.in_progress(shop.till)
    assert stored is not None
    assert [payment.amount_minor for payment in stored.payments] == [200, 1000], "should the program end now"
    part(selling, QPushButton, "takeCash").click()
    loop.settle()
    assert part(selling, QLabel, "doneReceipt").text() == "T2-000001"
    assert part(selling, QLabel, "doneChange").text() == "£5.50"
    assert len(history.recent_sales(shop.till)) == 1


def test_a_fault_after_a_card_payment_keeps_its_reference_and_a_second_try_writes_it_once(
    selling: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The card was charged at its terminal: nobody is to charge it again."""
    monkeypatch.setattr(sys, "excepthook", lambda *_: None)
    scan(BLUE_MUG)
    keys.press_in(selling, Qt.Key.Key_F9)
    keys.press_in(selling, Qt.Key.Key_F9)
    part(selling, QLineEdit, "cardReference").setText("auth 4711")
    with monkeypatch.context() as patched:
        patched.setattr("app.services.selling.transaction.open_sales.forget", _fail)
        part(selling, QPushButton, "takeCard").click()
        loop.settle()
    assert "try again" in part(selling, MessageLine, "tenderMessage").words
    assert part(selling, QLineEdit, "cardReference").text() == "auth 4711"
    part(selling, QPushButton, "takeCard").click()
    loop.settle()
    assert part(selling, QLabel, "doneReceipt").text() == "T2-000001"
    with shop.store.reading() as connection:
        paid = connection.execute(select(t.payment.c.method, t.payment.c.reference)).all()
    assert [tuple(row) for row in paid] == [("card", "auth 4711")]


def test_a_sale_that_was_paid_and_could_not_be_completed_outlives_the_program(
    selling: MainWindow,
    keys: Keyboard,
    loop: Loop,
    shop: OfflineShop,
    bridge: Bridge,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Paid in part by card, the rest in cash, rounded: nobody takes that money again."""
    monkeypatch.setattr(sys, "excepthook", lambda *_: None)
    shop.feed.publish_setting("cash_step_minor", 10)
    loop.until(lambda: shop_settings.read(shop.till).cash_step_minor == 10)
    scan(BLUE_MUG)  # £6.50
    keys.press_in(selling, Qt.Key.Key_F9)
    keys.press_in(selling, Qt.Key.Key_F9)
    part(selling, QLineEdit, "cardAmount").setText("2.03")
    part(selling, QLineEdit, "cardReference").setText("auth 4711")
    part(selling, QPushButton, "takeCard").click()
    loop.settle()
    for _method in ("other", "cash"):
        keys.press_in(selling, Qt.Key.Key_F9)
    part(selling, QLineEdit, "cashGiven").setText("5")
    with monkeypatch.context() as patched:
        patched.setattr("app.services.selling.transaction.open_sales.forget", _fail)
        part(selling, QPushButton, "takeCash").click()
        loop.settle()
    selling.close()

    again = MainWindow(shop.till, bridge, SilentAgent(), PEPPER, locale=QLocale("en_GB"))
    qtbot.addWidget(again)
    again.show()
    again.activateWindow()
    qtbot.waitActive(again)
    again.welcome(ALICE)
    assert "It is paid" in part(again, MessageLine, "sellMessage").words
    part(again, QPushButton, "pay").click()
    loop.settle()
    assert part(again, QLabel, "doneReceipt").text() == "T2-000001"
    with shop.store.reading() as connection:
        of = t.payment.c
        paid = connection.execute(select(of.method, of.reference, of.amount_minor, of.change_minor)).all()
    assert sorted(tuple(row) for row in paid) == [("card", "auth 4711", 203, 0), ("cash", None, 500, 50)]


def test_what_cannot_be_completed_is_said_before_pay(
    selling: MainWindow, keys: Keyboard, loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan(BLUE_MUG)
    monkeypatch.setattr("app.services.selling.transaction.SALE_BYTES_MAX", TEXT_MAX)
    keys.press_in(selling, Qt.Key.Key_F9)
    loop.settle()
    assert "Split it into two" in part(selling, MessageLine, "sellMessage").words
    assert not part(selling, QPushButton, "takeCash").isVisible(), "no money is asked for"
    assert not selling.page(SELL).cart.is_empty


def _fail(*_: object) -> None:
    raise ZeroDivisionError
