"""Looking stock up, why a figure is what it is, and changing it."""

import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QListView, QPushButton

from app.services.stock import inventory
from app.services.sync import queue
from app.ui.stock.listing import PAGE_ROWS, StockModel
from app.ui.widgets import problems
from app.ui.widgets.parts import MessageLine, SearchField
from app.ui.widgets.two_line import ROW, TwoLines
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SELL, STOCK, SYNC
from sync_agent.contract.stock import MovementReason, ProductRow
from tests.kit.feed import TENANT
from tests.kit.offline_shop import GOODS, OfflineShop
from tests.kit.windows import Loop, part, scan


@pytest.fixture
def stock(selling: MainWindow) -> MainWindow:
    selling.show_page(STOCK)
    return selling


def test_search_narrows_the_list_as_one_types(stock: MainWindow) -> None:
    listed = part(stock, QListView, "stockList")
    assert listed.model().rowCount() == len(GOODS)
    part(stock, SearchField, "stockSearch").setText("mug")
    assert [listed.model().index(row, 0).data() for row in range(2)] == ["Blue mug", "Red mug"]
    assert listed.model().rowCount() == 2


def test_a_figure_is_explained(stock: MainWindow, loop: Loop, shop: OfflineShop) -> None:
    sell(stock, loop, "2000000000015", times=3)
    stock.show_page(STOCK)
    stock.page(STOCK).show_product(shop.product_id("Blue mug"))
    assert text(stock, "stockOnHand") == "17"
    sentence = text(stock, "stockExplanation")
    assert sentence == inventory.explain(shop.till, shop.product_id("Blue mug")).sentence
    assert "Server: 20" in sentence
    assert "3 sold here, not sent yet = 17" in sentence
    assert text(stock, "stockState") == "1 change not sent yet"


def test_below_zero_is_red_and_says_sold_more_than_counted(
    stock: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    sell(stock, loop, "2000000000091")
    stock.show_page(STOCK)
    stock.page(STOCK).show_product(shop.product_id("Umbrella, folding"))
    assert text(stock, "stockOnHand") == "−1"
    assert part(stock, QLabel, "stockOnHand").property("tone") == "bad"
    assert text(stock, "stockState") == "Sold more than counted"
    part(stock, QPushButton, "stockCount").click()  # one step to count it
    part(stock, QLineEdit, "countQuantity").setText("4")
    part(stock, QPushButton, "countSave").click()
    loop.settle()
    assert text(stock, "stockOnHand") == "4"


def test_goods_in_add_and_waste_takes_away(stock: MainWindow, loop: Loop, shop: OfflineShop) -> None:
    stock.page(STOCK).show_product(shop.product_id("Blue mug"))
    for reason, quantity, after in (
        ("receive", "12", "32"),
        ("waste", "2", "30"),
        ("correction", "-1", "29"),
    ):
        part(stock, QPushButton, "stockAdjust").click()
        reasons = part(stock, QComboBox, "adjustReason")
        reasons.setCurrentIndex(reasons.findData(reason))
        part(stock, QLineEdit, "adjustQuantity").setText(quantity)
        part(stock, QLineEdit, "adjustNote").setText("pallet 4")
        assert text(stock, "adjustOutcome") == f"On hand after this: {after}"
        part(stock, QPushButton, "adjustSave").click()
        loop.settle()
        assert text(stock, "stockOnHand") == after
    moved = inventory.movements(shop.till, shop.product_id("Blue mug"))
    assert [(one.delta, one.note) for one in moved[:3]] == [
        (-1, "pallet 4"),
        (-2, "pallet 4"),
        (12, "pallet 4"),
    ]
    assert queue.counts(shop.till).waiting == 3


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Type a number first"),
        ("many", "not a quantity"),
        ("0", "Nothing would change"),
        ("-2", "without a minus"),
        ("1.5", "whole number"),
    ],
)
def test_a_wrong_quantity_is_refused_in_place(
    stock: MainWindow, loop: Loop, shop: OfflineShop, typed: str, words: str
) -> None:
    stock.page(STOCK).show_product(shop.product_id("Blue mug"))
    part(stock, QPushButton, "stockAdjust").click()
    part(stock, QLineEdit, "adjustQuantity").setText(typed)
    part(stock, QPushButton, "adjustSave").click()
    loop.settle()
    assert words in problems.words_at(part(stock, QLineEdit, "adjustQuantity"))
    assert queue.counts(shop.till).waiting == 0


def test_a_count_shows_what_was_expected(stock: MainWindow, shop: OfflineShop) -> None:
    stock.page(STOCK).show_product(shop.product_id("Blue mug"))
    part(stock, QPushButton, "stockCount").click()
    part(stock, QLineEdit, "countQuantity").setText("18")
    assert text(stock, "countOutcome") == "−2 against what was expected (20)."


def test_what_the_server_says_is_shown_at_once(stock: MainWindow, loop: Loop, shop: OfflineShop) -> None:
    stock.page(STOCK).show_product(shop.product_id("Red mug"))
    shop.set_stock("Red mug", 9, 2, -5, MovementReason.SALE)
    loop.until(lambda: text(stock, "stockOnHand") == "9")
    listed = part(stock, QListView, "stockList").model()
    row = next(row for row in range(listed.rowCount()) if listed.index(row, 0).data() == "Red mug")
    lines = listed.index(row, 0).data(ROW)
    assert isinstance(lines, TwoLines)
    assert lines.figure == "9"


def test_a_scan_on_this_page_looks_the_product_up(stock: MainWindow) -> None:
    part(stock, SearchField, "stockSearch").setFocus()
    scan("2000000000022")
    assert text(stock, "stockName") == "Red mug"
    assert stock.page(SELL).cart.is_empty
    scan("5012345678900")
    assert part(stock, MessageLine, "stockSearchMessage").words == "No product has the code 5012345678900."
    assert QApplication.activeModalWidget() is None


def test_a_long_list_comes_page_by_page(stock: MainWindow, shop: OfflineShop, loop: Loop) -> None:
    many = 3 * PAGE_ROWS
    shop.publish(
        TENANT,
        *(
            ("product", f"bulk-{n}", 1, ProductRow(id=f"bulk-{n}", name=f"Bulk item {n:04}", version=1))
            for n in range(many)
        ),
    )
    model = part(stock, QListView, "stockList").model()
    assert isinstance(model, StockModel)
    loop.until(lambda: model.total == many + len(GOODS))
    assert model.rowCount() == PAGE_ROWS
    while model.canFetchMore():
        model.fetchMore()
    assert model.rowCount() == many + len(GOODS)
    names = [model.index(row).data() for row in range(model.rowCount())]
    assert len(set(names)) == len(names)


def test_a_product_in_conflict_leads_to_the_decision(
    stock: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    stock.page(STOCK).show_product(shop.product_id("Blue mug"))
    assert not part(stock, QPushButton, "stockDecide").isVisible()
    shop.open_conflict(shop.stock_conflict())
    loop.until(lambda: part(stock, QPushButton, "stockDecide").isVisible())
    part(stock, QPushButton, "stockDecide").click()
    assert stock.page(SYNC).isVisible()
    assert part(stock, QPushButton, "tabConflicts").isChecked()


def sell(window: MainWindow, loop: Loop, code: str, *, times: int = 1) -> None:
    window.show_page(SELL)
    for _ in range(times):
        scan(code)
    window.page(SELL).ask_for_money()
    part(window, QPushButton, "takeCash").click()
    loop.settle()


def text(window: MainWindow, name: str) -> str:
    return part(window, QLabel, name).text()
