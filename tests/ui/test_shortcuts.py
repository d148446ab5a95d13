"""Each key is defined once, in the table of keys or the registry of pages; the list shows what is bound."""

import ast
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

import app.ui
from app.ui.widgets import shortcuts
from app.ui.widgets.shortcuts import EVERYWHERE, Shortcut
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import PAGES, SELL, SHORTCUTS, SYNC, all_shortcuts
from tests.kit.offline_shop import OfflineShop
from tests.kit.windows import Keyboard, Loop, part, scan

UI = Path(app.ui.__file__).parent
TABLES = {UI / "widgets" / "shortcuts.py", UI / "window" / "pages.py"}
FILES = sorted(set(UI.rglob("*.py")) - TABLES)
NAMED = {name: value for name, value in vars(shortcuts).items() if isinstance(value, Shortcut)}
A_KEY = re.compile(r"\b(F\d{1,2}|Esc|Del\b|(Ctrl|Alt|Shift|Meta)\+)")


def texts(tree: ast.Module) -> Iterator[str]:
    """The texts of a module that a person could see: all but docstrings."""
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node.value


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_key_is_written_outside_the_tables(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert [text for text in texts(tree) if A_KEY.search(text)] == []
    named = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    assert [name for name in named if name.startswith("Qt.Key.")] == []
    imported = [
        alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    ]
    assert not {"QShortcut", "QKeySequence"} & set(imported)


def test_no_two_keys_of_one_scope_collide() -> None:
    # Qt runs neither of two actions with the same key, and reports that only in a log.
    listed = all_shortcuts(PAGES)
    for one, other in combinations(listed, 2):
        if one.scope is other.scope or EVERYWHERE in (one.scope, other.scope):
            both = {QKeySequence(key).toString() for key in one.keys} & {
                QKeySequence(key).toString() for key in other.keys
            }
            assert not both, f"{both}: {one.name} in two places"


def test_every_key_is_one_that_qt_knows() -> None:
    for shortcut in all_shortcuts(PAGES):
        for key in shortcut.keys:
            assert QKeySequence(key).toString() == key


def test_every_named_key_is_listed_and_used() -> None:
    listed = {id(shortcut) for shortcut in all_shortcuts(PAGES)}
    assert [name for name, shortcut in NAMED.items() if id(shortcut) not in listed] == []
    source = " ".join(path.read_text("utf-8") for path in [*FILES, UI / "window" / "pages.py"])
    used = [rf"\b{name}\.(bind|is_pressed)\b|\(\s*{name}, self\." for name in NAMED]
    assert [name for name, use in zip(NAMED, used, strict=True) if not re.search(use, source)] == []


def test_what_the_window_listens_to_is_on_the_page_of_keys(selling: MainWindow, keys: Keyboard) -> None:
    for entry in PAGES:
        selling.page(entry)
    bound = {key.key().toString() for key in selling.findChildren(QShortcut)}
    listed = {key for shortcut in all_shortcuts(PAGES) for key in shortcut.keys}
    assert bound <= listed
    keys.press_in(selling, Qt.Key.Key_F1)
    caps = {text.text() for text in selling.page(SHORTCUTS).findChildren(QLabel)}
    assert {shortcut.name for shortcut in all_shortcuts(PAGES) if shortcut.description} <= caps


def test_captions_name_the_key_that_does_it(selling: MainWindow) -> None:
    captions = {name: part(selling, QPushButton, name).text() for name in ("pay", "hold", "discount")}
    assert captions == {"pay": "Pay (F9)", "hold": "Hold F4", "discount": "Discount F8"}
    assert part(selling, QPushButton, "switchPerson").toolTip() == "Let another person sign in (Ctrl+L)"
    assert selling.strip.toolTip() == "Open the Sync centre (Ctrl+4)"


def test_no_key_reaches_behind_a_dialog(
    selling: MainWindow, shop: OfflineShop, keys: Keyboard, loop: Loop
) -> None:
    scan("2000000000015")
    shop.open_conflict(shop.stock_conflict())
    loop.until(lambda: "· 1" in part(selling, QPushButton, "navSync").text())
    selling.page(SYNC).decide("conflict-1")
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    for key in (Qt.Key.Key_F9, Qt.Key.Key_F1, Qt.Key.Key_Delete):
        QTest.keyClick(dialog.windowHandle(), key)
    QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    QApplication.processEvents()
    assert selling.page(SELL).isVisible()
    assert part(selling, QPushButton, "pay").isVisible()
    assert [line.description for line in selling.page(SELL).cart.lines] == ["Blue mug"]
    keys.press(Qt.Key.Key_Escape)


def test_no_key_opens_a_page_while_nobody_is_signed_in(window: MainWindow) -> None:
    for key in (Qt.Key.Key_1, Qt.Key.Key_4, Qt.Key.Key_5, Qt.Key.Key_L):
        QTest.keyClick(window.windowHandle(), key, Qt.KeyboardModifier.ControlModifier)
    for key in (Qt.Key.Key_F1, Qt.Key.Key_F9, Qt.Key.Key_F7):
        QTest.keyClick(window.windowHandle(), key)
    QApplication.processEvents()
    assert part(window, QPushButton, "signIn").isVisible()
