"""What a page is constructed with: a frozen object that all pages of a window share."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.services.till import Till
from app.ui.page.event_log import EventLog
from app.ui.page.print_queue import PrintQueue
from app.ui.page.requests import Request
from app.ui.widgets.approval import Approvals
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.shortcuts import Shortcut


class AgentPort(Protocol):
    """What a window may ask of the running agent. No call blocks."""

    def try_now(self) -> None:
        """Connect and send now, ending any back-off."""

    def resume(self) -> None:
        """Continue after the sign-in or enrolment that the agent was waiting for."""

    def fetch_remote_stock(self, product_id: str) -> None:
        """Fetch the remote stock of a product; the answer arrives as a change of the store."""


@dataclass(frozen=True)
class PageContext:
    """`pepper` is the tenant's, for checking PINs. `write_bundle` writes a support bundle to a path; None
    where the program cannot write one. `shortcuts` are those of the window and of all its pages.
    """

    till: Till
    formatter: Formatter
    approvals: Approvals
    print_queue: PrintQueue
    events: EventLog
    agent: AgentPort
    pepper: str
    ask: Callable[[Request], None]
    shortcuts: Sequence[Shortcut]
    write_bundle: Callable[[Path], Awaitable[None]] | None = None
