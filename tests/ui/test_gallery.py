"""Every page, panel and dialog has a picture, and in it every control a name, and room for its words."""

import ast
import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QSize
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QWidget

import app.ui
from app.ui.settings.page import Section
from app.ui.sync.page import Tab
from app.ui.widgets.parts import MessageLine
from app.ui.widgets.theme import Tone
from app.ui.window.pages import PAGES
from tests.kit.pictures.cut_text import cut_texts
from tests.kit.pictures.scenes import SCENES, Stage
from tests.kit.pictures.stage import stage_of
from tests.kit.windows import Loop

SCREEN = QSize(1024, 768)
UI = Path(app.ui.__file__).parent
NAMELESS = {
    QAccessible.Role.Client,
    QAccessible.Role.Window,
    QAccessible.Role.Pane,
    QAccessible.Role.LayeredPane,
    QAccessible.Role.Splitter,
    QAccessible.Role.Border,
    QAccessible.Role.Grouping,
    QAccessible.Role.ScrollBar,
    QAccessible.Role.Dialog,
    QAccessible.Role.Graphic,
    QAccessible.Role.Cell,
    QAccessible.Role.ListItem,
    QAccessible.Role.ColumnHeader,
    QAccessible.Role.RowHeader,
    QAccessible.Role.StaticText,
    QAccessible.Role.Document,
    QAccessible.Role.Canvas,
    QAccessible.Role.Indicator,
    QAccessible.Role.PopupMenu,
}
"""What a reader passes over or reads by its content."""


def test_every_page_section_tab_and_dialog_has_a_scene() -> None:
    drawn = " ".join(SCENES)
    missing = [entry.name for entry in PAGES if entry.name not in drawn]
    missing += [
        f"settings_{one.name.lower()}" for one in Section if f"settings_{one.name.lower()}" not in SCENES
    ]
    missing += [f"sync_{one.name.lower()}" for one in Tab if f"sync_{one.name.lower()}" not in SCENES]
    missing += [name for name in dialogs() if name not in SCENES]
    assert missing == []


BASES = {"QDialog", "CommandDialog", "AccountDialog"}
"""What dialogs are derived from."""


def dialogs() -> Iterator[str]:
    """The dialogs of app.ui, as scenes are called: ConflictDialog is conflict_dialog."""
    for path in sorted(UI.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.ClassDef) or node.name in BASES:
                continue
            if any(getattr(base, "id", "") in BASES for base in node.bases):
                yield re.sub(r"(?<!^)(?=[A-Z])", "_", node.name).lower()


@pytest.fixture
def stage(loop: Loop, tmp_path: Path) -> Iterator[Stage]:
    inner = asyncio.get_event_loop()
    with stage_of(inner, tmp_path / "till", QLocale("en_GB"), SCREEN) as made:
        yield made


@pytest.mark.parametrize("name", sorted(SCENES))
def test_a_reader_finds_a_name_on_everything_and_no_text_is_cut(stage: Stage, name: str) -> None:
    shown = SCENES[name](stage)
    stage.settle()
    nameless = [
        described(one) for one in walk(QAccessible.queryAccessibleInterface(shown)) if is_nameless(one)
    ]
    assert nameless == []
    assert cut_texts(shown, SCREEN) == []


@pytest.mark.parametrize("name", ["sell_tender_split", "stock_product", "sync_attention", "sync_conflicts"])
def test_the_foot_stays_on_a_small_screen_whatever_is_said(stage: Stage, name: str) -> None:
    SCENES[name](stage)
    words = "Something went wrong, and these words say what it was, and what there is to do about it now."
    for line in stage.window.findChildren(MessageLine):
        line.say(words, Tone.WARN)
    stage.settle()
    assert stage.window.height() <= SCREEN.height()


def walk(one: QAccessibleInterface | None) -> Iterator[QAccessibleInterface]:
    """Everything in sight below it, as a screen reader goes through it."""
    if one is None or not one.isValid() or one.state().invisible:
        return
    yield one
    for place in range(one.childCount()):
        yield from walk(one.child(place))


def is_nameless(one: QAccessibleInterface) -> bool:
    if one.role() in NAMELESS or one.text(QAccessible.Text.Name).strip():
        return False
    widget = one.object()
    return isinstance(widget, QWidget) and widget.isVisible() and widget.isEnabled() and _takes_part(widget)


def _takes_part(widget: QWidget) -> bool:
    """Whether a person can come to it: Qt's own inner parts (a scroll area's view) are not met."""
    return not widget.objectName().startswith("qt_")


def described(one: QAccessibleInterface) -> str:
    widget = one.object()
    return f"{one.role().name} {type(widget).__name__} {widget.objectName() if widget else ''}"
