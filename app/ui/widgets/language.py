"""The language of the windows: English as it is written in the source, the others from Qt Linguist files.

The files are resources/translations/evertill_*.ts, compiled beside them. What the rules and services say goes
through the same files: `apply_language` installs Qt's translator there too.
"""

from datetime import datetime
from importlib.resources import files
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, Qt, QTime, QTranslator
from PySide6.QtWidgets import QApplication

from resources import words

_QT_WORDS = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
_OUR_WORDS = Path(str(files("resources"))) / "translations"

LEFT_TO_RIGHT_MARK = "\u200e"
LEFT_TO_RIGHT_ISOLATE, RIGHT_TO_LEFT_ISOLATE, FIRST_STRONG_ISOLATE = "\u2066", "\u2067", "\u2068"
POP_ISOLATE = "\u2069"
"""Around what is set in a direction of its own, whatever stands about it (Unicode UAX 9)."""

LANGUAGES = {"en": "English", "es": "Español", "ar": "العربية"}
"""By code, each by its own name."""


class EnglishPlurals(QTranslator):
    """ "%n item(s)" is "1 item" or "3 items": English has one rule, and needs no file for it."""

    def translate(
        self, _context: str, text: str, _disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        # None says that there is no translation: the source is shown.
        return None if n < 0 or "(" not in text else words.plural(text, n)

    def isEmpty(self) -> bool:
        return False


_installed: list[QTranslator] = []


def language_of(chosen: str) -> str:
    """The language to speak: the one chosen, else the computer's, else English."""
    if chosen in LANGUAGES:
        return chosen
    code = QLocale.system().name()[:2]
    return code if code in LANGUAGES else "en"


def apply_language(app: QApplication, chosen: str = "") -> QLocale:
    """Speak this language from now on, windows that are made later included; the locale that goes with it."""
    while _installed:
        app.removeTranslator(_installed.pop())
    code = language_of(chosen)
    if code == "en":
        _install(app, EnglishPlurals(app))
    else:
        # Qt's own words (a file chooser's, a field's menu) have files of their own.
        for path in (_QT_WORDS / f"qtbase_{code}.qm", _OUR_WORDS / f"evertill_{code}.qm"):
            translator = QTranslator(app)
            if translator.load(str(path)):
                _install(app, translator)
    locale = _locale(code)
    words.install(_translate, _figures(locale))
    QLocale.setDefault(locale)
    app.setLayoutDirection(locale.textDirection())
    return locale


def _install(app: QApplication, translator: QTranslator) -> None:
    app.installTranslator(translator)
    _installed.append(translator)


def _translate(context: str, text: str, n: int = -1) -> str:
    return QCoreApplication.translate(context, text, "", n)


def _figures(locale: QLocale) -> words.Figures:
    def clock(moment: datetime) -> str:
        return locale.toString(QTime(moment.hour, moment.minute), QLocale.FormatType.ShortFormat)

    mirrored = locale.textDirection() == Qt.LayoutDirection.RightToLeft
    return words.Figures(locale.decimalPoint(), LEFT_TO_RIGHT_MARK if mirrored else "", clock)


def _locale(code: str) -> QLocale:
    """The computer's own way of writing figures where it speaks this language, else the language's.

    Figures are in the digits of barcodes, receipts and keyboards everywhere: 0 to 9. Arabic is written with
    them in the Emirates as in the Maghreb, so a computer that has other digits gets that locale.
    """
    system = QLocale.system()
    if system.name()[:2] == code and system.zeroDigit() == "0":
        return system
    return {
        "en": QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom),
        "es": QLocale(QLocale.Language.Spanish, QLocale.Country.Spain),
        "ar": QLocale(QLocale.Language.Arabic, QLocale.Country.UnitedArabEmirates),
    }[code]
