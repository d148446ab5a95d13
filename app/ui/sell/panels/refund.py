"""Refunds against a receipt, in whole or in part, offline too; and voids."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import DomainError, UnknownSale
from app.domain.quantity import format_quantity, parse_quantity
from app.domain.sale_account import Payout
from app.domain.tender import Method
from app.domain.vocabulary import payment_methods
from app.domain.vocabulary.payment_methods import CASH, PaymentMethod
from app.services.selling import receipt_questions, refunds
from app.services.selling.refunds import FoundSale, RefundableLine, RefundableSale, SeveralSales
from app.services.till import Till
from app.ui.sell.panels.method_buttons import MethodButtons
from app.ui.sell.panels.panel import SidePanel
from app.ui.widgets import problems, theme
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import Pages, button, field, figure_field, label
from app.ui.widgets.reason_field import ReasonField
from app.ui.widgets.theme import Tone


@dataclass(frozen=True)
class RefundRequest:
    """A refund: quantities by line number of the sale, payment method and reason.

    `all_by_method`: all of it goes by the method, whatever of the sale was paid by it.
    """

    sale: RefundableSale
    quantities: dict[int, int]
    method: Method
    reason: str
    all_by_method: bool = False

    @property
    def payout(self) -> Payout:
        """How it is paid out. Raises NotRefundable."""
        return self.sale.payout(self.quantities, self.method, all_by_method=self.all_by_method)


@dataclass(frozen=True)
class VoidRequest:
    """A void of a whole sale, with its reason."""

    sale: RefundableSale
    reason: str


class RefundPanel(SidePanel):
    """Signals:
    refundAsked(RefundRequest), voidAsked(VoidRequest): carry this out.
    withoutReceiptAsked(str): refund the cart without a receipt of this till, for this reason.
    receiptAsked(str): ask the server for the receipt with this number.
    """

    refundAsked = Signal(object)
    voidAsked = Signal(object)
    withoutReceiptAsked = Signal(str)
    receiptAsked = Signal(str)

    def __init__(self, till: Till, formatter: Formatter) -> None:
        super().__init__("refund", self.tr("Back"))
        self._till = till
        self._formatter = formatter
        self._tenders = label(role="small", name="refundTenders", wrap=True)
        self._methods = MethodButtons("refundBy", payment_methods.at_refund(), PaymentMethod.in_refund)
        self._methods_place = QVBoxLayout()
        self._methods_place.addWidget(self._methods)
        self._all_by_method = QCheckBox(self.tr("All of it this way (with a manager)"))
        self._all_by_method.setObjectName("refundAllByMethod")
        self._all_by_method.toggled.connect(lambda _on: self._show_sum())
        self._split = label(role="small", name="refundSplit", wrap=True)
        self._sale: RefundableSale | None = None
        self._asked: receipt_questions.Question | None = None
        self._fields: dict[int, QLineEdit] = {}
        self._build()

    def ask(self) -> None:
        """Begin: ask for the receipt number."""
        self._sale = self._asked = None
        self._fields = {}
        self._all_by_method.setChecked(False)
        self._message.clear()
        self._number.clear()
        self._reason.clear_reason()
        self._cart_reason.clear_reason()
        self._steps.setCurrentIndex(0)
        self._number.setFocus()

    def open_receipt(self, code: str) -> bool:
        """Open the receipt with this number, where this till has it; whether it does."""
        self._number.setText(code)
        return self._find(ask=receipt_questions.looks_like_a_receipt(code))

    def refresh(self) -> None:
        """The store has changed: open the receipt that was asked for, or say that there is none."""
        question = self._asked
        if question is None or not receipt_questions.is_answered(self._till, question):
            return
        self._asked = None
        if self._number.text() == question.written and self._steps.currentIndex() == 0:
            self._find(ask=False)

    # --- which sale ---

    def _find(self, *, ask: bool = True) -> bool:
        self._asked = None
        try:
            sale = refunds.find(self._till, self._number.text())
        except SeveralSales as several:
            self._message.clear()
            self._offer_choices(several.choices)
            return True
        except UnknownSale as error:
            self._message.say_error(str(error))
            self._number.selectAll()
            self._number.setFocus()
            if ask and self._number.text().strip():
                self._ask_server()
            return False
        except DomainError as error:
            self._message.say_error(str(error))
            self._number.selectAll()
            self._number.setFocus()
            return False
        return self._open(sale)

    def _ask_server(self) -> None:
        self._asked = receipt_questions.ask_for(self._till, self._number.text())
        words = self.tr(
            "The receipt {receipt} is not on this till. The server is asked, if it can be reached."
        )
        self._message.say(words.format(receipt=self._asked.receipt_number), Tone.BUSY)
        self.receiptAsked.emit(self._asked.receipt_number)

    def _offer_choices(self, choices: Sequence[FoundSale]) -> None:
        """Ask which of several sales with the same number it is."""
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(0, 0, 8, 0)
        now_ms = self._till.clock.now_ms()
        for place, found in enumerate(choices, start=1):
            facts = [
                self._formatter.moment(found.occurred_ms, now_ms),
                self._formatter.money(found.total_minor),
                found.person,
                found.till_name,
            ]
            words = " · ".join(fact for fact in facts if fact)
            layout.addWidget(button(words, f"refundChoice{place}", partial(self._choose, found.id)))
        layout.addStretch(1)
        self._choices.setWidget(inside)
        self._steps.setCurrentIndex(2)

    def _choose(self, sale_id: str) -> None:
        try:
            sale = refunds.open_sale(self._till, sale_id)
        except DomainError as error:
            self._message.say_error(str(error))
            return
        self._open(sale)

    def _open(self, sale: RefundableSale) -> bool:
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
        facts = [self._formatter.moment(sale.occurred_ms, now_ms), sale.person, sale.till_name]
        self._facts.setText(" · ".join(fact for fact in facts if fact))
        self._void.setVisible(sale.can_be_voided)
        # Offering methods shows the sum, which reads the fields of the lines.
        self._fill_lines(sale)
        self._offer_methods(sale)
        self._steps.setCurrentIndex(1)
        first = next(iter(self._fields.values()), None)
        if first is not None:
            first.setFocus()
        self._show_sum()

    def _offer_methods(self, sale: RefundableSale) -> None:
        """Buttons for the methods by which it was paid, that of the largest payment chosen, and the usual."""
        account = sale.account
        paid_by = [payment_methods.method_of(code) for code in account.methods]
        offered = tuple(dict.fromkeys((*payment_methods.at_refund(), *paid_by)))
        made = MethodButtons("refundBy", offered, PaymentMethod.in_refund)
        former = self._methods
        self._methods_place.replaceWidget(former, made)
        former.setParent(None)
        former.deleteLater()
        self._methods = made
        left = {code: account.left_of(code) for code in account.methods}
        made.choose(max(left, key=lambda code: left[code], default=CASH))
        made.chosen.connect(self._show_sum)
        words = self.tr("{method}: {left} of {taken} can go back")
        self._tenders.setText(
            "\n".join(
                words.format(
                    method=payment_methods.method_of(code).name,
                    left=self._formatter.money(left[code]),
                    taken=self._formatter.money(
                        sum(tender.taken_minor for tender in account.tenders if tender.method == code)
                    ),
                )
                for code in left
            )
        )
        self._all_by_method.setChecked(False)
        self._all_by_method.setVisible(len(left) > 1)
        self._split.hide()

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
        worth = self._formatter.money(line.part(line.left).total_minor)
        words = self.tr("{count} can go back: {amount}")
        texts.addWidget(
            label(words.format(count=left, amount=worth), "small", name=f"refundLeft{line.line_no}")
        )
        typed = figure_field(
            f"refundOf{line.line_no}", self.tr("How much of {item}").format(item=line.line.description)
        )
        typed.setFixedWidth(84)
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
        """The typed quantities by line number. Raises AtField."""
        assert self._sale is not None
        lines = {line.line_no: line for line in self._sale.lines}
        quantities = {}
        for line_no, typed in self._fields.items():
            if typed.text().strip():
                with problems.at(typed):
                    quantities[line_no] = parse_quantity(typed.text(), lines[line_no].unit)
                    lines[line_no].part(quantities[line_no])  # raises for more than is left
        return quantities

    def _show_sum(self) -> None:
        if self._sale is None:
            return
        try:
            quantities = self._quantities()
            payout = self._sale.payout(
                quantities, self._methods.method.code, all_by_method=self._all_by_method.isChecked()
            )
        except DomainError:
            self._sum.setText("–")
            self._split.hide()
            return
        self._sum.setText(self._formatter.money(payout.total_minor))
        self._show_split(payout)

    def _show_split(self, payout: Payout) -> None:
        """Name each method where it goes back by several, or by another than it was paid by."""
        amounts: dict[Method, int] = {}
        for tender in payout.tenders:
            amounts[tender.method] = amounts.get(tender.method, 0) + tender.amount_minor
        words = [
            f"{payment_methods.method_of(code).in_refund()} {self._formatter.money(amount)}"
            for code, amount in amounts.items()
        ]
        if payout.beyond_tenders_minor:
            words.append(self.tr("not as it was paid: a manager has to approve"))
        self._split.setText(" · ".join(words))
        self._split.setVisible(len(words) > 1)

    def _refund(self) -> None:
        if self._sale is None:
            return
        method = self._methods.method.code
        try:
            request = RefundRequest(
                self._sale, self._quantities(), method, self._reason.reason, self._all_by_method.isChecked()
            )
        except DomainError as error:
            problems.show(error, self._message.say_error)
            return
        self.refundAsked.emit(request)

    def _ask_without_receipt(self) -> None:
        try:
            self.withoutReceiptAsked.emit(self._cart_reason.reason)
        except DomainError as error:
            problems.show(error, self._message.say_error)

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
            problems.show(error, self._message.say_error)
            return
        self.voidAsked.emit(request)

    # --- the panel ---

    def _build(self) -> None:
        layout = self._layout
        layout.addWidget(label(self.tr("Refund"), "title"))
        layout.addWidget(self._message)
        self._steps = Pages()
        self._steps.addWidget(self._receipt_step())
        self._steps.addWidget(self._lines_step())
        self._steps.addWidget(self._choice_step())
        layout.addWidget(self._steps, 1)
        layout.addWidget(self._back)

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
                    "Is the receipt of another shop, or lost? Ring the goods up in the cart, "
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

    def _choice_step(self) -> QWidget:
        self._choices = QScrollArea()
        self._choices.setWidgetResizable(True)
        self._choices.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        step = QWidget()
        layout = QVBoxLayout(step)
        layout.setContentsMargins(0, 0, 0, 0)
        words = self.tr("Several receipts have this number. Which is it?")
        layout.addWidget(label(words, "heading", wrap=True))
        layout.addWidget(self._choices, 1)
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
        give = button(self.tr("Give back"), "refundGive", self._refund, role="primary")
        self._void = button(self.tr("Void the sale"), "voidSale", self._void_sale)
        step = QWidget()
        layout = QVBoxLayout(step)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._title)
        layout.addWidget(self._facts)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self._reason)
        layout.addWidget(self._tenders)
        layout.addLayout(self._methods_place)
        layout.addWidget(self._all_by_method)
        layout.addWidget(self._split)
        row = QHBoxLayout()
        row.addWidget(label(self.tr("To give back"), "muted"))
        row.addStretch(1)
        row.addWidget(self._sum)
        layout.addLayout(row)
        buttons = QHBoxLayout()
        buttons.addWidget(self._void)
        buttons.addWidget(give, 1)
        layout.addLayout(buttons)
        return step
