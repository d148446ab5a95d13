"""Selling: scan or find, change the cart, take the money, next customer.

The page owns the cart. It writes nothing itself: the services do, and the page says "done" once they have
returned, which is when the sale is on disk. What is asked beside the cart (money, a discount, a refund)
stands in panels at its side, never in a box over it: a scanner's Enter would close that.
"""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.cart import Cart
from app.domain.errors import CartInUse, DomainError, EmptyCart
from app.domain.quantity import one, parse_quantity
from app.domain.rights import Right
from app.domain.tender import Settlement
from app.domain.vocabulary.payment_methods import is_cash
from app.services import preferences
from app.services.cash import drawer
from app.services.selling import carts, checkout, receipts, refunds
from app.services.selling.transaction import CompletedSale
from app.services.stock import catalogue
from app.services.stock.catalogue import ProductView
from app.services.till import Actor
from app.ui.page.base import Page
from app.ui.page.changes import MergedChange
from app.ui.page.context import PageContext
from app.ui.page.requests import Request, RingUp
from app.ui.sell.cart_table import CartModel, CartTable
from app.ui.sell.change_panel import CartChange, ChangePanel, What
from app.ui.sell.done_panel import DonePanel
from app.ui.sell.find_panel import FindPanel
from app.ui.sell.held_panel import HeldPanel
from app.ui.sell.more_panel import MorePanel
from app.ui.sell.refund_panel import RefundPanel, RefundRequest, VoidRequest
from app.ui.sell.tender_panel import TenderPanel
from app.ui.widgets import sounds, tasks, theme
from app.ui.widgets.parts import MessageLine, Pages, button, card, label
from app.ui.widgets.theme import Tone


