"""The recent events between this till and its server, for the diagnostics."""

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

EVENTS_MAX = 200


class EventLog(QObject):
    """Signals:
    noted(): an event was added.
    """

    noted = Signal()

    def __init__(self, now_ms: Callable[[], int], parent: QObject) -> None:
        super().__init__(parent)
        self._now_ms = now_ms
        self._events: deque[tuple[int, str]] = deque(maxlen=EVENTS_MAX)

    def note(self, words: str) -> None:
        """Add an event, with the current time."""
        self._events.appendleft((self._now_ms(), words))
        self.noted.emit()

    def latest(self) -> list[tuple[int, str]]:
        """(Milliseconds UTC, text) of each event, newest first."""
        return list(self._events)
