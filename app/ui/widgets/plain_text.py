"""Plain text for Qt, which reads much as markup: tool tips, buttons, labels.

Names come from people, files and other tills. Qt shows a tool tip or label whose text looks like markup as
rich text, which loads the images that it names, and takes a "&" of a button for a shortcut. And a name of any
length must not widen a window. So what has a name in it is set by this module; a test bans all other ways.
"""

import re
from collections.abc import Iterable
from textwrap import wrap
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QStyle,
    QStyleOption,
    QWidget,
)

from app.domain.limits import shortened
from app.domain.text import on_paper

Index = QModelIndex | QPersistentModelIndex

TIP_MAX = 600
TIP_COLUMNS = 80
CAPTION_MAX = 80
SENTENCE_MAX = 40
"""Letters of a caption of the program itself; a longer one has a name in it."""
BUTTON_PX = 280
"""What a button with a name, or a box to choose from, demands at most."""
PARAGRAPH_MAX = 400
"""Letters of a paragraph in a label that wraps; the contract's longest name has 200."""
ONE_LINE_PX = 320
"""What a label of one line demands at most; where it has less than its text, it ends with …"""
_WORD_MAX = 40
_BREAK_AFTER = 20
_BREAK = "\u200b"
_NO_TAG = "\u2060"


def tip(text: str) -> str:
    """A text as a tool tip that is never read as markup, at most some lines high.

    Qt offers no way to say so, but decides by the first tag or entity that it finds. A word joiner, which
    nobody sees, behind each of their first letters keeps it from finding one.
    """
    lines = [on_screen(line) for line in shortened(text, TIP_MAX).splitlines()]
    shown = "\n".join(part for line in lines for part in (wrap(line, TIP_COLUMNS) or [line]))
    if any(map(Qt.mightBeRichText, (shown, *shown.split("\n")))):
        return re.sub(r"[<&]", rf"\g<0>{_NO_TAG}", shown)
    return shown


def set_tip(widget: QWidget, text: str) -> None:
    """Set a widget's tool tip; an empty text removes it."""
    widget.setToolTip(tip(text))


def caption(text: str, at_most: int = CAPTION_MAX) -> str:
    """A name as the text of a button: "&" is a letter of it, and no shortcut."""
    return shortened(on_screen(text), at_most).replace("&", "&&")


def on_screen(text: str) -> str:
    """A text as a window may have it, of one line or several: an older server's names may hold letters that
    nobody sees. What is typed by a person is judged elsewhere (`app.domain.text`).
    """
    return text if text.isascii() and text.isprintable() else "\n".join(map(on_paper, text.split("\n")))


class _Spoken:
    """Before a widget's class: what a screen reader says of it is clean, too."""

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(on_screen(name))  # type: ignore[misc]

    def setAccessibleDescription(self, description: str) -> None:
        super().setAccessibleDescription(on_screen(description))  # type: ignore[misc]


class PlainButton(_Spoken, QPushButton):
    """A button whose caption is plain text: no "&" in it makes a shortcut, and no length widens a window."""

    def __init__(self, text: str = "", *, icon: QIcon | None = None) -> None:
        super().__init__()
        if icon is not None:
            self.setIcon(icon)
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText("\n".join(caption(line) for line in text.split("\n")))

    def minimumSizeHint(self) -> QSize:
        return self._bounded(super().minimumSizeHint())

    def sizeHint(self) -> QSize:
        return self._bounded(super().sizeHint())

    def _bounded(self, hint: QSize) -> QSize:
        is_a_name = len(self.text()) > SENTENCE_MAX
        return QSize(min(hint.width(), BUTTON_PX), hint.height()) if is_a_name else hint


class PlainCombo(_Spoken, QComboBox):
    """A box to choose from, no wider than its column, whatever there is to choose."""

    def addItem(self, text: str, value: object = None) -> None:  # type: ignore[override]
        super().addItem(on_screen(text), value)

    def addItems(self, texts: Iterable[str]) -> None:
        super().addItems([on_screen(text) for text in texts])

    def minimumSizeHint(self) -> QSize:
        least = super().minimumSizeHint()
        return QSize(min(least.width(), BUTTON_PX), least.height())

    def sizeHint(self) -> QSize:
        whole = super().sizeHint()
        return QSize(min(whole.width(), BUTTON_PX), whole.height())


class PlainLine(_Spoken, QLineEdit):
    """A line to type into. What the program puts there can be typed back: it has no letter that nobody sees,
    which a form would refuse."""

    def setText(self, text: str | None) -> None:
        super().setText(on_screen(text or ""))


class PlainText(_Spoken, QPlainTextEdit):
    """Lines to read, or to type into; as `PlainLine`."""

    def setPlainText(self, text: str) -> None:
        super().setPlainText(on_screen(text))


class PlainModel:
    """Beside a Qt model: what its cells have is shown without letters that nobody sees, and its tool tips
    are no markup.
    """

    def cell(self, index: Index, role: int) -> Any:
        """What a cell has for a role, as it is in the store."""
        raise NotImplementedError

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        value = self.cell(index, role)
        if not isinstance(value, str):
            return value
        return tip(value) if role == Qt.ItemDataRole.ToolTipRole else on_screen(value)


class PlainLabel(_Spoken, QLabel):
    """A label of plain text. A text of several lines breaks where it must, a text of one line ends with …

    `is_whole`: however long, its paragraphs are not cut off; it stands where it can be scrolled.
    """

    def __init__(self, text: str = "", *, wraps: bool = False, is_whole: bool = False) -> None:
        super().__init__()
        self._paragraph_max = len(text) if is_whole else PARAGRAPH_MAX
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wraps)
        self.setText(text)

    def setText(self, text: str) -> None:
        clean = on_screen(text)
        super().setText(_breakable(clean, self._paragraph_max) if self.wordWrap() else clean)

    def minimumSizeHint(self) -> QSize:
        return self._bounded(super().minimumSizeHint())

    def sizeHint(self) -> QSize:
        whole = super().sizeHint()
        return whole if len(self.text()) <= PARAGRAPH_MAX else self._bounded(whole)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.wordWrap() or self.buddy() is not None or not self._lacks_room():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        option = QStyleOption()
        option.initFrom(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, painter, self)
        room = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(self.alignment()), shown)
        painter.end()

    def _bounded(self, hint: QSize) -> QSize:
        return hint if self.wordWrap() else QSize(min(hint.width(), ONE_LINE_PX), hint.height())

    def _lacks_room(self) -> bool:
        text = self.text()
        return "\n" not in text and self.fontMetrics().horizontalAdvance(text) > self.contentsRect().width()


def _breakable(text: str, at_most: int) -> str:
    """The text with paragraphs that fit a panel, and places to break the words that would not."""
    paragraphs = (shortened(one, at_most) for one in text.split("\n"))
    return "\n".join(re.sub(rf"\S{{{_WORD_MAX},}}", _broken, one) for one in paragraphs)


def _broken(word: re.Match[str]) -> str:
    parts = (word[0][start : start + _BREAK_AFTER] for start in range(0, len(word[0]), _BREAK_AFTER))
    return _BREAK.join(parts)
