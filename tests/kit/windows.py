"""An offscreen window as a person uses it: event loop in steps, keys, a scanner, widgets by name."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget

from app.ui.widgets.tasks import all_ended
from tests.kit.demo import LOCATION, PASSWORD, TENANT
from tests.kit.waiting import WAIT_S

T = TypeVar("T")
WIDGET = TypeVar("WIDGET", bound=QWidget)

LOOK_EVERY_S = 0.002
PERSON_S = 0.2
"""Between two keys of a person; a scanner's come without a pause."""


class Loop:
    """The window's event loop, run in steps: until a coroutine ends, or a condition holds."""

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

    def until_is(self, ask: Callable[[], T], wanted: T) -> None:
        """Until `ask` returns `wanted`."""
        self.until(lambda: ask() == wanted)

    def settle(self) -> None:
        """Until the windows' tasks have ended and their events were processed."""
        self.run(all_ended())
        QApplication.processEvents()


class MovableClock(Protocol):
    def advance(self, seconds: float) -> None: ...


class Keyboard:
    """A person at the keys: slower than any scanner, on the till's own clock."""

    def __init__(self, clock: MovableClock) -> None:
        self._clock = clock

    def press(self, key: Qt.Key) -> None:
        """To whatever has the focus."""
        self._clock.advance(PERSON_S)
        QTest.keyClick(focused(), key)

    def press_in(
        self,
        window: QWidget,
        key: Qt.Key,
        modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        """To the window itself, as the system does, so that shortcuts receive it."""
        self._clock.advance(PERSON_S)
        QTest.keyClick(window.windowHandle(), key, modifier)
        QApplication.processEvents()

    def type(self, words: str) -> None:
        for letter in words:
            self._clock.advance(PERSON_S)
            QTest.keyClicks(focused(), letter)


def part(parent: QWidget, kind: type[WIDGET], name: str) -> WIDGET:
    """The one widget of this name."""
    found = parent.findChild(kind, name)
    assert found is not None, f"no {kind.__name__} is called {name}"
    return found


def fill_in(setting_up: QWidget, *, password: str = PASSWORD) -> None:
    """What a manager types to make this a till of the demonstration's shop, by their password."""
    part(setting_up, QPushButton, "byPassword").click()
    for name, text in {
        "tenant-id": TENANT,
        "location-id": LOCATION,
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
