"""A till's first run: a manager names the server and this till, once, and gives a code or a password.

It is shown before the till has a credential, so it knows only callables: some enrol, one waits for the first
snapshot. A code is looked up first, and shop and place are shown before it is used. Enrolling can be
cancelled. Fetching goes on in the background, at the next start too.
"""

import asyncio
from collections.abc import Awaitable, Callable
from enum import IntEnum
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QLineEdit,
    QMainWindow,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from app.ui.people.enrol_forms import (
    CodePort,
    Fields,
    FirstShopFields,
    OfferCard,
    code_fields,
    password_fields,
    server_fields,
)
from app.ui.widgets import tasks
from app.ui.widgets.parts import MessageLine, button, card, label, scrolling
from app.ui.widgets.shortcuts import BACK, CONFIRM
from app.ui.widgets.theme import Tone
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.enrolment_codes import CodeOffer
from sync_agent.enrolment_forms import CodeEnrolment, Enrolment, FirstShop
from sync_agent.errors import AuthError
from sync_agent.events import ConnectionState, Progress, StateChanged
from sync_agent.server_address import BadAddress, is_plain, read_address, read_safe_address


class Step(IntEnum):
    """What the page shows."""

    CODE = 0
    PASSWORD = 1
    OFFER = 2
    FIRST_SHOP = 3


