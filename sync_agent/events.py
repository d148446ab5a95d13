"""The events that the agent emits to its host program: frozen objects, emitted in the agent's own thread.

A host passes a callable to the Agent; it must return at once and hand the event to its own thread. A host
whose views follow every keystroke listens to the store itself (`Store.listen`), which calls with the same
`Changed` in the writer's thread, whichever thread wrote.

    StateChanged     the state of the connection, and since when
    Progress         a snapshot is being read
    QueueDrained     the outbox is empty
    Changed          which resources a committed transaction changed, by topic and product
    Attention        something for a person to read: a code and its figures; the host words it
    Fault            a bug: in a task of the agent, which was restarted, or on the server's side
"""

from dataclasses import dataclass, field
from enum import StrEnum

from sync_agent.figures import Figures
from sync_agent.store.database import Changed


class ConnectionState(StrEnum):
    """The state of the connection. It leaves offline only after an authenticated answer of our own server."""

    OFFLINE = "offline"
    CONNECTING = "connecting"
    SYNCING = "syncing"
    ONLINE = "online"
    NEEDS_SIGN_IN = "needs_sign_in"
    NEEDS_ENROLMENT = "needs_enrolment"


@dataclass(frozen=True)
class StateChanged:
    """`since_ms` is by the till's own clock; in a state without a connection, it is when contact was lost."""

    state: ConnectionState
    since_ms: int
    reason: str = ""


@dataclass(frozen=True)
class Progress:
    """How much of a first or renewed snapshot has been read, in rows of the stream."""

    stream: str
    done: int
    total: int


@dataclass(frozen=True)
class QueueDrained:
    """The outbox is empty; `count` operations were sent since it was last empty."""

    count: int


class AttentionCode(StrEnum):
    """The kinds of Attention, each with its figures."""

    OPERATION_REFUSED = "operation_refused"
    """`operation` (its id), `code` (the contract's): the server refused it for its content."""
    OPERATION_FAILED_ALONE = "operation_failed_alone"
    """`operation`, `times`: the server failed on it this many times while others passed."""
    OPERATION_TOO_LARGE = "operation_too_large"
    """`operation`: larger than any request may be."""
    COPY_FETCHED_ANEW = "copy_fetched_anew"
    """`stream`: the till's copy of it was wrong and is fetched again."""
    SERVER_RESTORED = "server_restored"
    """`count`: how many operations a server restored from a backup had lost and was sent again. Also a stored
    notice."""
    STORE_FAILED = "store_failed"
    """`code`, `cause` as in `sync_agent.errors.StoreError`: the till's own disk or database."""
    KEY_IN_FILE = "key_in_file"
    """There is no keyring: a program that can read the home's folder can act as this till."""


@dataclass(frozen=True)
class Attention:
    """Something for a person to read; the host words it."""

    code: AttentionCode
    figures: Figures = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """A bug: it is logged, and the agent goes on. `where` names the task or part:
    `connection`, `queue`, `history`, or `copy` where a fresh copy of a stream differs from the server's.
    """

    where: str


AgentEvent = StateChanged | Progress | QueueDrained | Changed | Attention | Fault
