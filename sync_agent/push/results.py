"""Applies the server's results to the till's own rows: each operation changes its status by its result."""

from collections.abc import Sequence

from sqlalchemy import select

from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import CONFLICT, OperationResult, ResultStatus
from sync_agent.events import AgentEvent, Attention, AttentionCode
from sync_agent.settings import DEFAULTS, AgentSettings
from sync_agent.store import tables as t
from sync_agent.store.database import Transaction
from sync_agent.store.projection import overlay
from sync_agent.store.queue import leases, transitions
from sync_agent.store.queue.resend import QUARANTINED
from sync_agent.store.queue.status import Status
from sync_agent.store.queue.transitions import End
from sync_agent.store.replica.conflicts import follow_conflict, store_conflict, stored_conflict


def record_results(
    tx: Transaction, results: Sequence[OperationResult], settings: AgentSettings = DEFAULTS
) -> list[AgentEvent]:
    """Record results, those of accepted operations in bulk. Returns events for the host program."""
    taken = [result for result in results if result.means in {ResultStatus.APPLIED, ResultStatus.QUARANTINED}]
    transitions.finish_many(
        tx,
        [
            End(
                result.id,
                Status.COMPLETED,
                result.to_wire(),
                QUARANTINED if result.means is ResultStatus.QUARANTINED else result.word,
            )
            for result in taken
        ],
    )
    overlay.note_effects(
        tx, {result.id: result.effects or [] for result in taken if result.means is ResultStatus.APPLIED}
    )
    events: list[AgentEvent] = []
    for result in taken:
        # A reopened conflict comes with the result, before the feed sends it.
        if result.conflict is not None:
            store_conflict(tx, result.conflict)
    for result in results:
        match result.means:
            case ResultStatus.CONFLICT:
                _record_conflict(tx, result)
            case ResultStatus.REJECTED:
                code = result.word or ErrorCode.BAD_REQUEST
                transitions.mark_needs_attention(
                    tx, result.id, Status.DEAD_LETTER, code=code, error=result.error
                )
                figures = {"operation": result.id, "code": code}
                events.append(Attention(AttentionCode.OPERATION_REFUSED, figures))
            case ResultStatus.BLOCKED:
                transitions.mark_needs_attention(tx, result.id, Status.BLOCKED, code=None, error=result.error)
            case ResultStatus.DEFERRED:
                asked_ms = result.retry_after_ms or settings.deferred_ms
                later_ms = tx.now_ms + min(asked_ms, int(settings.retry_after_s_max * 1000))
                leases.release(tx, [result.id], next_attempt_ms=later_ms, error=result.error)
            case ResultStatus.APPLIED | ResultStatus.QUARANTINED:
                pass
    return events


def _record_conflict(tx: Transaction, result: OperationResult) -> None:
    if result.conflict is None:
        transitions.mark_needs_attention(
            tx, result.id, Status.CONFLICT, code=result.code or ErrorCode.CONFLICT, error=result.error
        )
        return
    store_conflict(tx, result.conflict)
    operation = tx.execute(select(t.outbox.c.resource_type).where(t.outbox.c.id == result.id)).scalar_one()
    if operation == CONFLICT:
        # A decision that came too late: the conflict has moved and has to be decided again.
        overlay.drop_operation(tx, result.id)
        transitions.finish(
            tx, result.id, Status.COMPLETED, result=result.to_wire(), code=ErrorCode.CONFLICT_MOVED
        )
    else:
        transitions.mark_needs_attention(
            tx, result.id, Status.CONFLICT, code=result.code or ErrorCode.CONFLICT, error=result.error
        )
        # The feed may have sent its resolution already.
        follow_conflict(tx, stored_conflict(tx, result.conflict.id), None)
