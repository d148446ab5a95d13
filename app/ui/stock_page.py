"""Stock at this place: find a product, see its figure explained, change it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.services import catalogue
from app.services.till import Actor, Till
from app.ui.bridge import MergedChange
from app.ui.formatting import Formatter
from app.ui.parts import MessageLine, SearchField, label
from app.ui.stock_details import StockDetails
from app.ui.stock_list import StockList, StockModel
from app.ui.theme import Tone

ROWS_ONE_BY_ONE_MAX = 20
"""Above this it is cheaper to read the whole list again."""


class StockPage(QWidget):
    """Signals:
    decisionWanted(): open the conflicts.
    """

    decisionWanted = Signal()

    def __init__(self, till: Till, formatter: Formatter) -> None:
        super().__init__()
        self.setObjectName("page")
        self._till = till
        self._formatter = formatter
        self._stale = True
        self._search = SearchField("stockSearch", self.tr("Name, code or barcode (F2)"))
        self._search.wordsChanged.connect(self._find)
        self._search.wentDown.connect(self._go_to_list)
        self._search.returnPressed.connect(self._go_to_list)
        self._message = MessageLine("stockSearchMessage")
        self._count = label(role="small", name="stockCountLine")
        self._model = StockModel(till, formatter, self)
        self._list = StockList(self._model)
        self._list.wentUp.connect(self._search.setFocus)
        self._details = StockDetails(till, formatter)
        self._details.decisionWanted.connect(self.decisionWanted)
        self._list.picked.connect(self._details.show_product)
        left = QVBoxLayout()
        left.setSpacing(10)
        left.addWidget(self._search)
        left.addWidget(self._message)
        left.addWidget(self._list, 1)
        left.addWidget(self._count)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 10)
        layout.setSpacing(14)
        layout.addLayout(left, 6)
        layout.addWidget(self._details, 4)
        QShortcut(QKeySequence(Qt.Key.Key_F2), self).activated.connect(self.search)

    def set_actor(self, actor: Actor) -> None:
        self._details.set_actor(actor)

    def begin(self) -> None:
        """The page was opened: read what changed while it was out of sight."""
        if self._stale:
            self._stale = False
            self._model.reload()
            self._details.refresh()
            self._show_product_count()
        self._search.setFocus()

    def search(self) -> None:
        self._search.setFocus()
        self._search.selectAll()

    def show_product(self, product_id: str) -> None:
        self._details.show_product(product_id)
        self._list.show_product(product_id)

    def take_scan(self, code: str) -> None:
        """On this page a scan looks the product up."""
        product = catalogue.by_code(self._till, code)
        if product is None:
            words = self.tr("No product has the code {code}.").format(code=code)
            self._message.say(words, Tone.BAD)
            return
        self._message.clear()
        self._search.setText(product.name)
        self.show_product(product.id)

    def refresh(self, change: MergedChange) -> None:
        if not change.touches("stock", "catalogue", "outbox", "conflicts"):
            return
        if not self.isVisible():
            self._stale = True
            return
        named = change.products
        if named is None or len(named) > ROWS_ONE_BY_ONE_MAX or change.touches("catalogue", "conflicts"):
            self._reload_in_place()
        else:
            self._model.refresh(named)
        self._details.refresh()

    def _reload_in_place(self) -> None:
        self._model.reload()
        self._show_product_count()
        if self._details.product_id is not None:
            self._list.show_product(self._details.product_id)

    def _find(self, words: str) -> None:
        self._message.clear()
        self._model.search(words)

    def _go_to_list(self) -> None:
        if self._model.rowCount():
            self._list.setFocus()
            self._list.setCurrentIndex(self._model.index(0))

    def _show_product_count(self) -> None:
        count = self._formatter.quantity(catalogue.product_count(self._till))
        self._count.setText(self.tr("{count} products at this till").format(count=count))
