"""Counting by scanning: what is left or refused is said, and the count goes on."""

import pytest
from PySide6.QtWidgets import QLineEdit, QPushButton

from app.services import shop_settings
from app.services.stock import count_sessions
from app.ui.widgets.parts import MessageLine
from app.ui.widgets.two_line import TwoLineList
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import STOCK
from sync_agent.contract.stock import ProductRow
from tests.kit.feed import TENANT
from tests.kit.offline_shop import OfflineShop
from tests.kit.windows import Loop, part, scan

BLUE_MUG, TOWEL = "2000000000015", "2000000000039"


@pytest.fixture
def counting(selling: MainWindow, loop: Loop) -> MainWindow:
    selling.show_page(STOCK)
    part(selling, QPushButton, "countByScanning").click()
    part(selling, QPushButton, "countBegin").click()
    loop.settle()
    return selling


def counted(shop: OfflineShop) -> dict[str, int]:
    [session] = count_sessions.open_sessions(shop.till)
    return {line.product.name: line.quantity for line in count_sessions.lines(shop.till, session.id)}


def test_a_question_that_was_left_is_said_and_later_scans_count(
    counting: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    row = ProductRow(id="jug", name="A jug", barcode=f"0{BLUE_MUG}", price_minor=900, version=1)
    shop.publish(TENANT, ("product", "jug", 1, row))
    scan(BLUE_MUG)
    scan("5012345678900")
    part(counting, QPushButton, "countByScanning").click()
    words = part(counting, MessageLine, "countPanelMessage").words
    assert words == f"These codes were not counted: {BLUE_MUG}, 5012345678900."
    part(counting, TwoLineList, "openCounts").chosen.emit(0)
    scan(TOWEL)
    loop.until(lambda: list(counted(shop).values()) == [1])
    loop.settle()


def test_a_refused_figure_at_the_end_is_shown_to_be_mended(
    counting: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    scan(BLUE_MUG)
    loop.until(lambda: counted(shop) == {"Blue mug": 1})
    part(counting, TwoLineList, "counted").chosen.emit(0)
    part(counting, QLineEdit, "countedQuantity").setText("60")
    part(counting, QPushButton, "countSet").click()
    loop.until(lambda: counted(shop) == {"Blue mug": 60})
    shop.feed.publish_setting("quantity_max", 50)
    loop.until(lambda: shop_settings.read(shop.till).quantity_max == 50)
    part(counting, QPushButton, "countFinish").click()
    part(counting, QPushButton, "countWrite").click()
    loop.settle()
    words = part(counting, MessageLine, "countPanelMessage").words
    assert "Blue mug (60)" in words
    quantity = part(counting, QLineEdit, "countedQuantity")
    assert quantity.isVisible()
    quantity.setText("6")
    part(counting, QPushButton, "countSet").click()
    loop.until(lambda: counted(shop) == {"Blue mug": 6})
    part(counting, QPushButton, "countFinish").click()
    part(counting, QPushButton, "countWrite").click()
    loop.settle()
    assert part(counting, MessageLine, "countPanelMessage").words.startswith("Counted: 1 product.")
