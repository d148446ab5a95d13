"""The registry of the window's pages. A new page is an entry here and a module of its own.

A page's module is imported when the page is first opened, or in the background once the window is shown
(`load_pages`), so that the sign-in page appears quickly.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

from app.domain.rights import Right
from app.services.sync.queue import QueueCounts
from app.ui.page.base import Page
from app.ui.page.requests import OpenConflicts, OpenNotices, OpenQueue, Request, RingUp
from app.ui.widgets.shortcuts import (
    EVERYWHERE,
    FOR_EVERY_PAGE,
    FOR_LISTS,
    FOR_SELLING,
    SWITCH_PERSON,
    Shortcut,
)
from resources.words import translate

if TYPE_CHECKING:
    from app.ui.people.sign_in_page import SignInPage
    from app.ui.sell.page import SellPage
    from app.ui.settings.page import SettingsPage
    from app.ui.shift.page import ShiftPage
    from app.ui.stock.page import StockPage
    from app.ui.sync.page import SyncCentre
    from app.ui.window.notices_page import NoticesPage
    from app.ui.window.shortcuts_page import ShortcutsPage

P_co = TypeVar("P_co", bound=Page, covariant=True)


class Place(Enum):
    """How a page is opened."""

    BAR = "bar"
    """By a tab in the bar, with title and icon."""
    BAR_DRAWING = "bar, drawing alone"
    """By a tab with an icon only: at 1024 px more titles do not fit beside a long name."""
    ASIDE = "aside"
    """By its key only."""
    SIGN_IN = "sign in"
    """Not opened: shown while nobody is signed in."""


def _nothing(_counts: QueueCounts) -> int:
    return 0


@dataclass(frozen=True, eq=False)
class PageEntry(Generic[P_co]):
    """What the window has to know of a page before the page is constructed."""

    name: str
    """A unique word."""
    title: Callable[[], str]
    """Called at each use: the language can change."""
    load: Callable[[], type[P_co]]
    """Imports and returns the page's class; its constructor takes a PageContext."""
    opened_by: str = ""
    """The key that opens it, in Qt's notation."""
    opens: Callable[[], str] | None = None
    """That key's description on the page of keys (default: the title)."""
    shortcuts: Sequence[Shortcut] = ()
    """Keys that are active on this page only."""
    icon: str = ""
    """Names a drawing of resources/icons."""
    place: Place = Place.BAR
    right: Right | None = None
    """Needed to open the page; without it the tab is disabled and says why."""
    attention: Callable[[QueueCounts], int] = _nothing
    """The number beside the title: how much on this page needs attention."""
    answers: frozenset[type[Request]] = frozenset()
    """Requests that open this page and are passed to it."""

    @cached_property
    def shortcut(self) -> Shortcut:
        """The shortcut of `opened_by`."""
        return Shortcut((self.opened_by,), EVERYWHERE, self.opens or self.title)

    @property
    def in_bar(self) -> bool:
        """Whether a tab in the bar opens it."""
        return self.place in {Place.BAR, Place.BAR_DRAWING}


def _sign_in() -> "type[SignInPage]":
    from app.ui.people.sign_in_page import SignInPage

    return SignInPage


def _sell() -> "type[SellPage]":
    from app.ui.sell.page import SellPage

    return SellPage


def _stock() -> "type[StockPage]":
    from app.ui.stock.page import StockPage

    return StockPage


def _shift() -> "type[ShiftPage]":
    from app.ui.shift.page import ShiftPage

    return ShiftPage


def _sync() -> "type[SyncCentre]":
    from app.ui.sync.page import SyncCentre

    return SyncCentre


def _settings() -> "type[SettingsPage]":
    from app.ui.settings.page import SettingsPage

    return SettingsPage


def _shortcuts() -> "type[ShortcutsPage]":
    from app.ui.window.shortcuts_page import ShortcutsPage

    return ShortcutsPage


def _notices() -> "type[NoticesPage]":
    from app.ui.window.notices_page import NoticesPage

    return NoticesPage


SIGN_IN = PageEntry("sign_in", lambda: translate("pages", "Sign in"), _sign_in, place=Place.SIGN_IN)
SELL = PageEntry(
    "sell",
    lambda: translate("pages", "Sell"),
    _sell,
    opened_by="Ctrl+1",
    shortcuts=FOR_SELLING,
    icon="sell",
    answers=frozenset({RingUp}),
)
STOCK = PageEntry("stock", lambda: translate("pages", "Stock"), _stock, opened_by="Ctrl+2", icon="stock")
SHIFT = PageEntry(
    "shift",
    lambda: translate("pages", "Shift"),
    _shift,
    opened_by="Ctrl+3",
    icon="shift",
    right=Right.RUN_SHIFT,
)
SYNC = PageEntry(
    "sync",
    lambda: translate("pages", "Sync centre"),
    _sync,
    opened_by="Ctrl+4",
    icon="sync",
    attention=lambda counts: counts.attention + counts.flagged + counts.conflicts,
    answers=frozenset({OpenQueue, OpenConflicts}),
)
SETTINGS = PageEntry(
    "settings",
    lambda: translate("pages", "Settings"),
    _settings,
    opened_by="Ctrl+5",
    icon="settings",
    place=Place.BAR_DRAWING,
)
SHORTCUTS = PageEntry(
    "shortcuts",
    lambda: translate("ShortcutsPage", "Keys"),
    _shortcuts,
    opened_by="F1",
    opens=lambda: translate("ShortcutsPage", "This page"),
    place=Place.ASIDE,
)

NOTICES = PageEntry(
    "notices",
    lambda: translate("pages", "Notices"),
    _notices,
    opened_by="Ctrl+6",
    place=Place.ASIDE,
    answers=frozenset({OpenNotices}),
)

PAGES: Sequence[PageEntry[Page]] = (SIGN_IN, SELL, STOCK, SHIFT, SYNC, SETTINGS, SHORTCUTS, NOTICES)
"""In the order of the bar. After sign-in the first page opens that the person may see."""


def all_shortcuts(pages: Sequence[PageEntry[Page]]) -> list[Shortcut]:
    """All shortcuts of the window and these pages, in the order of the page of keys."""
    in_bar = [entry.shortcut for entry in pages if entry.in_bar and entry.opened_by]
    aside = [entry.shortcut for entry in pages if not entry.in_bar and entry.opened_by]
    of_pages = [shortcut for entry in pages for shortcut in entry.shortcuts]
    return [*in_bar, SWITCH_PERSON, *aside, *FOR_EVERY_PAGE, *of_pages, *FOR_LISTS]


def load_pages(pages: Sequence[PageEntry[Page]] = PAGES) -> None:
    """Import the modules of all pages, in any thread, so that sign-in does not wait for imports."""
    for entry in pages:
        entry.load()
