"""Dry run of a conflict's decisions: the real handler in a transaction that is rolled back."""

from functools import partial

from server_stub.errors import Refusal
from server_stub.operations.context import OperationContext
from server_stub.operations.handlers import conflict_resolution
from server_stub.operations.locks import Places, with_all_locks
from server_stub.operations.parsing import Envelope, read
from server_stub.operations.resources import conflicts
from server_stub.services.people.caller import Caller
from server_stub.store.database import Database, UnitOfWork
from sync_agent.contract.conflicts import (
    ConflictPreview,
    PreviewedChoice,
    PreviewRequest,
    Resolution,
    ResolveConflict,
)
from sync_agent.contract.operations import ResultStatus
from sync_agent.contract.wire import format_time, from_ms


async def preview(
    database: Database, caller: Caller, conflict_id: str, request: PreviewRequest
) -> ConflictPreview:
    """The result of every choice, each on its own; nothing is stored or published."""

    async def outcome(resolution: Resolution) -> PreviewedChoice:
        decision = ResolveConflict(
            conflict_id=conflict_id,
            resolution=resolution,
            merged_data=request.merged_data,
            expected_server_version=request.expected_server_version,
        )
        work = partial(_dry_run, caller=caller, decision=decision)

        async def attempt(besides: Places) -> PreviewedChoice:
            return await database.dry_run(caller.tenant_id, partial(work, besides=besides))

        return await with_all_locks(attempt)

    return ConflictPreview(
        conflict_id=conflict_id,
        accept_local=await outcome(Resolution.ACCEPT_LOCAL),
        accept_server=await outcome(Resolution.ACCEPT_SERVER),
        merge=None if request.merged_data is None else await outcome(Resolution.MERGE),
    )


def _dry_run(unit: UnitOfWork, caller: Caller, decision: ResolveConflict, besides: Places) -> PreviewedChoice:
    """What one decision would do. `besides` are places to lock besides the conflict's. Raises StreamsBusy."""
    context = OperationContext(unit, caller)
    context.lock(conflicts.places_of(context, decision.conflict_id) | besides)
    stored = conflicts.find(context, decision.conflict_id)
    if not caller.is_device:
        # A till without a person may preview; deciding requires a person.
        caller.must(conflict_resolution.requirement_of(stored.conflict).right)
    try:
        result = conflict_resolution.apply_decision(
            context, _as_operation(unit, caller, decision), stored, decision
        ).result
    except Refusal as refusal:
        return PreviewedChoice(outcome="rejected", error=refusal.message, code=refusal.code)
    if result.status is ResultStatus.APPLIED:
        return PreviewedChoice(outcome="applied", result=result.result)
    return PreviewedChoice(outcome="conflict", conflict=result.conflict, error=result.error, code=result.code)


def _as_operation(unit: UnitOfWork, caller: Caller, decision: ResolveConflict) -> Envelope:
    """The operation that the decision would arrive in."""
    item = conflict_resolution.as_item(decision, unit.ids.new(), format_time(from_ms(unit.now_ms)))
    raw = read(item)
    assert raw.operation is not None, "what the server writes it can read"
    return Envelope(raw, raw.operation, location_id=None, actor_id=caller.id, device_id=caller.device_id)
