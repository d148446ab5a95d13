"""The forms of a till's first run: a manager's code, a manager's password, and a new server's first shop."""

from collections.abc import Awaitable
from typing import Protocol
from zoneinfo import available_timezones

from PySide6.QtCore import QLocale, Qt, QTimeZone, Signal
from PySide6.QtWidgets import QCompleter, QFormLayout, QLineEdit, QWidget

from app.ui.widgets.parts import field as text_field
from app.ui.widgets.parts import form_label, label
from resources.words import translate
from sync_agent.contract.enrolment_codes import CodeOffer
from sync_agent.enrolment_forms import CodeEnrolment, FirstShop

PASSWORD_MIN = 10
PIN_MIN, PIN_MAX = 4, 8


class CodePort(Protocol):
    """What the page asks for where a code was typed. Each raises SyncError and can be cancelled."""

    def look_up(self, form: CodeEnrolment, /) -> Awaitable[CodeOffer | None]:
        """What the code is for; None where it is used, and this till may be the one that used it."""

    def accept(self, form: CodeEnrolment, /) -> Awaitable[None]: ...

    def make_shop(self, form: FirstShop, /) -> Awaitable[None]: ...


class Fields(QWidget):
    """A form of lines to type into, each found by its name; `enrol-…` is its object name.

    Signals:
        edited(): something was typed.
    """

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, QLineEdit] = {}
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setSpacing(8)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def add(
        self, name: str, title: str, hint: str = "", *, text: str = "", secret: bool = False
    ) -> QLineEdit:
        made = text_field(f"enrol-{name.replace('_', '-')}", title, placeholder=hint, secret=secret)
        made.setText(text)
        made.setMinimumWidth(320)
        made.textEdited.connect(lambda _text: self.edited.emit())
        described = form_label(title, made)
        described.setMinimumWidth(170)
        self._form.addRow(described, made)
        self.lines[name] = made
        return made

    def text(self, name: str) -> str:
        """What was typed; a secret as it is, everything else without spaces around it."""
        line = self.lines[name]
        is_secret = line.echoMode() == QLineEdit.EchoMode.Password
        return line.text() if is_secret else line.text().strip()

    def show_line(self, name: str, shown: bool) -> None:
        self._form.setRowVisible(self.lines[name], shown)

    def first_empty(self) -> QLineEdit | None:
        return next(
            (
                line
                for name, line in self.lines.items()
                if self._form.isRowVisible(line) and not self.text(name)
            ),
            None,
        )


def server_fields(server_url: str) -> Fields:
    """What every way needs."""
    made = Fields()
    made.add("server_url", translate("EnrolPage", "Server"), "https://tills.example.com", text=server_url)
    made.add("till_name", translate("EnrolPage", "Name of this till"), translate("EnrolPage", "like Till 2"))
    return made


def code_fields() -> Fields:
    made = Fields()
    code = made.add("code", translate("EnrolPage", "Code"), translate("EnrolPage", "like 8F3K-Q2ZN-7M4T"))
    code.setInputMethodHints(
        Qt.InputMethodHint.ImhPreferUppercase
        | Qt.InputMethodHint.ImhNoPredictiveText
        | Qt.InputMethodHint.ImhSensitiveData
    )
    code.setMaxLength(40)
    return made


def password_fields() -> Fields:
    made = Fields()
    made.add(
        "tenant_id",
        translate("EnrolPage", "Shop"),
        translate("EnrolPage", "as the office calls it, like demo"),
    )
    made.add(
        "location_id",
        translate("EnrolPage", "Location"),
        translate("EnrolPage", "the branch that this till is in, like main"),
    )
    made.add("username", translate("EnrolPage", "Manager’s user name"))
    made.add("password", translate("EnrolPage", "Password"), secret=True)
    made.add(
        "second_factor",
        translate("EnrolPage", "Code from the authenticator app"),
        translate("EnrolPage", "or a recovery code"),
    )
    made.show_line("second_factor", False)
    return made


