"""The cart as a table: a model over the immutable Cart, and a view that steps, edits and removes rows.

The view only requests changes, by signals: the sell page owns the cart.
"""

from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.domain.cart import Cart, CartLine
from app.domain.quantity import format_quantity
from app.domain.text import on_paper
from app.domain.vocabulary.units import unit_of
from app.ui.widgets import theme
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import draw_hint
from app.ui.widgets.plain_text import PlainModel
from app.ui.widgets.shortcuts import ONE_LESS, ONE_MORE, SEARCH, TAKE
from app.ui.widgets.two_line import TwoLines, paint_background, paint_two_lines

ITEM, QUANTITY, TOTAL, REMOVE = range(4)
ROW_PX = 56
TARGET_PX = 44

_ANSWERED_ROLES = frozenset(
    {
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.EditRole,
        Qt.ItemDataRole.AccessibleTextRole,
        Qt.ItemDataRole.ToolTipRole,
    }
)

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class CartModel(PlainModel, QAbstractTableModel):
    """Rows in the order they were rung up. The EditRole of the quantity is text that the editor can parse."""

    def __init__(self, formatter: Formatter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._formatter = formatter
        self._lines: tuple[CartLine, ...] = ()

    def show(self, cart: Cart) -> None:
        """Show the cart's lines. Rows that exist before and after retain their selection."""
        before, after = self._lines, cart.lines
        if [line.line_id for line in before] == [line.line_id for line in after]:
            self._lines = after
            if after:
                self.dataChanged.emit(self.index(0, 0), self.index(len(after) - 1, REMOVE))
        elif before and after[:-1] == before:
            self.beginInsertRows(_NO_PARENT, len(before), len(before))
            self._lines = after
            self.endInsertRows()
        else:
            self.beginResetModel()
            self._lines = after
            self.endResetModel()

    def line(self, row: int) -> CartLine | None:
        return self._lines[row] if 0 <= row < len(self._lines) else None

    def row_of(self, line_id: int) -> int:
        return next((row for row, line in enumerate(self._lines) if line.line_id == line_id), -1)

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else REMOVE + 1

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == QUANTITY else flags

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Item"), self.tr("Quantity"), self.tr("Amount"), "")[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGNMENTS[section]
        return None

    def cell(self, index: Index, role: int) -> Any:
        if role not in _ANSWERED_ROLES:  # the view asks for seven more roles, left to their defaults
            return None
        line = self.line(index.row())
        if line is None:
            return None
        column = index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(line, column)
            case Qt.ItemDataRole.EditRole if column == QUANTITY:
                return format_quantity(line.quantity, line.unit)
            case Qt.ItemDataRole.AccessibleTextRole | Qt.ItemDataRole.ToolTipRole:
                return self._spoken(line, column)
        return None

    def _text(self, line: CartLine, column: int) -> str:
        match column:
            case 0:
                price = self._formatter.amount(line.unit_price_minor)
                priced = str(unit_of(line.unit).priced).format(price=price)
                return f"{on_paper(line.description)}\n{priced}{self._change_text(line)}"
            case 1:
                return self._formatter.quantity(line.quantity, line.unit)
            case 2:
                return self._formatter.amount(line.total_minor)
        return ""

    def _change_text(self, line: CartLine) -> str:
        """How the line differs from the catalogue: its price, and its discount."""
        parts = []
        if line.has_other_price:
            asked = self._formatter.amount(line.list_price_minor)
            parts.append(self.tr("instead of {price}").format(price=asked))
        if line.discount_minor:
            parts.append(
                self.tr("discount {amount}").format(amount=self._formatter.amount(-line.discount_minor))
            )
        return "".join(f" · {part}" for part in parts)

    def _spoken(self, line: CartLine, column: int) -> str:
        if column == REMOVE:
            return self.tr("Remove {item}").format(item=line.description)
        return self._text(line, column)


_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_ALIGNMENTS = (_LEFT, Qt.AlignmentFlag.AlignCenter, _RIGHT, Qt.AlignmentFlag.AlignCenter)


class CartDelegate(QStyledItemDelegate):
    """Paints a line with − and + beside its quantity, and edits the quantity in place.

    Signals:
        stepped(int, int): row, and −1 or +1.
        typed(int, str): row, and the typed quantity.
        removed(int): row.
    """

    stepped = Signal(int, int)
    typed = Signal(int, str)
    removed = Signal(int)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        text = str(index.data() or "")
        self.initStyleOption(option, index)
        paint_background(painter, option)
        painter.save()
        match index.column():
            case 0:
                name, _, price = text.partition("\n")
                paint_two_lines(painter, option, TwoLines(name, price))
            case 1:
                self._paint_stepper(painter, option, text)
            case 2:
                painter.setFont(theme.tabular(option.font))
                painter.setPen(QColor(theme.tokens()["text"]))
                painter.drawText(option.rect.adjusted(4, 0, -8, 0), _RIGHT, text)
            case 3:
                image = theme.pixmap("close", "muted", 20)
                corner = option.rect.center() - QPoint(9, 9)
                painter.drawPixmap(corner, image)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(super().sizeHint(option, index).width(), ROW_PX)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setObjectName("quantityEditor")
        editor.setAccessibleName(self.tr("Quantity"))
        editor.setProperty("role", "cell")
        editor.setAlignment(Qt.AlignmentFlag.AlignCenter)
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        editor.setText(str(index.data(Qt.ItemDataRole.EditRole)))
        editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        if editor.text() != index.data(Qt.ItemDataRole.EditRole):
            self.typed.emit(index.row(), editor.text())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        editor.setGeometry(option.rect.adjusted(TARGET_PX - 2, 6, -TARGET_PX + 2, -6))

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        if event.type() not in {QEvent.Type.MouseButtonRelease, QEvent.Type.MouseButtonDblClick}:
            return False
        if not isinstance(event, QMouseEvent) or event.button() != Qt.MouseButton.LeftButton:
            return False
        position = event.position().toPoint()
        if index.column() == REMOVE and event.type() == QEvent.Type.MouseButtonRelease:
            self.removed.emit(index.row())
            return True
        if index.column() != QUANTITY:
            return False
        for step, rect in _step_targets(option.rect):
            if rect.contains(position):
                # The second of two quick presses arrives as a double click, followed by its own release.
                if event.type() == QEvent.Type.MouseButtonRelease:
                    self.stepped.emit(index.row(), step)
                return True
        return False

    def _paint_stepper(self, painter: QPainter, option: QStyleOptionViewItem, text: str) -> None:
        colours = theme.tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for step, target in _step_targets(option.rect):
            box = target.adjusted(5, 5, -5, -5)
            painter.setPen(QPen(QColor(colours["strong_border"]), 1))
            painter.setBrush(QColor(colours["surface"]))
            painter.drawRoundedRect(box, 6, 6)
            painter.setPen(QPen(QColor(colours["text"]), 2))
            centre = box.center()
            painter.drawLine(centre.x() - 5, centre.y(), centre.x() + 6, centre.y())
            if step > 0:
                painter.drawLine(centre.x(), centre.y() - 5, centre.x(), centre.y() + 6)
        painter.setFont(theme.tabular(option.font))
        painter.setPen(QColor(colours["text"]))
        middle = option.rect.adjusted(TARGET_PX, 0, -TARGET_PX, 0)
        painter.drawText(middle, Qt.AlignmentFlag.AlignCenter, text)


def _step_targets(cell: QRect) -> tuple[tuple[int, QRect], tuple[int, QRect]]:
    top = cell.center().y() - TARGET_PX // 2
    less = QRect(cell.left(), top, TARGET_PX, TARGET_PX)
    more = QRect(cell.right() - TARGET_PX + 1, top, TARGET_PX, TARGET_PX)
    return (-1, less), (1, more)


class CartTable(QTableView):
    """Keys in the table: + and − step, Enter types a quantity, Delete removes the line.

    Signals:
        stepRequested(int, int), quantityTyped(int, str), removeRequested(int): by line id.
    """

    stepRequested = Signal(int, int)
    quantityTyped = Signal(int, str)
    removeRequested = Signal(int)

    def __init__(self, model: CartModel) -> None:
        super().__init__()
        self.setObjectName("cartTable")
        self.setAccessibleName(self.tr("Cart"))
        self.setModel(model)
        self._cart_model = model
        delegate = CartDelegate(self)
        delegate.stepped.connect(lambda row, step: self.stepRequested.emit(self._line_id(row), step))
        delegate.typed.connect(lambda row, text: self.quantityTyped.emit(self._line_id(row), text))
        delegate.removed.connect(lambda row: self.removeRequested.emit(self._line_id(row)))
        self.setItemDelegate(delegate)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(ITEM, QHeaderView.ResizeMode.Stretch)
        for column, width in ((QUANTITY, 168), (TOTAL, 100), (REMOVE, TARGET_PX)):
            header.resizeSection(column, width)

    def select_line(self, line_id: int) -> None:
        """Select a line and scroll to it, without taking the focus."""
        row = self._cart_model.row_of(line_id)
        if row >= 0:
            self.setCurrentIndex(self._cart_model.index(row, QUANTITY))
            self.scrollTo(self._cart_model.index(row, ITEM))

    def current_line_id(self) -> int | None:
        line = self._cart_model.line(self.currentIndex().row())
        return None if line is None else line.line_id

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._cart_model.rowCount() == 0:
            draw_hint(
                self, self.tr("Scan an item, or press {key} to find one by name.").format(key=SEARCH.name)
            )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        line_id = self.current_line_id()
        if line_id is None or self.state() == QAbstractItemView.State.EditingState:
            super().keyPressEvent(event)
        elif ONE_MORE.is_pressed(event):
            self.stepRequested.emit(line_id, 1)
        elif ONE_LESS.is_pressed(event):
            self.stepRequested.emit(line_id, -1)
        elif TAKE.is_pressed(event):
            self.edit(self._cart_model.index(self.currentIndex().row(), QUANTITY))
        else:
            super().keyPressEvent(event)

    def _line_id(self, row: int) -> int:
        line = self._cart_model.line(row)
        assert line is not None
        return line.line_id
