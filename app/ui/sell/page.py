"""Selling: scan or find, change the cart, take the money, next customer.

The page shows one open sale. The rules of a sale are the domain's, its storage is the services'. A sale is
shown as done after the service has returned, when it is on disk. Payment, discounts and refunds have side
panels, never a modal dialog: a scanner's Enter would close it.
"""

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.cart import Cart
from app.domain.errors import DomainError, EmptyCart
from app.domain.open_sale import CartChange, OpenSale
from app.domain.quantity import parse_quantity
from app.domain.rights import Right
from app.domain.tender import Settlement
from app.domain.vocabulary.payment_methods import is_cash
from app.services import flag_words, preferences
from app.services.cash import drawer
from app.services.selling import checkout, history, open_sales, receipts, refunds
from app.services.selling.transaction import CompletedSale
from app.services.stock import catalogue
from app.services.stock.catalogue import ProductView
from app.services.till import Actor
from app.ui.page.base import Page
from app.ui.page.changes import MergedChange
from app.ui.page.context import PageContext
from app.ui.page.requests import Request, RingUp
from app.ui.sell.cart_table import CartModel, CartTable
from app.ui.sell.change_panel import ChangeKind, ChangePanel
from app.ui.sell.done_panel import DonePanel
from app.ui.sell.find_panel import FindPanel
from app.ui.sell.held_panel import HeldPanel
from app.ui.sell.more_panel import MorePanel
from app.ui.sell.refund_panel import RefundPanel, RefundRequest, VoidRequest
from app.ui.sell.tender_panel import TenderPanel
from app.ui.widgets import sounds, tasks, theme
from app.ui.widgets.parts import MessageLine, Pages, button, card, label
from app.ui.widgets.shortcuts import DISCOUNT, HOLD, MORE, PAY, RECALL, REFUND, REMOVE, SEARCH
from app.ui.widgets.theme import Tone


