"""Detects that the till was not used for some minutes, so that the window asks for a PIN again."""

from PySide6.QtCore import QEvent, QObject, QTimer, Signal

from app.services.preferences import LOCK_AFTER_MIN_MAX

MINUTE_MS = 60_000
_TOUCHES = frozenset({QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin})


class IdleWatch(QObject):
    """An event filter on the application.

    Signals:
        idle(): no key or button was pressed for the set number of minutes.
    """

    idle = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.idle)

    def set_minutes(self, minutes: int) -> None:
        """0 turns it off. What an earlier release stored may be a number that no timer takes."""
        minutes = min(max(minutes, 0), LOCK_AFTER_MIN_MAX)
        self._timer.setInterval(minutes * MINUTE_MS)
        if minutes:
            self._timer.start()
        else:
            self._timer.stop()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in _TOUCHES and self._timer.isActive():
            self._timer.start()
        return False
