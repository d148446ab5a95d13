"""The real transport: HTTP through httpx. The live socket is in live.py.

Everything that httpx raises, and every answer that is not our server's, becomes a SyncError here. An answer
without our envelope (a captive portal, a proxy's error page) counts as no answer. A redirect is never
followed: what a request carries is for the address that a person named.
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
from sync_agent.server_address import AddressProblem, BadAddress, is_own, is_plain
from sync_agent.settings import DEFAULTS, AgentSettings

ANSWER_BYTES_MAX = 64 * 1024 * 1024
"""Of an answer: a page of a snapshot, the largest, is a few megabytes."""
ANSWER_PIECE_BYTES = 64 * 1024


class NetworkTransport:
    """One server, over HTTP and one socket at a time.

    Nothing is sent without encryption to another computer, unless it is made with `insecure`.
    """

    def __init__(
        self, server_url: str, settings: AgentSettings = DEFAULTS, *, insecure: bool = False
    ) -> None:
        self.server_url = server_url.rstrip("/")
        self._settings = settings
        self._is_refused = is_plain(self.server_url) and not insecure
        self._client = httpx.AsyncClient(
            base_url=self.server_url,
            timeout=httpx.Timeout(settings.request_s_max, connect=settings.connect_s_max),
            headers={"Accept": "application/json"},
            follow_redirects=False,
            # What is for this computer goes through no proxy that the environment names.
            trust_env=not is_own(self.server_url),
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
        self._must_be_private()
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
            async with self._client.stream(
                method, path, content=content, params=query, headers=headers
            ) as response:
                body = await _bounded(response)
        except httpx.InvalidURL as error:
            raise ProtocolError(f"{self.server_url} is not an address of a server") from error
        except httpx.HTTPError as error:
            what = str(error) or type(error).__name__
            raise TransientError(f"no answer from {self.server_url}: {what}") from error
        return _read(body, response.status_code)

    async def open_channel(self, token: str, on_event: EventHandler) -> Channel:
        self._must_be_private()
        return await SocketChannel.open(self.server_url, token, on_event, self._settings)

    async def close(self) -> None:
        await self._client.aclose()

    def _must_be_private(self) -> None:
        if self._is_refused:
            raise BadAddress(AddressProblem.PLAIN, self.server_url)


async def _bounded(response: httpx.Response) -> bytes:
    """The answer's body, inflated as it comes: whoever is in the server's place may send anything."""
    body = bytearray()
    async for piece in response.aiter_bytes(ANSWER_PIECE_BYTES):
        body += piece
        if len(body) > ANSWER_BYTES_MAX:
            raise TransientError("an answer came that is larger than any of an Evertill server")
    return bytes(body)


def _read(body: bytes, status_code: int) -> Any:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        answer = None
    if not looks_like_ours(answer):
        raise TransientError(f"something that is not an Evertill server answered ({status_code})")
    return open_envelope(answer, status_code)
