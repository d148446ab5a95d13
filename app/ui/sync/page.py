"""The Sync centre: what waits, what needs attention, conflicts, what was sent, and diagnostics.

A page, not a dialog: nothing here blocks selling. After a change of the store only the visible list is read.
"""

import asyncio
from collections.abc import Awaitable, Callable
from enum import IntEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import DomainError
from app.domain.rights import Right
from app.services import clock as clocks
from app.services.sync import conflicts, flagged, queue, refused
from app.services.sync.queue import QueueRow
from app.services.till import Actor
from app.ui.page.base import Page
from app.ui.page.changes import MergedChange
from app.ui.page.context import PageContext
from app.ui.page.requests import OpenConflicts, Request
from app.ui.page.state import TillState
from app.ui.sync.conflict_dialog import ConflictDialog
from app.ui.sync.conflict_inbox import ConflictInbox
from app.ui.sync.edit_dialog import EditDialog
from app.ui.sync.entry_dialog import EntryDialog
from app.ui.sync.queue_table import QueueModel, RowsTable
from app.ui.sync.refusal_card import RefusalCard
from app.ui.widgets import tasks, theme
from app.ui.widgets.parts import MessageLine, Pages, button, card, label
from app.ui.widgets.plain_text import PlainButton
from app.ui.widgets.theme import Tone

if TYPE_CHECKING:
    from app.ui.sync.diagnostics_view import DiagnosticsView

ROWS_MAX = 200
CLOCK_OFF_MS_MAX = 120_000


class Tab(IntEnum):
    WAITING = 0
    ATTENTION = 1
    CONFLICTS = 2
    SENT = 3
    DIAGNOSTICS = 4


