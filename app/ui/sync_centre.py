"""What is on its way, what needs a person, what is decided, what was sent: each row in words.

A page, not a dialog: nothing here stops a sale. Its lists are read again when the store says that they
changed, and only the list in sight.
"""

from enum import IntEnum

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from app.services import conflicts, queue
from app.services.queue import QueueCounts
from app.services.till import Till
from app.ui import theme
from app.ui.bridge import MergedChange
from app.ui.formatting import Formatter
from app.ui.parts import MessageLine, button, card, label
from app.ui.queue_table import ConflictModel, QueueModel, RowsTable
from app.ui.status_strip import StripText
from app.ui.theme import Tone

ROWS_MAX = 200
CLOCK_OFF_MS_MAX = 120_000


class Tab(IntEnum):
    WAITING = 0
    ATTENTION = 1
    CONFLICTS = 2
    SENT = 3


class SyncCentre(QWidget):
    """Signals:
    tryNow(): send what waits without waiting longer.
    decide(str): open this conflict.
    """

    tryNow = Signal()
    decide = Signal(str)

    def __init__(self, till: Till, formatter: Formatter) -> None:
        super().__init__()
        self.setObjectName("page")
        self._till = till
        self._formatter = formatter
        self._counts = queue.counts(till)
        self._build()
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._tick)
        self.show_tab(Tab.WAITING)

    @property
    def message(self) -> MessageLine:
        return self._message

    def show_tab(self, tab: Tab) -> None:
        self._tabs.button(tab).setChecked(True)
        self._lists.setCurrentIndex(tab)
        self._read_list()
        self._show_choice()

    def show_most_urgent(self) -> None:
        """Open on what needs a person, else on what waits."""
        if self._counts.conflicts:
            self.show_tab(Tab.CONFLICTS)
        elif self._counts.attention:
            self.show_tab(Tab.ATTENTION)
        else:
            self.show_tab(Tab.WAITING)

    def set_state(self, text: StripText) -> None:
        self._state.setText(text.words)
        token = "text" if text.tone is Tone.PLAIN else text.tone
        self._state_icon.setPixmap(theme.pixmap(text.icon, token, 26))

    def set_counts(self, counts: QueueCounts) -> None:
        self._counts = counts
        self._show_tab_words()
        self._show_header()

    def refresh(self, change: MergedChange) -> None:
        if self.isVisible() and change.touches("outbox", "conflicts", "device"):
            self._read_list()
            self._show_header()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._read_list()
        self._show_header()
        self._second.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._second.stop()

    def _tick(self) -> None:
        self._waiting.tick()
        self._open.tick()

    def _read_list(self) -> None:
        match Tab(self._lists.currentIndex()):
            case Tab.WAITING:
                self._waiting.show(queue.waiting(self._till, limit=ROWS_MAX))
            case Tab.ATTENTION:
                self._refused.show(queue.attention(self._till))
                self._pick_first(self._refused_table)
            case Tab.CONFLICTS:
                self._open.show(conflicts.open_conflicts(self._till))
                self._pick_first(self._open_table)
            case Tab.SENT:
                self._sent.show(queue.sent(self._till, limit=ROWS_MAX))
        self._show_choice()

    def _pick_first(self, table: RowsTable) -> None:
        if not table.currentIndex().isValid() and table.model().rowCount():
            table.setCurrentIndex(table.model().index(0, 0))

    def _show_choice(self) -> None:
        """Below the list: what was refused in full, or the way to decide."""
        tab = Tab(self._lists.currentIndex())
        refused = self._refused.row(self._refused_table.currentIndex().row())
        shows_refusal = tab is Tab.ATTENTION and refused is not None
        self._refusal.setVisible(shows_refusal)
        if shows_refusal and refused is not None:
            self._refusal_title.setText(f"{refused.title} · {refused.detail}")
            self._refusal_words.setText(refused.error or self.tr("The server refused it."))
        choice = self._open.row(self._open_table.currentIndex().row())
        self._decision.setVisible(tab is Tab.CONFLICTS and self._open.rowCount() > 0)
        self._decide.setEnabled(choice is not None and not choice.decided)
        self._decide_hint.setText(
            self.tr("This one is decided. It will be sent by itself.")
            if choice is not None and choice.decided
            else self.tr("Selling goes on meanwhile; nothing is changed until somebody decides.")
        )
        self._more.setVisible(tab is Tab.WAITING and self._counts.waiting > ROWS_MAX)
        self._more.setText(
            self.tr("The oldest {shown} of {count}.").format(shown=ROWS_MAX, count=self._counts.waiting)
        )

    def _decide_chosen(self) -> None:
        choice = self._open.row(self._open_table.currentIndex().row())
        if choice is not None and not choice.decided:
            self.decide.emit(choice.id)

    def _show_tab_words(self) -> None:
        for tab, words, count in (
            (Tab.WAITING, self.tr("Waiting"), self._counts.waiting),
            (Tab.ATTENTION, self.tr("Needs attention"), self._counts.attention),
            (Tab.CONFLICTS, self.tr("Conflicts"), self._counts.conflicts),
            (Tab.SENT, self.tr("Sent"), 0),
        ):
            text = f"{words} · {self._formatter.quantity(count)}" if count else words
            self._tabs.button(tab).setText(text)
            self._tabs.button(tab).setAccessibleName(text)

    def _show_header(self) -> None:
        now_ms = self._till.clock.now_ms()
        last_ms = queue.last_full_sync_ms(self._till)
        parts = [
            self.tr("Last complete sync: {time}").format(time=self._formatter.moment(last_ms, now_ms))
            if last_ms
            else self.tr("Not completely synced yet")
        ]
        oldest_ms = self._counts.oldest_unsent_ms
        if oldest_ms is not None:
            oldest = self._formatter.moment(oldest_ms, now_ms)
            parts.append(self.tr("Oldest unsent: {time}").format(time=oldest))
        self._facts.setText(" · ".join(parts))
        off_ms = self._till.device.clock_offset_ms
        self._clock.setVisible(abs(off_ms) > CLOCK_OFF_MS_MAX)
        words = self.tr("This till’s clock is {minutes} min slow.")
        if off_ms < 0:
            words = self.tr("This till’s clock is {minutes} min fast.")
        self._clock.setText(words.format(minutes=abs(off_ms) // 60_000))
        self._try_now.setEnabled(True)

    # --- the page ---

    def _build(self) -> None:
        clock = self._till.clock.now_ms
        self._waiting = QueueModel(self._formatter, clock, self)
        self._refused = QueueModel(self._formatter, clock, self)
        self._sent = QueueModel(self._formatter, clock, self)
        self._open = ConflictModel(self._formatter, clock, self)
        waiting = self.tr("Waiting")
        self._waiting_table = RowsTable(
            self._waiting, "waitingRows", waiting, self.tr("Nothing is waiting: the server has everything.")
        )
        self._refused_table = RowsTable(
            self._refused, "attentionRows", self.tr("Needs attention"), self.tr("Nothing needs attention.")
        )
        self._open_table = RowsTable(
            self._open, "conflictRows", self.tr("Conflicts"), self.tr("Nothing has to be decided.")
        )
        self._sent_table = RowsTable(
            self._sent, "sentRows", self.tr("Sent"), self.tr("What was sent is listed here for 90 days.")
        )
        self._refused_table.picked.connect(lambda _row: self._show_choice())
        self._open_table.picked.connect(lambda _row: self._show_choice())
        self._open_table.opened.connect(lambda _row: self._decide_chosen())
        self._lists = QStackedWidget()
        for table in (self._waiting_table, self._refused_table, self._open_table, self._sent_table):
            self._lists.addWidget(table)
        self._message = MessageLine("syncMessage")
        self._more = label(role="small", name="moreWaiting")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 14)
        layout.setSpacing(10)
        layout.addWidget(self._header())
        layout.addWidget(self._message)
        layout.addLayout(self._tab_bar())
        layout.addWidget(self._lists, 1)
        layout.addWidget(self._more)
        layout.addWidget(self._refusal_card())
        layout.addWidget(self._decision_card())
        self._show_tab_words()

    def _header(self) -> QWidget:
        frame, layout = card("syncHeader")
        self._state_icon = label()
        self._state = label(role="heading", name="syncState", wrap=True)
        self._facts = label(role="muted", name="syncFacts", wrap=True)
        self._clock = label(name="syncClock")
        self._clock.setProperty("tone", Tone.WARN)
        self._try_now = button(self.tr("Try now"), "tryNow", self.tryNow.emit)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._state)
        words.addWidget(self._facts)
        words.addWidget(self._clock)
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(self._state_icon)
        row.addLayout(words, 1)
        row.addWidget(self._try_now)
        layout.addLayout(row)
        return frame

    def _tab_bar(self) -> QHBoxLayout:
        self._tabs = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(4)
        for tab, name in zip(Tab, ("tabWaiting", "tabAttention", "tabConflicts", "tabSent"), strict=True):
            made = QPushButton()
            made.setObjectName(name)
            made.setProperty("role", "tab")
            made.setCheckable(True)
            self._tabs.addButton(made, tab)
            row.addWidget(made)
        row.addStretch(1)
        self._tabs.idClicked.connect(lambda number: self.show_tab(Tab(number)))
        return row

    def _refusal_card(self) -> QWidget:
        self._refusal, layout = card("refusal")
        self._refusal_title = label(role="heading", name="refusalTitle", wrap=True)
        self._refusal_words = label(name="refusalWords", wrap=True)
        layout.addWidget(self._refusal_title)
        layout.addWidget(self._refusal_words)
        layout.addWidget(
            label(self.tr("Nothing is lost: it stays on this till until somebody decides."), "muted")
        )
        return self._refusal

    def _decision_card(self) -> QWidget:
        self._decision, layout = card("decision")
        self._decide = button(self.tr("Decide…"), "decide", self._decide_chosen, role="primary")
        self._decide_hint = label(role="muted", name="decideHint", wrap=True)
        row = QHBoxLayout()
        row.addWidget(self._decide_hint, 1)
        row.addWidget(self._decide)
        layout.addLayout(row)
        return self._decision
