"""A product's stock: level, explanation, movements, and the forms that change it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.domain.errors import UnknownProduct
from app.domain.rights import Right
from app.domain.vocabulary.movement_reasons import reason_of
from app.services import tax_rates
from app.services.stock import catalogue, counting, inventory, transfers
from app.services.stock.inventory import MovementView, StockRow
from app.services.till import Actor, Till
from app.ui.stock.form import (
    AdjustForm,
    Adjustment,
    Count,
    CountForm,
    ProductChange,
    Request,
    StockForm,
    Transfer,
    TransferForm,
)
from app.ui.stock.product_form import ProductForm
from app.ui.widgets import problems, tasks, theme
from app.ui.widgets.approval import ApprovalPrompt
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import MessageLine, Pages, button, label, scrolling
from app.ui.widgets.theme import Tone
from app.ui.widgets.two_line import TwoLineList, TwoLines

_RIGHTS: dict[type[Request], Right] = {
    Adjustment: Right.MOVE_STOCK,
    Count: Right.COUNT_STOCK,
    Transfer: Right.TRANSFER_STOCK,
    ProductChange: Right.EDIT_PRODUCT,
}
"""The right that each request needs."""


class StockDetails(QFrame):
    """Signals:
    decisionWanted(): open the conflicts; this product is in one.
    productShown(str): this product is shown now.
    """

    decisionWanted = Signal()
    productShown = Signal(str)

    def __init__(self, till: Till, formatter: Formatter, approvals: ApprovalPrompt, run: tasks.Run) -> None:
        super().__init__()
        self._run_on_page = run
        self._approvals = approvals
        self.setObjectName("stockDetails")
        self.setProperty("role", "card")
        self._till = till
        self._formatter = formatter
        self._actor: Actor | None = None
        self._product_id: str | None = None
        self._stock: StockRow | None = None
        self._build()

    @property
    def product_id(self) -> str | None:
        """The shown product; None before one was selected."""
        return self._product_id

    def set_actor(self, actor: Actor) -> None:
        self._actor = actor

    def show_product(self, product_id: str) -> None:
        """Show a product, with its movements."""
        self._product_id = product_id
        self._message.clear()
        self._show_history()
        self.refresh()
        self.productShown.emit(product_id)

    def refresh(self) -> None:
        """Read level, explanation and movements again."""
        if self._product_id is None:
            return
        try:
            stock = inventory.stock_row(self._till, self._product_id)
        except UnknownProduct as error:
            self._message.say_error(str(error))
            return
        self._stock = stock
        self._inside.setCurrentIndex(1)
        self._show_figure(stock)
        self._explanation.setText(inventory.explain(self._till, self._product_id).sentence)
        self._show_remote_stock(stock)
        movements = inventory.movements(self._till, self._product_id)
        self._movements.rows.show([self._movement_row(movement, stock) for movement in movements])

    def adjust(self) -> None:
        """Open the form for an adjustment."""
        self._ask(self._adjust_form)

    def count(self) -> None:
        """Open the form for a count of this product."""
        self._ask(self._count_form)

    def edit(self) -> None:
        """Open the form for the product's own fields."""
        if self._stock is not None:
            self._message.clear()
            self._product_form.ask(self._stock, tax_rates.of_today(self._till))
            self._lower.setCurrentWidget(self._product_form)

    def transfer(self) -> None:
        """Open the form for a transfer to another shop."""
        self._transfer_form.set_places(transfers.other_places(self._till))
        self._ask(self._transfer_form)

    def _show_figure(self, stock: StockRow) -> None:
        product = stock.product
        self._name.setText(product.name)
        codes = [code for code in (product.sku, product.barcode) if code]
        price = self.tr("No price yet")
        if product.price_minor is not None:
            price = self._formatter.money(product.price_minor)
        self._codes.setText(" · ".join([*codes, price]))
        self._figure.setText(self._formatter.quantity(stock.on_hand, product.unit))
        negative = stock.on_hand < 0
        theme.restyle(self._figure, tone=Tone.BAD if negative else Tone.PLAIN)
        self._state.setText(self._state_words(stock))
        self._state.setVisible(bool(self._state.text()))
        theme.restyle(self._state, tone=Tone.BAD if negative else Tone.WARN)
        self._count_button.setText(self.tr("Count it now") if negative else self.tr("Count…"))
        self._decide.setVisible(stock.in_conflict)

    def _show_remote_stock(self, stock: StockRow) -> None:
        now_ms = self._till.clock.now_ms()
        lines = []
        for row in inventory.remote_stock(self._till, stock.product.id):
            if row.quantity is None or row.asked_ms is None:
                lines.append(self.tr("{place}: not asked yet").format(place=row.place))
                continue
            words = self.tr("{place}: {quantity}, as of {time}")
            lines.append(
                words.format(
                    place=row.place,
                    quantity=self._formatter.quantity(row.quantity, stock.product.unit),
                    time=self._formatter.moment(row.asked_ms, now_ms),
                )
            )
        self._remote_stock.setText("\n".join(lines))
        self._remote_stock.setVisible(bool(lines))
        self._transfer_button.setVisible(bool(lines))

    def _state_words(self, stock: StockRow) -> str:
        if stock.in_conflict:
            return self.tr("Two counts or changes disagree. Somebody has to decide.")
        if stock.on_hand < 0:
            return self.tr("Sold more than counted")
        if stock.unsent:
            return self.tr("%n change(s) not sent yet", "", stock.unsent)
        return ""

    def _movement_row(self, movement: MovementView, stock: StockRow) -> TwoLines:
        time = self._formatter.moment(movement.occurred_ms, self._till.clock.now_ms())
        return TwoLines(
            first=f"{reason_of(movement.reason).in_list()} · {movement.actor_name}",
            second=f"{time} · {movement.note}" if movement.note else time,
            figure=self._formatter.signed(movement.delta, stock.product.unit),
            remark="" if movement.confirmed else self.tr("not confirmed yet"),
            tone=Tone.BUSY,
        )

    def _ask(self, form: StockForm) -> None:
        if self._stock is not None:
            self._message.clear()
            form.ask(self._stock)
            self._lower.setCurrentWidget(form)
            form.quantity.setFocus()

    def _show_history(self) -> None:
        self._lower.setCurrentWidget(self._history)

    def _leave_form(self) -> None:
        self._show_history()
        self._adjust_button.setFocus()

    def _save(self, request: Request) -> None:
        forms: dict[type[Request], StockForm | ProductForm] = {
            Adjustment: self._adjust_form,
            Count: self._count_form,
            Transfer: self._transfer_form,
            ProductChange: self._product_form,
        }
        form = forms[type(request)]
        self._run_on_page(lambda: self._run_request(request, form), form.say_error)

    async def _run_request(self, request: Request, form: StockForm | ProductForm) -> None:
        with problems.at_fields(form.fields):
            words = await self._carry_out(request)
        self._leave_form()
        self.refresh()
        self._message.say(words, Tone.GOOD, for_ms=8000)

    async def _carry_out(self, request: Request) -> str:
        """What was done, in words."""
        assert self._actor is not None
        approver = await self._approvals.ask(self._actor, _RIGHTS[type(request)])
        if isinstance(request, Count):
            await counting.count(
                self._till,
                request.product_id,
                request.quantity,
                self._actor,
                note=request.note,
                approved_by=approver,
            )
            return self.tr("Counted. Saved on this till.")
        if isinstance(request, ProductChange):
            await catalogue.edit_product(
                self._till, request.product_id, request.changes, self._actor, approved_by=approver
            )
            return self.tr("Changed. Saved on this till.")
        if isinstance(request, Transfer):
            goods = [(request.product_id, request.quantity)]
            await transfers.send(
                self._till, request.to, goods, self._actor, note=request.note, approved_by=approver
            )
            return self.tr("Sent to {place}. Saved on this till.").format(place=request.to.name)
        await inventory.adjust(
            self._till,
            request.product_id,
            request.delta,
            request.reason,
            request.note,
            self._actor,
            approved_by=approver,
        )
        return self.tr("Adjusted. Saved on this till.")

    def _build(self) -> None:
        hint = label(self.tr("Choose a product to see why its figure is what it is."), "muted", wrap=True)
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._inside = Pages()
        self._inside.addWidget(hint)
        self._inside.addWidget(self._product_view())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.addWidget(self._inside)

    def _product_view(self) -> QWidget:
        self._name = label(role="heading", name="stockName", wrap=True)
        self._codes = label(role="small", name="stockCodes", wrap=True)
        self._figure = label(role="figure", name="stockOnHand")
        self._figure.setFont(theme.tabular(self._figure.font()))
        self._state = label(name="stockState", wrap=True)
        self._explanation = label(name="stockExplanation", wrap=True)
        self._explanation.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._remote_stock = label(role="small", name="stockElsewhere", wrap=True)
        self._message = MessageLine("stockMessage")
        self._decide = button(self.tr("Decide…"), "stockDecide", self.decisionWanted.emit, role="primary")
        view = QWidget()
        layout = QVBoxLayout(view)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._name)
        layout.addWidget(self._codes)
        figure = QHBoxLayout()
        figure.setSpacing(12)
        figure.addWidget(self._figure)
        figure.addWidget(label(self.tr("on hand here"), "muted"))
        figure.addStretch(1)
        figure.addWidget(self._decide)
        layout.addLayout(figure)
        layout.addWidget(self._state)
        layout.addWidget(self._explanation)
        layout.addWidget(self._remote_stock)
        layout.addWidget(self._message)
        layout.addWidget(self._lower_part(), 1)
        return view

    def _lower_part(self) -> QScrollArea:
        self._movements = TwoLineList(
            "movements", self.tr("Movements"), self.tr("Nothing has moved here yet.")
        ).only_to_read()
        self._adjust_button = button(self.tr("Receive or adjust…"), "stockAdjust", self.adjust)
        self._count_button = button(self.tr("Count…"), "stockCount", self.count)
        self._transfer_button = button(self.tr("Send away…"), "stockTransfer", self.transfer)
        self._history = QWidget()
        layout = QVBoxLayout(self._history)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        buttons = QHBoxLayout()
        buttons.addWidget(self._adjust_button, 1)
        buttons.addWidget(self._count_button, 1)
        layout.addLayout(buttons)
        more = QHBoxLayout()
        more.addWidget(self._transfer_button, 1)
        more.addWidget(button(self.tr("Change product…"), "stockEdit", self.edit), 1)
        layout.addLayout(more)
        layout.addWidget(self._movements, 1)
        self._adjust_form = AdjustForm(self._formatter)
        self._count_form = CountForm(self._formatter)
        self._transfer_form = TransferForm(self._formatter)
        self._lower = Pages()
        self._lower.addWidget(self._history)
        for form in (self._adjust_form, self._count_form, self._transfer_form):
            form.saved.connect(self._save)
            form.left.connect(self._leave_form)
            self._lower.addWidget(form)
        self._product_form = ProductForm(self._formatter)
        self._product_form.saved.connect(self._save)
        self._product_form.left.connect(self._leave_form)
        self._lower.addWidget(self._product_form)
        return scrolling(self._lower, "stockLower", self.tr("Movements"))
