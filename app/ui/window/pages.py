"""The registry of the window's pages. A new page is one entry here and its own module; the window knows none.

A page's module is imported when the page is first looked at, or in the background once the window is shown
(`load_pages`), so that the sign-in page is there at once.
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
    """From where a page is opened."""

    BAR = "bar"
    """A tab in the bar at the top, with title and drawing."""
    BAR_DRAWING = "bar, drawing alone"
    """A tab without its title: more words than these do not fit beside a long name at 1024 px."""
    ASIDE = "aside"
    """By its key alone."""
    SIGN_IN = "sign in"
    """It is shown while nobody is signed in, and only then."""


def _nothing(_counts: QueueCounts) -> int:
    return 0


@dataclass(frozen=True, eq=False)
class PageEntry(Generic[P_co]):
    """One page of the window: what the window has to know of it before the page is made."""

    name: str
    """The page's own, in one word."""
    title: Callable[[], str]
    """Asked whenever it is shown, since the language can change."""
    load: Callable[[], type[P_co]]
    """Imports the page's class, which is made with a PageContext."""
    opened_by: str = ""
    """Its key, as Qt writes it."""
    opens: Callable[[], str] | None = None
    """What the page of keys says of that key, where that is not the title."""
    shortcuts: Sequence[Shortcut] = ()
    """The keys that hold on this page alone."""
    icon: str = ""
    """The name of a drawing."""
    place: Place = Place.BAR
    right: Right | None = None
    """Whoever lacks it finds the page disabled, with the reason."""
    attention: Callable[[QueueCounts], int] = _nothing
    """The number beside the title: what on this page waits for a person."""
    answers: frozenset[type[Request]] = frozenset()
    """The requests that open this page."""

    @cached_property
    def shortcut(self) -> Shortcut:
        """The key that opens the page."""
        return Shortcut((self.opened_by,), EVERYWHERE, self.opens or self.title)

    @property
    def in_bar(self) -> bool:
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
"""In the order of the bar. Whoever signs in begins on the first that they may see."""


def all_shortcuts(pages: Sequence[PageEntry[Page]]) -> list[Shortcut]:
    """Every key that the window and these pages listen to, in the order of the page of keys."""
    in_bar = [entry.shortcut for entry in pages if entry.in_bar and entry.opened_by]
    aside = [entry.shortcut for entry in pages if not entry.in_bar and entry.opened_by]
    of_pages = [shortcut for entry in pages for shortcut in entry.shortcuts]
    return [*in_bar, SWITCH_PERSON, *aside, *FOR_EVERY_PAGE, *of_pages, *FOR_LISTS]


def load_pages(pages: Sequence[PageEntry[Page]] = PAGES) -> None:
    """Import what the pages are made of, in any thread: whoever signs in then waits for none of it."""
    for entry in pages:
        entry.load()
