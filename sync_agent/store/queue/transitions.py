"""Transitions: an operation has ended, or needs attention. What waits behind it follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import bindparam, select, update

from sync_agent.contract.shop_settings import SETTING
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.queue import ordering
from sync_agent.store.queue.status import WAITING, Status


@dataclass(frozen=True)
class End:
    """How an operation ended. `result` is the server's result in wire names; None if it gave none."""

    operation_id: str
    status: Status
    result: dict[str, Any] | None = None
    code: str | None = None


def finish(
    tx: Transaction, operation_id: str, status: Status, *, result: dict[str, Any] | None, code: str | None
) -> None:
    """Record the end of one operation; see `finish_many`."""
    finish_many(tx, [End(operation_id, status, result, code)])


def finish_many(tx: Transaction, ends: Sequence[End]) -> None:
    """Record the end of operations, in two or three statements, and unblock what follows them."""
    if not ends:
        return
    now_ms = tx.now_ms
    tx.execute(
        _FINISH,
        [
            {
                "of": end.operation_id,
                "status": end.status,
                "code": end.code,
                "result": None if end.result is None else orjson.dumps(end.result).decode(),
                "finished_ms": now_ms,
            }
            for end in ends
        ],
    )
    ended = [end.operation_id for end in ends]
    ordering_keys = (
        select(t.outbox.c.lane).where(t.outbox.c.id.in_(ended), t.outbox.c.lane.is_not(None)).distinct()
    )
    for ordering_key in tx.execute(ordering_keys).scalars().all():
        ordering.unblock(tx, ordering_key)
        if ordering_key.startswith(f"{SETTING}:"):
            tx.touch(Topic.SETTINGS)  # what a till handed over is decided: see `store.shop_settings`
    tx.touch(Topic.OUTBOX)


_FINISH = (
    update(t.outbox)
    .where(t.outbox.c.id == bindparam("of"))
    .values(
        status=bindparam("status"),
        code=bindparam("code"),
        error=None,
        result=bindparam("result"),
        lease_owner=None,
        lease_until_ms=None,
        offer_again=0,
        finished_ms=bindparam("finished_ms"),
    )
)


def mark_needs_attention(
    tx: Transaction, operation_id: str, status: Status, *, code: str | None, error: str | None
) -> None:
    """Mark an operation as in conflict, dead or blocked, and block those after it with its ordering key.

    One that has ended already (its result came late) stays ended.
    """
    row = tx.execute(
        update(t.outbox)
        .where(t.outbox.c.id == operation_id, t.outbox.c.finished_ms.is_(None))
        .values(status=status, code=code, error=error, lease_owner=None, lease_until_ms=None)
        .returning(t.outbox.c.lane, t.outbox.c.device_seq, t.outbox.c.resource_type)
    ).first()
    if row is not None and row.resource_type == SETTING:
        tx.touch(Topic.SETTINGS)  # it does not count at this till any more: see `store.shop_settings`
    if row is not None and row.lane is not None:
        tx.execute(
            update(t.outbox)
            .where(
                t.outbox.c.lane == row.lane,
                t.outbox.c.device_seq > row.device_seq,
                # Leased operations are blocked like the others; a result that still comes ends them.
                t.outbox.c.status.in_(WAITING),
                t.outbox.c.finished_ms.is_(None),
            )
            .values(status=Status.BLOCKED, error=None, lease_owner=None, lease_until_ms=None)
        )
    tx.touch(Topic.OUTBOX)
