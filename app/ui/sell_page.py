"""Selling: scan or find, change the cart, take the money, next customer.

The page owns the cart. It writes nothing itself: `checkout.complete_sale` does, and the page says "done"
once that has returned, which is when the sale is on disk.
"""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.domain.cart import Cart
from app.domain.errors import DomainError, EmptyCart
from app.domain.quantity import one, parse_quantity
from app.domain.tender import Tender
from app.services import catalogue, checkout
from app.services.catalogue import ProductView
from app.services.till import Actor, Till
from app.ui import tasks, theme
from app.ui.bridge import MergedChange
from app.ui.cart_table import CartModel, CartTable
from app.ui.find_panel import FindPanel
from app.ui.formatting import Formatter
from app.ui.parts import MessageLine, button, card, label
from app.ui.tender_panel import DonePanel, TenderPanel
from app.ui.theme import Tone


class SellPage(QWidget):
    """Signals:
    sold(CompletedSale): a sale is on disk.
    """

    sold = Signal(object)

    def __init__(self, till: Till, formatter: Formatter) -> None:
        super().__init__()
        self.setObjectName("page")
        self._till = till
        self._formatter = formatter
        self._actor: Actor | None = None
        self._cart = Cart()
        self._completing = False
        self._scanned_meanwhile: list[str] = []
        self._missed: list[str] = []
        self._build()
        self._make_keys()
        self._show_cart()

    @property
    def cart(self) -> Cart:
        return self._cart

    def set_actor(self, actor: Actor) -> None:
        self._actor = actor

    def take_scan(self, code: str) -> None:
        """What the scanner read goes into the cart, wherever the page stands."""
        if self._completing:
            self._scanned_meanwhile.append(code)
            return
        product = catalogue.by_code(self._till, code)
        if product is None:
            self._say_missed(code)
            return
        self.add(product)

    def add(self, product: ProductView) -> None:
        if self._side.currentWidget() is not self._find:
            self.back_to_cart()
        if self._change_cart(lambda: self._cart.add(product)):
            line = next(line for line in reversed(self._cart.lines) if line.product_id == product.id)
            self._table.select_line(line.line_id)

    def ask_for_money(self) -> None:
        if self._completing or self._side.currentWidget() is self._done:
            return
        if self._cart.is_empty:
            self._message.say_error(str(EmptyCart()))
            return
        self._side.setCurrentWidget(self._tender)
        self._tender.ask(self._cart.total_minor)

    def back_to_cart(self) -> None:
        """From the tender, or from the sale that is done: ready for the next scan or search."""
        if self._completing:
            return
        self._side.setCurrentWidget(self._find)
        self._find.search.setFocus()

    def begin(self) -> None:
        """The page was opened."""
        if self._side.currentWidget() is self._find:
            self._find.search.setFocus()

    def search(self) -> None:
        self.back_to_cart()
        self._find.search.selectAll()

    def refresh(self, change: MergedChange) -> None:
        if change.touches("sales"):
            self._find.show_sales()
        if change.touches("catalogue"):
            self._find.refresh()

    # --- the cart ---

    def _change_cart(self, changed: Callable[[], Cart]) -> bool:
        if self._completing:
            return False
        try:
            self._cart = changed()
        except DomainError as error:
            self._message.say_error(str(error))
            QApplication.beep()
            return False
        if not self._missed:
            self._message.clear()
        self._show_cart()
        return True

    def _step(self, line_id: int, step: int) -> None:
        line = next(line for line in self._cart.lines if line.line_id == line_id)
        quantity = max(0, line.quantity + step * one(line.unit))
        self._change_cart(lambda: self._cart.set_quantity(line_id, quantity))

    def _type_quantity(self, line_id: int, text: str) -> None:
        line = next(line for line in self._cart.lines if line.line_id == line_id)
        self._change_cart(lambda: self._cart.set_quantity(line_id, parse_quantity(text, line.unit)))

    def _remove(self, line_id: int) -> None:
        row = self._model.row_of(line_id)
        if self._change_cart(lambda: self._cart.remove(line_id)) and self._cart.lines:
            self._table.select_line(self._cart.lines[min(row, len(self._cart.lines) - 1)].line_id)

    def _remove_current(self) -> None:
        line_id = self._table.current_line_id()
        if line_id is not None:
            self._remove(line_id)

    def _show_cart(self) -> None:
        selected = self._table.current_line_id()
        self._model.show(self._cart)
        if selected is not None:
            self._table.select_line(selected)
        count = self._cart.count
        self._count.setText(self.tr("1 item") if count == 1 else self.tr("{count} items").format(count=count))
        self._tax.setText(
            self.tr("Tax included {amount}").format(amount=self._formatter.amount(self._cart.tax_minor))
        )
        self._tax.setVisible(self._cart.tax_minor != 0)
        self._total.setText(self._formatter.money(self._cart.total_minor))
        self._pay.setEnabled(not self._cart.is_empty)
        self._pay.setToolTip(str(EmptyCart()) if self._cart.is_empty else "")

    def _say_missed(self, code: str) -> None:
        # It stays until somebody closes it: what was not found lies in the bag and is not billed.
        self._missed.append(code)
        words = self.tr("No product has the code {codes}. It was not added.")
        if len(self._missed) > 1:
            words = self.tr("No product has these codes: {codes}. They were not added.")
        self._message.say(words.format(codes=", ".join(self._missed)), Tone.BAD)
        QApplication.beep()

    def _close_message(self) -> None:
        self._missed.clear()
        self._message.clear()

    # --- the money ---

    def _pay_with(self, tender: Tender) -> None:
        self._completing = True
        tasks.start(self._complete(tender), self, self._say_not_sold)

    async def _complete(self, tender: Tender) -> None:
        assert self._actor is not None
        try:
            sale = await checkout.complete_sale(self._till, self._cart, (tender,), self._actor)
        finally:
            self._completing = False
        self._cart = Cart()
        self._close_message()
        self._show_cart()
        self._done.show_sale(sale.receipt_number, sale.total_minor, sale.change_minor)
        self._side.setCurrentWidget(self._done)
        self._done.setFocus()
        self._tender.set_busy(False)
        self.sold.emit(sale)
        self._take_scans_meanwhile()

    def _say_not_sold(self, words: str) -> None:
        self._tender.say_error(words)
        self._take_scans_meanwhile()

    def _take_scans_meanwhile(self) -> None:
        codes, self._scanned_meanwhile = self._scanned_meanwhile, []
        for code in codes:
            self.take_scan(code)

    # --- the page ---

    def _build(self) -> None:
        self._message = MessageLine("sellMessage")
        self._message.closed.connect(self._missed.clear)
        self._model = CartModel(self._formatter, self)
        self._table = CartTable(self._model)
        self._table.stepRequested.connect(self._step)
        self._table.quantityTyped.connect(self._type_quantity)
        self._table.removeRequested.connect(self._remove)
        self._find = FindPanel(self._till, self._formatter)
        self._find.found.connect(self.add)
        self._find.left.connect(self._close_message)
        self._tender = TenderPanel(self._formatter)
        self._tender.paid.connect(self._pay_with)
        self._tender.left.connect(self.back_to_cart)
        self._done = DonePanel(self._formatter)
        self._done.left.connect(self.back_to_cart)
        self._side = QStackedWidget()
        for panel in (self._find, self._tender, self._done):
            self._side.addWidget(panel)
        left = QVBoxLayout()
        left.setSpacing(10)
        left.addWidget(self._message)
        left.addWidget(self._table, 1)
        left.addWidget(self._totals())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 14)
        layout.setSpacing(14)
        layout.addLayout(left, 6)
        layout.addWidget(self._side, 4)

    def _totals(self) -> QWidget:
        frame, layout = card()
        self._count = label(role="muted", name="cartCount")
        self._tax = label(role="muted", name="cartTax")
        self._total = label(role="total", name="cartTotal")
        self._total.setFont(theme.tabular(self._total.font()))
        self._pay = button(self.tr("Pay (F9)"), "pay", self.ask_for_money, role="primary")
        self._pay.setProperty("role", "pay")
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
        self._pay.setMinimumWidth(150)
        layout.addLayout(row)
        return frame

    def _make_keys(self) -> None:
        for key, act in (
            (Qt.Key.Key_F2, self.search),
            (Qt.Key.Key_F9, self.ask_for_money),
            (Qt.Key.Key_Delete, self._remove_current),
        ):
            QShortcut(QKeySequence(key), self).activated.connect(act)
