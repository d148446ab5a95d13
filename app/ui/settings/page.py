"""Settings: the shop's, which all its tills have, and this till's own: look, lock, printer, identity, log."""

from collections.abc import Callable
from enum import IntEnum
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.quantity import format_quantity, parse_quantity
from app.domain.rights import Right
from app.domain.slip import Centred, Pair, Rule, Slip, Weight
from app.domain.vocabulary.transaction_kinds import kind_of
from app.domain.vocabulary.units import EACH
from app.services import journal, preferences, shop_settings, tax_rates
from app.services.journal import JournalEntry
from app.services.people import directory
from app.services.preferences import Preferences
from app.services.sync import queue, readiness
from app.services.till import Actor
from app.ui.page.base import Page
from app.ui.page.changes import MergedChange
from app.ui.page.context import AdminChange, OwnChange, OwnSecret, PageContext
from app.ui.page.requests import RenewWindow, SignTillOut
from app.ui.settings.account.code_dialog import EnrolmentCodeDialog
from app.ui.settings.account.dialog import AccountDialog
from app.ui.settings.account.refusals import At, refused
from app.ui.settings.account.reset_dialog import ResetSecondFactorDialog
from app.ui.settings.account.second_factor_dialog import EndSecondFactorDialog, SecondFactorDialog
from app.ui.settings.account.sign_ins_dialog import SignInsDialog
from app.ui.settings.forms import check, choice, form
from app.ui.settings.own_section import OwnSection
from app.ui.settings.people_section import PeopleSection
from app.ui.settings.shop_section import ShopSection
from app.ui.widgets import language, problems, tasks
from app.ui.widgets.parts import MessageLine, Pages, button, card, field, figure_field, label
from app.ui.widgets.plain_text import PlainButton, set_tip
from app.ui.widgets.theme import Theme, Tone
from app.ui.widgets.two_line import TwoLineList, TwoLines
from sync_agent.contract.codes import ErrorCode
from sync_agent.errors import SyncError


class Section(IntEnum):
    LOOK = 0
    SELLING = 1
    PRINTER = 2
    TILL = 3
    LOG = 4
    YOU = 5
    PEOPLE = 6


