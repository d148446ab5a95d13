"""The till's window: its pages, the way between them, who is signed in, and the status strip.

The window writes nothing. It hands news to the pages that show it, and scans to the page that takes them.
"""

from collections.abc import Awaitable, Callable
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from PySide6.QtCore import QLocale, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import DomainError
from app.services import preferences
from app.services.sync import conflicts, queue
from app.services.sync.agent_words import attention_in_words, fault_in_words
from app.services.till import Actor, Till
from app.ui.people.sign_in_page import SignInPage
from app.ui.sync.event_log import EventLog
from app.ui.widgets import sounds, tasks, theme
from app.ui.widgets.approval import Approvals
from app.ui.widgets.formatting import Formatter, people_locale
from app.ui.widgets.parts import ElidedLabel, MessageLine, Pages, button, label
from app.ui.widgets.sounds import Sounds
from app.ui.widgets.theme import Tone
from app.ui.window.bridge import AgentPort, Bridge, MergedChange
from app.ui.window.garbage import UiThreadCollector
from app.ui.window.idle import IdleWatch
from app.ui.window.print_desk import PrintDesk
from app.ui.window.scanner import Scanner
from app.ui.window.status_strip import StatusStrip, state_words
from sync_agent.events import (
    Attention,
    ConnectionState,
    Fault,
    Progress,
    QueueDrained,
    StateChanged,
)

if TYPE_CHECKING:
    from app.ui.sell.page import SellPage
    from app.ui.settings.page import SettingsPage
    from app.ui.shift.page import ShiftPage
    from app.ui.stock.page import StockPage
    from app.ui.sync.page import SyncCentre
    from app.ui.window.shortcuts_page import ShortcutsPage


NOTICE_MS = 15_000


class Page(IntEnum):
    SIGN_IN = 0
    SELL = 1
    STOCK = 2
    SHIFT = 3
    SYNC = 4
    SETTINGS = 5
    SHORTCUTS = 6


_TABS = (Page.SELL, Page.STOCK, Page.SHIFT, Page.SYNC, Page.SETTINGS)
_KNOW_WHO = frozenset(_TABS)
_FOLLOW_CHANGES = frozenset(_TABS) - {Page.SETTINGS}


class _KnowsWho(Protocol):
    def set_actor(self, actor: Actor) -> None: ...


class _FollowsChanges(Protocol):
    def refresh(self, change: MergedChange) -> None: ...


def load_pages() -> None:
    """Import what the pages are made of, in any thread: whoever signs in then waits for none of it."""
    from app.ui.sell import page as sell_page
    from app.ui.shift import page as shift_page
    from app.ui.stock import page as stock_page
    from app.ui.sync import conflict_dialog
    from app.ui.sync import page as sync_centre

    assert all((conflict_dialog, sell_page, shift_page, stock_page, sync_centre))


