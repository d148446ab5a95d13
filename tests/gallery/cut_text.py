"""Which words of a picture lack room."""

from collections.abc import Iterator

from PySide6.QtCore import QSize
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
    return widget.width() < widget.minimumSizeHint().width() or isinstance(widget, QDialog)
