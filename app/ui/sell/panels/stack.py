"""The stack of the side panels."""

from PySide6.QtWidgets import QWidget

from app.services.till import Till
from app.ui.sell.panels.change import ChangePanel
from app.ui.sell.panels.done import DonePanel
from app.ui.sell.panels.find import FindPanel
from app.ui.sell.panels.held import HeldPanel
from app.ui.sell.panels.more import MorePanel
from app.ui.sell.panels.panel import SidePanel
from app.ui.sell.panels.refund import RefundPanel
from app.ui.sell.panels.tender import TenderPanel
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import Pages
from app.ui.widgets.which_product import WhichProduct


class SidePanels(Pages):
    """All side panels, one of them shown. `finder` is shown when nothing else is going on."""

    def __init__(self, till: Till, formatter: Formatter) -> None:
        super().__init__()
        self.finder = FindPanel(till, formatter)
        self.tender = TenderPanel(formatter)
        self.change = ChangePanel(formatter)
        self.held = HeldPanel(till, formatter)
        self.refund = RefundPanel(till, formatter)
        self.more = MorePanel()
        self.done = DonePanel(formatter)
        self.which = WhichProduct("sell", self.finder.row_of)
        self.closable = (
            self.tender,
            self.change,
            self.held,
            self.refund,
            self.more,
            self.done,
            self.which,
        )
        for panel in (self.finder, *self.closable):
            self.addWidget(panel)

    def show_find(self) -> None:
        """Ready for the next scan or search."""
        self.setCurrentWidget(self.finder)
        self.finder.search.setFocus()

    def shows(self, panel: QWidget) -> bool:
        return self.currentWidget() is panel

    def show_busy(self, busy: bool) -> None:
        """A command of the page has begun or ended: all panels whose buttons start commands show it."""
        for panel in self.closable:
            if isinstance(panel, SidePanel):
                panel.show_busy(busy)

    def say_error(self, words: str) -> bool:
        """Show the text of an expected failure in the current panel; False where it has no message line."""
        panel = self.currentWidget()
        if not isinstance(panel, SidePanel):
            return False
        panel.say_error(words)
        return True
