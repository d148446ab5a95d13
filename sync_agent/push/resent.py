"""Applies the server's results of resent operations: known already, applied now, or in need of attention."""

from collections.abc import Sequence

import orjson
from sqlalchemy import select

from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import CONFLICT, OperationResult, ResultStatus
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.projection import overlay
from sync_agent.store.queue import transitions
from sync_agent.store.queue.resend import LOST_WITH_BACKUP, QUARANTINED, settle
from sync_agent.store.queue.status import Status
from sync_agent.store.replica.conflicts import store_conflict


def record_resent(tx: Transaction, results: Sequence[OperationResult]) -> list[OperationResult]:
    """Record the server's results of resent operations. Returns the results of those that it had lost."""
    lost: list[OperationResult] = []
    for result in results:
        if result.repeated:
            settle(tx, result.id)
        elif result.means is not ResultStatus.DEFERRED:
            lost.append(result)
            _record_lost(tx, result)
    if results:
        tx.touch(Topic.OUTBOX)
    return lost


def reopen(tx: Transaction, operation_id: str, next_attempt_ms: int) -> None:
    """A completed operation that the server lost, and fails on now, waits again as if it were new."""
    overlay.clear_effects(tx, operation_id)
    settle(
        tx,
        operation_id,
        status=Status.PENDING,
        next_attempt_ms=next_attempt_ms,
        finished_ms=None,
        result=None,
        code=None,
    )


def _record_lost(tx: Transaction, result: OperationResult) -> None:
    """The server had lost it and has applied or refused it again: the effects it named before are void."""
    wire = orjson.dumps(result.to_wire()).decode()
    match result.means:
        case ResultStatus.APPLIED:
            overlay.replace_effects(tx, result.id, result.effects or [])
            settle(tx, result.id, result=wire, code=result.word)
        case ResultStatus.QUARANTINED:
            overlay.clear_effects(tx, result.id)
            settle(tx, result.id, result=wire, code=QUARANTINED)
        case ResultStatus.REJECTED if _is_decision(tx, result) and result.code == ErrorCode.NOT_FOUND:
            overlay.drop_operation(tx, result.id)
            settle(tx, result.id, code=LOST_WITH_BACKUP)
        case ResultStatus.CONFLICT if _is_decision(tx, result) and result.conflict is not None:
            # It came too late this time: the conflict has moved and must be decided again.
            store_conflict(tx, result.conflict)
            overlay.drop_operation(tx, result.id)
            settle(tx, result.id, result=wire, code=ErrorCode.CONFLICT_MOVED)
        case _:
            _needs_attention(tx, result)


def _is_decision(tx: Transaction, result: OperationResult) -> bool:
    of = t.outbox.c
    kind: str = tx.execute(select(of.resource_type).where(of.id == result.id)).scalar_one()
    return kind == CONFLICT


def _needs_attention(tx: Transaction, result: OperationResult) -> None:
    """It was accepted before and is not now: it needs attention."""
    settle(tx, result.id, finished_ms=None, result=None)
    overlay.clear_effects(tx, result.id)
    if result.conflict is not None:
        store_conflict(tx, result.conflict)
    match result.means:
        case ResultStatus.CONFLICT:
            status = Status.CONFLICT
        case ResultStatus.BLOCKED:
            status = Status.BLOCKED
        case _:
            status = Status.DEAD_LETTER
    transitions.mark_needs_attention(tx, result.id, status, code=result.word, error=result.error)
