"""Changing a product at the till: name, price, codes and tax rate. Needs a manager, or their approval."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain.errors import DomainError
from app.domain.money import format_minor, parse_amount
from app.domain.rates import parse_rate
from app.domain.vocabulary.units import unit_of, units_to_choose
from app.services.stock.inventory import StockRow
from app.services.tax_rates import NamedFigure
from app.ui.stock.form import ProductChange
from app.ui.widgets import problems
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import MessageLine, button, field, form_label, label
from app.ui.widgets.plain_text import PlainCombo
from app.ui.widgets.shortcuts import BACK


class ProductForm(QWidget):
    """Signals:
    saved(ProductChange): carry it out.
    left(): Cancel, or Esc.
    """

    saved = Signal(object)
    left = Signal()

    def __init__(self, formatter: Formatter) -> None:
        super().__init__()
        self.setObjectName("productForm")
        self._formatter = formatter
        self._stock: StockRow | None = None
        self._figures: dict[str, int] = {}
        self._form = QFormLayout()
        self._form.setSpacing(8)
        self._name = self._line("productName", self.tr("Name"))
        self._price = self._line("productPrice", self.tr("Price"))
        self._barcode = self._line("productBarcode", self.tr("Barcode"))
        self._sku = self._line("productSku", self.tr("Article number"))
        self._rate = PlainCombo()
        self._rate.setObjectName("productTaxName")
        self._rate.setAccessibleName(self.tr("Named tax rate"))
        self._rate.currentIndexChanged.connect(lambda _index: self._show_figure())
        self._form.addRow(form_label(self.tr("Named tax rate"), self._rate), self._rate)
        self._tax = self._line("productTax", self.tr("Tax rate"))
        self._unit = PlainCombo()
        self._unit.setObjectName("productUnit")
        self._unit.setAccessibleName(self.tr("Sold by"))
        self._form.addRow(form_label(self.tr("Sold by"), self._unit), self._unit)
        self._message = MessageLine("productMessage")
        save_button = button(self.tr("Save"), "productSave", self._save, role="primary")
        buttons = QHBoxLayout()
        buttons.addWidget(button(self.tr("Cancel"), "productCancel", self.left.emit))
        buttons.addWidget(save_button, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(label(self.tr("Change the product"), "heading"))
        layout.addLayout(self._form)
        layout.addWidget(self._message)
        layout.addLayout(buttons)
        layout.addStretch(1)

    def ask(self, stock: StockRow, rates: Sequence[NamedFigure] = ()) -> None:
        """Fill the form with this product's fields. `rates` are the shop's named tax rates, of today."""
        self._stock = stock
        product = stock.product
        self._name.setText(product.name)
        priced = product.price_minor is not None
        self._price.setText(
            format_minor(product.price_minor or 0, self._formatter.currency) if priced else ""
        )
        self._barcode.setText(product.barcode or "")
        self._sku.setText(product.sku or "")
        self._tax.setText(self._formatter.percent(product.tax_rate_ppm))
        self._show_unit(product.unit)
        self._show_rates(product.tax_name, rates)
        self._message.clear()
        self._price.setFocus()
        self._price.selectAll()

    def _show_rates(self, chosen: str | None, rates: Sequence[NamedFigure]) -> None:
        self._rate.clear()
        self._rate.addItem(self.tr("none: a figure of its own"), None)
        for rate in rates:
            self._rate.addItem(f"{rate.name} · {self._formatter.percent(rate.rate_ppm)}", rate.key)
        if chosen is not None and self._rate.findData(chosen) < 0:
            self._rate.addItem(chosen, chosen)  # it is not set any more
        self._rate.setCurrentIndex(max(0, self._rate.findData(chosen)))
        self._form.setRowVisible(self._rate, self._rate.count() > 1)
        self._figures = {rate.key: rate.rate_ppm for rate in rates}
        self._show_figure()

    def _show_figure(self) -> None:
        """A named rate says the figure itself."""
        figure = self._figures.get(self._rate.currentData())
        if figure is not None:
            self._tax.setText(self._formatter.percent(figure))
        self._tax.setEnabled(self._rate.currentData() is None)

    @property
    def fields(self) -> Mapping[str, QWidget]:
        """The fields by the names that a refusal is about (`DomainError.about`)."""
        return {
            "name": self._name,
            "price_minor": self._price,
            "barcode": self._barcode,
            "sku": self._sku,
            "unit": self._unit,
            "tax_rate_ppm": self._tax,
        }

    def say_error(self, words: str) -> None:
        self._message.say_error(words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if BACK.is_pressed(event):
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _show_unit(self, present: str) -> None:
        self._unit.clear()
        for code, words in units_to_choose():
            self._unit.addItem(words, code)
        if self._unit.findData(present) < 0:
            self._unit.addItem(str(unit_of(present).name), present)
        self._unit.setCurrentIndex(self._unit.findData(present))

    def _line(self, name: str, title: str) -> QLineEdit:
        made = field(name, title)
        made.returnPressed.connect(self._save)
        self._form.addRow(form_label(title, made), made)
        return made

    def _save(self) -> None:
        if self._stock is None:
            return
        try:
            request = ProductChange(self._stock.product.id, self._changes())
        except DomainError as error:
            problems.show(error, self._message.say_error)
            return
        self.saved.emit(request)

    def _changes(self) -> dict[str, object]:
        price = self._price.text().strip()
        with problems.at(self._price):
            price_minor = parse_amount(price, self._formatter.currency) if price else None
        with problems.at(self._tax):
            tax_rate_ppm = parse_rate(self._tax.text())
        return {
            "name": self._name.text().strip(),
            "price_minor": price_minor,
            "barcode": self._barcode.text().strip() or None,
            "sku": self._sku.text().strip() or None,
            "unit": self._unit.currentData(),
            "tax_rate_ppm": tax_rate_ppm,
            "tax_name": self._rate.currentData(),
        }
