"""The reason for a sensitive action: chosen from the usual ones, or typed."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QCompleter

from app.domain.limits import typed_reason
from app.ui.widgets import problems
from app.ui.widgets.plain_text import PlainCombo


class ReasonField(PlainCombo):
    """An editable list, empty at first. `usual` are the reasons that it offers."""

    def __init__(self, name: str, title: str, usual: Sequence[str]) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.addItems(list(usual))
        line = self.lineEdit()
        assert line is not None, "an editable box has a line to type in"
        line.setObjectName(f"{name}Line")
        line.setAccessibleName(title)
        line.setPlaceholderText(title)
        completer = self.completer()
        if completer is not None:
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.clear_reason()

    def clear_reason(self) -> None:
        self.setCurrentIndex(-1)
        self.clearEditText()

    @property
    def reason(self) -> str:
        """The chosen or typed reason. Raises AtField where it is empty or too long."""
        with problems.at(self):
            return typed_reason(self.currentText())
