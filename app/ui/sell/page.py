"""Selling: scan or find, change the cart, take the money, next customer.

The page shows one open sale (`current_sale`). The rules of a sale are the domain's, its storage is the
services'. A sale is shown as done after the service has returned, when it is on disk. Payment (`payment`),
discounts, refunds (`returns`) and occasional actions (`more_actions`) have side panels (`panels`), never a
modal dialog: a scanner's Enter would close it.
"""

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout

from app.domain.cart import Cart
from app.domain.errors import DomainError
from app.domain.open_sale import CartChange
from app.domain.quantity import parse_quantity
from app.domain.shop_settings import selling_part
from app.services import preferences, shop_settings
from app.services.selling import open_sales
from app.services.stock.catalogue import ProductView, SharedCode
from app.services.till import Actor
from app.ui.page.base import Page
from app.ui.page.changes import MergedChange
from app.ui.page.context import PageContext
from app.ui.page.requests import Request, RingUp
from app.ui.sell.cart_view import CartView
from app.ui.sell.counter import Counter
from app.ui.sell.current_sale import CurrentSale
from app.ui.sell.more_actions import MoreActions
from app.ui.sell.panels.change import ChangeKind
from app.ui.sell.panels.stack import SidePanels
from app.ui.sell.payment import Payment
from app.ui.sell.returns import Returns
from app.ui.sell.scans import Scans
from app.ui.widgets import problems, sounds, tasks
from app.ui.widgets.shortcuts import DISCOUNT, HOLD, MORE, PAY, RECALL, REFUND, REMOVE, SEARCH
from app.ui.widgets.theme import Tone


