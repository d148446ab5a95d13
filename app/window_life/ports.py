"""What the windows need of their home and of its agent; `app/bootstrap.py` has the real ones."""

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
    """An agent in a thread of its own."""

    @property
    def agent(self) -> AgentPort: ...

    def stop(self) -> None:
        """End it, and wait until it has put down what it held. Blocks."""


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
        """The tenant's, for checking PINs. Raises NotEnrolled."""

    def till(self) -> Till: ...

    async def join(self, form: EnrolForm) -> "TillHome":
        """This home once it is a till of the shop; ends at once when it is cancelled. Raises SyncError."""

    def start_agent(self, emit: Callable[[AgentEvent], None]) -> RunningAgent:
        """Load what an agent needs and start one. Blocks; raises NotEnrolled."""

    async def write_bundle(self, to: Path) -> None:
        """Examine this home and write a support bundle. Raises OSError."""

    def sign_out(self, stamp: str) -> "TillHome":
        """Put what this home was into a folder named `stamp`, and open it anew as nobody's."""
