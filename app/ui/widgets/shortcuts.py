"""The table of shortcuts: each key once, with its description and scope.

The keys that open a page are in that page's registry entry (`app/ui/window/pages.py`). The window's
shortcuts, the keys named on buttons and tool tips, and the page of keys (F1) are generated from both.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from resources.words import translate


@dataclass(frozen=True, eq=False)
class Scope:
    """Where a key is active. One without a title is not on the page of keys: its keys do the usual."""

    title: Callable[[], str] | None


EVERYWHERE = Scope(lambda: translate("ShortcutsPage", "Everywhere"))
SELLING = Scope(lambda: translate("ShortcutsPage", "While selling"))
IN_LISTS = Scope(None)
"""Lists and dialogs."""


@dataclass(frozen=True, eq=False)
class Shortcut:
    """A key, or several for the same action, in Qt's notation ("F9", "Ctrl+L", "Del").

    `description` is for the page of keys; left out, that of another key there covers this key too.
    `cap` is what is printed on the key, where Qt names it otherwise.
    """

    keys: tuple[str, ...]
    scope: Scope
    description: Callable[[], str] | None = None
    cap: str = ""

    @property
    def name(self) -> str:
        """The key's name on a button or in a sentence."""
        return self.cap or self.keys[0]

    def after(self, caption: str) -> str:
        """A caption that ends with the key: "Pay (F9)"."""
        return f"{caption} ({self.name})"

    def beside(self, caption: str) -> str:
        """The short form of `after`: "Hold F4"."""
        return f"{caption} {self.name}"

    def bind(self, widget: QWidget, act: Callable[[], object]) -> None:
        """Call `act` when the key is pressed in the widget's window while the widget is visible."""
        for key in self.keys:
            QShortcut(QKeySequence(key), widget).activated.connect(act)

    def is_pressed(self, event: QKeyEvent) -> bool:
        """Whether `event` is this key, whatever the modifiers."""
        return QKeySequence(event.key()) in self._sequences

    @cached_property
    def _sequences(self) -> tuple[QKeySequence, ...]:
        return tuple(QKeySequence(key) for key in self.keys)


SWITCH_PERSON = Shortcut(
    ("Ctrl+L",), EVERYWHERE, lambda: translate("ShortcutsPage", "Switch to another person")
)
SEARCH = Shortcut(("F2",), EVERYWHERE, lambda: translate("ShortcutsPage", "Search"))
BACK = Shortcut(("Esc",), EVERYWHERE, lambda: translate("ShortcutsPage", "Back"))

HOLD = Shortcut(("F4",), SELLING, lambda: translate("ShortcutsPage", "Hold the sale"))
RECALL = Shortcut(("F5",), SELLING, lambda: translate("ShortcutsPage", "Recall a held sale"))
REFUND = Shortcut(("F6",), SELLING, lambda: translate("ShortcutsPage", "Refund"))
MORE = Shortcut(
    ("F7",), SELLING, lambda: translate("ShortcutsPage", "More: last receipt again, drawer, quick keys")
)
DISCOUNT = Shortcut(("F8",), SELLING, lambda: translate("ShortcutsPage", "Discount, or another price"))
PAY = Shortcut(("F9",), SELLING, lambda: translate("ShortcutsPage", "Pay; while paying: cash, card, other"))
DOWN = Shortcut(
    ("Down",), SELLING, lambda: translate("ShortcutsPage", "From the search to what was found"), "↓"
)
TAKE = Shortcut(
    ("Return", "Enter"),
    SELLING,
    lambda: translate("ShortcutsPage", "Take what was found; in the cart: type a quantity"),
    "Enter",
)
ONE_MORE = Shortcut(
    ("+",), SELLING, lambda: translate("ShortcutsPage", "In the cart: one more, one less"), "+  −"
)
ONE_LESS = Shortcut(("-",), SELLING)
REMOVE = Shortcut(
    ("Del",), SELLING, lambda: translate("ShortcutsPage", "Remove the line from the cart"), "Delete"
)

UP = Shortcut(("Up",), IN_LISTS)
"""In the first row: back to the search field."""
CONFIRM = Shortcut(("Return", "Enter"), IN_LISTS)
"""Opens the selected row; in a dialog, presses its main or its focused button."""

FOR_EVERY_PAGE = (SEARCH, BACK)
FOR_SELLING = (HOLD, RECALL, REFUND, MORE, DISCOUNT, PAY, DOWN, TAKE, ONE_MORE, ONE_LESS, REMOVE)
FOR_LISTS = (UP, CONFIRM)
