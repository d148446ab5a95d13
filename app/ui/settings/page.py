"""Settings of this till: look and language, selling, printer, identity and sign-out, and its journal."""

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import BadQuantity
from app.domain.money import format_minor, parse_amount
from app.domain.quantity import parse_quantity
from app.domain.rights import Right
from app.domain.slip import Centred, Pair, Rule, Slip, Weight
from app.domain.vocabulary.transaction_kinds import kind_of
from app.domain.vocabulary.units import EACH, KG
from app.services import journal, preferences
from app.services.journal import JournalEntry
from app.services.preferences import Preferences
from app.services.sync import queue, readiness
from app.services.till import Actor
from app.ui.page.base import Page
from app.ui.page.context import PageContext
from app.ui.page.requests import RenewWindow, SignTillOut
from app.ui.widgets import language, tasks
from app.ui.widgets.parts import MessageLine, Pages, button, card, field, form_label, label
from app.ui.widgets.theme import Theme, Tone
from app.ui.widgets.two_line import TwoLineList, TwoLines

PPM_IN_A_PERCENT = 10_000


class Section(IntEnum):
    LOOK = 0
    SELLING = 1
    PRINTER = 2
    TILL = 3
    LOG = 4


class SettingsPage(Page):
    """Shows a section at a time. All settings are local to this till."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._build()
        self.show_section(Section.LOOK)

    def begin(self) -> None:
        """The page was opened."""
        self._message.clear()
        self._fill(preferences.read(self._till))
        self.show_section(Section(self._sections.currentIndex()))
        self._tabs.button(self._sections.currentIndex()).setFocus()

    def show_section(self, section: Section) -> None:
        self._tabs.button(section).setChecked(True)
        self._sections.setCurrentIndex(section)
        if section is Section.TILL:
            self._show_checks()
        elif section is Section.LOG:
            self._show_log()

    # --- display ---

    def _fill(self, chosen: Preferences) -> None:
        self._theme.setCurrentIndex(max(0, self._theme.findData(chosen.theme)))
        self._language.setCurrentIndex(max(0, self._language.findData(chosen.language)))
        self._sounds.setChecked(chosen.sounds)
        self._adds_tax.setCurrentIndex(int(chosen.adds_tax))
        self._cash_step.setText(format_minor(chosen.cash_step_minor, self._formatter.currency))
        self._discount.setText(self._formatter.percent(chosen.clerk_discount_ppm_max))
        self._low_stock.setText(str(chosen.low_stock))
        self._lock_after.setText(str(chosen.lock_after_min))
        self._header.setPlainText(chosen.receipt_header)
        self._footer.setPlainText(chosen.receipt_footer)
        self._printer.setCurrentIndex(max(0, self._printer.findData(chosen.printer)))
        self._address.setText(chosen.printer_address)
        self._columns.setCurrentIndex(max(0, self._columns.findData(chosen.paper_columns)))
        self._prints.setChecked(chosen.print_receipts)

    def _show_checks(self) -> None:
        self._checks.rows.show(
            [
                TwoLines(
                    check.what,
                    "",
                    self.tr("ready") if check.ok else self.tr("look at this"),
                    check.words,
                    Tone.PLAIN if check.ok else Tone.WARN,
                    Tone.GOOD if check.ok else Tone.WARN,
                )
                for check in readiness.checks(self._till)
            ]
        )
        unsent = self._unsent()
        self._sign_out.setEnabled(unsent == 0)
        hint = self.tr(
            "Signing out ends this till’s place in the shop. Its history is kept in a folder, and it asks "
            "to be set up again."
        )
        if unsent:
            hint = self.tr(
                "%n entry(ies) are not at the server yet: this till cannot be signed out.", "", unsent
            )
        self._sign_out_hint.setText(hint)
        self._sign_out.setToolTip(hint if unsent else "")

    def _unsent(self) -> int:
        counts = queue.counts(self._till)
        return counts.waiting + counts.attention + counts.conflicts

    def _show_log(self) -> None:
        now_ms = self._till.clock.now_ms()
        self._log.rows.show([self._log_row(entry, now_ms) for entry in journal.entries(self._till)])

    def _log_row(self, entry: JournalEntry, now_ms: int) -> TwoLines:
        who = entry.person
        if entry.approved_by:
            who = self.tr("{person}, approved by {manager}").format(person=who, manager=entry.approved_by)
        receipt = entry.detail.get("receipt") or ""
        amount = entry.detail.get("total_minor") or entry.detail.get("difference_minor")
        return TwoLines(
            first=" ".join(part for part in (self._kind_name(entry.kind), str(receipt)) if part),
            second=f"{self._formatter.moment(entry.at_ms, now_ms)} · {who}",
            figure="" if amount is None else self._formatter.money(amount),
            remark=entry.reason or "",
        )

    def _kind_name(self, kind: str) -> str:
        return {
            "wrong_pins": self.tr("Several wrong PINs"),
            "cash_difference": self.tr("Difference in the drawer"),
            "settings": self.tr("Settings changed"),
            "discarded": self.tr("Entry discarded"),
            "product": self.tr("Product changed"),
        }.get(kind) or str(kind_of(kind).name)

    # --- commands ---

    def _choose_look(self) -> None:
        if self._actor is None:
            return
        changed = {
            "theme": str(self._theme.currentData()),
            "language": str(self._language.currentData()),
            "sounds": self._sounds.isChecked(),
        }
        before = preferences.read(self._till)
        if changed == {name: getattr(before, name) for name in changed}:
            return
        # Not through `run`: of two quick choices, say theme and language, neither may be dropped.
        tasks.start(self._save_look(changed, before, self._actor), self, self._message.say_error)

    async def _save_look(self, changed: dict[str, Any], before: Preferences, actor: Actor) -> None:
        after = await preferences.change(self._till, actor, **changed)
        if after.language != before.language:
            self._context.ask(RenewWindow())

    @tasks.command
    async def _save(self, read: Callable[[], dict[str, Any]]) -> None:
        actor, before = self._signed_in, preferences.read(self._till)
        changed = {name: value for name, value in read().items() if getattr(before, name) != value}
        if not changed:
            self._message.say(self.tr("Nothing was changed."), for_ms=4000)
            return
        approver = await self._approvals.ask(actor, Right.CHANGE_SETTINGS)
        await preferences.change(self._till, actor, approved_by=approver, **changed)
        self._message.say(self.tr("Saved on this till."), Tone.GOOD, for_ms=6000)

    def _read_selling(self) -> dict[str, Any]:
        percent = self._discount.text().strip().rstrip("%٪").strip()
        share = parse_quantity(percent, KG) * PPM_IN_A_PERCENT // 1000
        if not 0 <= share <= 100 * PPM_IN_A_PERCENT:
            raise BadQuantity(self.tr("A discount is between 0% and 100%."))
        return {
            "adds_tax": bool(self._adds_tax.currentIndex()),
            "cash_step_minor": parse_amount(self._cash_step.text(), self._formatter.currency),
            "clerk_discount_ppm_max": share,
            "low_stock": parse_quantity(self._low_stock.text(), EACH),
            "lock_after_min": parse_quantity(self._lock_after.text(), EACH),
        }

    def _read_printer(self) -> dict[str, Any]:
        return {
            "receipt_header": self._header.toPlainText().strip(),
            "receipt_footer": self._footer.toPlainText().strip(),
            "printer": str(self._printer.currentData()),
            "printer_address": self._address.text().strip(),
            "paper_columns": int(self._columns.currentData()),
            "print_receipts": self._prints.isChecked(),
        }

    def _try_printer(self) -> None:
        rows = (
            Centred(self._till.device.tenant_name, Weight.LARGE),
            Rule(),
            Pair(self.tr("This is a test of the printer."), self._formatter.money(123456)),
            Centred(self._till.device.name),
        )
        self._context.print_queue.show_slip(Slip(self.tr("Printer test"), rows))

    @tasks.command
    async def _ask_sign_out(self) -> None:
        await self._approvals.ask(self._signed_in, Right.SIGN_TILL_OUT)
        if self._unsent():
            self._show_checks()
            return
        self._context.ask(SignTillOut())

    # --- the page ---

    def _build(self) -> None:
        self._message = MessageLine("settingsMessage")
        self._sections = Pages()
        for section in (
            self._look_section(),
            self._selling_section(),
            self._printer_section(),
            self._till_section(),
            self._log_section(),
        ):
            self._sections.addWidget(section)
        frame, inside = card()
        inside.addWidget(self._message)
        inside.addWidget(self._sections, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 14)
        layout.setSpacing(10)
        layout.addLayout(self._tab_bar())
        layout.addWidget(frame, 1)

    def _tab_bar(self) -> QHBoxLayout:
        self._tabs = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(4)
        for section, title, name in (
            (Section.LOOK, self.tr("Look and language"), "settingsLook"),
            (Section.SELLING, self.tr("Selling"), "settingsSelling"),
            (Section.PRINTER, self.tr("Receipts and printer"), "settingsPrinter"),
            (Section.TILL, self.tr("This till"), "settingsTill"),
            (Section.LOG, self.tr("Log"), "settingsLog"),
        ):
            made = QPushButton(title)
            made.setObjectName(name)
            made.setAccessibleName(title)
            made.setProperty("role", "tab")
            made.setCheckable(True)
            self._tabs.addButton(made, section)
            row.addWidget(made)
        row.addStretch(1)
        self._tabs.idClicked.connect(lambda number: self.show_section(Section(number)))
        return row

    def _look_section(self) -> QWidget:
        self._theme = _choice(
            "theme",
            self.tr("Colours"),
            (
                (self.tr("As on this computer"), ""),
                (self.tr("Light"), Theme.LIGHT.value),
                (self.tr("Dark"), Theme.DARK.value),
                (self.tr("High contrast"), Theme.CONTRAST.value),
            ),
        )
        self._language = _choice(
            "language",
            self.tr("Language"),
            (
                (self.tr("As on this computer"), ""),
                *((name, code) for code, name in language.LANGUAGES.items()),
            ),
        )
        self._sounds = _check("sounds", self.tr("Sounds at a scan, a miss and a refusal"))
        self._theme.activated.connect(lambda _index: self._choose_look())
        self._language.activated.connect(lambda _index: self._choose_look())
        self._sounds.clicked.connect(lambda _checked: self._choose_look())
        return _form(
            (self.tr("Colours"), self._theme),
            (self.tr("Language"), self._language),
            ("", self._sounds),
        )

    def _selling_section(self) -> QWidget:
        self._adds_tax = _choice(
            "addsTax",
            self.tr("Prices"),
            ((self.tr("with tax"), False), (self.tr("without tax, which is added"), True)),
        )
        self._cash_step = field("cashStep", self.tr("Smallest coin that cash is rounded to"))
        self._discount = field("clerkDiscount", self.tr("Discount a clerk may give alone"))
        self._low_stock = field("lowStock", self.tr("Stock is low at or below"))
        self._lock_after = field("lockAfter", self.tr("Ask for a PIN after minutes without a key (0: never)"))
        save = button(self.tr("Save"), "saveSelling", lambda: self._save(self._read_selling), role="primary")
        return _form(
            (self.tr("Prices"), self._adds_tax),
            (self._cash_step.accessibleName(), self._cash_step),
            (self._discount.accessibleName(), self._discount),
            (self._low_stock.accessibleName(), self._low_stock),
            (self._lock_after.accessibleName(), self._lock_after),
            ("", save),
        )

    def _printer_section(self) -> QWidget:
        self._header = _text("receiptHeader", self.tr("Lines above each receipt"))
        self._footer = _text("receiptFooter", self.tr("Lines below each receipt"))
        self._printer = _choice(
            "printer",
            self.tr("Receipt printer (ESC/POS)"),
            (
                (self.tr("none"), "none"),
                (self.tr("in the network"), "network"),
                (self.tr("by USB"), "usb"),
                (self.tr("a file or device"), "file"),
            ),
        )
        self._address = field(
            "printerAddress", self.tr("Its address"), placeholder="192.168.1.50:9100 · 04b8:0202"
        )
        self._columns = _choice(
            "paperColumns",
            self.tr("Paper"),
            (
                (self.tr("58 mm, 32 letters"), 32),
                (self.tr("80 mm, 42 letters"), 42),
                (self.tr("80 mm, 48 letters"), 48),
            ),
        )
        self._prints = _check("printReceipts", self.tr("Print each receipt without being asked"))
        row = QHBoxLayout()
        row.addWidget(button(self.tr("Test print"), "tryPrinter", self._try_printer))
        save = button(self.tr("Save"), "savePrinter", lambda: self._save(self._read_printer), role="primary")
        row.addWidget(save, 1)
        buttons = QWidget()
        buttons.setLayout(row)
        row.setContentsMargins(0, 0, 0, 0)
        return _form(
            (self._header.accessibleName(), self._header),
            (self._footer.accessibleName(), self._footer),
            (self._printer.accessibleName(), self._printer),
            (self._address.accessibleName(), self._address),
            (self._columns.accessibleName(), self._columns),
            ("", self._prints),
            ("", buttons),
        )

    def _till_section(self) -> QWidget:
        device = self._till.device
        section = QWidget()
        layout = QVBoxLayout(section)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(label(f"{device.tenant_name} · {device.location_name} · {device.name}", "heading"))
        facts = self.tr("Receipts {series} · {currency} · {server}")
        layout.addWidget(
            label(
                facts.format(
                    series=device.receipt_series, currency=device.currency, server=device.server_url
                ),
                "muted",
                wrap=True,
            )
        )
        layout.addWidget(label(self.tr("Ready to sell without a connection?"), "heading"))
        self._checks = TwoLineList(
            "readiness", self.tr("Ready to sell without a connection?"), ""
        ).only_to_read()
        layout.addWidget(self._checks, 1)
        self._sign_out_hint = label(role="muted", name="signOutHint", wrap=True)
        self._sign_out = button(self.tr("Sign this till out…"), "signTillOut", self._ask_sign_out)
        row = QHBoxLayout()
        row.addWidget(self._sign_out_hint, 1)
        row.addWidget(self._sign_out)
        layout.addLayout(row)
        return section

    def _log_section(self) -> QWidget:
        self._log = TwoLineList(
            "journal", self.tr("Log"), self.tr("What needs approval or asks for a reason is noted here.")
        ).only_to_read()
        section = QWidget()
        layout = QVBoxLayout(section)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._log)
        return section


def _choice(name: str, title: str, choices: Sequence[tuple[str, object]]) -> QComboBox:
    made = QComboBox()
    made.setObjectName(name)
    made.setAccessibleName(title)
    for shown, value in choices:
        made.addItem(shown, value)
    return made


def _check(name: str, title: str) -> QCheckBox:
    made = QCheckBox(title)
    made.setObjectName(name)
    made.setAccessibleName(title)
    made.setMinimumHeight(44)
    return made


def _text(name: str, title: str) -> QPlainTextEdit:
    made = QPlainTextEdit()
    made.setObjectName(name)
    made.setAccessibleName(title)
    made.setTabChangesFocus(True)
    made.setMaximumHeight(72)
    return made


def _form(*rows: tuple[str, QWidget]) -> QWidget:
    section = QWidget()
    column = QVBoxLayout(section)
    column.setContentsMargins(0, 0, 0, 0)
    form = QFormLayout()
    form.setSpacing(10)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
    for title, made in rows:
        if title:
            form.addRow(form_label(title, made), made)
        else:
            form.addRow("", made)
        made.setMaximumWidth(420)
    column.addLayout(form)
    column.addStretch(1)
    return section
