"""The open sale that is on the screen, recorded at each change. It has no widget and no rule of a sale."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.domain.cart import Cart
from app.domain.open_sale import OpenSale
from app.services.selling import checkout, open_sales
from app.services.till import Actor, Till
from app.ui.widgets import tasks
from app.ui.widgets.approval import ApprovalPrompt


class CurrentSale(QObject):
    """Never without a sale: after one was completed or held, the next has begun.

    Signals:
    changed(): show the sale again.
    notRecorded(str): the change is on the screen, but could not be recorded on disk; why.
    """

    changed = Signal()
    notRecorded = Signal(str)

    def __init__(self, till: Till, approvals: ApprovalPrompt, parent: QObject) -> None:
        super().__init__(parent)
        self._till = till
        self._approvals = approvals
        self._actor: Actor | None = None
        self._sale = open_sales.begin(till)

    @property
    def value(self) -> OpenSale:
        return self._sale

    @property
    def cart(self) -> Cart:
        return self._sale.cart

    @property
    def actor(self) -> Actor:
        """Who is signed in."""
        assert self._actor is not None, "the sell page is not shown while nobody is signed in"
        return self._actor

    def set_actor(self, actor: Actor) -> bool:
        """Somebody signed in. Whether the sale that was on the screen when the till stopped is here again."""
        self._actor = actor
        left_over = open_sales.in_progress(self._till) if self._sale.is_empty else None
        if left_over is not None:
            self.show(left_over)
            self.follow_shop()
        return left_over is not None

    def show(self, sale: OpenSale) -> None:
        """Put on the screen a sale that is on disk already."""
        self._sale = sale
        self.changed.emit()

    def replace(self, sale: OpenSale) -> None:
        """Put the changed sale on the screen, and record it."""
        self.show(sale)
        self.record(sale)

    def follow_shop(self) -> bool:
        """Bring the sale under the shop's settings and today's tax rates. Whether its total is another.

        Once money was taken, nothing changes.
        """
        before, sale = self._sale, open_sales.now(self._till, self._sale)
        if sale != before:
            self.replace(sale)
        return sale.cart.total_minor != before.cart.total_minor

    def changed_by(self, change: Callable[[Cart], Cart]) -> OpenSale:
        """The sale with its cart changed, under the shop's settings. Raises DomainError."""
        return open_sales.changed(self._till, self._sale, change)

    def change_cart(self, change: Callable[[Cart], Cart]) -> None:
        """Change the cart. Raises DomainError."""
        self.replace(self.changed_by(change))

    def take_payments(self, sale: OpenSale) -> None:
        """Record the sale with the payments so far. The cart that is shown has not changed."""
        self._sale = sale
        self.record(sale)

    def begin_next(self) -> None:
        """Begin the next sale: this one was completed, or held."""
        self.show(open_sales.begin(self._till))

    def abandon(self) -> None:
        """Begin the next sale in place of this one."""
        self.replace(open_sales.begin(self._till))

    async def approved(self, sale: OpenSale) -> OpenSale:
        """The sale with all its needed approvals, by the signed-in person or else a manager.

        Raises NotApproved.
        """
        sale = checkout.approve(self._till, sale, self.actor)
        needs = checkout.needed_approvals(self._till, sale, self.actor)
        if not needs:
            return sale
        approver = await self._approvals.ask(self.actor, *(need.right for need in needs))
        return sale if approver is None else checkout.approve(self._till, sale, approver)

    def record(self, sale: OpenSale) -> None:
        """Store the sale as the one on the screen, whatever the screen shows of it."""
        if self._actor is not None:
            tasks.start(open_sales.record(self._till, sale, self._actor), self, self.notRecorded.emit)
