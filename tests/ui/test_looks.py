"""What a person with weak eyes, a small screen or no mouse would notice."""

import re
from importlib.resources import files
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QWidget,
)

from app.ui.page.base import Page
from app.ui.widgets.theme import Theme, Tokens, apply_theme, read_tokens
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SELL, SHORTCUTS, SIGN_IN, STOCK, SYNC, PageEntry
from tests.kit.offline_shop import OfflineShop
from tests.kit.windows import Keyboard, Loop, part, scan

WIDGET = TypeVar("WIDGET", bound=QWidget)

AA = 4.5
PAPER = ("window", "surface", "raised")


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def pairs(tokens: Tokens) -> list[tuple[str, str]]:
    inks = ("text", "muted", "accent", "good", "busy", "warn", "bad")
    on_paper = [(ink, paper) for ink in inks for paper in PAPER]
    on_tint = [(tone, f"{tone}_tint") for tone in ("good", "busy", "warn", "bad")]
    selected = [(ink, "accent_tint") for ink in ("text", "muted", "accent", "good", "busy", "warn", "bad")]
    return [*on_paper, *on_tint, *selected, ("on_accent", "accent"), ("on_accent", "accent_hover")]


@pytest.mark.parametrize("theme", list(Theme))
def test_every_text_stands_out_from_what_is_behind_it(theme: Theme) -> None:
    tokens = read_tokens(theme)
    weak = {
        pair: round(contrast(tokens[pair[0]], tokens[pair[1]]), 2)
        for pair in pairs(tokens)
        if contrast(tokens[pair[0]], tokens[pair[1]]) < AA
    }
    assert weak == {}


@pytest.mark.parametrize("theme", list(Theme))
def test_the_sheet_writes_on_nothing_that_hides_the_words(theme: Theme) -> None:
    tokens = read_tokens(theme)
    sheet = (files("resources") / "theme" / "evertill.qss").read_text("utf-8")
    weak = {}
    for selector, rules in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet):
        paper = re.search(r"background: \$(\w+)", rules)
        ink = re.search(r"(?<![-\w])color: \$(\w+)", rules)
        if paper and ink and contrast(tokens[ink[1]], tokens[paper[1]]) < AA:
            weak[selector.strip()] = (ink[1], paper[1])
    assert weak == {}


def test_all_themes_name_the_same_colours_and_the_sheet_no_other() -> None:
    sheet = (files("resources") / "theme" / "evertill.qss").read_text("utf-8")
    named = set(re.findall(r"\$(\w+)", sheet))
    assert {frozenset(read_tokens(theme)) for theme in Theme} == {frozenset(read_tokens(Theme.LIGHT))}
    assert named - {"arrow", "tick"} <= set(read_tokens(Theme.LIGHT))
    for theme in Theme:
        arrow = (files("resources") / "theme" / f"arrow-{theme}.svg").read_text("utf-8")
        assert read_tokens(theme)["text"] in arrow
        tick = (files("resources") / "theme" / f"tick-{theme}.svg").read_text("utf-8")
        assert read_tokens(theme)["on_accent"] in tick


def test_the_theme_changes_under_an_open_window(selling: MainWindow, qapp: QApplication) -> None:
    apply_theme(qapp, Theme.DARK)
    assert selling.palette().window().color().name().upper() == read_tokens(Theme.DARK)["window"]
    apply_theme(qapp, Theme.LIGHT)


@pytest.mark.parametrize("page", [SIGN_IN, SELL, STOCK, SYNC, SHORTCUTS])
def test_nothing_is_cut_at_1024_by_768(
    selling: MainWindow, shop: OfflineShop, loop: Loop, keys: Keyboard, page: PageEntry[Page]
) -> None:
    fill(selling, shop, loop)
    open_page(selling, page)
    QApplication.processEvents()
    assert (selling.width(), selling.height()) == (1024, 768)
    assert selling.minimumSizeHint().width() <= 1024
    assert selling.minimumSizeHint().height() <= 768
    for widget in shown(selling, QAbstractButton):
        assert widget.width() >= widget.minimumSizeHint().width(), widget.objectName()
        assert widget.height() >= widget.minimumSizeHint().height(), widget.objectName()
    for text in shown(selling, QLabel):
        if text.text() and not text.wordWrap():
            assert text.width() >= text.minimumSizeHint().width(), text.text()


@pytest.mark.parametrize("page", [SIGN_IN, SELL, STOCK, SYNC, SHORTCUTS])
def test_every_control_has_a_name_for_screen_readers_and_room_for_a_finger(
    selling: MainWindow, shop: OfflineShop, loop: Loop, page: PageEntry[Page]
) -> None:
    fill(selling, shop, loop)
    open_page(selling, page)
    QApplication.processEvents()
    for kind in (QAbstractButton, QLineEdit, QComboBox, QAbstractItemView):
        for control in shown(selling, kind):
            if isinstance(control, QHeaderView) or not control.isEnabled():
                continue
            assert control.accessibleName(), control.objectName() or type(control).__name__
            if isinstance(control, QAbstractButton) and control.objectName() != "statusStrip":
                assert control.height() >= 44, control.objectName()
                assert control.width() >= 44, control.objectName()


def test_tab_goes_round_the_sell_page_and_comes_back(selling: MainWindow, keys: Keyboard) -> None:
    scan("2000000000015")
    begun = QApplication.focusWidget()
    seen: list[QWidget | None] = []
    for _ in range(40):
        keys.press(Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget())
        if seen[-1] is begun:
            break
    names = {widget.objectName() for widget in seen if widget is not None}
    assert {"cartTable", "pay", "sellSearch", "navSell", "switchPerson", "statusStrip"} <= names
    assert seen[-1] is begun


def test_shortcuts_are_one_key_away_and_esc_comes_back(selling: MainWindow, keys: Keyboard) -> None:
    keys.press_in(selling, Qt.Key.Key_F1)
    assert selling.page(SHORTCUTS).isVisible()
    keys.press(Qt.Key.Key_Escape)
    assert selling.page(SELL).isVisible()


def fill(window: MainWindow, shop: OfflineShop, loop: Loop) -> None:
    """A cart, a long name, a miss and a conflict: what takes room."""
    for code in ("2000000000015", "2000000000053", "2000000000077", "5012345678900"):
        scan(code)
    shop.open_conflict(shop.stock_conflict())
    loop.until(lambda: "· 1" in part(window, QAbstractButton, "navSync").text())
    window.page(STOCK).show_product(shop.product_id("Blue mug"))


def open_page(window: MainWindow, page: PageEntry[Page]) -> None:
    if page is SIGN_IN:
        window.switch_person()
    else:
        window.show_page(page)


def shown(window: MainWindow, kind: type[WIDGET]) -> list[WIDGET]:
    return [widget for widget in window.findChildren(kind) if widget.isVisible()]
