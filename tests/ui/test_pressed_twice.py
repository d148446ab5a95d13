"""What is pressed twice, before the first press has run, is done once (`Page.run`)."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QTableView, QWidget
from sqlalchemy import func, select, update

from app.services import journal
from app.services.stock import count_sessions, inventory
from app.services.sync import queue
from app.ui.widgets.parts import MessageLine
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SETTINGS, STOCK, SYNC
from sync_agent.contract.conflicts import Resolution
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from tests.kit.agents import SilentAgent
from tests.kit.offline_shop import ALICE, OfflineShop
from tests.kit.windows import Loop, part


def test_a_refused_entry_is_discarded_once_and_the_second_press_hides_nothing(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    refuse_a_delivery(selling, loop, shop)
    part(selling, QPushButton, "discardEntry").click()
    part(selling, QComboBox, "discardReason").setCurrentText("Entered twice")
    press_twice(selling, "discardNow")
    loop.settle()
    assert part(selling, MessageLine, "syncMessage").words.startswith("Discarded: ")
    assert [entry.kind for entry in journal.entries(shop.till)] == ["discarded"]


def test_a_refused_entry_is_tried_again_once(
    selling: MainWindow, agent: SilentAgent, loop: Loop, shop: OfflineShop
) -> None:
    refuse_a_delivery(selling, loop, shop)
    press_twice(selling, "tryEntryAgain")
    loop.settle()
    assert part(selling, MessageLine, "syncMessage").words == "Trying now."
    assert agent.asked == ["try_now"]


def test_a_decided_conflict_is_opened_again_by_one_operation(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    decided = {"status": "resolved", "resolution": Resolution.ACCEPT_SERVER, "version": 2}
    shop.open_conflict(shop.stock_conflict().model_copy(update=decided))
    selling.show_page(SYNC)
    part(selling, QPushButton, "tabConflicts").click()
    past = part(selling, QTableView, "decidedRows")
    past.setCurrentIndex(past.model().index(0, 0))
    press_twice(selling, "reopen")
    loop.settle()
    assert queue.counts(shop.till).waiting == 1


def test_changed_settings_are_written_once(selling: MainWindow, loop: Loop, shop: OfflineShop) -> None:
    selling.show_page(SETTINGS)
    part(selling, QPushButton, "settingsSelling").click()
    part(selling, QLineEdit, "lowStock").setText("7")
    press_twice(selling, "saveSelling")
    loop.settle()
    assert part(selling, MessageLine, "settingsMessage").words == "Saved for all tills of the shop."
    assert [entry.kind for entry in journal.entries(shop.till)] == ["settings"]


def test_a_till_is_signed_out_once(selling: MainWindow, loop: Loop) -> None:
    asked: list[str] = []
    selling.signOutWanted.connect(lambda: asked.append("sign out"))
    selling.show_page(SETTINGS)
    part(selling, QPushButton, "settingsTill").click()
    press_twice(selling, "signTillOut")
    loop.settle()
    assert asked == ["sign out"]


def test_a_count_is_begun_once(selling: MainWindow, loop: Loop, shop: OfflineShop) -> None:
    begin_to_count(selling, loop)
    assert [session.name for session in count_sessions.open_sessions(shop.till)] == ["Shelf 3"]


def test_a_count_is_finished_once(selling: MainWindow, loop: Loop, shop: OfflineShop) -> None:
    begin_to_count(selling, loop)
    QTest.keyClicks(part(selling, QWidget, "counted"), "2000000000015")
    QTest.keyClick(part(selling, QWidget, "counted"), Qt.Key.Key_Return)
    loop.settle()
    part(selling, QPushButton, "countFinish").click()
    press_twice(selling, "countWrite")
    loop.settle()
    words = part(selling, MessageLine, "countPanelMessage").words
    assert words == "Counted: 1 product. 1 figure changed."
    assert operations(shop) == 1


def test_scans_of_a_count_are_all_counted_however_quickly_they_follow(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    begin_to_count(selling, loop)
    for _each in range(3):
        QTest.keyClicks(part(selling, QWidget, "counted"), "2000000000015")
        QTest.keyClick(part(selling, QWidget, "counted"), Qt.Key.Key_Return)
    loop.settle()
    [session] = count_sessions.open_sessions(shop.till)
    assert [line.quantity for line in count_sessions.lines(shop.till, session.id)] == [3]


def test_goods_in_are_entered_once(selling: MainWindow, loop: Loop, shop: OfflineShop) -> None:
    selling.show_page(STOCK)
    selling.page(STOCK).show_product(shop.product_id("Blue mug"))
    part(selling, QPushButton, "stockAdjust").click()
    part(selling, QLineEdit, "adjustQuantity").setText("12")
    press_twice(selling, "adjustSave")
    loop.settle()
    assert inventory.stock_row(shop.till, shop.product_id("Blue mug")).on_hand == 32


def press_twice(window: MainWindow, name: str) -> None:
    """Both presses arrive before the loop runs what the first began."""
    pressed = part(window, QPushButton, name)
    for _press in range(2):
        QTest.mouseClick(pressed, Qt.MouseButton.LeftButton)


def refuse_a_delivery(window: MainWindow, loop: Loop, shop: OfflineShop) -> None:
    loop.run(inventory.adjust(shop.till, shop.product_id("Blue mug"), 6, "receive", None, ALICE))

    def refuse(tx: Transaction) -> None:
        tx.execute(update(t.outbox).values(status="dead_letter", error="This delivery was entered already."))
        tx.touch(Topic.OUTBOX)

    shop.write(refuse)
    loop.until(lambda: "· 1" in part(window, QPushButton, "navSync").text())
    window.show_page(SYNC)


def begin_to_count(window: MainWindow, loop: Loop) -> None:
    window.show_page(STOCK)
    part(window, QPushButton, "countByScanning").click()
    part(window, QLineEdit, "countName").setText("Shelf 3")
    press_twice(window, "countBegin")
    loop.settle()


def operations(shop: OfflineShop) -> int:
    with shop.store.reading() as connection:
        return connection.execute(select(func.count()).select_from(t.outbox)).scalar_one()
