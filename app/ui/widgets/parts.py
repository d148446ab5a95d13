"""The small widgets that every page is made of, each with its look, its name for tests and for readers."""

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
from app.ui.widgets.shortcuts import BACK, DOWN
from app.ui.widgets.theme import Tone

KEYS_AT_ONCE = "keysAtOnce"
"""The property of a search field: it gets each key without delay, where others wait for a scan to end."""

_TONE_ICONS = {Tone.GOOD: "check", Tone.BUSY: "sync", Tone.WARN: "attention", Tone.BAD: "attention"}


def label(text: str = "", role: str = "", *, name: str = "", wrap: bool = False) -> QLabel:
    """Plain text: whatever a product is called, it is never read as markup."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft:
        # By itself a label stands where its words begin, so a Latin name would leave the column it heads.
        made.setAlignment(
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
        )
    made.setProperty("role", role)
    made.setWordWrap(wrap)
    if name:
        made.setObjectName(name)
    return made


def button(text: str, name: str, on_click: Callable[[], object], *, role: str = "") -> QPushButton:
    made = QPushButton(text)
    made.setObjectName(name)
    made.setAccessibleName(text)
    made.setProperty("role", role)
    made.setAutoDefault(False)
    made.clicked.connect(lambda _checked=False: on_click())
    return made


def icon_button(drawing: str, title: str, name: str, on_click: Callable[[], object]) -> QToolButton:
    made = QToolButton()
    made.setObjectName(name)
    made.setIcon(theme.icon(drawing))
    made.setIconSize(QSize(20, 20))
    made.setAccessibleName(title)
    made.setToolTip(title)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    made.clicked.connect(lambda _checked=False: on_click())
    return made


def field(name: str, title: str, *, placeholder: str = "", secret: bool = False) -> QLineEdit:
    made = QLineEdit()
    made.setObjectName(name)
    made.setAccessibleName(title)
    made.setPlaceholderText(placeholder)
    made.setMaxLength(200)
    if secret:
        made.setEchoMode(QLineEdit.EchoMode.Password)
    return made


def form_label(title: str, described: QWidget) -> QLabel:
    """What stands before a field in a form, in the middle of its height."""
    made = label(title)
    made.setBuddy(described)
    made.setMinimumHeight(44)
    return made


def card(name: str = "") -> tuple[QFrame, QVBoxLayout]:
    frame = QFrame()
    frame.setProperty("role", "card")
    if name:
        frame.setObjectName(name)
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(16, 14, 16, 14)
    layout.setSpacing(10)
    return frame, layout


class Pages(QStackedWidget):
    """Shows one of its pages, and is as low as that one can be; it is as wide as the widest.

    Qt's own is as high as the highest of them, so a page that nobody looks at would push the window's foot
    off a small screen.
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
    """Around what may be higher than the room there is; it looks like nothing where it is not."""
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
    line = QFrame()
    line.setProperty("role", "rule")
    return line


def draw_hint(view: QAbstractItemView, hint: str) -> None:
    """What an empty list says in its middle; called after the view has painted itself."""
    painter = QPainter(view.viewport())
    painter.setPen(QColor(theme.tokens()["muted"]))
    space = view.viewport().rect().adjusted(24, 24, -24, -24)
    painter.drawText(space, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, hint)
    painter.end()


def announce(widget: QWidget, words: str) -> None:
    """Tell a screen reader, without moving the focus."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))


class SearchField(QLineEdit):
    """Searches while a person types; ↓ goes to what was found.

    Signals:
        wordsChanged(str): what to search for, as soon as it differs.
        wentDown(): ↓ was pressed.
        cleared(): Esc was pressed in an empty field.
    """

    wordsChanged = Signal(str)
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
        self.textChanged.connect(lambda text: self.wordsChanged.emit(text.strip()))

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
    """One sentence in the page: what happened, never in the way. It stays until it is closed or replaced.

    Signals:
        closed(): a person closed it.
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
        layout.addSpacing(10)  # margins are not mirrored where people read from the right
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
        """Show `words`; with `for_ms` they go by themselves."""
        self._words.setText(words)
        drawing = _TONE_ICONS.get(tone)
        self._icon.setVisible(drawing is not None)
        if drawing is not None:
            self._icon.setPixmap(theme.pixmap(drawing, tone))
        self._action.setText(action)
        self._action.setAccessibleName(action)
        self._action.setVisible(bool(action))
        self.setAccessibleName(words)
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


class ElidedLabel(QLabel):
    """One line that ends in … where there is no room; the whole is in its tool tip.

    It takes what room there is, and asks for none beyond its minimum.
    """

    def __init__(self, name: str, role: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._whole = ""
        self.setMinimumWidth(20)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def set_words(self, words: str) -> None:
        self._whole = words
        self.updateGeometry()
        self.setToolTip(words)
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
