"""The real transport: HTTP through httpx. The live socket is in live.py.

Everything that httpx raises, and every answer that is not our server's, becomes a SyncError here. An answer
without our envelope (a captive portal, a proxy's error page) counts as no answer.
"""

import gzip
from collections.abc import Mapping
from typing import Any

import httpx
import orjson

from sync_agent.errors import ProtocolError, TransientError
from sync_agent.network.envelope import looks_like_ours, open_envelope
from sync_agent.network.live import SocketChannel
from sync_agent.ports import Channel, EventHandler
from sync_agent.settings import DEFAULTS, AgentSettings


class NetworkTransport:
    """One server, over HTTP and one socket at a time."""

    def __init__(self, server_url: str, settings: AgentSettings = DEFAULTS) -> None:
        self.server_url = server_url.rstrip("/")
        self._settings = settings
        self._client = httpx.AsyncClient(
            base_url=self.server_url,
            timeout=httpx.Timeout(settings.request_s_max, connect=settings.connect_s_max),
            headers={"Accept": "application/json"},
            limits=httpx.Limits(max_connections=4, max_keepalive_connections=2),
        )

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: Mapping[str, str] | None = None,
        token: str | None = None,
        request_id: str | None = None,
    ) -> Any:
        headers = {}
        content = None
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if request_id is not None:
            headers["X-Request-ID"] = request_id
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = orjson.dumps(body)
            if len(content) >= self._settings.gzip_from_bytes:
                # Level 1 makes a queue of sales ten times smaller; higher levels gain little for their cost.
                headers["Content-Encoding"] = "gzip"
                content = gzip.compress(content, compresslevel=1)
        try:
            response = await self._client.request(
                method, path, content=content, params=query, headers=headers
            )
        except httpx.InvalidURL as error:
            raise ProtocolError(f"{self.server_url} is not an address of a server") from error
        except httpx.HTTPError as error:
            what = str(error) or type(error).__name__
            raise TransientError(f"no answer from {self.server_url}: {what}") from error
        return _read(response)

    async def open_channel(self, token: str, on_event: EventHandler) -> Channel:
        return await SocketChannel.open(self.server_url, token, on_event, self._settings)

    async def close(self) -> None:
        await self._client.aclose()


def _read(response: httpx.Response) -> Any:
    try:
        answer = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        answer = None
    if not looks_like_ours(answer):
        raise TransientError(f"something that is not an Evertill server answered ({response.status_code})")
    return open_envelope(answer, response.status_code)
