"""A manager's approval at the till: they enter their PIN while the clerk stays signed in."""

import asyncio
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QVBoxLayout, QWidget

from app.domain.errors import DomainError
from app.domain.rights import Right, only
from app.services.people import directory as people
from app.services.people.directory import Person
from app.services.till import Actor, Till
from app.ui.widgets.command_dialog import CommandDialog
from app.ui.widgets.parts import MessageLine, button, field, label
from app.ui.widgets.pin_pad import PIN_LENGTH_MAX, PinPad
from app.ui.widgets.plain_text import PlainCombo
from app.ui.widgets.shortcuts import BACK, CONFIRM

WORDS_PX = 392


class NotApproved(DomainError):
    """The dialog was cancelled, or no manager is known at this till."""


class ApprovalPrompt(QObject):
    """Opens approval dialogs on one window. `pepper` is the tenant's, for checking PINs."""

    def __init__(self, till: Till, pepper: str, window: QWidget) -> None:
        super().__init__(window)
        self._till = till
        self._pepper = pepper
        self._window = window

    async def ask(self, actor: Actor, *rights: Right) -> Actor | None:
        """The manager who approved all these rights; None where `actor` has them. Raises NotApproved."""
        wanted = list(dict.fromkeys(right for right in rights if not actor.may(right)))
        if not wanted:
            return None
        approvers = people.approvers(self._till, *wanted)
        if not approvers:
            raise NotApproved(self.tr("No manager is known at this till. Nothing was changed."))
        decided: asyncio.Future[Actor | None] = asyncio.get_running_loop().create_future()
        dialog = ApprovalDialog(self._till, self._pepper, approvers, wanted, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def settle(approver: Actor | None) -> None:
            if not decided.done():
                decided.set_result(approver)

        dialog.approved.connect(settle)
        dialog.rejected.connect(partial(settle, None))
        dialog.open()
        approver = await decided
        if approver is None:
            raise NotApproved(self.tr("Not approved. Nothing was changed."))
        return approver


class ApprovalDialog(CommandDialog):
    """Signals:
    approved(Actor): a manager's PIN was right.
    """

    approved = Signal(object)

    def __init__(
        self,
        till: Till,
        pepper: str,
        approvers: Sequence[Person],
        rights: Sequence[Right],
        parent: QWidget | None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("approvalDialog")
        self.setWindowTitle(self.tr("A manager has to approve"))
        self._till = till
        self._pepper = pepper
        self._rights = rights
        self._who = PlainCombo()
        self._who.setObjectName("approver")
        self._who.setAccessibleName(self.tr("Manager"))
        for person in approvers:
            self._who.addItem(person.name, person.id)
        self._pin = field("approvalPin", self.tr("PIN"), secret=True)
        self._pin.setProperty("role", "amount")
        self._pin.setMaxLength(PIN_LENGTH_MAX)
        self._pin.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message = MessageLine("approvalMessage")
        self._approve = button(self.tr("Approve"), "approve", self._submit, role="primary")
        self._cancel = button(BACK.after(self.tr("Cancel")), "approvalCancel", self.reject)
        self._build()
        self._pin.setFocus()

    def show_busy(self, busy: bool) -> None:
        self._approve.setEnabled(not busy)
        self._cancel.setEnabled(not busy)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if CONFIRM.is_pressed(event):
            if not event.isAutoRepeat():
                self._submit()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(12)
        layout.addWidget(label(self.tr("A manager has to approve"), "title"))
        asked = label("\n".join(only(right) for right in self._rights), wrap=True)
        asked.setFixedWidth(WORDS_PX)
        layout.addWidget(asked)
        layout.addWidget(self._who)
        layout.addWidget(self._pin)
        layout.addWidget(self._message)
        layout.addWidget(PinPad(self._pin, "approval"))
        row = QHBoxLayout()
        row.addWidget(self._cancel)
        row.addWidget(self._approve, 1)
        layout.addLayout(row)
        # Fixed to the content's size: else wrapped text or a message pushes the keys under the buttons.
        layout.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)

    def _submit(self) -> None:
        pin = self._pin.text()
        if not pin:
            self._message.say_error(self.tr("Type your PIN first."))
            return
        self._commands.run(partial(self._check, str(self._who.currentData()), pin), self._refused)

    async def _check(self, person_id: str, pin: str) -> None:
        approver = await people.approve(self._till, person_id, pin, *self._rights, pepper=self._pepper)
        self.approved.emit(approver)
        self.accept()

    def _refused(self, words: str) -> None:
        self._pin.clear()
        self._pin.setFocus()
        self._message.say_error(words)
