"""How the till looks: one sheet and one set of icons, coloured by a theme's tokens.

The files are in resources/theme and resources/icons. Widgets ask for a look by the dynamic properties `role`
and `tone`; nothing else in app.ui knows a colour, except painters, which ask `tokens()`.
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
    """What a colour says; words and an icon always say it too."""

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
    """The theme's colours by name."""
    tokens: Tokens = json.loads((files("resources") / "theme" / f"{theme}.json").read_text("utf-8"))
    return tokens


def theme_of(chosen: str) -> Theme:
    """The theme that was chosen, else the one that the computer itself uses."""
    if chosen in set(Theme):
        return Theme(chosen)
    scheme = QGuiApplication.styleHints().colorScheme()
    return Theme.DARK if scheme is Qt.ColorScheme.Dark else Theme.LIGHT


def tokens() -> Tokens:
    """The colours in use, for what is painted by hand."""
    name = QGuiApplication.instance().property("evertillTheme")  # type: ignore[union-attr]
    return read_tokens(Theme(name) if name else Theme.LIGHT)


def apply_theme(app: QApplication, theme: Theme = Theme.LIGHT) -> None:
    """Dress the whole application, windows that already stand included."""
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
    """The named drawing in a colour of the theme, sharp on the screen in use."""
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
    """The same font with figures of one width, so that amounts stand under each other."""
    figures = QFont(font)
    figures.setFeature(QFont.Tag.fromString("tnum") or QFont.Tag(), 1)
    return figures


def restyle(widget: QWidget, **properties: str) -> None:
    """Set dynamic properties and let the sheet be applied anew to this widget and what is in it."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    for part in (widget, *widget.findChildren(QWidget)):
        part.style().unpolish(part)
        part.style().polish(part)
