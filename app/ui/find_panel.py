"""Finding a product to sell: search as you type, and the last sales while nothing is searched for."""

from collections.abc import Sequence
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
from PySide6.QtWidgets import (
    QApplication,
    QListView,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.services import catalogue, checkout
from app.services.catalogue import ProductView
from app.services.till import Till
from app.ui import theme
from app.ui.formatting import Formatter
from app.ui.parts import SearchField, draw_hint, label

RESULTS_MAX = 50
ROW_PX = 54

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_ASIDE = Qt.ItemDataRole.UserRole
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class TwoLineModel(QAbstractListModel):
    """Rows of (first line, second line, what stands at the right)."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[tuple[str, str, str]] = ()

    def show(self, rows: Sequence[tuple[str, str, str]]) -> None:
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        first, second, aside = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return f"{first}\n{second}"
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{first}, {aside}"
            case Qt.ItemDataRole.ToolTipRole:
                return first
            case _ if role == _ASIDE:
                return aside
        return None


class TwoLineDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        first, _, second = str(index.data()).partition("\n")
        aside = str(index.data(_ASIDE))
        self.initStyleOption(option, index)
        option.text = ""
        option.state &= ~QStyle.StateFlag.State_HasFocus
        style = option.widget.style() if option.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        painter.save()
        colours = theme.tokens()
        rect = option.rect.adjusted(12, 6, -12, -6)
        painter.setFont(theme.tabular(option.font))
        painter.setPen(QColor(colours["text"]))
        painter.drawText(rect, _RIGHT, aside)
        room = rect.width() - painter.fontMetrics().horizontalAdvance(aside) - 12
        half = rect.height() // 2
        font = option.font
        font.setWeight(font.Weight.DemiBold)
        painter.setFont(font)
        shown = painter.fontMetrics().elidedText(first, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(rect.left(), rect.top(), room, half), _LEFT, shown)
        font.setWeight(font.Weight.Normal)
        font.setPixelSize(13)
        painter.setFont(theme.tabular(font))
        painter.setPen(QColor(colours["muted"]))
        shown = painter.fontMetrics().elidedText(second, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(rect.left(), rect.top() + half, room, half), _LEFT, shown)
        painter.restore()


class TwoLineList(QListView):
    """Signals:
    chosen(int): a row was pressed, or Enter on it.
    wentUp(): ↑ in the first row.
    """

    chosen = Signal(int)
    wentUp = Signal()

    def __init__(self, name: str, words: str, hint: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(words)
        self._hint = hint
        self.rows = TwoLineModel(self)
        self.setModel(self.rows)
        self.setItemDelegate(TwoLineDelegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.clicked.connect(lambda index: self.chosen.emit(index.row()))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.rows.rowCount() == 0:
            draw_hint(self, self._hint)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and row >= 0:
            self.chosen.emit(row)
        elif event.key() == Qt.Key.Key_Up and row <= 0:
            self.wentUp.emit()
        else:
            super().keyPressEvent(event)


class FindPanel(QWidget):
    """Signals:
    found(ProductView): put this in the cart.
    left(): Esc with nothing to clear.
    """

    found = Signal(object)
    left = Signal()

    def __init__(self, till: Till, formatter: Formatter) -> None:
        super().__init__()
        self.setObjectName("findPanel")
        self._till = till
        self._formatter = formatter
        self._products: Sequence[ProductView] = ()
        self.search = SearchField("sellSearch", self.tr("Name, code or barcode (F2)"))
        self.search.wordsChanged.connect(self._search)
        self.search.returnPressed.connect(self._take_first)
        self.search.wentDown.connect(self._go_to_results)
        self.search.cleared.connect(self.left)
        self._results = TwoLineList(
            "sellResults",
            self.tr("Products found"),
            self.tr("No product is called that. Try fewer letters, or part of the code."),
        )
        self._results.chosen.connect(self._take)
        self._results.wentUp.connect(self.search.setFocus)
        self._sales = TwoLineList(
            "lastSales", self.tr("Last sales on this till"), self.tr("Sales made here will be listed here.")
        )
        self._sales.setSelectionMode(QListView.SelectionMode.NoSelection)
        self._sales.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._below = QStackedWidget()
        self._below.addWidget(self._titled_sales())
        self._below.addWidget(self._results)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.search)
        layout.addWidget(self._below, 1)
        self.show_sales()

    def _titled_sales(self) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(label(self.tr("Last sales on this till"), "muted"))
        layout.addWidget(self._sales, 1)
        return page

    def show_sales(self) -> None:
        now_ms = self._till.clock.now_ms()
        self._sales.rows.show(
            [
                (
                    sale.receipt_number,
                    f"{self._formatter.moment(sale.occurred_ms, now_ms)} · {sale.actor_name}",
                    self._formatter.money(-sale.total_minor if sale.kind == "refund" else sale.total_minor),
                )
                for sale in checkout.recent_sales(self._till, limit=30)
            ]
        )

    def refresh(self) -> None:
        """The catalogue changed: search again."""
        self._search(self.search.text().strip())

    def _search(self, words: str) -> None:
        self._below.setCurrentIndex(1 if words else 0)
        self._products = catalogue.search(self._till, words, limit=RESULTS_MAX) if words else ()
        self._results.rows.show([self._result_row(product) for product in self._products])

    def _result_row(self, product: ProductView) -> tuple[str, str, str]:
        codes = " · ".join(code for code in (product.sku, product.barcode) if code)
        if product.price_minor is None:
            price = self.tr("No price yet")
        else:
            price = self._formatter.amount(product.price_minor)
        if product.unit == "kg" and product.price_minor is not None:
            price = self.tr("{price} a kg").format(price=price)
        return product.name, codes, price

    def _take_first(self) -> None:
        code = self.search.text().strip()
        product = catalogue.by_code(self._till, code) if code else None
        if product is None and self._products:
            product = self._products[0]
        if product is not None:
            self._give(product)

    def _take(self, row: int) -> None:
        self._give(self._products[row])

    def _give(self, product: ProductView) -> None:
        self.search.clear()
        self.search.setFocus()
        self.found.emit(product)

    def _go_to_results(self) -> None:
        if self._products:
            self._results.setFocus()
            self._results.setCurrentIndex(self._results.rows.index(0))
