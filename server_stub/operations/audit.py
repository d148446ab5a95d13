"""What the audit trail says of an operation: one line when it is judged, in the same transaction."""

from typing import Any

from server_stub.operations.context import Asked, Batch
from server_stub.operations.parsing import Intake
from server_stub.store.audit import AuditRecord
from sync_agent.contract.operations import CONFLICT, OperationResult

_WORDS_MAX = 500


def write(batch: Batch, intake: Intake, asked: Asked | None, result: OperationResult) -> None:
    """Keeps the line of an operation that was judged just now."""
    operation = intake.operation
    decides = operation is not None and operation.resource_type == CONFLICT
    batch.unit.audit(
        AuditRecord(
            kind="resolution" if decides else "operation",
            outcome=str(result.status),
            actor_id=asked.actor_id if asked else batch.caller.id,
            device_id=batch.caller.device_id,
            address=batch.caller.address,
            resource_type=operation.resource_type if operation else None,
            resource_id=operation.resource_id if operation else None,
            operation_id=intake.id if intake.has_usable_id else None,
            detail=_detail(batch, asked, result) or None,
        )
    )


def _detail(batch: Batch, asked: Asked | None, result: OperationResult) -> dict[str, Any]:
    told = result.result or {}
    detail = {
        "code": result.code,
        "error": result.error[:_WORDS_MAX] if result.error else None,
        "flags": told.get("flags") or None,
        "unconditional": told.get("unconditional"),
        "approvedBy": asked.operation.approved_by_id if asked else None,
        "replaces": asked.operation.replaces if asked else None,
        "offeredAgain": True if asked and asked.operation.former_result is not None else None,
        "carriedFor": asked.operation.carried_for if asked else None,
        **batch.to_audit,
    }
    return {name: value for name, value in detail.items() if value is not None}
