"""A real window offscreen, over a real store, on a qasync loop that a test runs as far as it needs."""

import asyncio
import contextlib
import gc
import warnings
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
import qasync
from PySide6.QtCore import QCoreApplication, QEvent, QLocale, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.ui.widgets import language, theme
from app.ui.widgets.tasks import running_count
from app.ui.window.bridge import Bridge
from app.ui.window.main_window import MainWindow
from tests.clocks import ManualClock
from tests.ui.shop import ALICE, PEPPER, Shop

T = TypeVar("T")
WIDGET = TypeVar("WIDGET", bound=QWidget)

WAIT_S = 30
LOOK_EVERY_S = 0.002
PERSON_S = 0.2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform says this of what only a screen could do; it says nothing about ours."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support"))


class Loop:
    """The window's loop, run in steps: until a coroutine ends, or until something is so."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(asyncio.wait_for(coroutine, WAIT_S))

    def until(self, condition: Callable[[], object]) -> None:
        met = self._loop.create_future()

        def look() -> None:
            if met.done():
                return
            if condition():
                met.set_result(None)
            else:
                self._loop.call_later(LOOK_EVERY_S, look)

        look()
        self._loop.run_until_complete(asyncio.wait_for(met, WAIT_S))

    def settle(self) -> None:
        """Until the tasks that the windows started have ended and their news has arrived."""
        self.until(lambda: running_count() == 0)
        QApplication.processEvents()


class SilentAgent:
    """Remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def try_now(self) -> None:
        self.asked.append("try_now")

    def resume(self) -> None:
        self.asked.append("resume")

    def ask_elsewhere(self, product_id: str) -> None:
        self.asked.append(f"elsewhere {product_id}")


@pytest.fixture(autouse=True)
def _windows_die_in_this_thread(qapp: QApplication) -> Iterator[None]:
    """As in the program: no thread but this one collects what is left of a closed window."""
    gc.disable()
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    gc.enable()


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[Loop]:
    theme.apply_theme(qapp)
    language.apply_language(qapp, "en")
    made = qasync.QEventLoop(qapp)
    asyncio.set_event_loop(made)
    yield Loop(made)
    # What a window began goes to its end: the cart in progress, say, is kept with each scan.
    with contextlib.suppress(TimeoutError):
        Loop(made).until(lambda: running_count() == 0)
    with warnings.catch_warnings():
        # qasync's executor threads and timers are its own to clear away.
        warnings.simplefilter("ignore", ResourceWarning)
        made.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "till")
    yield made
    made.close()


@pytest.fixture
def bridge(qapp: QApplication, shop: Shop) -> Iterator[Bridge]:
    made = Bridge()
    stop = shop.store.listen(made.post_changed)
    yield made
    stop()


@pytest.fixture
def agent() -> SilentAgent:
    return SilentAgent()


@pytest.fixture
def window(loop: Loop, shop: Shop, bridge: Bridge, agent: SilentAgent, qtbot: QtBot) -> MainWindow:
    """Standing, with nobody signed in."""
    made = MainWindow(shop.till, bridge, agent, PEPPER, locale=QLocale("en_GB"))
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitActive(made)
    return made


@pytest.fixture
def selling(window: MainWindow) -> MainWindow:
    """As `window`, with Alice signed in."""
    window.welcome(ALICE)
    return window


class Keyboard:
    """A person at the keys: slower than any scanner, on the till's own clock."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock

    def press(self, key: Qt.Key) -> None:
        """To whatever has the focus."""
        self._clock.advance(PERSON_S)
        QTest.keyClick(focused(), key)

    def press_in(self, window: QWidget, key: Qt.Key) -> None:
        """To the window itself, as the system does, so that shortcuts hear it."""
        self._clock.advance(PERSON_S)
        QTest.keyClick(window.windowHandle(), key)
        QApplication.processEvents()

    def type(self, words: str) -> None:
        for letter in words:
            self._clock.advance(PERSON_S)
            QTest.keyClicks(focused(), letter)


@pytest.fixture
def keys(shop: Shop) -> Keyboard:
    return Keyboard(shop.clock)


def part(parent: QWidget, kind: type[WIDGET], name: str) -> WIDGET:
    """The one widget of this name."""
    found = parent.findChild(kind, name)
    assert found is not None, f"no {kind.__name__} is called {name}"
    return found


def fill_in(setting_up: QWidget, *, password: str = "evertill-demo") -> None:
    """What a manager types to make this a till of the demonstration's shop."""
    for name, text in {
        "tenant-id": "demo",
        "location-id": "main",
        "till-name": "Till 2",
        "username": "alice",
        "password": password,
    }.items():
        part(setting_up, QLineEdit, f"enrol-{name}").setText(text)


def scan(code: str) -> None:
    """What a scanner does: keys without a pause to whatever has the focus, ended by Enter."""
    QTest.keyClicks(focused(), code)
    QTest.keyClick(focused(), Qt.Key.Key_Return)


def focused() -> QWidget:
    target = QApplication.focusWidget() or QApplication.activeWindow()
    assert target is not None
    return target
