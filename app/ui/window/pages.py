"""The registry of the window's pages. A new page is one entry here and its own module; the window knows none.

A page's module is imported when the page is first looked at, or in the background once the window is shown
(`load_pages`), so that the sign-in page is there at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Generic, TypeVar

from app.domain.rights import Right
from app.services.sync.queue import QueueCounts
from app.ui.page.base import Page
from app.ui.page.requests import OpenConflicts, OpenQueue, Request, RingUp
from resources.words import translate

if TYPE_CHECKING:
    from app.ui.people.sign_in_page import SignInPage
    from app.ui.sell.page import SellPage
    from app.ui.settings.page import SettingsPage
    from app.ui.shift.page import ShiftPage
    from app.ui.stock.page import StockPage
    from app.ui.sync.page import SyncCentre
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


@dataclass(frozen=True)
class PageEntry(Generic[P_co]):
    """One page of the window.

    `title` is asked whenever it is shown, since the language can change. `load` imports the page's class,
    which is made with a PageContext. `key` is a key sequence as Qt writes it. `icon` is the name of a
    drawing. Whoever lacks `right` finds the page disabled, with the reason. `attention` is the number beside
    the title: what on that page waits for a person. `answers` are the requests that open the page.
    """

    name: str
    title: Callable[[], str]
    load: Callable[[], type[P_co]]
    key: str = ""
    icon: str = ""
    place: Place = Place.BAR
    right: Right | None = None
    attention: Callable[[QueueCounts], int] = _nothing
    answers: frozenset[type[Request]] = frozenset()

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


SIGN_IN = PageEntry("sign_in", lambda: translate("pages", "Sign in"), _sign_in, place=Place.SIGN_IN)
SELL = PageEntry(
    "sell",
    lambda: translate("pages", "Sell"),
    _sell,
    key="Ctrl+1",
    icon="sell",
    answers=frozenset({RingUp}),
)
STOCK = PageEntry("stock", lambda: translate("pages", "Stock"), _stock, key="Ctrl+2", icon="stock")
SHIFT = PageEntry("shift", lambda: translate("pages", "Shift"), _shift, key="Ctrl+3", icon="shift")
SYNC = PageEntry(
    "sync",
    lambda: translate("pages", "Sync centre"),
    _sync,
    key="Ctrl+4",
    icon="sync",
    attention=lambda counts: counts.attention + counts.conflicts,
    answers=frozenset({OpenQueue, OpenConflicts}),
)
SETTINGS = PageEntry(
    "settings",
    lambda: translate("pages", "Settings"),
    _settings,
    key="Ctrl+5",
    icon="settings",
    place=Place.BAR_DRAWING,
)
SHORTCUTS = PageEntry(
    "shortcuts", lambda: translate("pages", "Keys"), _shortcuts, key="F1", place=Place.ASIDE
)

PAGES: Sequence[PageEntry[Page]] = (SIGN_IN, SELL, STOCK, SHIFT, SYNC, SETTINGS, SHORTCUTS)
"""In the order of the bar. Whoever signs in begins on the first that they may see."""


def load_pages(pages: Sequence[PageEntry[Page]] = PAGES) -> None:
    """Import what the pages are made of, in any thread: whoever signs in then waits for none of it."""
    for entry in pages:
        entry.load()
