"""The till in Spanish and in Arabic: every word, plurals, figures, and the window mirrored."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QPoint, QSize, Qt
from PySide6.QtWidgets import QApplication, QPushButton

from app.domain.money import format_minor, parse_amount
from app.domain.quantity import format_quantity, parse_quantity
from app.services.sync.conflicts import comparison
from app.ui.sell.cart_table import ITEM, REMOVE, CartTable
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.language import apply_language
from app.ui.window.status_strip import Backlog, strip_text
from resources.words import translate
from sync_agent.events import ConnectionState
from tests.kit.offline_shop import OfflineShop
from tests.kit.pictures.cut_text import cut_texts
from tests.kit.pictures.scenes import SCENES, Stage
from tests.kit.pictures.stage import stage_of
from tests.kit.windows import Loop

ROOT = Path(__file__).resolve().parents[2]
SCREEN = QSize(1024, 768)
WORDY = (
    "sell_cart",
    "sell_refund_lines",
    "sell_tender_split",
    "shift_closing",
    "stock_product",
    "count_finishing",
    "sync_attention",
    "conflict_dialog",
    "approval_dialog",
    "settings_selling",
)
"""Scenes with much to say in little room; `make gallery` looks at all of them in every language."""


@pytest.fixture
def speak(qapp: QApplication) -> Iterator[Callable[[str], QLocale]]:
    yield lambda code: apply_language(qapp, code)
    apply_language(qapp, "en")


def test_every_text_is_translated_and_the_files_are_what_the_source_says() -> None:
    checked = subprocess.run(
        [sys.executable, ROOT / "scripts" / "translations.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@dataclass(frozen=True)
class Counts:
    waiting: int
    attention: int = 0
    conflicts: int = 0
    sales: int = 0
    flagged: int = 0


def strip(counts: Counts) -> str:
    shown = strip_text(
        ConnectionState.OFFLINE, counts, 0, 60_000, backlog=Backlog(), clock=lambda _ms: "14:05"
    )
    return shown.words


def test_spanish_counts_as_spanish_does(speak: Callable[[str], QLocale]) -> None:
    speak("es")
    assert strip(Counts(1, sales=1)) == "Sin conexión desde 14:05 · 1 venta en esta caja"
    assert strip(Counts(3, attention=1)) == (
        "Sin conexión desde 14:05 · 3 apuntes en esta caja · 1 requiere atención"
    )


def test_qts_own_words_are_spanish_too(speak: Callable[[str], QLocale]) -> None:
    speak("es")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancelar"
    speak("en")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "عملية بيع واحدة"),
        (2, "عمليتا بيع"),
        (3, "3 عمليات بيع"),
        (11, "11 عملية بيع"),
        (100, "100 عملية بيع"),
    ],
)
def test_arabic_counts_in_its_six_forms(speak: Callable[[str], QLocale], count: int, words: str) -> None:
    speak("ar")
    assert translate("StatusStrip", "%n sale(s)", count) == words


@pytest.mark.parametrize("code", ["en", "es", "ar"])
def test_a_figure_that_is_shown_can_be_typed(speak: Callable[[str], QLocale], code: str) -> None:
    speak(code)
    assert parse_amount(format_minor(123_450, "GBP"), "GBP") == 123_450
    assert parse_quantity(format_quantity(1250, "kg"), "kg") == 1250


@pytest.mark.parametrize(
    ("code", "money", "weight"),
    [("en", "1,234.50", "1.250 kg"), ("es", "1234,50", "1,250 kg"), ("ar", "1,234.50", "1.250 كغ")],
)
def test_figures_are_written_as_the_language_does(
    speak: Callable[[str], QLocale], code: str, money: str, weight: str
) -> None:
    formatter = Formatter(speak(code), "GBP", "Europe/London")
    assert formatter.amount(123_450) == money
    assert formatter.quantity(1250, "kg") == weight


@pytest.mark.parametrize(
    ("code", "currency", "loss", "gain"),
    [
        ("en", "GBP", "−£10.80", "+£10.80"),
        ("es", "EUR", "−10,80\u00a0€", "+10,80\u00a0€"),
        ("ar", "GBP", "\u2066−£10.80\u2069", "\u2066+£10.80\u2069"),
        ("ar", "AED", "\u2067\u200e−10.80\u00a0د.إ.\u200f\u2069", "\u2067\u200e+10.80\u00a0د.إ.\u200f\u2069"),
    ],
)
def test_money_keeps_its_order_whatever_words_stand_beside_it(
    speak: Callable[[str], QLocale], code: str, currency: str, loss: str, gain: str
) -> None:
    formatter = Formatter(speak(code), currency, "Europe/London")
    assert formatter.money(-1080) == loss
    assert formatter.signed_money(1080) == gain


def test_a_suggestion_is_explained_in_the_language(
    speak: Callable[[str], QLocale], shop: OfflineShop
) -> None:
    speak("es")
    shop.open_conflict(shop.stock_conflict())
    suggestion = comparison(shop.till, "conflict-1").suggestion
    assert suggestion is not None
    assert suggestion.explanation == (
        "Antes: 20.",
        "Usted restó 8 → 12.",
        "Omar Haddad restó 5 → 15.",
        "Propuesta: 7 (20 − 8 − 5: ocurrió lo uno y lo otro).",
    )


@pytest.fixture
def arabic(loop: Loop, speak: Callable[[str], QLocale], tmp_path: Path) -> Iterator[Stage]:
    inner = asyncio.get_event_loop()
    with stage_of(inner, tmp_path / "till", speak("ar"), SCREEN) as made:
        yield made


def test_arabic_mirrors_the_window(arabic: Stage) -> None:
    SCENES["sell_cart"](arabic)
    arabic.settle()
    window = arabic.window
    assert window.layoutDirection() is Qt.LayoutDirection.RightToLeft

    def at(name: str) -> int:
        return arabic.part(QPushButton, name).mapTo(window, QPoint(0, 0)).x()

    assert at("navSell") > at("navStock") > at("navSync")
    cart = arabic.part(CartTable, "cartTable")
    first, last = (cart.visualRect(cart.model().index(0, column)) for column in (ITEM, REMOVE))
    assert first.left() > last.right()


@pytest.mark.parametrize("code", ["es", "ar"])
@pytest.mark.parametrize("name", WORDY)
def test_no_text_is_cut_in_other_languages(
    loop: Loop, speak: Callable[[str], QLocale], tmp_path: Path, code: str, name: str
) -> None:
    inner = asyncio.get_event_loop()
    with stage_of(inner, tmp_path / "till", speak(code), SCREEN) as stage:
        shown = SCENES[name](stage)
        stage.settle()
        assert cut_texts(shown, SCREEN) == []
