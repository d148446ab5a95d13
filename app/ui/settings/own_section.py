"""A person's own PIN and password: changed by the current one, at the server."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.ui.page.context import OwnSecret
from app.ui.settings.forms import form
from app.ui.widgets.parts import button, field, label, scrolling
from app.ui.widgets.pin_pad import PIN_LENGTH_MAX


class OwnSection(QWidget):
    """Fields for the current and the new PIN, and for the current and the new password.

    Signals:
    changeWanted(OwnSecret, str, str): the person typed the current secret, and the new one twice.
    refused(str): why what was typed cannot be sent.
    """

    changeWanted = Signal(object, str, str)
    refused = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._pin = self._fields(
            "ownPin", self.tr("Current PIN"), self.tr("New PIN"), self.tr("New PIN again")
        )
        for typed in self._pin:
            typed.setMaxLength(PIN_LENGTH_MAX)
        self._password = self._fields(
            "ownPassword",
            self.tr("Current password"),
            self.tr("New password"),
            self.tr("New password again"),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scrolling(self._form(), "ownSecrets", self.tr("Your PIN and password")))

    def clear(self) -> None:
        """Forget what was typed."""
        for typed in (*self._pin, *self._password):
            typed.clear()

    def _fields(self, name: str, *titles: str) -> tuple[QLineEdit, QLineEdit, QLineEdit]:
        current, new, again = (
            field(f"{name}{part}", title, secret=True)
            for part, title in zip(("Current", "New", "Again"), titles, strict=True)
        )
        return current, new, again

    def _form(self) -> QWidget:
        return form(
            ("", label(self.tr("Your PIN, for every till of the shop."), "muted", wrap=True)),
            *((typed.accessibleName(), typed) for typed in self._pin),
            ("", self._button(self.tr("Change PIN"), "changePin", OwnSecret.PIN, self._pin)),
            ("", label(self.tr("Your password, with which you sign in at the server."), "muted", wrap=True)),
            *((typed.accessibleName(), typed) for typed in self._password),
            (
                "",
                self._button(
                    self.tr("Change password"), "changePassword", OwnSecret.PASSWORD, self._password
                ),
            ),
        )

    def _button(
        self, title: str, name: str, what: OwnSecret, typed: tuple[QLineEdit, QLineEdit, QLineEdit]
    ) -> QWidget:
        submit: Callable[[], None] = lambda: self._submit(what, *typed)  # noqa: E731
        typed[-1].returnPressed.connect(submit)
        return button(title, name, submit, role="primary")

    def _submit(self, what: OwnSecret, current: QLineEdit, new: QLineEdit, again: QLineEdit) -> None:
        for typed in (current, new, again):
            if not typed.text():
                self.refused.emit(self.tr("Fill in “{field}” first.").format(field=typed.accessibleName()))
                typed.setFocus()
                return
        if new.text() != again.text():
            self.refused.emit(self.tr("The new one was not typed the same twice."))
            again.clear()
            again.setFocus()
            return
        self.changeWanted.emit(what, current.text(), new.text())
