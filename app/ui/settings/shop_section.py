"""The shop's settings: for all tills of the shop, or for this place only; and an admin's sign-in for a change
that loosens a check.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeAlias

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain.errors import BadQuantity
from app.domain.money import format_minor, parse_amount
from app.domain.quantity import parse_quantity
from app.domain.rates import parse_share
from app.domain.vocabulary import payment_methods
from app.domain.vocabulary.shop_setting_names import setting_name
from app.domain.vocabulary.units import EACH
from app.services import shop_settings, tax_rates
from app.services.setting_words import value_in_words
from app.services.shop_settings import SeenSettings
from app.services.till import Till
from app.ui.page.context import AdminChange
from app.ui.settings.account.refusals import Refused
from app.ui.settings.account.sign_in_fields import SignInFields
from app.ui.settings.forms import check, choice, form, text
from app.ui.widgets import problems
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import Pages, button, figure_field, label, scrolling
from app.ui.widgets.shortcuts import BACK
from sync_agent.contract.shop_settings import TAX_RATE
from sync_agent.server_address import is_plain

_RATES = "tax_rates"
"""The field of all named rates; each of them is a setting."""
_Field: TypeAlias = tuple[Callable[[], object], Callable[[], dict[str, Any]]]
"""What is written in a field, to see whether a person changed it; and the settings that this means."""


class ShopSection(QWidget):
    """Shows what holds in the chosen scope. The page reads the fields and carries the changes out.

    Signals:
    scopeChosen(): another scope was chosen: show what holds there.
    saveWanted(): the clerk saves the fields.
    adminReady(AdminChange): an admin typed their sign-in for the changes that `ask_admin` was given.
    """

    scopeChosen = Signal()
    saveWanted = Signal()
    adminReady = Signal(object)

    def __init__(self, till: Till, formatter: Formatter) -> None:
        super().__init__()
        self._till = till
        self._formatter = formatter
        self._asked: dict[str, Any] = {}
        self._seen: SeenSettings | None = None
        self._written: dict[str, object] = {}
        self._pages = Pages()
        self._pages.addWidget(scrolling(self._form(), "shopSettings", self.tr("The shop’s settings")))
        self._pages.addWidget(self._admin_form())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        self._fields = self._readers()

    @property
    def place(self) -> str | None:
        """The place whose own settings are shown; None: the shop's."""
        place = self._scope.currentData()
        return None if place is None else str(place)

    @property
    def seen(self) -> SeenSettings:
        """What the person was shown."""
        assert self._seen is not None, "the page shows the settings before a person can change any"
        return self._seen

    @property
    def fields(self) -> dict[str, QWidget]:
        """The fields by the names of their settings, as a refusal is about one (`DomainError.about`)."""
        return {
            "cash_step_minor": self._cash_step,
            "clerk_discount_ppm_max": self._discount,
            "low_stock": self._low_stock,
            "refund_days": self._refund_days,
            "quantity_max": self._quantity_max,
            "amount_minor_max": self._amount_max,
        }

    def show_settings(self, seen: SeenSettings) -> None:
        """Fill the fields with what holds in the chosen scope."""
        shown, self._seen = seen.settings, seen
        currency = self._formatter.currency
        self._adds_tax.setCurrentIndex(self._adds_tax.findData(shown.adds_tax))
        self._rounding.setCurrentIndex(self._rounding.findData(shown.tax_rounding))
        self._cash_step.setText(format_minor(shown.cash_step_minor, currency))
        self._discount.setText(self._formatter.percent(shown.clerk_discount_ppm_max))
        self._low_stock.setText(str(shown.low_stock))
        self._refund_days.setText(str(shown.refund_days))
        self._quantity_max.setText(str(shown.quantity_max))
        self._amount_max.setText(format_minor(shown.amount_minor_max, currency))
        for code, box in self._methods.items():
            box.setChecked(code in shown.payment_methods)
        self._refuse.setChecked(shown.refuse_unconditional)
        self._second_factor.setChecked(shown.require_second_factor)
        self._header.setPlainText(shown.receipt_header)
        self._footer.setPlainText(shown.receipt_footer)
        self._rates.setPlainText(tax_rates.written(shown.tax_rates))
        self._written = {name: written() for name, (written, _) in self._fields.items()}
        self.show_form()

    def note_changed(self, changes: dict[str, Any]) -> None:
        """The fields stay as they are, and these of them hold now: what is typed from now on replaces it."""
        shops = {} if self.seen.place is None else shop_settings.seen(self._till, None).values
        self._seen = self.seen.after(changes, shops)
        for setting in changes:
            self._written.pop(_RATES if setting.startswith(TAX_RATE) else setting, None)

    def typed(self) -> dict[str, Any]:
        """The values of the fields that the person changed, by the names of the settings, in JSON types; also
        of fields that were saved since they were filled.

        Raises DomainError.
        """
        values: dict[str, Any] = {}
        for name, (written, read) in self._fields.items():
            if name not in self._written or written() != self._written[name]:
                values |= read()
        return values

    def _readers(self) -> dict[str, _Field]:
        currency = self._formatter.currency
        amount, whole = partial(parse_amount, currency=currency), partial(parse_quantity, unit=EACH)
        return {
            "adds_tax": _plain("adds_tax", lambda: bool(self._adds_tax.currentData())),
            "tax_rounding": _plain("tax_rounding", lambda: str(self._rounding.currentData())),
            "cash_step_minor": _figure("cash_step_minor", self._cash_step, amount),
            "clerk_discount_ppm_max": _figure("clerk_discount_ppm_max", self._discount, parse_share),
            "low_stock": _figure("low_stock", self._low_stock, whole),
            "payment_methods": (self._checked_methods, lambda: {"payment_methods": self._typed_methods()}),
            "refund_days": _figure("refund_days", self._refund_days, whole),
            "quantity_max": _figure("quantity_max", self._quantity_max, whole),
            "amount_minor_max": _figure("amount_minor_max", self._amount_max, amount),
            "require_second_factor": _plain("require_second_factor", self._second_factor.isChecked),
            "refuse_unconditional": _plain("refuse_unconditional", self._refuse.isChecked),
            "receipt_header": _plain("receipt_header", lambda: self._header.toPlainText().strip()),
            "receipt_footer": _plain("receipt_footer", lambda: self._footer.toPlainText().strip()),
            _RATES: (
                self._rates.toPlainText,
                lambda: tax_rates.read_written(self._rates.toPlainText(), self.seen.settings.tax_rates),
            ),
        }

    def _checked_methods(self) -> list[str]:
        return [code for code, box in self._methods.items() if box.isChecked()]

    def _typed_methods(self) -> list[str]:
        """The checked methods, in the shop's order; those of a newer release stay among them."""
        chosen, before = self._checked_methods(), self.seen.settings.payment_methods
        kept = [code for code in before if code in chosen or code not in self._methods]
        methods = [*kept, *(code for code in chosen if code not in kept)]
        if not methods:
            raise BadQuantity(self.tr("Choose a payment method: a sale has to be paid somehow."))
        return methods

    # --- an admin's sign-in ---

    def ask_admin(self, changes: dict[str, Any]) -> None:
        """Ask for an admin's user name and password for changes that loosen a check."""
        self._asked = changes
        self._what.setText(
            "\n".join(
                f"{setting_name(name)}: {value_in_words(name, value, self._formatter.currency)}"
                for name, value in changes.items()
            )
        )
        self._admin.set_user("")
        self._admin.forget()
        self._pages.setCurrentIndex(1)
        self._admin.first_empty.setFocus()

    def show_form(self) -> None:
        """Show the fields again, and forget a password."""
        self._admin.forget()
        self._asked = {}
        self._pages.setCurrentIndex(0)

    def _sign_in(self) -> None:
        typed = self._admin.typed()
        if typed is not None:
            self.adminReady.emit(
                AdminChange(typed.username, typed.password, self._asked, self.place, typed.code)
            )

    @property
    def asks_for_code(self) -> bool:
        """Whether the admin was asked for a code of their second factor."""
        return self._admin.asks_for_code

    def refuse(self, refused: Refused) -> None:
        """Show a refusal at the field of the admin's sign-in that it is about; what was typed stays."""
        self._admin.refuse(refused)

    # --- the widgets ---

    def _form(self) -> QWidget:
        device = self._till.device
        self._scope = choice(
            "shopScope",
            self.tr("For"),
            (
                (self.tr("the whole shop"), None),
                (self.tr("{place} only").format(place=device.location_name), device.location_id),
            ),
        )
        self._scope.activated.connect(lambda _index: self.scopeChosen.emit())
        self._adds_tax = self._choice("addsTax", "adds_tax", (False, True))
        self._rounding = self._choice("taxRounding", "tax_rounding", ("line", "receipt"))
        self._cash_step = figure_field("cashStep", setting_name("cash_step_minor"))
        self._discount = figure_field("clerkDiscount", setting_name("clerk_discount_ppm_max"))
        self._low_stock = figure_field("lowStock", setting_name("low_stock"))
        self._refund_days = figure_field("refundDays", setting_name("refund_days"))
        self._quantity_max = figure_field("quantityMax", setting_name("quantity_max"))
        self._amount_max = figure_field("amountMax", setting_name("amount_minor_max"))
        self._refuse = check("refuseUnconditional", setting_name("refuse_unconditional"))
        self._second_factor = check("requireSecondFactor", setting_name("require_second_factor"))
        self._rates = text("taxRates", self.tr("Named tax rates, one a line"))
        self._rates.setPlaceholderText("Standard = 19 %; 2027-01-01 = 21 %")
        self._header = text("receiptHeader", setting_name("receipt_header"))
        self._footer = text("receiptFooter", setting_name("receipt_footer"))
        self._methods = {
            method.code: check(f"offer{method.code.title().replace('_', '')}", str(method.name))
            for method in payment_methods.at_tender()
        }
        save = button(self.tr("Save for the shop"), "saveSelling", self.saveWanted.emit, role="primary")
        hint = label(self.tr("A place follows the shop, except in settings of its own."), "muted", wrap=True)
        return form(
            (self.tr("For"), self._scope),
            ("", hint),
            (self._adds_tax.accessibleName(), self._adds_tax),
            (self._rounding.accessibleName(), self._rounding),
            (self._rates.accessibleName(), self._rates),
            (self._cash_step.accessibleName(), self._cash_step),
            (self._discount.accessibleName(), self._discount),
            (self._low_stock.accessibleName(), self._low_stock),
            (setting_name("payment_methods"), _beside(self._methods.values())),
            (self._refund_days.accessibleName(), self._refund_days),
            (self._quantity_max.accessibleName(), self._quantity_max),
            (self._amount_max.accessibleName(), self._amount_max),
            (self._header.accessibleName(), self._header),
            (self._footer.accessibleName(), self._footer),
            ("", self._refuse),
            ("", self._second_factor),
            ("", save),
        )

    def _choice(self, name: str, setting: str, values: Iterable[object]) -> Any:
        words: Callable[[object], str] = lambda value: value_in_words(setting, value, "")  # noqa: E731
        return choice(name, setting_name(setting), [(words(value), value) for value in values])

    def _admin_form(self) -> QWidget:
        self._what = label(name="adminWhat", wrap=True)
        self._admin = SignInFields("admin", self.tr("Administrator’s user name"))
        self._admin.submitted.connect(self._sign_in)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(button(BACK.after(self.tr("Back")), "adminBack", self.show_form))
        row.addWidget(button(self.tr("Change"), "adminChange", self._sign_in, role="primary"), 1)
        buttons = QWidget()
        buttons.setLayout(row)
        why = self.tr(
            "This lets more pass unchecked. An administrator signs in for it, with a connection; this till "
            "keeps nothing of the sign-in."
        )
        if is_plain(self._till.device.server_url):
            why += " " + self.tr(
                "The connection is not encrypted: others in the network can read the password."
            )
        return form(
            ("", label(why, wrap=True)),
            ("", self._what),
            ("", self._admin),
            ("", buttons),
        )


def _plain(name: str, value: Callable[[], Any]) -> _Field:
    return value, lambda: {name: value()}


def _figure(name: str, typed: QLineEdit, read: Callable[[str], int]) -> _Field:
    def value() -> dict[str, Any]:
        with problems.at(typed):
            return {name: read(typed.text())}

    return typed.text, value


def _beside(parts: Iterable[QWidget]) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    for part in parts:
        layout.addWidget(part)
    layout.addStretch(1)
    return row