class SellPage(Page):
    """The cart, and a side panel for the current action."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._print_queue = context.print_queue
        self._preferences = preferences.read(self._till)
        self._sale = open_sales.begin(self._till)
        self._queued_scans: list[str] = []
        self._missed: list[str] = []
        self._build()
        self._make_keys()
        self._show_sale()
        self._find.quick_keys.show_products(self._preferences.quick_keys)

    @property
    def cart(self) -> Cart:
        return self._sale.cart

    def set_actor(self, actor: Actor) -> None:
        super().set_actor(actor)
        if self._sale.is_empty:
            left_over = open_sales.in_progress(self._till)
            if left_over is not None:
                self._put_on_screen(left_over)
                self._message.say(self.tr("The sale that was being rung up is here again."), Tone.BUSY)

    # --- commands, one at a time ---

    def has_run(self) -> None:
        self._take_queued_scans()

    def say_failure(self, words: str) -> None:
        """Show the failure in the current panel, where it has a message line, else on the page."""
        panel = self._side.currentWidget()
        if isinstance(panel, TenderPanel | ChangePanel | RefundPanel | MorePanel):
            panel.say_error(words)
        else:
            self._message.say_error(words)
        self._take_queued_scans()

    def _take_queued_scans(self) -> None:
        codes, self._queued_scans = self._queued_scans, []
        for code in codes:
            self.take_scan(code)

    # --- scans and actions ---

    def answer(self, request: Request) -> None:
        if isinstance(request, RingUp):
            self.take_scan(request.code)

    def take_scan(self, code: str) -> bool:
        """Add the scanned product to the cart, whatever panel is open. Scans during a command are queued."""
        if self._is_busy:
            self._queued_scans.append(code)
            return True
        if self._side.currentWidget() is self._refund and self._refund.open_receipt(code):
            return True
        product = catalogue.by_code(self._till, code)
        if product is None:
            self._say_missed(code)
            return True
        sounds.play(sounds.SCANNED)
        self.add(product)
        return True

    def add(self, product: ProductView) -> None:
        """Add 1 of the product to the cart and select its line."""
        if self._side.currentWidget() is not self._find:
            self.back_to_cart()
        if self._change_cart(lambda cart: cart.add(product)):
            line = next(line for line in reversed(self.cart.lines) if line.product_id == product.id)
            self._table.select_line(line.line_id)

    def ask_for_money(self) -> None:
        """Begin the payment; while paying, choose the next method."""
        if self._is_busy or self._side.currentWidget() is self._done:
            return
        if self._side.currentWidget() is self._tender:
            self._tender.next_method()
            return
        if self._sale.is_empty:
            self._message.say_error(str(EmptyCart()))
            return
        sale = checkout.approve(self._till, self._sale, self._signed_in)
        if sale.settlement().is_settled or checkout.needed_approvals(self._till, sale, self._signed_in):
            self._settle()
        else:
            self._pay_for(sale)

    def back_to_cart(self) -> None:
        """Close the side panel: ready for the next scan or search."""
        if self._is_busy:
            return
        if self._side.currentWidget() is self._tender and self._sale.refund is not None:
            self._put_on_screen(self._sale.abandon_refund())
            self._record()
        self._show_find()

    def begin(self) -> None:
        """The page was opened."""
        if self._side.currentWidget() is self._find:
            self._find.search.setFocus()

    def search(self) -> None:
        """Close the side panel and select the search text."""
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
            if self.cart.adds_tax != self._preferences.adds_tax:
                self._change_cart(lambda cart: cart.taxed(adds_tax=self._preferences.adds_tax))
            self._leave_payment()  # its approvals may not suffice under the new settings

    # --- the cart ---

    def _change_cart(self, change: Callable[[Cart], Cart]) -> bool:
        """Change the cart, leaving a begun payment first; whether it was changed."""
        if self._is_busy:
            return False
        self._leave_payment()
        try:
            sale = self._sale.with_cart(change)
        except DomainError as error:
            self._message.say_error(str(error))
            sounds.play(sounds.REFUSED)
            return False
        if not self._missed:
            self._message.clear()
        self._put_on_screen(sale)
        self._record()
        return True

    def _put_on_screen(self, sale: OpenSale) -> None:
        self._sale = sale
        self._show_sale()

    def _record(self) -> None:
        if self._actor is not None:
            work = open_sales.record(self._till, self._sale, self._actor)
            tasks.start(work, self, self._message.say_error)

    def _step(self, line_id: int, step: int) -> None:
        self._change_cart(lambda cart: cart.step(line_id, step))

    def _type_quantity(self, line_id: int, text: str) -> None:
        def change(cart: Cart) -> Cart:
            return cart.set_quantity(line_id, parse_quantity(text, cart.line(line_id).unit))

        self._change_cart(change)

    def _remove(self, line_id: int) -> None:
        row = self._model.row_of(line_id)
        if self._change_cart(lambda cart: cart.remove(line_id)) and self.cart.lines:
            self._table.select_line(self.cart.lines[min(row, len(self.cart.lines) - 1)].line_id)

    def _remove_current(self) -> None:
        line_id = self._table.current_line_id()
        if line_id is not None:
            self._remove(line_id)

    def _begin_next_sale(self) -> None:
        self._put_on_screen(open_sales.begin(self._till))
        self._close_message()

    def _show_sale(self) -> None:
        cart = self.cart
        selected = self._table.current_line_id()
        self._model.show(cart)
        if selected is not None:
            self._table.select_line(selected)
        items = self.tr("%n item(s)", "", cart.count)
        off_minor = cart.discount_minor
        off = self.tr("discount {amount}").format(amount=self._formatter.amount(-off_minor))
        self._count.setText(f"{items} · {off}" if off_minor else items)
        self._tax.setText(self._tax_text())
        self._tax.setVisible(bool(self._tax.text()))
        self._total.setText(self._formatter.money(cart.total_minor))
        self._pay.setText(PAY.after(self.tr("Pay")) if self._sale.refund is None else self.tr("Give back"))
        self._pay.setEnabled(not cart.is_empty)
        self._pay.setToolTip(str(EmptyCart()) if cart.is_empty else "")
        self._hold.setEnabled(not cart.is_empty)
        self._discount.setEnabled(not cart.is_empty)

    def _tax_text(self) -> str:
        if not self.cart.tax_minor:
            return ""
        words = self.tr("Tax added {amount}") if self.cart.adds_tax else self.tr("Tax included {amount}")
        return words.format(amount=self._formatter.amount(self.cart.tax_minor))

    def _say_missed(self, code: str) -> None:
        # Shown until it is closed by hand: the goods are in the bag and not on the bill.
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

    def ask_for_discount(self, kind: ChangeKind = "line") -> None:
        """Open the panel for a discount or another price of the selected line, or of the sale."""
        if self._is_busy or self._sale.is_empty:
            return
        line_id = self._table.current_line_id()
        line = next((line for line in self.cart.lines if line.line_id == line_id), None)
        self._side.setCurrentWidget(self._change)
        self._change.ask(self.cart, line, kind)

    @tasks.command
    async def change_price(self, change: CartChange) -> None:
        """Apply the change to the cart, with the approvals that it needs."""
        self._put_on_screen(await self._approved(self._sale.with_cart(change.of)))
        self._record()
        self._show_find()

    async def _approved(self, sale: OpenSale) -> OpenSale:
        """The sale with all its needed approvals, by the signed-in person or else a manager.

        Raises NotApproved.
        """
        actor = self._signed_in
        sale = checkout.approve(self._till, sale, actor)
        needs = checkout.needed_approvals(self._till, sale, actor)
        if not needs:
            return sale
        approver = await self._approvals.ask(actor, *(need.right for need in needs))
        return sale if approver is None else checkout.approve(self._till, sale, approver)

    @tasks.command
    async def hold(self) -> None:
        """Put the open sale aside and begin the next."""
        await open_sales.hold(self._till, self._sale, self._signed_in)
        self._begin_next_sale()
        self._show_find()
        self._message.say(
            self.tr("Held. {key} takes it back.").format(key=RECALL.name), Tone.GOOD, for_ms=6000
        )

    def recall(self) -> None:
        """Open the panel of held sales."""
        if self._is_busy:
            return
        self._side.setCurrentWidget(self._held)
        self._held.ask()

    @tasks.command
    async def _take_back(self, sale_id: str) -> None:
        self._put_on_screen(await open_sales.recall(self._till, sale_id, on_screen=self._sale))
        self._close_message()
        self._show_find()

    def _show_held_count(self) -> None:
        count = len(open_sales.held(self._till))
        caption = RECALL.beside(self.tr("Recall"))
        self._recall.setText(f"{caption} · {self._formatter.quantity(count)}" if count else caption)
        self._recall.setAccessibleName(self._recall.text())

    # --- the money ---

    def _pay_for(self, sale: OpenSale) -> None:
        """Begin the payment. `sale` has all its approvals: none is asked for after this."""
        self._put_on_screen(sale)
        self._record()
        self._side.setCurrentWidget(self._tender)
        settlement = self._sale.settlement(self._preferences.cash_step_minor)
        self._tender.ask(settlement, refunds=self._sale.refund is not None)

    @tasks.command
    async def _settle(self) -> None:
        sale = await self._approved(self._sale)
        if sale.settlement().is_settled:
            self._put_on_screen(sale)
            await self._write_sale(sale.settlement())
        else:
            self._pay_for(sale)

    def _take_payments(self, settlement: Settlement) -> None:
        self._sale = self._sale.with_payments(settlement.tenders)
        self._record()

    def _leave_payment(self) -> None:
        if self._side.currentWidget() is self._tender:
            self.back_to_cart()

    @tasks.command
    async def _complete(self, settlement: Settlement) -> None:
        await self._write_sale(settlement)

    async def _write_sale(self, settlement: Settlement) -> None:
        kind = "sale" if self._sale.refund is None else "refund"
        done = await checkout.complete(self._till, self._sale, settlement, self._signed_in)
        self._begin_next_sale()
        self._show_done(done, kind, has_cash=any(is_cash(tender.method) for tender in settlement.tenders))
        self._tender.set_busy(False)

    def _show_done(self, sale: CompletedSale, kind: str, *, has_cash: bool) -> None:
        self._done.show_sale(sale, kind)
        self._side.setCurrentWidget(self._done)
        self._done.setFocus()
        self._print_queue.print_unasked(
            receipts.receipt(self._till, sale.id, self._formatter), open_drawer=has_cash
        )

    # --- refunds, voids and occasional actions ---

    def ask_for_refund(self) -> None:
        """Open the panel for refunds and voids."""
        if not self._is_busy:
            self._side.setCurrentWidget(self._refund)
            self._refund.ask()

    @tasks.command
    async def _refund_lines(self, request: RefundRequest) -> None:
        back = await refunds.refund(
            self._till, request.sale, request.quantities, request.method, self._signed_in, request.reason
        )
        self._show_done(back, "refund", has_cash=is_cash(request.method))

    @tasks.command
    async def _void_sale(self, request: VoidRequest) -> None:
        actor = self._signed_in
        approver = await self._approvals.ask(actor, Right.VOID_SALE)
        back = await refunds.void(self._till, request.sale, actor, request.reason, approved_by=approver)
        has_cash = any(is_cash(payment.method) for payment in request.sale.payments)
        self._show_done(back, "void", has_cash=has_cash)

    @tasks.command
    async def _refund_cart(self, reason: str) -> None:
        self._pay_for(await self._approved(self._sale.begin_refund(reason)))

    def show_more(self) -> None:
        """Open the panel of occasional actions."""
        if self._is_busy:
            return
        line = self._current_product()
        self._side.setCurrentWidget(self._more)
        self._more.ask(
            has_line=line is not None,
            has_cart=not self._sale.is_empty,
            has_quick_key=line in self._preferences.quick_keys,
        )

    def _current_product(self) -> str | None:
        line_id = self._table.current_line_id()
        return next((line.product_id for line in self.cart.lines if line.line_id == line_id), None)

    @tasks.command
    async def _change_quick_key(self) -> None:
        product_id = self._current_product()
        if product_id is not None:
            await preferences.toggle_quick_key(self._till, product_id)
            self._show_find()

    @tasks.command
    async def _put_quick_key_first(self) -> None:
        product_id = self._current_product()
        if product_id is not None:
            await preferences.put_quick_key_first(self._till, product_id)
            self._show_find()

    def _empty_cart(self) -> None:
        if not self._is_busy:
            self._begin_next_sale()
            self._record()
            self._show_find()

    @tasks.command
    async def _open_drawer(self, reason: str) -> None:
        actor = self._signed_in
        approver = await self._approvals.ask(actor, Right.OPEN_DRAWER)
        await drawer.open_without_sale(self._till, actor, reason, approved_by=approver)
        self._print_queue.open_drawer()
        self._show_find()
        self._message.say(self.tr("The drawer was opened without a sale. It is noted."), for_ms=6000)

    def _show_receipt(self, sale_id: str) -> None:
        slip = receipts.receipt(self._till, sale_id, self._formatter, copy=True)
        self._print_queue.show_slip(slip, odd=flag_words.of_sale(self._till, sale_id))

    def _reprint_last(self) -> None:
        sale_id = history.last_receipt_id(self._till)
        if sale_id is None:
            self._more.say_error(self.tr("Nothing was sold at this till yet."))
        else:
            self._show_receipt(sale_id)

    # --- the page ---

    def _show_find(self) -> None:
        self._side.setCurrentWidget(self._find)
        self._find.search.setFocus()

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
        self._tender.taken.connect(self._take_payments)
        self._tender.paid.connect(self._complete)
        self._change = ChangePanel(self._formatter)
        self._change.asked.connect(self.change_price)
        self._held = HeldPanel(self._till, self._formatter)
        self._held.recalled.connect(self._take_back)
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
        self._discount = button(
            DISCOUNT.beside(self.tr("Discount")), "discount", self.ask_for_discount, role="action"
        )
        self._hold = button(HOLD.beside(self.tr("Hold")), "hold", self.hold, role="action")
        self._recall = button(RECALL.beside(self.tr("Recall")), "recall", self.recall, role="action")
        refund = button(REFUND.beside(self.tr("Refund")), "refund", self.ask_for_refund, role="action")
        more = button(MORE.beside(self.tr("More")), "more", self.show_more, role="action")
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
        self._pay = button(PAY.after(self.tr("Pay")), "pay", self.ask_for_money, role="primary")
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
        for shortcut, act in (
            (SEARCH, self.search),
            (HOLD, self.hold),
            (RECALL, self.recall),
            (REFUND, self.ask_for_refund),
            (MORE, self.show_more),
            (DISCOUNT, self.ask_for_discount),
            (PAY, self.ask_for_money),
            (REMOVE, self._remove_current),
        ):
            shortcut.bind(self, act)
