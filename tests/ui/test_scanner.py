"""A scanner is a keyboard: its keys reach the cart and nothing else."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.ui.widgets.parts import SearchField
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SELL, SYNC
from app.ui.window.scanner import KEY_GAP_MS_MAX, Scanner
from tests.kit.clocks import ManualClock
from tests.kit.windows import Keyboard, Loop, part, scan


class Desk(QWidget):
    """A field, a search and a button, under a scanner whose clock the test moves."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock()
        self.quantity, self.search, self.press = (
            QLineEdit("3"),
            SearchField("search", "Search"),
            QPushButton("OK"),
        )
        self.presses = 0
        self.press.clicked.connect(self._count)
        layout = QVBoxLayout(self)
        for widget in (self.quantity, self.search, self.press):
            layout.addWidget(widget)
        self.scanner = Scanner(self, self.clock.monotonic_s)
        self.codes: list[str] = []
        self.scanner.scanned.connect(self.codes.append)

    def _count(self) -> None:
        self.presses += 1


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot) -> Iterator[Desk]:
    made = Desk()
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitActive(made)
    made.scanner.install(qapp)
    yield made
    qapp.removeEventFilter(made.scanner)


def test_a_scan_changes_no_field_that_has_the_focus(desk: Desk) -> None:
    desk.quantity.setFocus()
    scan("5012345678900")
    assert desk.codes == ["5012345678900"]
    assert desk.quantity.text() == "3"


def test_a_scan_presses_no_button_that_has_the_focus(desk: Desk) -> None:
    desk.press.setAutoDefault(True)
    desk.press.setFocus()
    scan("5012345678900")
    QTest.keyClick(desk.press, Qt.Key.Key_Return)  # the LF of a scanner that sends CR LF
    assert (desk.codes, desk.presses) == (["5012345678900"], 0)


def test_a_scan_leaves_a_search_as_it_was(desk: Desk) -> None:
    desk.search.setFocus()
    desk.search.setText("mug")
    scan("5012345678900")
    assert desk.codes == ["5012345678900"]
    assert desk.search.text() == "mug"


def test_a_search_gets_every_key_at_once(desk: Desk) -> None:
    desk.search.setFocus()
    QTest.keyClicks(desk.search, "m")
    assert desk.search.text() == "m"


def test_a_person_typing_is_not_a_scanner(desk: Desk) -> None:
    desk.quantity.setFocus()
    desk.quantity.selectAll()
    for key in "1234567":
        QTest.keyClicks(desk.quantity, key)
        desk.clock.advance((KEY_GAP_MS_MAX + 5) / 1000)
    QTest.keyClick(desk.quantity, Qt.Key.Key_Return)
    assert desk.codes == []
    assert desk.quantity.text() == "1234567"


def test_a_few_fast_keys_are_a_persons(desk: Desk) -> None:
    desk.quantity.setFocus()
    desk.quantity.selectAll()
    QTest.keyClicks(desk.quantity, "12")
    QTest.keyClick(desk.quantity, Qt.Key.Key_Return)
    assert desk.codes == []
    assert desk.quantity.text() == "12"


def test_keys_that_were_held_back_arrive_in_their_order(desk: Desk, qtbot: QtBot) -> None:
    desk.quantity.setFocus()
    desk.quantity.selectAll()
    QTest.keyClicks(desk.quantity, "90125678")
    assert desk.quantity.text() == "3", "held: it may still be a scan"
    qtbot.waitUntil(lambda: desk.quantity.text() == "90125678")
    assert desk.codes == []


def test_the_space_bar_still_presses_buttons(desk: Desk) -> None:
    desk.press.setFocus()
    QTest.keyClick(desk.press, Qt.Key.Key_Space)
    assert desk.presses == 1


def test_a_scanner_may_end_with_a_line_feed(desk: Desk) -> None:
    desk.quantity.setFocus()
    QTest.keyClicks(desk.quantity, "5012345678900")
    line_feed = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, "\n")
    QApplication.sendEvent(desk.quantity, line_feed)
    assert desk.codes == ["5012345678900"]
    assert desk.quantity.text() == "3"


def test_two_scans_without_a_pause_are_two_codes(desk: Desk) -> None:
    desk.quantity.setFocus()
    scan("5012345678900")
    scan("4006381333931")
    assert desk.codes == ["5012345678900", "4006381333931"]


def test_nothing_is_scanned_before_somebody_signed_in(window: MainWindow) -> None:
    scan("2000000000015")
    assert window.page(SELL).cart.is_empty
    assert part(window, QLineEdit, "pin").text() == ""


def test_a_scan_on_the_sync_centre_goes_to_the_cart_and_brings_it_up(selling: MainWindow) -> None:
    selling.show_page(SYNC)
    part(selling, QPushButton, "tryNow").setFocus()
    scan("2000000000015")
    assert selling.page(SELL).isVisible()
    assert [line.description for line in selling.page(SELL).cart.lines] == ["Blue mug"]


def test_a_scan_at_one_window_is_none_of_another_windows_business(
    desk: Desk, qtbot: QtBot, qapp: QApplication
) -> None:
    other = Desk()
    qtbot.addWidget(other)
    other.show()
    qapp.installEventFilter(other.scanner)
    desk.activateWindow()
    desk.quantity.setFocus()
    scan("5012345678900")
    assert (desk.codes, other.codes) == (["5012345678900"], [])


def test_an_enter_on_another_clock_than_the_scan_before_it_is_a_persons(
    selling: MainWindow, keys: Keyboard, loop: Loop
) -> None:
    """Keys that the system delivers carry its time; those of an on-screen keyboard may carry none."""
    scan("2000000000015")
    part(selling, QPushButton, "hold").setFocus()
    QTest.keyClick(selling.windowHandle(), Qt.Key.Key_Return)
    QTest.keyClick(selling.windowHandle(), Qt.Key.Key_Space)
    loop.until(lambda: selling.page(SELL).cart.is_empty)