class EnrolPage(QWidget):
    """Signals:
    enrolled(): the till has its credential and its first snapshot.
    """

    enrolled = Signal()

    def __init__(
        self,
        on_enrol: Callable[[Enrolment], Awaitable[None]],
        on_fetch: Callable[[], Awaitable[None]],
        *,
        codes: CodePort,
        server_url: str = "",
        on_try: Callable[[], Awaitable[Enrolment]] | None = None,
    ) -> None:
        super().__init__()
        self._on_try = on_try
        self.setObjectName("page")
        self._on_enrol = on_enrol
        self._on_fetch = on_fetch
        self._codes = codes
        self._commands = tasks.Commands(self)
        self._commands.busyChanged.connect(self._show_busy)
        self._task: asyncio.Task[None] | None = None
        self._is_fetching = False
        self._step = Step.CODE
        self._server = server_fields(server_url)
        self._server.lines["server_url"].textChanged.connect(lambda _text: self._address_changed())
        self._code, self._password = code_fields(), password_fields()
        self._offer, self._first_shop = OfferCard(), FirstShopFields()
        self._build()
        self._show_step(Step.CODE)

    def _build(self) -> None:
        frame, layout = card()
        frame.setFixedWidth(600)
        layout.setContentsMargins(28, 18, 28, 18)
        layout.setSpacing(8)
        self._title = label(self.tr("Set up this till"), "title")
        layout.addWidget(self._title)
        self._lead = label(role="muted", name="enrolLead", wrap=True)
        layout.addWidget(self._lead)
        self._still_to_tell = label(role="muted", name="stillToTell", wrap=True)
        self._still_to_tell.hide()
        layout.addWidget(self._still_to_tell)
        layout.addWidget(self._server)
        self._ways = self._way_buttons()
        layout.addWidget(self._ways)
        self._forms: dict[Step, QWidget] = {
            Step.CODE: self._code,
            Step.PASSWORD: self._password,
            Step.OFFER: self._offer,
            Step.FIRST_SHOP: self._first_shop,
        }
        for form in self._forms.values():
            layout.addWidget(form)
        self._insecure = QCheckBox(self.tr("Do without encryption: nobody else uses this network"))
        self._insecure.setObjectName("enrolInsecure")
        self._message = MessageLine("enrolMessage")
        layout.addWidget(self._message)
        layout.addWidget(self._insecure)
        self._progress = QProgressBar()
        self._progress.setObjectName("enrolProgress")
        self._progress.setAccessibleName(self.tr("Fetching products and stock"))
        self._progress.setTextVisible(False)
        self._progress.hide()
        layout.addWidget(self._progress)
        self._enrol = button("", "enrol", self._submit, role="primary")
        layout.addWidget(self._enrol)
        self._try = button(self.tr("Try it with a demonstration shop"), "tryDemo", self._try_demo)
        layout.addWidget(self._try)
        self._back = button(BACK.after(self.tr("Back")), "enrolBack", self._go_back)
        layout.addWidget(self._back)
        self._stop = button(BACK.after(self.tr("Stop")), "enrolStop", self.stop)
        self._stop.hide()
        layout.addWidget(self._stop)
        inner = QWidget()
        row = QHBoxLayout(inner)
        row.addStretch(1)
        column = QVBoxLayout()
        column.addStretch(1)
        column.addWidget(frame)
        column.addStretch(1)
        row.addLayout(column)
        row.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolling(inner, "enrolScroll", self.tr("Set up this till")))

    def _way_buttons(self) -> QWidget:
        """A code, which a manager reads out, or a manager's own password."""
        chosen, row = QWidget(), QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        self._way_group = QButtonGroup(self)
        for step, name, title in (
            (Step.CODE, "byCode", self.tr("With a code")),
            (Step.PASSWORD, "byPassword", self.tr("With a manager’s password")),
        ):
            made = button(title, name, partial(self._show_step, step))
            made.setProperty("role", "tab")
            made.setCheckable(True)
            self._way_group.addButton(made, step)
            row.addWidget(made)
        row.addStretch(1)
        chosen.setLayout(row)
        return chosen

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._focus_first_empty()

    def say_still_to_tell(self, till: str, shop: str, command: str) -> None:
        """Say that the server was not told of a till that was signed out here, and who can end it there."""
        words = self.tr(
            "{till} of {shop} is signed out here, but its server could not be told, so its credential still "
            "holds there. Evertill tells it as soon as it runs here and reaches the server. If that may take "
            "long, or this computer is given away, a manager ends the till at the server; whoever runs the "
            "server enters: {command}"
        )
        self._still_to_tell.setText(words.format(till=till, shop=shop, command=command))
        self._still_to_tell.show()

    def show_progress(self, event: Progress) -> None:
        """Show the progress of the first snapshot."""
        self._progress.setRange(0, max(event.total, 1))
        self._progress.setValue(min(event.done, max(event.total, 1)))
        self._progress.show()
        words = self.tr("Fetching products and stock: {done} of {total}.")
        self._message.say(words.format(done=event.done, total=event.total), Tone.BUSY)

    def show_state(self, event: StateChanged) -> None:
        """Show a loss of connection during the first snapshot, and what to do about it."""
        if self._is_fetching and event.state is ConnectionState.OFFLINE:
            words = self.tr(
                "This till is set up, but the connection is gone. Fetching goes on by itself once it is "
                "back; this window may be closed meanwhile."
            )
            self._message.say(words, Tone.WARN)

    def stop(self) -> None:
        """Cancel the enrolment, at the Stop button."""
        if self._stop.isVisible() and self._stop.isEnabled():
            self._stop.setEnabled(False)
            self.leave()

    def leave(self) -> None:
        """Cancel whatever runs: the window closes."""
        if self._task is not None:
            self._task.cancel()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if CONFIRM.is_pressed(event):
            self._submit()
        elif BACK.is_pressed(event):
            self._go_back() if self._back.isVisible() else self.stop()
        else:
            super().keyPressEvent(event)

    # --- steps ---

    def _show_step(self, step: Step) -> None:
        self._step = step
        is_way = step in (Step.CODE, Step.PASSWORD)
        for of, form in self._forms.items():
            form.setVisible(of is step)
        self._server.setVisible(is_way)
        self._ways.setVisible(is_way)
        if is_way:
            self._way_group.button(step).setChecked(True)
        self._back.setVisible(not is_way)
        self._try.setVisible(is_way and self._on_try is not None)
        self._lead.setText(self._lead_of(step))
        self._enrol.setText(self._action_of(step))
        self._enrol.setAccessibleName(self._enrol.text())
        self._message.clear()
        self._offer_insecure()
        if self.isVisible():
            self._focus_first_empty()

    def _lead_of(self, step: Step) -> str:
        return {
            Step.CODE: self.tr(
                "A manager makes a code for this till, and you type it here within 15 minutes. A new server "
                "prints one for its first shop."
            ),
            Step.PASSWORD: self.tr(
                "A manager does this once. From then on this till sells with or without a connection."
            ),
            Step.OFFER: self.tr("This till will belong to this shop. Is that right?"),
            Step.FIRST_SHOP: self.tr(
                "This server has no shop yet. Make the first one; this till is its first till, and you are "
                "its admin."
            ),
        }[step]

    def _action_of(self, step: Step) -> str:
        return {
            Step.CODE: self.tr("Look the code up"),
            Step.PASSWORD: self.tr("Set up this till"),
            Step.OFFER: self.tr("Yes, set up this till"),
            Step.FIRST_SHOP: self.tr("Make the shop and set up this till"),
        }[step]

    def _go_back(self) -> None:
        if not self._commands.is_busy:
            self._show_step(Step.CODE)

    def _address_changed(self) -> None:
        """The choice to do without encryption is for one address alone."""
        self._insecure.setChecked(False)
        self._offer_insecure()

    def _offer_insecure(self) -> None:
        typed = self._server.text("server_url")
        is_asked = typed.lower().startswith("http://") and is_plain(typed)
        self._insecure.setVisible(is_asked and self._step in (Step.CODE, Step.PASSWORD))

    # --- doing it ---

    def _submit(self) -> None:
        empty = self._first_empty()
        if empty is not None:
            words = self.tr("Fill in “{field}” first.")
            self._complain(empty, words.format(field=empty.accessibleName()))
            return
        try:
            read_safe_address(self._server.text("server_url"), insecure=self._insecure.isChecked())
        except BadAddress as error:
            self._complain(self._server.lines["server_url"], tasks.in_words(error))
            return
        match self._step:
            case Step.CODE:
                self._start(partial(self._look_up, self._code_form()))
            case Step.OFFER:
                self._start(partial(self._run, partial(self._codes.accept, self._code_form())))
            case Step.PASSWORD:
                self._start(partial(self._run, partial(self._on_enrol, self._password_form())))
            case Step.FIRST_SHOP:
                wrong = self._first_shop.problem()
                if wrong is not None:
                    self._complain(*wrong)
                    return
                made = partial(self._codes.make_shop, self._first_shop_form())
                self._start(partial(self._run, made))

    def _complain(self, line: QLineEdit, words: str) -> None:
        self._message.say_error(words)
        line.setFocus()

    def _address(self) -> str:
        """In its normal form: what is shown is what is connected to."""
        return read_address(self._server.text("server_url")).url

    def _code_form(self) -> CodeEnrolment:
        return CodeEnrolment(
            self._address(),
            self._code.text("code"),
            self._server.text("till_name"),
            self._insecure.isChecked(),
        )

    def _password_form(self) -> Enrolment:
        text = self._password.text
        return Enrolment(
            server_url=self._address(),
            tenant_id=text("tenant_id"),
            username=text("username"),
            password=text("password"),
            location_id=text("location_id"),
            till_name=self._server.text("till_name"),
            insecure=self._insecure.isChecked(),
            code=text("second_factor"),
        )

    def _first_shop_form(self) -> FirstShop:
        text = self._first_shop.text
        return FirstShop(
            server_url=self._address(),
            code=self._code.text("code"),
            shop_name=text("shop_name"),
            currency=text("currency").upper(),
            place_name=text("place_name"),
            time_zone=text("time_zone"),
            username=text("admin_name"),
            password=text("admin_password"),
            pin=text("pin"),
            till_name=self._server.text("till_name"),
            insecure=self._insecure.isChecked(),
        )

    def _try_demo(self) -> None:
        if self._on_try is not None:
            self._start(partial(self._run_demo, self._on_try))

    def _start(self, work: Callable[[], tasks.Work]) -> None:
        self._task = self._commands.run(work, self._refused) or self._task

    async def _run_demo(self, make: Callable[[], Awaitable[Enrolment]]) -> None:
        self._message.say(self.tr("A demonstration shop is being set up on this computer…"), Tone.BUSY)
        await self._run(partial(self._on_enrol, await make()))

    async def _look_up(self, form: CodeEnrolment) -> None:
        offer = await self._asked(self._codes.look_up(form))
        if offer is _STOPPED:
            return
        if offer is None:
            # Used, perhaps by this very till, whose answer was lost: only the server can say.
            await self._run(partial(self._codes.accept, form))
        elif not isinstance(offer, CodeOffer) or offer.purpose not in ("till", "first_shop"):
            self._refused(self.tr("This code is for something that this release does not know."))
        else:
            self._offer.show_offer(offer, form)
            self._show_step(Step.OFFER if offer.purpose == "till" else Step.FIRST_SHOP)

    async def _run(self, enrol: Callable[[], Awaitable[None]]) -> None:
        if await self._asked(enrol()) is _STOPPED:
            return
        self._is_fetching = True
        self._message.say(self.tr("Fetching products and stock…"), Tone.BUSY)
        await self._on_fetch()
        self._message.say(self.tr("This till is ready."), Tone.GOOD)
        self.enrolled.emit()

    async def _asked(self, asking: Awaitable[object]) -> object:
        """The server's answer, or `_STOPPED` where a person did not wait for it."""
        self._message.say(self.tr("Asking the server…"), Tone.BUSY)
        self._offer_to_stop(True)
        try:
            return await asking
        except asyncio.CancelledError:
            self._message.say(self.tr("Stopped. This till is not set up yet."), Tone.WARN)
            return _STOPPED
        except AuthError as error:
            if error.code != ErrorCode.SECOND_FACTOR_NEEDED:
                raise
            self._ask_for_code()
            return _STOPPED
        finally:
            self._offer_to_stop(False)

    def _ask_for_code(self) -> None:
        """The account has a second factor: its field appears."""
        self._password.lines["second_factor"].clear()
        self._password.show_line("second_factor", True)
        self._message.say(self.tr("Now the code that your authenticator app shows."), Tone.WARN)

    def _offer_to_stop(self, offered: bool) -> None:
        is_way = self._step in (Step.CODE, Step.PASSWORD)
        self._try.setVisible(not offered and is_way and self._on_try is not None)
        self._back.setVisible(not offered and not is_way)
        self._stop.setVisible(offered)
        self._stop.setEnabled(offered)
        if offered:
            self._stop.setFocus()  # the fields are disabled, and Esc needs a focused widget

    def _refused(self, words: str) -> None:
        self._progress.hide()
        self._message.say_error(words)

    def _show_busy(self, busy: bool) -> None:
        for part in (self._enrol, self._try, self._server, self._ways, *self._forms.values(), self._insecure):
            part.setEnabled(not busy)
        if not busy:
            self._focus_first_empty()

    def _focus_first_empty(self) -> None:
        """The field that is to be filled in; where all are, the button."""
        (self._first_empty() or self._enrol).setFocus()

    def _first_empty(self) -> QLineEdit | None:
        lines = (form.first_empty() for form in self._shown_forms())
        return next((line for line in lines if line is not None), None)

    def _shown_forms(self) -> tuple[Fields, ...]:
        """What is to be filled in."""
        return {
            Step.CODE: (self._server, self._code),
            Step.PASSWORD: (self._server, self._password),
            Step.OFFER: (),
            Step.FIRST_SHOP: (self._first_shop,),
        }[self._step]


_STOPPED = object()


class EnrolWindow(QMainWindow):
    """The window of a till before its enrolment.

    Signals:
        closed(): the window was closed.
    """

    closed = Signal()

    def __init__(
        self,
        on_enrol: Callable[[Enrolment], Awaitable[None]],
        on_fetch: Callable[[], Awaitable[None]],
        *,
        codes: CodePort,
        server_url: str = "",
        on_try: Callable[[], Awaitable[Enrolment]] | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("enrolWindow")
        self.setWindowTitle(self.tr("Evertill: set up this till"))
        self.page = EnrolPage(on_enrol, on_fetch, codes=codes, server_url=server_url, on_try=on_try)
        self.setCentralWidget(self.page)
        self.resize(1024, 768)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.page.leave()
        self.closed.emit()
