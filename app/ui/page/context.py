"""What a page is constructed with: a frozen object that all pages of a window share."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Any, Protocol

from app.services.till import Till
from app.ui.page.account import AccountPort
from app.ui.page.event_log import EventLog
from app.ui.page.print_queue import PrintQueue
from app.ui.page.requests import Request
from app.ui.widgets.approval import ApprovalPrompt
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

    def fetch_receipt(self, receipt_number: str) -> None:
        """Fetch a receipt that this till does not have; the answer arrives as a change of the store."""


@dataclass(frozen=True)
class AdminChange:
    """Settings that an admin changes at the server: values by name, for the shop or for one place."""

    username: str
    password: str
    changes: Mapping[str, Any]
    place: str | None
    code: str = ""
    """Of the admin's second factor, where they have one."""


class OwnSecret(Enum):
    """What a person changes of their own."""

    PASSWORD = auto()
    PIN = auto()


@dataclass(frozen=True)
class OwnChange:
    """A person's own new password or PIN, with the current one."""

    person_id: str
    what: OwnSecret
    current: str
    new: str


@dataclass(frozen=True)
class PageContext:
    """`pepper` is the tenant's, for checking PINs. `write_bundle` writes a support bundle to a path; None
    where the program cannot write one. `change_as_admin` asks the server; None where there is no network.
    It raises SyncError, and so do `change_own` and whatever `account` gives. `shortcuts` are those of the
    window and of all its pages.
    """

    till: Till
    formatter: Formatter
    approvals: ApprovalPrompt
    print_queue: PrintQueue
    events: EventLog
    agent: AgentPort
    pepper: str
    ask: Callable[[Request], None]
    shortcuts: Sequence[Shortcut]
    write_bundle: Callable[[Path], Awaitable[None]] | None = None
    change_as_admin: Callable[[AdminChange], Awaitable[None]] | None = None
    change_own: Callable[[OwnChange], Awaitable[None]] | None = None
    account: Callable[[], AccountPort] | None = None
