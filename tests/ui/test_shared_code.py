"""Where two products share a code, the window asks which: it never takes either by itself."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget

from app.services.stock import count_sessions
from app.ui.widgets import problems
from app.ui.widgets.parts import SearchField
from app.ui.widgets.two_line import TwoLineList
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SELL, STOCK
from sync_agent.contract.stock import ProductRow
from tests.kit.feed import TENANT
from tests.kit.offline_shop import OfflineShop
from tests.kit.windows import Keyboard, Loop, part, scan

BLUE_MUG, TOWEL = "2000000000015", "2000000000039"


@pytest.fixture
def shared(shop: OfflineShop) -> str:
    """The blue mug's barcode, in another spelling, is on a jug too."""
    row = ProductRow(id="jug", name="A jug", barcode=f"0{BLUE_MUG}", price_minor=900, version=1)
    shop.publish(TENANT, ("product", "jug", 1, row))
    return BLUE_MUG


@pytest.fixture
def selling_shared(shared: str, selling: MainWindow) -> MainWindow:
    return selling


@pytest.fixture
def counting(selling_shared: MainWindow, loop: Loop) -> MainWindow:
    selling_shared.show_page(STOCK)
    part(selling_shared, QPushButton, "countByScanning").click()
    part(selling_shared, QPushButton, "countBegin").click()
    loop.settle()
    return selling_shared


def in_cart(window: MainWindow) -> list[tuple[str, int]]:
    return [(line.description, line.quantity) for line in window.page(SELL).cart.lines]


def offered(window: MainWindow, name: str) -> list[str]:
    listed = part(window, TwoLineList, name)
    assert listed.isVisible()
    assert not listed.currentIndex().isValid(), "Enter alone chooses nothing"
    return [listed.model().index(row, 0).data() for row in range(listed.model().rowCount())]


def choose(window: MainWindow, name: str, row: int) -> None:
    part(window, TwoLineList, name).chosen.emit(row)


def counted(shop: OfflineShop) -> dict[str, int]:
    [session] = count_sessions.open_sessions(shop.till)
    return {line.product.name: line.quantity for line in count_sessions.lines(shop.till, session.id)}


# --- selling -----------------------------------------------------------------------------------------


def test_a_scan_asks_and_sells_what_was_chosen(
    selling_shared: MainWindow, keys: Keyboard, loop: Loop, shared: str
) -> None:
    scan(shared)
    assert in_cart(selling_shared) == []
    assert "2 products have the code 2000000000015" in text(selling_shared, "sellWhichQuestion")
    assert offered(selling_shared, "sellWhichList") == ["A jug", "Blue mug"]
    keys.press(Qt.Key.Key_Return)
    assert in_cart(selling_shared) == []
    keys.press(Qt.Key.Key_Down)
    keys.press(Qt.Key.Key_Down)
    keys.press(Qt.Key.Key_Return)
    assert in_cart(selling_shared) == [("Blue mug", 1)]
    assert part(selling_shared, SearchField, "sellSearch").isVisible()
    loop.settle()


def test_scans_during_the_question_wait_for_its_answer(
    selling_shared: MainWindow, loop: Loop, shared: str
) -> None:
    scan(shared)
    scan(TOWEL)
    scan(TOWEL)
    assert in_cart(selling_shared) == []
    choose(selling_shared, "sellWhichList", 0)
    loop.until(lambda: len(in_cart(selling_shared)) == 2)
    assert in_cart(selling_shared)[0] == ("A jug", 1)
    assert in_cart(selling_shared)[1][1] == 2
    loop.settle()


def test_two_shared_scans_are_two_questions(selling_shared: MainWindow, loop: Loop, shared: str) -> None:
    scan(shared)
    scan(shared)
    choose(selling_shared, "sellWhichList", 0)
    loop.until(lambda: part(selling_shared, TwoLineList, "sellWhichList").isVisible())
    choose(selling_shared, "sellWhichList", 1)
    assert in_cart(selling_shared) == [("A jug", 1), ("Blue mug", 1)]
    loop.settle()


