"""Small widgets that all pages use. Each sets its role (theme), object name (tests) and accessible name."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QGuiApplication,
    QKeyEvent,
    QPainter,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QStyle,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.ui.widgets import theme
from app.ui.widgets.plain_text import PlainButton, PlainLabel, PlainLine, on_screen, set_tip
from app.ui.widgets.shortcuts import BACK, DOWN
from app.ui.widgets.theme import Tone

KEYS_AT_ONCE = "keysAtOnce"
"""Dynamic property of search fields: the scanner filter passes their keys on without delay."""

_TONE_ICONS = {Tone.GOOD: "check", Tone.BUSY: "sync", Tone.WARN: "attention", Tone.BAD: "attention"}


def label(
    text: str = "", role: str = "", *, name: str = "", wrap: bool = False, is_whole: bool = False
) -> QLabel:
    """A label of plain text: a product's name is never interpreted as markup."""
    made = PlainLabel(text, wraps=wrap, is_whole=is_whole)
    if QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft:
        # Qt aligns a label by the direction of its text, so a Latin name would leave a mirrored column.
        made.setAlignment(
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
        )
    made.setProperty("role", role)
    if name:
        made.setObjectName(name)
    return made


def button(text: str, name: str, on_click: Callable[[], object], *, role: str = "") -> QPushButton:
    """A push button; `role` selects its style."""
    made = PlainButton(text)
    made.setObjectName(name)
    made.setAccessibleName(text)
    made.setProperty("role", role)
    made.setAutoDefault(False)
    made.clicked.connect(lambda _checked=False: on_click())
    return made


def icon_button(drawing: str, title: str, name: str, on_click: Callable[[], object]) -> QToolButton:
    """A button with an icon only; `title` is its tool tip and accessible name."""
    made = QToolButton()
    made.setObjectName(name)
    made.setIcon(theme.icon(drawing))
    made.setIconSize(QSize(20, 20))
    made.setAccessibleName(title)
    set_tip(made, title)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    made.clicked.connect(lambda _checked=False: on_click())
    return made


def field(name: str, title: str, *, placeholder: str = "", secret: bool = False) -> QLineEdit:
    """A line to type into; `title` is its accessible name.

    It holds whatever is pasted: a text that is cut off is another text, and a figure another figure. What is
    too long is refused by whoever reads it.
    """
    made = PlainLine()
    made.setObjectName(name)
    made.setAccessibleName(title)
    made.setPlaceholderText(placeholder)
    if secret:
        made.setEchoMode(QLineEdit.EchoMode.Password)
    return made


def figure_field(name: str, title: str) -> QLineEdit:
    """A line to type a quantity, an amount or a rate into."""
    made = field(name, title)
    made.setAlignment(Qt.AlignmentFlag.AlignRight)
    return made


def amount_field(name: str, title: str, on_enter: Callable[[], object]) -> QLineEdit:
    """A large line for an amount of money; Enter runs `on_enter`."""
    made = figure_field(name, title)
    made.setProperty("role", "amount")
    made.returnPressed.connect(on_enter)
    return made


def form_label(title: str, described: QWidget) -> QLabel:
    """The label of a form's field, centred on the field's height."""
    made = label(title)
    made.setBuddy(described)
    made.setMinimumHeight(44)
    return made


def card(name: str = "") -> tuple[QFrame, QVBoxLayout]:
    """A framed area and its layout."""
    frame = QFrame()
    frame.setProperty("role", "card")
    if name:
        frame.setObjectName(name)
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(16, 14, 16, 14)
    layout.setSpacing(10)
    return frame, layout


class Pages(QStackedWidget):
    """A stack with the minimum height of its current page and the minimum width of its widest.

    QStackedWidget takes the height of its highest page, so a hidden page would push the window's foot off a
    small screen.
    """

    def __init__(self) -> None:
        super().__init__()
        self.currentChanged.connect(lambda _place: self.updateGeometry())

    def minimumSizeHint(self) -> QSize:
        widest, shown = super().minimumSizeHint(), self.currentWidget()
        if shown is None:
            return widest
        return QSize(widest.width(), shown.minimumSizeHint().expandedTo(shown.minimumSize()).height())


def scrolling(inner: QWidget, name: str, title: str) -> QScrollArea:
    """An area that scrolls vertically where `inner` is too high. It draws no frame or background."""
    area = QScrollArea()
    area.setObjectName(name)
    area.setAccessibleName(title)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inner)
    area.viewport().setAutoFillBackground(False)
    inner.setAutoFillBackground(False)
    return area


