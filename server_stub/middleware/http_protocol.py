"""Limits below the application: the length of a request's head, how long a request may take to arrive, how
many connections may be open, and the envelope for what is not HTTP.

Whatever parses as a request is answered by the application.
"""

import asyncio
import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import ClassVar

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server_stub.errors import Refusal
from server_stub.settings import Settings
from sync_agent.contract.codes import Envelope, ErrorCode

_HEAD_BYTES_MAX = 64 * 1024
"""Bytes of the request line and all headers; trailers and chunk sizes count towards the body's length."""
_CREDIT_BYTES_MAX = 1024 * 1024

_LINGER_S = 1.0

_BESIDE_SOCKETS = 1000
"""Connections allowed besides sockets: requests, and sockets that are being opened."""
_STEP_BYTES = 1024
"""Bytes that must arrive of a body within each pause; even the slowest usable line sends more."""


_OTHER_FILES = 64
"""File descriptors for everything else: databases, logs, libraries."""


def _files_max() -> int:
    """The process's limit of open files."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return sys.maxsize
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft


def bounded_http(settings: Settings) -> type["BoundedHttp"]:
    class BoundedHttpOfThisServer(BoundedHttp):
        head_within_s = settings.head_within_s
        body_pause_s = settings.body_pause_s
        open_max = min(settings.connections_max + _BESIDE_SOCKETS, _files_max() - _OTHER_FILES)

    return BoundedHttpOfThisServer


class BoundedHttp(HttpToolsProtocol):
    """Responds 413 when a head is too long, and applies timeouts to reading.

    Idle connections between requests are closed by uvicorn; running requests and WebSockets are not limited
    here.
    """

    head_within_s: ClassVar[float]
    body_pause_s: ClassVar[float]
    open_max: ClassVar[int]

    _deadline: asyncio.TimerHandle | None = None
    _is_in_body = False
    _body_bytes = 0
    """Bytes of the body that arrived since the deadline was set."""

    _bytes_outside_body = 0
    """Bytes that arrived outside of bodies; each byte of a body takes two off, down to a limit."""

    _is_refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.open_max:
            transport.abort()
            return
        self._expect(self.head_within_s, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        self._bytes_outside_body += len(data)
        super().data_received(data)
        if self.transport.get_protocol() is not self:
            self._end_deadline()
            return
        # uvicorn stops its keep-alive timer once a head, or an empty line before it, has begun.
        if self._deadline is None and self._is_idle():
            self._expect(self.head_within_s, self.transport.abort)
        if self._bytes_outside_body > _HEAD_BYTES_MAX:
            self._refuse(Refusal(ErrorCode.PAYLOAD_TOO_LARGE, "the head of the request is too long"))

    def on_message_begin(self) -> None:
        self._bytes_outside_body = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._is_in_body, self._body_bytes = True, 0
        self._expect(self.body_pause_s, self._check_progress)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._is_in_body = False
        self._end_deadline()
        super().on_message_complete()

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        self._bytes_outside_body = max(self._bytes_outside_body - 2 * len(body), -_CREDIT_BYTES_MAX)
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        self._refuse(Refusal(ErrorCode.BAD_REQUEST, msg))

    def _is_idle(self) -> bool:
        is_served = self.cycle is not None and not self.cycle.response_complete
        return not is_served and not self._is_in_body

    def _check_progress(self) -> None:
        # While reading is paused by flow control, nothing can arrive.
        if self._body_bytes < _STEP_BYTES and not self.flow.read_paused:
            self.transport.abort()
            return
        self._body_bytes = 0
        self._expect(self.body_pause_s, self._check_progress)

    def _expect(self, within_s: float, otherwise: Callable[[], None]) -> None:
        self._end_deadline()
        self._deadline = self.loop.call_later(within_s, otherwise)

    def _end_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, refusal: Refusal) -> None:
        self._is_refused = True
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(_answer(refusal))
        # Closing while the client is still sending would make it lose the response.
        self.loop.call_later(_LINGER_S, self.transport.close)


def _answer(refusal: Refusal) -> bytes:
    body = orjson.dumps(Envelope(success=False, error=refusal.body("")).to_wire())
    status = HTTPStatus(refusal.http_status)
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + body
