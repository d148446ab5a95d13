"""The outcome of one operation: the result that is stored and sent, and details for its audit line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server_stub.errors import Refusal
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.conflicts import Conflict
from sync_agent.contract.operations import Effect, OperationResult, ResultStatus

REASON_MAX = 500
"""Characters of a stored error message: some repeat what a client wrote."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result, and in `audit` what the audit line says besides."""

    result: OperationResult
    audit: Mapping[str, Any] = field(default_factory=dict)


def applied(
    operation_id: str,
    effects: Sequence[Effect],
    result: Mapping[str, Any] | None = None,
    *,
    flags: Sequence[str] = (),
    audit: Mapping[str, Any] | None = None,
    conflict: Conflict | None = None,
) -> Outcome:
    """An applied operation's outcome; `flags` are in the result only if there are any."""
    body = dict(result or {})
    if flags:
        body["flags"] = list(flags)
    return Outcome(
        OperationResult(
            id=operation_id,
            success=True,
            status=ResultStatus.APPLIED,
            effects=list(effects),
            result=body or None,
            conflict=conflict,
        ),
        audit or {},
    )


def in_conflict(
    operation_id: str,
    conflict: Conflict,
    effects: Sequence[Effect],
    code: ErrorCode,
    why: str,
    audit: Mapping[str, Any],
) -> Outcome:
    return Outcome(
        OperationResult(
            id=operation_id,
            success=False,
            status=ResultStatus.CONFLICT,
            effects=list(effects),
            error=why,
            code=code,
            conflict=conflict,
        ),
        audit,
    )


def blocked(operation_id: str, conflict_id: str) -> Outcome:
    return Outcome(
        OperationResult(
            id=operation_id,
            success=False,
            status=ResultStatus.BLOCKED,
            error="an earlier change of the same thing from this till stands in conflict",
            code=ErrorCode.CONFLICT,
            result={"conflictId": conflict_id},
        )
    )


def rejected(operation_id: str, refusal: Refusal) -> Outcome:
    return Outcome(
        OperationResult(
            id=operation_id,
            success=False,
            status=ResultStatus.REJECTED,
            error=refusal.message[:REASON_MAX],
            code=refusal.code,
            retry_after_ms=refusal.retry_after_ms,
        )
    )
