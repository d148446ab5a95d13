"""What the windows need of their home and its agent, implemented in `app/bootstrap.py`."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from app.services.till import Till
from app.ui.page.context import AgentPort
from app.ui.people.enrol_page import EnrolForm
from sync_agent.events import AgentEvent
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

    async def join(self, form: EnrolForm) -> "TillHome":
        """Enrol this home; returns the enrolled home. Can be cancelled at any time. Raises SyncError."""

    def start_agent(self, emit: Callable[[AgentEvent], None]) -> RunningAgent:
        """Import the agent and start it. Blocks; raises NotEnrolled."""

    async def write_bundle(self, to: Path) -> None:
        """Examine this home and write a support bundle. Raises OSError."""

    def sign_out(self, stamp: str) -> "TillHome":
        """Move this home's content into a folder named `stamp`; returns the home, not enrolled."""
