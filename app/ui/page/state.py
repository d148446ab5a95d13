"""The state of connection and queue, for the pages that show it."""

from dataclasses import dataclass

from app.services.sync.queue import QueueCounts
from app.ui.widgets.theme import Tone
from sync_agent.events import ConnectionState


@dataclass(frozen=True)
class StripText:
    """Content of the status strip. `icon` names a drawing of resources/icons."""

    icon: str
    words: str
    tone: Tone


@dataclass(frozen=True)
class TillState:
    """Connection, content of the strip, and queue counts."""

    connection: ConnectionState
    strip: StripText
    counts: QueueCounts

    @property
    def waits_for_credentials(self) -> bool:
        """Whether the agent waits for a new sign-in or enrolment of this till."""
        return self.connection in {ConnectionState.NEEDS_SIGN_IN, ConnectionState.NEEDS_ENROLMENT}
