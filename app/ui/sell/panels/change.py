"""Changing prices in the cart: discount of a line or of the sale, another unit price, each with a reason."""

from dataclasses import replace
from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from app.domain.cart import Cart, CartLine
from app.domain.discount import Discount, parse_discount
from app.domain.errors import DomainError
from app.domain.money import format_minor, parse_amount
from app.domain.open_sale import CartChange
from app.ui.sell.panels.panel import SidePanel
from app.ui.widgets import problems
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import amount_field, button, label
from app.ui.widgets.plain_text import PlainButton
from app.ui.widgets.reason_field import ReasonField

ChangeKind = Literal["line", "sale", "price"]


class ChangePanel(SidePanel):
    """Signals:
    asked(CartChange): apply this change.
    """

    asked = Signal(object)

    def __init__(self, formatter: Formatter) -> None:
        super().__init__("change", self.tr("Back"))
        self._formatter = formatter
        self._line: CartLine | None = None
        self._cart = Cart()
        self._build()

    def ask(self, cart: Cart, line: CartLine | None, kind: ChangeKind) -> None:
        """`line` is the selected line of the cart."""
        self._cart, self._line = cart, line
        self._message.clear()
        self._reason.clear_reason()
        for place, needs_line in enumerate((True, False, True)):
            self._choices.button(place).setEnabled(line is not None or not needs_line)
        wanted = _CHANGE_KINDS.index("sale" if line is None else kind)
        self._choices.button(wanted).setChecked(True)
        self._switch(wanted)

    @property
    def fields(self) -> dict[str, QWidget]:
        """The fields by the names that a refusal is about (`DomainError.about`)."""
        return {"amount": self._value, "reason": self._reason}

    @property
    def _kind(self) -> ChangeKind:
        return _CHANGE_KINDS[self._choices.checkedId()]

    def _switch(self, _place: int) -> None:
        line = self._line
        prices = self._kind == "price"
        present = self._cart.discount if self._kind == "sale" else line.discount if line else None
        if prices and line is not None:
            self._value.setText(format_minor(line.unit_price_minor, self._formatter.currency))
        elif present is not None:
            self._value.setText(self._written(present))
        else:
            self._value.clear()
        self._value.setPlaceholderText("" if prices else self.tr("10% or 2.50"))
        self._of.setText(
            self.tr("The whole sale") if self._kind == "sale" or line is None else line.description
        )
        self._hint.setText(
            self.tr("The catalogue asks {price}.").format(price=self._formatter.money(line.list_price_minor))
            if prices and line is not None
            else self.tr("Empty takes no discount.")
        )
        self._value.selectAll()
        self._value.setFocus()

    def _written(self, discount: Discount) -> str:
        if discount.kind == "share":
            return self._formatter.percent(discount.value)
        return format_minor(discount.value, self._formatter.currency)

    def _apply(self) -> None:
        try:
            change = self._change()
        except DomainError as error:
            problems.show(error, self._message.say_error)
            return
        self._message.clear()
        self.asked.emit(change)

    def _change(self) -> CartChange:
        typed = self._value.text().strip()
        line_id = None if self._kind == "sale" or self._line is None else self._line.line_id
        if self._kind == "price":
            with problems.at(self._value):
                price_minor = parse_amount(typed, self._formatter.currency)
            return CartChange("price", line_id, price_minor=price_minor, reason=self._reason.reason)
        if not typed:
            return CartChange(self._kind, line_id)
        with problems.at(self._value):
            discount = parse_discount(typed, self._formatter.currency)
        return CartChange(self._kind, line_id, replace(discount, reason=self._reason.reason))

    def _build(self) -> None:
        layout = self._layout
        layout.addWidget(label(self.tr("Discount or price"), "title"))
        self._choices = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(4)
        for place, (title, name) in enumerate(
            (
                (self.tr("Line"), "discountLine"),
                (self.tr("Sale"), "discountSale"),
                (self.tr("Price"), "otherPrice"),
            )
        ):
            made = PlainButton(title)
            made.setObjectName(name)
            made.setAccessibleName(title)
            made.setProperty("role", "choice")
            made.setCheckable(True)
            made.setAutoDefault(False)
            self._choices.addButton(made, place)
            row.addWidget(made, 1)
        self._choices.idClicked.connect(self._switch)
        layout.addLayout(row)
        self._of = label(role="heading", name="changeOf", wrap=True)
        self._value = amount_field("changeValue", self.tr("Discount or price"), self._apply)
        self._hint = label(role="small", name="changeHint", wrap=True)
        self._reason = ReasonField(
            "changeReason",
            self.tr("Reason"),
            (
                self.tr("Damaged packaging"),
                self.tr("Last one"),
                self.tr("Price on the shelf was lower"),
                self.tr("Regular customer"),
                self.tr("Staff discount"),
            ),
        )
        layout.addWidget(self._of)
        layout.addWidget(self._value)
        layout.addWidget(self._hint)
        layout.addWidget(label(self.tr("Reason"), "muted"))
        layout.addWidget(self._reason)
        layout.addWidget(self._message)
        layout.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addWidget(self._back)
        buttons.addWidget(button(self.tr("Apply"), "changeApply", self._apply, role="primary"), 1)
        layout.addLayout(buttons)


_CHANGE_KINDS: tuple[ChangeKind, ...] = ("line", "sale", "price")
