"""Lists open conflicts and, below, decided conflicts.

A decision can be undone for ten seconds after it was made, a decided conflict can be reopened, and similar
conflicts can be decided together as suggested.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.errors import DomainError
from app.services.sync import conflicts, decide_alike, decisions
from app.services.sync.conflicts import ConflictView
from app.services.sync.decide_alike import SimilarConflict
from app.services.till import Actor, Till
from app.ui.sync.batch_dialog import BatchDialog
from app.ui.sync.queue_table import ConflictModel, DecidedModel, RowsTable
from app.ui.widgets import tasks
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import MessageLine, button, card, label
from app.ui.widgets.theme import Tone

UNDO_MS = 10_000


class ConflictInbox(QWidget):
    """`message` shows the results; `run` is the page's `run`.

    Signals:
        decide(str): open this conflict.
    """

    decide = Signal(str)

    def __init__(self, till: Till, formatter: Formatter, message: MessageLine, run: tasks.Run) -> None:
        super().__init__()
        self.run = run
        self._till = till
        self._formatter = formatter
        self._message = message
        self._actor: Actor | None = None
        self._undoes: str | None = None
        message.acted.connect(self._undo)
        self._build()

    def set_actor(self, actor: Actor) -> None:
        self._actor = actor

    def read(self) -> None:
        """Read both lists again."""
        self._open.show(conflicts.open_conflicts(self._till))
        self._open_table.pick_first()
        self._decided.show(conflicts.decided_conflicts(self._till))
        self._show_choice()

    def tick(self) -> None:
        """Repaint the ages; called every second."""
        self._open.tick()

    def say_decided(self, conflict_id: str, words: str) -> None:
        """Show that a decision is saved, and offer Undo for `UNDO_MS`."""
        self._undoes = conflict_id
        self._open_table.setFocus()  # off the Decide button, which may be disabled now
        self._message.say(words, Tone.GOOD, action=self.tr("Undo"), for_ms=UNDO_MS)

    # --- commands ---

    @tasks.command
    async def _undo(self) -> None:
        if self._undoes is None or self._actor is None:
            return
        conflict_id, self._undoes = self._undoes, None
        await decisions.undo(self._till, conflict_id, self._actor)
        self._message.say(self.tr("Taken back. It waits for a decision again."), Tone.BUSY, for_ms=8000)

    def _decide_chosen(self) -> None:
        choice = self._chosen()
        if choice is not None and not choice.decided:
            self.decide.emit(choice.id)

    @tasks.command
    async def _reopen_chosen(self) -> None:
        past = self._decided.row(self._decided_table.currentIndex().row())
        if past is None or self._actor is None:
            return
        await decisions.reopen(self._till, past.id, self._actor)
        words = self.tr("It is being opened again. It comes back here once the server has heard of it.")
        self._message.say(words, Tone.BUSY, for_ms=8000)

    def _ask_batch(self) -> None:
        choice = self._chosen()
        if choice is None or choice.decided:
            return
        try:
            alike = decide_alike.similar(self._till, choice.id)
        except DomainError as error:
            self._message.say_error(str(error))
            return
        if len(alike) < 2:
            self._message.say(self.tr("No other conflict is similar to this one."), for_ms=6000)
            return
        dialog = BatchDialog(alike, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.agreed.connect(self._decide_all)
        dialog.open()

    @tasks.command
    async def _decide_all(self, chosen: list[SimilarConflict]) -> None:
        assert self._actor is not None
        decided, left = await decide_alike.decide_similar(self._till, chosen, self._actor)
        words = self.tr("%n conflict(s) decided as suggested.", "", decided)
        if left:
            words = f"{words} {self.tr('%n had changed meanwhile and (waits|wait) for you.', '', left)}"
        self._message.say(words, Tone.GOOD if not left else Tone.WARN)

    def _chosen(self) -> ConflictView | None:
        return self._open.row(self._open_table.currentIndex().row())

    def _show_choice(self) -> None:
        """Update the buttons for the selected rows."""
        choice = self._chosen()
        self._decide.setEnabled(choice is not None and not choice.decided)
        self._batch.setVisible(self._open.rowCount() > 1)
        self._hint.setText(
            self.tr("This is decided, and goes to the server by itself.")
            if choice is not None and choice.decided
            else self.tr("Selling goes on meanwhile; nothing is changed until somebody decides.")
        )
        past = self._decided.row(self._decided_table.currentIndex().row())
        self._reopen.setEnabled(past is not None)

    # --- the page ---

    def _build(self) -> None:
        clock = self._till.clock.now_ms
        self._open = ConflictModel(self._formatter, clock, self)
        self._decided = DecidedModel(self._formatter, clock, self)
        self._open_table = RowsTable(
            self._open, "conflictRows", self.tr("Conflicts"), self.tr("Nothing has to be decided.")
        )
        self._open_table.opened.connect(lambda _row: self._decide_chosen())
        self._decided_table = RowsTable(
            self._decided,
            "decidedRows",
            self.tr("Decided"),
            self.tr("What was decided can be opened again from here."),
        )
        for table in (self._open_table, self._decided_table):
            table.picked.connect(lambda _row: self._show_choice())
        self._reopen = button(self.tr("Open again"), "reopen", self._reopen_chosen, role="quiet")
        head = QHBoxLayout()
        head.addWidget(label(self.tr("Decided"), "muted"), 1)
        head.addWidget(self._reopen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._open_table, 3)
        layout.addLayout(head)
        layout.addWidget(self._decided_table, 2)
        layout.addSpacing(4)
        layout.addWidget(self._decision_card())

    def _decision_card(self) -> QWidget:
        frame, layout = card("decision")
        self._decide = button(self.tr("Decide…"), "decide", self._decide_chosen, role="primary")
        self._batch = button(self.tr("All similar…"), "decideAlike", self._ask_batch)
        self._hint = label(role="muted", name="decideHint", wrap=True)
        row = QHBoxLayout()
        row.addWidget(self._hint, 1)
        row.addWidget(self._batch)
        row.addWidget(self._decide)
        layout.addLayout(row)
        return frame
