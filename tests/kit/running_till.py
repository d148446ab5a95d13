"""A till's windows as `evertill till` puts them together, worked with keys and clicks on the test's loop."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget

from app import bootstrap
from app.services.selling import history
from app.services.stock import catalogue
from app.ui.people.enrol_page import EnrolWindow
from app.ui.window.main_window import MainWindow
from app.window_life.application import application
from app.window_life.life import WindowLife
from tests.kit.windows import Loop, fill_in, part

WINDOW = TypeVar("WINDOW", bound=QWidget)


class RunningTill:
    """`run_window` from within: the same wiring, on the test's loop."""

    def __init__(self, loop: Loop, home: Path, url: str) -> None:
        QGuiApplication.setQuitOnLastWindowClosed(False)  # one window follows another
        self._loop = loop
        self.opened = bootstrap.open_home(home)
        self.life = WindowLife(application(), self.opened, url)
        self._task = asyncio.get_event_loop().create_task(self.life.run(), name="till")

    def window(self, kind: type[WINDOW]) -> WINDOW:
        """The visible window of this kind, once it is open."""

        def shown() -> WINDOW | None:
            if self._task.done():
                self._task.result()
            for widget in QApplication.topLevelWidgets():
                if isinstance(widget, kind) and widget.isVisible():
                    return widget
            return None

        self._loop.until(shown)
        found = shown()
        assert found is not None
        return found

    def asks_to_be_set_up(self, password: str = "evertill-demo") -> EnrolWindow:
        setting_up = self.window(EnrolWindow)
        fill_in(setting_up, password=password)
        part(setting_up, QPushButton, "enrol").click()
        return setting_up

    def close(self) -> None:
        for widget in QApplication.topLevelWidgets():
            widget.close()
        self._loop.until(self._task.done)
        self._task.result()
        self.life.close()


def sign_in(loop: Loop, window: MainWindow, username: str, pin: str) -> None:
    loop.until(lambda: window.findChild(QPushButton, f"person-{username}"))
    part(window, QPushButton, f"person-{username}").click()
    for digit in pin:
        part(window, QPushButton, f"pin{digit}").click()
    part(window, QPushButton, "signIn").click()
    loop.until(lambda: window.actor is not None)


def sell_first_product(loop: Loop, window: MainWindow) -> str:
    product = catalogue.search(window.till, "", limit=1)[0]
    window.take_scan(product.barcode or "")
    part(window, QPushButton, "pay").click()
    QTest.keyClick(part(window, QLineEdit, "cashGiven"), Qt.Key.Key_Return)
    made: Callable[[], object] = lambda: history.recent_sales(window.till, 1)  # noqa: E731
    loop.until(made)
    return history.recent_sales(window.till, 1)[0].receipt_number
