"""What requests and events share: a request id, and reading a body or payload into a contract model."""

import re
from contextvars import ContextVar
from typing import TypeVar

import orjson
from pydantic import ValidationError
from starlette.requests import Request

from server_stub.errors import Refusal, too_large, unreadable
from server_stub.operations.parsing import names_another_tenant
from server_stub.services.people.caller import Caller
from sync_agent.contract.codes import EVENT_BYTES_MAX, ErrorCode
from sync_agent.contract.inflation import NotWhole, TooMuch, gunzip
from sync_agent.contract.text import REFUSING
from sync_agent.contract.wire import Wire, has_nul, is_too_deep

REQUEST_ID_HEADER = "X-Request-ID"

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request or event being handled; it is in log lines and in the response."""

_PLAIN_WORD = re.compile(r"[A-Za-z0-9._:-]{1,64}")

Message = TypeVar("Message", bound=Wire)


def is_request_id(value: str) -> bool:
    """Whether a client's request id may be used in logs and headers."""
    return _PLAIN_WORD.fullmatch(value) is not None


def read_message(model: type[Message], payload: object) -> Message:
    if has_nul(payload):
        raise Refusal(ErrorCode.BAD_REQUEST, "a NUL character stands in it, which no text may hold")
    if is_too_deep(payload):
        # Data can be nested too deeply to be serialised again.
        raise Refusal(ErrorCode.BAD_REQUEST, "it is nested too deeply")
    try:
        return model.model_validate(payload, context=REFUSING)
    except ValidationError as error:
        raise unreadable(error) from error


async def read_body(request: Request) -> object:
    """A request's JSON of at most `EVENT_BYTES_MAX`. Raises Refusal where it names another tenant than the
    token's.
    """
    body = await read_upload(request, EVENT_BYTES_MAX)
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is not None:
        refuse_another_tenant(body, caller)
    return body


def refuse_another_tenant(payload: object, caller: Caller) -> None:
    if names_another_tenant(payload, caller.tenant_id):
        raise Refusal(ErrorCode.FORBIDDEN, "tenantId: not the tenant of this token")


async def read_upload(request: Request, bytes_max: int) -> object:
    """A request's JSON, decompressed if needed; neither form may exceed `bytes_max`.

    An empty body is read as an empty object, which the model then validates.
    """
    encoding = request.headers.get("content-encoding", "identity").lower()
    if encoding not in ("identity", "gzip"):
        raise Refusal(ErrorCode.BAD_REQUEST, f"content-encoding: {encoding} is not spoken here")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > bytes_max:
            raise _too_large(bytes_max)
    if not body:
        return {}
    try:
        return orjson.loads(_inflate(bytes(body), bytes_max) if encoding == "gzip" else bytes(body))
    except orjson.JSONDecodeError as error:
        raise Refusal(ErrorCode.BAD_REQUEST, f"the body is not JSON: {error}") from error


def _inflate(body: bytes, bytes_max: int) -> bytes:
    try:
        return b"".join(gunzip(body, bytes_max))
    except TooMuch as error:
        raise _too_large(bytes_max) from error
    except NotWhole as error:
        raise Refusal(ErrorCode.BAD_REQUEST, "the body is not gzip, or is cut short") from error


def _too_large(bytes_max: int) -> Refusal:
    return too_large(bytes_max, "bytes, after inflation")
