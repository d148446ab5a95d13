"""What the agent tells its host program: few, frozen, and emitted in the agent's own thread.

A host hands a callable to the Agent; it must return at once and pass the news on to its own thread. A host
with views that follow every keystroke listens to the store itself (`Store.listen`), which tells the same
`Changed` in the writer's thread, whoever wrote.

    StateChanged     where the talk with the server stands, and since when
    Progress         a snapshot on its way in
    QueueDrained     nothing waits any more
    Changed          which resources a committed transaction changed, by topic and product
    Attention        something that a person should read: a code and its figures, for the host's own words
    Fault            a bug in one of the agent's tasks, which was started again, or in the other side
"""

from dataclasses import dataclass, field
from enum import StrEnum

from sync_agent.figures import Figures
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


class AttentionCode(StrEnum):
    """What a person should read, and the figures that come with it."""

    OPERATION_REFUSED = "operation_refused"
    """`operation` (its id), `code` (the contract's): the server refused it for what it is."""
    OPERATION_FAILED_ALONE = "operation_failed_alone"
    """`operation`, `times`: the server failed on it so often, while others passed."""
    OPERATION_TOO_LARGE = "operation_too_large"
    """`operation`: no request may be so large."""
    COPY_FETCHED_ANEW = "copy_fetched_anew"
    """`stream`: the copy of it was not right, and is fetched anew."""
    SERVER_RESTORED = "server_restored"
    """`count`: so many operations were lost by a server restored from a backup, and sent again. Also a stored
    notice."""
    STORE_FAILED = "store_failed"
    """`code`, `cause` as in `sync_agent.errors.StoreError`: the till's own disk or database."""
    KEY_IN_FILE = "key_in_file"
    """There is no keyring: whoever can read the home's folder can be this till."""


@dataclass(frozen=True)
class Attention:
    """Something that a person should read; the words are the host's."""

    code: AttentionCode
    figures: Figures = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """A bug: it is in the log, and the agent goes on. `where` names the task or the part that it befell:
    `connection`, `queue`, `history`, or `copy` where a fresh copy of a stream differs from the server's.
    """

    where: str


AgentEvent = StateChanged | Progress | QueueDrained | Changed | Attention | Fault
