"""Collects Python's garbage in the window's thread and in no other.

A widget in a reference cycle is destroyed in the thread in which the collector happens to run. If that is the
agent's or the writer's thread, Qt objects are destroyed outside their own thread and the program crashes. So
automatic collection is off while there is a window, and a timer collects here.
"""

import gc

from PySide6.QtCore import QObject, QTimer

COLLECT_EVERY_MS = 1_000


class UiThreadCollector(QObject):
    """Turns automatic collection off for the life of the program. Construct it in the window's thread."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()  # imported modules are never garbage: leave them out of every collection
        self._timer = QTimer(self)
        self._timer.setInterval(COLLECT_EVERY_MS)
        self._timer.timeout.connect(collect_due)
        self._timer.start()


def collect_due() -> None:
    """Collect the oldest generation that exceeds its threshold, as Python itself would."""
    for generation in (2, 1, 0):
        if gc.get_count()[generation] > gc.get_threshold()[generation]:
            gc.collect(generation)
            return
