"""A manager makes a one-time code with which a new till is enrolled."""

from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.services.stock import transfers
from app.services.stock.transfers import Place
from app.ui.page.account import AccountPort, SignedIn
from app.ui.page.context import PageContext
from app.ui.settings.account.dialog import AccountDialog
from app.ui.settings.account.qr_picture import QrPicture
from app.ui.settings.forms import choice
from app.ui.widgets.language import left_to_right
from app.ui.widgets.parts import announce, form_label, label
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.enrolment_codes import CODE_LASTS_S

_QR_PX = 232
_COUNT_MS = 500
_NO_CODE = "––––-––––"


class EnrolmentCodeDialog(AccountDialog):
    """Signs a manager in, shows a code for one till of a place, and how long it still holds.

    The code is in the dialog alone, and goes with it.
    """

    def __init__(self, context: PageContext, account: AccountPort, username: str, parent: QWidget) -> None:
        super().__init__(context, account, username, parent)
        self.setObjectName("enrolmentCodeDialog")
        self._till = context.till
        self._made_s = 0.0
        self._made_ms = 0
        self._holds = False
        self._timer = QTimer(self)
        self._timer.setInterval(_COUNT_MS)
        self._timer.timeout.connect(self.count_down)
        self._who = self._who_part()
        self._code_part = self._made_part()
        self.build(self.tr("Enrol another till"))
        self.show_sign_in()

    def show_sign_in(self) -> None:
        self.show_part(self._who, self.tr("Make the code"), self._submit, self._fields.first_empty)

    async def begin(self, session: SignedIn) -> None:
        """Make a code at once: that is what the manager signed in for."""
        place = Place(str(self._place.currentData()), self._place.currentText())
        asked_s, asked_ms = self._till.clock.monotonic_s(), self._till.clock.now_ms()
        made = await session.make_code(place.id)
        # Counted from the question, on this computer: its clock may differ from the server's.
        self._made_s, self._made_ms = asked_s, asked_ms
        self._show_code(made.code, place)

    def words_of(self, code: str | None) -> str | None:
        if code == ErrorCode.FORBIDDEN:
            return self.tr(
                "This account may not enrol tills at {place}. A manager of that place may."
            ).format(place=self._place.currentText())
        if code == ErrorCode.RATE_LIMITED and self._session is not None:
            return self.tr("So many codes of this shop are open that no more are made. Use one, or wait.")
        return None

    def count_down(self) -> None:
        """Say how long the code still holds; take it away once it is over."""
        left = self._left_s()
        if left <= 0:
            self._end()
            return
        self._left.setText(
            self.tr("It holds for {minutes}:{seconds} more.").format(
                minutes=left // 60, seconds=f"{left % 60:02}"
            )
        )

    def _left_s(self) -> int:
        """By whichever clock says less: one stands still while the computer sleeps, the other may be set."""
        clock = self._till.clock
        passed = max(clock.monotonic_s() - self._made_s, (clock.now_ms() - self._made_ms) / 1000)
        return int(CODE_LASTS_S - passed)

    def _show_code(self, code: str, place: Place) -> None:
        self._holds = True
        self._code.setText(left_to_right(code))
        self._code.setAccessibleName(code)
        # Without the hyphen, which a scanner types wrong where its keyboard is another country's.
        self._picture.show_text(code.replace("-", ""))
        self._picture.show()
        words = self.tr("For one new till at {place}, of {shop}.")
        self._for.setText(words.format(place=place.name, shop=self._till.device.tenant_name))
        self.show_part(self._code_part, self.tr("Make a new code"), self._again)
        self.count_down()
        self._timer.start()
        announce(self, f"{self._for.text()} {code}")

    def _end(self) -> None:
        """The code does not hold any more."""
        self._timer.stop()
        self._holds = False
        self._code.setText(left_to_right(_NO_CODE))
        self._code.setAccessibleName(self.tr("no code"))
        self._picture.show_text("")
        self._left.setText(self.tr("This code is over. Make a new one."))
        announce(self, self._left.text())
        self.primary.setFocus()

    def _again(self) -> None:
        if self._session is not None:
            self.ask(partial(self.begin, self._session))

    def _forget(self) -> None:
        self._end()
        super()._forget()

    # --- the parts ---

    def _who_part(self) -> QWidget:
        device = self._till.device
        here = Place(device.location_id, device.location_name)
        places = [here, *transfers.other_places(self._till)]
        self._place = choice(
            "codePlace",
            self.tr("Where the new till stands"),
            [(place.name, place.id) for place in places],
        )
        where = QWidget()
        row = QVBoxLayout(where)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(label(self._place.accessibleName()))
        row.addWidget(self._place)
        why = self.tr(
            "A code makes one new till a till of this shop. Sign in as who may enrol tills, a manager or an "
            "administrator. This till keeps nothing of the sign-in."
        )
        return self.sign_in_part(why, where)

    def _made_part(self) -> QWidget:
        part, layout = self.part()
        self._for = self.words(role="heading", name="codeFor")
        layout.addWidget(self._for)
        row = QHBoxLayout()
        self._picture = QrPicture("codePicture", self.tr("The code, for a scanner"), _QR_PX)
        row.addWidget(self._picture)
        row.addSpacing(12)
        column = QVBoxLayout()
        self._code = label(role="code", name="enrolmentCode")
        self._left = label(name="codeLeft", wrap=True)
        column.addStretch(1)
        column.addWidget(self._code)
        column.addWidget(self._left)
        column.addStretch(1)
        row.addLayout(column, 1)
        layout.addLayout(row)
        steps = self.tr(
            "At the new till, choose “With a code”, type the server’s address and a name for the till, and "
            "then type or scan this code. It works once."
        )
        layout.addWidget(self.words(steps))
        server = QFormLayout()
        address = label(left_to_right(self._till.device.server_url), "heading", name="codeServer", wrap=True)
        server.addRow(form_label(self.tr("Server"), address), address)
        layout.addLayout(server)
        return part
