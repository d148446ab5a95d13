"""Taking the payment: cash with change, a card by its reference, or split tenders.

The panel signals when all is paid; the sell page completes the sale.
"""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import DomainError
from app.domain.limits import typed_text
from app.domain.money import format_minor, parse_amount
from app.domain.plausible import check_given
from app.domain.shop_settings import ShopSettings
from app.domain.tender import Settlement, suggested_notes
from app.domain.vocabulary import payment_methods
from app.domain.vocabulary.payment_methods import CARD, CASH, PaymentMethod, method_of
from app.ui.sell.panels.method_buttons import MethodButtons
from app.ui.sell.panels.panel import SidePanel
from app.ui.widgets import problems, theme
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import Pages, amount_field, button, field, icon_button, label
from app.ui.widgets.shortcuts import PAY

NOTES_IN_A_ROW = 3
CASH_FORM, OTHER_FORM = range(2)
REFERENCE_MAX = 60
"""Letters of what a terminal's slip has as its reference."""


class TenderPanel(SidePanel):
    """Signals:
    taken(Settlement): a part was paid, or a payment was removed.
    paid(Settlement): all is paid; complete the sale.
    """

    taken = Signal(object)
    paid = Signal(object)

    def __init__(self, formatter: Formatter) -> None:
        super().__init__("tender", self.tr("Back"))
        self._formatter = formatter
        self._settlement = Settlement(0, formatter.currency)
        self._settings = ShopSettings()
        self._sale_id = ""
        self._refunds = False
        self._form_of = CASH
        self._build()

    def ask(
        self, sale_id: str, settlement: Settlement, settings: ShopSettings, *, refunds: bool = False
    ) -> None:
        """Begin or continue a payment. The field is prefilled with the amount due, selected.

        `settings` bound what can be given. With `refunds` the money goes to the customer, and there is no
        change. Where the same payment was left without cash in hand, its method, amount and reference are
        still in the fields: the card may be charged already.
        """
        goes_on = self._is_left(sale_id, settlement, refunds=refunds)
        self._sale_id = sale_id
        self._refunds = refunds
        self._settings = settings
        self._settlement = settlement
        self._message.clear()
        self._title.setText(self.tr("To give back") if refunds else self.tr("To pay"))
        self._show_amount_due()
        if goes_on:
            _begin_in(self._card_amount)
        else:
            self._methods.choose(CASH)
            self._show_form()

    def _is_left(self, sale_id: str, settlement: Settlement, *, refunds: bool) -> bool:
        """Whether the fields are of this sale, of what is due now, and of a cashless method still chosen."""
        left = self._settlement
        method = self._methods.method
        return (
            (sale_id, refunds) == (self._sale_id, self._refunds)
            and (settlement.total_minor, settlement.tenders) == (left.total_minor, left.tenders)
            and method.code == self._form_of
            and not method.is_cash
        )

    def offer(self, method_codes: Sequence[str]) -> None:
        """The payment methods that the shop offers, in its order."""
        self._methods.offer(payment_methods.at_tender(method_codes))

    def next_method(self) -> None:
        """Choose the next payment method (F9 while paying)."""
        self._methods.choose_next()

    # --- paying ---

    def _pay_cash(self) -> None:
        method = self._methods.method.code
        self._pay(self._given, lambda: self._settlement.with_cash(self._given_minor(), method))

    def _pay_card(self) -> None:
        method = self._methods.method.code
        self._pay(
            self._card_amount,
            lambda: self._settlement.with_cashless(
                self._typed(self._card_amount), self._typed_reference(), method
            ),
        )

    def _pay(self, amount: QLineEdit, with_more: Callable[[], Settlement]) -> None:
        try:
            with problems.at_fields({"amount": amount}):
                settlement = with_more()
        except DomainError as error:
            problems.show(error, self._message.say_error)
            return
        self._message.clear()
        if settlement.is_settled:
            # Not kept here: where it cannot be completed, the last payment is asked for again.
            self.paid.emit(settlement.paid_out() if self._refunds else settlement)
            return
        self._settlement = settlement
        self._show_payments()

    def _take_back(self, place: int) -> None:
        self._settlement = self._settlement.without(place)
        self._show_payments()

    def _show_payments(self) -> None:
        self.taken.emit(self._settlement)
        self._show_amount_due()
        self._show_form()

    def _given_minor(self) -> int:
        """The cash that was given, as it is typed. Raises AtField, also beyond the shop's bound."""
        currency, due_minor = self._formatter.currency, self._settlement.cash_due_minor
        given_minor = self._typed(self._given)
        with problems.at(self._given):
            return check_given(given_minor, due_minor, currency, self._settings)

    def _typed(self, line: QLineEdit) -> int:
        with problems.at(line):
            return parse_amount(line.text(), self._formatter.currency)

    def _typed_reference(self) -> str:
        with problems.at(self._reference):
            return typed_text(self._reference.text(), REFERENCE_MAX)

    # --- display ---

    def _show_form(self) -> None:
        """Show the fields of the chosen method."""
        method = self._methods.method
        self._form_of = method.code
        self._forms.setCurrentIndex(CASH_FORM if method.is_cash else OTHER_FORM)
        due = self._settlement.cash_due_minor if method.is_cash else self._settlement.due_minor
        if method.is_cash:
            self._show_notes()
        typed = self._given if method.is_cash else self._card_amount
        typed.setText(format_minor(due, self._formatter.currency))
        _begin_in(typed)
        self._reference.clear()
        for part in (self._reference_words, self._reference):
            part.setVisible(method.asks_reference)
        self._take_card.setText(method.in_button())
        self._take_card.setAccessibleName(method.in_button())
        self._show_change()

    def _show_amount_due(self) -> None:
        self._due.setText(self._formatter.money(self._settlement.due_minor))
        self._due.setFont(theme.tabular(self._due.font()))
        _empty(self._paid_rows)
        for place, tender in enumerate(self._settlement.tenders):
            row = QHBoxLayout()
            method = method_of(tender.method).in_list()
            row.addWidget(label(f"{method} {tender.reference or ''}".strip()), 1)
            row.addWidget(label(self._formatter.money(tender.net_minor)))
            take_back = self.tr("Take this payment back")
            row.addWidget(
                icon_button("close", take_back, f"takeBack{place}", partial(self._take_back, place))
            )
            line = QWidget()
            line.setLayout(row)
            row.setContentsMargins(0, 0, 0, 0)
            self._paid_rows.addWidget(line)

    def _show_change(self) -> None:
        self._message.clear()
        due_minor = self._settlement.cash_due_minor
        rounding_minor = due_minor - self._settlement.due_minor
        self._rounding.setVisible(rounding_minor != 0)
        self._rounding.setText(
            self.tr("In cash {amount} (rounded by {difference})").format(
                amount=self._formatter.money(due_minor),
                difference=self._formatter.signed_money(rounding_minor),
            )
        )
        try:
            given_minor = self._typed(self._given)
        except DomainError:
            self._change_words.setText(self.tr("Change"))
            self._change.setText("–")
            return
        missing_minor = due_minor - given_minor
        self._change_words.setText(self.tr("Still missing") if missing_minor > 0 else self.tr("Change"))
        self._change.setText(self._formatter.money(abs(missing_minor)))
        self._change.setFont(theme.tabular(self._change.font()))
        caption = self.tr("Take part in cash") if missing_minor > 0 else self._methods.method.in_button()
        if self._refunds:
            caption = self.tr("Give cash")
        self._take_cash.setText(caption)
        self._take_cash.setAccessibleName(caption)

    def _show_notes(self) -> None:
        _empty(self._notes)
        if self._refunds:
            return
        amounts = suggested_notes(self._settlement.cash_due_minor, self._formatter.currency)
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

    # --- the panel ---

    def _build(self) -> None:
        layout = self._layout
        self._title = label(self.tr("To pay"), "muted")
        self._due = label(role="total", name="tenderDue")
        self._paid_rows = QVBoxLayout()
        self._methods = MethodButtons("pay", payment_methods.at_tender(), PaymentMethod.in_choice, PAY)
        self._methods.chosen.connect(self._show_form)
        self._forms = Pages()
        self._forms.addWidget(self._cash_form())
        self._forms.addWidget(self._card_form())
        layout.addWidget(self._title)
        layout.addWidget(self._due)
        layout.addLayout(self._paid_rows)
        layout.addWidget(self._methods)
        layout.addWidget(self._message)
        layout.addWidget(self._forms, 1)
        layout.addWidget(self._back)

    def _cash_form(self) -> QWidget:
        self._given = amount_field("cashGiven", self.tr("Cash given"), self._pay_cash)
        self._given.textChanged.connect(lambda _text: self._show_change())
        self._rounding = label(role="small", name="cashRounding", wrap=True)
        self._notes = QGridLayout()
        self._notes.setSpacing(8)
        self._change_words = label(self.tr("Change"), "muted")
        self._change = label(role="total", name="tenderChange")
        self._take_cash = button(method_of(CASH).in_button(), "takeCash", self._pay_cash, role="primary")
        form = QWidget()
        layout = QVBoxLayout(form)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label(self.tr("Cash given"), "muted"))
        layout.addWidget(self._given)
        layout.addWidget(self._rounding)
        layout.addLayout(self._notes)
        layout.addWidget(self._change_words)
        layout.addWidget(self._change)
        layout.addStretch(1)
        layout.addWidget(self._take_cash)
        return form

    def _card_form(self) -> QWidget:
        self._card_amount = amount_field("cardAmount", self.tr("Amount"), self._pay_card)
        self._reference = field(
            "cardReference", self.tr("Reference"), placeholder=self.tr("from the terminal’s slip")
        )
        self._reference.returnPressed.connect(self._pay_card)
        self._take_card = button(method_of(CARD).in_button(), "takeCard", self._pay_card, role="primary")
        form = QWidget()
        layout = QVBoxLayout(form)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label(self.tr("Amount"), "muted"))
        layout.addWidget(self._card_amount)
        self._reference_words = label(self.tr("Reference"), "muted")
        layout.addWidget(self._reference_words)
        layout.addWidget(self._reference)
        layout.addStretch(1)
        layout.addWidget(self._take_card)
        return form


def _begin_in(line: QLineEdit) -> None:
    line.selectAll()
    line.setFocus()


def _empty(layout: QLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
