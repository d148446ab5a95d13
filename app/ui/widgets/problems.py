"""What is wrong with a field, in words under it: shown with the focus on the field, until its text changes.

A form never empties itself for a refusal, and no field cuts off what is pasted into it: a text that is too
long is refused like any other. A refusal names the input that it is about (`DomainError.about`); `at` and
`at_fields` say which field that input has, and what carries the refusal out (`tasks`, a slot's `except`)
calls `show`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QComboBox, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from app.domain.errors import DomainError
from app.ui.widgets import theme
from app.ui.widgets.parts import announce
from app.ui.widgets.plain_text import PlainLabel
from app.ui.widgets.theme import Tone

_PROBLEM = "Problem"
"""Behind the field's object name: the name of the label with its problem."""


class AtField(DomainError):
    """A refusal of what a field has."""

    def __init__(self, field: QWidget, words: str) -> None:
        super().__init__(words)
        self._field = field

    def show(self) -> None:
        """Say it under the field, and put the focus there. What was typed stays."""
        _label_of(self._field).say(str(self))


@contextmanager
def at(field: QWidget) -> Iterator[None]:
    """Whatever is refused inside is about this field. Raises AtField."""
    try:
        yield
    except AtField:
        raise
    except DomainError as error:
        raise AtField(field, str(error)) from error


@contextmanager
def at_fields(fields: Mapping[str, QWidget]) -> Iterator[None]:
    """What is refused inside is about the field of the input that it names; a refusal of nothing that has a
    field passes as it is. Raises AtField.
    """
    try:
        yield
    except AtField:
        raise
    except DomainError as error:
        field = fields.get(error.about)
        if field is None:
            raise
        raise AtField(field, str(error)) from error


def show(error: DomainError, otherwise: Callable[[str], None]) -> None:
    """Show a refusal at its field, or by `otherwise` where it is about none."""
    if isinstance(error, AtField):
        error.show()
    else:
        otherwise(str(error))


def words_at(field: QWidget) -> str:
    """The problem that is shown under a field; empty where there is none."""
    shown = _around(field).findChild(Problem, field.objectName() + _PROBLEM)
    return "" if shown is None or shown.isHidden() else shown.text()


class Problem(PlainLabel):
    """The line under a field. It goes when the text changes, or when the form is left."""

    def __init__(self, field: QWidget) -> None:
        super().__init__(wraps=True)
        self._field = field
        self.setObjectName(field.objectName() + _PROBLEM)
        self.setProperty("role", "small")
        self.setProperty("tone", str(Tone.BAD))
        self.hide()
        field.installEventFilter(self)
        if isinstance(field, QLineEdit):
            field.textChanged.connect(lambda _text: self.forget())
        elif isinstance(field, QComboBox):
            field.currentTextChanged.connect(lambda _text: self.forget())
            field.editTextChanged.connect(lambda _text: self.forget())

    def say(self, words: str) -> None:
        self.setText(words)
        self.show()
        theme.restyle(self._field, tone=Tone.BAD)
        self._field.setAccessibleDescription(words)
        self._field.setFocus()
        _scroll_to(self._field)
        announce(self._field, words)

    def forget(self) -> None:
        if self.isHidden():
            return
        self.hide()
        theme.restyle(self._field, tone=Tone.PLAIN)
        self._field.setAccessibleDescription("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Hide and not event.spontaneous():
            self.forget()
        return super().eventFilter(watched, event)


def _label_of(field: QWidget) -> Problem:
    """The line under a field, which is laid out when it is first needed."""
    around = _around(field)
    shown = around.findChild(Problem, field.objectName() + _PROBLEM)
    if shown is not None:
        return shown
    both = QWidget()
    layout = QVBoxLayout(both)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    outer = around.layout()
    assert outer is not None, "a field is laid out in its form"
    outer.replaceWidget(field, both)
    layout.addWidget(field)
    field.show()
    shown = Problem(field)
    layout.addWidget(shown)
    return shown


def _around(field: QWidget) -> QWidget:
    around = field.parentWidget()
    assert around is not None, "a field is a part of its form"
    return around


def _scroll_to(field: QWidget) -> None:
    around = field.parentWidget()
    while around is not None:
        if isinstance(around, QScrollArea):
            around.ensureWidgetVisible(field)
        around = around.parentWidget()
