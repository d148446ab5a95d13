"""What the parts of the sell page share."""

from collections.abc import Callable
from dataclasses import dataclass

from app.services.selling import receipts
from app.services.selling.transaction import CompletedSale
from app.ui.page.context import PageContext
from app.ui.sell.cart_view import CartView
from app.ui.sell.current_sale import CurrentSale
from app.ui.sell.panels.stack import SidePanels
from app.ui.sell.scans import Scans
from app.ui.widgets import tasks


@dataclass(frozen=True)
class Counter:
    """The sale on the screen, the widgets that show it, and `run`, which is the page's."""

    context: PageContext
    sale: CurrentSale
    view: CartView
    panels: SidePanels
    scans: Scans
    run: Callable[[Callable[[], tasks.Work]], None]
    is_busy: Callable[[], bool]

    def show_done(self, done: CompletedSale, kind: str, *, has_cash: bool) -> None:
        """Show the completed transaction, and print it where the settings say so."""
        self.panels.done.show_sale(done, kind)
        self.panels.setCurrentWidget(self.panels.done)
        self.panels.done.setFocus()
        slip = receipts.receipt(self.context.till, done.id, self.context.formatter)
        self.context.print_queue.print_unasked(slip, open_drawer=has_cash)
