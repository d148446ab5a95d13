"""What a page asks of the window. A request names what is wanted, never the page that answers it.

The window answers those about itself. Any other is answered by the page whose entry in the registry lists it
(`app/ui/window/pages.py`): the window opens that page and hands it the request.
"""

from dataclasses import dataclass

from app.services.till import Actor


@dataclass(frozen=True)
class Request:
    """Base of all requests."""


@dataclass(frozen=True)
class SignedIn(Request):
    """This person's PIN was right."""

    actor: Actor


@dataclass(frozen=True)
class GoBack(Request):
    """Show the page that was in sight before this one."""


@dataclass(frozen=True)
class RenewWindow(Request):
    """Make the window anew, in the language that was chosen."""


@dataclass(frozen=True)
class SignTillOut(Request):
    """A manager signed this till out of its shop."""


@dataclass(frozen=True)
class OpenQueue(Request):
    """Show what is on its way to the server, the most urgent first."""


@dataclass(frozen=True)
class OpenNotices(Request):
    """Show what people have to read."""


@dataclass(frozen=True)
class OpenConflicts(Request):
    """Show the conflicts that a person has to decide."""


@dataclass(frozen=True)
class RingUp(Request):
    """A code was scanned that the page in sight does not take."""

    code: str
