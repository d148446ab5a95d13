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
from sync_agent.contract.conflicts import Conflict, ConflictSide, HistoryEntry, ReopenConflict
from sync_agent.contract.operations import CONFLICT, PRODUCT, STOCK_LEVEL
from sync_agent.contract.shop_settings import SETTING
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
        if decided.conflict.same_as is not None:
            raise Refusal(
                ErrorCode.PRECONDITION_FAILED,
                "whether two products are one article is not asked again: join or part them",
            )
        effects = []
        as_now = _under_its_name_of_now(context, decided.conflict)
        conflict = _reopened_already(context, as_now)
        if conflict is None:
            version = int(decided.resolved["version"]) if as_now is decided.conflict else None
            conflict = _reopened(context, operation.id, as_now, version, decided.counted)
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


def _under_its_name_of_now(context: OperationContext, decided: Conflict) -> Conflict:
    """The conflict of the product that its product is an alias of by now; the same object if it is none."""
    real = decided.resource_id
    if decided.resource_type in {PRODUCT, STOCK_LEVEL}:
        real = context.real_product(decided.resource_id)
    return decided if real == decided.resource_id else decided.model_copy(update={"resource_id": real})


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


def _reopened(
    context: OperationContext,
    operation_id: str,
    decided: Conflict,
    version: int | None,
    counted: Moment,
) -> Conflict:
    """A new conflict of the same local side with the server's current state; `version` is the decision's
    result, None where it was of another product. `counted`: when it was counted, if it is a count's.
    """
    server, base, history = _sides(context, decided, version, counted)
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


def _sides(
    context: OperationContext, decided: Conflict, version: int | None, counted_at: Moment
) -> tuple[ConflictSide, ConflictSide | None, tuple[HistoryEntry, ...]]:
    """The server's side now, the decision's result, and what happened since."""
    about = decided.resource_id
    if decided.resource_type == PRODUCT:
        row = context.product(about)
        assert row is not None, "a product that was once in conflict keeps its row"
        server = conflict_context.product_side(context, row)
        if version is None:
            return server, None, ()
        base = conflict_context.product_side_at(context, about, version)
        return server, base, conflict_context.product_history(context, about, version)
    if decided.resource_type == SETTING:
        assert version is not None, "a setting has one name"
        server = conflict_context.setting_side(context, context.settings().row(about))
        before = conflict_context.setting_side_at(context, about, version)
        return server, before, conflict_context.setting_history(context, about, version)
    level = context.ledger.level(decided.location_id or "", about)
    server = conflict_context.stock_side(context, level, level.version)
    if version is None:
        return server, None, conflict_context.history_around_count(context, level, counted_at)
    counted = conflict_context.stock_side(context, level, version)
    return server, counted, conflict_context.stock_history(context, level, version)
