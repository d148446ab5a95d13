"""The stock of this location as a list of any length, read from the store page by page."""

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QListView

from app.services.stock import inventory
from app.services.stock.inventory import StockPage, StockRow, Which
from app.services.till import Till
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import draw_hint
from app.ui.widgets.plain_text import PlainModel
from app.ui.widgets.shortcuts import UP
from app.ui.widgets.theme import Tone
from app.ui.widgets.two_line import ROW, TwoLineDelegate, TwoLines

PAGE_ROWS = 100

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class StockModel(PlainModel, QAbstractListModel):
    """The products that match a search and a filter; `fetchMore` reads the next page."""

    def __init__(self, till: Till, formatter: Formatter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._till = till
        self._formatter = formatter
        self._query = ""
        self._which: Which = "all"
        self._low_stock = 0
        self._rows: list[StockRow] = []
        self._total = 0

    @property
    def total(self) -> int:
        """The number of matching products, loaded or not."""
        return self._total

    def search(self, query: str) -> None:
        """Show the products that match a name, code or barcode; all where it is empty."""
        self._query = query
        self._load(PAGE_ROWS)

    def show_which(self, which: Which, low_stock: int) -> None:
        """Filter: all, low stock (at or below `low_stock`), or oversold."""
        self._which, self._low_stock = which, low_stock
        self._load(PAGE_ROWS)

    def reload(self) -> None:
        """Read all loaded rows again."""
        self._load(max(PAGE_ROWS, len(self._rows)))

    def refresh(self, product_ids: frozenset[str]) -> None:
        """Read the rows of these products again."""
        for row, shown in enumerate(self._rows):
            if shown.product.id in product_ids:
                self._rows[row] = inventory.stock_row(self._till, shown.product.id)
                self.dataChanged.emit(self.index(row), self.index(row))

    def row(self, number: int) -> StockRow | None:
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def row_of(self, product_id: str) -> int:
        """The row number of a loaded product, −1 where it is not loaded."""
        return next((n for n, row in enumerate(self._rows) if row.product.id == product_id), -1)

    def canFetchMore(self, parent: Index = _NO_PARENT) -> bool:
        return not parent.isValid() and len(self._rows) < self._total

    def fetchMore(self, parent: Index = _NO_PARENT) -> None:
        page = inventory.stock_page(self._till, self._query, limit=PAGE_ROWS, offset=len(self._rows))
        self._total = page.total
        if not page.rows:
            return
        self.beginInsertRows(_NO_PARENT, len(self._rows), len(self._rows) + len(page.rows) - 1)
        self._rows.extend(page.rows)
        self.endInsertRows()

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def cell(self, index: Index, role: int) -> Any:
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.product.name
            case Qt.ItemDataRole.AccessibleTextRole | Qt.ItemDataRole.ToolTipRole:
                return self._lines(row).spoken
            case _ if role == ROW:
                return self._lines(row)
        return None

    def hint(self) -> str:
        """The text of an empty list."""
        return {
            "all": self.tr("Nothing found. Try three letters or more of the name, or part of the code."),
            "low": self.tr("Nothing is low."),
            "oversold": self.tr("Nothing was sold more than counted."),
        }[self._which]

    def _lines(self, row: StockRow) -> TwoLines:
        negative = row.on_hand < 0
        return TwoLines(
            first=row.product.name,
            second=row.product.sku or row.product.barcode or "",
            figure=self._formatter.quantity(row.on_hand, row.product.unit),
            remark=self._state_words(row),
            tone=Tone.BAD if negative else Tone.WARN if row.in_conflict else Tone.BUSY,
            figure_tone=Tone.BAD if negative else Tone.PLAIN,
        )

    def _state_words(self, row: StockRow) -> str:
        parts = []
        if row.on_hand < 0:
            parts.append(self.tr("sold more than counted"))
        if row.in_conflict:
            parts.append(self.tr("to be decided"))
        if row.unsent:
            parts.append(self.tr("%n not sent", "", row.unsent))
        return " · ".join(parts)

    def _page(self, limit: int) -> StockPage:
        if self._which == "all":
            return inventory.stock_page(self._till, self._query, limit=limit)
        return inventory.short_page(self._till, self._query, self._which, self._low_stock)

    def _load(self, limit: int) -> None:
        page = self._page(limit)
        self.beginResetModel()
        self._rows = list(page.rows)
        self._total = page.total
        self.endResetModel()


class StockList(QListView):
    """Signals:
    picked(str): the product of the current row changed.
    wentUp(): ↑ in the first row.
    """

    picked = Signal(str)
    wentUp = Signal()

    def __init__(self, model: StockModel) -> None:
        super().__init__()
        self.setObjectName("stockList")
        self.setAccessibleName(self.tr("Stock"))
        self._stock_model = model
        self.setModel(model)
        self.setItemDelegate(TwoLineDelegate(self))
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().currentRowChanged.connect(self._pick)

    def show_product(self, product_id: str) -> None:
        """Select the product's row, where it is loaded."""
        row = self._stock_model.row_of(product_id)
        if row >= 0:
            self.setCurrentIndex(self._stock_model.index(row))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._stock_model.rowCount() == 0:
            draw_hint(self, self._stock_model.hint())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if UP.is_pressed(event) and self.currentIndex().row() <= 0:
            self.wentUp.emit()
        else:
            super().keyPressEvent(event)

    def _pick(self, current: QModelIndex, _previous: QModelIndex) -> None:
        row = self._stock_model.row(current.row())
        if row is not None:
            self.picked.emit(row.product.id)
