"""The reason for a sensitive action: chosen from the usual ones, or typed."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QCompleter

from app.domain.errors import ReasonMissing
from app.domain.limits import TEXT_MAX
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
        line.setMaxLength(TEXT_MAX)
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
        """The chosen or typed reason. Raises ReasonMissing where it is empty."""
        reason = self.currentText().strip()
        if not reason:
            raise ReasonMissing
        return reason
