"""What the server's results mean for the till's own rows: each operation moves on by what was said of it."""

from collections.abc import Sequence

from sqlalchemy import select

from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import CONFLICT, OperationResult, ResultStatus
from sync_agent.events import AgentEvent, Attention, AttentionCode
from sync_agent.settings import DEFAULTS, AgentSettings
from sync_agent.store import history, outbox, overlay, replica
from sync_agent.store import tables as t
from sync_agent.store.database import Transaction
from sync_agent.store.outbox import End, Status


def record_results(
    tx: Transaction, results: Sequence[OperationResult], settings: AgentSettings = DEFAULTS
) -> list[AgentEvent]:
    """Move operations on, those that were taken all at once; what the host program should hear of it."""
    taken = [one for one in results if one.means in {ResultStatus.APPLIED, ResultStatus.QUARANTINED}]
    outbox.finish_many(
        tx,
        [
            End(
                one.id,
                Status.COMPLETED,
                one.to_wire(),
                history.QUARANTINED if one.means is ResultStatus.QUARANTINED else one.word,
            )
            for one in taken
        ],
    )
    overlay.note_effects(
        tx, {one.id: one.effects or [] for one in taken if one.means is ResultStatus.APPLIED}
    )
    events: list[AgentEvent] = []
    for result in taken:
        # A conflict that was opened again comes with the answer, before the feed tells of it.
        if result.conflict is not None:
            replica.store_conflict(tx, result.conflict)
    for result in results:
        match result.means:
            case ResultStatus.CONFLICT:
                _record_conflict(tx, result)
            case ResultStatus.REJECTED:
                code = result.word or ErrorCode.BAD_REQUEST
                outbox.mark_needs_attention(tx, result.id, Status.DEAD_LETTER, code=code, error=result.error)
                figures = {"operation": result.id, "code": code}
                events.append(Attention(AttentionCode.OPERATION_REFUSED, figures))
            case ResultStatus.BLOCKED:
                outbox.mark_needs_attention(tx, result.id, Status.BLOCKED, code=None, error=result.error)
            case ResultStatus.DEFERRED:
                asked_ms = result.retry_after_ms or settings.deferred_ms
                later_ms = tx.now_ms + min(asked_ms, int(settings.retry_after_s_max * 1000))
                outbox.release(tx, [result.id], next_attempt_ms=later_ms, error=result.error)
            case ResultStatus.APPLIED | ResultStatus.QUARANTINED:
                pass
    return events


def _record_conflict(tx: Transaction, result: OperationResult) -> None:
    if result.conflict is None:
        outbox.mark_needs_attention(
            tx, result.id, Status.CONFLICT, code=result.code or ErrorCode.CONFLICT, error=result.error
        )
        return
    replica.store_conflict(tx, result.conflict)
    operation = tx.execute(select(t.outbox.c.resource_type).where(t.outbox.c.id == result.id)).scalar_one()
    if operation == CONFLICT:
        # A decision that came too late: the conflict has moved, and is to be decided anew.
        overlay.drop_operation(tx, result.id)
        outbox.finish(tx, result.id, Status.COMPLETED, result=result.to_wire(), code=ErrorCode.CONFLICT_MOVED)
    else:
        outbox.mark_needs_attention(
            tx, result.id, Status.CONFLICT, code=result.code or ErrorCode.CONFLICT, error=result.error
        )
        # The feed may have told of its end already.
        replica.follow_conflict(tx, replica.stored_conflict(tx, result.conflict.id), None)
