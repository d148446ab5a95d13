"""What the agent tells its host program: few, frozen, and emitted in the agent's thread.

A host hands a callable to the Agent; it must return at once and pass the news on to its own thread. What
changed in the store is told by the store itself (`Store.listen`), whoever changed it.
"""

from dataclasses import dataclass
from enum import StrEnum


class ConnectionState(StrEnum):
    """Where the talk with the server stands. Only an answer of our own server makes it more than offline."""

    OFFLINE = "offline"
    CONNECTING = "connecting"
    SYNCING = "syncing"
    ONLINE = "online"
    NEEDS_SIGN_IN = "needs_sign_in"
    NEEDS_ENROLMENT = "needs_enrolment"


@dataclass(frozen=True)
class StateChanged:
    state: ConnectionState
    since_ms: int
    reason: str = ""


@dataclass(frozen=True)
class Progress:
    """A first or renewed snapshot on its way in, in rows of the stream."""

    stream: str
    done: int
    total: int


@dataclass(frozen=True)
class QueueDrained:
    """Nothing is waiting any more; `count` operations went since it was last so."""

    count: int


@dataclass(frozen=True)
class ConflictOpened:
    conflict_id: str


@dataclass(frozen=True)
class Attention:
    """Something that a person should read: a refusal, a failing task that was restarted."""

    message: str


AgentEvent = StateChanged | Progress | QueueDrained | ConflictOpened | Attention
