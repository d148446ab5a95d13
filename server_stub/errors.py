"""Refusals: one exception that carries one of the contract's codes. Every error leaves the server with a
code.
"""

from typing import Any

from pydantic import ValidationError

from sync_agent.contract.codes import HTTP_STATUS, ErrorBody, ErrorCode


class Refusal(Exception):
    """An expected error. `message` is for people, `code` for programs; `details` may carry a wire object."""

    def __init__(
        self, code: ErrorCode, message: str, *, details: Any = None, retry_after_ms: int | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details
        self.retry_after_ms = retry_after_ms

    @property
    def http_status(self) -> int:
        return HTTP_STATUS[self.code]

    def body(self, request_id: str) -> ErrorBody:
        return ErrorBody(
            code=self.code,
            message=self.message,
            details=self.details,
            request_id=request_id,
            retry_after_ms=self.retry_after_ms,
        )


def what_is_wrong(error: ValidationError, within: str = "") -> str:
    """A validation error in one line: each field by its wire name, with what was expected."""
    parts = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False)[:5]:
        path = ".".join(str(step) for step in ((within,) if within else ()) + tuple(problem["loc"]))
        message = problem["msg"].removeprefix("Value error, ")
        parts.append(f"{path}: {message}" if path else message)
    return "; ".join(parts)


def unreadable(error: ValidationError, within: str = "") -> Refusal:
    return Refusal(ErrorCode.BAD_REQUEST, what_is_wrong(error, within))


def too_large(most: int, of_what: str) -> Refusal:
    """What is over a limit of size or number: "at most 500 operations at a time"."""
    return Refusal(ErrorCode.PAYLOAD_TOO_LARGE, f"at most {most} {of_what}")