class SellPage(Page):
    """The cart, and a side panel for the current action."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._shop = shop_settings.read(self._till)
        self._sale = CurrentSale(self._till, self._approvals, self)
        self._view = CartView(self._formatter)
        self._message = self._view.message
        self._panels = SidePanels(self._till, self._formatter)
        self._scans = Scans(self._till, self._message)
        counter = Counter(
            context, self._sale, self._view, self._panels, self._scans, self.run, lambda: self._is_busy
        )
        self._payment = Payment(counter)
        self._returns = Returns(counter, self._payment)
        self._more = MoreActions(counter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 14)
        layout.setSpacing(14)
        layout.addWidget(self._view, 6)
        layout.addWidget(self._panels, 4)
        self._connect()
        self._make_keys()
        self._view.show_sale(self._sale.value)
        self._show_held_count()
        self._panels.finder.quick_keys.show_products(preferences.read(self._till).quick_keys)
        self._panels.tender.offer(self._shop.payment_methods)

    @property
    def cart(self) -> Cart:
        return self._sale.cart

    # --- hooks of the window ---

    def set_actor(self, actor: Actor) -> None:
        super().set_actor(actor)
        if self._sale.set_actor(actor):
            self._message.say(self._words_of_return(), Tone.BUSY)

    def _words_of_return(self) -> str:
        """That the sale which was on the screen when the till stopped is here again."""
        sale = self._sale.value
        if sale.payments and sale.settlement().is_settled:
            return self.tr("The sale is here again. It is paid: take no money, press Pay to complete it.")
        return self.tr("The sale that was being rung up is here again.")

    def begin(self) -> None:
        if self._panels.shows(self._panels.finder):
            self._panels.finder.search.setFocus()

    def answer(self, request: Request) -> None:
        if isinstance(request, RingUp):
            self.take_scan(request.code)

    def refresh(self, change: MergedChange) -> None:
        if change.touches("sales"):
            self._panels.finder.show_sales()
            self._returns.refresh()
        if change.touches("catalogue"):
            self._panels.finder.refresh()
        if change.touches("carts"):
            self._panels.held.refresh()
            self._show_held_count()
        if change.touches("preferences") or change.touches("catalogue"):
            self._panels.finder.quick_keys.show_products(preferences.read(self._till).quick_keys)
        if change.touches("settings"):
            self._follow_shop_settings()

    def show_busy(self, busy: bool) -> None:
        self._panels.show_busy(busy)
        if not busy:
            self._follow_shop_settings()
            self._take_waited()

    def say_failure(self, words: str) -> None:
        """Show the failure in the current panel, where it has a message line, else on the page."""
        if not self._panels.say_error(words):
            self._message.say_error(words)

    # --- scans and the cart ---

    def take_scan(self, code: str) -> bool:
        """Add the scanned product to the cart, whatever panel is open. Scans during a command or a question
        wait.
        """
        if self._is_busy or self._panels.shows(self._panels.which):
            self._scans.wait(code)
        elif not self._returns.open_receipt(code):
            self._scans.take(code)
        return True

    def _take_waited(self) -> None:
        for code in self._scans.waited():
            self.take_scan(code)

    def _ask_which(self, shared: SharedCode) -> None:
        """Several products have a code. Until it is answered, further scans wait."""
        self._leave_payment()
        self._scans.ask(shared)
        self._panels.setCurrentWidget(self._panels.which)
        self._panels.which.ask(shared)

    def _take_answer(self, product: ProductView) -> None:
        self._scans.answered()
        sounds.play(sounds.SCANNED)
        self.add(product)

    def _panel_changed(self) -> None:
        """Another panel is shown: a question that was left is not answered any more."""
        if not self._panels.shows(self._panels.which):
            self._scans.give_up()
            QTimer.singleShot(0, self, self._take_waited)  # when the panel has been focused

    def add(self, product: ProductView) -> None:
        """Add 1 of the product to the cart and select its line."""
        if not self._panels.shows(self._panels.finder):
            self.back_to_cart()
        if self._change_cart(lambda cart: cart.add(product)):
            self._view.select_product(self.cart, product.id)

    def search(self) -> None:
        """Close the side panel and select the search text."""
        self.back_to_cart()
        self._panels.finder.search.selectAll()

    def back_to_cart(self) -> None:
        """Close the side panel: ready for the next scan or search."""
        if not self._is_busy:
            self._payment.abandon()
            self._panels.show_find()

    def _change_cart(self, change: Callable[[Cart], Cart]) -> bool:
        """Change the cart, leaving a begun payment first; whether it was changed."""
        if self._is_busy:
            return False
        self._leave_payment()
        try:
            self._sale.change_cart(change)
        except DomainError as error:
            self._message.say_error(str(error))
            sounds.play(sounds.REFUSED)
            return False
        self._scans.clear_message()
        return True

    def _step(self, line_id: int, step: int) -> None:
        self._change_cart(lambda cart: cart.step(line_id, step))

    def _type_quantity(self, line_id: int, text: str) -> None:
        def change(cart: Cart) -> Cart:
            return cart.set_quantity(line_id, parse_quantity(text, cart.line(line_id).unit))

        self._change_cart(change)

    def _remove(self, line_id: int) -> None:
        row = self._view.row_of(line_id)
        if self._change_cart(lambda cart: cart.remove(line_id)):
            self._view.select_row(self.cart, row)

    def _remove_current(self) -> None:
        line_id = self._view.table.current_line_id()
        if line_id is not None:
            self._remove(line_id)

    def _follow_shop_settings(self) -> None:
        """Apply the shop's settings, as they are now, to the sale on the screen.

        Not while a command runs, and not once money was taken: what the customer was asked for stays. It
        stays too while a payment is open that these settings do not concern, also where a tax rate has
        changed at midnight.
        """
        if self._is_busy or self._sale.value.payments:
            return
        before, self._shop = self._shop, shop_settings.read(self._till)
        if self._shop != before:
            if selling_part(self._shop) != selling_part(before):
                self._payment.leave_for_new_settings()  # its total, methods and approvals may be others
            self._panels.tender.offer(self._shop.payment_methods)
            if not self._panels.shows(self._panels.tender):
                self._sale.follow_shop()

    def _leave_payment(self) -> None:
        if self._panels.shows(self._panels.tender):
            self.back_to_cart()

    # --- discounts, prices, held sales ---

    def ask_for_discount(self, kind: ChangeKind = "line") -> None:
        """Open the panel for a discount or another price of the selected line, or of the sale."""
        if self._is_busy or self._sale.value.is_empty:
            return
        line_id = self._view.table.current_line_id()
        line = next((line for line in self.cart.lines if line.line_id == line_id), None)
        self._panels.setCurrentWidget(self._panels.change)
        self._panels.change.ask(self.cart, line, kind)

    @tasks.command
    async def change_price(self, change: CartChange) -> None:
        """Apply the change to the cart, with the approvals that it needs."""
        with problems.at_fields(self._panels.change.fields):
            changed = self._sale.changed_by(change.of)
        self._sale.replace(await self._sale.approved(changed))
        self._panels.show_find()

    @tasks.command
    async def hold(self) -> None:
        """Put the open sale aside and begin the next."""
        await open_sales.hold(self._till, self._sale.value, self._signed_in)
        self._sale.begin_next()
        self._scans.close_message()
        self._panels.show_find()
        self._message.say(
            self.tr("Held. {key} takes it back.").format(key=RECALL.name), Tone.GOOD, for_ms=6000
        )

    def recall(self) -> None:
        """Open the panel of held sales."""
        if not self._is_busy:
            self._panels.setCurrentWidget(self._panels.held)
            self._panels.held.ask()

    @tasks.command
    async def _take_back(self, sale_id: str) -> None:
        self._sale.show(await open_sales.recall(self._till, sale_id, on_screen=self._sale.value))
        self._sale.follow_shop()
        self._scans.close_message()
        self._panels.show_find()

    def _show_held_count(self) -> None:
        self._view.show_held_count(len(open_sales.held(self._till)))

    # --- wiring ---

    def ask_for_money(self) -> None:
        """Begin the payment; while paying, choose the next method."""
        self._payment.ask()

    def ask_for_refund(self) -> None:
        """Open the panel for refunds and voids."""
        self._returns.ask()

    def show_receipt(self, sale_id: str) -> None:
        """Show a copy of the receipt, which can be printed and saved."""
        self._more.show_receipt(sale_id)

    def _connect(self) -> None:
        self._sale.changed.connect(lambda: self._view.show_sale(self._sale.value))
        self._sale.notRecorded.connect(self._message.say_error)
        self._scans.found.connect(self.add)
        self._scans.shared.connect(self._ask_which)
        self._view.table.stepRequested.connect(self._step)
        self._view.table.quantityTyped.connect(self._type_quantity)
        self._view.table.removeRequested.connect(self._remove)
        self._view.discountWanted.connect(self.ask_for_discount)
        self._view.holdWanted.connect(self.hold)
        self._view.recallWanted.connect(self.recall)
        self._view.refundWanted.connect(self.ask_for_refund)
        self._view.moreWanted.connect(self._more.ask)
        self._view.payWanted.connect(self.ask_for_money)
        panels = self._panels
        panels.currentChanged.connect(self._panel_changed)
        panels.which.chosen.connect(self._take_answer)
        panels.finder.found.connect(self.add)
        panels.finder.shared.connect(self._ask_which)
        panels.finder.left.connect(self._scans.close_message)
        panels.finder.receiptWanted.connect(self.show_receipt)
        panels.done.receiptWanted.connect(self.show_receipt)
        panels.change.asked.connect(self.change_price)
        panels.held.recalled.connect(self._take_back)
        for panel in panels.closable:
            panel.left.connect(self.back_to_cart)

    def _make_keys(self) -> None:
        for shortcut, act in (
            (SEARCH, self.search),
            (HOLD, self.hold),
            (RECALL, self.recall),
            (REFUND, self.ask_for_refund),
            (MORE, self._more.ask),
            (DISCOUNT, self.ask_for_discount),
            (PAY, self.ask_for_money),
            (REMOVE, self._remove_current),
        ):
            shortcut.bind(self, act)
