"""Taking the money, in the page: cash given, change due, and the sale that is done.

Two faces of one panel. It asks to pay and shows what came of it; the sell page completes the sale.
"""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import DomainError
from app.domain.money import format_minor, parse_amount
from app.domain.tender import Tender, suggested_notes, tender_cash
from app.ui import theme
from app.ui.formatting import Formatter
from app.ui.parts import MessageLine, button, card, label

NOTES_IN_A_ROW = 3


class TenderPanel(QWidget):
    """Cash for the whole total.

    Signals:
        paid(Tender): enough was given; complete the sale.
        left(): Back, or Esc.
    """

    paid = Signal(object)
    left = Signal()

    def __init__(self, formatter: Formatter) -> None:
        super().__init__()
        self.setObjectName("tenderPanel")
        self._formatter = formatter
        self._total_minor = 0
        frame, layout = card()
        layout.addWidget(label(self.tr("Cash"), "title"))
        self._due = label(role="total", name="tenderDue")
        layout.addWidget(label(self.tr("To pay"), "muted"))
        layout.addWidget(self._due)
        self._given = QLineEdit()
        self._given.setObjectName("cashGiven")
        self._given.setAccessibleName(self.tr("Cash given"))
        self._given.setProperty("role", "amount")
        self._given.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._given.setMaxLength(16)
        self._given.textChanged.connect(lambda _text: self._show_change())
        self._given.returnPressed.connect(self._pay)
        layout.addWidget(label(self.tr("Cash given"), "muted"))
        layout.addWidget(self._given)
        self._notes = QGridLayout()
        self._notes.setSpacing(8)
        layout.addLayout(self._notes)
        self._change_words = label(self.tr("Change"), "muted")
        self._change = label(role="total", name="tenderChange")
        layout.addWidget(self._change_words)
        layout.addWidget(self._change)
        self._message = MessageLine("tenderMessage")
        layout.addWidget(self._message)
        layout.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addWidget(button(self.tr("Back (Esc)"), "tenderBack", self.left.emit))
        self._take = button(self.tr("Take cash"), "takeCash", self._pay, role="primary")
        buttons.addWidget(self._take, 1)
        layout.addLayout(buttons)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)

    def ask(self, total_minor: int) -> None:
        """Begin a payment: the exact sum stands in the field, ready to be typed over."""
        self._total_minor = total_minor
        self._due.setText(self._formatter.money(total_minor))
        self._due.setFont(theme.tabular(self._due.font()))
        self._message.clear()
        self._show_notes()
        self._given.setText(format_minor(total_minor, self._formatter.currency))
        self._given.selectAll()
        self._given.setFocus()
        self.set_busy(False)

    def set_busy(self, busy: bool) -> None:
        """While the sale goes to disk it cannot be paid a second time."""
        self._take.setEnabled(not busy)
        self._given.setReadOnly(busy)

    def say_error(self, words: str) -> None:
        self.set_busy(False)
        self._message.say_error(words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._take.isEnabled():
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _tender(self) -> Tender:
        given_minor = parse_amount(self._given.text(), self._formatter.currency)
        return tender_cash(self._total_minor, given_minor, self._formatter.currency)

    def _pay(self) -> None:
        if not self._take.isEnabled():
            return
        try:
            tender = self._tender()
        except DomainError as error:
            self._message.say_error(str(error))
            return
        self.set_busy(True)
        self.paid.emit(tender)

    def _show_change(self) -> None:
        self._message.clear()
        try:
            given_minor = parse_amount(self._given.text(), self._formatter.currency)
        except DomainError:
            self._change_words.setText(self.tr("Change"))
            self._change.setText("–")
            return
        missing_minor = self._total_minor - given_minor
        self._change_words.setText(self.tr("Still missing") if missing_minor > 0 else self.tr("Change"))
        self._change.setText(self._formatter.money(abs(missing_minor)))
        self._change.setFont(theme.tabular(self._change.font()))

    def _show_notes(self) -> None:
        while (item := self._notes.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        amounts = suggested_notes(self._total_minor, self._formatter.currency)
        for place, amount_minor in enumerate(amounts):
            note = button(
                self._formatter.money(amount_minor),
                f"note{amount_minor}",
                partial(self._give, amount_minor),
            )
            self._notes.addWidget(note, place // NOTES_IN_A_ROW, place % NOTES_IN_A_ROW)

    def _give(self, amount_minor: int) -> None:
        self._given.setText(format_minor(amount_minor, self._formatter.currency))
        self._given.setFocus()


class DonePanel(QFrame):
    """What the clerk says to the customer: change due and receipt number. Any key or scan goes on.

    Signals:
        left(): on to the next customer.
    """

    left = Signal()

    def __init__(self, formatter: Formatter) -> None:
        super().__init__()
        self.setObjectName("donePanel")
        self.setProperty("role", "card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._formatter = formatter
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        self._mark = label()
        self._receipt = label(role="title", name="doneReceipt")
        head = QHBoxLayout()
        head.addWidget(self._mark)
        head.addWidget(label(self.tr("Sale done"), "title"), 1)
        layout.addLayout(head)
        layout.addWidget(label(self.tr("Saved on this till."), "muted"))
        layout.addSpacing(10)
        layout.addWidget(label(self.tr("Receipt"), "muted"))
        layout.addWidget(self._receipt)
        layout.addWidget(label(self.tr("Paid"), "muted"))
        self._total = label(role="title", name="doneTotal")
        layout.addWidget(self._total)
        layout.addSpacing(10)
        layout.addWidget(label(self.tr("Change to give"), "muted"))
        self._change = label(role="figure", name="doneChange")
        layout.addWidget(self._change)
        layout.addStretch(1)
        layout.addWidget(
            label(self.tr("Scan the next item, or press any key."), "muted", name="doneHint", wrap=True)
        )
        layout.addWidget(button(self.tr("Next customer"), "nextCustomer", self.left.emit, role="primary"))

    def show_sale(self, receipt_number: str, total_minor: int, change_minor: int) -> None:
        self._mark.setPixmap(theme.pixmap("check", "good", 28))
        self._receipt.setText(receipt_number)
        self._total.setText(self._formatter.money(total_minor))
        self._change.setText(self._formatter.money(change_minor))
        for amount in (self._total, self._change):
            amount.setFont(theme.tabular(amount.font()))
        self.setAccessibleName(
            self.tr("Sale {receipt} done. Change to give: {change}").format(
                receipt=receipt_number, change=self._change.text()
            )
        )
        self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.isAutoRepeat():
            return  # the Enter that paid, still held down
        if event.text() or event.key() in {Qt.Key.Key_Escape, Qt.Key.Key_Delete}:
            self.left.emit()
        else:
            super().keyPressEvent(event)
