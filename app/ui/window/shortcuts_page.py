"""The keys, on one page (F1)."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout

from app.ui.page.base import Page
from app.ui.page.context import PageContext
from app.ui.page.requests import GoBack
from app.ui.widgets.parts import button, card, label, rule


class ShortcutsPage(Page):
    """Which key does what. Esc, or Back, leaves it."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        frame, layout = card("shortcuts")
        layout.setContentsMargins(28, 22, 28, 22)
        head = QHBoxLayout()
        head.addWidget(label(self.tr("Keys"), "title"))
        head.addStretch(1)
        self._back = button(self.tr("Back (Esc)"), "shortcutsBack", self._leave)
        head.addWidget(self._back)
        layout.addLayout(head)
        columns = QHBoxLayout()
        columns.setSpacing(40)
        columns.addLayout(self._everywhere())
        columns.addLayout(self._selling())
        layout.addLayout(columns)
        layout.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(14, 14, 14, 14)
        outer.addWidget(frame)

    def begin(self) -> None:
        self._back.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)

    def _leave(self) -> None:
        self._context.ask(GoBack())

    def _everywhere(self) -> QVBoxLayout:
        return _group(
            self.tr("Everywhere"),
            (
                (self.tr("Scanner"), self.tr("Puts the product in the cart; on the Stock page, finds it")),
                ("Ctrl+1", self.tr("Sell")),
                ("Ctrl+2", self.tr("Stock")),
                ("Ctrl+3", self.tr("Shift")),
                ("Ctrl+4", self.tr("Sync centre")),
                ("Ctrl+5", self.tr("Settings")),
                ("Ctrl+L", self.tr("Switch to another person")),
                ("F1", self.tr("This page")),
                ("F2", self.tr("Search")),
                ("Esc", self.tr("Back")),
            ),
        )

    def _selling(self) -> QVBoxLayout:
        return _group(
            self.tr("While selling"),
            (
                ("F4", self.tr("Hold the sale")),
                ("F5", self.tr("Recall a held sale")),
                ("F6", self.tr("Refund")),
                ("F7", self.tr("More: last receipt again, drawer, quick keys")),
                ("F8", self.tr("Discount, or another price")),
                ("F9", self.tr("Pay; while paying: cash, card, other")),
                ("↓", self.tr("From the search to what was found")),
                ("Enter", self.tr("Take what was found; in the cart: type a quantity")),
                ("+  −", self.tr("In the cart: one more, one less")),
                ("Delete", self.tr("Remove the line from the cart")),
            ),
        )


def _group(title: str, keys: tuple[tuple[str, str], ...]) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(10)
    column.addWidget(label(title, "heading"))
    column.addWidget(rule())
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(10)
    for row, (key, words) in enumerate(keys):
        cap = label(key, "keycap")
        cap.setAlignment(Qt.AlignmentFlag.AlignCenter)
        grid.addWidget(cap, row, 0)
        grid.addWidget(label(words, wrap=True), row, 1)
    grid.setColumnStretch(1, 1)
    column.addLayout(grid)
    column.addStretch(1)
    return column
