"""Every time limit, interval and batch size of the agent: one frozen object that its host may hand in.

    Agent(store, transport, credentials, settings=AgentSettings(heartbeat_s=5))

A value that follows from others is a property, so that it cannot disagree with them. How long a receipt can
be refunded is no setting of the agent: the host program keeps its own rows as long as it likes.
"""

from dataclasses import dataclass

_SECOND_MS = 1000
_DAY_MS = 86_400_000


@dataclass(frozen=True)
class AgentSettings:
    """Units stand last in each name. Counts without a unit say in their docstring what they count."""

    # --- waiting after trouble ---

    backoff_first_ms: int = 500
    """The longest wait after the first failure in a row. It doubles with each further one."""
    backoff_longest_ms: int = 60_000
    """The longest wait that the agent draws by itself, however often it failed."""
    retry_after_s_max: float = 600.0
    """What a server may ask for and get. Whoever asks for more is asked again before."""
    after_loss_ms: int = 5_000
    """The first try after a connection was lost comes within this time, so that the tills of a server that
    went down do not all come back at once."""
    after_loss_failures: int = 3
    """How many failures a loss counts as when the waits after it are drawn."""
    failures_alone_max: int = 8
    """An operation that the server fails on alone this often, while others pass, waits for a person."""
    failures_in_a_row_max: int = 12
    """Failed deliveries in a row before asking for results, or resending, is given up for now. Ten halve
    a full batch down to one operation."""
    deferred_s: float = 1.0
    """The wait before operations that the server deferred, or gave no result for, are sent again."""

    # --- sending ---

    batch_first: int = 50
    """Operations in the first batch."""
    quick_answer_s: float = 1.0
    """After an answer within this time a full batch doubles."""
    slow_answer_s: float = 5.0
    """After an answer that took longer the batch is halved."""
    lease_s: float = 60.0
    """How long a batch under way belongs to this process."""
    nothing_claimed_s: float = 1.0
    """The pause where something was due and nothing could be claimed: never a busy loop."""
    http_refused_s: float = 60.0
    """How long batches go over the live socket after HTTP brought no answer."""
    socket_answer_s_max: float = 30.0
    """The longest wait for the results of a batch on the live socket."""
    gzip_from_bytes: int = 8 * 1024
    """A request body of this size or more is compressed."""

    # --- the connection ---

    connect_s_max: float = 10.0
    """The longest wait for a TCP or TLS connection."""
    request_s_max: float = 30.0
    """The longest wait for an HTTP answer."""
    open_socket_s_max: float = 10.0
    """The longest wait for the live socket to open."""
    close_socket_s_max: float = 5.0
    """A server that does not answer a farewell within this time is left without one."""
    call_s_max: float = 10.0
    """The longest wait for the acknowledgement of an event."""
    heartbeat_s: float = 15.0
    """Time between two reports to the server."""
    heartbeats_per_look: int = 2
    """Heartbeats between two looks at the streams' heads: a lost last event shows by itself after that."""
    renew_token_before_s: float = 90.0
    """An access token is renewed this long before it runs out, or after half its life if that is later."""
    clock_offset_tolerance_ms: int = 200
    """A newly measured clock offset is stored when it differs by more than this from the stored one."""
    sleep_check_s: float = 2.0
    """Time between two comparisons of the wall clock with the monotonic clock."""
    slept_ms: int = 5_000
    """The two clocks apart by more than this between two comparisons: the computer slept."""
    cancel_again_s: float = 1.0
    """A task that goes on after being cancelled is cancelled again after this time."""

    # --- following the streams ---

    page_changes: int = 200
    """Changes that are applied in one transaction: small enough that a clerk never waits for one."""

    # --- keeping house ---

    history_days: int = 90
    """How long operations are kept after they have ended: the till's history, and what rebuilds a server that
    was restored from an older backup."""
    history_page: int = 200
    """Operations that are forgotten in one transaction."""
    history_page_pause_s: float = 0.05
    """The pause between two such transactions."""
    prune_every_s: float = 86_400.0
    """Time between two looks for what is old enough to be forgotten."""
    check_database_every_s: float = 86_400.0
    """A database file is looked through at the start when the last look is longer ago than this."""

    @property
    def wait_ms_max(self) -> int:
        """No wait in the queue is longer: what a server may ask for, and the longest own wait on top.

        One that ends later than that was made before the clock was set back, and is over: a queue must not
        wait until the old time comes round again.
        """
        longest_wait_ms = int(self.retry_after_s_max * _SECOND_MS) + self.backoff_longest_ms
        return max(longest_wait_ms, self.lease_ms)

    @property
    def lease_ms(self) -> int:
        return int(self.lease_s * _SECOND_MS)

    @property
    def deferred_ms(self) -> int:
        return int(self.deferred_s * _SECOND_MS)

    @property
    def history_ms(self) -> int:
        return self.history_days * _DAY_MS

    @property
    def check_database_every_ms(self) -> int:
        return int(self.check_database_every_s * _SECOND_MS)

    @property
    def look_at_heads_every_s(self) -> float:
        """The longest time in which a lost last event goes unnoticed."""
        return self.heartbeat_s * self.heartbeats_per_look


DEFAULTS = AgentSettings()
