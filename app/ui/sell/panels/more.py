"""Occasional actions at the counter: reprint, open the drawer, empty the cart, arrange quick keys."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.errors import DomainError
from app.ui.sell.panels.panel import SidePanel
from app.ui.widgets import problems
from app.ui.widgets.parts import Pages, button, label
from app.ui.widgets.plain_text import set_tip
from app.ui.widgets.reason_field import ReasonField


class MorePanel(SidePanel):
    """Signals:
    reprintWanted(), emptyCartWanted().
    quickKeyWanted(), quickKeyFirstWanted(): toggle the quick key of the selected line; move it to the front.
    drawerWanted(str): open the drawer without a sale, for this reason.
    """

    reprintWanted = Signal()
    emptyCartWanted = Signal()
    quickKeyWanted = Signal()
    quickKeyFirstWanted = Signal()
    drawerWanted = Signal(str)

    def __init__(self) -> None:
        super().__init__("more", self.tr("Back"))
        self._steps = Pages()
        self._steps.addWidget(self._choices())
        self._steps.addWidget(self._drawer_step())
        self._layout.addWidget(label(self.tr("More"), "title"))
        self._layout.addWidget(self._message)
        self._layout.addWidget(self._steps, 1)
        self._layout.addWidget(self._back)

    def ask(self, *, has_line: bool, has_cart: bool, has_quick_key: bool) -> None:
        """Enable the actions that the cart, its selected line and that line's quick key allow."""
        self._message.clear()
        self._steps.setCurrentIndex(0)
        self._empty.setEnabled(has_cart)
        self._quick_key.setEnabled(has_line)
        caption = self.tr("Take its quick key away") if has_quick_key else self.tr("Make it a quick key")
        self._quick_key.setText(caption)
        self._quick_key.setAccessibleName(caption)
        self._quick_key_first.setVisible(has_quick_key)
        set_tip(self._quick_key, "" if has_line else self.tr("Choose a line of the cart first."))
        self._reprint.setFocus()

    def _choices(self) -> QWidget:
        self._reprint = button(self.tr("Last receipt again…"), "reprintLast", self.reprintWanted.emit)
        self._empty = button(self.tr("Empty the cart"), "emptyCart", self.emptyCartWanted.emit)
        self._quick_key = button("", "quickKeyOfLine", self.quickKeyWanted.emit)
        self._quick_key_first = button(
            self.tr("Put its quick key first"), "quickKeyFirst", self.quickKeyFirstWanted.emit
        )
        drawer = button(self.tr("Open the drawer without a sale…"), "openDrawer", self._ask_why)
        step = QWidget()
        layout = QVBoxLayout(step)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        for made in (self._reprint, drawer, self._empty, self._quick_key, self._quick_key_first):
            layout.addWidget(made)
        layout.addStretch(1)
        return step

    def _drawer_step(self) -> QWidget:
        self._reason = ReasonField(
            "drawerReason",
            self.tr("Reason"),
            (self.tr("Change a note"), self.tr("Check the cash"), self.tr("Put a roll of coins in")),
        )
        step = QWidget()
        layout = QVBoxLayout(step)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(label(self.tr("Why is the drawer opened?"), "heading", wrap=True))
        layout.addWidget(self._reason)
        row = QHBoxLayout()
        row.addWidget(
            button(self.tr("Open the drawer"), "openDrawerNow", self._open_drawer, role="primary"), 1
        )
        layout.addLayout(row)
        layout.addStretch(1)
        return step

    def _ask_why(self) -> None:
        self._message.clear()
        self._reason.clear_reason()
        self._steps.setCurrentIndex(1)
        self._reason.setFocus()

    def _open_drawer(self) -> None:
        try:
            self.drawerWanted.emit(self._reason.reason)
        except DomainError as error:
            problems.show(error, self._message.say_error)
