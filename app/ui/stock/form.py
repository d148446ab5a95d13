"""Forms that change a stock level: goods in, waste, found, correction, count, transfer to a shop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.errors import BadQuantity, DomainError
from app.domain.limits import typed_note
from app.domain.quantity import parse_quantity
from app.domain.vocabulary import movement_reasons
from app.domain.vocabulary.movement_reasons import MovementReason, Sign, reason_of
from app.services.stock.inventory import StockRow
from app.services.stock.transfers import Place
from app.ui.widgets import problems
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import MessageLine, button, field, figure_field, form_label, label
from app.ui.widgets.plain_text import PlainCombo
from app.ui.widgets.shortcuts import BACK


@dataclass(frozen=True)
class Adjustment:
    """A movement of `delta`, in the unit's smallest parts (`units.Unit`), with a reason code."""

    product_id: str
    delta: int
    reason: str
    note: str | None


@dataclass(frozen=True)
class Count:
    """A count: the quantity on the shelf, in the unit's smallest parts."""

    product_id: str
    quantity: int
    note: str | None


@dataclass(frozen=True)
class Transfer:
    """Goods to another place; `quantity` in the unit's smallest parts, above 0."""

    product_id: str
    to: Place
    quantity: int
    note: str | None


@dataclass(frozen=True)
class ProductChange:
    """Changed fields of a product, by their names in `ProductView`."""

    product_id: str
    changes: dict[str, Any]


Request = Adjustment | Count | Transfer | ProductChange


