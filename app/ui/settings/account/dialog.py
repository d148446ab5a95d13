"""The base of dialogs in which a person acts at the server in their own name: they sign in there first."""

import asyncio
from collections.abc import Callable
from functools import partial

import shiboken6
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QPushButton, QVBoxLayout, QWidget

from app.ui.page.account import AccountPort, SignedIn, TypedSignIn
from app.ui.page.context import PageContext
from app.ui.settings.account.refusals import At, Refused, refused
from app.ui.settings.account.sign_in_fields import SignInFields
from app.ui.widgets import tasks
from app.ui.widgets.command_dialog import CommandDialog
from app.ui.widgets.parts import MessageLine, button, label
from app.ui.widgets.shortcuts import BACK
from app.ui.widgets.theme import Tone
from sync_agent.contract.codes import ErrorCode
from sync_agent.errors import SyncError
from sync_agent.server_address import is_plain

WORDS_PX = 480


class AccountDialog(CommandDialog):
    """Shows its sign-in, and then the parts that a subclass adds; one at a time.

    What is typed and the sign-in are held in memory, and end with the dialog. What runs can be stopped.
    """

    acts_for_a_person = True

    def __init__(self, context: PageContext, account: AccountPort, username: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._account = account
        self._session: SignedIn | None = None
        self._task: asyncio.Task[None] | None = None
        self._fields = SignInFields("account", self.tr("User name"), username)
        self._fields.submitted.connect(self._submit)
        self._message = MessageLine("accountMessage")
        self._parts: list[QWidget] = []
        self._foot = QHBoxLayout()
        self._close = button("", "accountClose", self.reject)
        self._primary = button("", "accountDo", self._press, role="primary")
        self._foot.addWidget(self._close)
        self._foot.addWidget(self._primary, 1)
        self._on_press: Callable[[], object] = self._submit
        self._first: QWidget = self._close
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(24, 20, 24, 20)
        self._layout.setSpacing(12)
        # Fixed to the content's size: else a message pushes a field under the buttons.
        self._layout.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        self._show_close()
        self.finished.connect(lambda _result: self._forget())

    # --- for subclasses ---

    def sign_in_part(self, why: str, *more: QWidget) -> QWidget:
        """The part that asks who it is; `more` stands above the fields."""
        part, layout = self.part()
        layout.addWidget(self.words(why, "muted"))
        if is_plain(self._context.till.device.server_url):
            plain = self.tr("The connection is not encrypted: others in the network can read the password.")
            layout.addWidget(self.words(plain))
        for one in more:
            layout.addWidget(one)
        layout.addWidget(self._fields)
        return part

    def part(self) -> tuple[QWidget, QVBoxLayout]:
        """An empty part of the dialog."""
        made = QWidget()
        layout = QVBoxLayout(made)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        self._parts.append(made)
        return made, layout

    def words(self, text: str = "", role: str = "", name: str = "") -> QLabel:
        """A label as wide as the dialog."""
        made = label(text, role, name=name, wrap=True)
        made.setFixedWidth(WORDS_PX)
        return made

    def build(self, title: str) -> None:
        """Lay the parts out."""
        self.setWindowTitle(title)
        self._layout.addWidget(label(title, "title"))
        for part in self._parts:
            self._layout.addWidget(part)
        self._layout.addWidget(self._message)
        self._layout.addLayout(self._foot)

    def show_part(
        self, shown: QWidget, action: str, on_press: Callable[[], object], first: QWidget | None = None
    ) -> None:
        """Show a part; `action` is what its primary button does, and `first` takes the focus."""
        for part in self._parts:
            part.setVisible(part is shown)
        self._on_press = on_press
        self._primary.setText(action)
        self._primary.setAccessibleName(action)
        self._primary.setVisible(bool(action))
        self._first = first or (self._primary if action else self._close)
        self._first.setFocus()

    @property
    def foot(self) -> QHBoxLayout:
        return self._foot

    @property
    def primary(self) -> QPushButton:
        return self._primary

    def ask(self, work: Callable[[], tasks.Work]) -> None:
        """Ask the server, one thing at a time. A refusal is shown at its field."""
        self._task = self._commands.run(partial(self._asking, work), self._message.say_error) or self._task

    async def signed_in(self, typed: TypedSignIn) -> None:
        """Hook: a person typed who they are. Default: sign in at the server, then `begin`."""
        former, self._session = self._session, await self._account.sign_in(typed)
        if former is not None:
            await former.sign_out()
        await self.begin(self._session)
        self._fields.forget()

    async def begin(self, session: SignedIn) -> None:
        """Hook: the person is signed in."""

    def show_sign_in(self) -> None:
        """Hook: show the part that asks who it is."""
        raise NotImplementedError

    def words_of(self, code: str | None) -> str | None:
        """Hook: what a code of the server means in this dialog; None: what it means everywhere."""
        del code
        return None

    # --- the dialog ---

    def show_busy(self, busy: bool) -> None:
        for part in (*self._parts, self._primary):
            part.setEnabled(not busy)
        self._show_close()
        # While it is busy the fields are disabled, and Esc needs a focused widget.
        (self._close if busy else self._first).setFocus()

    def reject(self) -> None:
        """Stop what runs; else close."""
        if self._commands.is_busy and self._task is not None:
            self._task.cancel()
        else:
            super().reject()

    def give_up(self) -> None:
        if self._task is not None:
            self._task.cancel()
        super().give_up()

    def say(self, words: str, tone: Tone = Tone.PLAIN) -> None:
        self._message.say(words, tone)

    def _press(self) -> None:
        self._on_press()

    def _submit(self) -> None:
        typed = self._fields.typed()
        if typed is not None:
            self.ask(partial(self.signed_in, typed))

    async def _asking(self, work: Callable[[], tasks.Work]) -> None:
        asking = self.tr("Asking the server…")
        self._message.say(asking, Tone.BUSY)
        try:
            await work()
        except asyncio.CancelledError:
            if shiboken6.isValid(self):
                self._message.say(self.tr("Stopped."), Tone.WARN)
            return
        except SyncError as error:
            if shiboken6.isValid(self):
                asyncio.get_running_loop().call_soon(self._refuse, error)
            return
        if shiboken6.isValid(self) and self._message.words == asking:
            self._message.clear()

    def _refuse(self, error: SyncError) -> None:
        """Called once the fields are enabled again, so that the one which is wrong takes the focus."""
        if not shiboken6.isValid(self):
            return
        self._message.clear()
        code = getattr(error, "code", None)
        said = refused(error, with_code=self._fields.asks_for_code)
        if self._session is not None and code in {ErrorCode.UNAUTHORIZED, ErrorCode.TOKEN_EXPIRED}:
            self._session = None
            self.show_sign_in()
            self._message.say(self.tr("You were signed out at the server. Sign in again."), Tone.WARN)
            return
        own = self.words_of(code)
        if own is not None:
            said = Refused(At.ALL_OF_IT, own)
        self.refuse(said)

    def refuse(self, said: Refused) -> None:
        """Hook: show a refusal. Default: at a field of the sign-in, or in the message line."""
        if said.at is At.ALL_OF_IT:
            self._message.say(said.words, said.tone)
        else:
            self.show_sign_in()
            self._fields.refuse(said)

    def _show_close(self) -> None:
        title = self.tr("Stop") if self._commands.is_busy else self.tr("Close")
        self._close.setText(BACK.after(title))
        self._close.setAccessibleName(self._close.text())

    def _forget(self) -> None:
        """The dialog closed: its secrets and its sign-in end."""
        self._fields.forget()
        if self._session is not None:
            tasks.start(self._session.sign_out(), self, lambda _words: None)
            self._session = None
