"""What each decision of a conflict would do: the real rules, rehearsed and rolled back."""

from functools import partial

from server_stub.errors import Refusal
from server_stub.operations.context import Asked, Batch
from server_stub.operations.handlers import conflicts
from server_stub.services.caller import Caller
from server_stub.store.database import Database, UnitOfWork
from sync_agent.contract.conflicts import (
    ConflictPreview,
    PreviewedChoice,
    PreviewRequest,
    Resolution,
    ResolveConflict,
)
from sync_agent.contract.operations import CONFLICT, Operation, ResultStatus
from sync_agent.contract.wire import from_ms


async def preview(
    database: Database, caller: Caller, conflict_id: str, asked: PreviewRequest
) -> ConflictPreview:
    """Tries every choice, each by itself; nothing is written and nobody is told."""

    async def outcome(resolution: Resolution) -> PreviewedChoice:
        decision = ResolveConflict(
            conflict_id=conflict_id,
            resolution=resolution,
            merged_data=asked.merged_data,
            expected_server_version=asked.expected_server_version,
        )
        return await database.try_out(caller.tenant_id, partial(_rehearse, caller=caller, decision=decision))

    return ConflictPreview(
        conflict_id=conflict_id,
        accept_local=await outcome(Resolution.ACCEPT_LOCAL),
        accept_server=await outcome(Resolution.ACCEPT_SERVER),
        merge=None if asked.merged_data is None else await outcome(Resolution.MERGE),
    )


def _rehearse(unit: UnitOfWork, caller: Caller, decision: ResolveConflict) -> PreviewedChoice:
    batch = Batch(unit, caller)
    batch.lock([batch.own(conflicts.place_of(batch, decision.conflict_id))])
    standing = conflicts.find(batch, decision.conflict_id)
    if not caller.is_device:
        # A till by itself may look: whoever decides there says so later.
        caller.must(conflicts.action_on(standing.conflict))
    try:
        result = conflicts.carry_out(batch, _imagined(unit, caller, decision), standing, decision)
    except Refusal as refusal:
        return PreviewedChoice(outcome="rejected", error=refusal.message, code=refusal.code)
    if result.status is ResultStatus.APPLIED:
        return PreviewedChoice(outcome="applied", result=result.result)
    return PreviewedChoice(outcome="conflict", conflict=result.conflict, error=result.error, code=result.code)


def _imagined(unit: UnitOfWork, caller: Caller, decision: ResolveConflict) -> Asked:
    """The operation that would carry the decision."""
    operation = Operation(
        id=unit.ids.new(),
        operation="update",
        resource_type=CONFLICT,
        resource_id=decision.conflict_id,
        data=decision.to_wire(),
        timestamp=from_ms(unit.now_ms),
    )
    return Asked(
        operation=operation,
        raw={},
        content_hash="",
        chain_hash=None,
        location_id=None,
        actor_id=caller.id,
        device_id=caller.device_id,
    )
