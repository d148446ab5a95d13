"""Every time limit, interval and batch size of the agent: one frozen object that its host may hand in.

    Agent(store, transport, credentials, settings=AgentSettings(heartbeat_s=5))

Derived values are properties, so that they cannot disagree with the settings. How long a receipt can be
refunded is not a setting of the agent: the host program decides how long it stores its own rows.
"""

from dataclasses import dataclass

_SECOND_MS = 1000
_DAY_MS = 86_400_000


@dataclass(frozen=True)
class AgentSettings:
    """The unit is last in each name. The docstring of a count without a unit says what it counts."""

    # --- waiting after trouble ---

    backoff_first_ms: int = 500
    """The longest wait after the first failure in a row. It doubles with each further failure."""
    backoff_longest_ms: int = 60_000
    """The longest wait that the agent draws itself, however often it failed."""
    retry_after_s_max: float = 600.0
    """The longest wait that a server can ask for with Retry-After; longer ones are cut to this."""
    after_loss_ms: int = 5_000
    """The longest wait before the first attempt after a connection was lost: the tills of a server that went
    down come back spread over this time."""
    after_loss_failures: int = 3
    """How many failures a lost connection counts as when the next waits are drawn."""
    failures_alone_max: int = 8
    """An operation with this many failed attempts (the server failed on it alone) becomes a dead letter."""
    failures_in_a_row_max: int = 12
    """Failed deliveries in a row after which asking for results, or resending, ends with an error. Ten halve
    a full batch down to one operation.
    """
    deferred_s: float = 1.0
    """The wait before operations that the server deferred, or gave no result for, are sent again."""

    # --- sending ---

    batch_first: int = 50
    """Operations in the first batch."""
    quick_answer_s: float = 1.0
    """After an answer within this time the size of a full batch doubles."""
    slow_answer_s: float = 5.0
    """After an answer that took longer the batch size is halved."""
    lease_s: float = 60.0
    """How long a claimed batch is leased."""
    nothing_claimed_s: float = 1.0
    """The pause if something was due and nothing could be claimed, to avoid a busy loop."""
    http_refused_s: float = 60.0
    """How long batches use the live socket after HTTP got no answer."""
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
    """The longest wait for the server to answer the close of the live socket."""
    call_s_max: float = 10.0
    """The longest wait for the acknowledgement of an event."""
    heartbeat_s: float = 15.0
    """Time between two reports to the server."""
    heartbeats_per_look: int = 2
    """Heartbeats between two checks of the streams' heads, which find a lost last event."""
    renew_token_before_s: float = 90.0
    """An access token is renewed this long before it expires, or after half its life if that is later."""
    clock_offset_tolerance_ms: int = 200
    """A newly measured clock offset is stored when it differs by more than this from the stored one."""
    sleep_check_s: float = 2.0
    """Time between two comparisons of the wall clock with the monotonic clock."""
    slept_ms: int = 5_000
    """If the two clocks differ by more than this between two comparisons, the computer slept."""
    cancel_again_s: float = 1.0
    """A task that goes on after a cancellation is cancelled again after this time."""

    # --- following the streams ---

    page_changes: int = 200
    """Changes applied in one database transaction: small enough that a clerk never waits for it."""
    lacking_s: float = 3_600.0
    """A server that lacks what this till reads is asked again after this time, or once it describes itself
    otherwise."""

    # --- history and checks ---

    history_days: int = 90
    """How long ended operations are stored: the till's history, and what is resent to a server that was
    restored from an older backup."""
    history_page: int = 200
    """Operations deleted in one database transaction."""
    history_page_pause_s: float = 0.05
    """The pause between two such transactions."""
    prune_every_s: float = 86_400.0
    """Time between two runs that delete old history."""
    check_database_every_s: float = 86_400.0
    """The database file is checked at the start if the last check is longer ago than this."""

    @property
    def wait_ms_max(self) -> int:
        """The longest wait of an operation: the longest that a server can ask for, plus the longest own wait.

        A wait that ends later was stored before the clock was set back, and counts as over: operations must
        not wait until the clock reaches the old time again.
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


DEFAULTS = AgentSettings()
