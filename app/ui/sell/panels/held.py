"""The held sales, to recall one of them."""

from collections.abc import Sequence

from PySide6.QtCore import Signal

from app.services.selling import open_sales
from app.services.selling.open_sales import HeldSale
from app.services.till import Till
from app.ui.sell.panels.panel import SidePanel
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import label
from app.ui.widgets.two_line import TwoLineList, TwoLines


class HeldPanel(SidePanel):
    """Signals:
    recalled(str): recall the held sale with this id.
    """

    recalled = Signal(str)

    def __init__(self, till: Till, formatter: Formatter) -> None:
        super().__init__("held", self.tr("Back"))
        self._till = till
        self._formatter = formatter
        self._held: Sequence[HeldSale] = ()
        self._list = TwoLineList("heldCarts", self.tr("Held sales"), self.tr("No sale is held at this till."))
        self._list.chosen.connect(lambda row: self.recalled.emit(self._held[row].id))
        self._layout.addWidget(label(self.tr("Held sales"), "title"))
        self._layout.addWidget(self._message)
        self._layout.addWidget(self._list, 1)
        self._layout.addWidget(self._back)

    def ask(self) -> None:
        """Read the held sales and focus the list."""
        self._message.clear()
        self.refresh()
        self._list.setFocus()
        if self._held:
            self._list.setCurrentIndex(self._list.rows.index(0))

    def refresh(self) -> None:
        self._held = open_sales.held(self._till)
        now_ms = self._till.clock.now_ms()
        self._list.rows.show(
            [
                TwoLines(
                    self._title(held),
                    f"{self._formatter.moment(held.at_ms, now_ms)} · {held.person}",
                    self._formatter.money(held.total_minor),
                )
                for held in self._held
            ]
        )

    def _title(self, held: HeldSale) -> str:
        items = self.tr("%n item(s)", "", held.items)
        return f"{held.first_item} · {items}" if held.first_item else items
