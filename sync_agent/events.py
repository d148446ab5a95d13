"""What the agent tells its host program: few, frozen, and emitted in the agent's own thread.

A host hands a callable to the Agent; it must return at once and pass the news on to its own thread. A host
with views that follow every keystroke listens to the store itself (`Store.listen`), which tells the same
`Changed` in the writer's thread, whoever wrote.

    StateChanged     where the talk with the server stands, and since when
    Progress         a snapshot on its way in
    QueueDrained     nothing waits any more
    Changed          which resources a committed transaction changed, by topic and product
    Attention        something that a person should read: a refusal, a restored server, a full disk
    Fault            a bug in one of the agent's tasks, which was started again, or in the other side
"""

from dataclasses import dataclass
from enum import StrEnum

from sync_agent.store.database import Changed


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
    """`since_ms` by the till's own clock; of a state that is not connected, since contact was lost."""

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
class Attention:
    """Something that a person should read."""

    message: str


@dataclass(frozen=True)
class Fault:
    """A bug: it is in the log, and the agent goes on. `where` names the task or the part that it befell."""

    where: str
    message: str


AgentEvent = StateChanged | Progress | QueueDrained | Changed | Attention | Fault
