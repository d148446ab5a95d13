"""Carries events from the agent's and the writer's threads into the window's thread.

The agent and the store call `post_event` and `post_changed` in their own threads; the signals are emitted in
the UI thread. Of a burst of the agent's changes the first is emitted at once and the others merged. A clerk's
own change is emitted at once, so that the strip is never green after a sale that is not sent.
"""

import threading

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.ui.page.changes import NOTHING, StoreChange, merge_changes
from sync_agent.events import (
    AgentEvent,
    Attention,
    Fault,
    Progress,
    QueueDrained,
    StateChanged,
)

CHANGES_EVERY_MS = 100
"""The agent's changes are emitted at most this often, however fast the queue drains."""


class Bridge(QObject):
    """The only connection between other threads and the window.

    Signals:
        stateChanged(StateChanged): the state of the connection.
        changed(MergedChange): the store changed; refresh what shows it.
        attention(Attention | Fault): something that a person should read.
        progressed(Progress), drained(QueueDrained).
    """

    stateChanged = Signal(object)
    changed = Signal(object)
    attention = Signal(object)
    progressed = Signal(object)
    drained = Signal(object)

    _eventPosted = Signal(object)
    _changePosted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state: StateChanged | None = None
        """The last state that was emitted, for windows that are constructed later."""
        self._lock = threading.Lock()
        self._pending = NOTHING
        self._woken = False
        self._merge_timer = QTimer(self)
        self._merge_timer.setSingleShot(True)
        self._merge_timer.setInterval(CHANGES_EVERY_MS)
        self._merge_timer.timeout.connect(self._deliver)
        self._eventPosted.connect(self._dispatch, Qt.ConnectionType.QueuedConnection)
        self._changePosted.connect(self._wake, Qt.ConnectionType.QueuedConnection)

    def post_event(self, event: AgentEvent) -> None:
        """From any thread."""
        self._eventPosted.emit(event)

    def post_changed(self, change: StoreChange) -> None:
        """From any thread."""
        with self._lock:
            has_to_wake = not self._woken or (change.by_clerk and not self._pending.by_clerk)
            self._pending = merge_changes(self._pending, change)
            self._woken = True
        if has_to_wake:
            self._changePosted.emit()

    def _dispatch(self, event: AgentEvent) -> None:
        match event:
            case StateChanged():
                self.state = event
                self.stateChanged.emit(event)
            case Attention():
                self.attention.emit(event)
            case Progress():
                self.progressed.emit(event)
            case QueueDrained():
                self.drained.emit(event)
            case Fault():
                self.attention.emit(event)
            case _:
                pass  # changes arrive from the store directly, through `post_changed`

    def _wake(self) -> None:
        if self._pending.by_clerk or not self._merge_timer.isActive():
            self._deliver()

    def _deliver(self) -> None:
        with self._lock:
            change, self._pending = self._pending, NOTHING
            self._woken = False
        if change.topics:
            self.changed.emit(change)
            self._merge_timer.start()
