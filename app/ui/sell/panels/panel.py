"""The base class of the side panels whose buttons start commands."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.widgets.parts import MessageLine, button, card
from app.ui.widgets.shortcuts import BACK


class SidePanel(QWidget):
    """A card with a message line and a Back button, which the subclass lays out in `_layout`. `name` is like
    "tender": the object names are "tenderPanel", "tenderMessage" and "tenderBack".

    Signals:
    left(): Back, or Esc.
    """

    left = Signal()

    def __init__(self, name: str, back: str) -> None:
        """`back` is the caption of the Back button."""
        super().__init__()
        self.setObjectName(f"{name}Panel")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._message = MessageLine(f"{name}Message")
        self._back = button(BACK.after(back), f"{name}Back", self.left.emit)
        self._focused: QWidget | None = None
        self._card, self._layout = card()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._card)

    def say_error(self, words: str) -> None:
        """Show the text of an expected failure."""
        self._message.say_error(words)

    def show_busy(self, busy: bool) -> None:
        """A command has begun or ended. While one runs, the panel has the focus in place of its fields.

        Qt would pass the focus of a disabled field on, and the next key would act somewhere else.
        """
        focused = self.window().focusWidget()
        if busy:
            self._focused = focused if focused is not None and self._card.isAncestorOf(focused) else None
            if self._focused is not None:
                self.setFocus()
        self._card.setEnabled(not busy)
        if not busy and self._focused is not None and focused is self and self.isVisible():
            self._focused.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if BACK.is_pressed(event):
            self.left.emit()
        else:
            super().keyPressEvent(event)
