"""Buttons for products that are sold often and have no barcode: bread, bags, coffee."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from app.services.stock import catalogue
from app.services.stock.catalogue import ProductView
from app.services.till import Till
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.plain_text import PlainButton, set_tip

COLUMNS = 3


class QuickKeys(QWidget):
    """Signals:
    chosen(ProductView): add 1 of this to the cart.
    """

    chosen = Signal(object)

    def __init__(self, till: Till, formatter: Formatter) -> None:
        super().__init__()
        self.setObjectName("quickKeys")
        self._till = till
        self._formatter = formatter
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(6)
        self._keys: list[QPushButton] = []

    def show_products(self, product_ids: Sequence[str]) -> None:
        """Show keys for these products; those that are no longer in the catalogue are left out."""
        for key in self._keys:
            self._grid.removeWidget(key)
            key.hide()
            key.deleteLater()
        found = [catalogue.product(self._till, product_id) for product_id in product_ids]
        self._keys = [self._key(product) for product in found if product is not None]
        for place, key in enumerate(self._keys):
            self._grid.addWidget(key, place // COLUMNS, place % COLUMNS)
        self.setVisible(bool(self._keys))

    def _key(self, product: ProductView) -> QPushButton:
        key = PlainButton()
        key.setObjectName(f"quick-{product.id}")
        key.setProperty("role", "quickkey")
        key.setAutoDefault(False)
        price = "" if product.price_minor is None else self._formatter.amount(product.price_minor)
        key.setAccessibleName(f"{product.name}, {price}")
        set_tip(key, product.name)
        name = key.fontMetrics().elidedText(product.name, Qt.TextElideMode.ElideRight, 104)
        key.setText(f"{name}\n{price}")
        key.setMinimumWidth(60)
        key.clicked.connect(partial(self._choose, product))
        return key

    def _choose(self, product: ProductView, _checked: bool = False) -> None:
        self.chosen.emit(product)
