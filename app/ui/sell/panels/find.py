"""Finding a product to sell: search while typing; quick keys and recent sales while the field is empty."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.vocabulary.transaction_kinds import kind_of
from app.domain.vocabulary.units import EACH, unit_of
from app.services.selling import history
from app.services.selling.history import SaleView
from app.services.stock import catalogue
from app.services.stock.catalogue import ProductView, SharedCode
from app.services.till import Till
from app.ui.sell.panels.quick_keys import QuickKeys
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import Pages, SearchField, label
from app.ui.widgets.shortcuts import SEARCH
from app.ui.widgets.theme import Tone
from app.ui.widgets.two_line import TwoLineList, TwoLines
from app.ui.widgets.which_product import codes_and_price

RESULTS_MAX = 50


class FindPanel(QWidget):
    """Signals:
    found(ProductView): add this to the cart.
    shared(SharedCode): several products have the typed code.
    receiptWanted(str): show the receipt of this transaction.
    left(): Esc in the empty search field.
    """

    found = Signal(object)
    shared = Signal(object)
    receiptWanted = Signal(str)
    left = Signal()

    def __init__(self, till: Till, formatter: Formatter) -> None:
        super().__init__()
        self.setObjectName("findPanel")
        self._till = till
        self._formatter = formatter
        self._products: Sequence[ProductView] = ()
        self.search = SearchField("sellSearch", SEARCH.after(self.tr("Name, code or barcode")))
        self.search.queryChanged.connect(self._search)
        self.search.returnPressed.connect(self._take_first)
        self.search.wentDown.connect(self._go_to_results)
        self.search.cleared.connect(self.left)
        self._results = TwoLineList(
            "sellResults",
            self.tr("Products found"),
            self.tr("Nothing found. Try three letters or more of the name, or part of the code."),
        )
        self._results.chosen.connect(self._take)
        self._results.wentUp.connect(self.search.setFocus)
        self.quick_keys = QuickKeys(till, formatter)
        self.quick_keys.chosen.connect(self.found)
        self._recent: Sequence[SaleView] = ()
        self._sales = TwoLineList(
            "lastSales", self.tr("Last sales on this till"), self.tr("Sales made here will be listed here.")
        )
        self._sales.chosen.connect(lambda row: self.receiptWanted.emit(self._recent[row].id))
        self._sales.wentUp.connect(self.search.setFocus)
        self._below = Pages()
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
        layout.addWidget(self.quick_keys)
        layout.addWidget(label(self.tr("Last sales on this till"), "muted"))
        layout.addWidget(self._sales, 1)
        return page

    def show_sales(self) -> None:
        """Read the recent sales again."""
        now_ms = self._till.clock.now_ms()
        self._recent = history.recent_sales(self._till, limit=30)
        self._sales.rows.show([self._sale_row(sale, now_ms) for sale in self._recent])

    def _sale_row(self, sale: SaleView, now_ms: int) -> TwoLines:
        kind = kind_of(sale.kind)
        figure = self._formatter.money(-sale.total_minor if kind.gives_back else sale.total_minor)
        return TwoLines(
            first=f"{kind.name} {sale.receipt_number}",
            second=f"{self._formatter.moment(sale.occurred_ms, now_ms)} · {sale.actor_name}",
            figure=figure if kind.has_amount else "",
            remark=self.tr("a manager should look at it") if sale.is_flagged else "",
            tone=Tone.WARN,
        )

    def refresh(self) -> None:
        """Search again, after a change of the catalogue."""
        self._search(self.search.text().strip())

    def _search(self, query: str) -> None:
        self._below.setCurrentIndex(1 if query else 0)
        self._products = catalogue.search(self._till, query, limit=RESULTS_MAX) if query else ()
        self._results.rows.show([self.row_of(product) for product in self._products])

    def row_of(self, product: ProductView) -> TwoLines:
        """A product as a row of a list: its name, codes and price."""
        if product.price_minor is None:
            price = self.tr("No price yet")
        else:
            price = self._formatter.amount(product.price_minor)
            if product.unit != EACH:
                price = str(unit_of(product.unit).priced).format(price=price)
        return codes_and_price(product, price)

    def _take_first(self) -> None:
        code = self.search.text().strip()
        try:
            product = catalogue.by_code(self._till, code) if code else None
        except SharedCode as shared:
            self.search.clear()
            self.shared.emit(shared)
            return
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
