"""Table models and the view of the Sync centre's lists: operations and conflicts in the clerk's language."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from app.services.sync.conflicts import ConflictView, DecidedConflict
from app.services.sync.queue import QueueRow
from app.ui.widgets import theme
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import draw_hint
from app.ui.widgets.plain_text import PlainModel
from app.ui.widgets.shortcuts import CONFIRM

WHAT, DETAIL, WHEN, STATE = range(4)
MINUTE_MS = 60_000

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
RowT = TypeVar("RowT")


class RowsModel(PlainModel, QAbstractTableModel, Generic[RowT]):
    """Four columns of text; subclasses define their content."""

    def __init__(self, formatter: Formatter, now_ms: Callable[[], int], parent: QObject | None) -> None:
        super().__init__(parent)
        self._formatter = formatter
        self._now_ms = now_ms
        self._rows: Sequence[RowT] = ()

    def show(self, rows: Sequence[RowT]) -> None:
        """Replace all rows."""
        if rows == self._rows:
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rows(self) -> Sequence[RowT]:
        return self._rows

    def row(self, number: int) -> RowT | None:
        """None where `number` is out of range."""
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def tick(self) -> None:
        """Repaint count-downs and ages; called every second."""
        if self._rows:
            self.dataChanged.emit(self.index(0, WHEN), self.index(len(self._rows) - 1, STATE))

    def titles(self) -> tuple[str, str, str, str]:
        """The column headers."""
        raise NotImplementedError

    def text(self, row: RowT, column: int) -> str:
        """The text of a cell."""
        raise NotImplementedError

    def token(self, row: RowT) -> str:
        """The theme token that colours the row's state."""
        raise NotImplementedError

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else STATE + 1

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.titles()[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def cell(self, index: Index, role: int) -> Any:
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return self.text(row, index.column())
            case Qt.ItemDataRole.ForegroundRole if index.column() == STATE:
                return QColor(theme.tokens()[self.token(row)])
            case Qt.ItemDataRole.ForegroundRole if index.column() in {DETAIL, WHEN}:
                return QColor(theme.tokens()["muted"])
        return None


class QueueModel(RowsModel[QueueRow]):
    """ "Sale T2-000417", "3 items · 18.40 · Maria", 14:05, "Waiting"."""

    def titles(self) -> tuple[str, str, str, str]:
        return self.tr("What"), "", self.tr("When"), self.tr("State")

    def text(self, row: QueueRow, column: int) -> str:
        match column:
            case 0:
                return row.title
            case 1:
                return row.detail
            case 2:
                return self._formatter.moment(row.at_ms, self._now_ms())
        return self._state_words(row)

    def token(self, row: QueueRow) -> str:
        tokens = {
            "completed": "good",
            "processing": "busy",
            "dead_letter": "bad",
            "blocked": "warn",
            "flagged": "warn",
        }
        return tokens.get(row.status, "text")

    def _state_words(self, row: QueueRow) -> str:
        left_ms = (row.next_attempt_ms or 0) - self._now_ms()
        if row.status == "pending" and row.next_attempt_ms is not None and left_ms > 0:
            again = self.tr("Will try again at {time} (in {seconds} s)")
            return again.format(time=self._formatter.time(row.next_attempt_ms), seconds=-(-left_ms // 1000))
        texts = {
            "pending": self.tr("Waiting"),
            "processing": self.tr("Sending…"),
            "blocked": self.tr("Waits for an earlier decision"),
            "dead_letter": self.tr("Refused"),
            "completed": self.tr("At the server"),
            "quarantined": self.tr("With the manager"),
            "flagged": self.tr("To be looked at"),
        }
        return texts.get(row.status, row.status)


class ConflictModel(RowsModel[ConflictView]):
    """Open conflicts, with their ages."""

    def titles(self) -> tuple[str, str, str, str]:
        return self.tr("What"), self.tr("Where it comes from"), self.tr("Open"), self.tr("State")

    def text(self, row: ConflictView, column: int) -> str:
        match column:
            case 0:
                if row.resource_type == "stock_level":
                    return self.tr("Stock of {product}").format(product=row.title)
                return row.title
            case 1:
                return self.tr("This till") if row.mine else self.tr("Another till")
            case 2:
                return self._age_words(row.opened_ms)
        return self.tr("Decided, not sent yet") if row.decided else self.tr("To be decided")

    def token(self, row: ConflictView) -> str:
        return "busy" if row.decided else "warn"

    def _age_words(self, opened_ms: int) -> str:
        minutes = max(0, (self._now_ms() - opened_ms) // MINUTE_MS)
        if minutes < 1:
            return self.tr("just now")
        if minutes < 120:
            return self.tr("%n min", "", minutes)
        hours = minutes // 60
        if hours < 48:
            return self.tr("%n hour(s)", "", hours)
        return self.tr("%n day(s)", "", hours // 24)


class DecidedModel(RowsModel[DecidedConflict]):
    """Decided conflicts: how and by whom."""

    def titles(self) -> tuple[str, str, str, str]:
        return self.tr("What"), self.tr("Decided by"), "", self.tr("As")

    def text(self, row: DecidedConflict, column: int) -> str:
        match column:
            case 0:
                return row.title
            case 1:
                return row.decided_by or ""
            case 2:
                return ""
        texts = {
            "accept_local": self.tr("the till’s side"),
            "accept_server": self.tr("the server’s side"),
            "merge": self.tr("both together"),
        }
        return texts.get(row.resolution or "", row.resolution or "")

    def token(self, row: DecidedConflict) -> str:
        return "muted"


class ColouredDelegate(QStyledItemDelegate):
    """Paints cells in their own colour in selected rows too."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        colour = index.data(Qt.ItemDataRole.ForegroundRole)
        if isinstance(colour, QColor):
            option.palette.setColor(QPalette.ColorRole.HighlightedText, colour)


class RowsTable(QTableView):
    """Signals:
    picked(int): the current row changed; −1 for none.
    opened(int): Enter or a double click on a row.
    """

    picked = Signal(int)
    opened = Signal(int)

    def __init__(self, model: RowsModel[Any], name: str, title: str, hint: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._hint = hint
        self.setModel(model)
        self.setItemDelegate(ColouredDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(44)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(WHEN, QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(STATE, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(WHEN, 140)
        header.resizeSection(STATE, 268)
        self.selectionModel().currentRowChanged.connect(lambda now, _before: self.picked.emit(now.row()))
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))

    def pick_first(self) -> None:
        """Select the first row where none is selected."""
        if not self.currentIndex().isValid() and self.model().rowCount():
            self.setCurrentIndex(self.model().index(0, 0))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.model().rowCount() == 0:
            draw_hint(self, self._hint)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if CONFIRM.is_pressed(event) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().row())
        else:
            super().keyPressEvent(event)
