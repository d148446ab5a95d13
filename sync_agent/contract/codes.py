"""Error codes, the envelope that carries them, and the limits whose breach they report."""

from enum import StrEnum
from typing import Any

from sync_agent.contract.wire import Wire, WireInt


class ErrorCode(StrEnum):
    BAD_REQUEST = "bad_request"
    UNKNOWN_EVENT = "unknown_event"
    UNAUTHORIZED = "unauthorized"
    TOKEN_EXPIRED = "token_expired"
    SECOND_FACTOR_NEEDED = "second_factor_needed"
    FORBIDDEN = "forbidden"
    WRONG_SECRET = "wrong_secret"
    SECOND_FACTOR_MISSING = "second_factor_missing"
    DEVICE_CLONED = "device_cloned"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    CONFLICT_MOVED = "conflict_moved"
    CURSOR_EXPIRED = "cursor_expired"
    PAYLOAD_TOO_LARGE = "payload_too_large"
    PRECONDITION_FAILED = "precondition_failed"
    TOO_EASY = "too_easy"
    UPGRADE_REQUIRED = "upgrade_required"
    RATE_LIMITED = "rate_limited"
    INTERNAL = "internal"
    UNAVAILABLE = "unavailable"


HTTP_STATUS: dict[ErrorCode, int] = {
    ErrorCode.BAD_REQUEST: 400,
    ErrorCode.UNKNOWN_EVENT: 400,
    ErrorCode.UNAUTHORIZED: 401,
    ErrorCode.TOKEN_EXPIRED: 401,
    ErrorCode.SECOND_FACTOR_NEEDED: 401,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.WRONG_SECRET: 403,
    ErrorCode.SECOND_FACTOR_MISSING: 403,
    ErrorCode.DEVICE_CLONED: 403,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.CONFLICT: 409,
    ErrorCode.CONFLICT_MOVED: 409,
    ErrorCode.CURSOR_EXPIRED: 410,
    ErrorCode.PAYLOAD_TOO_LARGE: 413,
    ErrorCode.PRECONDITION_FAILED: 422,
    ErrorCode.TOO_EASY: 422,
    ErrorCode.UPGRADE_REQUIRED: 426,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.INTERNAL: 500,
    ErrorCode.UNAVAILABLE: 503,
}

EVENT_BYTES_MAX = 64 * 1024
QUEUE_EVENT_BYTES_MAX = 256 * 1024
QUEUE_REQUEST_BYTES_MAX = 1024 * 1024
QUEUE_OPERATIONS_MAX = 500


class ErrorBody(Wire):
    """Why a request was refused; `message` is for people, `code` for programs."""

    code: str
    message: str
    details: Any = None
    request_id: str = ""
    retry_after_ms: WireInt | None = None


class Envelope(Wire):
    """The envelope of every HTTP answer and every event's acknowledgement."""

    success: bool
    data: Any = None
    error: ErrorBody | None = None
    request_id: str | None = None