class MainWindow(QMainWindow):
    """Opens on the sign-in page. `pepper` is the tenant's, for checking PINs with the server away.

    Signals:
        closed(): a person closed the window.
        renewWanted(): make the window anew, in the language that was chosen.
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
    ) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle(self.tr("Evertill · {till}").format(till=till.device.name))
        self._collector = UiThreadCollector(self)
        self._till = till
        self._agent = agent
        self.bridge = bridge
        self._write_bundle = write_bundle
        self._formatter = Formatter(locale or people_locale(), till.device.currency, till.device.time_zone)
        self._actor: Actor | None = None
        self._page_before_help = Page.SELL
        self.approvals = Approvals(till, pepper, self)
        self.desk = PrintDesk(till, self)
        self.events = EventLog(till.clock.now_ms, self)
        self._pepper = pepper
        self._made: dict[Page, QWidget] = {}
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

    # --- pages: each is made when it is first looked at, so that the first window is there at once ---

    @property
    def sign_in(self) -> SignInPage:
        return cast("SignInPage", self.page(Page.SIGN_IN))

    @property
    def sell(self) -> "SellPage":
        return cast("SellPage", self.page(Page.SELL))

    @property
    def stock(self) -> "StockPage":
        return cast("StockPage", self.page(Page.STOCK))

    @property
    def shift(self) -> "ShiftPage":
        return cast("ShiftPage", self.page(Page.SHIFT))

    @property
    def sync(self) -> "SyncCentre":
        return cast("SyncCentre", self.page(Page.SYNC))

    @property
    def settings(self) -> "SettingsPage":
        return cast("SettingsPage", self.page(Page.SETTINGS))

    @property
    def shortcuts(self) -> "ShortcutsPage":
        return cast("ShortcutsPage", self.page(Page.SHORTCUTS))

    def page(self, page: Page) -> QWidget:
        """The page itself, made now if nobody has looked at it yet."""
        if page not in self._made:
            made = self._made[page] = self._make_page(page)
            self._pages.addWidget(made)
            if self._actor is not None:
                self._tell_actor(page, self._actor)
        return self._made[page]

    def _make_page(self, page: Page) -> QWidget:
        makers: dict[Page, Callable[[], QWidget]] = {
            Page.SIGN_IN: self._make_sign_in,
            Page.SELL: self._make_sell,
            Page.STOCK: self._make_stock,
            Page.SHIFT: self._make_shift,
            Page.SYNC: self._make_sync_centre,
            Page.SETTINGS: self._make_settings,
            Page.SHORTCUTS: self._make_shortcuts,
        }
        return makers[page]()

    def _make_sign_in(self) -> QWidget:
        sign_in = SignInPage(self._till, self._pepper)
        sign_in.signedIn.connect(self._on_signed_in)
        return sign_in

    def _make_sell(self) -> QWidget:
        from app.ui.sell.page import SellPage

        return SellPage(self._till, self._formatter, self.approvals, self.desk)

    def _make_shift(self) -> QWidget:
        from app.ui.shift.page import ShiftPage

        return ShiftPage(self._till, self._formatter, self.approvals, self.desk)

    def _make_stock(self) -> QWidget:
        from app.ui.stock.page import StockPage

        stock = StockPage(self._till, self._formatter, self.approvals)
        stock.decisionWanted.connect(self._open_conflicts)
        stock.lookedAt.connect(self._agent.ask_elsewhere)
        return stock

    def _make_settings(self) -> QWidget:
        from app.ui.settings.page import SettingsPage

        settings = SettingsPage(self._till, self._formatter, self.approvals)
        settings.slipWanted.connect(self.desk.show_slip)
        settings.themeChosen.connect(lambda _name: self._apply_preferences())
        settings.languageChosen.connect(lambda _code: self.renewWanted.emit())
        settings.signOutWanted.connect(self.signOutWanted)
        return settings

    def _make_shortcuts(self) -> QWidget:
        from app.ui.window.shortcuts_page import ShortcutsPage

        shortcuts = ShortcutsPage()
        shortcuts.left.connect(lambda: self.show_page(self._page_before_help))
        return shortcuts

    def _make_sync_centre(self) -> QWidget:
        from app.ui.sync.page import SyncCentre

        sync = SyncCentre(self._till, self._formatter, self.approvals, self.events)
        sync.set_state(self.strip.strip_text)
        self.strip.changed.connect(sync.set_state)
        sync.decide.connect(self.decide)
        sync.tryNow.connect(self._try_now)
        sync.bundleWanted.connect(self._keep_bundle)
        return sync

    def _tell_actor(self, page: Page, actor: Actor) -> None:
        if page in _KNOW_WHO:
            cast("_KnowsWho", self._made[page]).set_actor(actor)

    @property
    def _current(self) -> Page:
        shown = self._pages.currentWidget()
        return next((page for page, made in self._made.items() if made is shown), Page.SIGN_IN)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()

    @property
    def till(self) -> Till:
        """The till that this is the window of."""
        return self._till

    @property
    def actor(self) -> Actor | None:
        """Who is signed in."""
        return self._actor

    @property
    def notice(self) -> MessageLine:
        return self._notice

    def take_scan(self, code: str) -> None:
        """A scan goes to the page in sight; a dialog takes none, and nobody signed in sells nothing."""
        if self._actor is None or QApplication.activeModalWidget() is not None:
            QApplication.beep()
            return
        if self._current is Page.STOCK:
            self.stock.take_scan(code)
            return
        self.show_page(Page.SELL)
        self.sell.take_scan(code)

    def show_page(self, page: Page) -> None:
        if self._actor is None and page is not Page.SIGN_IN:
            return
        if page is Page.SHORTCUTS and self._current is not Page.SHORTCUTS:
            self._page_before_help = self._current
        self._pages.setCurrentWidget(self.page(page))
        self._mark_tab(page)
        match page:
            case Page.SELL:
                self.sell.begin()
            case Page.STOCK:
                self.stock.begin()
            case Page.SHIFT:
                self.shift.begin()
            case Page.SETTINGS:
                self.settings.begin()
            case Page.SHORTCUTS:
                self.shortcuts.begin()

    def switch_person(self) -> None:
        """Ask who is at the till. The cart and the queue stay as they are."""
        self._actor = None
        self._bar.hide()
        self._pages.setCurrentWidget(self.sign_in)
        self.sign_in.begin()

    def welcome(self, actor: Actor) -> None:
        """Go on with whoever was signed in, in a window that was made anew."""
        self._on_signed_in(actor)

    def come_to_front(self) -> None:
        """Somebody started the till again: this is it."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()

    def say_fault(self, report: str) -> None:
        """Something in the window went wrong; what was saved is safe."""
        words = self.tr("Something in this window went wrong. What is saved is safe. A report is in {path}.")
        self._notice.say(words.format(path=report), Tone.WARN)

    def _ask_again(self) -> None:
        if self._actor is not None and QApplication.activeModalWidget() is None:
            self.switch_person()

    def open_sync_centre(self) -> None:
        if self._actor is not None:
            self.sync.show_most_urgent()
            self.show_page(Page.SYNC)

    def decide(self, conflict_id: str) -> None:
        """Lay a conflict out for whoever is signed in."""
        if self._actor is None:
            return
        try:
            comparison = conflicts.comparison(self._till, conflict_id, self._actor)
        except DomainError as error:
            self.sync.message.say(str(error))
            return
        from app.ui.sync.conflict_dialog import ConflictDialog

        dialog = ConflictDialog(self._till, comparison, self._actor, self._formatter, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.decided.connect(self.sync.say_decided)
        dialog.open()

    def _mark_tab(self, page: Page) -> None:
        self._tabs.setExclusive(False)  # an exclusive group would keep the last one checked
        for number in _TABS:
            self._tabs.button(number).setChecked(number == page)
        self._tabs.setExclusive(True)

    # --- news ---

    def _connect(self, bridge: Bridge) -> None:
        bridge.stateChanged.connect(self._on_state)
        bridge.changed.connect(self._on_changed)
        bridge.attention.connect(self._on_attention)
        bridge.drained.connect(self._on_drained)
        bridge.progressed.connect(self._on_progress)
        self.strip.noticed.connect(lambda words, tone: self._notice.say(words, tone, for_ms=NOTICE_MS))
        self.strip.clicked.connect(lambda _checked=False: self.open_sync_centre())
        self.desk.said.connect(lambda words, tone: self._notice.say(words, tone, for_ms=NOTICE_MS))

    def _on_state(self, event: StateChanged) -> None:
        self.strip.set_state(event)
        self.events.note(f"{state_words(event.state)} {event.reason}".strip())

    def _on_drained(self, event: QueueDrained) -> None:
        self.strip.on_drained(event)
        self.events.note(self.tr("%n entry(ies) sent; nothing waits.", "", event.count))

    def _keep_bundle(self, path: str) -> None:
        if self._write_bundle is not None:
            work = self._carry_bundle_out(Path(path), self._write_bundle)
            tasks.start(work, self, self.sync.message.say_error)

    async def _carry_bundle_out(self, path: Path, write: Callable[[Path], Awaitable[None]]) -> None:
        self.sync.message.say(self.tr("Looking at everything…"), Tone.BUSY)
        try:
            await write(path)
        except OSError as error:
            self.sync.message.say_error(self.tr("It could not be saved: {why}").format(why=error))
            return
        words = self.tr("The support bundle is in {path}. It holds no names, prices or customers.")
        self.sync.message.say(words.format(path=path), Tone.GOOD)

    def _on_changed(self, change: MergedChange) -> None:
        if change.touches("outbox", "conflicts"):
            self._show_counts()
        if self._actor is None:
            self.sign_in.follow(change)
        if change.touches("preferences"):
            self._apply_preferences()
        for page in _FOLLOW_CHANGES & self._made.keys():
            cast("_FollowsChanges", self._made[page]).refresh(change)

    def _on_attention(self, event: Attention | Fault) -> None:
        words = attention_in_words(event) if isinstance(event, Attention) else fault_in_words(event)
        self._notice.say(words, Tone.WARN)
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

    def _on_signed_in(self, actor: Actor) -> None:
        self._actor = actor
        self._person.set_words(actor.name)
        for page in self._made:
            self._tell_actor(page, actor)
        self._bar.show()
        self.show_page(Page.SELL)

    def _apply_preferences(self) -> None:
        """How the till looks and sounds, as it was chosen last."""
        chosen = preferences.read(self._till)
        self._sounds.set_on(chosen.sounds)
        self._idle.set_minutes(chosen.lock_after_min)
        app = QApplication.instance()
        assert isinstance(app, QApplication), "a window stands in an application"
        theme.apply_theme(app, theme.theme_of(chosen.theme))

    def _open_conflicts(self) -> None:
        self.show_page(Page.SYNC)
        self.sync.show_conflicts()

    def _try_now(self) -> None:
        if self.strip.state in {ConnectionState.NEEDS_SIGN_IN, ConnectionState.NEEDS_ENROLMENT}:
            self._agent.resume()
        else:
            self._agent.try_now()
        self.sync.message.say(self.tr("Trying now."), Tone.BUSY, for_ms=4000)

    def _show_counts(self) -> None:
        counts = queue.counts(self._till)
        self.strip.set_counts(counts)
        if Page.SYNC in self._made:
            self.sync.set_counts(counts)
        number = counts.attention + counts.conflicts
        words = self.tr("Sync centre")
        self._tabs.button(Page.SYNC).setText(f"  {words} · {number}" if number else f"  {words}")
        self._tabs.button(Page.SYNC).setAccessibleName(
            self.tr("Sync centre, %n (needs|need) attention", "", number) if number else words
        )

    # --- the window ---

    def _build(self) -> None:
        self._pages = Pages()
        self._notice = MessageLine("notice")
        self.strip = StatusStrip(
            queue.counts(self._till), now_ms=self._till.clock.now_ms, clock=self._formatter.time
        )
        self._bar = self._top_bar()
        notices = QVBoxLayout()
        notices.setContentsMargins(14, 0, 14, 8)
        notices.addWidget(self._notice)
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
        layout.addWidget(self.strip)
        self.setCentralWidget(central)

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
        for page, drawing, words, key, name in (
            (Page.SELL, "sell", self.tr("Sell"), "Ctrl+1", "navSell"),
            (Page.STOCK, "stock", self.tr("Stock"), "Ctrl+2", "navStock"),
            (Page.SHIFT, "shift", self.tr("Shift"), "Ctrl+3", "navShift"),
            (Page.SYNC, "sync", self.tr("Sync centre"), "Ctrl+4", "navSync"),
            (Page.SETTINGS, "settings", self.tr("Settings"), "Ctrl+5", "navSettings"),
        ):
            row.addWidget(self._tab(page, drawing, words, key, name))
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
        switch.setToolTip(self.tr("Let another person sign in (Ctrl+L)"))
        row.addWidget(switch)
        self._tabs.idClicked.connect(self._go)
        return bar

    def _tab(self, page: Page, drawing: str, words: str, key: str, name: str) -> QPushButton:
        # Five words do not fit beside a long name at 1024 px: settings are known by their drawing.
        tab = QPushButton(theme.icon(drawing, "muted"), "" if page is Page.SETTINGS else "  " + words)
        tab.setObjectName(name)
        tab.setAccessibleName(words)
        tab.setToolTip(f"{words} ({key})")
        tab.setIconSize(QSize(20, 20))
        tab.setProperty("role", "tab")
        tab.setCheckable(True)
        self._tabs.addButton(tab, page)
        return tab

    def _go(self, number: int) -> None:
        if number == Page.SYNC:
            self.open_sync_centre()
        else:
            self.show_page(Page(number))

    def _make_keys(self) -> None:
        for key, act in (
            ("Ctrl+1", lambda: self.show_page(Page.SELL)),
            ("Ctrl+2", lambda: self.show_page(Page.STOCK)),
            ("Ctrl+3", lambda: self.show_page(Page.SHIFT)),
            ("Ctrl+4", self.open_sync_centre),
            ("Ctrl+5", lambda: self.show_page(Page.SETTINGS)),
            ("Ctrl+L", self.switch_person),
            ("F1", lambda: self.show_page(Page.SHORTCUTS)),
        ):
            QShortcut(QKeySequence(key), self).activated.connect(act)
