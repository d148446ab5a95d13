"""Audit lines of operations: one line when an operation is applied or refused, in the same transaction."""

from typing import Any

from server_stub.operations.context import OperationContext
from server_stub.operations.outcome import Outcome
from server_stub.operations.parsing import Envelope, RawOperation
from server_stub.store.audit import AuditRecord

_WORDS_MAX = 500


def write(
    context: OperationContext, raw: RawOperation, envelope: Envelope | None, outcome: Outcome, kind: str
) -> None:
    """Stages the audit line of an operation."""
    operation = raw.operation
    context.unit.audit(
        AuditRecord(
            kind=kind,
            outcome=str(outcome.result.status),
            actor_id=envelope.actor_id if envelope else context.caller.id,
            device_id=context.caller.device_id,
            address=context.caller.address,
            resource_type=operation.resource_type if operation else None,
            resource_id=operation.resource_id if operation else None,
            operation_id=raw.id if raw.has_usable_id else None,
            detail=_detail(envelope, outcome) or None,
        )
    )


def _detail(envelope: Envelope | None, outcome: Outcome) -> dict[str, Any]:
    result = outcome.result
    answered = result.result or {}
    detail = {
        "code": result.code,
        "error": result.error[:_WORDS_MAX] if result.error else None,
        "flags": answered.get("flags") or None,
        "unconditional": answered.get("unconditional"),
        "approvedBy": envelope.operation.approved_by_id if envelope else None,
        "replaces": envelope.operation.replaces if envelope else None,
        "offeredAgain": True if envelope and envelope.operation.former_result is not None else None,
        "carriedFor": envelope.operation.carried_for if envelope else None,
        **outcome.audit,
    }
    return {name: value for name, value in detail.items() if value is not None}
