"""Which words of a picture lack room."""

from collections.abc import Iterator

from PySide6.QtCore import QSize
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QAbstractButton, QDialog, QLabel, QWidget


def cut_texts(shown: QWidget, screen: QSize) -> list[str]:
    """Labels and buttons in sight whose words do not fit, by name and words; a window beyond the screen."""
    cut = [f"{widget.objectName()}: {widget.text()}" for widget in _texts(shown) if _is_cut(widget)]
    if shown.width() > screen.width() or shown.height() > screen.height():
        cut.append(f"the window itself: {shown.width()}×{shown.height()}")
    return cut


def _texts(shown: QWidget) -> Iterator[QLabel | QAbstractButton]:
    for kind in (QLabel, QAbstractButton):
        for widget in shown.findChildren(kind):
            if widget.isVisible() and widget.window() is shown.window() and widget.text():
                yield widget


def _is_cut(widget: QLabel | QAbstractButton) -> bool:
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.heightForWidth(widget.width()) > widget.height() + 1
    if widget.property("role") == "quickkey" or (widget.toolTip() and isinstance(widget, QLabel)):
        return False  # elided on purpose, with the whole in its tool tip
    if isinstance(widget, QAbstractButton) and widget.isCheckable() and _bold_width(widget) > widget.width():
        return True
    return widget.width() < widget.minimumSizeHint().width() or isinstance(widget, QDialog)


def _bold_width(widget: QAbstractButton) -> int:
    """What its words take once it is chosen, which the style sheet says in bold and no size hint knows."""
    font = QFont(widget.font())
    font.setWeight(QFont.Weight.Bold)
    icon = 0 if widget.icon().isNull() else widget.iconSize().width()
    return QFontMetrics(font).horizontalAdvance(widget.text()) + icon
