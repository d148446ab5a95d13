"""A person's own PIN and password, changed by the current one; and what else they do about their account."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.ui.page.context import OwnSecret
from app.ui.settings.forms import form
from app.ui.widgets.parts import button, field, label, scrolling
from app.ui.widgets.pin_pad import PIN_LENGTH_MAX

_ACCOUNT_PX = 280


class OwnSection(QWidget):
    """Fields for the current and the new PIN, and for the current and the new password; beside them what
    has a dialog of its own.

    Signals:
    changeWanted(OwnSecret, str, str): the person typed the current secret, and the new one twice.
    refused(str): why what was typed cannot be sent.
    factorWanted(), endFactorWanted(): set up a second factor, or do without it again.
    signInsWanted(): see where they are signed in.
    """

    changeWanted = Signal(object, str, str)
    refused = Signal(str)
    factorWanted = Signal()
    endFactorWanted = Signal()
    signInsWanted = Signal()

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
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(20)
        layout.addWidget(scrolling(self._form(), "ownSecrets", self.tr("Your PIN and password")), 1)
        layout.addWidget(self._account())

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

    def _account(self) -> QWidget:
        """What has a dialog of its own."""
        column = QWidget()
        column.setFixedWidth(_ACCOUNT_PX)
        layout = QVBoxLayout(column)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(label(self.tr("Second factor"), "heading"))
        factor = self.tr("A code from an app on your telephone, beside your password at the server.")
        layout.addWidget(label(factor, "muted", wrap=True))
        layout.addWidget(button(self.tr("Set it up…"), "setUpFactor", self.factorWanted.emit))
        layout.addWidget(button(self.tr("Do without it…"), "endFactor", self.endFactorWanted.emit))
        layout.addSpacing(12)
        layout.addWidget(label(self.tr("Where you are signed in"), "heading"))
        where = self.tr("A browser or an app stays signed in for a time. End what should not be.")
        layout.addWidget(label(where, "muted", wrap=True))
        layout.addWidget(button(self.tr("Show…"), "showSignIns", self.signInsWanted.emit))
        layout.addStretch(1)
        return column

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
