"""A till's first run: a manager names the server, the shop and this till, once.

It is shown before the till has a credential, so it knows only two callables: one enrols, the other waits for
the first snapshot. Enrolling can be cancelled. Fetching goes on in the background, at the next start too.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QMainWindow,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from app.ui.widgets import tasks
from app.ui.widgets.parts import MessageLine, button, card, form_label, label
from app.ui.widgets.parts import field as text_field
from app.ui.widgets.shortcuts import BACK, CONFIRM
from app.ui.widgets.theme import Tone
from sync_agent.events import ConnectionState, Progress, StateChanged


@dataclass(frozen=True)
class EnrolForm:
    """The form's content; no field is empty."""

    server_url: str
    tenant_id: str
    username: str
    password: str
    location_id: str
    till_name: str


class EnrolPage(QWidget):
    """Signals:
    enrolled(): the till has its credential and its first snapshot.
    """

    enrolled = Signal()

    def __init__(
        self,
        on_enrol: Callable[[EnrolForm], Awaitable[None]],
        on_fetch: Callable[[], Awaitable[None]],
        *,
        server_url: str = "",
        on_try: Callable[[], Awaitable[EnrolForm]] | None = None,
    ) -> None:
        super().__init__()
        self._on_try = on_try
        self.setObjectName("page")
        self._on_enrol = on_enrol
        self._on_fetch = on_fetch
        self._task: asyncio.Task[None] | None = None
        self._is_fetching = False
        self._fields: dict[str, QLineEdit] = {}
        frame, layout = card()
        frame.setFixedWidth(560)
        layout.setContentsMargins(28, 22, 28, 22)
        layout.addWidget(label(self.tr("Set up this till"), "title"))
        layout.addWidget(
            label(
                self.tr(
                    "A manager does this once. From then on this till sells with or without a connection."
                ),
                "muted",
                wrap=True,
            )
        )
        layout.addLayout(self._form(server_url))
        self._message = MessageLine("enrolMessage")
        layout.addWidget(self._message)
        self._progress = QProgressBar()
        self._progress.setObjectName("enrolProgress")
        self._progress.setAccessibleName(self.tr("Fetching products and stock"))
        self._progress.setTextVisible(False)
        self._progress.hide()
        layout.addWidget(self._progress)
        self._enrol = button(self.tr("Set up this till"), "enrol", self._submit, role="primary")
        layout.addWidget(self._enrol)
        self._try = button(self.tr("Try it with a demonstration shop"), "tryDemo", self._try_demo)
        self._try.setVisible(on_try is not None)
        layout.addWidget(self._try)
        self._stop = button(BACK.after(self.tr("Stop")), "enrolStop", self.stop)
        self._stop.hide()
        layout.addWidget(self._stop)
        row = QHBoxLayout(self)
        row.addStretch(1)
        column = QVBoxLayout()
        column.addStretch(1)
        column.addWidget(frame)
        column.addStretch(1)
        row.addLayout(column)
        row.addStretch(1)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._focus_first_empty()

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
            self.stop()
        else:
            super().keyPressEvent(event)

    def _form(self, server_url: str) -> QFormLayout:
        form = QFormLayout()
        form.setSpacing(10)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for name, title, text, hint in (
            ("server_url", self.tr("Server"), server_url, "http://127.0.0.1:8765"),
            ("tenant_id", self.tr("Shop"), "", self.tr("as the office calls it, like demo")),
            ("location_id", self.tr("Location"), "", self.tr("where this till stands, like main")),
            ("till_name", self.tr("Name of this till"), "", self.tr("like Till 2")),
            ("username", self.tr("Manager’s user name"), "", ""),
            ("password", self.tr("Password"), "", ""),
        ):
            made = text_field(
                f"enrol-{name.replace('_', '-')}", title, placeholder=hint, secret=name == "password"
            )
            made.setText(text)
            made.setMinimumWidth(320)
            form.addRow(form_label(title, made), made)
            self._fields[name] = made
        return form

    def _submit(self) -> None:
        if not self._enrol.isEnabled():
            return
        values = {name: made.text().strip() for name, made in self._fields.items() if name != "password"}
        values["password"] = self._fields["password"].text()
        empty = next((name for name, value in values.items() if not value), None)
        if empty is not None:
            words = self.tr("Fill in “{field}” first.")
            self._message.say_error(words.format(field=self._fields[empty].accessibleName()))
            self._fields[empty].setFocus()
            return
        self._set_busy(True)
        self._task = tasks.start(self._run(EnrolForm(**values)), self, self._refused)

    def _try_demo(self) -> None:
        if self._on_try is not None:
            self._set_busy(True)
            self._message.say(self.tr("A demonstration shop is being set up on this computer…"), Tone.BUSY)
            self._task = tasks.start(self._run_demo(self._on_try), self, self._refused)

    async def _run_demo(self, make: Callable[[], Awaitable[EnrolForm]]) -> None:
        await self._run(await make())

    async def _run(self, form: EnrolForm) -> None:
        self._message.say(self.tr("Asking the server…"), Tone.BUSY)
        self._offer_to_stop(True)
        try:
            await self._on_enrol(form)
        except asyncio.CancelledError:
            self._set_busy(False)
            self._message.say(self.tr("Stopped. This till is not set up yet."), Tone.WARN)
            return
        finally:
            self._offer_to_stop(False)
        self._is_fetching = True
        self._message.say(self.tr("Fetching products and stock…"), Tone.BUSY)
        await self._on_fetch()
        self._message.say(self.tr("This till is ready."), Tone.GOOD)
        self.enrolled.emit()

    def _offer_to_stop(self, offered: bool) -> None:
        self._try.setVisible(not offered and self._on_try is not None)
        self._stop.setVisible(offered)
        self._stop.setEnabled(offered)
        if offered:
            self._stop.setFocus()  # the fields are disabled, and Esc needs a focused widget

    def _refused(self, words: str) -> None:
        self._set_busy(False)
        self._progress.hide()
        self._message.say_error(words)

    def _set_busy(self, busy: bool) -> None:
        self._enrol.setEnabled(not busy)
        self._try.setEnabled(not busy)
        for made in self._fields.values():
            made.setEnabled(not busy)

    def _focus_first_empty(self) -> None:
        for made in self._fields.values():
            if not made.text():
                made.setFocus()
                return


class EnrolWindow(QMainWindow):
    """The window of a till before its enrolment.

    Signals:
        closed(): the window was closed.
    """

    closed = Signal()

    def __init__(
        self,
        on_enrol: Callable[[EnrolForm], Awaitable[None]],
        on_fetch: Callable[[], Awaitable[None]],
        *,
        server_url: str = "",
        on_try: Callable[[], Awaitable[EnrolForm]] | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("enrolWindow")
        self.setWindowTitle(self.tr("Evertill: set up this till"))
        self.page = EnrolPage(on_enrol, on_fetch, server_url=server_url, on_try=on_try)
        self.setCentralWidget(self.page)
        self.resize(1024, 768)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.page.leave()
        self.closed.emit()
