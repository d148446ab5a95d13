"""Stock at this location: find a product, see its level explained, change it."""

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout

from app.domain.rights import Right, may
from app.services import shop_settings
from app.services.stock import catalogue
from app.services.stock.catalogue import ProductView, SharedCode
from app.services.stock.inventory import Which
from app.services.till import Actor
from app.ui.page.base import Page
from app.ui.page.changes import MergedChange
from app.ui.page.context import PageContext
from app.ui.page.requests import OpenConflicts
from app.ui.stock.count_panel import CountPanel
from app.ui.stock.details import StockDetails
from app.ui.stock.listing import StockList, StockModel
from app.ui.stock.made_twice_dialog import MadeTwiceDialog
from app.ui.widgets.parts import MessageLine, Pages, SearchField, button, label
from app.ui.widgets.plain_text import PlainButton
from app.ui.widgets.shortcuts import SEARCH
from app.ui.widgets.theme import Tone
from app.ui.widgets.which_product import WhichProduct, codes_and_price

ROWS_ONE_BY_ONE_MAX = 20
"""Above this number of products, reading the whole list again is cheaper."""


class StockPage(Page):
    """On the left a searchable list; on the right the selected product, or a count by scanning."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        till, formatter = context.till, context.formatter
        self._stale = True
        self._search = SearchField("stockSearch", SEARCH.after(self.tr("Name, code or barcode")))
        self._search.queryChanged.connect(self._find)
        self._search.wentDown.connect(self._go_to_list)
        self._search.returnPressed.connect(self._go_to_list)
        self._message = MessageLine("stockSearchMessage")
        self._count = label(role="small", name="stockCountLine")
        self._model = StockModel(till, formatter, self)
        self._list = StockList(self._model)
        self._list.wentUp.connect(self._search.setFocus)
        self._details = StockDetails(till, formatter, context.approvals, self.run)
        self._details.decisionWanted.connect(lambda: context.ask(OpenConflicts()))
        self._details.productShown.connect(context.agent.fetch_remote_stock)
        self._count_panel = CountPanel(till, formatter, self.run)
        self._count_panel.left.connect(self._close_right)
        self._right = Pages()
        self._right.addWidget(self._details)
        self._right.addWidget(self._count_panel)
        self._which_product = WhichProduct("stock", codes_and_price)
        self._which_product.chosen.connect(self._look_up)
        self._which_product.left.connect(self._close_right)
        self._right.addWidget(self._which_product)
        self._list.picked.connect(self._pick)
        left = QVBoxLayout()
        left.setSpacing(10)
        left.addWidget(self._search)
        left.addWidget(self._message)
        left.addLayout(self._choices())
        left.addWidget(self._list, 1)
        left.addWidget(self._count)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 10)
        layout.setSpacing(14)
        layout.addLayout(left, 6)
        layout.addWidget(self._right, 4)
        SEARCH.bind(self, self.search)

    def set_actor(self, actor: Actor) -> None:
        super().set_actor(actor)
        self._details.set_actor(actor)
        self._count_panel.set_actor(actor)
        self._twice.setVisible(may(actor.role, Right.EDIT_PRODUCT))

    def show_made_twice(self) -> None:
        """Open the list of articles that are there twice."""
        dialog = MadeTwiceDialog(self._till, self._signed_in, self)
        dialog.changed.connect(self._message.say)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def begin(self) -> None:
        """The page was opened: read the changes since it was hidden."""
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
        """Select a product and show its details."""
        self._show_details()
        self._details.show_product(product_id)
        self._list.show_product(product_id)

    def count_by_scanning(self) -> None:
        """Open the count panel, for a new count or an open one."""
        self._right.setCurrentWidget(self._count_panel)
        self._count_panel.ask()

    def take_scan(self, code: str) -> bool:
        """A scan looks the product up; during a count it counts it."""
        if self._right.currentWidget() is self._count_panel and self._count_panel.is_counting:
            self._count_panel.take_scan(code)
            return True
        try:
            product = catalogue.by_code(self._till, code)
        except SharedCode as shared:
            self._message.clear()
            self._right.setCurrentWidget(self._which_product)
            self._which_product.ask(shared)
            return True
        if product is None:
            words = self.tr("No product has the code {code}.").format(code=code)
            self._message.say(words, Tone.BAD)
        else:
            self._look_up(product)
        return True

    def _look_up(self, product: ProductView) -> None:
        self._message.clear()
        self._search.setText(product.name)
        self.show_product(product.id)

    def _pick(self, product_id: str) -> None:
        self._show_details()
        self._details.show_product(product_id)

    def _show_details(self) -> None:
        """Show the details, unless a count is open."""
        if self._right.currentWidget() is self._which_product:
            self._right.setCurrentWidget(self._details)

    def refresh(self, change: MergedChange) -> None:
        if self.isVisible() and change.touches("stock", "counts"):
            self._count_panel.refresh()
        if change.touches("settings"):
            self._show_low_again()
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

    def _choices(self) -> QHBoxLayout:
        self._which = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(4)
        for place, (title, name) in enumerate(
            (
                (self.tr("All"), "stockAll"),
                (self.tr("Low"), "stockLow"),
                (self.tr("Below zero"), "stockOversold"),
            )
        ):
            made = PlainButton(title)
            made.setObjectName(name)
            made.setAccessibleName(title)
            made.setProperty("role", "choice")
            made.setCheckable(True)
            made.setChecked(place == 0)
            made.setAutoDefault(False)
            self._which.addButton(made, place)
            row.addWidget(made, 1)
        self._which.idClicked.connect(self._choose_which)
        row.addWidget(button(self.tr("Count by scanning…"), "countByScanning", self.count_by_scanning), 2)
        self._twice = button(self.tr("Made twice…"), "madeTwice", self.show_made_twice)
        self._twice.hide()
        row.addWidget(self._twice)
        return row

    def _show_low_again(self) -> None:
        """The shop's limit of low stock may be another now."""
        place = self._which.checkedId()
        if place == 1:
            self._choose_which(place)

    def _choose_which(self, place: int) -> None:
        which: tuple[Which, ...] = ("all", "low", "oversold")
        self._model.show_which(which[place], shop_settings.read(self._till).low_stock)
        self._show_product_count()

    def _close_right(self) -> None:
        self._right.setCurrentWidget(self._details)
        self._search.setFocus()

    def _find(self, query: str) -> None:
        self._message.clear()
        self._model.search(query)

    def _go_to_list(self) -> None:
        if self._model.rowCount():
            self._list.setFocus()
            self._list.setCurrentIndex(self._model.index(0))

    def _show_product_count(self) -> None:
        if self._which.checkedId() == 0:
            count = catalogue.product_count(self._till)
            self._count.setText(self.tr("%n product(s) at this till", "", count))
        else:
            self._count.setText(self.tr("%n product(s) listed", "", self._model.rowCount()))
