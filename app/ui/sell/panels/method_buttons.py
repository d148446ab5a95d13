"""Choosing a payment method: a row of checkable buttons for the offered methods."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from app.domain.vocabulary.payment_methods import PaymentMethod
from app.ui.widgets.plain_text import PlainButton
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
        self._name = name
        self._caption_of = caption_of
        self._next_key = next_key
        self._methods: Sequence[PaymentMethod] = ()
        self._buttons = QButtonGroup(self)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self.offer(methods)
        self._buttons.idClicked.connect(lambda _place: self.chosen.emit())

    def offer(self, methods: Sequence[PaymentMethod]) -> None:
        """Offer these methods, in this order, and choose the first; unless they are offered already."""
        if [method.code for method in methods] == [method.code for method in self._methods]:
            return
        for made in self._buttons.buttons():
            self._buttons.removeButton(made)
            self._row.removeWidget(made)
            made.deleteLater()
        self._methods = methods
        for place, method in enumerate(methods):
            caption = self._caption_of(method)
            if self._next_key is not None and place == 1:
                caption = self._next_key.after(caption)
            made = PlainButton(caption)
            made.setObjectName(self._name + method.code.title().replace("_", ""))
            made.setAccessibleName(caption)
            made.setProperty("role", "choice")
            made.setCheckable(True)
            made.setAutoDefault(False)
            self._buttons.addButton(made, place)
            self._row.addWidget(made, 1)
        self._buttons.button(0).setChecked(True)

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
