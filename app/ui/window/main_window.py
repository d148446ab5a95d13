"""The till's window: the current page, the tab bar, the signed-in person, and the status strip.

The window writes nothing. It passes events and scans to its pages and answers their requests. The pages are
registered in `app/ui/window/pages.py`.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QLocale, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QMainWindow,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.domain.limits import shortened
from app.domain.rights import only
from app.services import preferences
from app.services.sync import queue
from app.services.sync.agent_words import attention_in_words, fault_in_words, plain_in_words
from app.services.till import Actor, Till
from app.ui.page.account import AccountPort
from app.ui.page.base import Page
from app.ui.page.changes import MergedChange
from app.ui.page.context import AdminChange, AgentPort, OwnChange, PageContext
from app.ui.page.event_log import EventLog
from app.ui.page.print_queue import PrintQueue
from app.ui.page.requests import (
    GoBack,
    OpenNotices,
    OpenQueue,
    RenewWindow,
    Request,
    RingUp,
    SignedIn,
    SignTillOut,
)
from app.ui.page.state import TillState
from app.ui.widgets import sounds, theme
from app.ui.widgets.approval import ApprovalPrompt
from app.ui.widgets.command_dialog import CommandDialog
from app.ui.widgets.formatting import Formatter, people_locale
from app.ui.widgets.parts import ElidedLabel, MessageLine, Pages, button, label
from app.ui.widgets.plain_text import PlainButton, on_screen, set_tip
from app.ui.widgets.shortcuts import SWITCH_PERSON
from app.ui.widgets.sounds import Sounds
from app.ui.widgets.theme import Tone
from app.ui.window.bridge import Bridge
from app.ui.window.garbage import UiThreadCollector
from app.ui.window.idle import IdleWatch
from app.ui.window.pages import PAGES, PageEntry, Place, all_shortcuts
from app.ui.window.scanner import Scanner
from app.ui.window.status_strip import StatusStrip, state_words
from app.ui.window.unread_line import UnreadLine
from sync_agent.events import Attention, AttentionCode, Fault, Progress, QueueDrained, StateChanged
from sync_agent.server_address import is_plain

P = TypeVar("P", bound=Page)

NOTICE_MS = 15_000


class MainWindow(QMainWindow):
    """Opens at the sign-in page. `pages` is the registry: the window names no page itself. `pepper` is the
    tenant's, for checking PINs offline.

    Signals:
        closed(): the window was closed.
        renewWanted(): rebuild the window, in the chosen language.
        signOutWanted(): a manager signed this till out of its shop.
    """

    closed = Signal()
    renewWanted = Signal()
    signOutWanted = Signal()

    def __init__(
        self,
        till: Till,
        bridge: Bridge,
        agent: AgentPort,
        pepper: str,
        *,
        locale: QLocale | None = None,
        write_bundle: Callable[[Path], Awaitable[None]] | None = None,
        change_as_admin: Callable[[AdminChange], Awaitable[None]] | None = None,
        change_own: Callable[[OwnChange], Awaitable[None]] | None = None,
        account: Callable[[], AccountPort] | None = None,
        pages: Sequence[PageEntry[Page]] = PAGES,
    ) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        title = self.tr("Evertill · {till}").format(till=shortened(till.device.name, 60))
        self.setWindowTitle(on_screen(title))
        self._collector = UiThreadCollector(self)
        self._till = till
        self._formatter = Formatter(locale or people_locale(), till.device.currency, till.device.time_zone)
        self._actor: Actor | None = None
        self.approvals = ApprovalPrompt(till, pepper, self)
        self.print_queue = PrintQueue(till, self)
        self.events = EventLog(till.clock.now_ms, self)
        self._context = PageContext(
            till=till,
            formatter=self._formatter,
            approvals=self.approvals,
            print_queue=self.print_queue,
            events=self.events,
            agent=agent,
            pepper=pepper,
            ask=self.answer,
            shortcuts=all_shortcuts(pages),
            write_bundle=write_bundle,
            change_as_admin=change_as_admin,
            change_own=change_own,
            account=account,
        )
        self._entries = tuple(pages)
        self._made: dict[str, Page] = {}
        self._shown = self._before = next(entry for entry in pages if entry.place is Place.SIGN_IN)
        self._sign_in = self._shown
        self._counts = queue.counts(till)
        self._build()
        self._connect(bridge)
        self._make_keys()
        self._scanner = Scanner(self, till.clock.monotonic_s)
        self._scanner.scanned.connect(self.take_scan)
        self._scanner.install(QApplication.instance() or QApplication([]))
        self._sounds = Sounds(self, on=preferences.read(till).sounds)
        sounds.install(self._sounds)
        self._idle = IdleWatch(self)
        self._idle.idle.connect(self._ask_again)
        self._idle.set_minutes(preferences.read(till).lock_after_min)
        QApplication.instance().installEventFilter(self._idle)  # type: ignore[union-attr]
        self._show_counts()
        if bridge.state is not None:
            self.strip.set_state(bridge.state)
        self.resize(1024, 768)
        self.switch_person()

    # --- pages: constructed when first opened, so that the window opens quickly ---

    def page(self, entry: PageEntry[P]) -> P:
        """The page of a registry entry, constructed on first use."""
        kind = entry.load()
        page = self._made.get(entry.name) or self._make(entry, kind)
        assert isinstance(page, kind), f"two pages are called {entry.name}"
        return page

    def _make(self, entry: PageEntry[Page], kind: type[Page]) -> Page:
        page = self._made[entry.name] = kind(self._context)
        self._pages.addWidget(page)
        page.set_state(self._state())
        if self._actor is not None:
            page.set_actor(self._actor)
        return page

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()

    @property
    def till(self) -> Till:
        """The till of this window."""
        return self._till

    @property
    def actor(self) -> Actor | None:
        """The signed-in person; None at the sign-in page."""
        return self._actor

    @property
    def notice(self) -> MessageLine:
        return self._notice

    def take_scan(self, code: str) -> None:
        """Pass a scan to the shown page, else to the sell page. Beeps under a dialog, or before sign-in."""
        if self._actor is None or QApplication.activeModalWidget() is not None:
            QApplication.beep()
        elif not self.page(self._shown).take_scan(code):
            self.answer(RingUp(code))

    def show_page(self, entry: PageEntry[Page]) -> None:
        """Open a page; where the signed-in person lacks the right, the notice line says why not."""
        if self._actor is None:
            return
        reason = _why_not(entry, self._actor)
        if reason:
            self._notice.say(reason, Tone.WARN, for_ms=NOTICE_MS)
            return
        self._show_entry(entry)
        self.page(entry).begin()

    def _show_entry(self, entry: PageEntry[Page]) -> None:
        if entry is not self._shown:
            self._before, self._shown = self._shown, entry
        self._pages.setCurrentWidget(self.page(entry))
        self._mark_tab(entry)

    def answer(self, request: Request) -> None:
        """Answer a request, or open the page that does."""
        match request:
            case SignedIn(actor):
                self.welcome(actor)
            case GoBack():
                self.show_page(self._before)
            case RenewWindow():
                self.renewWanted.emit()
            case SignTillOut():
                self.signOutWanted.emit()
            case _:
                self._answer_on_a_page(request)

    def _answer_on_a_page(self, request: Request) -> None:
        entry = self._entry_for(type(request))
        self.show_page(entry)
        if self._shown is entry:
            self.page(entry).answer(request)

    def switch_person(self) -> None:
        """Sign out and show the sign-in page. Cart and queue stay as they are."""
        self._actor = None
        self.unread.set_actor(None)
        self._bar.hide()
        self._show_entry(self._sign_in)
        self.page(self._sign_in).begin()

    def welcome(self, actor: Actor) -> None:
        """Sign this person in and open the first page that they may see."""
        self._actor = actor
        self._person.set_words(actor.name)
        self.unread.set_actor(actor)
        for page in self._made.values():
            page.set_actor(actor)
        for entry in self._bar_entries():
            self._show_tab(entry)
        self._bar.show()
        self.show_page(next(entry for entry in self._bar_entries() if not _why_not(entry, actor)))

    def come_to_front(self) -> None:
        """Raise the window: the till was started a second time."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()

    def say_fault(self, report: str) -> None:
        """Show that the window had an unexpected error; `report` is the path of the crash report."""
        words = self.tr("Something in this window went wrong. What is saved is safe. A report is in {path}.")
        self._notice.say(words.format(path=report), Tone.WARN)

    def _ask_again(self) -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, CommandDialog) and dialog.acts_for_a_person:
            dialog.give_up()
            dialog = None
        if self._actor is not None and dialog is None:
            self.switch_person()

    # --- events ---

    def _connect(self, bridge: Bridge) -> None:
        bridge.stateChanged.connect(self._on_state)
        bridge.changed.connect(self._on_changed)
        bridge.attention.connect(self._on_attention)
        bridge.drained.connect(self._on_drained)
        bridge.progressed.connect(self._on_progress)
        self.strip.changed.connect(lambda _text: self._pass_on_state())
        self.strip.noticed.connect(lambda words, tone: self._notice.say(words, tone, for_ms=NOTICE_MS))
        self.strip.clicked.connect(lambda _checked=False: self._open_queue())
        self.print_queue.said.connect(lambda words, tone: self._notice.say(words, tone, for_ms=NOTICE_MS))

    def _on_state(self, event: StateChanged) -> None:
        self.strip.set_state(event)
        self.events.note(f"{state_words(event.state)} {event.reason}".strip())

    def _on_drained(self, event: QueueDrained) -> None:
        self.strip.on_drained(event)
        self.events.note(self.tr("%n entry(ies) sent; nothing waits.", "", event.count))

    def _on_changed(self, change: MergedChange) -> None:
        if change.touches("outbox", "conflicts", "flagged"):
            self._show_counts()
        if change.touches("notices"):
            self.unread.show_next()
        if change.touches("preferences"):
            self._apply_preferences()
        for page in self._made.values():
            page.refresh(change)

    def _on_attention(self, event: Attention | Fault) -> None:
        words = attention_in_words(event) if isinstance(event, Attention) else fault_in_words(event)
        if not (isinstance(event, Attention) and event.code is AttentionCode.SERVER_RESTORED):
            self._notice.say(words, Tone.WARN)  # a restored server has a stored notice, in the unread line
        self.events.note(words)

    def _on_progress(self, event: Progress) -> None:
        if event.done < event.total:
            words = self.tr("Fetching products and stock: {done} of {total}. You can sell meanwhile.")
            words = words.format(
                done=self._formatter.quantity(event.done), total=self._formatter.quantity(event.total)
            )
            self._notice.say(words, Tone.BUSY, for_ms=NOTICE_MS)
        else:
            self._notice.clear()

    def _apply_preferences(self) -> None:
        """Apply theme, sounds and idle time."""
        chosen = preferences.read(self._till)
        self._sounds.set_on(chosen.sounds)
        self._idle.set_minutes(chosen.lock_after_min)
        app = QApplication.instance()
        assert isinstance(app, QApplication), "a window exists only in an application"
        theme.apply_theme(app, theme.theme_of(chosen.theme))

    def _open_queue(self) -> None:
        if self._actor is not None:
            self.answer(OpenQueue())

    def _state(self) -> TillState:
        return TillState(self.strip.state, self.strip.strip_text, self._counts)

    def _pass_on_state(self) -> None:
        state = self._state()
        for page in self._made.values():
            page.set_state(state)

    def _show_counts(self) -> None:
        self._counts = queue.counts(self._till)
        self.strip.set_counts(self._counts)
        self._pass_on_state()
        for entry in self._bar_entries():
            self._show_tab(entry)

    # --- the window ---

    def _build(self) -> None:
        self._pages = Pages()
        self._notice = MessageLine("notice")
        self.unread = UnreadLine(
            self._till, self._formatter, lambda: self.answer(OpenNotices()), self._notice
        )
        self.strip = StatusStrip(
            self._counts,
            now_ms=self._till.clock.now_ms,
            clock=self._formatter.time,
            opened_by=self._entry_for(OpenQueue).shortcut,
        )
        self._bar = self._top_bar()
        # One place for both, so that the foot is never two lines high.
        notices = QGridLayout()
        notices.setContentsMargins(14, 0, 14, 8)
        notices.addWidget(self.unread, 0, 0)
        notices.addWidget(self._notice, 0, 0)
        foot = QWidget()
        foot.setLayout(notices)
        central = QWidget()
        central.setObjectName("page")
        layout = QVBoxLayout(central)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._bar)
        layout.addWidget(self._pages, 1)
        layout.addWidget(foot)
        layout.addLayout(self._strip_row())
        self.setCentralWidget(central)

    def _strip_row(self) -> QHBoxLayout:
        """The strip, and beside it, as long as it is so, that what this till sends can be read on the way."""
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.strip, 1)
        server = self._till.device.server_url
        if is_plain(server):
            words = plain_in_words(server)
            mark = button(
                self.tr("Not encrypted"), "notEncrypted", lambda: self._notice.say(words, Tone.WARN)
            )
            mark.setIcon(theme.icon("attention", Tone.WARN, 18))
            set_tip(mark, words)
            row.addWidget(mark)
        return row

    def _top_bar(self) -> QFrame:
        bar = QFrame()
        bar.setProperty("role", "bar")
        bar.setFixedHeight(56)
        row = QHBoxLayout(bar)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(4)
        row.addWidget(label("Evertill", "brand"))
        row.addSpacing(16)
        self._tabs = QButtonGroup(self)
        for number, entry in enumerate(self._entries):
            if entry.in_bar:
                tab = self._tab(entry)
                self._tabs.addButton(tab, number)
                row.addWidget(tab)
        row.addStretch(1)
        image = label()
        image.setPixmap(theme.pixmap("person", "muted", 20))
        row.addWidget(image)
        self._person = ElidedLabel("personName")
        self._where = ElidedLabel("where", "small")
        self._where.set_words(f"{self._till.device.location_name} · {self._till.device.name}")
        who = QVBoxLayout()
        who.setSpacing(0)
        who.addStretch(1)
        for line in (self._person, self._where):
            line.setMinimumWidth(120)
            line.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
            who.addWidget(line)
        who.addStretch(1)
        row.addLayout(who)
        switch = button(self.tr("Switch"), "switchPerson", self.switch_person, role="quiet")
        set_tip(switch, SWITCH_PERSON.after(self.tr("Let another person sign in")))
        row.addWidget(switch)
        self._tabs.idClicked.connect(lambda number: self.show_page(self._entries[number]))
        return bar

    def _tab(self, entry: PageEntry[Page]) -> QPushButton:
        tab = PlainButton(icon=theme.icon(entry.icon, "muted"))
        tab.setObjectName(f"nav{entry.name.title()}")
        tab.setIconSize(QSize(20, 20))
        tab.setProperty("role", "tab")
        tab.setCheckable(True)
        return tab

    def _bar_entries(self) -> Iterator[PageEntry[Page]]:
        return (entry for entry in self._entries if entry.in_bar)

    def _entry_for(self, request: type[Request]) -> PageEntry[Page]:
        """The entry of the page that answers such requests."""
        return next(entry for entry in self._entries if request in entry.answers)

    def _tab_of(self, entry: PageEntry[Page]) -> QAbstractButton:
        return self._tabs.button(self._entries.index(entry))

    def _mark_tab(self, shown: PageEntry[Page]) -> None:
        self._tabs.setExclusive(False)  # an exclusive group cannot have all its tabs unchecked
        for entry in self._bar_entries():
            self._tab_of(entry).setChecked(entry is shown)
        self._tabs.setExclusive(True)

    def _show_tab(self, entry: PageEntry[Page]) -> None:
        """Update a tab's title, its count of what needs attention, and whether it is enabled."""
        tab, title, number = self._tab_of(entry), entry.title(), entry.attention(self._counts)
        if entry.place is Place.BAR:
            tab.setText(f"  {title} · {number}" if number else f"  {title}")
        attention = self.tr("{page}, %n (needs|need) attention", "", number).format(page=title)
        tab.setAccessibleName(attention if number else title)
        reason = "" if self._actor is None else _why_not(entry, self._actor)
        tab.setEnabled(not reason)
        set_tip(tab, reason or entry.shortcut.after(title))
        tab.setAccessibleDescription(reason)

    def _make_keys(self) -> None:
        for entry in self._entries:
            if entry.opened_by:
                entry.shortcut.bind(self, partial(self.show_page, entry))
        SWITCH_PERSON.bind(self, self.switch_person)


def _why_not(entry: PageEntry[Page], actor: Actor) -> str:
    """Why this person may not open a page, as text; empty where they may."""
    if entry.right is None or actor.may(entry.right):
        return ""
    return only(entry.right)
