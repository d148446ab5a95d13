"""The status strip, always visible: state of the connection, and what is not sent yet.

Its content is a pure function; the widget adds the time of day and a notice for each loss and return of the
connection. It is never green while an operation is unsent or needs attention.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QSize, QTimer, Signal

from app.ui.page.state import StripText
from app.ui.widgets import theme
from app.ui.widgets.parts import announce
from app.ui.widgets.plain_text import PlainButton, set_tip
from app.ui.widgets.shortcuts import Shortcut
from app.ui.widgets.theme import Tone
from resources.words import translate
from sync_agent.events import ConnectionState, QueueDrained, StateChanged

OFFLINE_AFTER_MS = 5_000
"""A shorter loss of connection is not shown as Offline."""


class Counts(Protocol):
    """The queue counts that the strip shows."""

    @property
    def waiting(self) -> int: ...
    @property
    def attention(self) -> int: ...
    @property
    def flagged(self) -> int: ...
    @property
    def conflicts(self) -> int: ...
    @property
    def sales(self) -> int: ...


@dataclass(frozen=True)
class Backlog:
    """Progress since the queue was last empty, for "Sending 3 of 12"."""

    waiting: int = 0
    total: int = 0

    def now_at(self, waiting: int) -> "Backlog":
        """The backlog after the number of waiting operations changed."""
        added = max(0, waiting - self.waiting)
        return Backlog(waiting, self.total + added if waiting else 0)

    @property
    def position(self) -> int:
        """The number of the operation that is being sent, from 1."""
        return min(self.total, self.total - self.waiting + 1)


def state_words(state: ConnectionState) -> str:
    """The state of the connection in a word or two."""
    return {
        ConnectionState.OFFLINE: translate("StatusStrip", "Offline"),
        ConnectionState.CONNECTING: translate("StatusStrip", "Connecting"),
        ConnectionState.SYNCING: translate("StatusStrip", "Fetching what is new"),
        ConnectionState.ONLINE: translate("StatusStrip", "Online"),
        ConnectionState.NEEDS_SIGN_IN: translate("StatusStrip", "Sign in again"),
        ConnectionState.NEEDS_ENROLMENT: translate("StatusStrip", "This till must be enrolled again"),
    }[state]


def strip_text(
    state: ConnectionState,
    counts: Counts,
    since_ms: int,
    now_ms: int,
    *,
    backlog: Backlog,
    clock: Callable[[int], str],
) -> StripText:
    """The strip's content. `since_ms` is when the connection was lost, in milliseconds UTC."""
    match state:
        case ConnectionState.NEEDS_ENROLMENT:
            return _joined(
                "lock",
                Tone.BAD,
                translate("StatusStrip", "This till must be enrolled again"),
                _saved_here(counts),
            )
        case ConnectionState.NEEDS_SIGN_IN:
            return _joined("lock", Tone.WARN, translate("StatusStrip", "Online"), _sign_in(counts))
        case ConnectionState.OFFLINE | ConnectionState.CONNECTING:
            if now_ms - since_ms < OFFLINE_AFTER_MS:
                return _joined(
                    "connecting", Tone.PLAIN, translate("StatusStrip", "Connecting"), _saved(counts)
                )
            offline = translate("StatusStrip", "Offline since {time}").format(time=clock(since_ms))
            return _joined("offline", Tone.WARN, offline, _saved(counts), _attention(counts))
        case ConnectionState.SYNCING | ConnectionState.ONLINE:
            return _online(state, counts, backlog)


def _online(state: ConnectionState, counts: Counts, backlog: Backlog) -> StripText:
    online, attention = translate("StatusStrip", "Online"), _attention(counts)
    if counts.waiting:
        sending = translate("StatusStrip", "Sending {position} of {total}").format(
            position=backlog.position, total=backlog.total
        )
        return _joined("sending", Tone.BUSY, online, sending, attention)
    if state is ConnectionState.SYNCING:
        return _joined("sync", Tone.BUSY, online, translate("StatusStrip", "Fetching what is new"), attention)
    if attention:
        return _joined("attention", Tone.WARN, online, attention)
    return _joined("check", Tone.GOOD, online, translate("StatusStrip", "All sent"))


def _joined(icon: str, tone: Tone, *parts: str) -> StripText:
    return StripText(icon, " · ".join(part for part in parts if part), tone)


def _attention(counts: Counts) -> str:
    number = counts.attention + counts.flagged + counts.conflicts
    return translate("StatusStrip", "%n (needs|need) attention", number) if number else ""


def _saved(counts: Counts) -> str:
    if not counts.waiting:
        return ""
    return translate("StatusStrip", "{what} saved on this till").format(
        what=_entries(counts.waiting, counts.sales)
    )


