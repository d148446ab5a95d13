"""The page of keys: all shortcuts of the window and its pages, by scope."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout

from app.ui.page.base import Page
from app.ui.page.context import PageContext
from app.ui.page.requests import GoBack
from app.ui.widgets.parts import button, card, label, rule
from app.ui.widgets.shortcuts import BACK, Scope, Shortcut


class ShortcutsPage(Page):
    """Lists the shortcuts. Esc, or Back, leaves it."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        frame, layout = card("shortcuts")
        layout.setContentsMargins(28, 22, 28, 22)
        head = QHBoxLayout()
        head.addWidget(label(self.tr("Keys"), "title"))
        head.addStretch(1)
        self._back = button(BACK.after(self.tr("Back")), "shortcutsBack", self._leave)
        head.addWidget(self._back)
        layout.addLayout(head)
        columns = QHBoxLayout()
        columns.setSpacing(40)
        first, *others = _by_scope(context.shortcuts)
        columns.addLayout(_group(first, (self.tr("Scanner"), self._scanner_words())))
        beside = QVBoxLayout()
        beside.setSpacing(20)
        for shortcuts in others:
            beside.addLayout(_group(shortcuts))
        beside.addStretch(1)
        columns.addLayout(beside)
        layout.addLayout(columns)
        layout.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(14, 14, 14, 14)
        outer.addWidget(frame)

    def begin(self) -> None:
        self._back.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if BACK.is_pressed(event):
            self._leave()
        else:
            super().keyPressEvent(event)

    def _leave(self) -> None:
        self._context.ask(GoBack())

    def _scanner_words(self) -> str:
        return self.tr("Puts the product in the cart; on the Stock page, finds it")


def _by_scope(shortcuts: Sequence[Shortcut]) -> list[list[Shortcut]]:
    """The shortcuts of the page of keys, grouped by scope, in their given order."""
    groups: dict[Scope, list[Shortcut]] = {}
    for shortcut in shortcuts:
        if shortcut.description is not None and shortcut.scope.title is not None:
            groups.setdefault(shortcut.scope, []).append(shortcut)
    return list(groups.values())


def _group(shortcuts: Sequence[Shortcut], *before: tuple[str, str]) -> QVBoxLayout:
    """A scope's title and keys. `before` are rows (name, description) of other input, like the scanner."""
    title = shortcuts[0].scope.title
    assert title is not None, "a scope without a title is not on this page"
    rows = [
        *before,
        *(
            (shortcut.name, shortcut.description())
            for shortcut in shortcuts
            if shortcut.description is not None
        ),
    ]
    column = QVBoxLayout()
    column.setSpacing(10)
    column.addWidget(label(title(), "heading"))
    column.addWidget(rule())
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(10)
    for row, (key, words) in enumerate(rows):
        cap = label(key, "keycap")
        cap.setAlignment(Qt.AlignmentFlag.AlignCenter)
        grid.addWidget(cap, row, 0)
        grid.addWidget(label(words, wrap=True), row, 1)
    grid.setColumnStretch(1, 1)
    column.addLayout(grid)
    column.addStretch(1)
    return column
