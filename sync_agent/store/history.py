"""The history of ended operations: pruned by age, and resent to a server that was restored from a backup.

A server restored from an older backup has lost the operations that it accepted last. Completed operations
with effects in a stream that the server cannot continue are marked, resent with their former result, and
answered: known already, applied now, or in need of attention.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, delete, exists, func, or_, select, update

from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import CONFLICT, OperationResult, ResultStatus
from sync_agent.settings import DEFAULTS, AgentSettings
from sync_agent.store import attempts, outbox, overlay, replica
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.outbox import Batch, Claimed, Status, wire_form


def prune(tx: Transaction, settings: AgentSettings = DEFAULTS) -> int:
    """Delete one page of operations that ended more than `history_days` ago, with their attempts.

    Returns how many; 0 once nothing is left to delete. An operation is not deleted while a sale with its id
    exists: how long receipts are stored is the host program's decision.
    """
    before_ms = tx.now_ms - settings.history_ms
    old = (
        tx.execute(
            select(t.outbox.c.id)
            .where(
                t.outbox.c.finished_ms < before_ms,
                t.outbox.c.offer_again == 0,
                ~exists().where(t.sale.c.id == t.outbox.c.id),
            )
            .limit(settings.history_page)
        )
        .scalars()
        .all()
    )
    if old:
        attempts.forget(tx, old)
        for table in (t.overlay, t.product_overlay):
            tx.execute(delete(table).where(table.c.operation_id.in_(old)))
        tx.execute(delete(t.outbox).where(t.outbox.c.id.in_(old)))
        tx.touch(Topic.OUTBOX)
    else:
        attempts.forget_empty_deliveries(tx, before_ms)
    return len(old)


# --- a server that has lost something ----------------------------------------------------------------


def mark_for_resend(tx: Transaction, stream: str, settings: AgentSettings = DEFAULTS) -> int:
    """What was completed within `history_days`, with an effect in this stream, is marked to be resent.
    Returns how many operations.

    Sales that the server quarantined, and operations that a decision ended, have no effect that names a
    stream: they are resent whatever the stream.
    """
    shown_there = func.instr(t.outbox.c.result, f'"stream":{orjson.dumps(stream).decode()}') > 0
    marked = tx.execute(
        update(t.outbox)
        .where(
            t.outbox.c.status == Status.COMPLETED,
            t.outbox.c.finished_ms >= tx.now_ms - settings.history_ms,
            t.outbox.c.code.is_distinct_from(LOST_WITH_BACKUP),
            or_(shown_there, t.outbox.c.code.in_([QUARANTINED, RESOLVED])),
        )
        .values(offer_again=1)
    )
    return int(marked.rowcount)


QUARANTINED, RESOLVED, LOST_WITH_BACKUP = "quarantined", "resolved", "lost_with_backup"
"""Codes of completed operations: quarantined at the server; ended by a decision; a decision on something that
the restored server does not know."""


def to_resend(connection: Connection, *, count_max: int, bytes_max: int) -> Batch:
    """The next operations to resend, in the order that they were made, each with its former result."""
    rows = connection.execute(
        select(t.outbox).where(t.outbox.c.offer_again == 1).order_by(t.outbox.c.device_seq).limit(count_max)
    )
    operations: list[Claimed] = []
    size = 0
    for row in rows:
        former = orjson.loads(row.result) if row.result else {"status": ResultStatus.CONFLICT}
        bytes_ = row.bytes + len(row.result or "")
        size += bytes_
        if operations and size > bytes_max:
            break
        wire = wire_form(row) | {"formerResult": former}
        operations.append(Claimed(row.id, row.device_seq, wire, bytes_, row.sent_count))
    return Batch(tuple(operations))


def record_resent(tx: Transaction, results: Sequence[OperationResult]) -> list[OperationResult]:
    """Record the server's results of resent operations. Returns the results of those that it had lost."""
    lost: list[OperationResult] = []
    for result in results:
        if result.repeated:
            _settled(tx, result.id)
        elif result.means is not ResultStatus.DEFERRED:
            lost.append(result)
            _record_lost(tx, result)
    if results:
        tx.touch(Topic.OUTBOX)
    return lost


def reopen(tx: Transaction, operation_id: str, next_attempt_ms: int) -> None:
    """A completed operation that the server lost, and fails on now, waits again as if it were new."""
    overlay.clear_effects(tx, operation_id)
    _settled(
        tx,
        operation_id,
        status=Status.PENDING,
        next_attempt_ms=next_attempt_ms,
        finished_ms=None,
        result=None,
        code=None,
    )


def _record_lost(tx: Transaction, result: OperationResult) -> None:
    """The server had lost it and has applied or refused it anew: the effects it named before are void."""
    wire = orjson.dumps(result.to_wire()).decode()
    match result.means:
        case ResultStatus.APPLIED:
            overlay.replace_effects(tx, result.id, result.effects or [])
            _settled(tx, result.id, result=wire, code=result.word)
        case ResultStatus.QUARANTINED:
            overlay.clear_effects(tx, result.id)
            _settled(tx, result.id, result=wire, code=QUARANTINED)
        case ResultStatus.REJECTED if _is_decision(tx, result) and result.code == ErrorCode.NOT_FOUND:
            overlay.drop_operation(tx, result.id)
            _settled(tx, result.id, code=LOST_WITH_BACKUP)
        case ResultStatus.CONFLICT if _is_decision(tx, result) and result.conflict is not None:
            # It came too late this time: the conflict has moved, and is to be decided anew.
            replica.store_conflict(tx, result.conflict)
            overlay.drop_operation(tx, result.id)
            _settled(tx, result.id, result=wire, code=ErrorCode.CONFLICT_MOVED)
        case _:
            _needs_attention(tx, result)


def _is_decision(tx: Transaction, result: OperationResult) -> bool:
    of = t.outbox.c
    kind: str = tx.execute(select(of.resource_type).where(of.id == result.id)).scalar_one()
    return kind == CONFLICT


def _needs_attention(tx: Transaction, result: OperationResult) -> None:
    """It was accepted before and is not now: it needs attention."""
    _settled(tx, result.id, finished_ms=None, result=None)
    overlay.clear_effects(tx, result.id)
    if result.conflict is not None:
        replica.store_conflict(tx, result.conflict)
    match result.means:
        case ResultStatus.CONFLICT:
            status = Status.CONFLICT
        case ResultStatus.BLOCKED:
            status = Status.BLOCKED
        case _:
            status = Status.DEAD_LETTER
    outbox.mark_needs_attention(tx, result.id, status, code=result.word, error=result.error)


def _settled(tx: Transaction, operation_id: str, **values: Any) -> None:
    tx.execute(update(t.outbox).where(t.outbox.c.id == operation_id).values(offer_again=0, **values))
