"""Asks which of several products with the same code is meant."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.stock.catalogue import ProductView, SharedCode
from app.ui.widgets.parts import button, label
from app.ui.widgets.shortcuts import BACK, DOWN
from app.ui.widgets.two_line import TwoLineList, TwoLines


class WhichProduct(QWidget):
    """The question and the products. None is selected at first: Enter alone chooses nothing. `name` is like
    "count": the object names are "countWhich", "countWhichList" and "countWhichNone".

    Signals:
    chosen(ProductView): this one.
    left(): none of them.
    """

    chosen = Signal(object)
    left = Signal()

    def __init__(self, name: str, row_of: Callable[[ProductView], TwoLines]) -> None:
        super().__init__()
        self.setObjectName(f"{name}Which")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._row_of = row_of
        self._products: Sequence[ProductView] = ()
        self._question = label(role="heading", name=f"{name}WhichQuestion", wrap=True)
        self._list = TwoLineList(f"{name}WhichList", self.tr("Products with this code"), "")
        self._list.chosen.connect(lambda row: self.chosen.emit(self._products[row]))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self._question)
        layout.addWidget(self._list, 1)
        layout.addWidget(button(BACK.after(self.tr("None of them")), f"{name}WhichNone", self.left.emit))

    def ask(self, shared: SharedCode) -> None:
        """Show the products and take the focus; the widget has to be shown already."""
        self._products = shared.products
        self._question.setText(str(shared))
        self._list.rows.show([self._row_of(product) for product in shared.products])
        self.setFocus()  # a focused list selects its first row

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if BACK.is_pressed(event):
            self.left.emit()
        elif DOWN.is_pressed(event):
            self._list.setFocus()
            self._list.setCurrentIndex(self._list.rows.index(0))
        else:
            super().keyPressEvent(event)


def codes_and_price(product: ProductView, price: str = "") -> TwoLines:
    """A product's name, its codes, and a price in words."""
    return TwoLines(product.name, " · ".join(code for code in (product.sku, product.barcode) if code), price)