class SyncCentre(Page):
    """A tab for each list, with the actions for its selected row."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._state: TillState | None = None
        self._diagnostics: DiagnosticsView | None = None
        self._events = context.events
        self._no_diagnostics = QWidget()
        self._counts = queue.counts(self._till)
        self._build()
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._tick)
        self.show_tab(Tab.WAITING)

    @property
    def message(self) -> MessageLine:
        return self._message

    def set_actor(self, actor: Actor) -> None:
        super().set_actor(actor)
        self._inbox.set_actor(actor)

    def begin(self) -> None:
        """Open the most urgent list: conflicts, else what needs attention, else what waits."""
        if self._counts.conflicts:
            urgent = Tab.CONFLICTS
        elif self._counts.attention or self._counts.flagged:
            urgent = Tab.ATTENTION
        else:
            urgent = Tab.WAITING
        if self._lists.currentIndex() != urgent:  # a page that was just shown has read its list
            self.show_tab(urgent)

    def answer(self, request: Request) -> None:
        if isinstance(request, OpenConflicts):
            self.show_tab(Tab.CONFLICTS)

    def decide(self, conflict_id: str) -> None:
        """Open the conflict dialog for the signed-in person."""
        if self._actor is None:
            return
        try:
            comparison = conflicts.comparison(self._till, conflict_id, self._actor)
        except DomainError as error:
            self._message.say(str(error))
            return
        dialog = ConflictDialog(self._till, comparison, self._actor, self._formatter, self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.decided.connect(self._inbox.say_decided)
        dialog.open()

    def show_tab(self, tab: Tab) -> None:
        """Open a tab and read its list."""
        if tab is Tab.DIAGNOSTICS:
            self._make_diagnostics()
        self._tabs.button(tab).setChecked(True)
        self._lists.setCurrentIndex(tab)
        self._read_list()
        self._show_choice()

    def _make_diagnostics(self) -> None:
        if self._diagnostics is None:
            # Imported at first use: the plots load slowly and are rarely opened.
            from app.ui.sync.diagnostics_view import DiagnosticsView  # noqa: PLC0415

            self._diagnostics = DiagnosticsView(self._till, self._formatter, self._events)
            self._diagnostics.bundleWanted.connect(self._choose_bundle)
            self._lists.removeWidget(self._no_diagnostics)
            self._lists.insertWidget(Tab.DIAGNOSTICS, self._diagnostics)

    def _choose_bundle(self) -> None:
        chooser = QFileDialog(self, self.tr("Support bundle"), "evertill-support.zip", "ZIP (*.zip)")
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.fileSelected.connect(lambda path: self.write_bundle(Path(path)))
        chooser.open()

    def write_bundle(self, path: Path) -> None:
        """Write a support bundle to `path`."""
        if self._context.write_bundle is not None:
            work = self._run_write_bundle(path, self._context.write_bundle)
            tasks.start(work, self, self._message.say_error)

    async def _run_write_bundle(self, path: Path, write: Callable[[Path], Awaitable[None]]) -> None:
        self._message.say(self.tr("Looking at everything…"), Tone.BUSY)
        try:
            await write(path)
        except OSError as error:
            self._message.say_error(self.tr("It could not be saved: {why}").format(why=error))
            return
        words = self.tr("The support bundle is in {path}. It holds no names, prices or customers.")
        self._message.say(words.format(path=path), Tone.GOOD)

    def set_state(self, state: TillState) -> None:
        self._state = state
        self._counts = state.counts
        self._state_label.setText(state.strip.words)
        token = "text" if state.strip.tone is Tone.PLAIN else state.strip.tone
        self._state_icon.setPixmap(theme.pixmap(state.strip.icon, token, 26))
        self._show_tab_titles()
        self._show_header()

    def refresh(self, change: MergedChange) -> None:
        if self.isVisible() and change.touches("outbox", "conflicts", "device", "flagged"):
            self._read_list()
            self._show_header()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._read_list()
        self._show_header()
        self._second.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._second.stop()

    def _tick(self) -> None:
        self._waiting.tick()
        self._inbox.tick()

    def _read_list(self) -> None:
        match Tab(self._lists.currentIndex()):
            case Tab.WAITING:
                self._waiting.show(queue.waiting(self._till, limit=ROWS_MAX))
            case Tab.ATTENTION:
                self._refused.show([*queue.attention(self._till), *flagged.unseen(self._till)])
                self._refused_table.pick_first()
            case Tab.CONFLICTS:
                self._inbox.read()
            case Tab.SENT:
                self._sent.show(queue.sent(self._till, limit=ROWS_MAX))
            case Tab.DIAGNOSTICS:
                pass  # the diagnostics read by themselves while visible
        self._show_choice()

    def _show_choice(self) -> None:
        """Update the actions below the list for the selected row."""
        tab = Tab(self._lists.currentIndex())
        row = self._chosen_entry()
        self._refusal.setVisible(tab is Tab.ATTENTION and row is not None)
        if tab is Tab.ATTENTION and row is not None:
            if row.status == queue.FLAGGED:
                self._refusal.show_flagged(row)
            else:
                self._refusal.show_entry(
                    row, can_edit=self._can_edit(row), can_discard=self._can_discard(row)
                )
        self._entry_bar.setVisible(tab in {Tab.WAITING, Tab.ATTENTION, Tab.SENT})
        self._details.setEnabled(row is not None and row.status != queue.FLAGGED)
        self._export.setEnabled(bool(self._shown_ids()))
        self._more.setVisible(tab is Tab.WAITING and self._counts.waiting > ROWS_MAX)
        self._more.setText(
            self.tr("The oldest {shown} of {count}.").format(shown=ROWS_MAX, count=self._counts.waiting)
        )

    def _chosen_entry(self) -> QueueRow | None:
        tables = {
            Tab.WAITING: (self._waiting, self._waiting_table),
            Tab.ATTENTION: (self._refused, self._refused_table),
            Tab.SENT: (self._sent, self._sent_table),
        }
        pair = tables.get(Tab(self._lists.currentIndex()))
        return None if pair is None else pair[0].row(pair[1].currentIndex().row())

    def _shown_ids(self) -> list[str]:
        models = {Tab.WAITING: self._waiting, Tab.ATTENTION: self._refused, Tab.SENT: self._sent}
        model = models.get(Tab(self._lists.currentIndex()))
        if model is None:
            return []
        return [row.operation_id for row in model.rows() if row.status != queue.FLAGGED]

    def _can_edit(self, row: QueueRow) -> bool:
        return EditDialog.can_edit(refused.details(self._till, row.operation_id))

    def _can_discard(self, row: QueueRow) -> bool:
        payload = refused.details(self._till, row.operation_id).payload
        return payload.get("resourceType") != "transaction"

    # --- commands ---

    def _send_now(self) -> None:
        if self._state is not None and self._state.waits_for_credentials:
            self._context.agent.resume()
        else:
            self._context.agent.try_now()

    def _ask_to_send(self) -> None:
        self._send_now()
        self._message.say(self.tr("Trying now."), Tone.BUSY, for_ms=4000)

    def _show_details(self) -> None:
        row = self._chosen_entry()
        if row is None:
            return
        details = refused.details(self._till, row.operation_id)
        dialog = EntryDialog(self._till, details, self._formatter, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    @tasks.command
    async def _try_again(self) -> None:
        row = self._chosen_entry()
        if row is not None:
            await self._retry([row.operation_id])

    @tasks.command
    async def _try_all_again(self) -> None:
        await self._retry(self._shown_ids())

    async def _retry(self, operation_ids: list[str]) -> None:
        for operation_id in operation_ids:
            await refused.retry(self._till, operation_id)
        self._ask_to_send()

    def _edit(self) -> None:
        row = self._chosen_entry()
        if row is None:
            return
        details = refused.details(self._till, row.operation_id)
        unit = refused.unit_of(self._till, row.operation_id)
        send = partial(self._send_edited, row.operation_id)
        dialog = EditDialog(details, unit, self._formatter, send, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    async def _send_edited(self, operation_id: str, changes: dict[str, Any]) -> None:
        assert self._actor is not None
        rights = refused.rights_to_edit(self._till, operation_id)
        approver = await self._approvals.ask(self._actor, *rights)
        await refused.edit_and_send(self._till, operation_id, changes, self._actor, approved_by=approver)
        words = self.tr("Changed and sent again. The refused one stays in the history.")
        self._message.say(words, Tone.GOOD, for_ms=8000)
        self._send_now()

    @tasks.command
    async def _discard(self, reason: str) -> None:
        row, actor = self._chosen_entry(), self._signed_in
        if row is None:
            return
        approver = await self._approvals.ask(actor, Right.DISCARD_ENTRY)
        exported = await refused.discard(self._till, row.operation_id, actor, reason, approved_by=approver)
        words = self.tr("Discarded: {what}. It is kept for 90 days, and exported to {path}.")
        self._message.say(words.format(what=row.title, path=exported), Tone.GOOD)

    @tasks.command
    async def _mark_seen(self) -> None:
        row, actor = self._chosen_entry(), self._signed_in
        if row is None:
            return
        approver = await self._approvals.ask(actor, Right.DISCARD_ENTRY)
        await flagged.mark_seen(self._till, row.operation_id, actor, approved_by=approver, flags=row.flags)
        words = self.tr("{what} is off the list. It stays in the log.")
        self._message.say(words.format(what=row.title), Tone.GOOD, for_ms=8000)

    @tasks.command
    async def _confirm_clock(self) -> None:
        actor = self._signed_in
        approver = await self._approvals.ask(actor, Right.CHANGE_SETTINGS)
        await clocks.confirm(self._till, actor, approved_by=approver)
        self._show_clock()

    def _choose_export(self) -> None:
        chooser = QFileDialog(self, self.tr("Export"), "evertill-entries.json", "JSON (*.json);;CSV (*.csv)")
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.fileSelected.connect(
            lambda path: tasks.start(self.export_to(Path(path)), self, self._message.say_error)
        )
        chooser.open()

    async def export_to(self, path: Path) -> None:
        """Write the listed entries to a JSON or CSV file, with a .sha256 file beside it."""
        try:
            await asyncio.to_thread(refused.export, self._till, self._shown_ids(), path)
        except OSError as error:
            self._message.say_error(self.tr("It could not be saved: {why}").format(why=error))
            return
        words = self.tr("Exported to {path}, with its checksum beside it.")
        self._message.say(words.format(path=path), Tone.GOOD)

    # --- header and tabs ---

    def _show_tab_titles(self) -> None:
        for tab, title, count in (
            (Tab.WAITING, self.tr("Waiting"), self._counts.waiting),
            (Tab.ATTENTION, self.tr("Needs attention"), self._counts.attention + self._counts.flagged),
            (Tab.CONFLICTS, self.tr("Conflicts"), self._counts.conflicts),
            (Tab.SENT, self.tr("Sent"), 0),
            (Tab.DIAGNOSTICS, self.tr("Diagnostics"), 0),
        ):
            text = f"{title} · {self._formatter.quantity(count)}" if count else title
            self._tabs.button(tab).setText(text)
            self._tabs.button(tab).setAccessibleName(text)

    def _show_header(self) -> None:
        now_ms = self._till.clock.now_ms()
        last_ms = queue.last_full_sync_ms(self._till)
        parts = [
            self.tr("Last complete sync: {time}").format(time=self._formatter.moment(last_ms, now_ms))
            if last_ms
            else self.tr("Not completely synced yet")
        ]
        oldest_ms = self._counts.oldest_unsent_ms
        if oldest_ms is not None:
            oldest = self._formatter.moment(oldest_ms, now_ms)
            parts.append(self.tr("Oldest unsent: {time}").format(time=oldest))
        self._facts.setText(" · ".join(parts))
        self._show_clock()
        self._try_now.setEnabled(True)

    def _show_clock(self) -> None:
        off_ms, has_jumped = self._till.device.clock_offset_ms, clocks.has_jumped(self._till)
        parts = []
        if abs(off_ms) > CLOCK_OFF_MS_MAX:
            words = self.tr("This till’s clock is {minutes} min slow.")
            if off_ms < 0:
                words = self.tr("This till’s clock is {minutes} min fast.")
            parts.append(words.format(minutes=abs(off_ms) // 60_000))
        if has_jumped:
            parts.append(clocks.jump_in_words())
        self._clock.setVisible(bool(parts))
        self._clock.setText(" ".join(parts))
        self._clock_is_right.setVisible(has_jumped)

    # --- the page ---

    def _build(self) -> None:
        clock = self._till.clock.now_ms
        self._waiting = QueueModel(self._formatter, clock, self)
        self._refused = QueueModel(self._formatter, clock, self)
        self._sent = QueueModel(self._formatter, clock, self)
        waiting = self.tr("Waiting")
        self._waiting_table = RowsTable(
            self._waiting, "waitingRows", waiting, self.tr("Nothing is waiting: the server has everything.")
        )
        self._refused_table = RowsTable(
            self._refused, "attentionRows", self.tr("Needs attention"), self.tr("Nothing needs attention.")
        )
        self._sent_table = RowsTable(
            self._sent, "sentRows", self.tr("Sent"), self.tr("What was sent is listed here for 90 days.")
        )
        for table in (self._waiting_table, self._refused_table, self._sent_table):
            table.picked.connect(lambda _row: self._show_choice())
            table.opened.connect(lambda _row: self._show_details())
        self._message = MessageLine("syncMessage")
        self._inbox = ConflictInbox(self._till, self._formatter, self._message, self.run)
        self._inbox.decide.connect(self.decide)
        self._lists = Pages()
        for page in (
            self._waiting_table,
            self._refused_table,
            self._inbox,
            self._sent_table,
            self._no_diagnostics,
        ):
            self._lists.addWidget(page)
        self._more = label(role="small", name="moreWaiting")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 14)
        layout.setSpacing(10)
        layout.addWidget(self._header())
        layout.addWidget(self._message)
        layout.addLayout(self._tab_bar())
        layout.addWidget(self._lists, 1)
        layout.addWidget(self._more)
        self._refusal = RefusalCard()
        self._refusal.tryAgain.connect(self._try_again)
        self._refusal.tryAllAgain.connect(self._try_all_again)
        self._refusal.edit.connect(self._edit)
        self._refusal.discard.connect(self._discard)
        self._refusal.seen.connect(self._mark_seen)
        layout.addWidget(self._refusal)
        layout.addWidget(self._make_entry_bar())
        self._show_tab_titles()

    def _header(self) -> QWidget:
        frame, layout = card("syncHeader")
        self._state_icon = label()
        self._state_label = label(role="heading", name="syncState", wrap=True)
        self._facts = label(role="muted", name="syncFacts", wrap=True)
        self._clock = label(name="syncClock", wrap=True)
        self._clock.setProperty("tone", Tone.WARN)
        self._try_now = button(self.tr("Try now"), "tryNow", self._ask_to_send)
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(self._state_label)
        column.addWidget(self._facts)
        column.addWidget(self._clock)
        self._clock_is_right = button(self.tr("The clock is right"), "clockIsRight", self._confirm_clock)
        column.addWidget(self._clock_is_right, 0, Qt.AlignmentFlag.AlignLeading)
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(self._state_icon)
        row.addLayout(column, 1)
        row.addWidget(self._try_now)
        layout.addLayout(row)
        return frame

    def _tab_bar(self) -> QHBoxLayout:
        self._tabs = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(4)
        names = ("tabWaiting", "tabAttention", "tabConflicts", "tabSent", "tabDiagnostics")
        for tab, name in zip(Tab, names, strict=True):
            made = PlainButton()
            made.setObjectName(name)
            made.setProperty("role", "tab")
            made.setCheckable(True)
            self._tabs.addButton(made, tab)
            row.addWidget(made)
        row.addStretch(1)
        self._tabs.idClicked.connect(lambda number: self.show_tab(Tab(number)))
        return row

    def _make_entry_bar(self) -> QWidget:
        """The buttons of all entry lists: details of the selected entry, and export of the list."""
        self._details = button(self.tr("Details…"), "entryDetails", self._show_details)
        self._export = button(self.tr("Export…"), "exportEntries", self._choose_export)
        self._entry_bar = QWidget()
        row = QHBoxLayout(self._entry_bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(self._details)
        row.addWidget(self._export)
        return self._entry_bar
