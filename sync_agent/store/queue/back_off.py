"""Backing off: when a waiting operation may be sent."""

from typing import Any

from sqlalchemy import Connection, func, or_, select, update

from sync_agent.settings import DEFAULTS
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.queue import ordering
from sync_agent.store.queue.status import Status


def is_over(moment_ms: int, now_ms: int, wait_ms_max: int) -> bool:
    """Whether a wait until `moment_ms` is over.

    A wait longer than `wait_ms_max` is over too: it was stored before the clock was set back.
    """
    return not now_ms < moment_ms <= now_ms + wait_ms_max


def is_over_in_sql(moment: Any, now_ms: int, wait_ms_max: int) -> Any:
    """`is_over` as a SQL condition."""
    return or_(moment <= now_ms, moment > now_ms + wait_ms_max)


def next_due_ms(
    connection: Connection, owner: str, now_ms: int, wait_ms_max: int = DEFAULTS.wait_ms_max
) -> int | None:
    """When the next waiting operation may be claimed, in milliseconds; None if none waits. May be in the
    past.
    """
    unfinished = t.outbox.c.finished_ms.is_(None)  # uses the partial index: most operations have ended
    due = t.outbox.c.next_attempt_ms
    waits = select(due).where(unfinished, t.outbox.c.status == Status.PENDING, ordering.OWN_TURN).limit(1)
    leased = t.outbox.c.status == Status.PROCESSING
    lease_ends = select(func.min(t.outbox.c.lease_until_ms), func.max(t.outbox.c.lease_until_ms))
    abandoned = select(t.outbox.c.id).where(unfinished, leased, t.outbox.c.lease_owner != owner).limit(1)
    # The latest as well as the earliest: a very late one was set before the clock was set back, and is over.
    moments = [
        connection.execute(waits.order_by(due)).scalar(),
        connection.execute(waits.order_by(due.desc())).scalar(),
        *connection.execute(lease_ends.where(unfinished, leased)).one(),
    ]
    if connection.execute(abandoned).first() is not None:
        moments.append(now_ms)
    return min(
        (
            now_ms if is_over(moment, now_ms, wait_ms_max) else moment
            for moment in moments
            if moment is not None
        ),
        default=None,
    )


def wait_until(tx: Transaction, operation_id: str, moment_ms: int) -> None:
    """The operation is not sent before `moment_ms`."""
    tx.execute(update(t.outbox).where(t.outbox.c.id == operation_id).values(next_attempt_ms=moment_ms))


def end_back_off(tx: Transaction) -> None:
    """End the back-off of every waiting operation: the link is back, or a clerk chose "Try now"."""
    tx.execute(
        update(t.outbox)
        .where(t.outbox.c.status == Status.PENDING, t.outbox.c.next_attempt_ms > 0)
        .values(next_attempt_ms=0)
    )
    tx.touch(Topic.OUTBOX)


def count_failed_attempt(tx: Transaction, operation_id: str) -> int | None:
    """Count that the server failed on this operation alone. Returns the count; None if it has ended."""
    tx.touch(Topic.OUTBOX)
    failed_attempts: int | None = tx.execute(
        update(t.outbox)
        .where(t.outbox.c.id == operation_id, t.outbox.c.finished_ms.is_(None))
        .values(failures=t.outbox.c.failures + 1)
        .returning(t.outbox.c.failures)
    ).scalar_one_or_none()
    return failed_attempts
