"""The occasional actions at the counter: last receipt, drawer, empty cart, quick keys."""

from PySide6.QtCore import QObject

from app.domain.rights import Right
from app.services import flag_words, preferences
from app.services.cash import drawer
from app.services.selling import history, receipts
from app.ui.sell.counter import Counter
from app.ui.widgets import tasks


class MoreActions(QObject):
    """Works the panel of occasional actions."""

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter.view)
        self._counter = counter
        self._till = counter.context.till
        self._panel = counter.panels.more
        self.run = counter.run
        self._panel.reprintWanted.connect(self._reprint_last)
        self._panel.emptyCartWanted.connect(self._empty_cart)
        self._panel.quickKeyWanted.connect(self._change_quick_key)
        self._panel.quickKeyFirstWanted.connect(self._put_quick_key_first)
        self._panel.drawerWanted.connect(self._open_drawer)

    def ask(self) -> None:
        """Open the panel."""
        if self._counter.is_busy():
            return
        product_id = self._current_product()
        self._counter.panels.setCurrentWidget(self._panel)
        self._panel.ask(
            has_line=product_id is not None,
            has_cart=not self._counter.sale.value.is_empty,
            has_quick_key=product_id is not None and preferences.has_quick_key(self._till, product_id),
        )

    def show_receipt(self, sale_id: str) -> None:
        """Show a copy of the receipt, which can be printed and saved."""
        context = self._counter.context
        slip = receipts.receipt(self._till, sale_id, context.formatter, copy=True)
        context.print_queue.show_slip(slip, odd=flag_words.of_sale(self._till, sale_id))

    def _current_product(self) -> str | None:
        line_id = self._counter.view.table.current_line_id()
        lines = self._counter.sale.cart.lines
        return next((line.product_id for line in lines if line.line_id == line_id), None)

    def _reprint_last(self) -> None:
        sale_id = history.last_receipt_id(self._till)
        if sale_id is None:
            self._panel.say_error(self.tr("Nothing was sold at this till yet."))
        else:
            self.show_receipt(sale_id)

    def _empty_cart(self) -> None:
        if not self._counter.is_busy():
            self._counter.sale.abandon()
            self._counter.scans.close_message()
            self._counter.panels.show_find()

    @tasks.command
    async def _change_quick_key(self) -> None:
        product_id = self._current_product()
        if product_id is not None:
            await preferences.toggle_quick_key(self._till, product_id)
            self._counter.panels.show_find()

    @tasks.command
    async def _put_quick_key_first(self) -> None:
        product_id = self._current_product()
        if product_id is not None:
            await preferences.put_quick_key_first(self._till, product_id)
            self._counter.panels.show_find()

    @tasks.command
    async def _open_drawer(self, reason: str) -> None:
        context, actor = self._counter.context, self._counter.sale.actor
        approver = await context.approvals.ask(actor, Right.OPEN_DRAWER)
        await drawer.open_without_sale(self._till, actor, reason, approved_by=approver)
        context.print_queue.open_drawer()
        self._counter.panels.show_find()
        words = self.tr("The drawer was opened without a sale. It is noted.")
        self._counter.view.message.say(words, for_ms=6000)
