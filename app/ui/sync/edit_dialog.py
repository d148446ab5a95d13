"""Edits a refused entry to send it again: a quantity, a reason, a product's fields."""

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any

from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain.errors import DomainError
from app.domain.limits import typed_note
from app.domain.money import format_minor, parse_amount
from app.domain.quantity import format_quantity, parse_quantity
from app.domain.vocabulary import movement_reasons
from app.domain.vocabulary.movement_reasons import reason_of
from app.domain.vocabulary.units import EACH, units_to_choose
from app.services.sync.refused import EntryDetails
from app.ui.widgets import problems
from app.ui.widgets.command_dialog import CommandDialog
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import MessageLine, button, field, form_label, label
from app.ui.widgets.plain_text import PlainCombo
from app.ui.widgets.shortcuts import BACK, CONFIRM

Read = Callable[[], Any]
Send = Callable[[dict[str, Any]], Awaitable[object]]


class EditDialog(CommandDialog):
    """Runs `send` with the changed fields by their wire names, and closes once that has succeeded."""

    def __init__(
        self, details: EntryDetails, unit: str, formatter: Formatter, send: Send, parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("editDialog")
        self.setWindowTitle(self.tr("Edit and send again"))
        self.setMinimumWidth(460)
        self._details = details
        self._unit = unit
        self._formatter = formatter
        self._carry_out = send
        self._readers: dict[str, Read] = {}
        self._fields: dict[str, QLineEdit] = {}
        self._form = QFormLayout()
        self._form.setSpacing(10)
        self._message = MessageLine("editMessage")
        self._send = button(self.tr("Send again"), "editSend", self._submit, role="primary")
        self._cancel = button(BACK.after(self.tr("Cancel")), "editCancel", self.reject)
        self._fill()
        self._build()

    @staticmethod
    def can_edit(details: EntryDetails) -> bool:
        """Whether an entry has fields that can be edited."""
        data = details.payload.get("data", {})
        return details.payload.get("resourceType") in {"stock_level", "product"} and not (
            details.payload.get("operation") == "delete" or "lines" in data
        )

    def show_busy(self, busy: bool) -> None:
        self._send.setEnabled(not busy)
        self._cancel.setEnabled(not busy)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if CONFIRM.is_pressed(event):
            if not event.isAutoRepeat():
                self._submit()
        else:
            super().keyPressEvent(event)

    def _fill(self) -> None:
        data = self._details.payload["data"]
        if self._details.payload["resourceType"] == "product":
            self._fill_product(data.get("set", data))
        elif "newQuantity" in data:
            self._quantity("newQuantity", self.tr("Counted"), data["newQuantity"])
            self._text("note", self.tr("Note"), data.get("note") or "")
        else:
            self._quantity("delta", self.tr("Quantity (− takes away)"), data["delta"])
            self._reason(data["reason"])
            self._text("note", self.tr("Note"), data.get("note") or "")

    def _fill_product(self, data: dict[str, Any]) -> None:
        titles = {
            "name": self.tr("Name"),
            "barcode": self.tr("Barcode"),
            "sku": self.tr("Article number"),
        }
        for name, title in titles.items():
            if name in data:
                self._text(name, title, data[name] or "")
        if data.get("unit"):
            self._choice("unit", self.tr("Sold by"), data["unit"], units_to_choose())
        if data.get("priceMinor") is not None:
            line = self._line("priceMinor", self.tr("Price"))
            line.setText(format_minor(data["priceMinor"], self._formatter.currency))
            self._readers["priceMinor"] = lambda: parse_amount(line.text(), self._formatter.currency)
            self._fields["priceMinor"] = line

    def _quantity(self, name: str, title: str, value: int) -> None:
        line = self._line(name, title)
        line.setText(format_quantity(value, self._unit))
        self._readers[name] = lambda: parse_quantity(line.text(), self._unit or EACH)
        self._fields[name] = line

    def _text(self, name: str, title: str, value: str) -> None:
        line = self._line(name, title)
        line.setText(value)
        self._readers[name] = lambda: typed_note(line.text())
        self._fields[name] = line

    def _reason(self, value: str) -> None:
        reasons = [(reason.code, reason.in_form()) for reason in movement_reasons.offered()]
        if value not in dict(reasons):
            reasons.append((value, reason_of(value).in_form()))
        self._choice("reason", self.tr("Reason"), value, reasons)

    def _choice(self, name: str, title: str, value: str, choices: Iterable[tuple[str, str]]) -> None:
        box = PlainCombo()
        box.setObjectName(f"edit-{name}")
        box.setAccessibleName(title)
        for code, words in choices:
            box.addItem(words, code)
        if box.findData(value) < 0:
            box.addItem(value, value)
        box.setCurrentIndex(box.findData(value))
        self._form.addRow(form_label(title, box), box)
        self._readers[name] = box.currentData

    def _line(self, name: str, title: str) -> QLineEdit:
        made = field(f"edit-{name}", title)
        self._form.addRow(form_label(title, made), made)
        return made

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(label(self._details.title, "title", wrap=True))
        if self._details.error:
            layout.addWidget(label(self._details.error, "muted", wrap=True))
        layout.addLayout(self._form)
        layout.addWidget(self._message)
        row = QHBoxLayout()
        row.addWidget(self._cancel)
        row.addWidget(self._send, 1)
        layout.addLayout(row)

    def _submit(self) -> None:
        try:
            changes = {name: self._read(name, read) for name, read in self._readers.items()}
        except DomainError as error:
            problems.show(error, self._message.say_error)
            return
        self._commands.run(partial(self._send_changes, changes), self._message.say_error)

    def _read(self, name: str, read: Read) -> Any:
        field_of = self._fields.get(name)
        if field_of is None:
            return read()
        with problems.at(field_of):
            return read()

    def _called_otherwise(self) -> dict[str, QLineEdit]:
        """The fields by the names of the till, where these are not the names on the wire."""
        names = {"newQuantity": "quantity", "delta": "quantity", "priceMinor": "price_minor"}
        return {ours: self._fields[wire] for wire, ours in names.items() if wire in self._fields}

    async def _send_changes(self, changes: dict[str, Any]) -> None:
        with problems.at_fields(self._fields | self._called_otherwise()):
            await self._carry_out(changes)
        self.accept()
