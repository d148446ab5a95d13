"""Leases: which operations are being sent, and by whom.

A claim is a lease, which expires; a lease of another owner was left behind by a process that has died, and is
void. So no operation stays in "processing".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, or_, select, update

from sync_agent.settings import DEFAULTS
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.queue import back_off, ordering
from sync_agent.store.queue.status import Status
from sync_agent.store.queue.wire import wire_form


@dataclass(frozen=True)
class Claimed:
    """A leased operation. `wire` is built from its row and is identical in every attempt."""

    id: str
    device_seq: int
    wire: dict[str, Any]
    bytes: int
    sent_count: int


@dataclass(frozen=True)
class Batch:
    operations: tuple[Claimed, ...] = field(default=())

    @property
    def ids(self) -> list[str]:
        return [claimed.id for claimed in self.operations]

    @property
    def bytes(self) -> int:
        return sum(claimed.bytes for claimed in self.operations)

    def __len__(self) -> int:
        return len(self.operations)


def claim(
    tx: Transaction,
    *,
    owner: str,
    lease_ms: int,
    count_max: int,
    bytes_max: int,
    among: Sequence[str] | None = None,
    wait_ms_max: int = DEFAULTS.wait_ms_max,
) -> Batch:
    """Lease the next operations, by priority (sales before bulk edits), then by operation number.

    Of each ordering key only the oldest unfinished operation is leased, and none if that one needs attention.
    `among` limits the claim to these ids.
    """
    now_ms = tx.now_ms
    # Two queries instead of one with OR, so that each reads its index in order, however long the queue is.
    rows = _candidates(tx, _left_over(now_ms, owner, wait_ms_max), among, count_max)
    if len(rows) < count_max:
        # "+ 0" stops SQLite from using the index on this column: it would then sort the whole queue.
        moment = t.outbox.c.next_attempt_ms + 0
        due = and_(t.outbox.c.status == Status.PENDING, back_off.is_over_in_sql(moment, now_ms, wait_ms_max))
        rows += _candidates(tx, due, among, count_max - len(rows))
    claimed: list[Claimed] = []
    size = 0
    for row in rows:
        size += row.bytes
        if claimed and size > bytes_max:
            break
        claimed.append(Claimed(row.id, row.device_seq, wire_form(row), row.bytes, row.sent_count))
    claimed.sort(key=lambda operation: operation.device_seq)
    if claimed:
        tx.execute(
            update(t.outbox)
            .where(t.outbox.c.id.in_([operation.id for operation in claimed]))
            .values(
                status=Status.PROCESSING,
                lease_owner=owner,
                lease_until_ms=now_ms + lease_ms,
                sent_count=t.outbox.c.sent_count + 1,
            )
        )
        tx.touch(Topic.OUTBOX)
    return Batch(tuple(claimed))


def _candidates(tx: Transaction, which: Any, among: Sequence[str] | None, count_max: int) -> list[Any]:
    query = (
        select(t.outbox)
        .where(t.outbox.c.finished_ms.is_(None), which, ordering.OWN_TURN)
        .order_by(t.outbox.c.rank, t.outbox.c.device_seq)
        .limit(count_max)
    )
    if among is not None:
        query = query.where(t.outbox.c.id.in_(among))
    return list(tx.execute(query))


def _left_over(now_ms: int, owner: str, wait_ms_max: int) -> Any:
    """A SQL condition: leased, but the lease has expired or its owner has died."""
    return and_(
        t.outbox.c.status == Status.PROCESSING,
        or_(
            back_off.is_over_in_sql(t.outbox.c.lease_until_ms, now_ms, wait_ms_max),
            t.outbox.c.lease_owner != owner,
        ),
    )


def release(tx: Transaction, ids: Iterable[str], *, next_attempt_ms: int, error: str | None) -> None:
    """Release leased operations after transport trouble: they wait again; no failed attempt is counted."""
    tx.execute(
        update(t.outbox)
        .where(t.outbox.c.id.in_(list(ids)), t.outbox.c.status == Status.PROCESSING)
        .values(
            status=Status.PENDING,
            lease_owner=None,
            lease_until_ms=None,
            next_attempt_ms=next_attempt_ms,
            error=error,
        )
    )
    tx.touch(Topic.OUTBOX)
