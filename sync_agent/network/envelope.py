"""Opens the contract's envelope: returns its data or raises our error for its code; reads data as a model."""

from typing import Any, TypeVar

from pydantic import ValidationError

from sync_agent.contract.codes import Envelope, ErrorBody, ErrorCode
from sync_agent.contract.wire import Wire
from sync_agent.errors import (
    AuthError,
    ConflictError,
    ProtocolError,
    RejectedError,
    SyncError,
    TransientError,
)

Model = TypeVar("Model", bound=Wire)

_SIGN_IN = {
    ErrorCode.UNAUTHORIZED,
    ErrorCode.TOKEN_EXPIRED,
    ErrorCode.SECOND_FACTOR_NEEDED,
    ErrorCode.SECOND_FACTOR_MISSING,
    ErrorCode.FORBIDDEN,
    ErrorCode.DEVICE_CLONED,
}
_BEHIND = {ErrorCode.RATE_LIMITED, ErrorCode.INTERNAL, ErrorCode.UNAVAILABLE}


def looks_like_ours(answer: object) -> bool:
    """Whether this has the shape of our server's answers, unlike a captive portal's or a proxy's."""
    return isinstance(answer, dict) and isinstance(answer.get("success"), bool)


def open_envelope(answer: object, http_status: int | None = None) -> Any:
    """The envelope's data. Raises ProtocolError if it is not an envelope, else the SyncError for its code.

    An unknown code, of a newer server, is interpreted by its HTTP status.
    """
    try:
        envelope = Envelope.model_validate(answer)
    except ValidationError as error:
        raise ProtocolError(f"an answer without our envelope: {answer!r:.200}") from error
    if envelope.success:
        return envelope.data
    raise _error_for(
        envelope.error or ErrorBody(code=ErrorCode.INTERNAL, message="no reason given"), http_status
    )


def read_as(model: type[Model], data: object, what: str) -> Model:
    """`data` as the contract's model. Raises ProtocolError, which names `what` could not be read."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        # Without what was sent: an answer may hold a token.
        wrong = error.errors(include_url=False, include_context=False, include_input=False)[:_WRONG_MAX]
        told = "; ".join(f"{'.'.join(str(step) for step in one['loc'])}: {one['msg']}" for one in wrong)
        raise ProtocolError(f"{what} cannot be read: {told}") from None


_WRONG_MAX = 5
_KNOWN = frozenset(code.value for code in ErrorCode)
_AGAIN_LATER = {408, 425, 429}
_NO_ENTRY = {401, 403}


def _error_for(body: ErrorBody, http_status: int | None) -> SyncError:
    is_new = body.code not in _KNOWN
    if body.code in _SIGN_IN or (is_new and http_status in _NO_ENTRY):
        return AuthError(body.code, body.message)
    if body.code in _BEHIND or (is_new and _passes(body, http_status)):
        after_s = None if body.retry_after_ms is None else body.retry_after_ms / 1000
        return TransientError(body.message, after_s, code=body.code)
    if body.code == ErrorCode.UPGRADE_REQUIRED:
        return ProtocolError(body.message)
    if body.code in {ErrorCode.CONFLICT, ErrorCode.CONFLICT_MOVED}:
        return ConflictError(body.message)
    return RejectedError(body.code, body.message)


def _passes(body: ErrorBody, http_status: int | None) -> bool:
    """Whether a refusal with an unknown code is transient."""
    if http_status is None:  # a socket's acknowledgement
        return body.retry_after_ms is not None
    return http_status >= 500 or http_status in _AGAIN_LATER
