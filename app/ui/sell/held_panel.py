"""The held sales, to recall one of them."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.selling import open_sales
from app.services.selling.open_sales import HeldSale
from app.services.till import Till
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import button, card, label
from app.ui.widgets.shortcuts import BACK
from app.ui.widgets.two_line import TwoLineList, TwoLines


class HeldPanel(QWidget):
    """Signals:
    recalled(str): recall the held sale with this id.
    left(): Back, or Esc.
    """

    recalled = Signal(str)
    left = Signal()

    def __init__(self, till: Till, formatter: Formatter) -> None:
        super().__init__()
        self.setObjectName("heldPanel")
        self._till = till
        self._formatter = formatter
        self._held: Sequence[HeldSale] = ()
        self._list = TwoLineList("heldCarts", self.tr("Held sales"), self.tr("No sale is held at this till."))
        self._list.chosen.connect(lambda row: self.recalled.emit(self._held[row].id))
        frame, layout = card()
        layout.addWidget(label(self.tr("Held sales"), "title"))
        layout.addWidget(self._list, 1)
        layout.addWidget(button(BACK.after(self.tr("Back")), "heldBack", self.left.emit))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)

    def ask(self) -> None:
        """Read the held sales and focus the list."""
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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if BACK.is_pressed(event):
            self.left.emit()
        else:
            super().keyPressEvent(event)
