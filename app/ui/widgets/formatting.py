"""Money, quantities and times as text, by locale, currency and time zone."""

import unicodedata
from dataclasses import dataclass

from PySide6.QtCore import QDateTime, QLocale, Qt, QTimeZone

from app.domain.money import CURRENCY_SIGNS, minor_digits
from app.domain.rates import PERCENT_DECIMALS, PERCENT_PPM
from app.domain.vocabulary.units import EACH, unit_of
from app.ui.widgets.language import (
    LEFT_TO_RIGHT_ISOLATE,
    LEFT_TO_RIGHT_MARK,
    POP_ISOLATE,
    RIGHT_TO_LEFT_ISOLATE,
)
from resources.words import MINUS, negative, positive


def people_locale() -> QLocale:
    """The computer's locale; British English instead of "C"."""
    locale = QLocale()
    if locale.language() == QLocale.Language.C:
        return QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)
    return locale


@dataclass(frozen=True)
class Formatter:
    """Formats for one till. Times are milliseconds UTC, amounts are minor units."""

    locale: QLocale
    currency: str
    time_zone: str

    def money(self, minor: int) -> str:
        """With currency sign: £18.40."""
        return self._money(minor, MINUS if minor < 0 else "")

    def signed_money(self, minor: int) -> str:
        """A difference: +£0.02, −£1.00."""
        return self._money(minor, MINUS if minor < 0 else "+")

    def _money(self, minor: int, sign: str) -> str:
        digits = minor_digits(self.currency)
        major, symbol = abs(minor) / 10**digits, self._symbol
        if self.locale.textDirection() == Qt.LayoutDirection.LeftToRight:
            return f"{sign}{self.locale.toCurrencyString(major, symbol, digits)}"
        # Reads alike in text of either direction; Qt's own format moves the sign.
        figure = self.locale.toString(major, "f", digits)
        if unicodedata.bidirectional(symbol[0]) == "AL":
            return f"{RIGHT_TO_LEFT_ISOLATE}{LEFT_TO_RIGHT_MARK}{sign}{figure}\u00a0{symbol}{POP_ISOLATE}"
        return f"{LEFT_TO_RIGHT_ISOLATE}{sign}{symbol}{figure}{POP_ISOLATE}"

    def amount(self, minor: int) -> str:
        """Without currency sign, for columns: 18.40."""
        digits = minor_digits(self.currency)
        text = self.locale.toString(abs(minor) / 10**digits, "f", digits)
        return negative(text) if minor < 0 else text

    def quantity(self, quantity: int, unit: str = EACH) -> str:
        """A quantity given in the unit's smallest parts: "3", "1.250 kg"."""
        row = unit_of(unit)
        figure = self.locale.toString(abs(quantity))
        if row.decimals:
            figure = self.locale.toString(abs(quantity) / row.parts, "f", row.decimals)
        text = str(row.written).format(figure=figure)
        return negative(text) if quantity < 0 else text

    def signed(self, quantity: int, unit: str = EACH) -> str:
        """A movement: +12, −3."""
        text = self.quantity(quantity, unit)
        return text if quantity < 0 else positive(text)

    def time(self, moment_ms: int) -> str:
        """14:02"""
        return self.locale.toString(self._local(moment_ms).time(), QLocale.FormatType.ShortFormat)

    def date(self, moment_ms: int) -> str:
        return self.locale.toString(self._local(moment_ms).date(), QLocale.FormatType.ShortFormat)

    def moment(self, moment_ms: int, now_ms: int) -> str:
        """Today: the time alone. Any other day: with the date."""
        if self._local(moment_ms).date() == self._local(now_ms).date():
            return self.time(moment_ms)
        return f"{self.date(moment_ms)} {self.time(moment_ms)}"

    def percent(self, ppm: int) -> str:
        """A rate in millionths: 20%, 5.5%."""
        text = self.locale.toString(ppm / PERCENT_PPM, "f", PERCENT_DECIMALS)
        text = text.rstrip(self.locale.zeroDigit())
        return f"{text.removesuffix(self.locale.decimalPoint())}{self.locale.percent()}"

    def full_moment(self, moment_ms: int) -> str:
        """Date and time, as a receipt has it."""
        return f"{self.date(moment_ms)} {self.time(moment_ms)}"

    @property
    def _symbol(self) -> str:
        iso = self.locale.currencySymbol(QLocale.CurrencySymbolFormat.CurrencyIsoCode)
        if iso == self.currency:
            return self.locale.currencySymbol()
        return CURRENCY_SIGNS.get(self.currency, self.currency)

    def _local(self, moment_ms: int) -> QDateTime:
        return QDateTime.fromMSecsSinceEpoch(moment_ms, QTimeZone(self.time_zone.encode()))
