"""User name and password of somebody who signs in at the server; and a code, once the server asks for one."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.page.account import TypedSignIn
from app.ui.settings.account.refusals import At, Refused
from app.ui.widgets import theme
from app.ui.widgets.parts import announce, field, label
from app.ui.widgets.theme import Tone


class ProblemField(QWidget):
    """A field below its title, with what is wrong with it below the field."""

    def __init__(self, name: str, title: str, *, secret: bool = False) -> None:
        super().__init__()
        self.line = field(name, title, secret=secret)
        titled = label(title)
        titled.setBuddy(self.line)
        self._problem = label(role="problem", name=f"{name}Problem", wrap=True)
        self._problem.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for part in (titled, self.line, self._problem):
            layout.addWidget(part)
        self.line.textEdited.connect(lambda _text: self.say(""))

    def say(self, words: str, tone: Tone = Tone.BAD) -> None:
        """Show what is wrong; "" takes it away."""
        self._problem.setText(words)
        self._problem.setVisible(bool(words))
        self.line.setAccessibleDescription(words)
        theme.restyle(self._problem, tone=tone)
        if words:
            announce(self.line, words)


class SignInFields(QWidget):
    """The field for a code is shown once it was asked for; what was typed before stays.

    Signals:
        submitted(): Enter was pressed in a field.
    """

    submitted = Signal()

    def __init__(self, name: str, user_title: str, username: str = "") -> None:
        super().__init__()
        self._user = ProblemField(f"{name}User", user_title)
        self._user.line.setText(username)
        self._password = ProblemField(f"{name}Password", self.tr("Password"), secret=True)
        self._code = ProblemField(f"{name}Code", self.tr("Code from the authenticator app"))
        self._code.line.setMaxLength(40)
        self._code.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for part in self._parts:
            layout.addWidget(part)
            part.line.returnPressed.connect(self.submitted)

    @property
    def _parts(self) -> tuple[ProblemField, ...]:
        return self._user, self._password, self._code

    @property
    def asks_for_code(self) -> bool:
        return not self._code.isHidden()

    def typed(self) -> TypedSignIn | None:
        """What was typed; None where a field is empty, which then says so."""
        for part in self._parts:
            part.say("")
        for part in self._parts:
            if not part.isHidden() and not part.line.text().strip():
                part.say(self.tr("Fill in “{field}” first.").format(field=part.line.accessibleName()))
                part.line.setFocus()
                return None
        code = self._code.line.text().strip() if self.asks_for_code else ""
        return TypedSignIn(self._user.line.text().strip(), self._password.line.text(), code)

    def refuse(self, refused: Refused) -> None:
        """Show a refusal at its field. One that asks for a code opens the field for it."""
        part = self._code if refused.at is At.CODE else self._password
        part.show()
        part.say(refused.words, refused.tone)
        if part is self._code:
            part.line.clear()  # a code works once
        part.line.setFocus()
        part.line.selectAll()

    def forget(self) -> None:
        """Forget all secrets, and that a code was asked for."""
        for part in (self._password, self._code):
            part.line.clear()
            part.say("")
        self._user.say("")
        self._code.hide()

    @property
    def first_empty(self) -> QWidget:
        """The field that is to be filled in first."""
        return next((part for part in self._parts if not part.line.text()), self._password).line

    def set_user(self, username: str) -> None:
        self._user.line.setText(username)
