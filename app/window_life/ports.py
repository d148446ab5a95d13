"""What the windows need of their home and its agent, implemented in `app/bootstrap.py`."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from app.services.till import Till
from app.ui.page.account import AccountPort
from app.ui.page.context import AdminChange, AgentPort, OwnChange
from sync_agent.contract.enrolment_codes import CodeOffer
from sync_agent.enrolment_forms import CodeEnrolment, Enrolment, FirstShop
from sync_agent.events import AgentEvent
from sync_agent.farewell import SignedOutTill
from sync_agent.ports import Clock
from sync_agent.store.database import Store


class RunningAgent(Protocol):
    """An agent that runs in its own thread."""

    @property
    def agent(self) -> AgentPort: ...

    def stop(self) -> None:
        """Stop it, and wait until it has released its claimed operations. Blocks."""


class TillHome(Protocol):
    """An open home."""

    @property
    def store(self) -> Store: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def is_enrolled(self) -> bool: ...

    @property
    def pin_pepper(self) -> str:
        """The tenant's secret for checking PINs. Raises NotEnrolled."""

    def till(self) -> Till: ...

    async def join(self, form: Enrolment) -> "TillHome":
        """Enrol this home; returns the enrolled home. Can be cancelled at any time. Raises SyncError."""

    async def look_up_code(self, form: CodeEnrolment) -> CodeOffer | None:
        """What a one-time code is for; None where it is used, and this home may be the one that used it."""

    async def join_by_code(self, form: CodeEnrolment) -> "TillHome":
        """`join` by a one-time code."""

    async def make_shop(self, form: FirstShop) -> "TillHome":
        """Make the first shop of an empty server, and enrol this home there."""

    def start_agent(self, emit: Callable[[AgentEvent], None]) -> RunningAgent:
        """Import the agent and start it. Blocks; raises NotEnrolled."""

    async def write_bundle(self, to: Path) -> None:
        """Examine this home and write a support bundle. Raises OSError."""

    def account(self) -> AccountPort:
        """What a person does at this till's server in their own name. Imports the network libraries."""

    async def change_as_admin(self, change: AdminChange) -> None:
        """Change settings of the shop at the server, as an admin. Raises SyncError."""
        ...

    async def change_own(self, change: OwnChange) -> None:
        """Change a person's own password or PIN at the server. Raises SyncError."""

    def sign_out(self, stamp: str) -> "TillHome":
        """Move this home's content into a folder named `stamp`; returns the home, not enrolled."""

    async def tell_signed_out(self) -> list[SignedOutTill]:
        """Tell the servers of the tills that were signed out here; returns those still to be told."""

    async def keep_telling(self) -> None:
        """`tell_signed_out` again and again, until no server is left to be told."""
