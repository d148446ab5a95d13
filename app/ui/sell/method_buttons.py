"""Choosing a payment method: a button for each that is offered, the chosen one pressed."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from app.domain.vocabulary.payment_methods import PaymentMethod
from app.ui.widgets.shortcuts import Shortcut


class MethodButtons(QWidget):
    """The buttons are named `name` and the method's code: "payCash", "payGiftCard". The first is chosen.

    `next_key` goes on to the next one (`choose_next`); the caption of the second says so.

    Signals:
    chosen(): somebody pressed another method, or `choose_next` went on to it.
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
        return self._methods[self._buttons.checkedId()]

    def choose(self, code: str) -> None:
        """Press the button of this method; the first one's where it is not offered."""
        place = next((place for place, method in enumerate(self._methods) if method.code == code), 0)
        self._buttons.button(place).setChecked(True)

    def choose_next(self) -> None:
        """The method after the chosen one; the first after the last."""
        self._buttons.button((self._buttons.checkedId() + 1) % len(self._methods)).setChecked(True)
        self.chosen.emit()
