"""Limits below the application: the length of a request's head, how long a request may take to arrive, and
the envelope for what is not HTTP. How many connections may be open is `connections`.

Whatever parses as a request is answered by the application.
"""

import asyncio
import ssl
from asyncio.sslproto import SSLProtocol
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any, ClassVar

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from server_stub.errors import Refusal
from server_stub.middleware.connections import STATE_KEY, Connection, ConnectionTable
from server_stub.settings import Settings
from sync_agent.contract.codes import Envelope, ErrorCode

_HEAD_BYTES_MAX = 64 * 1024
"""Bytes of the request line and all headers; trailers and chunk sizes count towards the body's length."""
_CREDIT_BYTES_MAX = 1024 * 1024

_LINGER_S = 1.0
_TLS_SHUTDOWN_S = 5

_STEP_BYTES = 1024
"""Bytes that must arrive of a body within each pause; even the slowest usable line sends more."""


def bounded_http(settings: Settings, table: ConnectionTable) -> Callable[..., asyncio.Protocol]:
    """What uvicorn calls for each accepted connection; ends TLS where there is a certificate."""
    context = None
    if settings.tls_cert is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(settings.tls_cert, settings.tls_key)

    class BoundedHttpOfThisServer(BoundedHttp):
        head_within_s = settings.head_within_s
        body_pause_s = settings.body_pause_s
        body_within_s = settings.body_within_s

    def accept(*args: Any, **named: Any) -> asyncio.Protocol:
        return _Door(BoundedHttpOfThisServer(*args, **named), table, context)

    return accept


class _Door(asyncio.Protocol):
    """Counts a connection as soon as it is accepted, and hands it to TLS or HTTP."""

    def __init__(self, http: "BoundedHttp", table: ConnectionTable, context: ssl.SSLContext | None) -> None:
        self._http = http
        self._table = table
        self._context = context

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        connection = self._table.open(transport)
        if connection is None:
            transport.abort()
            return
        self._http.connection = connection
        if self._context is None:
            transport.set_protocol(self._http)
            self._http.connection_made(transport)
            return
        tls = _Tls(
            self._http.loop,
            self._http,
            self._context,
            None,  # type: ignore[arg-type]  # nobody waits for the handshake
            server_side=True,
            ssl_handshake_timeout=self._http.head_within_s,  # type: ignore[arg-type]  # seconds of any kind
            ssl_shutdown_timeout=_TLS_SHUTDOWN_S,
        )
        tls.connection = connection
        transport.set_protocol(tls)
        tls.connection_made(transport)


class _Tls(SSLProtocol):
    """TLS that says when its connection is closed, also during the handshake, of which HTTP hears nothing."""

    connection: Connection

    def connection_lost(self, exc: BaseException | None) -> None:
        self.connection.closed()
        super().connection_lost(exc)


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """A WebSocket that is counted as the connection over which it was opened."""

    connection: Connection

    def connection_lost(self, exc: Exception | None) -> None:
        self.connection.closed()
        super().connection_lost(exc)

    def handle_connect(self, event: Request) -> None:
        self.app_state = {**self.app_state, STATE_KEY: self.connection}
        super().handle_connect(event)


def _web_socket(connection: Connection, **named: Any) -> BoundedWebSocket:
    protocol = BoundedWebSocket(**named)
    protocol.connection = connection
    return protocol


class BoundedHttp(HttpToolsProtocol):
    """Responds 413 when a head is too long, and applies timeouts to reading.

    Idle connections between requests are closed by uvicorn; running requests and WebSockets are not limited
    here.
    """

    head_within_s: ClassVar[float]
    body_pause_s: ClassVar[float]
    body_within_s: ClassVar[float]

    connection: Connection
    _body_until_s = 0.0
    _deadline: asyncio.TimerHandle | None = None
    _is_in_body = False
    _body_bytes = 0
    """Bytes of the body that arrived since the deadline was set."""

    _bytes_outside_body = 0
    """Bytes that arrived outside of bodies; each byte of a body takes two off, down to a limit."""

    _is_refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect(self.head_within_s, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_deadline()
        self.connection.closed()
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
        self.scope["state"][STATE_KEY] = self.connection

    def on_headers_complete(self) -> None:
        self.connection.asked()
        self._is_in_body, self._body_bytes = True, 0
        self._body_until_s = self.loop.time() + self.body_within_s
        self._expect(self.body_pause_s, self._check_progress)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._is_in_body = False
        self._end_deadline()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self.connection.rests()
        super().on_response_complete()

    def handle_websocket_upgrade(self) -> None:
        self.ws_protocol_class = partial(_web_socket, self.connection)  # type: ignore[assignment]
        super().handle_websocket_upgrade()
        # The parser knows this protocol: without it the pair would wait for the garbage collector, with the
        # head of its request, for as long as the WebSocket lives.
        self.parser = None  # type: ignore[assignment]

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
        is_late = self.loop.time() >= self._body_until_s
        if (is_late or self._body_bytes < _STEP_BYTES) and not self.flow.read_paused:
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