def _saved_here(counts: Counts) -> str:
    if not counts.waiting:
        return ""
    return translate("StatusStrip", "{what} saved here").format(what=_entries(counts.waiting, counts.sales))


def _entries(number: int, sales: int) -> str:
    """Named as sales where all of them are; a count or a price change is not a sale."""
    if number == sales:
        return translate("StatusStrip", "%n sale(s)", number)
    return translate("StatusStrip", "%n entry(ies)", number)


def _sign_in(counts: Counts) -> str:
    if not counts.waiting:
        return translate("StatusStrip", "Sign in again")
    return translate("StatusStrip", "Sign in again to send %n", counts.waiting)


class StatusStrip(PlainButton):
    """36 px at the window's foot. Clicking it opens the Sync centre, as the key `opened_by` does.

    Signals:
        noticed(str, Tone): once, when the connection is lost, and when all is sent after its return.
        changed(StripText): its content changed.
    """

    noticed = Signal(str, object)
    changed = Signal(object)

    def __init__(
        self, counts: Counts, *, now_ms: Callable[[], int], clock: Callable[[int], str], opened_by: Shortcut
    ) -> None:
        super().__init__()
        self.setObjectName("statusStrip")
        self.setIconSize(QSize(18, 18))
        set_tip(self, opened_by.after(self.tr("Open the Sync centre")))
        self._counts = counts
        self._now_ms = now_ms
        self._clock = clock
        self._state = ConnectionState.CONNECTING
        self._offline_since_ms = now_ms()
        self._backlog = Backlog().now_at(counts.waiting)
        self._noticed_offline = False
        self._only_sales = counts.waiting == counts.sales
        self._text: StripText | None = None
        self._offline_timer = QTimer(self)
        self._offline_timer.setSingleShot(True)
        self._offline_timer.timeout.connect(self.refresh)
        self.refresh()

    @property
    def strip_text(self) -> StripText:
        assert self._text is not None
        return self._text

    @property
    def state(self) -> ConnectionState:
        return self._state

    def set_counts(self, counts: Counts) -> None:
        self._counts = counts
        self._backlog = self._backlog.now_at(counts.waiting)
        if counts.waiting:
            self._only_sales = counts.waiting == counts.sales and (
                self._only_sales or self._backlog.total == counts.waiting
            )
        self.refresh()

    def set_state(self, event: StateChanged) -> None:
        if _is_connected(self._state) and not _is_connected(event.state):
            self._offline_since_ms = event.since_ms
        self._state = event.state
        if event.state is ConnectionState.ONLINE and not self._counts.waiting:
            self._notice_reconnected(self.tr("Connected again."))
        self.refresh()

    def on_drained(self, event: QueueDrained) -> None:
        """The server has confirmed all operations: only now the strip says "sent"."""
        what = _entries(event.count, event.count if self._only_sales else 0)
        self._notice_reconnected(self.tr("Connected again. {what} sent.").format(what=what))

    def refresh(self) -> None:
        now_ms = self._now_ms()
        text = strip_text(
            self._state,
            self._counts,
            self._offline_since_ms,
            now_ms,
            backlog=self._backlog,
            clock=self._clock,
        )
        self._refresh_when_offline_shows(now_ms)
        if text == self._text:
            return
        changed_tone = self._text is None or self._text.tone != text.tone
        self._text = text
        self.setText("  " + text.words)
        self.setAccessibleName(text.words)
        self.setIcon(theme.icon(text.icon, "text" if text.tone is Tone.PLAIN else text.tone, 18))
        self.changed.emit(text)
        if changed_tone:
            theme.restyle(self, tone=text.tone)
            announce(self, text.words)
        if text.icon == "offline" and not self._noticed_offline:
            self._noticed_offline = True
            self._notice_offline()

    def _notice_offline(self) -> None:
        words = self.tr(
            "No connection. Keep selling: everything is saved on this till and will be sent by itself. "
            "Stock of other shops is as of {time}."
        )
        self.noticed.emit(words.format(time=self._clock(self._offline_since_ms)), Tone.WARN)

    def _notice_reconnected(self, words: str) -> None:
        if self._noticed_offline:
            self._noticed_offline = False
            self.noticed.emit(words, Tone.GOOD)

    def _refresh_when_offline_shows(self, now_ms: int) -> None:
        left_ms = self._offline_since_ms + OFFLINE_AFTER_MS - now_ms
        if not _is_connected(self._state) and left_ms > 0 and not self._offline_timer.isActive():
            self._offline_timer.start(left_ms)


def _is_connected(state: ConnectionState) -> bool:
    return state not in {ConnectionState.OFFLINE, ConnectionState.CONNECTING}
