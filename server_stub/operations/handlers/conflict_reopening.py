"""Reopens a decided conflict: as a new one, against the server's current state."""

from typing import Any

from sqlalchemy import select

from server_stub.errors import Refusal
from server_stub.operations.context import OperationContext
from server_stub.operations.handler import ParsedOperation
from server_stub.operations.handlers.conflict_resolution import ConflictHandler
from server_stub.operations.outcome import Outcome, applied
from server_stub.operations.resources import conflict_context, conflicts
from server_stub.operations.resources.conflicts import StoredConflict
from server_stub.services.stock.count_order import Moment
from server_stub.store import tables as t
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.conflicts import Conflict, ReopenConflict
from sync_agent.contract.operations import CONFLICT
from sync_agent.contract.wire import from_ms


class ReopenOneConflict(ConflictHandler[ReopenConflict]):
    """Reopens a decided conflict; if that was done already, returns the one that is open."""

    name = "ReopeningOperation"
    verb = "create"
    data = ReopenConflict

    def apply_one(self, context: OperationContext, operation: ParsedOperation[ReopenConflict]) -> Outcome:
        wanted = operation.data
        decided = conflicts.find(context, wanted.conflict_id)
        if decided.resolved is None:
            raise Refusal(ErrorCode.PRECONDITION_FAILED, f"the conflict {wanted.conflict_id} is still open")
        effects = []
        conflict = _reopened_already(context, decided.conflict)
        if conflict is None:
            conflict = _reopened(context, operation.id, decided.conflict, int(decided.resolved["version"]))
            # Belongs to no till, so that no later operation of the till is blocked by it. A count has its
            # original time.
            stored = StoredConflict(conflict, Moment(decided.counted.ms), resolved=None)
            effects.append(conflicts.insert(context, stored, operation.id))
        return applied(
            operation.id,
            effects,
            {"conflictId": conflict.id},
            audit={"reopens": wanted.conflict_id},
            conflict=conflict,
        )


def as_item(conflict_id: str, new_id: str, timestamp: str) -> dict[str, Any]:
    """The reopening of a decided conflict as an item of the queue."""
    return {
        "id": new_id,
        "operation": "create",
        "resourceType": CONFLICT,
        "resourceId": conflict_id,
        "timestamp": timestamp,
        "data": {"conflictId": conflict_id},
    }


def _reopened_already(context: OperationContext, decided: Conflict) -> Conflict | None:
    of = t.conflict.c
    rows = context.unit.rows(
        select(of.body)
        .where(
            of.tenant_id == context.tenant_id,
            of.resource_type == decided.resource_type,
            of.resource_id == decided.resource_id,
            of.status == "open",
        )
        .order_by(of.id)
    )
    opened = (Conflict.model_validate(body) for body in rows.scalars())
    return next((conflict for conflict in opened if conflict.reopens == decided.id), None)


def _reopened(context: OperationContext, operation_id: str, decided: Conflict, version: int) -> Conflict:
    """A new conflict of the same local side with the server's current state; `version` is the decision's
    result.
    """
    if decided.resource_type == "product":
        row = context.product(decided.resource_id)
        assert row is not None, "a product that was once in conflict keeps its row"
        server = conflict_context.product_side(context, row)
        base = conflict_context.product_side_at(context, decided.resource_id, version)
        history = conflict_context.product_history(context, decided.resource_id, version)
    else:
        level = context.ledger.level(decided.location_id or "", decided.resource_id)
        server = conflict_context.stock_side(context, level, level.version)
        base = conflict_context.stock_side(context, level, version)
        history = conflict_context.stock_history(context, level, version)
    return decided.model_copy(
        update={
            "id": context.unit.ids.new(),
            "server_version": server,
            "base_version": base,
            "history": history,
            "timestamp": from_ms(context.unit.now_ms),
            "operation_id": operation_id,
            "status": "open",
            "resolution": None,
            "resolved_by": None,
            "reopens": decided.id,
            "version": 1,
        }
    )
