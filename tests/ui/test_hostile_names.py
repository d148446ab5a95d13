"""Names that look like markup, have control letters or no end: shown as they are, and no window widens."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from PySide6.QtCore import QAbstractListModel, QLocale, QSize
from PySide6.QtGui import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)
from sqlalchemy import and_, select, update

from app.ui.widgets import parts
from app.ui.widgets.plain_text import caption, tip
from app.ui.widgets.two_line import ROW, TwoLines
from sync_agent.contract.notices import NoticeRow
from sync_agent.contract.text import has_controls
from sync_agent.contract.wire import from_ms
from sync_agent.store import tables as t
from sync_agent.store.database import Transaction
from sync_agent.store.projection import catalogue
from tests.kit.feed import TENANT
from tests.kit.offline_shop import OfflineShop
from tests.kit.pictures.scenes import SCENES, Stage
from tests.kit.pictures.stage import stage_of
from tests.kit.windows import Loop

SCREEN = QSize(1024, 768)
MARKUP = '<img src="file:///dev/zero"><b>&Tea</b> &lt;i&gt; \u202etfel\u202c \u2067isolated \x1bp\x00\u2028 &'
ENDLESS = "W" * 10_000
CATALOGUE = (
    "PAPER LANTERN SET OF 6 IN JAPANESE STYLE – ROSE, IVORY & GOLD, 30 CM, WITH HOOKS (ASSORTED BOXES) " * 2
)
NAMES = {"markup": f"{MARKUP} {CATALOGUE}", "endless": ENDLESS}
ROWS_LOOKED_AT = 30


NAMED = {
    t.device: ("name", "tenant_name", "location_name"),
    t.product: ("name",),
    t.location: ("name",),
    t.person: ("name",),
    t.movement: ("note", "reference"),
    t.outbox: ("error", "end_reason"),
    t.attempt: ("detail",),
    t.sale: ("reason",),
    t.sale_line: ("description", "reason"),
    t.payment: ("reference",),
    t.shift: ("reason",),
    t.count_session: ("name",),
    t.journal: ("reason",),
    t.shop_notice: ("text", "sender_name"),
}
WITHIN = {
    t.outbox: ("summary", "data"),
    t.conflict: ("body",),
    t.held_cart: ("body",),
    t.shop_setting: ("value",),
}
KEYS = {"product", "person", "note", "name", "actorName", "deviceName", "description", "reference"}


def spoil(shop: OfflineShop, hostile: str) -> None:
    """Every name, note, reason and text of the till has `hostile` behind it, as a release without the rule
    for texts has written it.
    """
    shop.write(lambda tx: _spoil(tx, hostile))
    now_ms = shop.clock.now_ms()
    notice = NoticeRow(
        id="n-2",
        type="announcement",
        text=f"The delivery {hostile}",
        sender_id="omar",
        sender_name=f"Omar {hostile}",
        sent_at=from_ms(now_ms),
        until=from_ms(now_ms + 3_600_000),
        version=1,
    )
    shop.publish(TENANT, ("notice", "n-2", 1, notice))
    for name in ("receipt_header", "receipt_footer"):
        shop.feed.publish_setting(name, f"Thank you {hostile}", version=9)


def _spoil(tx: Transaction, hostile: str) -> None:
    for table, names in NAMED.items():
        for name in names:
            column = table.c[name]
            tx.execute(update(table).where(column.is_not(None)).values({name: column + f" {hostile}"}))
    for table, names in WITHIN.items():
        keys = list(table.primary_key.columns)
        for row in tx.execute(select(*keys, *(table.c[name] for name in names))).all():
            same = and_(*(key == getattr(row, key.name) for key in keys))
            changed = {
                name: orjson.dumps(_spoilt(orjson.loads(getattr(row, name)), hostile)).decode()
                for name in names
                if getattr(row, name) is not None
            }
            tx.execute(update(table).where(same).values(changed))
    catalogue.rebuild(tx)


def _spoilt(value: Any, hostile: str) -> Any:
    if isinstance(value, dict):
        return {
            name: f"{one} {hostile}" if name in KEYS and isinstance(one, str) else _spoilt(one, hostile)
            for name, one in value.items()
        }
    return [_spoilt(one, hostile) for one in value] if isinstance(value, list) else value


@pytest.fixture(params=sorted(NAMES))
def hostile(request: pytest.FixtureRequest) -> str:
    return NAMES[request.param]


@pytest.fixture
def stage(loop: Loop, tmp_path: Path, hostile: str) -> Iterator[Stage]:
    inner = asyncio.get_event_loop()
    folder, locale = tmp_path / "till", QLocale("en_GB")
    with stage_of(inner, folder, locale, SCREEN, spoil=lambda shop: spoil(shop, hostile)) as made:
        yield made


@pytest.mark.parametrize("name", sorted(SCENES))
def test_whatever_a_name_holds_it_is_shown_as_text_and_widens_no_window(stage: Stage, name: str) -> None:
    shown = SCENES[name](stage)
    stage.settle()
    widgets = all_widgets(shown, stage)
    assert [odd for widget in widgets for odd in unseen_letters(widget)] == []
    assert [odd for widget in widgets for odd in read_as_markup(widget)] == []
    demanding = [
        f"{type(one).__name__} {one.objectName()}" for one in widgets if demands_more_than(SCREEN, one)
    ]
    assert demanding == []


def all_widgets(shown: QWidget, stage: Stage) -> list[QWidget]:
    windows = {shown.window(), stage.window}
    return [one for window in windows for one in (window, *window.findChildren(QWidget))]


ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.EditRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.AccessibleDescriptionRole,
    ROW,
)


def unseen_letters(widget: QWidget) -> Iterator[str]:
    """Which texts of a widget hold a letter that nobody sees, or an isolate that is not closed."""
    name = f"{type(widget).__name__} {widget.objectName()}"
    texts = [
        widget.windowTitle(),
        widget.toolTip(),
        widget.accessibleName(),
        widget.accessibleDescription(),
    ]
    if isinstance(widget, QLabel | QAbstractButton):
        texts.append(widget.text())
    if isinstance(widget, QLineEdit):
        texts += [widget.text(), widget.placeholderText()]
    if isinstance(widget, QTextEdit | QPlainTextEdit):
        texts.append(widget.toPlainText())
    if isinstance(widget, QComboBox):
        texts += [widget.itemText(row) for row in range(widget.count())]
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        texts += cells(widget)
    yield from (f"{name}: {text[:80]!r}" for text in texts if has_unseen_letters(text))


def cells(view: QAbstractItemView) -> Iterator[str]:
    model = view.model()
    for row in range(min(model.rowCount(), ROWS_LOOKED_AT)):
        for column in range(1 if isinstance(model, QAbstractListModel) else model.columnCount()):
            for role in ROLES:
                value = model.index(row, column).data(role)
                if isinstance(value, TwoLines):
                    yield from (value.first, value.second, value.figure, value.remark, value.spoken)
                elif isinstance(value, str):
                    yield value


def has_unseen_letters(text: str) -> bool:
    opened = 0
    for letter in text:
        if "\u2066" <= letter <= "\u2068":
            opened += 1
        elif letter == "\u2069":
            opened -= 1
            if opened < 0:
                return True
        elif letter != "\n" and has_controls(letter):
            return True
    return opened > 0


def demands_more_than(screen: QSize, widget: QWidget) -> bool:
    """Whether a widget would widen its window beyond the screen, or make it higher where nothing scrolls."""
    least = widget.minimumSizeHint().expandedTo(widget.minimumSize())
    is_beyond = widget.isWindow() and widget.width() > screen.width()
    is_higher = least.height() > screen.height() and not scrolls(widget)
    return is_beyond or is_higher or least.width() > screen.width()


def scrolls(widget: QWidget) -> bool:
    above = widget.parentWidget()
    return above is not None and (isinstance(above, QAbstractScrollArea) or scrolls(above))


def read_as_markup(widget: QWidget) -> Iterator[str]:
    """What Qt would read as markup or as a shortcut in a widget, by its name."""
    name = f"{type(widget).__name__} {widget.objectName()}"
    for what, text in (
        ("tool tip", widget.toolTip()),
        ("what's this", widget.whatsThis()),
        ("status tip", widget.statusTip()),
    ):
        if Qt.mightBeRichText(text) or len(text) > 1000 or any(len(line) > 100 for line in text.split("\n")):
            yield f"{name}: {what} {text[:60]}"
    if isinstance(widget, QLabel) and widget.text():
        if widget.textFormat() is not Qt.TextFormat.PlainText:
            yield f"{name}: format of {widget.text()[:60]}"
        if widget.buddy() is not None and has_shortcut(widget.text()):
            yield f"{name}: shortcut in {widget.text()[:60]}"
    if isinstance(widget, QAbstractButton) and has_shortcut(widget.text()):
        yield f"{name}: shortcut in {widget.text()[:60]}"
    if isinstance(widget, QTextEdit) and "<img" in widget.toHtml():
        yield f"{name}: an image"
    if isinstance(widget, QAbstractItemView | QComboBox) and widget.model() is not None:
        yield from (f"{name}: {odd}" for odd in tips_read_as_markup(widget))


def tips_read_as_markup(view: QAbstractItemView | QComboBox) -> Iterator[str]:
    model = view.model()
    for row in range(min(model.rowCount(), ROWS_LOOKED_AT)):
        for column in range(1 if isinstance(model, QAbstractListModel) else model.columnCount()):
            text = model.index(row, column).data(Qt.ItemDataRole.ToolTipRole)
            if isinstance(text, str) and (Qt.mightBeRichText(text) or len(text) > 1000):
                yield f"tool tip {text[:60]}"


def has_shortcut(text: str) -> bool:
    return "&" in text.replace("&&", "")


# --- the helper ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        MARKUP,
        "<b>",
        "<!DOCTYPE html><p>",
        "<?xml version='1'?><b>x</b>",
        "&lt;b&gt;",
        "a &lt; b",
        "\n<img src='/dev/zero'>",
        "<" * 1000 + "b>",
        "<\n<b>",
        "</b ><b/>",
        "<A HREF='x'>",
    ],
)
def test_no_tool_tip_is_read_as_markup(text: str) -> None:
    assert not Qt.mightBeRichText(tip(text))
    assert not any(Qt.mightBeRichText(line) for line in tip(text).split("\n"))


@pytest.mark.parametrize("text", ["", "Blue mug", "5 < 6 & 7 > 2", "Rock & Roll", "a\nb", "می\u200cروم"])
def test_a_tool_tip_that_is_no_markup_stays_as_it_is(text: str) -> None:
    assert tip(text) == text


def test_a_tool_tip_without_end_is_some_lines() -> None:
    lines = tip(ENDLESS).split("\n")
    assert len(lines) <= 10
    assert max(map(len, lines)) <= 80
    assert lines[-1].endswith("…")


def test_an_ampersand_in_a_button_is_a_letter() -> None:
    assert caption("Salt & Co") == "Salt && Co"
    assert len(caption(ENDLESS)) <= 80


@pytest.mark.usefixtures("loop")
def test_a_notice_is_read_to_its_end_and_another_text_is_bounded() -> None:
    words = "Please read this to its end. " * 60
    assert parts.label(words, wrap=True, is_whole=True).text() == words
    assert len(parts.label(words, wrap=True).text()) == 400
