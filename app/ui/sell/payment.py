"""The way from "Pay" to a completed sale: approvals first, then the money, then the disk."""

from app.domain.errors import DomainError, EmptyCart
from app.domain.open_sale import OpenSale
from app.domain.shop_settings import ShopSettings, selling_part
from app.domain.tender import Settlement
from app.domain.vocabulary.payment_methods import is_cash
from app.domain.vocabulary.transaction_kinds import REFUND, SALE
from app.services import shop_settings
from app.services.selling import checkout
from app.services.selling.transaction import CompletedSale
from app.ui.sell.counter import Counter
from app.ui.widgets import tasks
from app.ui.widgets.theme import Tone
from resources.words import translate


class Payment:
    """Works the tender panel, for a sale and for a refund of the cart."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._till = counter.context.till
        self._sale = counter.sale
        self._panels = counter.panels
        self._begun_under = ShopSettings()
        self.run = counter.run
        self._panels.tender.taken.connect(self._take_payments)
        self._panels.tender.paid.connect(self._complete)

    def ask(self) -> None:
        """Begin the payment; while paying, choose the next method."""
        if self._counter.is_busy() or self._panels.shows(self._panels.done):
            return
        if self._panels.shows(self._panels.tender):
            self._panels.tender.next_method()
            return
        if self._sale.value.is_empty:
            self._counter.view.message.say_error(str(EmptyCart()))
            return
        self.follow_shop()
        sale = checkout.approve(self._till, self._sale.value, self._sale.actor)
        if sale.settlement().is_settled or checkout.needed_approvals(self._till, sale, self._sale.actor):
            self._settle()
        else:
            self._begin_or_say(sale)

    def follow_shop(self) -> None:
        """Bring the sale up to date before money is asked for, and say so where its total is another now."""
        if self._sale.follow_shop():
            self._counter.view.message.say(
                translate("payment", "A tax rate changed while this was rung up. The total is another now."),
                Tone.WARN,
            )

    def _begin_or_say(self, sale: OpenSale) -> None:
        try:
            self.begin(sale)
        except DomainError as error:
            self._counter.view.message.say_error(str(error))

    def begin(self, sale: OpenSale) -> None:
        """Begin the payment. `sale` has all its approvals: none is asked for after this.

        Raises DomainError where it could not be completed, whatever is paid.
        """
        checkout.check(self._till, sale, self._sale.actor)
        settings = self._begun_under = shop_settings.read(self._till)
        self._sale.replace(sale.begin_payment(checkout.limits_of(settings)))
        self._panels.setCurrentWidget(self._panels.tender)
        settlement = sale.settlement(settings.cash_step_minor)
        self._panels.tender.ask(sale.id, settlement, settings, refunds=sale.refund is not None)

    def abandon(self) -> None:
        """The payment, where it was begun, is left without being completed: a refund is a sale again."""
        if self._panels.shows(self._panels.tender) and self._sale.value.refund is not None:
            self._sale.replace(self._sale.value.abandon_refund())

    def leave_for_new_settings(self) -> None:
        """Close the tender panel, where it is shown, and say why: the shop's settings have changed before any
        money was taken. The clerk looks at the total and begins the payment again.
        """
        if self._panels.shows(self._panels.tender):
            self.abandon()
            self._panels.show_find()
            self._counter.view.message.say(
                translate(
                    "payment",
                    "The shop’s settings have changed. Look at the total, then begin the payment again.",
                ),
                Tone.WARN,
            )

    def _has_new_settings(self) -> bool:
        """Whether total, methods or approvals may be others than at the beginning, and no money was taken."""
        if self._sale.value.payments:
            return False
        return selling_part(shop_settings.read(self._till)) != selling_part(self._begun_under)

    @tasks.command
    async def _settle(self) -> None:
        sale = await self._sale.approved(self._sale.value)
        if sale.settlement().is_settled:
            self._sale.show(sale)
            await self._write_sale(sale.settlement())
        else:
            self.begin(sale)

    def _take_payments(self, settlement: Settlement) -> None:
        if self._has_new_settings():
            self.leave_for_new_settings()
        else:
            self._sale.take_payments(self._sale.value.with_payments(settlement.tenders))

    @tasks.command
    async def _complete(self, settlement: Settlement) -> None:
        if self._has_new_settings():
            self.leave_for_new_settings()
            return
        await self._write_sale(settlement)

    async def _write_sale(self, settlement: Settlement) -> None:
        sale = self._sale.value
        done: CompletedSale | None = None
        try:
            done = await checkout.complete(self._till, sale, settlement, self._sale.actor)
        finally:
            if done is None:
                # The money was taken: should the program end before a second try, the last payment is there.
                self._sale.record(sale.with_payments(settlement.tenders, settlement.rounding_minor))
        self._sale.begin_next()
        self._counter.scans.close_message()
        self._counter.show_done(
            done,
            SALE if sale.refund is None else REFUND,
            has_cash=any(is_cash(tender.method) for tender in settlement.tenders),
        )
