"""What the HTTP parser leaves open: the length of a request's head, and the envelope for what is no HTTP.

Everything that can be parsed is answered by the application; here is only what never gets that far.
"""

from http import HTTPStatus

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server_stub.errors import Refusal
from sync_agent.contract.codes import Envelope, ErrorCode

_HEAD_BYTES_MAX = 64 * 1024
"""Of the request line and all headers; trailers and the sizes of chunks count against the body's length."""
_CREDIT_BYTES_MAX = 1024 * 1024

_LINGER_S = 1.0


class BoundedHttp(HttpToolsProtocol):
    """Answers 413 once a head is too long, instead of gathering it without end."""

    _beside_body = 0
    """Bytes that were no body, less those that were."""

    _is_refused = False

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        self._beside_body += len(data)
        super().data_received(data)
        if self._beside_body > _HEAD_BYTES_MAX and self.transport.get_protocol() is self:
            self._refuse(Refusal(ErrorCode.PAYLOAD_TOO_LARGE, "the head of the request is too long"))

    def on_message_begin(self) -> None:
        self._beside_body = 0
        super().on_message_begin()

    def on_body(self, body: bytes) -> None:
        self._beside_body = max(self._beside_body - 2 * len(body), -_CREDIT_BYTES_MAX)
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        self._refuse(Refusal(ErrorCode.BAD_REQUEST, msg))

    def _refuse(self, refusal: Refusal) -> None:
        self._is_refused = True
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(_answer(refusal))
        # Closing on a client that is still sending would take the answer from it again.
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
