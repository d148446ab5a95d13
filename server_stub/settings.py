"""What can be set about a server; read once at the start and handed down."""

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from sync_agent.contract.codes import QUEUE_EVENT_BYTES_MAX


@dataclass(frozen=True, kw_only=True)
class RateLimits:
    """How much one user, till, tenant or address may ask: each a sustained rate and the burst above it."""

    events_per_s: int = 50
    events_burst: int = 200
    """Requests and events of one user, or of one till by itself."""
    uploads_per_s: int = 20
    uploads_burst: int = 200
    """Uploads of operations, a till; a user's where no till is named. The burst is 100,000 operations."""
    tenant_per_s: int = 2000
    tenant_burst: int = 8000
    """Requests and events of one tenant, all together."""
    logins_per_account_a_minute: int = 5
    """Failed ones: a success forgets those before it."""
    logins_per_address_a_minute: int = 20
    refreshes_per_s: int = 20
    refreshes_burst: int = 200
    """Access tokens asked for anew, an address: a shop's tills may all have one."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything has a sensible default but the home, where the server keeps its secret and its database."""

    home: Path
    database_url: str | None = None
    """Any SQLAlchemy URL; None is a SQLite file under the home."""
    redis_url: str | None = None
    """What joins several processes into one server; None: this process is all of it."""
    secret_path: Path | None = None
    """The signing secret, the same for all processes of one server; None: a file under the home."""
    host: str = "127.0.0.1"
    port: int = 0
    tls_cert: Path | None = None
    tls_key: Path | None = None
    insecure: bool = False
    """Listen without TLS on other addresses than loopback too: behind a proxy that ends it."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses whose X-Forwarded-For is believed."""
    metrics_token: str | None = None
    """Lets others than loopback read /metrics."""
    admin_ui: tuple[str, str] | None = None
    """User name and password of the Socket.IO Admin UI, read-only; None: it is off."""

    access_token_s: int = 15 * 60
    refresh_token_s: int = 30 * 24 * 3600
    join_within_s: float = 10.0
    """A socket that has not joined a tenant by then is closed."""
    token_grace_s: float = 60.0
    """How long a socket may outlive its access token."""
    sweep_s: float = 1.0
    """How often sockets are looked over for those two, and for sign-ins that have ended."""
    token_recheck_s: float = 2.0
    """How long it is remembered that the bearer of a token still stands."""
    connections_max: int = 5000
    connections_per_tenant_max: int = 1000
    head_within_s: float = 10.0
    """A connection on which no request's head is complete by then is closed."""
    body_pause_s: float = 30.0
    """A request whose body hardly moves for so long is broken off."""
    backlog_max: int = 1000
    """Messages that may wait for a socket; one for which more wait, and ever more, is closed."""
    rate_limits: RateLimits = RateLimits()

    feed_window_ms: int = 20
    feed_changes_max: int = 100
    """The feed sends at once, but no more often than once a window, unless so many changes wait."""
    sync_state_s: float = 30.0
    """How often `sync-state` is told, besides at each change."""
    sync_state_pause_s: float = 0.5
    """Changes closer together than this are told as one."""
    presence_beat_s: float = 5.0
    """How often a process says that its sockets are still there; three missed, and they are not."""

    retention_days: int = 30
    """How long changes stay in the streams; a till that was away for longer starts from a snapshot."""
    prune_every_s: float = 600.0
    prune_rows: int = 1000
    """At most so many rows go in one transaction, so that nobody waits for the pruning."""

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
    """A longer message closes the connection; twice the limit lets most offenders be told why instead."""
    allowed_origins: tuple[str, ...] = ()
    """Web pages that may talk to the server. A native client sends no Origin and needs none."""

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{self.home / 'server.sqlite3'}"

    @property
    def secret_file(self) -> Path:
        return self.secret_path or self.home / "token-secret"


class UnsafeSettings(ValueError):
    """The server would listen in a way that nobody can have meant."""


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
