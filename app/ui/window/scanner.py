"""Distinguishes a barcode scanner from a person typing, so that a scan works wherever the focus is.

A scanner is a keyboard that types fast and ends with Enter. While the keys may still be a scan they are
buffered: else they would change the quantity in focus, and Enter would press the button in focus. Keys that
turn out to be typed are delivered a moment later, in order. A search field gets its keys at once, since a
person notices the delay; if they turn out to be a scan, its former text is restored.
"""

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from app.ui.widgets.parts import KEYS_AT_ONCE
from app.ui.widgets.shortcuts import CONFIRM

KEY_GAP_MS_MAX = 35
CODE_LENGTH_MIN = 6
LINE_FEED = "\n"
"""Some scanners end with these instead of Enter."""
_PLAIN = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier


class Scanner(QObject):
    """An event filter on the application, for one window and its dialogs.

    Signals:
        scanned(str): the code, as typed by the scanner.
    """

    scanned = Signal(str)

    def __init__(self, window: QWidget, monotonic_s: Callable[[], float]) -> None:
        super().__init__(window)
        self._window = window
        self._monotonic_s = monotonic_s
        self._code = ""
        self._buffered: list[QKeyEvent] = []
        self._target: QWidget | None = None
        self._text_before: str | None = None
        self._last_ms = 0.0
        self._scan_ended_ms = -float(KEY_GAP_MS_MAX) * 2
        self._is_delivering = False
        self._gap_timer = QTimer(self)
        self._gap_timer.setSingleShot(True)
        self._gap_timer.setInterval(KEY_GAP_MS_MAX)
        self._gap_timer.timeout.connect(self._deliver_typed)

    def install(self, app: QCoreApplication) -> None:
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Every event of the program passes here: return early.
        if event.type() not in {QEvent.Type.KeyPress, QEvent.Type.KeyRelease} or self._is_delivering:
            return False
        if not isinstance(event, QKeyEvent) or not isinstance(watched, QWidget):
            return False
        if not self._is_at_this_window(watched) or not _is_first_receiver(watched):
            return False
        if event.type() == QEvent.Type.KeyRelease:
            return self._released(event)
        return self._pressed(event)

    def _is_at_this_window(self, widget: QWidget | None) -> bool:
        while widget is not None:
            if widget is self._window:
                return True
            widget = widget.parentWidget()
        return False

    def _pressed(self, event: QKeyEvent) -> bool:
        now_ms = float(event.timestamp()) or self._monotonic_s() * 1000
        if self._code and not _is_scanner_gap(now_ms, self._last_ms):
            self._deliver_typed()
        if CONFIRM.is_pressed(event) or event.text() == LINE_FEED:
            return self._ended(now_ms)
        if not self._may_belong_to_a_scan(event):
            self._deliver_typed()
            return False
        if not self._code:
            self._begin()
        self._code += event.text()
        self._last_ms = now_ms
        self._gap_timer.start()
        if self._text_before is not None:
            return False
        self._buffered.append(_copy(event))
        return True

    def _released(self, event: QKeyEvent) -> bool:
        if not self._buffered:
            return False
        self._buffered.append(_copy(event))
        return True

    def _may_belong_to_a_scan(self, event: QKeyEvent) -> bool:
        text = event.text()
        return (
            len(text) == 1
            and text.isprintable()
            and not event.isAutoRepeat()
            and not event.modifiers() & ~_PLAIN
            and not (text == " " and not self._code)  # no code begins with a space, which presses buttons
        )

    def _begin(self) -> None:
        self._target = QApplication.focusWidget()
        if isinstance(self._target, QLineEdit) and self._target.property(KEYS_AT_ONCE):
            self._text_before = self._target.text()

    def _ended(self, now_ms: float) -> bool:
        if _is_scanner_gap(now_ms, self._scan_ended_ms) and not self._code:
            return True  # the second half of a scanner's CR LF
        if len(self._code) < CODE_LENGTH_MIN:
            self._deliver_typed()
            return False
        code = self._code
        if self._text_before is not None and isinstance(self._target, QLineEdit):
            self._target.setText(self._text_before)
        self._reset()
        self._scan_ended_ms = now_ms
        self.scanned.emit(code)
        return True

    def _deliver_typed(self) -> None:
        """The keys were typed: deliver them to their targets."""
        buffered, target = self._buffered, self._target
        self._reset()
        if target is None or not shiboken6.isValid(target):
            return
        self._is_delivering = True
        try:
            for event in buffered:
                QApplication.sendEvent(target, event)
        finally:
            self._is_delivering = False

    def _reset(self) -> None:
        self._gap_timer.stop()
        self._code = ""
        self._buffered = []
        self._target = None
        self._text_before = None


def _is_scanner_gap(now_ms: float, before_ms: float) -> bool:
    """Whether the gap between two keys is as short as a scanner's.

    A key without a timestamp gets one of our clock, whose origin differs from the screen's: it may seem to
    come long before its predecessor.
    """
    return abs(now_ms - before_ms) <= KEY_GAP_MS_MAX


def _is_first_receiver(watched: QWidget) -> bool:
    """An unhandled key event propagates to the parents; only its first delivery counts."""
    focus = QApplication.focusWidget()
    return watched is focus if focus is not None else watched.isWindow()


def _copy(event: QKeyEvent) -> QKeyEvent:
    return QKeyEvent(event.type(), event.key(), event.modifiers(), event.text(), event.isAutoRepeat())
