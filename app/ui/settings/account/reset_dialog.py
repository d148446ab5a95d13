"""Somebody has lost their telephone: who manages their account takes the second factor away."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QWidget

from app.domain.vocabulary.roles import ROLES
from app.ui.page.account import AccountPort, SignedIn
from app.ui.page.context import PageContext
from app.ui.settings.account.dialog import WORDS_PX, AccountDialog
from app.ui.widgets.theme import Tone
from app.ui.widgets.two_line import TwoLineList, TwoLines
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.stock import UserRow

_LIST_PX = 260


class ResetSecondFactorDialog(AccountDialog):
    """Signs an administrator or a manager in, and lists the people whose account they may see."""

    def __init__(self, context: PageContext, account: AccountPort, username: str, parent: QWidget) -> None:
        super().__init__(context, account, username, parent)
        self.setObjectName("resetSecondFactorDialog")
        self._rows: Sequence[UserRow] = ()
        self._who = self.sign_in_part(
            self.tr(
                "Whoever lost their telephone and their recovery codes cannot sign in. An administrator, or "
                "a manager for the clerks of their places, signs in and takes the second factor away."
            )
        )
        self._list_part = self._listing()
        self.build(self.tr("Take a second factor away"))
        self.show_sign_in()

    def show_sign_in(self) -> None:
        self.show_part(self._who, self.tr("Show the people"), self._submit, self._fields.first_empty)

    async def begin(self, session: SignedIn) -> None:
        people = await session.people()
        self._rows = [row for row in people if row.id != session.user.id and not row.disabled]
        self._list.rows.show([TwoLines(row.name, f"{_role(row)} · {row.username}") for row in self._rows])
        # Not the list: with the focus it chooses its first row, which nobody has chosen.
        self.show_part(self._list_part, self.tr("Take it away"), self._reset, self._close)
        self._show_choice()

    def words_of(self, code: str | None) -> str | None:
        chosen = self._chosen()
        if code == ErrorCode.FORBIDDEN and chosen is not None and self._session is not None:
            words = self.tr("This account may not change that of {name}. Nothing was changed.")
            return words.format(name=chosen.name)
        return None

    def _chosen(self) -> UserRow | None:
        row = self._list.currentIndex().row()
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def _reset(self) -> None:
        chosen = self._chosen()
        if chosen is not None and self._session is not None:
            self.ask(partial(self._done, self._session, chosen))

    def _show_choice(self) -> None:
        chosen = self._chosen()
        self.primary.setEnabled(chosen is not None)
        if chosen is not None:
            self.primary.setText(self.tr("Take it away from {name}").format(name=chosen.name))
            self.primary.setAccessibleName(self.primary.text())

    def show_busy(self, busy: bool) -> None:
        super().show_busy(busy)
        if not busy and self._list_part.isVisible():
            self._show_choice()

    async def _done(self, session: SignedIn, chosen: UserRow) -> None:
        await session.reset_second_factor(chosen.id)
        words = self.tr("{name} signs in with the password alone, until they set up a second factor again.")
        self.say(words.format(name=chosen.name), Tone.GOOD)

    def _listing(self) -> QWidget:
        part, layout = self.part()
        layout.addWidget(
            self.words(self.tr("Whose second factor? Make sure that it is really this person who asks."))
        )
        self._list = TwoLineList("factorPeople", self.tr("People"), self.tr("There is nobody else."))
        self._list.setFixedSize(WORDS_PX, _LIST_PX)
        self._list.selectionModel().currentRowChanged.connect(lambda _now, _before: self._show_choice())
        layout.addWidget(self._list)
        return part


def _role(row: UserRow) -> str:
    return str(ROLES.of(row.role).name) if ROLES.knows(row.role) else row.role
