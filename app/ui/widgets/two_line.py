"""The look of every list: rows of two lines, bold over muted, with a figure at the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.domain.text import on_paper
from app.ui.widgets import theme
from app.ui.widgets.language import FIRST_STRONG_ISOLATE, POP_ISOLATE
from app.ui.widgets.parts import draw_hint
from app.ui.widgets.plain_text import PlainModel
from app.ui.widgets.shortcuts import CONFIRM, UP
from app.ui.widgets.theme import Tone

ROW_PX = 54
ROW = Qt.ItemDataRole.UserRole

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
# Both are mirrored when painted right to left.
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class TwoLines:
    """`remark` follows the second line in the colour of `tone`; `figure` is at the end of the row.

    Each is of one line, without letters that nobody sees: an older server's names may hold some.
    """

    first: str
    second: str = ""
    figure: str = ""
    remark: str = ""
    tone: Tone = Tone.PLAIN
    figure_tone: Tone = Tone.PLAIN

    def __post_init__(self) -> None:
        for name in ("first", "second", "figure", "remark"):
            object.__setattr__(self, name, on_paper(getattr(self, name)))

    @property
    def spoken(self) -> str:
        """The row as a screen reader reads it."""
        return ", ".join(part for part in (self.first, self.figure, self.second, self.remark) if part)


def paint_background(painter: QPainter, option: QStyleOptionViewItem) -> None:
    """Draw the row's background (selected or not), without text and focus frame."""
    option.text = ""
    option.state &= ~QStyle.StateFlag.State_HasFocus
    style = option.widget.style() if option.widget else QApplication.style()
    style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)


def paint_two_lines(painter: QPainter, option: QStyleOptionViewItem, row: TwoLines) -> None:
    """The rectangles of text and figure, mirrored in right-to-left layouts."""
    colours = theme.tokens()
    rect = option.rect.adjusted(12, 6, -12, -6)

    def mirrored(part: QRect) -> QRect:
        return QStyle.visualRect(option.direction, rect, part)

    painter.save()
    font = theme.tabular(option.font)
    painter.setFont(font)
    painter.setPen(QColor(colours[_token(row.figure_tone, "text")]))
    painter.drawText(rect, _RIGHT, row.figure)
    taken = painter.fontMetrics().horizontalAdvance(row.figure) + 12 if row.figure else 0
    width, half = rect.width() - taken, rect.height() // 2
    font.setWeight(font.Weight.DemiBold)
    painter.setFont(font)
    painter.setPen(QColor(colours["text"]))
    _draw(painter, mirrored(QRect(rect.left(), rect.top(), width, half)), row.first)
    font.setWeight(font.Weight.Normal)
    font.setPixelSize(13)
    painter.setFont(font)
    lower = QRect(rect.left(), rect.top() + half, width, half)
    between = " · " if row.second and row.remark else ""
    painter.setPen(QColor(colours["muted"]))
    _draw(painter, mirrored(lower), row.second, between)
    lower.setLeft(lower.left() + painter.fontMetrics().horizontalAdvance(row.second + between))
    painter.setPen(QColor(colours[_token(row.tone, "muted")]))
    _draw(painter, mirrored(lower), row.remark)
    painter.restore()


def _draw(painter: QPainter, rect: QRect, text: str, after: str = "") -> None:
    elided = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, _LEFT, f"{FIRST_STRONG_ISOLATE}{elided}{POP_ISOLATE}{after}")


def _token(tone: Tone, plain: str) -> str:
    return plain if tone is Tone.PLAIN else tone


class TwoLineModel(PlainModel, QAbstractListModel):
    """A model of rows that are replaced all at once."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[TwoLines] = ()

    def show(self, rows: Sequence[TwoLines]) -> None:
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def cell(self, index: Index, role: int) -> Any:
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.first
            case Qt.ItemDataRole.AccessibleTextRole | Qt.ItemDataRole.ToolTipRole:
                return row.spoken
            case _ if role == ROW:
                return row
        return None


class TwoLineDelegate(QStyledItemDelegate):
    """Paints what the model gives for the role ROW."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        paint_background(painter, option)
        paint_two_lines(painter, option, index.data(ROW))


class TwoLineList(QListView):
    """Signals:
    chosen(int): a row was clicked or confirmed with Enter.
    wentUp(): ↑ in the first row.
    """

    chosen = Signal(int)
    wentUp = Signal()

    def __init__(self, name: str, title: str, hint: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._hint = hint
        self.rows = TwoLineModel(self)
        self.setModel(self.rows)
        self.setItemDelegate(TwoLineDelegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.clicked.connect(lambda index: self.chosen.emit(index.row()))

    def only_to_read(self) -> "TwoLineList":
        """Make the list read-only: no row can be chosen."""
        self.setSelectionMode(QListView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return self

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.rows.rowCount() == 0:
            draw_hint(self, self._hint)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        if CONFIRM.is_pressed(event) and row >= 0:
            self.chosen.emit(row)
        elif UP.is_pressed(event) and row <= 0:
            self.wentUp.emit()
        else:
            super().keyPressEvent(event)
