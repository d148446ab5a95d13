"""Opening a decided conflict again: as a new one, against what the server has now."""

from pydantic import ValidationError
from sqlalchemy import select

from server_stub.errors import Refusal, unreadable
from server_stub.operations.context import Asked, Batch, applied
from server_stub.operations.handlers import conflict_context as evidence
from server_stub.operations.handlers import conflicts
from server_stub.operations.handlers.conflicts import Standing
from server_stub.store import tables as t
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.conflicts import Conflict, ReopenConflict
from sync_agent.contract.operations import Effect, OperationResult
from sync_agent.contract.wire import from_ms


def reopen(batch: Batch, asked: Asked) -> OperationResult:
    """Puts a decided conflict before a person again; if that was done already, gives the one that stands."""
    try:
        wanted = ReopenConflict.model_validate(
            {"conflictId": asked.operation.resource_id, **asked.operation.data}
        )
    except ValidationError as error:
        raise unreadable(error, "data") from error
    decided = conflicts.find(batch, wanted.conflict_id)
    conflicts.must_decide(batch, asked, decided.conflict)
    if decided.resolved is None:
        raise Refusal(ErrorCode.PRECONDITION_FAILED, f"the conflict {wanted.conflict_id} is still open")
    batch.to_audit = {"reopens": wanted.conflict_id}
    standing = _reopened_already(batch, decided.conflict)
    if standing is not None:
        return _answer(asked, standing, [])
    opened = _anew(batch, asked, decided.conflict, int(decided.resolved["version"]))
    effect = conflicts.put_before_a_person(
        batch,
        # Of no till: what a till does meanwhile does not wait for this. A count keeps when it was made.
        Standing(opened, device_id=None, device_seq=None, counted_ms=decided.counted_ms, resolved=None),
        asked.id,
    )
    return _answer(asked, opened, [effect])


def _answer(asked: Asked, conflict: Conflict, effects: list[Effect]) -> OperationResult:
    return applied(asked, effects, conflictId=conflict.id).model_copy(update={"conflict": conflict})


def _reopened_already(batch: Batch, decided: Conflict) -> Conflict | None:
    of = t.conflict.c
    rows = batch.unit.rows(
        select(of.body)
        .where(
            of.tenant_id == batch.tenant_id,
            of.resource_type == decided.resource_type,
            of.resource_id == decided.resource_id,
            of.status == "open",
        )
        .order_by(of.id)
    )
    standing = (Conflict.model_validate(body) for body in rows.scalars())
    return next((conflict for conflict in standing if conflict.reopens == decided.id), None)


def _anew(batch: Batch, asked: Asked, decided: Conflict, version: int) -> Conflict:
    """The same local side against the server as it is; `version` is what the decision led to."""
    if decided.resource_type == "product":
        row = batch.product(decided.resource_id)
        assert row is not None, "a product that was once in conflict keeps its row"
        server = evidence.product_side(batch, row)
        base = evidence.product_side_at(batch, decided.resource_id, version)
        history = evidence.product_history(batch, decided.resource_id, version)
    else:
        level = batch.ledger.level(decided.location_id or "", decided.resource_id)
        server = evidence.stock_side(batch, level, level.version)
        base = evidence.stock_side(batch, level, version)
        history = evidence.stock_history(batch, level, version)
    return decided.model_copy(
        update={
            "id": batch.unit.ids.new(),
            "server_version": server,
            "base_version": base,
            "history": history,
            "timestamp": from_ms(batch.unit.now_ms),
            "operation_id": asked.id,
            "status": "open",
            "resolution": None,
            "resolved_by": None,
            "reopens": decided.id,
            "version": 1,
        }
    )
