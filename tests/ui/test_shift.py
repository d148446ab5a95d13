"""The shift in the window: a double press acts once, and an unreadable amount is reported."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton

from app.services.cash import shifts
from app.ui.widgets import problems
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SHIFT
from tests.kit.offline_shop import ALICE, OfflineShop
from tests.kit.windows import Loop, part


def test_money_that_is_paid_in_by_two_quick_presses_is_paid_in_once(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    opened = loop.run(shifts.open_shift(shop.till, 5000, ALICE))
    selling.show_page(SHIFT)
    part(selling, QPushButton, "paidIn").click()
    part(selling, QLineEdit, "moveAmount").setText("20")
    part(selling, QComboBox, "moveReason").setCurrentText("Change from the bank")
    for _press in range(2):
        QTest.mouseClick(part(selling, QPushButton, "moveMoney"), Qt.MouseButton.LeftButton)
    loop.settle()
    assert shifts.totals(shop.till, opened).of("paid_in").total_minor == 2000


def test_a_float_that_cannot_be_read_opens_nothing_and_says_why(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    selling.show_page(SHIFT)
    typed = part(selling, QLineEdit, "shiftFloat")
    typed.setText("a hundred")
    part(selling, QPushButton, "shiftOpen").click()
    loop.settle()
    assert shifts.current(shop.till) is None
    assert problems.words_at(typed) == "“a hundred” is not an amount of money."
    assert typed.hasFocus()
