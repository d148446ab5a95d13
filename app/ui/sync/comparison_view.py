"""The content of the conflict dialog: both sides, the suggestion and its reasons, the editable result."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from app.domain.errors import BadAmount, BadQuantity
from app.domain.money import format_minor, parse_amount
from app.domain.quantity import format_quantity, parse_quantity
from app.domain.rates import format_rate, parse_rate
from app.domain.vocabulary.movement_reasons import reason_of
from app.domain.vocabulary.shop_setting_names import setting_name
from app.services import setting_words
from app.services.sync.conflicts import Comparison, ComparisonRow, HistoryLine, SideLabel
from app.services.till import Actor, Till
from app.ui.widgets import theme
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import card, field, label, rule

CLOCK_OFF_MS_MAX = 120_000
HISTORY_LINES_MAX = 8
CODES = ("barcode", "sku")


class ComparisonView(QWidget):
    """Signals:
    resultChanged(): the Result row was edited.
    """

    resultChanged = Signal()

    def __init__(self, till: Till, formatter: Formatter) -> None:
        super().__init__()
        self._till = till
        self._formatter = formatter
        self._comparison: Comparison | None = None
        self._actor: Actor | None = None
        self._editors: dict[str, QLineEdit] = {}
        self._origins: dict[str, QLabel] = {}
        self._body: QWidget | None = None
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(20, 16, 20, 12)

    def show_comparison(self, comparison: Comparison, actor: Actor) -> None:
        """Show a conflict, replacing the one shown before."""
        self._comparison = comparison
        self._actor = actor
        self._editors, self._origins = {}, {}
        if self._body is not None:
            self._body.hide()
            self._body.deleteLater()
        self._body = QWidget()
        layout = QVBoxLayout(self._body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(label(self._title(), "title", name="conflictTitle", wrap=True))
        if abs(comparison.clock_off_ms) > CLOCK_OFF_MS_MAX:
            clock = label(self._clock_words(), name="conflictClock", wrap=True)
            clock.setProperty("tone", "warn")
            layout.addWidget(clock)
        layout.addWidget(self._table())
        if comparison.suggestion is not None:
            layout.addWidget(self._reasons(comparison.suggestion.explanation))
        if comparison.history and comparison.resource_type == "stock_level":
            layout.addWidget(self._history())
        layout.addStretch(1)
        self._outer.addWidget(self._body)

    def my_place(self, *, in_a_sentence: bool = False) -> str:
        """ "This till", or the name of the till on which the conflict started."""
        place = self._shown.this_till.place
        if place in {"This till", self._till.device.name}:
            return self.tr("this till") if in_a_sentence else self.tr("This till")
        return place or (self.tr("the other till") if in_a_sentence else self.tr("The other till"))

    def is_typed(self) -> bool:
        """Whether the Result row was edited."""
        return any(editor.isModified() for editor in self._editors.values())

    def typed_result(self) -> dict[str, Any]:
        """The values of the Result row, by wire names. Raises DomainError where one is not valid."""
        values = {name: self._parsed(name, editor.text()) for name, editor in self._editors.items()}
        if self._shown.resource_type == "stock_level":
            return {"newQuantity": values["quantity"]}
        return values

    def has_number_of_its_own(self) -> bool:
        """Whether the Result row has another code wherever both sides have one, or none."""
        return all(
            self._parsed(row.field, self._editors[row.field].text()) not in {row.this_till, row.server}
            for row in self._shown.rows
            if row.field in CODES and row.this_till and row.server
        )

    def ask_for_number(self) -> None:
        """Put the focus on the first code in the Result row."""
        name = next((row.field for row in self._shown.rows if row.field in CODES), None)
        if name is not None:
            self._editors[name].setFocus()
            self._editors[name].selectAll()

    @property
    def _shown(self) -> Comparison:
        assert self._comparison is not None
        return self._comparison

    # --- texts ---

    def _title(self) -> str:
        if self._shown.resource_type == "stock_level":
            return self.tr("Which figure is right for “{product}”?").format(product=self._shown.title)
        if self._shown.is_same_article:
            return self.tr("“{product}” was made at two tills. Is it one article?").format(
                product=self._shown.title
            )
        if self._shown.resource_type == "setting":
            return self.tr("Which “{setting}” is right for the shop?").format(setting=self._shown.title)
        return self.tr("Which change of “{product}” is right?").format(product=self._shown.title)

    def _clock_words(self) -> str:
        off_ms = self._shown.clock_off_ms
        words = self.tr("This till’s clock is {minutes} min slow: its times here may be off by as much.")
        if off_ms < 0:
            words = self.tr("This till’s clock is {minutes} min fast: its times here may be off by as much.")
        return words.format(minutes=abs(off_ms) // 60_000)

    def _side_words(self, side: SideLabel, place: str) -> str:
        """ "This till: you, 14:05" · "Server: Omar, Till 3, 14:11"."""
        assert self._actor is not None
        parts = [self.tr("you") if side.person == self._actor.name else side.person]
        if side.place not in {"", place, "Server", self._till.device.name}:
            parts.append(side.place)
        if side.at_ms is not None:
            parts.append(self._formatter.moment(side.at_ms, self._till.clock.now_ms()))
        who = ", ".join(part for part in parts if part)
        return f"{place}: {who}" if who else place

    def _field_name(self, name: str) -> str:
        names = {
            "quantity": self.tr("On hand"),
            "name": self.tr("Name"),
            "barcode": self.tr("Barcode"),
            "sku": self.tr("Article number"),
            "priceMinor": self.tr("Price"),
            "taxRatePpm": self.tr("Tax rate"),
            "taxName": self.tr("Named tax rate"),
            "unit": self.tr("Sold by"),
            "deleted": self.tr("Product"),
        }
        return names.get(name) or setting_name(name)

    def _value_text(self, name: str, value: Any) -> str:
        if self._shown.resource_type == "setting":
            return setting_words.value_in_words(name, value, self._formatter.currency)
        return self._product_text(name, value)

    def _product_text(self, name: str, value: Any) -> str:
        if name == "deleted":
            return self.tr("deleted") if value else self.tr("kept")
        if value is None:
            return self.tr("not known") if name == "quantity" else self.tr("none")
        match name, value:
            case "quantity", int():
                return self._formatter.quantity(value, self._shown.unit)
            case "priceMinor", int():
                return self._formatter.money(value)
            case "taxRatePpm", int():
                return self._formatter.percent(value)
        return str(value)

    # --- the table ---

    def _table(self) -> QWidget:
        shown = self._shown
        frame, layout = card("comparison")
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(10)
        mine = self._side_words(shown.this_till, self.my_place())
        server = self._side_words(shown.server, self.tr("Server"))
        for column, words in enumerate((self.tr("Field"), self.tr("Before"), mine, server)):
            head = label(words, "muted", wrap=column > 1)
            head.setObjectName(("headField", "headBefore", "headMine", "headServer")[column])
            grid.addWidget(head, 0, column)
            grid.setColumnStretch(column, (2, 2, 4, 4)[column])
        grid.addWidget(rule(), 1, 0, 1, 4)
        for number, row in enumerate(shown.rows):
            self._add_row(grid, 2 + 2 * number, row)
        layout.addLayout(grid)
        return frame

    def _add_row(self, grid: QGridLayout, line: int, row: ComparisonRow) -> None:
        grid.addWidget(label(self._field_name(row.field)), line, 0)
        for column, value in ((1, row.before), (2, row.this_till), (3, row.server)):
            cell = label(self._value_text(row.field, value), "" if column == 1 else "heading", wrap=True)
            cell.setFont(theme.tabular(cell.font()))
            cell.setObjectName(f"{row.field}{('', 'Before', 'Mine', 'Server')[column]}")
            grid.addWidget(cell, line, column)
        if row.field == "deleted" or self._shown.resource_type == "setting":
            return  # one side or the other
        editor = field(
            f"{row.field}Result", self.tr("Result: {field}").format(field=self._field_name(row.field))
        )
        editor.setText(self._editable(row.field, self._suggested_value(row)))
        editor.setMaximumWidth(240)
        origin = label(role="muted", name=f"{row.field}Origin")
        self._editors[row.field] = editor
        self._origins[row.field] = origin
        editor.textEdited.connect(lambda _text, row=row: self._typed(row))
        grid.addWidget(label(self.tr("Result"), "heading"), line + 1, 0, 1, 2)
        beside = QHBoxLayout()
        beside.setSpacing(12)
        beside.addWidget(editor)
        beside.addWidget(origin, 1)
        grid.addLayout(beside, line + 1, 2, 1, 2)
        self._show_origin(row)

    def _suggested_value(self, row: ComparisonRow) -> Any:
        suggestion = self._shown.suggestion
        if self._shown.is_same_article:
            return row.this_till  # of a second article, which gets another number here
        if suggestion is None:
            return row.server
        if row.field == "quantity":
            return suggestion.quantity
        return (suggestion.fields or {}).get(row.field, row.server)

    def _typed(self, row: ComparisonRow) -> None:
        self._show_origin(row)
        self.resultChanged.emit()

    def _show_origin(self, row: ComparisonRow) -> None:
        """Show the origin of the value in the Result row."""
        editor, origin = self._editors[row.field], self._origins[row.field]
        try:
            value = self._parsed(row.field, editor.text())
        except (BadQuantity, BadAmount) as error:
            origin.setText(str(error))
            theme.restyle(origin, tone="bad")
            return
        theme.restyle(origin, tone="plain")
        if value == row.this_till:
            words = self.tr("as on {place}").format(place=self.my_place(in_a_sentence=True))
        elif value == row.server:
            words = self.tr("as at the server")
        elif editor.isModified():
            words = self.tr("typed by you")
        else:
            words = self.tr("from both sides")
        suggested = self._shown.suggestion is not None and not self._shown.is_same_article
        if not editor.isModified() and suggested:
            words = self.tr("suggested, {origin}").format(origin=words)
        origin.setText(words)

    def _editable(self, name: str, value: Any) -> str:
        if value is None:
            return ""
        match name:
            case "quantity":
                return format_quantity(value, self._shown.unit)
            case "priceMinor":
                return format_minor(value, self._formatter.currency)
            case "taxRatePpm":
                return format_rate(value)
        return str(value)

    def _parsed(self, name: str, text: str) -> Any:
        written = text.strip()
        match name:
            case "quantity":
                return parse_quantity(written, self._shown.unit)
            case "priceMinor":
                return parse_amount(written, self._formatter.currency) if written else None
            case "taxRatePpm":
                return parse_rate(written)
        return written or None

    # --- why ---

    def _reasons(self, lines: Sequence[str]) -> QWidget:
        frame, layout = card("reasons")
        layout.setSpacing(4)
        layout.addWidget(label(self.tr("Why this is suggested"), "heading"))
        for line in lines:
            layout.addWidget(label(line, wrap=True))
        return frame

    def _history(self) -> QWidget:
        """The movements since the base version; where there was a count, split at its time."""
        frame, layout = card("history")
        before = [line for line in self._shown.history if line.after_count is False]
        after = [line for line in self._shown.history if line.after_count is not False]
        row = QHBoxLayout()
        row.setSpacing(24)
        if before:
            row.addWidget(self._history_part(self.tr("Before the count"), before), 1)
        counted = any(line.after_count is not None for line in self._shown.history)
        title = self.tr("After the count") if counted else self.tr("At the server meanwhile")
        if after:
            row.addWidget(self._history_part(title, after), 1)
        layout.addLayout(row)
        return frame

    def _history_part(self, title: str, lines: Sequence[HistoryLine]) -> QFrame:
        part = QFrame()
        layout = QVBoxLayout(part)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(label(title, "heading"))
        for line in lines[:HISTORY_LINES_MAX]:
            layout.addWidget(label(self._history_words(line), wrap=True))
        if len(lines) > HISTORY_LINES_MAX:
            more = self.tr("and %n more", "", len(lines) - HISTORY_LINES_MAX)
            layout.addWidget(label(more, "muted"))
        layout.addStretch(1)
        return part

    def _history_words(self, line: HistoryLine) -> str:
        parts = [
            self._formatter.moment(line.at_ms, self._till.clock.now_ms()),
            "" if line.delta is None else self._formatter.signed(line.delta, self._shown.unit),
            reason_of(line.reason).in_history(),
            line.person,
            line.place,
        ]
        return " · ".join(part for part in parts if part)
