"""The routes of a batch to the server: HTTP, or the live socket if HTTP gets no answer and the socket is
open.

Proxies that pass the socket and block uploads are common. The socket carries less at once, so HTTP is tried
again after `http_refused_s`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sync_agent.contract import paths
from sync_agent.contract.codes import (
    QUEUE_EVENT_BYTES_MAX,
    QUEUE_OPERATIONS_MAX,
    QUEUE_REQUEST_BYTES_MAX,
)
from sync_agent.contract.events import SYNC_OFFLINE_QUEUE
from sync_agent.contract.operations import OperationResult, QueueResults
from sync_agent.errors import TransientError
from sync_agent.network.envelope import read_as
from sync_agent.network.session import Session
from sync_agent.ports import Channel, Clock, Transport
from sync_agent.settings import AgentSettings


class Route(StrEnum):
    HTTP = "http"
    SOCKET = "socket"


@dataclass(frozen=True)
class Limits:
    """What one delivery may hold: below the contract's limits, which include the fields around the
    operations.
    """

    operations: int
    bytes: int


_LIMITS = {
    Route.HTTP: Limits(QUEUE_OPERATIONS_MAX, QUEUE_REQUEST_BYTES_MAX * 3 // 4),
    Route.SOCKET: Limits(QUEUE_OPERATIONS_MAX, QUEUE_EVENT_BYTES_MAX * 3 // 4),
}


class Uplink:
    """Sends batches. `channel` is the live socket while a session lasts, None otherwise."""

    def __init__(self, transport: Transport, session: Session, clock: Clock, settings: AgentSettings) -> None:
        self._settings = settings
        self._transport = transport
        self._session = session
        self._clock = clock
        self._http_refused_until_s = 0.0
        self.channel: Channel | None = None

    @property
    def route(self) -> Route:
        http_refused = self._clock.monotonic_s() < self._http_refused_until_s
        return Route.SOCKET if http_refused and self.channel is not None else Route.HTTP

    def limits(self, route: Route) -> Limits:
        return _LIMITS[route]

    async def send(
        self, route: Route, items: list[dict[str, Any]], delivery_id: str
    ) -> list[OperationResult]:
        """Send a batch. Returns the server's results. Raises SyncError."""
        over_http = route is Route.HTTP
        answer = await (self._over_http(items, delivery_id) if over_http else self._over_socket(items))
        return read_as(QueueResults, answer, "the server's results").results

    async def _over_http(self, items: list[dict[str, Any]], delivery_id: str) -> Any:
        return await self._transport.request(
            "POST",
            paths.QUEUE,
            body={"items": items},
            token=await self._session.token(),
            request_id=delivery_id,
        )

    async def _over_socket(self, items: list[dict[str, Any]]) -> Any:
        if self.channel is None:
            raise TransientError("the live connection ended before the batch was sent")
        timeout_s = self._settings.socket_answer_s_max
        return {"results": await self.channel.call(SYNC_OFFLINE_QUEUE, items, timeout_s=timeout_s)}

    def fail_over(self, failed: Route, error: TransientError) -> bool:
        """Change the route after no answer of our server. Returns whether there is another route to try."""
        if failed is Route.SOCKET or error.code is not None or self.channel is None:
            self._http_refused_until_s = 0.0
            return False
        self._http_refused_until_s = self._clock.monotonic_s() + self._settings.http_refused_s
        return True
