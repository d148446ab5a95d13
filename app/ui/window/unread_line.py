"""The line at the foot of the window that shows the unread notices, one after another."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer

from app.services import notices
from app.services.notices import NoticeLine
from app.services.till import Actor, Till
from app.ui.widgets import tasks
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import MessageLine
from app.ui.widgets.theme import Tone

_REREAD_EVERY_MS = 60_000
"""A notice past its end date disappears within this time."""
_WORDS_MAX = 200
"""Characters on the line; the page of notices has the full text."""


class UnreadLine(MessageLine):
    """Closing it marks the notice as read by the signed-in person and shows the next.

    While nobody is signed in it shows only the till's own notices: who has read a manager's notice is
    recorded. While `message` is shown it waits: two lines would push the status strip off a small screen.
    """

    def __init__(
        self, till: Till, formatter: Formatter, open_list: Callable[[], object], message: MessageLine
    ) -> None:
        self._message = message
        self._is_wanted = False
        super().__init__("unread")
        message.installEventFilter(self)
        self._till = till
        self._formatter = formatter
        self._actor: Actor | None = None
        self._shown: NoticeLine | None = None
        self.closed.connect(self._mark_read)
        self.acted.connect(open_list)
        self._reread_timer = QTimer(self)
        self._reread_timer.setInterval(_REREAD_EVERY_MS)
        self._reread_timer.timeout.connect(self.show_next)
        self._reread_timer.start()

    def setVisible(self, visible: bool) -> None:
        self._is_wanted = visible
        super().setVisible(visible and self._message.isHidden())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._message and event.type() in {QEvent.Type.ShowToParent, QEvent.Type.HideToParent}:
            super().setVisible(self._is_wanted and self._message.isHidden())
        return super().eventFilter(watched, event)

    def set_actor(self, actor: Actor | None) -> None:
        self._actor = actor
        self.show_next()

    def show_next(self) -> None:
        """Show the first unread notice, or hide the line."""
        waiting = [
            line for line in notices.unread(self._till) if self._actor is not None or not line.needs_a_name
        ]
        first = waiting[0] if waiting else None
        if first is None:
            self._shown = None
            self.clear()
            return
        if first == self._shown:
            return  # unchanged: a screen reader would repeat it
        self._shown = first
        self.say(self._in_words(first), Tone.WARN, action=self._list_in_words(len(waiting)))

    def _in_words(self, line: NoticeLine) -> str:
        words = line.words if len(line.words) <= _WORDS_MAX else line.words[: _WORDS_MAX - 1].rstrip() + "…"
        if not line.sender:
            return words
        when = self._formatter.moment(line.at_ms, self._till.clock.now_ms())
        return f"{line.sender}, {when}: {words}"

    def _list_in_words(self, count: int) -> str:
        if self._actor is None:
            return ""
        return self.tr("All notices") if count == 1 else self.tr("%n notice(s)", "", count)

    def _mark_read(self) -> None:
        line, self._shown = self._shown, None
        if line is not None:
            tasks.start(notices.mark_read(self._till, line, self._actor), self, self.say_error)
