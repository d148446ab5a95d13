"""Reviews the suggestions for similar conflicts before all of them are decided at once."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.services.sync.decide_alike import SimilarConflict
from app.ui.widgets.parts import button, label
from app.ui.widgets.shortcuts import BACK
from app.ui.widgets.two_line import TwoLineList, TwoLines


class BatchDialog(QDialog):
    """Signals:
    agreed(list): decide these as suggested.
    """

    agreed = Signal(object)

    def __init__(self, alike: Sequence[SimilarConflict], parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setObjectName("batchDialog")
        self.setWindowTitle(self.tr("Apply the suggestion to all of them"))
        self.resize(620, 520)
        self._alike = list(alike)
        shown = TwoLineList("alike", self.tr("Conflicts and what is suggested"), "").only_to_read()
        shown.rows.show([TwoLines(conflict.title, figure=conflict.label) for conflict in alike])
        words = self.tr("Apply the suggestion to all %n similar", "", len(self._alike))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(label(self.tr("What each of them would become"), "title", wrap=True))
        layout.addWidget(
            label(
                self.tr("Each can be opened again later. What changes meanwhile is left alone."),
                "muted",
                wrap=True,
            )
        )
        layout.addWidget(shown, 1)
        row = QHBoxLayout()
        self._later = button(BACK.after(self.tr("Not now")), "batchLater", self.reject)
        row.addWidget(self._later)
        row.addStretch(1)
        row.addWidget(button(words, "batchAgree", self._agree, role="primary"))
        layout.addLayout(row)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._later.setFocus()  # so that Enter alone decides nothing

    def _agree(self) -> None:
        self.agreed.emit(self._alike)
        self.accept()
