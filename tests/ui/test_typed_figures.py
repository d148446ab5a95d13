"""Figures typed into the fields of a real window: as they are shown, and with all their decimals."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from app.services.stock import catalogue
from app.ui.widgets import problems
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SELL, SHIFT, STOCK
from tests.kit.offline_shop import OfflineShop
from tests.kit.windows import Keyboard, Loop, part, scan

BLUE_MUG = "2000000000015"


def test_a_rate_with_four_decimals_is_shown_changed_and_saved(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    product_id = shop.product_id("Blue mug")
    for typed, rate_ppm in (("9.2375%", 92_375), ("٩٫٢٣٧٥٪", 92_375), ("9,5 %", 95_000)):
        selling.show_page(STOCK)
        selling.page(STOCK).show_product(product_id)
        part(selling, QPushButton, "stockEdit").click()
        part(selling, QLineEdit, "productTax").setText(typed)
        part(selling, QPushButton, "productSave").click()
        loop.settle()
        product = catalogue.product(shop.till, product_id)
        assert product is not None
        assert product.tax_rate_ppm == rate_ppm


@pytest.mark.parametrize("given", ["1,000.00", "£1,000.00", "１０００", "١٠٠٠٫٠٠", "1’000", "1\u202f000,00"])
def test_money_is_given_in_whatever_digits_and_marks(
    selling: MainWindow, keys: Keyboard, loop: Loop, given: str
) -> None:
    scan(BLUE_MUG)
    keys.press_in(selling, Qt.Key.Key_F9)
    part(selling, QLineEdit, "cashGiven").setText(given)
    part(selling, QPushButton, "takeCash").click()
    loop.settle()
    assert selling.page(SELL).cart.is_empty
    assert part(selling, QLabel, "doneChange").text() == "£993.50"


def test_money_that_could_be_two_sums_is_asked_for_again(
    selling: MainWindow, keys: Keyboard, loop: Loop
) -> None:
    scan(BLUE_MUG)
    keys.press_in(selling, Qt.Key.Key_F9)
    part(selling, QLineEdit, "cashGiven").setText("1,000")
    part(selling, QPushButton, "takeCash").click()
    loop.settle()
    assert "1.000 or 1000" in problems.words_at(part(selling, QLineEdit, "cashGiven"))
    assert not selling.page(SELL).cart.is_empty


def test_a_field_holds_the_largest_figure_that_is_shown(selling: MainWindow) -> None:
    selling.show_page(SHIFT)
    float_field = part(selling, QLineEdit, "shiftFloat")
    float_field.setText("\u2067\u200e−10,000,000,000.00\u00a0£\u2069")
    assert float_field.text().count("0") == 12, "nothing was cut off"