def rule() -> QFrame:
    """A horizontal line."""
    line = QFrame()
    line.setProperty("role", "rule")
    return line


def draw_hint(view: QAbstractItemView, hint: str) -> None:
    """Paint `hint` in the middle of an empty list; call it after the view's own painting."""
    painter = QPainter(view.viewport())
    painter.setPen(QColor(theme.tokens()["muted"]))
    space = view.viewport().rect().adjusted(24, 24, -24, -24)
    painter.drawText(space, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, hint)
    painter.end()


def announce(widget: QWidget, words: str) -> None:
    """Have a screen reader read `words`, without moving the focus."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))


class SearchField(QLineEdit):
    """A search field that searches while typing.

    Signals:
        queryChanged(str): the search text, at each change.
        wentDown(): ↓ was pressed.
        cleared(): Esc was pressed in an empty field.
    """

    queryChanged = Signal(str)
    wentDown = Signal()
    cleared = Signal()

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setPlaceholderText(title)
        self.setProperty("role", "search")
        self.setProperty(KEYS_AT_ONCE, True)
        self.setMaxLength(200)
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self.setTextMargins(*((0, 0, 26, 0) if mirrored else (26, 0, 0, 0)))
        self._mark = QLabel(self)
        self._mark.setPixmap(theme.pixmap("search", "muted"))
        self._mark.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._mark.resize(20, 20)
        self.textChanged.connect(lambda text: self.queryChanged.emit(text.strip()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        left = QRect(QPoint(11, (self.height() - self._mark.height()) // 2), self._mark.size())
        self._mark.setGeometry(QStyle.visualRect(self.layoutDirection(), self.rect(), left))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if DOWN.is_pressed(event):
            self.wentDown.emit()
        elif BACK.is_pressed(event):
            if self.text():
                self.clear()
            else:
                self.cleared.emit()
        else:
            super().keyPressEvent(event)


class MessageLine(QFrame):
    """One sentence about the result of an action, never modal. Shown until closed, replaced or timed out.

    Signals:
        acted(): its action button was pressed.
        closed(): its close button was pressed.
    """

    acted = Signal()
    closed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("role", "message")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._icon = QLabel()
        self._words = label(name=f"{name}Words", wrap=True)
        self._words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._action = button("", f"{name}Action", self.acted.emit, role="quiet")
        self._close = icon_button("close", self.tr("Close this message"), f"{name}Close", self._close_by_hand)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.setSpacing(10)
        layout.addSpacing(10)  # margins are not mirrored in right-to-left layouts
        layout.addWidget(self._icon)
        layout.addWidget(self._words, 1)
        layout.addWidget(self._action)
        layout.addWidget(self._close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.clear)
        self._action.hide()
        self.hide()

    def say(self, words: str, tone: Tone = Tone.PLAIN, *, action: str = "", for_ms: int = 0) -> None:
        """Show `words`, for `for_ms` milliseconds where given. `action` is the action button's caption."""
        self._words.setText(words)
        drawing = _TONE_ICONS.get(tone)
        self._icon.setVisible(drawing is not None)
        if drawing is not None:
            self._icon.setPixmap(theme.pixmap(drawing, tone))
        self._action.setText(action)
        self._action.setAccessibleName(action)
        self._action.setVisible(bool(action))
        self.setAccessibleName(on_screen(words))
        theme.restyle(self, tone=tone)
        self.show()
        self._timer.stop()
        if for_ms:
            self._timer.start(for_ms)
        announce(self, words)

    def say_error(self, words: str) -> None:
        self.say(words, Tone.BAD)

    def clear(self) -> None:
        self._words.clear()
        self.hide()

    def _close_by_hand(self) -> None:
        self.clear()
        self.closed.emit()

    @property
    def words(self) -> str:
        return self._words.text()


class ElidedLabel(PlainLabel):
    """One line, elided with … where it does not fit; the tool tip has the full text.

    Its size hint is the width of the full text; its minimum is 20 px.
    """

    def __init__(self, name: str, role: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("role", role)
        self._whole = ""
        self.setMinimumWidth(20)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def set_words(self, words: str) -> None:
        self._whole = on_screen(words)
        self.updateGeometry()
        set_tip(self, words)
        self.setAccessibleName(words)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def sizeHint(self) -> QSize:
        whole = self.fontMetrics().horizontalAdvance(self._whole) + 2
        return QSize(whole, super().sizeHint().height())

    def _fit(self) -> None:
        metrics = self.fontMetrics()
        self.setText(metrics.elidedText(self._whole, Qt.TextElideMode.ElideRight, self.width()))
