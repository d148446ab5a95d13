"""The completed sale: receipt number and change to give. Any key or scan continues."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app.domain.vocabulary.transaction_kinds import SALE, kind_of
from app.services.selling.transaction import CompletedSale
from app.ui.widgets import theme
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import button, label
from app.ui.widgets.shortcuts import BACK, REMOVE


class DonePanel(QFrame):
    """Signals:
    left(): continue with the next customer.
    receiptWanted(str): show the receipt of this transaction.
    """

    left = Signal()
    receiptWanted = Signal(str)

    def __init__(self, formatter: Formatter) -> None:
        super().__init__()
        self.setObjectName("donePanel")
        self.setProperty("role", "card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._formatter = formatter
        self._sale: CompletedSale | None = None
        self._build()

    def show_sale(self, sale: CompletedSale, kind: str = SALE) -> None:
        """`kind` is the kind of the till transaction: of a refund the panel shows the money given back."""
        self._sale = sale
        self._mark.setPixmap(theme.pixmap("check", "good", 28))
        title = str(kind_of(kind).done or kind_of(kind).name)
        self._title.setText(title)
        self._receipt.setText(sale.receipt_number)
        paid_minor = sale.total_minor + sale.rounding_minor
        gives_back = kind_of(kind).gives_back
        self._paid_words.setText(self.tr("Total") if gives_back else self.tr("Paid"))
        self._total.setText(self._formatter.money(paid_minor))
        self._change_words.setText(self.tr("To give back") if gives_back else self.tr("Change to give"))
        self._change.setText(self._formatter.money(paid_minor if gives_back else sale.change_minor))
        for amount in (self._total, self._change):
            amount.setFont(theme.tabular(amount.font()))
        words = self.tr("{title}: {receipt}. {change_words}: {change}")
        self.setAccessibleName(
            words.format(
                title=title,
                receipt=sale.receipt_number,
                change_words=self._change_words.text(),
                change=self._change.text(),
            )
        )
        self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.isAutoRepeat():
            return  # auto-repeat of the Enter that paid
        if event.text() or BACK.is_pressed(event) or REMOVE.is_pressed(event):
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _show_receipt(self) -> None:
        if self._sale is not None:
            self.receiptWanted.emit(self._sale.id)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        self._mark = label()
        self._title = label(str(kind_of(SALE).done), "title", name="doneTitle")
        self._receipt = label(role="title", name="doneReceipt")
        head = QHBoxLayout()
        head.addWidget(self._mark)
        head.addWidget(self._title, 1)
        layout.addLayout(head)
        layout.addWidget(label(self.tr("Saved on this till."), "muted"))
        layout.addSpacing(10)
        layout.addWidget(label(self.tr("Receipt"), "muted"))
        layout.addWidget(self._receipt)
        self._paid_words = label(self.tr("Paid"), "muted")
        layout.addWidget(self._paid_words)
        self._total = label(role="title", name="doneTotal")
        layout.addWidget(self._total)
        layout.addSpacing(10)
        self._change_words = label(self.tr("Change to give"), "muted")
        layout.addWidget(self._change_words)
        self._change = label(role="figure", name="doneChange")
        layout.addWidget(self._change)
        layout.addStretch(1)
        hint = self.tr("Scan the next item, or press any key.")
        layout.addWidget(label(hint, "muted", name="doneHint", wrap=True))
        row = QHBoxLayout()
        row.addWidget(button(self.tr("Receipt…"), "doneShowReceipt", self._show_receipt))
        row.addWidget(button(self.tr("Next customer"), "nextCustomer", self.left.emit, role="primary"), 1)
        layout.addLayout(row)
