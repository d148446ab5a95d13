"""What both doors, HTTP and sockets, stand on; built once for each server by `build_app`."""

from dataclasses import dataclass

from server_stub.auth import AccessTokens
from server_stub.limits import Limits
from server_stub.metrics import Metrics
from server_stub.presence import Presence
from server_stub.settings import Settings
from server_stub.standing import Standings
from server_stub.store.database import Database
from server_stub.watch import Watch


@dataclass(frozen=True)
class Parts:
    settings: Settings
    database: Database
    tokens: AccessTokens
    secret: bytes
    """Signs access tokens and derives the successors of refresh tokens."""
    standings: Standings
    limits: Limits
    presence: Presence
    watch: Watch
    metrics: Metrics

    def now_ms(self) -> int:
        return self.database.clock.now_ms()
