"""Requests of a page to its window. A request names the action, never the page that carries it out.

The window answers requests about itself. For any other it opens the page whose registry entry lists the
request (`app/ui/window/pages.py`), and passes the request to it.
"""

from dataclasses import dataclass

from app.services.till import Actor


@dataclass(frozen=True)
class Request:
    """Base of all requests."""


@dataclass(frozen=True)
class SignedIn(Request):
    """This person entered the right PIN."""

    actor: Actor


@dataclass(frozen=True)
class GoBack(Request):
    """Show the previous page."""


@dataclass(frozen=True)
class RenewWindow(Request):
    """Rebuild the window in the chosen language."""


@dataclass(frozen=True)
class SignTillOut(Request):
    """A manager signed this till out of its shop."""


@dataclass(frozen=True)
class OpenQueue(Request):
    """Show the queue, opened at the most urgent list."""


@dataclass(frozen=True)
class OpenNotices(Request):
    """Show the notices."""


@dataclass(frozen=True)
class OpenConflicts(Request):
    """Show the open conflicts."""


@dataclass(frozen=True)
class RingUp(Request):
    """Sell the scanned code: the page that is shown does not handle scans."""

    code: str
