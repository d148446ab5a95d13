"""A dialog that is closed while something of it still runs."""

import asyncio
import threading
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit, QPushButton

from app.domain.cart import Cart
from app.domain.slip import Slip
from app.printing import printer
from app.services.selling import history
from app.services.stock import catalogue, inventory
from app.services.sync import queue, refused
from app.ui.sync.edit_dialog import EditDialog
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import MessageLine
from app.ui.widgets.slip_view import SlipDialog
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SELL
from tests.kit import selling as counter
from tests.kit.offline_shop import ALICE, BOB, PIN, OfflineShop
from tests.kit.waiting import WAIT_S
from tests.kit.windows import Keyboard, Loop, part


def ask_for_the_drawer(window: MainWindow, keys: Keyboard, loop: Loop) -> QDialog:
    window.welcome(BOB)
    keys.press_in(window, Qt.Key.Key_F7)
    part(window, QPushButton, "openDrawer").click()
    part(window, QLineEdit, "drawerReasonLine").setText("Change a note")
    part(window, QPushButton, "openDrawerNow").click()
    loop.until(lambda: window.findChild(QDialog, "approvalDialog"))
    return part(window, QDialog, "approvalDialog")


def test_an_approval_is_not_cancelled_while_its_pin_is_checked(
    window: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    dialog = ask_for_the_drawer(window, keys, loop)
    part(dialog, QLineEdit, "approvalPin").setText(PIN)
    part(dialog, QPushButton, "approve").click()
    assert not part(dialog, QPushButton, "approvalCancel").isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    loop.settle()
    assert [sale.kind for sale in history.recent_sales(shop.till)] == ["no_sale"]


def test_an_approval_is_cancelled_after_a_wrong_pin(
    window: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    dialog = ask_for_the_drawer(window, keys, loop)
    part(dialog, QLineEdit, "approvalPin").setText("000000")
    part(dialog, QPushButton, "approve").click()
    loop.until(lambda: part(dialog, QPushButton, "approvalCancel").isEnabled())
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    loop.settle()
    assert part(window, MessageLine, "moreMessage").words == "Not approved. Nothing was changed."
    assert history.recent_sales(shop.till) == []


def test_a_slip_that_is_closed_while_it_prints_is_printed(
    selling: MainWindow, loop: Loop, shop: OfflineShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[str] = []
    begun, go_on = threading.Event(), threading.Event()

    class SlowPrinter:
        def print_slip(self, slip: Slip, *, open_drawer: bool) -> None:
            begun.set()
            assert go_on.wait(WAIT_S)
            printed.append(slip.title)

    monkeypatch.setattr(printer, "printer_of", lambda *_: SlowPrinter())
    mug = catalogue.by_code(shop.till, "2000000000015")
    assert mug is not None
    sale = loop.run(counter.sell(shop.till, Cart().add(mug), ALICE))
    selling.page(SELL).show_receipt(sale.id)
    dialog = part(selling, SlipDialog, "slipDialog")
    part(dialog, QPushButton, "slipPrint").click()
    loop.until(begun.is_set)
    dialog.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    go_on.set()
    loop.settle()
    assert len(printed) == 1


def test_an_edited_entry_is_not_cancelled_while_it_is_written(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    loop.run(inventory.adjust(shop.till, shop.product_id("Blue mug"), 6, "receive", None, ALICE))
    [entry] = queue.waiting(shop.till)
    begun, go_on = asyncio.Event(), asyncio.Event()
    sends: list[dict[str, Any]] = []

    async def slow(changes: dict[str, Any]) -> None:
        sends.append(changes)
        begun.set()
        await go_on.wait()

    spelling = Formatter(selling.locale(), "GBP", "Europe/London")
    dialog = EditDialog(refused.details(shop.till, entry.operation_id), "each", spelling, slow, selling)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    part(dialog, QPushButton, "editSend").click()
    loop.until(begun.is_set)
    assert not part(dialog, QPushButton, "editCancel").isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    go_on.set()
    loop.settle()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert len(sends) == 1
    assert selling.findChild(QDialog, "editDialog") is None
