"""A product's unit at the till's forms, and a deleted product in the stock page."""

import pytest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QListView, QPushButton

from app.services.stock import catalogue
from app.ui.widgets import problems
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import STOCK
from tests.kit.feed import Feed
from tests.kit.offline_shop import OfflineShop
from tests.kit.windows import Loop, part


@pytest.fixture
def stock(selling: MainWindow) -> MainWindow:
    selling.show_page(STOCK)
    return selling


def test_the_form_refuses_another_unit_in_words(stock: MainWindow, loop: Loop, shop: OfflineShop) -> None:
    mug = shop.product_id("Blue mug")
    stock.page(STOCK).show_product(mug)
    part(stock, QPushButton, "stockEdit").click()
    units = part(stock, QComboBox, "productUnit")
    assert [units.itemText(row) for row in range(units.count())] == ["Piece", "Kilogram"]
    assert units.currentData() == "each"
    units.setCurrentIndex(units.findData("kg"))
    part(stock, QPushButton, "productSave").click()
    loop.settle()
    said = problems.words_at(units)
    assert said.startswith("There is stock or history of “Blue mug” in its unit")
    product = catalogue.product(shop.till, mug)
    assert product is not None
    assert product.unit == "each"
    units.setCurrentIndex(units.findData("each"))
    part(stock, QLineEdit, "productName").setText("Azure mug")
    part(stock, QPushButton, "productSave").click()
    loop.settle()
    product = catalogue.product(shop.till, mug)
    assert product is not None
    assert (product.name, product.unit) == ("Azure mug", "each")


def test_a_deleted_product_below_zero_is_listed_and_counted(
    stock: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    mug = shop.product_id("Blue mug")
    Feed(shop.till.store).publish_stock(mug, -2, 99)
    Feed(shop.till.store).delete_product(mug, 99)
    part(stock, QPushButton, "stockOversold").click()
    listed = part(stock, QListView, "stockList").model()
    assert "Blue mug (deleted)" in [listed.index(row, 0).data() for row in range(listed.rowCount())]
    stock.page(STOCK).show_product(mug)
    assert part(stock, QLabel, "stockOnHand").text() == "−2"
    part(stock, QPushButton, "stockCount").click()
    part(stock, QLineEdit, "countQuantity").setText("0")
    part(stock, QPushButton, "countSave").click()
    loop.settle()
    assert part(stock, QLabel, "stockOnHand").text() == "0"
