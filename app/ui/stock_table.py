"""The stock of this place as a table of any length: pages come from the store as a person scrolls."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from app.services import inventory
from app.services.inventory import StockRow
from app.services.till import Till
from app.ui import theme
from app.ui.formatting import Formatter
from app.ui.parts import draw_hint

PAGE_ROWS = 100
PRODUCT, CODE, ON_HAND, STATE = range(4)

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class StockModel(QAbstractTableModel):
    """What a search found, page by page."""

    def __init__(self, till: Till, formatter: Formatter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._till = till
        self._formatter = formatter
        self._words = ""
        self._rows: list[StockRow] = []
        self._total = 0

    @property
    def total(self) -> int:
        return self._total

    def search(self, words: str) -> None:
        self._words = words
        self._load(PAGE_ROWS)

    def reload(self) -> None:
        """Read again what is loaded, where too much changed to name it."""
        self._load(max(PAGE_ROWS, len(self._rows)))

    def refresh(self, product_ids: frozenset[str]) -> None:
        """Read again the rows of these products; the rest stays as it is."""
        for row, shown in enumerate(self._rows):
            if shown.product.id in product_ids:
                self._rows[row] = inventory.stock_row(self._till, shown.product.id)
                self.dataChanged.emit(self.index(row, 0), self.index(row, STATE))

    def row(self, number: int) -> StockRow | None:
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def row_of(self, product_id: str) -> int:
        return next((n for n, row in enumerate(self._rows) if row.product.id == product_id), -1)

    def canFetchMore(self, parent: Index = _NO_PARENT) -> bool:
        return not parent.isValid() and len(self._rows) < self._total

    def fetchMore(self, parent: Index = _NO_PARENT) -> None:
        page = inventory.stock_page(self._till, self._words, limit=PAGE_ROWS, offset=len(self._rows))
        self._total = page.total
        if not page.rows:
            return
        self.beginInsertRows(_NO_PARENT, len(self._rows), len(self._rows) + len(page.rows) - 1)
        self._rows.extend(page.rows)
        self.endInsertRows()

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
            return (self.tr("Product"), self.tr("Code"), self.tr("On hand"), "")[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section == ON_HAND else _LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._rows[index.row()]
        column = index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(row, column)
            case Qt.ItemDataRole.ToolTipRole:
                return row.product.name if column == PRODUCT else self._text(row, column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _RIGHT if column == ON_HAND else _LEFT
            case Qt.ItemDataRole.ForegroundRole:
                return self._colour(row, column)
        return None

    def _text(self, row: StockRow, column: int) -> str:
        match column:
            case 0:
                return row.product.name
            case 1:
                return row.product.sku or row.product.barcode or ""
            case 2:
                return self._formatter.quantity(row.on_hand, row.product.unit)
        return self._state_words(row)

    def _state_words(self, row: StockRow) -> str:
        if row.in_conflict:
            return self.tr("To be decided")
        if row.on_hand < 0:
            return self.tr("Sold more than counted")
        if row.unsent:
            return self.tr("{count} not sent").format(count=row.unsent)
        return ""

    def _colour(self, row: StockRow, column: int) -> QColor | None:
        if column in {ON_HAND, STATE} and row.on_hand < 0:
            return QColor(theme.tokens()["bad"])
        if column == STATE:
            return QColor(theme.tokens()["warn" if row.in_conflict else "muted"])
        return QColor(theme.tokens()["muted"]) if column == CODE else None

    def _load(self, limit: int) -> None:
        page = inventory.stock_page(self._till, self._words, limit=limit)
        self.beginResetModel()
        self._rows = list(page.rows)
        self._total = page.total
        self.endResetModel()


class StockTable(QTableView):
    """Signals:
    picked(str): the product whose row is now current.
    wentUp(): ↑ in the first row.
    """

    picked = Signal(str)
    wentUp = Signal()

    def __init__(self, model: StockModel) -> None:
        super().__init__()
        self.setObjectName("stockTable")
        self.setAccessibleName(self.tr("Stock"))
        self._stock_model = model
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(44)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(PRODUCT, QHeaderView.ResizeMode.Stretch)
        for column, width in ((CODE, 128), (ON_HAND, 84), (STATE, 176)):
            header.resizeSection(column, width)
        self.selectionModel().currentRowChanged.connect(self._pick)

    def show_product(self, product_id: str) -> None:
        """Make the product's row current, where it is loaded."""
        row = self._stock_model.row_of(product_id)
        if row >= 0:
            self.setCurrentIndex(self._stock_model.index(row, PRODUCT))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._stock_model.rowCount() == 0:
            draw_hint(self, self.tr("No product is called that. Try fewer letters, or part of the code."))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Up and self.currentIndex().row() <= 0:
            self.wentUp.emit()
        else:
            super().keyPressEvent(event)

    def _pick(self, current: QModelIndex, _previous: QModelIndex) -> None:
        row = self._stock_model.row(current.row())
        if row is not None:
            self.picked.emit(row.product.id)
