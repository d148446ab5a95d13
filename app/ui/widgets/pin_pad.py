"""On-screen digits for entering a PIN without a keyboard."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLineEdit, QPushButton, QSizePolicy, QWidget

from app.ui.widgets.parts import button, icon_button

PIN_LENGTH_MAX = 12
KEY_PX, GAP_PX = 60, 8


class PinPad(QWidget):
    """Types into `target` without taking its focus. `name` is the prefix of the keys' object names."""

    def __init__(self, target: QLineEdit, name: str) -> None:
        super().__init__()
        # A digit pad is not mirrored in right-to-left languages.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setFixedHeight(4 * KEY_PX + 3 * GAP_PX)
        self._target = target
        self._name = name
        pad = QGridLayout(self)
        pad.setContentsMargins(0, 0, 0, 0)
        pad.setSpacing(GAP_PX)
        for place, digit in enumerate("123456789"):
            pad.addWidget(self._key(digit), place // 3, place % 3)
        pad.addWidget(self._key("0"), 3, 1)
        rub_out = icon_button(
            "backspace", self.tr("Delete the last figure"), f"{name}Backspace", self._backspace
        )
        rub_out.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        rub_out.setProperty("role", "key")
        rub_out.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        pad.addWidget(rub_out, 3, 2)

    def _key(self, digit: str) -> QPushButton:
        key = button(digit, f"{self._name}{digit}", partial(self._press, digit), role="key")
        key.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keyboard goes to the field
        return key

    def _press(self, digit: str) -> None:
        self._target.insert(digit)
        self._target.setFocus()

    def _backspace(self) -> None:
        self._target.backspace()
        self._target.setFocus()
