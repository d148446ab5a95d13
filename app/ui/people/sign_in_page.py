"""Sign-in: choose a person, enter a PIN. Works offline."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain.vocabulary.roles import role_of
from app.services.people import directory as people
from app.services.people.directory import Person
from app.services.sync import queue
from app.ui.page.base import Page
from app.ui.page.changes import MergedChange
from app.ui.page.context import PageContext
from app.ui.page.requests import SignedIn
from app.ui.widgets import theme
from app.ui.widgets.parts import MessageLine, button, card, field, label
from app.ui.widgets.pin_pad import PIN_LENGTH_MAX, PinPad
from app.ui.widgets.plain_text import PlainButton, set_tip


class SignInPage(Page):
    """The people who may sign in at this till, and a PIN pad."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._pepper = context.pepper
        self._people: Sequence[Person] = ()
        self._chosen: Person | None = None
        self._buttons = QButtonGroup(self)
        self._buttons.idClicked.connect(self._choose)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(40, 24, 40, 24)
        layout.setSpacing(28)
        layout.addStretch(1)
        layout.addWidget(self._people_list(), 5)
        layout.addWidget(self._pin_panel(), 4, Qt.AlignmentFlag.AlignTop)
        layout.addStretch(1)
        self._show_people()

    def _show_people(self) -> None:
        chosen_id = self._chosen.id if self._chosen else None
        self._people = people.people(self._till)
        for old in self._buttons.buttons():
            self._buttons.removeButton(old)
            old.hide()
            old.deleteLater()
        for number, person in enumerate(self._people):
            self._add_person(number, person)
        self._nobody.setVisible(not self._people)
        row = next((n for n, person in enumerate(self._people) if person.id == chosen_id), None)
        if row is None:  # the typed PIN belongs to another person
            self._pin.clear()
        if self._people:
            self._select(row or 0)
        else:
            self._chosen = None
            self._sign_in.setEnabled(False)
            self._nobody.setText(self._why_nobody())

    def refresh(self, change: MergedChange) -> None:
        """Show the people again, or why there are none."""
        if change.touches("people") or (not self._people and change.touches("outbox")):
            self._show_people()

    def _why_nobody(self) -> str:
        if queue.last_full_sync_ms(self._till) is None:
            return self.tr("The shop’s people, products and stock are still to be fetched from the server.")
        return self.tr("Nobody may sign in here yet. A manager gives people this location on the server.")

    def begin(self) -> None:
        """Clear the PIN and ask again."""
        self._pin.clear()
        self._message.clear()
        self._pin.setFocus()

    def _add_person(self, number: int, person: Person) -> None:
        made = PlainButton(f"  {person.name}", icon=theme.icon("person", "muted", 24))
        made.setObjectName(f"person-{person.username}")
        made.setAccessibleName(person.name)
        set_tip(made, self._role_name(person))
        made.setProperty("role", "person")
        made.setIconSize(QSize(24, 24))
        made.setCheckable(True)
        made.setAutoDefault(False)
        self._buttons.addButton(made, number)
        self._list.insertWidget(number, made)

    def _role_name(self, person: Person) -> str:
        return str(role_of(person.role).name)

    def _choose(self, number: int) -> None:
        self._select(number)
        self.begin()

    def _select(self, number: int) -> None:
        self._chosen = self._people[number]
        self._buttons.button(number).setChecked(True)
        self._who.setText(self._chosen.name)
        self._sign_in.setEnabled(True)

    def _submit(self) -> None:
        if self._chosen is None:
            return
        pin = self._pin.text()
        if not pin:
            self._message.say_error(self.tr("Type your PIN first."))
            return
        self.run(partial(self._check, self._chosen, pin), self._refused)

    def show_busy(self, busy: bool) -> None:
        self._sign_in.setEnabled(not busy and self._chosen is not None)

    async def _check(self, person: Person, pin: str) -> None:
        actor = await people.sign_in(self._till, person.id, pin, pepper=self._pepper)
        self._pin.clear()
        self._message.clear()
        self._context.ask(SignedIn(actor))

    def _refused(self, words: str) -> None:
        self._pin.clear()
        self._pin.setFocus()
        self._message.say_error(words)

    def _people_list(self) -> QWidget:
        inside = QWidget()
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(2, 2, 10, 2)
        self._list.setSpacing(10)
        self._nobody = label("", "muted", name="nobody", wrap=True)
        self._list.addWidget(self._nobody)
        self._list.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        outer = QWidget()
        layout = QVBoxLayout(outer)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(label(self.tr("Who is at the till?"), "title"))
        device = self._till.device
        layout.addWidget(label(f"{device.tenant_name} · {device.location_name} · {device.name}", "muted"))
        layout.addSpacing(12)
        layout.addWidget(scroll, 1)
        return outer

    def _pin_panel(self) -> QWidget:
        frame, layout = card()
        frame.setMaximumWidth(420)
        self._who = label(role="heading", name="signInWho")
        self._pin = field("pin", self.tr("PIN"), secret=True)
        self._pin.setProperty("role", "amount")
        self._pin.setMaxLength(PIN_LENGTH_MAX)
        self._pin.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pin.returnPressed.connect(self._submit)
        self._message = MessageLine("signInMessage")
        self._sign_in = button(self.tr("Sign in"), "signIn", self._submit, role="primary")
        layout.addWidget(self._who)
        layout.addWidget(label(self.tr("PIN"), "muted"))
        layout.addWidget(self._pin)
        layout.addWidget(self._message)
        layout.addWidget(PinPad(self._pin, "pin"))
        layout.addWidget(self._sign_in)
        return frame
