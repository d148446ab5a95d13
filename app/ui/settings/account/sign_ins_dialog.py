"""Where a person is signed in at the server: since when, from where, and ending what should not be."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui.page.account import AccountPort, SignedIn
from app.ui.page.context import PageContext
from app.ui.settings.account.dialog import WORDS_PX, AccountDialog
from app.ui.widgets.language import left_to_right
from app.ui.widgets.parts import button
from app.ui.widgets.plain_text import set_tip
from app.ui.widgets.theme import Tone
from app.ui.widgets.two_line import TwoLineList, TwoLines
from sync_agent.contract.identity import SignInRow
from sync_agent.contract.wire import to_ms

_LIST_PX = 300


class SignInsDialog(AccountDialog):
    """Lists a person's sign-ins, this dialog's own among them; ends one, or all others."""

    def __init__(self, context: PageContext, account: AccountPort, username: str, parent: QWidget) -> None:
        super().__init__(context, account, username, parent)
        self.setObjectName("signInsDialog")
        self._rows: Sequence[SignInRow] = ()
        self._who = self.sign_in_part(
            self.tr(
                "Wherever you signed in with your password, at a browser or in an app, you stay signed in "
                "for a time. Sign in once more to see where, and to end what should not be."
            )
        )
        self._list_part = self._listing()
        self.build(self.tr("Where you are signed in"))
        self.show_sign_in()

    def show_sign_in(self) -> None:
        self.show_part(self._who, self.tr("Show"), self._submit, self._fields.first_empty)

    async def begin(self, session: SignedIn) -> None:
        await self._fetch(session)
        self.show_part(self._list_part, "", lambda: None, self._list)

    async def _fetch(self, session: SignedIn) -> None:
        self._rows = await session.sign_ins()
        now_ms = self._context.till.clock.now_ms()
        self._list.rows.show([self._row(row, now_ms) for row in self._rows])
        self._show_choice()

    def _row(self, row: SignInRow, now_ms: int) -> TwoLines:
        formatter = self._context.formatter
        began = formatter.moment(to_ms(row.began_at), now_ms)
        used = formatter.moment(to_ms(row.last_used_at), now_ms)
        words = self.tr("Last used {when}, from {where}; ends {end}")
        return TwoLines(
            self.tr("Since {when}, from {where}").format(when=began, where=self._place(row.began_from)),
            words.format(
                when=used,
                where=self._place(row.last_used_from),
                end=formatter.date(to_ms(row.ends_at)),
            ),
            figure=self.tr("This one") if row.current else "",
            figure_tone=Tone.GOOD,
        )

    def _place(self, address: str | None) -> str:
        return self.tr("somewhere") if address is None else left_to_right(address)

    def _chosen(self) -> SignInRow | None:
        row = self._list.currentIndex().row()
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def _others(self) -> list[str]:
        return [row.id for row in self._rows if not row.current]

    def _show_choice(self) -> None:
        chosen = self._chosen()
        self._end.setEnabled(chosen is not None and not chosen.current)
        is_own = chosen is not None and bool(chosen.current)
        set_tip(self._end, self.tr("This one ends when you close this window.") if is_own else "")
        self._end_others.setEnabled(bool(self._others()))

    def show_busy(self, busy: bool) -> None:
        super().show_busy(busy)
        if not busy:
            self._show_choice()

    def _end_chosen(self) -> None:
        chosen = self._chosen()
        if chosen is not None and not chosen.current:
            self._end_all([chosen.id])

    def _end_all(self, ids: list[str]) -> None:
        if self._session is not None and ids:
            self.ask(partial(self._ended, self._session, ids))

    async def _ended(self, session: SignedIn, ids: list[str]) -> None:
        await session.end_sign_ins(ids)
        await self._fetch(session)
        self.say(self.tr("%n sign-in(s) ended.", "", len(ids)), Tone.GOOD)

    def _listing(self) -> QWidget:
        part, layout = self.part()
        self._list = TwoLineList("signIns", self.tr("Where you are signed in"), "")
        self._list.setFixedSize(WORDS_PX + 100, _LIST_PX)
        self._list.selectionModel().currentRowChanged.connect(lambda _now, _before: self._show_choice())
        layout.addWidget(self._list)
        row = QHBoxLayout()
        self._end = button(self.tr("End this one"), "endSignIn", self._end_chosen)
        self._end_others = button(
            self.tr("End all others"), "endOtherSignIns", lambda: self._end_all(self._others())
        )
        row.addWidget(self._end)
        row.addWidget(self._end_others)
        row.addStretch(1)
        layout.addLayout(row)
        return part
