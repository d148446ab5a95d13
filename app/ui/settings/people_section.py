"""People and tills: what a manager does at the server about other tills and other people's accounts."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.settings.forms import FIELD_WIDTH_MAX
from app.ui.widgets.parts import button, label


class PeopleSection(QWidget):
    """A paragraph and a button for each thing to do; the page opens its dialog.

    Signals:
    codeWanted(): a new till is to be enrolled.
    resetWanted(): somebody has lost their second factor.
    """

    codeWanted = Signal()
    resetWanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        for title, words, made in (
            (
                self.tr("Another till"),
                self.tr(
                    "A new till is enrolled by a code, which holds for 15 minutes and works once. A manager "
                    "makes it here and types or scans it there."
                ),
                button(self.tr("Make a code…"), "makeCode", self.codeWanted.emit, role="primary"),
            ),
            (
                self.tr("A lost second factor"),
                self.tr(
                    "Whoever lost their telephone and their recovery codes cannot sign in at the server any "
                    "more. Who manages their account takes the second factor away."
                ),
                button(self.tr("Take it away…"), "resetFactor", self.resetWanted.emit),
            ),
        ):
            layout.addWidget(label(title, "heading"))
            paragraph = label(words, "muted", wrap=True)
            paragraph.setMaximumWidth(FIELD_WIDTH_MAX + 200)
            layout.addWidget(paragraph)
            row = QHBoxLayout()
            row.addWidget(made)
            row.addStretch(1)
            layout.addLayout(row)
            layout.addSpacing(12)
        layout.addStretch(1)
