"""The server's settings; read once at start-up and passed down."""

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from sync_agent.contract.codes import QUEUE_EVENT_BYTES_MAX
from sync_agent.contract.enrolment_codes import CODE_TRIES_MAX


@dataclass(frozen=True, kw_only=True)
class RateLimits:
    """Rates for one user, till, tenant or address: each a sustained rate and the burst above it."""

    events_per_s: int = 50
    events_burst: int = 200
    """Requests and events of one user, or of one till without a person."""
    uploads_per_s: int = 20
    uploads_burst: int = 200
    """Uploads of operations, a till; a user's where no till is named. The burst is 100,000 operations."""
    tenant_per_s: int = 2000
    tenant_burst: int = 8000
    """Requests and events of one tenant, all together."""
    code_tries: int = CODE_TRIES_MAX
    """Wrong one-time codes from one address in the 15 minutes that a code holds; further ones are told to
    wait, and a right one is taken all the same.
    """
    tries_a_minute: int = 5
    """Wrong secrets for one account from one address (of IPv6 its /64); a right one resets them."""
    strangers_tries_an_hour: int = 30
    """Secrets tried for one account from all addresses together from which it was never right: a stranger who
    has many addresses is slowed, and whoever comes from where they came from before is not affected.
    """
    address_tries_a_minute: int = 120
    """Secrets tried from one address for all accounts together, right ones included: a shop of 100 tills may
    share one. An account that was right from there before is not affected.
    """
    refreshes_per_s: int = 20
    refreshes_burst: int = 200
    """Refreshes of access tokens from one address: a shop's tills may share one."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything but the home has a default. The home is the folder of the server's secret and database."""

    home: Path
    database_url: str | None = None
    """Any SQLAlchemy URL; None is a SQLite file under the home."""
    redis_url: str | None = None
    """Connects several processes into one server; None: a single process."""
    secret_path: Path | None = None
    """The signing secret, the same for all processes of one server; None: a file under the home."""
    host: str = "127.0.0.1"
    port: int = 0
    tls_cert: Path | None = None
    tls_key: Path | None = None
    insecure: bool = False
    """Listen without TLS on addresses other than loopback: behind a proxy that terminates TLS."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses whose X-Forwarded-For is trusted."""
    metrics_token: str | None = None
    """Bearer token for reading /metrics; None: nobody reads them, from wherever they ask."""
    admin_ui: tuple[str, str] | None = None
    """User name and password of the read-only Socket.IO Admin UI; None: off."""

    access_token_s: int = 15 * 60
    refresh_token_s: int = 30 * 24 * 3600
    """A sign-in that is not used for this long ends."""
    sign_in_days: int = 90
    """A person's sign-in ends after this long, however much it is used."""
    join_within_s: float = 10.0
    """A socket that has not joined a tenant by then is closed."""
    token_grace_s: float = 60.0
    """How long a socket may outlive its access token."""
    sweep_s: float = 1.0
    """How often sockets are checked for those two limits and for ended sign-ins."""
    token_recheck_s: float = 2.0
    """How long a token's validity is cached."""
    connections_max: int = 5000
    connections_per_tenant_max: int = 1000
    connections_per_address_max: int = 500
    """Connections, and sockets, of one address, in IPv6 of one /64: a shop of a hundred tills may share one,
    with a socket and two or three requests each.
    """
    sockets_per_bearer_max: int = 20
    """Joined sockets of one person, or of one till, over all processes."""
    requests_per_bearer_max: int = 50
    """Requests of one person, or of one till, that one process serves at once."""
    head_within_s: float = 10.0
    """A connection on which no request's head is complete by then is closed."""
    body_pause_s: float = 30.0
    """A request whose body makes almost no progress for this long is aborted."""
    body_within_s: float = 300.0
    """A request whose body is not complete by then is aborted, whatever progress it makes."""
    unread_s: float = 30.0
    """Who reads nothing for this long of what waits for them is cut off."""
    unread_total_s: float = 300.0
    """Who has not read all of it by then is cut off too."""
    backlog_max: int = 1000
    """Messages that may queue for a socket; one whose queue exceeds this and grows is closed."""
    rate_limits: RateLimits = RateLimits()

    feed_window_ms: int = 20
    feed_changes_max: int = 100
    """The feed sends at once and then at most once a window, unless this many changes wait."""
    sync_state_s: float = 30.0
    """How often `sync-state` is sent, besides after each change."""
    sync_state_pause_s: float = 0.5
    """Changes within this time are sent as one."""
    presence_beat_s: float = 5.0
    """How often a process renews its presence; after three missed beats its sockets count as gone."""

    retention_days: int = 30
    """How long changes are retained in the streams; a till that was away for longer starts from a snapshot.
    """
    prune_every_s: float = 600.0
    prune_rows: int = 1000
    """Rows deleted in one transaction at most, so that pruning does not block writers."""

    operations_per_commit: int = 250
    snapshot_rows: int = 1000
    changes_page_max: int = 1000
    initial_levels_max: int = 1000
    initial_movements_max: int = 100
    readers: int = 3
    slow_query_ms: int = 200

    ping_interval_s: float = 15.0
    ping_timeout_s: float = 10.0
    socket_message_bytes_max: int = 2 * QUEUE_EVENT_BYTES_MAX
    """A longer message closes the connection; at twice the event's limit most clients get a refusal instead.
    """
    allowed_origins: tuple[str, ...] = ()
    """Origins of web pages that may use the server. A native client sends no Origin and needs none."""

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{self.home / 'server.sqlite3'}"

    @property
    def secret_file(self) -> Path:
        return self.secret_path or self.home / "token-secret"


class UnsafeSettings(ValueError):
    """The settings would expose the server insecurely."""


def refuse_unprotected_listener(settings: Settings) -> None:
    """Raises `UnsafeSettings` where tokens and passwords would cross a network in the clear."""
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise UnsafeSettings("TLS needs both, a certificate and its key")
    if settings.tls_cert is not None or settings.insecure or _is_loopback(settings.host):
        return
    raise UnsafeSettings(
        f"{settings.host} is reached from other machines, and without TLS everybody on the way can read"
        " passwords; give a certificate and its key, or say that a proxy in front ends TLS (--insecure)"
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
