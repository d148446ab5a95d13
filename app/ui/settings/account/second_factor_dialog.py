"""A person sets up a code from an authenticator app beside their password, or a new one in its place."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from app.domain.slip import Centred, Pair, Row, Rule, Slip, Weight
from app.ui.page.account import AccountPort, TypedSignIn
from app.ui.page.context import PageContext
from app.ui.settings.account.dialog import AccountDialog
from app.ui.settings.account.qr_picture import QrPicture
from app.ui.settings.account.refusals import At, Refused
from app.ui.settings.account.sign_in_fields import ProblemField
from app.ui.settings.forms import check
from app.ui.widgets.language import left_to_right
from app.ui.widgets.parts import button, label
from app.ui.widgets.theme import Tone
from sync_agent.contract.codes import ErrorCode

_QR_PX = 264
_GROUP = 4


class SecondFactorDialog(AccountDialog):
    """Asks who it is, shows the secret, takes its first code, and shows ten recovery codes, once.

    A wrong first code leaves the secret as it is: it is in the person's telephone already.
    """

    def __init__(self, context: PageContext, account: AccountPort, username: str, parent: QWidget) -> None:
        super().__init__(context, account, username, parent)
        self.setObjectName("secondFactorDialog")
        self._typed: TypedSignIn | None = None
        self._recovery: Sequence[str] = ()
        self._is_confirming = False
        self._who = self.sign_in_part(
            self.tr(
                "With a second factor, signing in at the server takes your password and a code that an app "
                "on your telephone shows. Your PIN at the tills stays as it is. Where you have one already, "
                "a new one takes its place."
            )
        )
        self._scan_part = self._secret_part()
        self._kept_part = self._recovery_part()
        self.build(self.tr("Second factor"))
        self.show_sign_in()

    def show_sign_in(self) -> None:
        self._is_confirming = False
        self.show_part(self._who, self.tr("Go on"), self._submit, self._fields.first_empty)

    async def signed_in(self, typed: TypedSignIn) -> None:
        offer = await self._account.begin_second_factor(typed)
        self._typed = typed
        self._picture.show_text(offer.link)
        groups = (offer.secret[at : at + _GROUP] for at in range(0, len(offer.secret), _GROUP))
        self._secret.setText(left_to_right(" ".join(groups)))
        self._app_code.line.clear()
        self._app_code.say("")
        self._is_confirming = True
        self.show_part(self._scan_part, self.tr("Put it in force"), self._confirm, self._app_code.line)

    def _confirm(self) -> None:
        code = self._app_code.line.text().strip()
        if not code:
            self._app_code.say(self.tr("Type the code that the app shows now."))
            self._app_code.line.setFocus()
        elif self._typed is not None:
            self.ask(partial(self._confirmed, self._typed, code))

    async def _confirmed(self, typed: TypedSignIn, code: str) -> None:
        confirmed = await self._account.confirm_second_factor(typed, code)
        self._typed = None
        self._fields.forget()
        self._is_confirming = False
        self._picture.show_text("")
        self._secret.clear()
        self._recovery = tuple(confirmed.recovery_codes)
        for number, one in enumerate(self._recovery):
            shown = label(left_to_right(one), "secret", name=f"recoveryCode{number + 1}")
            self._codes.addWidget(shown, number // 2, number % 2)
        self.show_part(self._kept_part, self.tr("Done"), self.accept, self._are_kept)
        self._close.hide()
        self._show_done()
        self.say(self.tr("It is in force. You are signed out everywhere else."), Tone.GOOD)

    def refuse(self, said: Refused) -> None:
        if self._is_confirming and said.at is not At.ALL_OF_IT:
            self._app_code.say(
                self.tr(
                    "This is not the code that the app shows now. Look whether the telephone’s clock is "
                    "right, and type the next one."
                )
            )
            self._app_code.line.setFocus()
            self._app_code.line.selectAll()
        else:
            super().refuse(said)

    def words_of(self, code: str | None) -> str | None:
        if code == ErrorCode.PRECONDITION_FAILED:
            self.show_sign_in()
            return self.tr("It was begun anew elsewhere. Begin once more.")
        return None

    def reject(self) -> None:
        if self._recovery and not self._are_kept.isChecked():
            words = self.tr(
                "These codes are shown only now. Print, copy or write them down, and tick the box."
            )
            self.say(words, Tone.WARN)
            return
        super().reject()

    def _forget(self) -> None:
        self._typed = None
        self._recovery = ()
        self._picture.show_text("")
        super()._forget()

    # --- recovery codes ---

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(self._recovery))
        self.say(self.tr("Copied. Paste them where only you can read them."), Tone.GOOD)

    def _print(self) -> None:
        title = self.tr("Recovery codes")
        device = self._context.till.device
        rows: tuple[Row, ...] = (
            Centred(device.tenant_name, Weight.STRONG),
            Centred(title, Weight.LARGE),
            Rule(),
            *(Centred(left_to_right(one), Weight.STRONG) for one in self._recovery),
            Rule(),
            Pair(self.tr("Each of them signs in once, in place of the app’s code.")),
        )
        self._context.print_queue.show_slip(Slip(title, rows))

    def _show_done(self) -> None:
        self.primary.setEnabled(self._are_kept.isChecked())

    def show_busy(self, busy: bool) -> None:
        super().show_busy(busy)
        if not busy and self._recovery:
            self._show_done()

    # --- the parts ---

    def _secret_part(self) -> QWidget:
        part, layout = self.part()
        layout.addWidget(
            self.words(self.tr("Scan this with an authenticator app, or type the secret into the app."))
        )
        row = QHBoxLayout()
        self._picture = QrPicture("factorPicture", self.tr("The secret, for an authenticator app"), _QR_PX)
        row.addStretch(1)
        row.addWidget(self._picture)
        row.addStretch(1)
        layout.addLayout(row)
        self._secret = self.words(role="secret", name="factorSecret")
        layout.addWidget(self._secret)
        self._app_code = ProblemField("factorCode", self.tr("The code that the app shows now"))
        self._app_code.line.setMaxLength(40)
        self._app_code.line.returnPressed.connect(self._confirm)
        layout.addWidget(self._app_code)
        return part

    def _recovery_part(self) -> QWidget:
        part, layout = self.part()
        layout.addWidget(
            self.words(
                self.tr(
                    "Without your telephone, each of these codes signs in once in place of the app’s. They "
                    "are shown only now: keep them where only you can read them."
                )
            )
        )
        self._codes = QGridLayout()
        self._codes.setHorizontalSpacing(24)
        layout.addLayout(self._codes)
        row = QHBoxLayout()
        row.addWidget(button(self.tr("Print…"), "recoveryPrint", self._print))
        row.addWidget(button(self.tr("Copy"), "recoveryCopy", self._copy))
        row.addStretch(1)
        layout.addLayout(row)
        self._are_kept = check("recoveryKept", self.tr("I have kept these codes"))
        self._are_kept.toggled.connect(lambda _checked: self._show_done())
        layout.addWidget(self._are_kept)
        return part


class EndSecondFactorDialog(AccountDialog):
    """A person does without their second factor again."""

    def __init__(self, context: PageContext, account: AccountPort, username: str, parent: QWidget) -> None:
        super().__init__(context, account, username, parent)
        self.setObjectName("endSecondFactorDialog")
        self._who = self.sign_in_part(
            self.tr("From then on your password alone signs in at the server. It takes a code once more.")
        )
        self._done, layout = self.part()
        layout.addWidget(self.words(self.tr("Your password alone signs in again.")))
        self.build(self.tr("Do without the second factor"))
        self.show_sign_in()

    def show_sign_in(self) -> None:
        self.show_part(self._who, self.tr("End it"), self._submit, self._fields.first_empty)

    async def signed_in(self, typed: TypedSignIn) -> None:
        await self._account.end_second_factor(typed)
        self._fields.forget()
        self.show_part(self._done, "", self.accept)

    def words_of(self, code: str | None) -> str | None:
        if code == ErrorCode.PRECONDITION_FAILED:
            return self.tr(
                "The shop wants a second factor of this account: it can be replaced, and not be ended."
            )
        return None
