"""What lacks room in a picture."""

from collections.abc import Iterator
from itertools import combinations

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from app.ui.settings.account.qr_picture import QrPicture


def cut_texts(shown: QWidget, screen: QSize) -> list[str]:
    """Labels and buttons in sight whose words do not fit, by name and words; what lies on another; a window
    beyond the screen."""
    cut = [f"{widget.objectName()}: {widget.text()}" for widget in _texts(shown) if _is_cut(widget)]
    cut += [f"{one.objectName()} lies under {other.objectName()}" for one, other in _overlapping(shown)]
    if shown.width() > screen.width() or shown.height() > screen.height():
        cut.append(f"the window itself: {shown.width()}×{shown.height()}")
    return cut


def _texts(shown: QWidget) -> Iterator[QLabel | QAbstractButton]:
    worded: list[QLabel | QAbstractButton] = [*shown.findChildren(QLabel)]
    worded += shown.findChildren(QAbstractButton)
    for widget in worded:
        if widget.isVisible() and widget.window() is shown.window() and widget.text():
            yield widget


def _overlapping(shown: QWidget) -> Iterator[tuple[QWidget, QWidget]]:
    """Pairs of visible widgets that overlap, though neither contains the other."""
    placed = [
        (
            widget,
            QRect(widget.mapTo(shown, QPoint(0, 0)), widget.size()).intersected(_in_sight(widget, shown)),
        )
        for kind in (QLabel, QAbstractButton, QLineEdit, QComboBox, QAbstractItemView, QrPicture)
        for widget in shown.findChildren(kind)
        if widget.isVisible() and widget.window() is shown.window()
    ]
    for (one, here), (other, there) in combinations(placed, 2):
        if one.isAncestorOf(other) or other.isAncestorOf(one):
            continue
        shared = here.intersected(there)
        if shared.width() > 1 and shared.height() > 1:
            yield one, other


def _in_sight(widget: QWidget, shown: QWidget) -> QRect:
    """What can be seen of `widget`: its parents cut off what reaches beyond them."""
    seen, parent = shown.rect(), widget.parentWidget()
    while parent is not None and parent is not shown:
        seen &= QRect(parent.mapTo(shown, QPoint(0, 0)), parent.size())
        parent = parent.parentWidget()
    return seen


def _is_cut(widget: QLabel | QAbstractButton) -> bool:
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.heightForWidth(widget.width()) > widget.height() + 1
    if widget.property("role") == "quickkey" or (widget.toolTip() and isinstance(widget, QLabel)):
        return False  # elided on purpose, with the full text in its tool tip
    if isinstance(widget, QPushButton) and widget.isCheckable() and _bold_width(widget) > widget.width():
        return True
    # What a label or button demands is bounded, and the rest of its words is then left out.
    return widget.width() < _needed(widget).width()


def _needed(widget: QLabel | QAbstractButton) -> QSize:
    if isinstance(widget, QLabel):
        return QLabel.minimumSizeHint(widget)
    return (
        QPushButton.minimumSizeHint(widget) if isinstance(widget, QPushButton) else widget.minimumSizeHint()
    )


def _bold_width(widget: QAbstractButton) -> int:
    """What its words take once it is chosen, which the style sheet says in bold and no size hint knows."""
    font = QFont(widget.font())
    font.setWeight(QFont.Weight.Bold)
    icon = 0 if widget.icon().isNull() else widget.iconSize().width()
    return QFontMetrics(font).horizontalAdvance(widget.text()) + icon