@pytest.mark.parametrize("leave", ["none", "search", "pay", "refund"])
def test_a_question_that_is_left_is_said_to_have_added_nothing(
    selling_shared: MainWindow, keys: Keyboard, loop: Loop, shared: str, leave: str
) -> None:
    scan(TOWEL)
    scan(shared)
    if leave == "none":
        part(selling_shared, QPushButton, "sellWhichNone").click()
    else:
        key = {"search": Qt.Key.Key_F2, "pay": Qt.Key.Key_F9, "refund": Qt.Key.Key_F6}[leave]
        keys.press_in(selling_shared, key)
    loop.settle()
    words = "It was not said which product has the code 2000000000015. It was not added."
    assert words in said(selling_shared)
    assert [quantity for _, quantity in in_cart(selling_shared)] == [1]


def test_unanswered_and_unknown_codes_are_listed_together(
    selling_shared: MainWindow, loop: Loop, shared: str
) -> None:
    scan("5012345678900")
    scan(shared)
    part(selling_shared, QPushButton, "sellWhichNone").click()
    loop.settle()
    assert said(selling_shared) == "These codes were not added: 5012345678900, 2000000000015."


def test_a_typed_code_asks_too(selling_shared: MainWindow, keys: Keyboard, shared: str) -> None:
    search = part(selling_shared, SearchField, "sellSearch")
    search.setFocus()
    search.setText(shared)
    keys.press(Qt.Key.Key_Return)
    assert in_cart(selling_shared) == []
    assert offered(selling_shared, "sellWhichList") == ["A jug", "Blue mug"]
    choose(selling_shared, "sellWhichList", 0)
    assert in_cart(selling_shared) == [("A jug", 1)]


def test_the_quick_search_lists_all_that_share_a_typed_code(selling_shared: MainWindow, shared: str) -> None:
    part(selling_shared, SearchField, "sellSearch").setText(shared)
    listed = part(selling_shared, TwoLineList, "sellResults").model()
    assert [listed.index(row, 0).data() for row in range(listed.rowCount())] == ["A jug", "Blue mug"]


# --- stock and counts --------------------------------------------------------------------------------


def test_looking_a_shared_code_up_asks(selling_shared: MainWindow, shared: str) -> None:
    selling_shared.show_page(STOCK)
    scan(shared)
    assert offered(selling_shared, "stockWhichList") == ["A jug", "Blue mug"]
    choose(selling_shared, "stockWhichList", 1)
    assert text(selling_shared, "stockName") == "Blue mug"
    assert not part(selling_shared, QWidget, "stockWhich").isVisible()


def test_a_count_asks_and_counts_what_was_chosen(
    counting: MainWindow, loop: Loop, shop: OfflineShop, shared: str
) -> None:
    scan(shared)
    scan(TOWEL)
    assert counted(shop) == {}
    assert offered(counting, "countWhichList") == ["A jug", "Blue mug"]
    choose(counting, "countWhichList", 0)
    loop.until(lambda: len(counted(shop)) == 2)
    assert counted(shop)["A jug"] == 1
    loop.settle()


def test_a_count_says_that_what_was_not_chosen_was_not_counted(
    counting: MainWindow, loop: Loop, shop: OfflineShop, shared: str
) -> None:
    scan(shared)
    part(counting, QPushButton, "countWhichNone").click()
    loop.settle()
    assert counted(shop) == {}
    assert "It was not counted" in text(counting, "countPanelMessageWords")
    scan(TOWEL)
    loop.until(lambda: len(counted(shop)) == 1)
    loop.settle()


# --- the form ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("barcode", "words"),
    [
        ("2000000000039", "is on “"),
        ("02000000000039", "is on “"),
        ("4006381333932", "has a wrong check digit: 1 would be right"),
        ("hello world", "is not made of digits alone"),
    ],
)
def test_the_form_says_why_a_barcode_is_refused(
    selling: MainWindow, loop: Loop, shop: OfflineShop, barcode: str, words: str
) -> None:
    selling.show_page(STOCK)
    selling.page(STOCK).show_product(shop.product_id("Blue mug"))
    part(selling, QPushButton, "stockEdit").click()
    part(selling, QLineEdit, "productBarcode").setText(barcode)
    part(selling, QPushButton, "productSave").click()
    loop.settle()
    assert words in problems.words_at(part(selling, QLineEdit, "productBarcode"))


def said(window: MainWindow) -> str:
    """The words of every message line that is shown."""
    lines = window.findChildren(QLabel)
    return " ".join(line.text() for line in lines if line.objectName().endswith("Words") and line.isVisible())


def text(window: MainWindow, name: str) -> str:
    return part(window, QLabel, name).text()
