"""Collects Python's garbage in the window's thread and in no other.

A widget that is part of a reference cycle dies where the collector happens to run. In the agent's or the
writer's thread that destroys Qt objects behind the back of the thread they live in, and the program crashes.
So the automatic collector is off while there is a window, and a timer here does its work.
"""

import gc

from PySide6.QtCore import QObject, QTimer

LOOK_EVERY_MS = 1_000


class UiThreadCollector(QObject):
    """Off goes the automatic collector, for the life of the program; make it in the window's thread."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()  # what was imported so far stays for good: no need to look through it again
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(collect_what_is_due)
        self._timer.start()


def collect_what_is_due() -> None:
    """Collect the oldest generation that has passed Python's own threshold, if any has."""
    for generation in (2, 1, 0):
        if gc.get_count()[generation] > gc.get_threshold()[generation]:
            gc.collect(generation)
            return