class StockForm(QWidget):
    """The common base: quantity, note, expected result, Save and Cancel.

    Signals:
        saved(Request): an Adjustment, a Count or a Transfer to carry out.
        left(): Cancel, or Esc.
    """

    saved = Signal(object)
    left = Signal()

    def __init__(self, formatter: Formatter, title: str, save: str, name: str, quantity_title: str) -> None:
        super().__init__()
        self.setObjectName(f"{name}Form")
        self._formatter = formatter
        self._stock: StockRow | None = None
        self.quantity = figure_field(f"{name}Quantity", quantity_title)
        self.quantity.textChanged.connect(lambda _text: self._show_outcome())
        self.quantity.returnPressed.connect(self._save)
        self.note = field(f"{name}Note", self.tr("Note"), placeholder=self.tr("Note, if it helps"))
        self._outcome = label(role="muted", name=f"{name}Outcome", wrap=True)
        self._message = MessageLine(f"{name}Message")
        save_button = button(save, f"{name}Save", self._save, role="primary")
        self.form = QFormLayout()
        self.form.setSpacing(10)
        self.form.addRow(form_label(quantity_title, self.quantity), self.quantity)
        self.form.addRow(form_label(self.tr("Note"), self.note), self.note)
        buttons = QHBoxLayout()
        buttons.addWidget(button(self.tr("Cancel"), f"{name}Cancel", self.left.emit))
        buttons.addWidget(save_button, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(label(title, "heading"))
        layout.addLayout(self.form)
        layout.addWidget(self._outcome)
        layout.addWidget(self._message)
        layout.addLayout(buttons)
        layout.addStretch(1)

    def ask(self, stock: StockRow) -> None:
        """Empty the form for this product."""
        self._stock = stock
        self.quantity.clear()
        self.note.clear()
        self._message.clear()
        self._show_outcome()
        self.quantity.setFocus()

    @property
    def fields(self) -> Mapping[str, QWidget]:
        """The fields by the names that a refusal is about (`DomainError.about`)."""
        return {"quantity": self.quantity, "note": self.note}

    def say_error(self, words: str) -> None:
        self._message.say_error(words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if BACK.is_pressed(event):
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def request(self) -> Request:
        """The content of the form. Raises DomainError where it is not valid."""
        raise NotImplementedError

    def outcome_text(self) -> str:
        """The expected result, as text. Raises DomainError where the form is not valid."""
        raise NotImplementedError

    @property
    def stock(self) -> StockRow:
        """The product's stock, as of `ask`."""
        assert self._stock is not None
        return self._stock

    def typed_quantity(self) -> int:
        """In the unit's smallest parts. Raises BadQuantity."""
        return parse_quantity(self.quantity.text(), self.stock.product.unit)

    def typed_note(self) -> str | None:
        """None where it is empty. Raises AtField."""
        with problems.at(self.note):
            return typed_note(self.note.text())

    def _save(self) -> None:
        try:
            with problems.at_fields(self.fields):
                request = self.request()
        except DomainError as error:
            problems.show(error, self._message.say_error)
            return
        self.saved.emit(request)

    def _show_outcome(self) -> None:
        self._message.clear()
        if self._stock is None:
            return
        try:
            self._outcome.setText(self.outcome_text())
        except DomainError:
            self._outcome.setText("")


class AdjustForm(StockForm):
    def __init__(self, formatter: Formatter) -> None:
        self._reason = PlainCombo()
        super().__init__(
            formatter, self.tr("Receive or adjust"), self.tr("Save"), "adjust", self.tr("Quantity")
        )
        self._reason.setObjectName("adjustReason")
        self._reason.setAccessibleName(self.tr("Reason"))
        for reason in movement_reasons.offered():
            self._reason.addItem(reason.in_form(), reason.code)
        self._reason.currentIndexChanged.connect(lambda _index: self._show_outcome())
        self.form.insertRow(0, form_label(self.tr("Reason"), self._reason), self._reason)

    def request(self) -> Adjustment:
        return Adjustment(self.stock.product.id, self._delta(), self._chosen().code, self.typed_note())

    def outcome_text(self) -> str:
        after = self._formatter.quantity(self.stock.on_hand + self._delta(), self.stock.product.unit)
        return self.tr("On hand after this: {quantity}").format(quantity=after)

    def _chosen(self) -> MovementReason:
        return reason_of(self._reason.currentData())

    def _delta(self) -> int:
        typed = self.typed_quantity()
        if typed == 0:
            raise BadQuantity(self.tr("Nothing would change: type another quantity than 0."))
        sign = self._chosen().sign
        if sign is Sign.EITHER:
            return typed
        if typed < 0:
            raise BadQuantity(self.tr("Type it without a minus: the reason says which way it goes."))
        return -typed if sign is Sign.TAKES else typed


class CountForm(StockForm):
    def __init__(self, formatter: Formatter) -> None:
        super().__init__(
            formatter, self.tr("Count"), self.tr("Save the count"), "count", self.tr("On the shelf")
        )

    def request(self) -> Count:
        return Count(self.stock.product.id, self._counted(), self.typed_note())

    def outcome_text(self) -> str:
        difference = self._counted() - self.stock.on_hand
        if difference == 0:
            return self.tr("As expected.")
        words = self.tr("{difference} against what was expected ({expected}).")
        unit = self.stock.product.unit
        return words.format(
            difference=self._formatter.signed(difference, unit),
            expected=self._formatter.quantity(self.stock.on_hand, unit),
        )

    def _counted(self) -> int:
        counted = self.typed_quantity()
        if counted < 0:
            raise BadQuantity(self.tr("A shelf cannot hold less than nothing."))
        return counted


class NoOtherPlace(DomainError):
    """There is nowhere to send goods to."""


class TransferForm(StockForm):
    def __init__(self, formatter: Formatter) -> None:
        self._places: Sequence[Place] = ()
        self._to = PlainCombo()
        super().__init__(
            formatter, self.tr("Send to another shop"), self.tr("Send"), "transfer", self.tr("Quantity")
        )
        self._to.setObjectName("transferTo")
        self._to.setAccessibleName(self.tr("To"))
        self.form.insertRow(0, form_label(self.tr("To"), self._to), self._to)

    def set_places(self, places: Sequence[Place]) -> None:
        """The destinations to offer."""
        self._places = places
        self._to.clear()
        self._to.addItems([place.name for place in places])

    def request(self) -> Transfer:
        if not self._places:
            raise NoOtherPlace(self.tr("This shop has no other place."))
        to = self._places[self._to.currentIndex()]
        return Transfer(self.stock.product.id, to, self._sent(), self.typed_note())

    def outcome_text(self) -> str:
        after = self._formatter.quantity(self.stock.on_hand - self._sent(), self.stock.product.unit)
        return self.tr("On hand after this: {quantity}").format(quantity=after)

    def _sent(self) -> int:
        sent = self.typed_quantity()
        if sent <= 0:
            raise BadQuantity(self.tr("Type how much is sent."))
        return sent
