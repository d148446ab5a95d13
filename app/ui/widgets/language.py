"""The language of the windows: English is the source text, other languages come from Qt Linguist files.

The files are resources/translations/evertill_*.ts, compiled to .qm beside them. Domain and services use the
same files through `resources.words`, where `apply_language` installs Qt's translator.
"""

from datetime import datetime
from importlib.resources import files
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, Qt, QTime, QTranslator
from PySide6.QtWidgets import QApplication

from resources import words

_QT_TRANSLATIONS = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
_TRANSLATIONS = Path(str(files("resources"))) / "translations"

LEFT_TO_RIGHT_MARK = "\u200e"
LEFT_TO_RIGHT_ISOLATE, RIGHT_TO_LEFT_ISOLATE, FIRST_STRONG_ISOLATE = "\u2066", "\u2067", "\u2068"
POP_ISOLATE = "\u2069"
"""Unicode isolates (UAX 9): text between them has its own direction, independent of its surroundings."""


def left_to_right(text: str) -> str:
    """A code or an address, which reads from the left in every language."""
    return f"{LEFT_TO_RIGHT_ISOLATE}{text}{POP_ISOLATE}"


LANGUAGES = {"en": "English", "es": "Español", "ar": "العربية"}
"""Language code → the language's own name."""


class EnglishPlurals(QTranslator):
    """ "%n item(s)" becomes "1 item" or "3 items": English plurals, without a file."""

    def translate(
        self, _context: str, text: str, _disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        # None means no translation: Qt shows the source text.
        return None if n < 0 or "(" not in text else words.plural(text, n)

    def isEmpty(self) -> bool:
        return False


_TEN_DIGITS = 1_234_567_890

_installed: list[QTranslator] = []


def language_of(chosen: str) -> str:
    """The language code to use: `chosen`, else the computer's, else "en"."""
    if chosen in LANGUAGES:
        return chosen
    code = QLocale.system().name()[:2]
    return code if code in LANGUAGES else "en"


def apply_language(app: QApplication, chosen: str = "") -> QLocale:
    """Install this language for windows constructed from now on; returns its locale."""
    while _installed:
        app.removeTranslator(_installed.pop())
    code = language_of(chosen)
    if code == "en":
        _install(app, EnglishPlurals(app))
    else:
        # Qt's own texts (file chooser, context menus) come from Qt's own files.
        for path in (_QT_TRANSLATIONS / f"qtbase_{code}.qm", _TRANSLATIONS / f"evertill_{code}.qm"):
            translator = QTranslator(app)
            if translator.load(str(path)):
                _install(app, translator)
    locale = _locale(code)
    words.install(_translate, figures_of(locale))
    QLocale.setDefault(locale)
    app.setLayoutDirection(locale.textDirection())
    return locale


def _install(app: QApplication, translator: QTranslator) -> None:
    app.installTranslator(translator)
    _installed.append(translator)


def _translate(context: str, text: str, n: int = -1) -> str:
    return QCoreApplication.translate(context, text, "", n)


def figures_of(locale: QLocale) -> words.Figures:
    """How the locale writes figures, for reading them back."""

    def clock(moment: datetime) -> str:
        return locale.toString(QTime(moment.hour, moment.minute), QLocale.FormatType.ShortFormat)

    mirrored = locale.textDirection() == Qt.LayoutDirection.RightToLeft
    separator = locale.groupSeparator()
    groups = locale.toString(_TEN_DIGITS).split(separator)
    return words.Figures(
        decimal_point=locale.decimalPoint(),
        before_sign=LEFT_TO_RIGHT_MARK if mirrored else "",
        clock=clock,
        group_separator=separator,
        # The C locale writes no groups.
        group_sizes=(len(groups[-1]), len(groups[-2])) if len(groups) > 1 else (3, 3),
        currency=locale.currencySymbol(QLocale.CurrencySymbolFormat.CurrencyIsoCode),
        currency_sign=locale.currencySymbol(),
    )


def _locale(code: str) -> QLocale:
    """The computer's locale where it is of this language, else the language's default.

    Digits are always 0 to 9, as on barcodes, receipts and keyboards: where an Arabic locale has other digits,
    the locale of the Emirates is used, which has these.
    """
    system = QLocale.system()
    if system.name()[:2] == code and system.zeroDigit() == "0":
        return system
    return {
        "en": QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom),
        "es": QLocale(QLocale.Language.Spanish, QLocale.Country.Spain),
        "ar": QLocale(QLocale.Language.Arabic, QLocale.Country.UnitedArabEmirates),
    }[code]
