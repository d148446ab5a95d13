"""The Qt application that the windows live in."""

import signal
import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

WAKE_EVERY_MS = 250


def application() -> QApplication:
    """The QApplication of this process, constructed on first use."""
    made = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(made, QApplication), "a till needs widgets"
    made.setApplicationName("Evertill")
    # Closing the set-up window must not end the event loop before the till's window opens.
    made.setQuitOnLastWindowClosed(False)
    return made


def close_on_signals(windows_of: QApplication) -> QTimer:
    """Let SIGINT and SIGTERM close the windows. The timer wakes Python to run the handlers."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: windows_of.closeAllWindows())
    timer = QTimer(windows_of)
    timer.setInterval(WAKE_EVERY_MS)
    timer.timeout.connect(lambda: None)
    timer.start()
    return timer
