"""What a page is handed when it is made: one frozen object, the same for every page of a window."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.services.till import Till
from app.ui.page.event_log import EventLog
from app.ui.page.print_desk import PrintDesk
from app.ui.page.requests import Request
from app.ui.widgets.approval import Approvals
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.shortcuts import Shortcut


class AgentPort(Protocol):
    """What a window may ask of the running agent. All return at once."""

    def try_now(self) -> None:
        """Connect and send without waiting for the next planned attempt."""

    def resume(self) -> None:
        """Go on after a sign-in or an enrolment that the agent was waiting for."""

    def ask_elsewhere(self, product_id: str) -> None:
        """Ask what other places have of a product; the answer comes as a change of the store."""


@dataclass(frozen=True)
class PageContext:
    """`pepper` is the tenant's, for checking PINs. `write_bundle` writes a support bundle to a path; None
    where the program has none to write. `shortcuts` are those of the window and of all its pages.
    """

    till: Till
    formatter: Formatter
    approvals: Approvals
    desk: PrintDesk
    events: EventLog
    agent: AgentPort
    pepper: str
    ask: Callable[[Request], None]
    shortcuts: Sequence[Shortcut]
    write_bundle: Callable[[Path], Awaitable[None]] | None = None
