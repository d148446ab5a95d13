"""What a person does with an operation that needs attention: retry, replace or discard it.

The content of an operation never changes once it was sent: an edited operation is a new one that names the
old one. A discarded operation records who discarded it and why; a completed sale cannot be discarded.
"""

from collections.abc import Sequence
from dataclasses import replace as with_other
from enum import StrEnum

from sqlalchemy import Row, and_, or_, select, update

from sync_agent.contract.operations import TRANSACTION
from sync_agent.errors import StoreError
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.projection import overlay
from sync_agent.store.queue import ordering, transitions
from sync_agent.store.queue.enqueueing import Enqueued, NewOperation, enqueue
from sync_agent.store.queue.status import Status

DEPENDENCY_GIVEN_UP = "dependency_given_up"
"""The code of an operation whose `depends_on` was discarded."""


class EndingProblem(StrEnum):
    """Why something cannot be done with an operation."""

    NOT_HERE = "not_here"
    NOT_REFUSED = "not_refused"
    """It was sent since, or is still pending."""
    SALE_NOT_CHANGED = "sale_not_changed"
    SALE_NOT_DISCARDED = "sale_not_discarded"
    SALE_NOT_WITHDRAWN = "sale_not_withdrawn"
    KIND_NOT_CHANGED = "kind_not_changed"
    DELETION_NOT_CHANGED = "deletion_not_changed"


class CannotEnd(StoreError):
    """The operation's state does not allow this; `problem` says why."""

    code = "cannot_end"

    def __init__(self, problem: EndingProblem) -> None:
        super().__init__(f"this cannot be done with the operation: {problem}")
        self.problem = problem


def retry(tx: Transaction, operation_id: str) -> None:
    """A refused operation is sent again unchanged: the server judges the same content again.

    Raises CannotEnd unless it is a dead letter.
    """
    _refused(tx, operation_id)
    tx.execute(
        update(t.outbox)
        .where(t.outbox.c.id == operation_id)
        .values(status=Status.PENDING, next_attempt_ms=0, failures=0, code=None)
    )
    ordering.unblock_after(tx, operation_id)
    tx.touch(Topic.OUTBOX)
    tx.touch(Topic.SETTINGS)


def replace(tx: Transaction, operation_id: str, edited: NewOperation) -> Enqueued:
    """Replace a refused operation: `edited` is queued, names the old operation, and takes its place.

    Raises CannotEnd unless it is a dead letter, and for a completed sale.
    """
    _refuse_sale(_refused(tx, operation_id), EndingProblem.SALE_NOT_CHANGED)
    overlay.drop_operation(tx, operation_id)
    queued = enqueue(tx, with_other(edited, replaces=operation_id))
    for dependent in _needing(tx, operation_id):
        # An operation that the new one waits for must not depend on it: neither would ever be sent.
        needed = None if _waits_for(tx, queued.id, dependent) else queued.id
        tx.execute(update(t.outbox).where(t.outbox.c.id == dependent).values(depends_on=needed))
    _end(tx, operation_id, Status.REPLACED, edited.actor_id, None)
    return queued


def supersede(tx: Transaction, operation_id: str) -> None:
    """End a refused operation in favour of a new operation, which the caller enqueues.

    Raises CannotEnd unless it is a dead letter.
    """
    _refused(tx, operation_id)
    overlay.drop_operation(tx, operation_id)
    transitions.finish(tx, operation_id, Status.REPLACED, result=None, code=None)


def _needing(tx: Transaction, operation_id: str) -> Sequence[str]:
    needing = t.outbox.c.depends_on == operation_id, t.outbox.c.finished_ms.is_(None)
    found: Sequence[str] = tx.execute(select(t.outbox.c.id).where(*needing)).scalars().all()
    return found


def _waits_for(tx: Transaction, operation_id: str, other_id: str) -> bool:
    """Whether the operation has to wait for the other, by ordering key or by dependence, directly or not."""
    waiting, before = t.outbox.alias("waiting"), t.outbox.alias("before")
    same_ordering_key = and_(before.c.lane == waiting.c.lane, before.c.device_seq < waiting.c.device_seq)
    found, unchecked = {operation_id}, [operation_id]
    while unchecked:
        unfinished_before = select(before.c.id).where(
            waiting.c.id == unchecked.pop(),
            or_(same_ordering_key, before.c.id == waiting.c.depends_on),
            before.c.finished_ms.is_(None),
        )
        for operation in tx.execute(unfinished_before).scalars().all():
            if operation not in found:
                found.add(operation)
                unchecked.append(operation)
    return other_id in found


def discard(tx: Transaction, operation_id: str, *, by: str, reason: str) -> None:
    """Discard a refused operation and its overlay. What depends on it becomes a dead letter.

    Raises CannotEnd unless it is a dead letter, and for a completed sale: the goods have left.
    """
    _refuse_sale(_refused(tx, operation_id), EndingProblem.SALE_NOT_DISCARDED)
    _give_up(tx, operation_id, by=by, reason=reason)


def withdraw(tx: Transaction, operation_id: str, *, by: str, reason: str) -> bool:
    """Withdraw an operation that was never sent. Returns whether it was withdrawn; never a completed sale."""
    row = _row(tx, operation_id)
    if row.finished_ms is not None or row.status != Status.PENDING or row.sent_count:
        return False
    _refuse_sale(row, EndingProblem.SALE_NOT_WITHDRAWN)
    _give_up(tx, operation_id, by=by, reason=reason)
    return True


def _give_up(tx: Transaction, operation_id: str, *, by: str, reason: str) -> None:
    overlay.drop_operation(tx, operation_id)
    _end(tx, operation_id, Status.DISCARDED, by, reason)
    for dependent in _needing(tx, operation_id):
        transitions.mark_needs_attention(
            tx,
            dependent,
            Status.DEAD_LETTER,
            code=DEPENDENCY_GIVEN_UP,
            error="What this builds on was given up. Nothing else is lost; discard this too, or do it anew.",
        )


def _end(tx: Transaction, operation_id: str, status: Status, by: str, reason: str | None) -> None:
    transitions.finish(tx, operation_id, status, result=None, code=None)
    tx.execute(update(t.outbox).where(t.outbox.c.id == operation_id).values(ended_by=by, end_reason=reason))


def _row(tx: Transaction, operation_id: str) -> Row[tuple[object, ...]]:
    of = t.outbox.c
    row = tx.execute(
        select(of.status, of.finished_ms, of.sent_count, of.resource_type).where(of.id == operation_id)
    ).first()
    if row is None:
        raise CannotEnd(EndingProblem.NOT_HERE)
    found: Row[tuple[object, ...]] = row
    return found


def _refused(tx: Transaction, operation_id: str) -> Row[tuple[object, ...]]:
    row = _row(tx, operation_id)
    if row.finished_ms is not None or row.status != Status.DEAD_LETTER:
        raise CannotEnd(EndingProblem.NOT_REFUSED)
    return row


def _refuse_sale(row: Row[tuple[object, ...]], problem: EndingProblem) -> None:
    if row.resource_type == TRANSACTION:
        raise CannotEnd(problem)
