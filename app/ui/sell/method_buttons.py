"""Choosing a payment method: a row of checkable buttons for the offered methods."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from app.domain.vocabulary.payment_methods import PaymentMethod
from app.ui.widgets.shortcuts import Shortcut


class MethodButtons(QWidget):
    """The object names are `name` and the method's code: "payCash", "payGiftCard". Begins with the first.

    `next_key` chooses the next method (`choose_next`); the caption of the second button names that key.

    Signals:
    chosen(): the chosen method changed, by a button or `choose_next`.
    """

    chosen = Signal()

    def __init__(
        self,
        name: str,
        methods: Sequence[PaymentMethod],
        caption_of: Callable[[PaymentMethod], str],
        next_key: Shortcut | None = None,
    ) -> None:
        super().__init__()
        self._methods = methods
        self._buttons = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for place, method in enumerate(methods):
            caption = caption_of(method)
            if next_key is not None and place == 1:
                caption = next_key.after(caption)
            made = QPushButton(caption)
            made.setObjectName(name + method.code.title().replace("_", ""))
            made.setAccessibleName(caption)
            made.setProperty("role", "choice")
            made.setCheckable(True)
            made.setAutoDefault(False)
            self._buttons.addButton(made, place)
            row.addWidget(made, 1)
        self._buttons.button(0).setChecked(True)
        self._buttons.idClicked.connect(lambda _place: self.chosen.emit())

    @property
    def method(self) -> PaymentMethod:
        """The chosen method."""
        return self._methods[self._buttons.checkedId()]

    def choose(self, code: str) -> None:
        """Choose this method, or the first where it is not offered."""
        place = next((place for place, method in enumerate(self._methods) if method.code == code), 0)
        self._buttons.button(place).setChecked(True)

    def choose_next(self) -> None:
        """Choose the method after the current, in a circle."""
        self._buttons.button((self._buttons.checkedId() + 1) % len(self._methods)).setChecked(True)
        self.chosen.emit()