class SettingsPage(Page):
    """Shows a section at a time."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._build()
        self.show_section(Section.LOOK)

    def begin(self) -> None:
        """The page was opened."""
        self._message.clear()
        self._fill(preferences.read(self._till))
        self._show_shop()
        self._own.clear()
        self.show_section(Section(self._sections.currentIndex()))
        self._tabs.button(self._sections.currentIndex()).setFocus()

    def show_section(self, section: Section) -> None:
        self._tabs.button(section).setChecked(True)
        self._sections.setCurrentIndex(section)
        if section is Section.TILL:
            self._show_checks()
        elif section is Section.LOG:
            self._show_log()

    def refresh(self, change: MergedChange) -> None:
        if change.touches("settings") and not self.isVisible():
            self._show_shop()

    # --- display ---

    def _fill(self, chosen: Preferences) -> None:
        self._theme.setCurrentIndex(max(0, self._theme.findData(chosen.theme)))
        self._language.setCurrentIndex(max(0, self._language.findData(chosen.language)))
        self._sounds.setChecked(chosen.sounds)
        self._lock_after.setText(format_quantity(chosen.lock_after_min, EACH))
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
            "Signing out ends this till’s place in the shop, and its credential at the server. Without a "
            "connection the server is told later, or a manager ends the till there. Its history is kept in a "
            "folder, and it asks to be set up again."
        )
        if unsent:
            hint = self.tr(
                "%n entry(ies) are not at the server yet: this till cannot be signed out.", "", unsent
            )
        self._sign_out_hint.setText(hint)
        set_tip(self._sign_out, hint if unsent else "")

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
            "clock_confirmed": self.tr("Clock confirmed"),
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

    def _read_lock(self) -> dict[str, Any]:
        with problems.at(self._lock_after):
            return {"lock_after_min": preferences.check_lock(parse_quantity(self._lock_after.text(), EACH))}

    def _read_printer(self) -> dict[str, Any]:
        return {
            "printer": str(self._printer.currentData()),
            "printer_address": self._address.text().strip(),
            "paper_columns": int(self._columns.currentData()),
            "print_receipts": self._prints.isChecked(),
        }

    # --- the shop's settings ---

    def _show_shop(self) -> None:
        self._shop.show_settings(shop_settings.seen(self._till, self._shop.place))

    @tasks.command
    async def _save_shop(self) -> None:
        """Save for the shop, or for this place; what loosens a check waits for an admin's sign-in."""
        actor, shown = self._signed_in, self._shop.seen
        place = shown.place
        with problems.at_fields(self._shop.fields):
            changes = shop_settings.changed(self._till, shown, self._shop.typed())
        if not changes:
            self._message.say(self.tr("Nothing was changed."), for_ms=4000)
            return
        tax_rates.must_be_the_places(shown, changes)
        tax_rates.must_be_unused(self._till, changes, place)
        looser = shop_settings.changes_that_loosen(self._till, changes, place)
        firm = {name: value for name, value in changes.items() if name not in looser}
        if firm:
            approver = await self._approvals.ask(actor, Right.CHANGE_SHOP_SETTINGS)
            with problems.at_fields(self._shop.fields):
                saved = await shop_settings.change(
                    self._till, actor, firm, place=place, shown=shown, approved_by=approver
                )
            if saved:
                self._message.say(self._saved_words(place), Tone.GOOD, for_ms=6000)
            else:
                self._message.say(self.tr("Nothing was changed."), for_ms=4000)
        if not looser:
            self._show_shop()
        else:
            self._shop.note_changed(firm)
            self._shop.ask_admin({name: changes[name] for name in looser})

    @tasks.command
    async def _change_as_admin(self, change: AdminChange) -> None:
        ask = self._context.change_as_admin
        if ask is None:
            self._message.say_error(self.tr("This needs a connection to the server."))
            return
        self._message.say(self.tr("Asking the server…"), Tone.BUSY)
        try:
            await ask(change)
        except SyncError as error:
            self._refuse_admin(error)
            return
        self._shop.note_changed(dict(change.changes))
        self._shop.show_form()
        self._message.say(self._saved_words(change.place), Tone.GOOD, for_ms=6000)

    # --- the person's own PIN and password ---

    @tasks.command
    async def _change_own(self, what: OwnSecret, current: str, new: str) -> None:
        ask = self._context.change_own
        if ask is None:
            self._message.say_error(self.tr("This needs a connection to the server."))
            return
        self._message.say(self.tr("Asking the server…"), Tone.BUSY)
        try:
            await ask(OwnChange(self._signed_in.id, what, current, new))
        except SyncError as error:
            self._message.say_error(self._own_refusal_words(error, what))
            return
        self._own.clear()
        if what is OwnSecret.PIN:
            words = self.tr("Your PIN is changed. Every till takes the new one once it has heard of it.")
        else:
            words = self.tr("Your password is changed. You are signed out everywhere else.")
        self._message.say(words, Tone.GOOD)

    def _own_refusal_words(self, error: SyncError, what: OwnSecret) -> str:
        code = getattr(error, "code", None)
        if code is None:
            return self.tr("This needs the server, which does not answer. Nothing was changed.")
        if what is OwnSecret.PIN:
            known = {
                ErrorCode.WRONG_SECRET: self.tr("The current PIN is not right. Nothing was changed."),
                ErrorCode.TOO_EASY: self.tr(
                    "This PIN is too easy to guess: no rows, repeats, years or dates."
                ),
                ErrorCode.BAD_REQUEST: self.tr("A PIN has 4 to 8 figures."),
            }
        else:
            known = {
                ErrorCode.WRONG_SECRET: self.tr("The current password is not right. Nothing was changed."),
                ErrorCode.TOO_EASY: self.tr(
                    "This password is too easy to guess. Take a few words that do not belong together."
                ),
                ErrorCode.BAD_REQUEST: self.tr("A password has at least 10 letters."),
            }
        known[ErrorCode.RATE_LIMITED] = self.tr("Too many tries. Wait a minute; nothing was changed.")
        return known.get(code, self.tr("The server did not take this. Nothing was changed."))

    # --- what a person does at the server in their own name ---

    def _open(self, kind: type[AccountDialog]) -> None:
        connect = self._context.account
        if connect is None:
            self._message.say_error(self.tr("This needs a connection to the server."))
            return
        self._message.clear()
        dialog = kind(self._context, connect(), self._username(), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _username(self) -> str:
        """Of who is signed in here."""
        own = (one.username for one in directory.people(self._till) if one.id == self._signed_in.id)
        return next(own, "")

    def _saved_words(self, place: str | None) -> str:
        if place is None:
            return self.tr("Saved for all tills of the shop.")
        words = self.tr("Saved for all tills of {place}.")
        return words.format(place=self._till.device.location_name)

    def _refuse_admin(self, error: SyncError) -> None:
        said = refused(error, with_code=self._shop.asks_for_code)
        if said.at is not At.ALL_OF_IT:
            self._message.clear()
            self._shop.refuse(said)
        elif getattr(error, "code", None) == ErrorCode.FORBIDDEN:
            words = self.tr("Only an administrator may change this. Nothing was changed.")
            self._message.say_error(words)
        else:
            self._message.say_error(said.words)

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
            self._own_section(),
            self._people_section(),
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
            (Section.SELLING, self.tr("The shop"), "settingsSelling"),
            (Section.PRINTER, self.tr("Printer"), "settingsPrinter"),
            (Section.TILL, self.tr("This till"), "settingsTill"),
            (Section.LOG, self.tr("Log"), "settingsLog"),
            (Section.YOU, self.tr("You"), "settingsYou"),
            (Section.PEOPLE, self.tr("People and tills"), "settingsPeople"),
        ):
            made = PlainButton(title)
            made.setObjectName(name)
            made.setAccessibleName(title)
            made.setProperty("role", "tab")
            made.setCheckable(True)
            self._tabs.addButton(made, section)
            row.addWidget(made)
        row.addStretch(1)
        self._tabs.idClicked.connect(lambda number: self.show_section(Section(number)))
        return row

    def _own_section(self) -> QWidget:
        self._own = OwnSection()
        self._own.refused.connect(self._message.say_error)
        self._own.changeWanted.connect(self._change_own)
        self._own.factorWanted.connect(lambda: self._open(SecondFactorDialog))
        self._own.endFactorWanted.connect(lambda: self._open(EndSecondFactorDialog))
        self._own.signInsWanted.connect(lambda: self._open(SignInsDialog))
        return self._own

    def _people_section(self) -> QWidget:
        section = PeopleSection()
        section.codeWanted.connect(lambda: self._open(EnrolmentCodeDialog))
        section.resetWanted.connect(lambda: self._open(ResetSecondFactorDialog))
        return section

    def _look_section(self) -> QWidget:
        self._theme = choice(
            "theme",
            self.tr("Colours"),
            (
                (self.tr("As on this computer"), ""),
                (self.tr("Light"), Theme.LIGHT.value),
                (self.tr("Dark"), Theme.DARK.value),
                (self.tr("High contrast"), Theme.CONTRAST.value),
            ),
        )
        self._language = choice(
            "language",
            self.tr("Language"),
            (
                (self.tr("As on this computer"), ""),
                *((name, code) for code, name in language.LANGUAGES.items()),
            ),
        )
        self._sounds = check("sounds", self.tr("Sounds at a scan, a miss and a refusal"))
        self._lock_after = figure_field(
            "lockAfter", self.tr("Ask for a PIN after minutes without a key (0: never)")
        )
        save = button(self.tr("Save"), "saveLock", lambda: self._save(self._read_lock), role="primary")
        self._theme.activated.connect(lambda _index: self._choose_look())
        self._language.activated.connect(lambda _index: self._choose_look())
        self._sounds.clicked.connect(lambda _checked: self._choose_look())
        return form(
            (self.tr("Colours"), self._theme),
            (self.tr("Language"), self._language),
            ("", self._sounds),
            (self._lock_after.accessibleName(), self._lock_after),
            ("", save),
        )

    def _selling_section(self) -> QWidget:
        self._shop = ShopSection(self._till, self._formatter)
        self._shop.scopeChosen.connect(self._show_shop)
        self._shop.saveWanted.connect(self._save_shop)
        self._shop.adminReady.connect(self._change_as_admin)
        return self._shop

    def _printer_section(self) -> QWidget:
        self._printer = choice(
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
        self._columns = choice(
            "paperColumns",
            self.tr("Paper"),
            (
                (self.tr("58 mm, 32 letters"), 32),
                (self.tr("80 mm, 42 letters"), 42),
                (self.tr("80 mm, 48 letters"), 48),
            ),
        )
        self._prints = check("printReceipts", self.tr("Print each receipt without being asked"))
        row = QHBoxLayout()
        row.addWidget(button(self.tr("Test print"), "tryPrinter", self._try_printer))
        save = button(self.tr("Save"), "savePrinter", lambda: self._save(self._read_printer), role="primary")
        row.addWidget(save, 1)
        buttons = QWidget()
        buttons.setLayout(row)
        row.setContentsMargins(0, 0, 0, 0)
        return form(
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
