"""The look of the till: one style sheet and one set of icons, coloured by a theme's tokens.

The files are in resources/theme and resources/icons. Widgets select a style by the dynamic properties `role`
and `tone`; only painters read colours, with `tokens()`.
"""

import json
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Template

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPainter, QPalette, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QWidget


class Theme(StrEnum):
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


class Tone(StrEnum):
    """The meaning of a colour; text and an icon always carry it too."""

    PLAIN = "plain"
    GOOD = "good"
    BUSY = "busy"
    WARN = "warn"
    BAD = "bad"


Tokens = dict[str, str]

_PALETTE = {
    QPalette.ColorRole.Window: "window",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "surface",
    QPalette.ColorRole.AlternateBase: "raised",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.PlaceholderText: "muted",
    QPalette.ColorRole.Button: "surface",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.Highlight: "accent",
    QPalette.ColorRole.HighlightedText: "on_accent",
    QPalette.ColorRole.ToolTipBase: "surface",
    QPalette.ColorRole.ToolTipText: "text",
    QPalette.ColorRole.Accent: "accent",
    QPalette.ColorRole.Link: "accent",
}


@cache
def read_tokens(theme: Theme) -> Tokens:
    """A theme's colours: token name → colour."""
    tokens: Tokens = json.loads((files("resources") / "theme" / f"{theme}.json").read_text("utf-8"))
    return tokens


def theme_of(chosen: str) -> Theme:
    """The chosen theme, else the computer's light or dark one."""
    if chosen in set(Theme):
        return Theme(chosen)
    scheme = QGuiApplication.styleHints().colorScheme()
    return Theme.DARK if scheme is Qt.ColorScheme.Dark else Theme.LIGHT


def tokens() -> Tokens:
    """The current theme's colours, for painters."""
    name = QGuiApplication.instance().property("evertillTheme")  # type: ignore[union-attr]
    return read_tokens(Theme(name) if name else Theme.LIGHT)


def apply_theme(app: QApplication, theme: Theme = Theme.LIGHT) -> None:
    """Apply a theme to the whole application, including open windows."""
    colours = read_tokens(theme)
    app.setProperty("evertillTheme", str(theme))
    app.setStyle("Fusion")
    palette = QPalette()
    for role, token in _PALETTE.items():
        palette.setColor(role, QColor(colours[token]))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours["muted"]))
    app.setPalette(palette)
    sheet = (files("resources") / "theme" / "evertill.qss").read_text("utf-8")
    arrow = files("resources") / "theme" / f"arrow-{theme}.svg"
    tick = files("resources") / "theme" / f"tick-{theme}.svg"
    drawings = {"arrow": Path(str(arrow)).as_posix(), "tick": Path(str(tick)).as_posix()}
    app.setStyleSheet(Template(sheet).substitute(colours, **drawings))


@cache
def _drawing(name: str) -> str:
    return (files("resources") / "icons" / f"{name}.svg").read_text("utf-8")


def pixmap(name: str, colour: str = "text", size: int = 20) -> QPixmap:
    """The named drawing in a colour of the theme, at the screen's resolution."""
    ratio = QGuiApplication.primaryScreen().devicePixelRatio()
    key = f"{name} {tokens()[colour]} {size} {ratio}"
    known = QPixmap()
    if QPixmapCache.find(key, known):
        return known
    drawing = _drawing(name).replace("currentColor", tokens()[colour])
    image = QPixmap(QSize(size, size) * ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(drawing.encode())).render(painter, QRectF(image.rect()))
    painter.end()
    image.setDevicePixelRatio(ratio)
    QPixmapCache.insert(key, image)
    return image


def icon(name: str, colour: str = "text", size: int = 20) -> QIcon:
    return QIcon(pixmap(name, colour, size))


def tabular(font: QFont) -> QFont:
    """The same font with tabular figures, so that amounts align in columns."""
    figures = QFont(font)
    figures.setFeature(QFont.Tag.fromString("tnum") or QFont.Tag(), 1)
    return figures


def restyle(widget: QWidget, **properties: str) -> None:
    """Set dynamic properties and reapply the style sheet to the widget and its children."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    for part in (widget, *widget.findChildren(QWidget)):
        part.style().unpolish(part)
        part.style().polish(part)
