"""A refusal as an HTTP response: the error envelope, with the status and headers of its code."""

import orjson
from starlette.responses import Response

from server_stub.errors import Refusal
from server_stub.middleware.incoming import request_id
from sync_agent.contract.codes import Envelope


def refuse(refusal: Refusal) -> Response:
    envelope = Envelope(success=False, error=refusal.body(request_id.get()))
    headers = {}
    if refusal.http_status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if refusal.retry_after_ms is not None:
        headers["Retry-After"] = str(-(-refusal.retry_after_ms // 1000))
    return Response(
        orjson.dumps(envelope.to_wire()),
        status_code=refusal.http_status,
        media_type="application/json",
        headers=headers,
    )
