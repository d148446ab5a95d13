"""The parts that the sections of the settings page are made of."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.ui.widgets.parts import form_label
from app.ui.widgets.plain_text import PlainCombo, PlainText

FIELD_WIDTH_MAX = 420


def choice(name: str, title: str, choices: Sequence[tuple[str, object]]) -> QComboBox:
    """A list to choose from: texts, and the value of each."""
    made = PlainCombo()
    made.setObjectName(name)
    made.setAccessibleName(title)
    for shown, value in choices:
        made.addItem(shown, value)
    return made


def check(name: str, title: str) -> QCheckBox:
    made = QCheckBox(title)
    made.setObjectName(name)
    made.setAccessibleName(title)
    made.setMinimumHeight(44)
    return made


def text(name: str, title: str) -> QPlainTextEdit:
    """A few lines to type."""
    made = PlainText()
    made.setObjectName(name)
    made.setAccessibleName(title)
    made.setTabChangesFocus(True)
    made.setMaximumHeight(72)
    return made


def form(*rows: tuple[str, QWidget]) -> QWidget:
    """A form; a row without a title has its own caption."""
    section = QWidget()
    column = QVBoxLayout(section)
    column.setContentsMargins(0, 0, 0, 0)
    fields = QFormLayout()
    fields.setSpacing(10)
    fields.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    fields.setLabelAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
    for title, made in rows:
        if title:
            fields.addRow(form_label(title, made), made)
        else:
            fields.addRow("", made)
        made.setMaximumWidth(FIELD_WIDTH_MAX)
    column.addLayout(fields)
    column.addStretch(1)
    return section