class FirstShopFields(Fields):
    """The shop, its place, and its admin."""

    def __init__(self) -> None:
        super().__init__()
        self.add("shop_name", translate("EnrolPage", "Name of the shop"))
        self.add(
            "currency",
            translate("EnrolPage", "Currency"),
            translate("EnrolPage", "three letters, like EUR"),
            text=QLocale.system().currencySymbol(QLocale.CurrencySymbolFormat.CurrencyIsoCode),
        )
        self.add(
            "place_name",
            translate("EnrolPage", "Location"),
            translate("EnrolPage", "the branch that this till is in, like High Street"),
        )
        zones = sorted(available_timezones())
        own = bytes(QTimeZone.systemTimeZoneId().data()).decode(errors="replace")
        zone = self.add(
            "time_zone",
            translate("EnrolPage", "Time zone"),
            translate("EnrolPage", "like Europe/Berlin"),
            text=own if own in zones else "",
        )
        completer = QCompleter(zones, zone)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        zone.setCompleter(completer)
        self._zones = frozenset(zones)
        self.add(
            "admin_name",
            translate("EnrolPage", "Your user name"),
            translate("EnrolPage", "you are the shop’s admin"),
        )
        self.add(
            "admin_password",
            translate("EnrolPage", "Password"),
            translate("EnrolPage", "at least {count} characters").format(count=PASSWORD_MIN),
            secret=True,
        )
        self.add(
            "pin",
            translate("EnrolPage", "PIN"),
            translate("EnrolPage", "{least} to {most} digits, to sign in at the till").format(
                least=PIN_MIN, most=PIN_MAX
            ),
            secret=True,
        ).setMaxLength(PIN_MAX)

    def problem(self) -> tuple[QLineEdit, str] | None:
        """The first field that a server would refuse, and why in words."""
        from babel.numbers import is_currency  # noqa: PLC0415 - slow to load, and for a first run alone

        currency, zone, password, pin = (
            self.lines[name] for name in ("currency", "time_zone", "admin_password", "pin")
        )
        if not is_currency(self.text("currency").upper()):
            return currency, translate(
                "EnrolPage", "There is no such currency. It has three letters, like EUR."
            )
        if self.text("time_zone") not in self._zones:
            return zone, translate("EnrolPage", "There is no such time zone. Choose one of the list.")
        if len(password.text()) < PASSWORD_MIN:
            words = translate("EnrolPage", "The password has at least {count} characters.")
            return password, words.format(count=PASSWORD_MIN)
        digits = pin.text()
        if not (digits.isascii() and digits.isdigit() and PIN_MIN <= len(digits) <= PIN_MAX):
            words = translate("EnrolPage", "The PIN has {least} to {most} digits.")
            return pin, words.format(least=PIN_MIN, most=PIN_MAX)
        return None


class OfferCard(QWidget):
    """What a code is for: the server, the shop and the place, before this till becomes theirs."""

    def __init__(self) -> None:
        super().__init__()
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(8)
        self._lines = {
            name: label(role="heading", name=f"offer-{name}", wrap=True)
            for name in ("server", "shop", "place", "till")
        }
        for name, title in (
            ("server", translate("EnrolPage", "Server")),
            ("shop", translate("EnrolPage", "Shop")),
            ("place", translate("EnrolPage", "Location")),
            ("till", translate("EnrolPage", "Name of this till")),
        ):
            form.addRow(label(title, "muted"), self._lines[name])

    def show_offer(self, offer: CodeOffer, form: CodeEnrolment) -> None:
        tenant, location = offer.tenant, offer.location
        for name, words in (
            ("server", form.server_url),
            ("shop", "" if tenant is None else tenant.name),
            ("place", "" if location is None else location.name),
            ("till", form.till_name),
        ):
            self._lines[name].setText(words)
            self._lines[name].setAccessibleName(words)
