"""Where the till is with its server, for the pages that show it."""

from dataclasses import dataclass

from app.services.sync.queue import QueueCounts
from app.ui.widgets.theme import Tone
from sync_agent.events import ConnectionState


@dataclass(frozen=True)
class StripText:
    """What the status strip says. `icon` is the name of a drawing."""

    icon: str
    words: str
    tone: Tone


@dataclass(frozen=True)
class TillState:
    """The connection, what the strip says of it, and what is queued."""

    connection: ConnectionState
    strip: StripText
    counts: QueueCounts

    @property
    def waits_for_credentials(self) -> bool:
        """Whether the agent has stopped until somebody signs this till in again."""
        return self.connection in {ConnectionState.NEEDS_SIGN_IN, ConnectionState.NEEDS_ENROLMENT}
