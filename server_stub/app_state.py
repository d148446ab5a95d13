"""What HTTP and sockets share in one process; built once by `build_app`."""

from dataclasses import dataclass

from server_stub.monitoring.abuse_monitor import AbuseMonitor
from server_stub.monitoring.metrics import Metrics
from server_stub.operations.queue import OperationQueue
from server_stub.presence.local import Presence
from server_stub.rate_limits import Limits
from server_stub.secret_tries import SecretTries
from server_stub.sessions.access_tokens import AccessTokens
from server_stub.sessions.token_validity import TokenValidity
from server_stub.settings import Settings
from server_stub.store.database import Database


@dataclass(frozen=True)
class AppState:
    settings: Settings
    database: Database
    operations: OperationQueue
    tokens: AccessTokens
    secret: bytes
    """Signs access tokens and derives the successors of refresh tokens."""
    token_validity: TokenValidity
    limits: Limits
    tries: SecretTries
    presence: Presence
    abuse_monitor: AbuseMonitor
    metrics: Metrics

    def now_ms(self) -> int:
        return self.database.clock.now_ms()
