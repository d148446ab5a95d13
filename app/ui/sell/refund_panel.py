"""Refunds against a receipt, in whole or in part, offline too; and voids."""

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import DomainError
from app.domain.quantity import format_quantity, parse_quantity
from app.domain.tender import Method
from app.domain.vocabulary import payment_methods
from app.domain.vocabulary.payment_methods import CASH, PaymentMethod
from app.services.selling import refunds
from app.services.selling.refunds import RefundableLine, RefundableSale
from app.services.till import Till
from app.ui.sell.method_buttons import MethodButtons
from app.ui.widgets import theme
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import MessageLine, Pages, button, card, field, label
from app.ui.widgets.reason_field import ReasonField
from app.ui.widgets.shortcuts import BACK


@dataclass(frozen=True)
class RefundRequest:
    """A refund: quantities by line number of the sale, payment method and reason."""

    sale: RefundableSale
    quantities: dict[int, int]
    method: Method
    reason: str


@dataclass(frozen=True)
class VoidRequest:
    """A void of a whole sale, with its reason."""

    sale: RefundableSale
    reason: str


class RefundPanel(QWidget):
    """Signals:
    refundAsked(RefundRequest), voidAsked(VoidRequest): carry this out.
    withoutReceiptAsked(str): refund the cart without a receipt of this till, for this reason.
    left(): Back, or Esc.
    """

    refundAsked = Signal(object)
    voidAsked = Signal(object)
    withoutReceiptAsked = Signal(str)
    left = Signal()

    def __init__(self, till: Till, formatter: Formatter) -> None:
        super().__init__()
        self.setObjectName("refundPanel")
        self._till = till
        self._formatter = formatter
        self._sale: RefundableSale | None = None
        self._fields: dict[int, QLineEdit] = {}
        self._build()

    def ask(self) -> None:
        """Begin: ask for the receipt number."""
        self._sale = None
        self._message.clear()
        self._number.clear()
        self._reason.clear_reason()
        self._cart_reason.clear_reason()
        self._steps.setCurrentIndex(0)
        self._number.setFocus()

    def open_receipt(self, code: str) -> bool:
        """Open the receipt with this number, where it is a receipt of this till; whether it is."""
        self._number.setText(code)
        return self._find()

    def say_error(self, words: str) -> None:
        self._set_busy(False)
        self._message.say_error(words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if BACK.is_pressed(event):
            self.left.emit()
        else:
            super().keyPressEvent(event)

    # --- which sale ---

    def _find(self) -> bool:
        try:
            sale = refunds.find(self._till, self._number.text())
        except DomainError as error:
            self._message.say_error(str(error))
            self._number.selectAll()
            self._number.setFocus()
            return False
        if sale.is_fully_returned:
            self._message.say_error(
                self.tr("All of {receipt} went back already.").format(receipt=sale.receipt_number)
            )
            return False
        self._message.clear()
        self._show_sale(sale)
        return True

    def _show_sale(self, sale: RefundableSale) -> None:
        self._sale = sale
        now_ms = self._till.clock.now_ms()
        self._title.setText(f"{sale.receipt_number} · {self._formatter.money(sale.total_minor)}")
        self._facts.setText(f"{self._formatter.moment(sale.occurred_ms, now_ms)} · {sale.person}")
        self._void.setVisible(sale.can_be_voided)
        paid_by = {tender.method for tender in sale.payments}
        self._methods.choose(paid_by.pop() if len(paid_by) == 1 else CASH)
        self._fill_lines(sale)
        self._set_busy(False)
        self._steps.setCurrentIndex(1)
        first = next(iter(self._fields.values()), None)
        if first is not None:
            first.setFocus()
        self._show_sum()

    def _fill_lines(self, sale: RefundableSale) -> None:
        self._fields = {}
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(0, 0, 8, 0)
        layout.setSpacing(6)
        for line in sale.lines:
            layout.addLayout(self._line_row(line))
        layout.addStretch(1)
        self._scroll.setWidget(inside)

    def _line_row(self, line: RefundableLine) -> QHBoxLayout:
        left = self._formatter.quantity(line.left, line.unit)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(label(line.line.description, wrap=True))
        texts.addWidget(label(self.tr("{count} can go back").format(count=left), "small"))
        typed = field(
            f"refundOf{line.line_no}", self.tr("How much of {item}").format(item=line.line.description)
        )
        typed.setFixedWidth(84)
        typed.setMaxLength(10)
        typed.setAlignment(Qt.AlignmentFlag.AlignRight)
        typed.setPlaceholderText(format_quantity(0, line.unit))
        typed.setEnabled(line.left > 0)
        typed.textChanged.connect(lambda _text: self._show_sum())
        typed.returnPressed.connect(self._refund)
        all_of_it = button(
            self.tr("All"), f"refundAll{line.line_no}", partial(self._take_all, line), role="choice"
        )
        all_of_it.setAccessibleName(self.tr("All of {item}").format(item=line.line.description))
        all_of_it.setEnabled(line.left > 0)
        row = QHBoxLayout()
        row.addLayout(texts, 1)
        row.addWidget(typed)
        row.addWidget(all_of_it)
        self._fields[line.line_no] = typed
        return row

    def _take_all(self, line: RefundableLine) -> None:
        self._fields[line.line_no].setText(format_quantity(line.left, line.unit))

    # --- how much ---

    def _quantities(self) -> dict[int, int]:
        """The typed quantities by line number. Raises BadQuantity."""
        assert self._sale is not None
        units = {line.line_no: line.unit for line in self._sale.lines}
        return {
            line_no: parse_quantity(typed.text(), units[line_no])
            for line_no, typed in self._fields.items()
            if typed.text().strip()
        }

    def _show_sum(self) -> None:
        if self._sale is None:
            return
        try:
            quantities = self._quantities()
        except DomainError:
            self._sum.setText("–")
            return
        self._sum.setText(self._formatter.money(self._sale.worth_minor(quantities)))

    def _refund(self) -> None:
        if self._sale is None or not self._give.isEnabled():
            return
        method = self._methods.method.code
        try:
            request = RefundRequest(self._sale, self._quantities(), method, self._reason.reason)
        except DomainError as error:
            self._message.say_error(str(error))
            return
        self._set_busy(True)
        self.refundAsked.emit(request)

    def _ask_without_receipt(self) -> None:
        try:
            self.withoutReceiptAsked.emit(self._cart_reason.reason)
        except DomainError as error:
            self._message.say_error(str(error))

    def _usual_reasons(self) -> tuple[str, ...]:
        return (
            self.tr("Customer changed their mind"),
            self.tr("Damaged or faulty"),
            self.tr("Wrong item"),
            self.tr("Rung up by mistake"),
        )

    def _void_sale(self) -> None:
        if self._sale is None:
            return
        try:
            request = VoidRequest(self._sale, self._reason.reason)
        except DomainError as error:
            self._message.say_error(str(error))
            return
        self._set_busy(True)
        self.voidAsked.emit(request)

    def _set_busy(self, busy: bool) -> None:
        self._give.setEnabled(not busy)
        self._void.setEnabled(not busy)

    # --- the panel ---

    def _build(self) -> None:
        frame, layout = card()
        layout.addWidget(label(self.tr("Refund"), "title"))
        self._message = MessageLine("refundMessage")
        layout.addWidget(self._message)
        self._steps = Pages()
        self._steps.addWidget(self._receipt_step())
        self._steps.addWidget(self._lines_step())
        layout.addWidget(self._steps, 1)
        layout.addWidget(button(BACK.after(self.tr("Back")), "refundBack", self.left.emit))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)

    def _receipt_step(self) -> QWidget:
        self._number = field(
            "refundReceipt",
            self.tr("Receipt number"),
            placeholder=self._till.device.receipt_series + "-000417",
        )
        self._number.returnPressed.connect(self._find)
        step = QWidget()
        layout = QVBoxLayout(step)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label(self.tr("Receipt number, or its last figures"), "muted"))
        layout.addWidget(self._number)
        layout.addWidget(button(self.tr("Find the sale"), "refundFind", self._find, role="primary"))
        layout.addSpacing(16)
        layout.addWidget(
            label(
                self.tr(
                    "Is the receipt not of this till, or lost? Ring the goods up in the cart, "
                    "and give their price back with a manager’s approval."
                ),
                "small",
                wrap=True,
            )
        )
        self._cart_reason = ReasonField("refundCartReason", self.tr("Reason"), self._usual_reasons())
        layout.addWidget(self._cart_reason)
        layout.addWidget(
            button(self.tr("Refund what is in the cart"), "refundWithoutReceipt", self._ask_without_receipt)
        )
        layout.addStretch(1)
        return step

    def _lines_step(self) -> QWidget:
        self._title = label(role="heading", name="refundTitle")
        self._facts = label(role="small", name="refundFacts")
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._reason = ReasonField("refundReason", self.tr("Reason"), self._usual_reasons())
        self._sum = label(role="total", name="refundSum")
        self._sum.setFont(theme.tabular(self._sum.font()))
        self._give = button(self.tr("Give back"), "refundGive", self._refund, role="primary")
        self._void = button(self.tr("Void the sale"), "voidSale", self._void_sale)
        step = QWidget()
        layout = QVBoxLayout(step)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._title)
        layout.addWidget(self._facts)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self._reason)
        self._methods = MethodButtons("refundBy", payment_methods.at_refund(), PaymentMethod.in_refund)
        layout.addWidget(self._methods)
        row = QHBoxLayout()
        row.addWidget(label(self.tr("To give back"), "muted"))
        row.addStretch(1)
        row.addWidget(self._sum)
        layout.addLayout(row)
        buttons = QHBoxLayout()
        buttons.addWidget(self._void)
        buttons.addWidget(self._give, 1)
        layout.addLayout(buttons)
        return step
