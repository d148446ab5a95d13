"""A refused entry with its full reason, and the actions: try again, edit and send again, discard."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.errors import DomainError
from app.services.sync.queue import QueueRow
from app.ui.widgets import problems
from app.ui.widgets.parts import MessageLine, button, label
from app.ui.widgets.plain_text import set_tip
from app.ui.widgets.reason_field import ReasonField


class RefusalCard(QFrame):
    """Signals:
    tryAgain(), tryAllAgain(), edit(): for the shown entry, or all entries of the list.
    discard(str): discard it, for this reason.
    seen(): the shown flagged transaction was reviewed.
    """

    tryAgain = Signal()
    tryAllAgain = Signal()
    edit = Signal()
    discard = Signal(str)
    seen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("refusal")
        self.setProperty("role", "card")
        self._entry_id = ""
        self._title = label(role="heading", name="refusalTitle", wrap=True)
        self._words = label(name="refusalWords", wrap=True)
        self._message = MessageLine("refusalMessage")
        self._edit = button(self.tr("Edit and send again…"), "editEntry", self.edit.emit)
        self._discard = button(self.tr("Discard…"), "discardEntry", self._ask_why)
        self._why = self._why_row()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self._words)
        self._what_stays = label("", "muted")
        self._seen = button(self.tr("I have looked at it"), "markSeen", self.seen.emit, role="primary")
        layout.addWidget(self._what_stays)
        layout.addWidget(self._message)
        layout.addWidget(self._seen, 0, Qt.AlignmentFlag.AlignLeft)
        self._choices = QWidget()
        row = QHBoxLayout(self._choices)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(button(self.tr("Try again"), "tryEntryAgain", self.tryAgain.emit, role="primary"))
        row.addWidget(button(self.tr("Try all again"), "tryAllAgain", self.tryAllAgain.emit))
        row.addWidget(self._edit)
        row.addWidget(self._discard)
        row.addStretch(1)
        layout.addWidget(self._choices)
        layout.addWidget(self._why)

    def show_entry(self, row: QueueRow, *, can_edit: bool, can_discard: bool) -> None:
        """Show a refused entry of the outbox and what may be done with it."""
        if row.operation_id != self._entry_id:
            self._entry_id = row.operation_id
            self._back_to_choices()
            self._message.clear()
        self._show(row, row.error or self.tr("The server refused it."))
        self._what_stays.setText(self.tr("Nothing is lost: it stays on this till until somebody decides."))
        self._choices.setVisible(self._why.isHidden())
        self._seen.hide()
        self._edit.setEnabled(can_edit)
        set_tip(self._edit, "" if can_edit else self.tr("There is nothing in it that could be changed."))
        self._discard.setEnabled(can_discard)
        never = self.tr("A completed sale is never discarded: the goods have left the shop.")
        set_tip(self._discard, "" if can_discard else never)

    def show_flagged(self, row: QueueRow) -> None:
        """Show a completed till transaction that the server flagged."""
        self._entry_id = row.operation_id
        self._message.clear()
        self._show(row, row.error or "")
        self._what_stays.setText(self.tr("It is finished and counted. Somebody should look into it."))
        self._choices.hide()
        self._why.hide()
        self._seen.show()

    def _show(self, row: QueueRow, words: str) -> None:
        self._title.setText(f"{row.title} · {row.detail}")
        self._words.setText(words)

    def _why_row(self) -> QWidget:
        self._reason = ReasonField(
            "discardReason",
            self.tr("Reason"),
            (self.tr("Entered twice"), self.tr("Entered by mistake"), self.tr("No longer wanted")),
        )
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._reason, 1)
        row.addWidget(button(self.tr("Back"), "discardBack", self._back_to_choices))
        row.addWidget(button(self.tr("Discard it"), "discardNow", self._give_up))
        holder.hide()
        return holder

    def _ask_why(self) -> None:
        self._reason.clear_reason()
        self._choices.hide()
        self._why.show()
        self._reason.setFocus()

    def _back_to_choices(self) -> None:
        self._why.hide()
        self._choices.show()

    def _give_up(self) -> None:
        try:
            reason = self._reason.reason
        except DomainError as error:
            problems.show(error, self._message.say_error)
            return
        self._message.clear()
        self.discard.emit(reason)
