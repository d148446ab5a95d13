"""Goods that come back: refunds against a receipt or of the cart, and voids."""

from app.domain.rights import Right
from app.domain.vocabulary.payment_methods import is_cash
from app.domain.vocabulary.transaction_kinds import REFUND, VOID
from app.services.selling import refunds
from app.ui.sell.counter import Counter
from app.ui.sell.panels.refund import RefundRequest, VoidRequest
from app.ui.sell.payment import Payment
from app.ui.widgets import tasks


class Returns:
    """Works the refund panel."""

    def __init__(self, counter: Counter, payment: Payment) -> None:
        self._counter = counter
        self._payment = payment
        self._till = counter.context.till
        self._panel = counter.panels.refund
        self.run = counter.run
        self._panel.refundAsked.connect(self._refund_lines)
        self._panel.voidAsked.connect(self._void_sale)
        self._panel.withoutReceiptAsked.connect(self._refund_cart)
        self._panel.receiptAsked.connect(counter.context.agent.fetch_receipt)

    def ask(self) -> None:
        """Open the panel for refunds and voids."""
        if not self._counter.is_busy():
            self._counter.panels.setCurrentWidget(self._panel)
            self._panel.ask()

    def open_receipt(self, code: str) -> bool:
        """Open the receipt with this number while the panel is shown; whether this till has it."""
        return self._counter.panels.shows(self._panel) and self._panel.open_receipt(code)

    def refresh(self) -> None:
        """Sales in the store have changed: the receipt that was asked for may be there."""
        if self._counter.panels.shows(self._panel):
            self._panel.refresh()

    @tasks.command
    async def _refund_lines(self, request: RefundRequest) -> None:
        actor, payout = self._counter.sale.actor, request.payout
        approver = None
        if payout.beyond_tenders_minor:
            approver = await self._counter.context.approvals.ask(actor, Right.REFUND_OTHER_TENDER)
        back = await refunds.refund(
            self._till,
            request.sale,
            request.quantities,
            request.method,
            actor,
            request.reason,
            approved_by=approver,
            all_by_method=request.all_by_method,
        )
        has_cash = any(is_cash(payment.method) for payment in payout.tenders)
        self._counter.show_done(back, REFUND, has_cash=has_cash)

    @tasks.command
    async def _void_sale(self, request: VoidRequest) -> None:
        actor = self._counter.sale.actor
        approver = await self._counter.context.approvals.ask(actor, Right.VOID_SALE)
        back = await refunds.void(self._till, request.sale, actor, request.reason, approved_by=approver)
        has_cash = any(is_cash(payment.method) for payment in request.sale.payments)
        self._counter.show_done(back, VOID, has_cash=has_cash)

    @tasks.command
    async def _refund_cart(self, reason: str) -> None:
        sale = self._counter.sale
        self._payment.follow_shop()
        self._payment.begin(await sale.approved(sale.value.begin_refund(reason)))
