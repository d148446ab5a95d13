"""The left of the sell page: the message line, the cart's table, the actions, and the totals."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.cart import Cart
from app.domain.errors import EmptyCart
from app.domain.open_sale import OpenSale
from app.ui.sell.cart_table import CartModel, CartTable
from app.ui.widgets import theme
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import MessageLine, button, card, label
from app.ui.widgets.plain_text import set_tip
from app.ui.widgets.shortcuts import DISCOUNT, HOLD, MORE, PAY, RECALL, REFUND


class CartView(QWidget):
    """Shows an open sale.

    Signals:
    discountWanted(), holdWanted(), recallWanted(), refundWanted(), moreWanted(), payWanted(): by button.
    """

    discountWanted = Signal()
    holdWanted = Signal()
    recallWanted = Signal()
    refundWanted = Signal()
    moreWanted = Signal()
    payWanted = Signal()

    def __init__(self, formatter: Formatter) -> None:
        super().__init__()
        self._formatter = formatter
        self.message = MessageLine("sellMessage")
        self._model = CartModel(formatter, self)
        self.table = CartTable(self._model)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.message)
        layout.addWidget(self.table, 1)
        layout.addLayout(self._actions())
        layout.addWidget(self._totals())

    def show_sale(self, sale: OpenSale) -> None:
        cart = sale.cart
        selected = self.table.current_line_id()
        self._model.show(cart)
        if selected is not None:
            self.table.select_line(selected)
        items = self.tr("%n item(s)", "", cart.count)
        off_minor = cart.discount_minor
        off = self.tr("discount {amount}").format(amount=self._formatter.amount(-off_minor))
        self._count.setText(f"{items} · {off}" if off_minor else items)
        self._tax.setText(self._tax_text(cart))
        self._tax.setVisible(bool(self._tax.text()))
        self._total.setText(self._formatter.money(cart.total_minor))
        self._pay.setText(PAY.after(self.tr("Pay")) if sale.refund is None else self.tr("Give back"))
        self._pay.setEnabled(not cart.is_empty)
        set_tip(self._pay, str(EmptyCart()) if cart.is_empty else "")
        self._hold.setEnabled(not cart.is_empty)
        self._discount.setEnabled(not cart.is_empty)

    def show_held_count(self, count: int) -> None:
        """Show on the Recall button how many sales are held."""
        caption = RECALL.beside(self.tr("Recall"))
        self._recall.setText(f"{caption} · {self._formatter.quantity(count)}" if count else caption)
        self._recall.setAccessibleName(self._recall.text())

    def select_product(self, cart: Cart, product_id: str) -> None:
        """Select the last line of the product, which is in the cart."""
        line = next(line for line in reversed(cart.lines) if line.product_id == product_id)
        self.table.select_line(line.line_id)

    def select_row(self, cart: Cart, row: int) -> None:
        """Select the line in this row, or the last where there are fewer."""
        if cart.lines:
            self.table.select_line(cart.lines[min(row, len(cart.lines) - 1)].line_id)

    def row_of(self, line_id: int) -> int:
        return self._model.row_of(line_id)

    def _tax_text(self, cart: Cart) -> str:
        if not cart.tax_minor:
            return ""
        words = self.tr("Tax added {amount}") if cart.adds_tax else self.tr("Tax included {amount}")
        return words.format(amount=self._formatter.amount(cart.tax_minor))

    def _actions(self) -> QHBoxLayout:
        self._discount = button(
            DISCOUNT.beside(self.tr("Discount")), "discount", self.discountWanted.emit, role="action"
        )
        self._hold = button(HOLD.beside(self.tr("Hold")), "hold", self.holdWanted.emit, role="action")
        self._recall = button(
            RECALL.beside(self.tr("Recall")), "recall", self.recallWanted.emit, role="action"
        )
        refund = button(REFUND.beside(self.tr("Refund")), "refund", self.refundWanted.emit, role="action")
        more = button(MORE.beside(self.tr("More")), "more", self.moreWanted.emit, role="action")
        row = QHBoxLayout()
        row.setSpacing(6)
        for made in (self._discount, self._hold, self._recall, refund, more):
            row.addWidget(made, 1)
        return row

    def _totals(self) -> QWidget:
        frame, layout = card()
        self._count = label(role="muted", name="cartCount")
        self._tax = label(role="muted", name="cartTax")
        self._total = label(role="total", name="cartTotal")
        self._total.setFont(theme.tabular(self._total.font()))
        self._pay = button(PAY.after(self.tr("Pay")), "pay", self.payWanted.emit, role="pay")
        self._pay.setMinimumWidth(150)
        figures = QVBoxLayout()
        figures.setSpacing(2)
        figures.addWidget(self._count)
        figures.addWidget(self._tax)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addLayout(figures)
        row.addStretch(1)
        row.addWidget(self._total)
        row.addWidget(self._pay)
        layout.addLayout(row)
        return frame
