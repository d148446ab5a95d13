"""What can be set about a server; read once at the start and handed down."""

from dataclasses import dataclass
from pathlib import Path

from sync_agent.contract.codes import QUEUE_EVENT_BYTES_MAX


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything has a sensible default but the home, where the server keeps its secret and its database."""

    home: Path
    database_url: str | None = None
    """Any SQLAlchemy URL; None is a SQLite file under the home."""
    host: str = "127.0.0.1"
    port: int = 0

    access_token_s: int = 15 * 60
    refresh_token_s: int = 30 * 24 * 3600
    join_within_s: float = 10.0
    """A socket that has not joined a tenant by then is closed."""
    token_grace_s: float = 60.0
    """How long a socket may outlive its access token."""
    sweep_s: float = 1.0
    """How often sockets are looked over for those two."""

    feed_window_ms: int = 20
    feed_changes_max: int = 100
    """The feed sends what came within the window, or as soon as one stream holds this many changes."""

    operations_per_commit: int = 250
    snapshot_rows: int = 1000
    changes_page_max: int = 1000
    initial_levels_max: int = 1000
    initial_movements_max: int = 100
    readers: int = 3

    ping_interval_s: float = 15.0
    ping_timeout_s: float = 10.0
    socket_message_bytes_max: int = 2 * QUEUE_EVENT_BYTES_MAX
    """A longer message closes the connection; twice the limit lets most offenders be told why instead."""
    allowed_origins: tuple[str, ...] = ()
    """Web pages that may open a socket. A native client sends no Origin and needs none."""

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{self.home / 'server.sqlite3'}"

    @property
    def secret_file(self) -> Path:
        return self.home / "token-secret"
