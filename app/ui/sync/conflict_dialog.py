"""Deciding a conflict: both sides with equal weight, the suggestion with its reasons, and buttons whose
captions are their results.

Enter does nothing until the focus is moved to a button, Esc is "Decide later", and scans do not reach it.
"""

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import ConflictMoved, DomainError
from app.services.sync import conflicts, decide_alike, decisions
from app.services.sync.conflicts import Comparison
from app.services.till import Actor, Till
from app.ui.sync.comparison_view import ComparisonView
from app.ui.widgets.command_dialog import CommandDialog
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import MessageLine, button
from app.ui.widgets.plain_text import set_tip
from app.ui.widgets.shortcuts import BACK, CONFIRM
from app.ui.widgets.theme import Tone
from sync_agent.contract.conflicts import Resolution


class ConflictDialog(CommandDialog):
    """Decides one conflict. Open it with `open()`.

    Signals:
        decided(str, str): the decision is saved; the conflict's id, and a text to show.
    """

    decided = Signal(str, str)

    def __init__(
        self, till: Till, comparison: Comparison, actor: Actor, formatter: Formatter, parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("conflictDialog")
        self.setWindowTitle(self.tr("Two sides disagree"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.resize(880, 560)
        self._till = till
        self._comparison = comparison
        self._actor = actor
        self._formatter = formatter
        self._build()
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if CONFIRM.is_pressed(event):
            self._press_focused_button(event)
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.setFocus()  # no button has the focus

    def _press_focused_button(self, event: QKeyEvent) -> None:
        chosen = self.focusWidget()
        if isinstance(chosen, QPushButton) and not event.isAutoRepeat():
            chosen.click()

    # --- display ---

    def _show(self) -> None:
        self._view.show_comparison(self._comparison, self._actor)
        self._name_buttons()

    def _name_buttons(self) -> None:
        suggestion = self._comparison.suggestion
        if self._comparison.is_same_article:
            self._rename(self._use_result, self.tr("Two articles: give this one another number"))
            self._rename(self._use_mine, self._one_article(self._view.my_place(in_a_sentence=True)))
            self._rename(self._use_server, self._one_article(self.tr("the server")))
            return
        self._use_result.setVisible(suggestion is not None or self._view.is_typed())
        if self._view.is_typed():
            self._rename(self._use_result, self._typed_words())
        elif suggestion is not None:
            self._rename(self._use_result, suggestion.label)
        self._rename(self._use_mine, self._side_words(Resolution.ACCEPT_LOCAL))
        self._rename(self._use_server, self._side_words(Resolution.ACCEPT_SERVER))

    def _rename(self, renamed: QPushButton, words: str) -> None:
        renamed.setText(words)
        renamed.setAccessibleName(words)

    def _typed_words(self) -> str:
        if self._comparison.resource_type != "stock_level":
            return self.tr("Use the result as typed")
        try:
            quantity = self._view.typed_result()["newQuantity"]
        except DomainError:
            return self.tr("Use the result as typed")
        return self.tr("Use {quantity} (as typed)").format(quantity=self._quantity(quantity))

    def _side_words(self, side: Resolution) -> str:
        mine = side is Resolution.ACCEPT_LOCAL
        value = self._side_value(side)
        if self._comparison.resource_type == "stock_level":
            if mine:
                words = self.tr("Use {quantity} from {place}")
                place = self._view.my_place(in_a_sentence=True)
                return words.format(quantity=self._quantity(value), place=place)
            return self.tr("Use {quantity} from the server").format(quantity=self._quantity(value))
        if self._is_about_deletion():
            return self.tr("Leave deleted") if value else self.tr("Restore")
        if mine:
            return self.tr("Use the values from {place}").format(
                place=self._view.my_place(in_a_sentence=True)
            )
        return self.tr("Use the server’s values")

    def _one_article(self, place: str) -> str:
        return self.tr("One article, with the values from {place}").format(place=place)

    def _side_value(self, side: Resolution) -> Any:
        row = self._comparison.rows[0] if self._comparison.rows else None
        if row is None:
            return None
        return row.this_till if side is Resolution.ACCEPT_LOCAL else row.server

    def _is_about_deletion(self) -> bool:
        return any(row.field == "deleted" for row in self._comparison.rows)

    def _quantity(self, quantity: int | None) -> str:
        return "–" if quantity is None else self._formatter.quantity(quantity, self._comparison.unit)

    # --- deciding ---

    def _decide_as_shown(self) -> None:
        """Decide with the Result row: the suggestion, or its edited values."""
        suggestion = self._comparison.suggestion
        if self._comparison.is_same_article:
            self._decide_as_two()
            return
        if not self._view.is_typed() and suggestion is not None:
            self._start(suggestion.resolution, decide_alike.merged_of(suggestion), suggestion.quantity)
            return
        try:
            merged = self._view.typed_result()
        except DomainError as error:
            self._message.say_error(str(error))
            return
        self._start(Resolution.MERGE, merged, merged.get("newQuantity"))

    def _decide_as_two(self) -> None:
        """Decide that they are two articles, with the number in the Result row."""
        if self._view.has_number_of_its_own():
            try:
                self._start(Resolution.MERGE, self._view.typed_result(), None)
            except DomainError as error:
                self._message.say_error(str(error))
        else:
            self._view.ask_for_number()
            self._message.say(self.tr("Type its own number into the Result row first."), Tone.WARN)

    def _decide_for(self, side: Resolution) -> None:
        quantity = self._side_value(side) if self._comparison.resource_type == "stock_level" else None
        self._start(side, None, quantity)

    def _start(self, resolution: Resolution, merged: dict[str, Any] | None, quantity: int | None) -> None:
        work = partial(self._run_resolve, resolution, merged, quantity)
        self._commands.run(work, self._message.say_error)

    async def _run_resolve(
        self, resolution: Resolution, merged: dict[str, Any] | None, quantity: int | None
    ) -> None:
        try:
            await decisions.resolve(
                self._till,
                self._comparison.conflict_id,
                resolution,
                self._actor,
                merged=merged,
                expected_server_version=self._comparison.server_version,
            )
        except ConflictMoved as moved:
            self._compare_again(str(moved))
            return
        self.decided.emit(self._comparison.conflict_id, self._decided_words(resolution, quantity))
        self.accept()

    def _decided_words(self, resolution: Resolution, quantity: int | None) -> str:
        if quantity is not None:
            return self.tr("Stock set to {quantity}").format(quantity=self._quantity(quantity))
        if self._is_about_deletion() and resolution is not Resolution.MERGE:
            deleted = self._side_value(resolution)
            return self.tr("Left deleted") if deleted else self.tr("Restored")
        return self.tr("Decided")

    def _compare_again(self, words: str) -> None:
        self._comparison = conflicts.comparison(self._till, self._comparison.conflict_id, self._actor)
        self._show()
        self._message.say(words, Tone.WARN)

    def show_busy(self, busy: bool) -> None:
        for made in (self._later, self._use_result, self._use_mine, self._use_server):
            made.setEnabled(not busy)

    # --- the dialog ---

    def _build(self) -> None:
        self._view = ComparisonView(self._till, self._formatter)
        self._view.resultChanged.connect(self._name_buttons)
        self._message = MessageLine("conflictMessage")
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scroll, 1)
        layout.addWidget(self._footer())

    def _footer(self) -> QFrame:
        self._use_result = button("", "useSuggested", self._decide_as_shown, role="primary")
        self._use_mine = button("", "useMine", lambda: self._decide_for(Resolution.ACCEPT_LOCAL))
        self._use_server = button("", "useServer", lambda: self._decide_for(Resolution.ACCEPT_SERVER))
        self._later = button(self.tr("Decide later"), "decideLater", self.reject)
        set_tip(
            self._later, self.tr("{key}. Nothing is changed until somebody decides.").format(key=BACK.name)
        )
        footer = QFrame()
        footer.setProperty("role", "footer")
        layout = QVBoxLayout(footer)
        layout.setContentsMargins(20, 12, 20, 12)
        layout.setSpacing(10)
        layout.addWidget(self._message)
        row = QHBoxLayout()
        row.setSpacing(10)
        for made in (self._use_result, self._use_mine, self._use_server):
            row.addWidget(made)
        row.addStretch(1)
        row.addWidget(self._later)
        layout.addLayout(row)
        return footer