class SellPage(Page):
    """The cart, and beside it what is asked about it."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._desk = context.desk
        self._approved_by: Actor | None = None
        self._refund_reason: str | None = None
        self._preferences = preferences.read(self._till)
        self._cart = Cart(adds_tax=self._preferences.adds_tax)
        self._completing = False
        self._scanned_meanwhile: list[str] = []
        self._missed: list[str] = []
        self._build()
        self._make_keys()
        self._show_cart()
        self._find.quick_keys.show_products(self._preferences.quick_keys)

    @property
    def cart(self) -> Cart:
        return self._cart

    def set_actor(self, actor: Actor) -> None:
        super().set_actor(actor)
        if self._cart.is_empty:
            left_over = carts.in_progress(self._till)
            if left_over is not None:
                self._cart = left_over
                self._show_cart()
                self._message.say(self.tr("The sale that was being rung up is here again."), Tone.BUSY)

    def answer(self, request: Request) -> None:
        if isinstance(request, RingUp):
            self.take_scan(request.code)

    def take_scan(self, code: str) -> bool:
        """What the scanner read goes into the cart, whatever is asked beside it."""
        if self._completing:
            self._scanned_meanwhile.append(code)
            return True
        if self._side.currentWidget() is self._refund and self._refund.take_code(code):
            return True
        product = catalogue.by_code(self._till, code)
        if product is None:
            self._say_missed(code)
            return True
        sounds.play(sounds.SCANNED)
        self.add(product)
        return True

    def add(self, product: ProductView) -> None:
        if self._side.currentWidget() is not self._find:
            self.back_to_cart()
        if self._change_cart(lambda: self._cart.add(product)):
            line = next(line for line in reversed(self._cart.lines) if line.product_id == product.id)
            self._table.select_line(line.line_id)

    def ask_for_money(self) -> None:
        if self._completing or self._side.currentWidget() is self._done:
            return
        if self._side.currentWidget() is self._tender:
            self._tender.next_method()
            return
        if self._cart.is_empty:
            self._message.say_error(str(EmptyCart()))
            return
        if self._cart.total_minor == 0:
            self._finish(Settlement(0, self._till.device.currency))
            return
        self._side.setCurrentWidget(self._tender)
        step_minor = self._preferences.cash_step_minor
        self._tender.ask(self._cart.total_minor, step_minor, refunds=self._refund_reason is not None)

    def back_to_cart(self) -> None:
        """From whatever stands beside it: ready for the next scan or search."""
        if self._completing:
            return
        if self._side.currentWidget() is self._tender and self._refund_reason is not None:
            self._set_refunding(None)
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
        if change.touches("carts"):
            self._held.refresh()
            self._show_held_count()
        if change.touches("preferences"):
            self._preferences = preferences.read(self._till)
            self._find.quick_keys.show_products(self._preferences.quick_keys)
            if self._cart.adds_tax != self._preferences.adds_tax:
                self._change_cart(lambda: self._cart.taxed(adds_tax=self._preferences.adds_tax))

    # --- the cart ---

    def _change_cart(self, changed: Callable[[], Cart]) -> bool:
        if self._completing:
            return False
        try:
            self._cart = changed()
        except DomainError as error:
            self._message.say_error(str(error))
            sounds.play(sounds.REFUSED)
            return False
        if not self._missed:
            self._message.clear()
        self._show_cart()
        self._keep_cart()
        return True

    def _keep_cart(self) -> None:
        if self._actor is not None:
            tasks.start(carts.keep(self._till, self._cart, self._actor), self, self._message.say_error)

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

    def _start_anew(self) -> None:
        self._cart = Cart(adds_tax=self._preferences.adds_tax)
        self._approved_by = None
        self._set_refunding(None)
        self._close_message()
        self._show_cart()

    def _show_cart(self) -> None:
        selected = self._table.current_line_id()
        self._model.show(self._cart)
        if selected is not None:
            self._table.select_line(selected)
        items = self.tr("%n item(s)", "", self._cart.count)
        off_minor = self._cart.discount_minor
        off = self.tr("discount {amount}").format(amount=self._formatter.amount(-off_minor))
        self._count.setText(f"{items} · {off}" if off_minor else items)
        self._tax.setText(self._tax_words())
        self._tax.setVisible(bool(self._tax.text()))
        self._total.setText(self._formatter.money(self._cart.total_minor))
        self._pay.setEnabled(not self._cart.is_empty)
        self._pay.setToolTip(str(EmptyCart()) if self._cart.is_empty else "")
        self._hold.setEnabled(not self._cart.is_empty)
        self._discount.setEnabled(not self._cart.is_empty)

    def _tax_words(self) -> str:
        if not self._cart.tax_minor:
            return ""
        words = self.tr("Tax added {amount}") if self._cart.adds_tax else self.tr("Tax included {amount}")
        return words.format(amount=self._formatter.amount(self._cart.tax_minor))

    def _say_missed(self, code: str) -> None:
        # It stays until somebody closes it: what was not found lies in the bag and is not billed.
        self._missed.append(code)
        words = self.tr("No product has the code {codes}. It was not added.")
        if len(self._missed) > 1:
            words = self.tr("No product has these codes: {codes}. They were not added.")
        self._message.say(words.format(codes=", ".join(self._missed)), Tone.BAD)
        sounds.play(sounds.MISSED)

    def _close_message(self) -> None:
        self._missed.clear()
        self._message.clear()

    # --- discounts, prices, held sales ---

    def ask_for_discount(self, what: What = "line") -> None:
        if self._completing or self._cart.is_empty:
            return
        line_id = self._table.current_line_id()
        line = next((line for line in self._cart.lines if line.line_id == line_id), None)
        self._side.setCurrentWidget(self._change)
        self._change.ask(self._cart, line, what)

    def _ask_for_change(self, change: CartChange) -> None:
        tasks.start(self._make_change(change), self, self._change.say_error)

    async def _make_change(self, change: CartChange) -> None:
        assert self._actor is not None
        rights = checkout.needs_approval(self._till, change.of(self._cart), self._actor)
        if rights and self._approved_by is None:
            self._approved_by = await self._approvals.ask(self._actor, *rights)
        if self._change_cart(lambda: change.of(self._cart)):
            self.back_to_cart()

    def hold(self) -> None:
        if not self._completing and self._actor is not None:
            tasks.start(self._hold_cart(self._actor), self, self._message.say_error)

    async def _hold_cart(self, actor: Actor) -> None:
        await carts.hold(self._till, self._cart, actor)
        self._start_anew()
        self.back_to_cart()
        self._message.say(self.tr("Held. F5 takes it back."), Tone.GOOD, for_ms=6000)

    def recall(self) -> None:
        if self._completing:
            return
        self._side.setCurrentWidget(self._held)
        self._held.ask()

    def _recall_cart(self, cart_id: str) -> None:
        tasks.start(self._take_back(cart_id), self, self._message.say_error)

    async def _take_back(self, cart_id: str) -> None:
        if not self._cart.is_empty:
            raise CartInUse
        self._cart = await carts.recall(self._till, cart_id)
        self._close_message()
        self._show_cart()
        self.back_to_cart()

    def _show_held_count(self) -> None:
        count = len(carts.held(self._till))
        words = self.tr("Recall F5")
        self._recall.setText(f"{words} · {self._formatter.quantity(count)}" if count else words)
        self._recall.setAccessibleName(self._recall.text())

    # --- the money ---

    def _finish(self, settlement: Settlement) -> None:
        self._completing = True
        tasks.start(self._complete(settlement), self, self._say_not_sold)

    async def _complete(self, settlement: Settlement) -> None:
        assert self._actor is not None
        kind = "sale" if self._refund_reason is None else "refund"
        try:
            sale = await self._write(settlement, self._actor)
        finally:
            self._completing = False
        self._start_anew()
        self._show_done(sale, kind, has_cash=any(is_cash(one.method) for one in settlement.tenders))
        self._tender.set_busy(False)
        self._take_scans_meanwhile()

    async def _write(self, settlement: Settlement, actor: Actor) -> CompletedSale:
        if self._refund_reason is None:
            return await checkout.complete_sale(
                self._till,
                self._cart,
                settlement.tenders,
                actor,
                rounding_minor=settlement.rounding_minor,
                approved_by=self._approved_by,
            )
        return await checkout.refund_without_receipt(
            self._till,
            self._cart,
            settlement.tenders,
            actor,
            self._refund_reason,
            rounding_minor=settlement.rounding_minor,
            approved_by=self._approved_by,
        )

    def _show_done(self, sale: CompletedSale, kind: str, *, has_cash: bool) -> None:
        self._done.show_sale(sale, kind)
        self._side.setCurrentWidget(self._done)
        self._done.setFocus()
        self._desk.print_unasked(receipts.receipt(self._till, sale.id, self._formatter), open_drawer=has_cash)

    def _say_not_sold(self, words: str) -> None:
        self._tender.say_error(words)
        self._take_scans_meanwhile()

    def _take_scans_meanwhile(self) -> None:
        codes, self._scanned_meanwhile = self._scanned_meanwhile, []
        for code in codes:
            self.take_scan(code)

    # --- goods that come back, and the rest ---

    def ask_for_refund(self) -> None:
        if not self._completing:
            self._side.setCurrentWidget(self._refund)
            self._refund.ask()

    def _refund_lines(self, request: RefundRequest) -> None:
        tasks.start(self._carry_refund_out(request), self, self._refund.say_error)

    async def _carry_refund_out(self, request: RefundRequest) -> None:
        assert self._actor is not None
        back = await refunds.refund(
            self._till, request.sale, request.quantities, request.method, self._actor, request.reason
        )
        self._show_done(back, "refund", has_cash=is_cash(request.method))

    def _void_sale(self, request: VoidRequest) -> None:
        tasks.start(self._carry_void_out(request), self, self._refund.say_error)

    async def _carry_void_out(self, request: VoidRequest) -> None:
        assert self._actor is not None
        approver = await self._approvals.ask(self._actor, Right.VOID_SALE)
        back = await refunds.void(self._till, request.sale, self._actor, request.reason, approved_by=approver)
        has_cash = any(is_cash(one.method) for one in request.sale.payments)
        self._show_done(back, "void", has_cash=has_cash)

    def _refund_cart(self, reason: str) -> None:
        tasks.start(self._begin_refund_of_cart(reason), self, self._refund.say_error)

    async def _begin_refund_of_cart(self, reason: str) -> None:
        assert self._actor is not None
        if self._cart.is_empty:
            raise EmptyCart
        self._approved_by = await self._approvals.ask(self._actor, Right.REFUND_WITHOUT_RECEIPT)
        self._set_refunding(reason)
        self.ask_for_money()

    def _set_refunding(self, reason: str | None) -> None:
        self._refund_reason = reason
        self._pay.setText(self.tr("Pay (F9)") if reason is None else self.tr("Give back"))

    def show_more(self) -> None:
        if self._completing:
            return
        line = self._current_product()
        self._side.setCurrentWidget(self._more)
        self._more.ask(
            has_line=line is not None,
            has_cart=not self._cart.is_empty,
            has_quick_key=line in self._preferences.quick_keys,
        )

    def _current_product(self) -> str | None:
        line_id = self._table.current_line_id()
        return next((line.product_id for line in self._cart.lines if line.line_id == line_id), None)

    def _change_quick_key(self) -> None:
        product_id = self._current_product()
        if product_id is None:
            return
        self._arrange(preferences.toggle_quick_key(self._till, product_id))

    def _put_quick_key_first(self) -> None:
        product_id = self._current_product()
        if product_id is not None:
            self._arrange(preferences.put_quick_key_first(self._till, product_id))

    def _arrange(self, work: tasks.Work) -> None:
        tasks.start(self._carry_arrangement_out(work), self, self._more.say_error)

    async def _carry_arrangement_out(self, work: tasks.Work) -> None:
        await work
        self.back_to_cart()

    def _empty_cart(self) -> None:
        self._start_anew()
        self._keep_cart()
        self.back_to_cart()

    def _open_drawer(self, reason: str) -> None:
        tasks.start(self._carry_drawer_out(reason), self, self._more.say_error)

    async def _carry_drawer_out(self, reason: str) -> None:
        assert self._actor is not None
        approver = await self._approvals.ask(self._actor, Right.OPEN_DRAWER)
        await drawer.open_without_sale(self._till, self._actor, reason, approved_by=approver)
        self._desk.open_drawer()
        self.back_to_cart()
        self._message.say(self.tr("The drawer was opened without a sale. It is noted."), for_ms=6000)

    def _show_receipt(self, sale_id: str) -> None:
        self._desk.show_slip(receipts.receipt(self._till, sale_id, self._formatter, copy=True))

    def _reprint_last(self) -> None:
        sale_id = receipts.last_receipt_id(self._till)
        if sale_id is None:
            self._more.say_error(self.tr("Nothing was sold at this till yet."))
        else:
            self._show_receipt(sale_id)

    # --- the page ---

    def _build(self) -> None:
        self._message = MessageLine("sellMessage")
        self._message.closed.connect(self._missed.clear)
        self._model = CartModel(self._formatter, self)
        self._table = CartTable(self._model)
        self._table.stepRequested.connect(self._step)
        self._table.quantityTyped.connect(self._type_quantity)
        self._table.removeRequested.connect(self._remove)
        self._build_side()
        left = QVBoxLayout()
        left.setSpacing(10)
        left.addWidget(self._message)
        left.addWidget(self._table, 1)
        left.addLayout(self._actions())
        left.addWidget(self._totals())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 14)
        layout.setSpacing(14)
        layout.addLayout(left, 6)
        layout.addWidget(self._side, 4)

    def _build_side(self) -> None:
        self._find = FindPanel(self._till, self._formatter)
        self._find.found.connect(self.add)
        self._find.left.connect(self._close_message)
        self._find.receiptWanted.connect(self._show_receipt)
        self._tender = TenderPanel(self._formatter)
        self._tender.paid.connect(self._finish)
        self._change = ChangePanel(self._formatter)
        self._change.asked.connect(self._ask_for_change)
        self._held = HeldPanel(self._till, self._formatter)
        self._held.recalled.connect(self._recall_cart)
        self._refund = RefundPanel(self._till, self._formatter)
        self._refund.refundAsked.connect(self._refund_lines)
        self._refund.voidAsked.connect(self._void_sale)
        self._refund.withoutReceiptAsked.connect(self._refund_cart)
        self._more = MorePanel()
        self._more.reprintWanted.connect(self._reprint_last)
        self._more.emptyCartWanted.connect(self._empty_cart)
        self._more.quickKeyWanted.connect(self._change_quick_key)
        self._more.quickKeyFirstWanted.connect(self._put_quick_key_first)
        self._more.drawerWanted.connect(self._open_drawer)
        self._done = DonePanel(self._formatter)
        self._done.receiptWanted.connect(self._show_receipt)
        self._side = Pages()
        self._side.addWidget(self._find)
        for panel in (self._tender, self._change, self._held, self._refund, self._more, self._done):
            panel.left.connect(self.back_to_cart)
            self._side.addWidget(panel)

    def _actions(self) -> QHBoxLayout:
        self._discount = button(self.tr("Discount F8"), "discount", self.ask_for_discount, role="action")
        self._hold = button(self.tr("Hold F4"), "hold", self.hold, role="action")
        self._recall = button(self.tr("Recall F5"), "recall", self.recall, role="action")
        refund = button(self.tr("Refund F6"), "refund", self.ask_for_refund, role="action")
        more = button(self.tr("More F7"), "more", self.show_more, role="action")
        row = QHBoxLayout()
        row.setSpacing(6)
        for made in (self._discount, self._hold, self._recall, refund, more):
            row.addWidget(made, 1)
        self._show_held_count()
        return row

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
            (Qt.Key.Key_F4, self.hold),
            (Qt.Key.Key_F5, self.recall),
            (Qt.Key.Key_F6, self.ask_for_refund),
            (Qt.Key.Key_F7, self.show_more),
            (Qt.Key.Key_F8, self.ask_for_discount),
            (Qt.Key.Key_F9, self.ask_for_money),
            (Qt.Key.Key_Delete, self._remove_current),
        ):
            QShortcut(QKeySequence(key), self).activated.connect(act)
