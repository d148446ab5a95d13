"""Ordering keys: operations with the same key are sent one after another.

If an operation needs attention, those behind it are blocked. An operation may also depend on another, by
`depends_on`.
"""

from typing import Any

from sqlalchemy import Connection, and_, bindparam, exists, func, or_, select, update

from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.queue.status import Status


def _own_turn() -> Any:
    """A SQL condition: no earlier operation of its ordering key is unfinished, nor the one it depends on."""
    earlier, needed = t.outbox.alias("earlier"), t.outbox.alias("needed")
    first_of_ordering_key = or_(
        t.outbox.c.lane.is_(None),
        ~exists().where(
            earlier.c.lane == t.outbox.c.lane,
            earlier.c.device_seq < t.outbox.c.device_seq,
            earlier.c.finished_ms.is_(None),
        ),
    )
    needs_nothing = or_(
        t.outbox.c.depends_on.is_(None),
        ~exists().where(needed.c.id == t.outbox.c.depends_on, needed.c.finished_ms.is_(None)),
    )
    return and_(first_of_ordering_key, needs_nothing)


OWN_TURN = _own_turn()
"""Built once, because building its aliases takes longer than running the query."""


def unblock(tx: Transaction, ordering_key: str) -> None:
    """Let this key's blocked operations wait for their turn again, up to the first in conflict or dead."""
    first_needing_attention = tx.execute(
        select(func.min(t.outbox.c.device_seq)).where(
            t.outbox.c.lane == ordering_key,
            t.outbox.c.finished_ms.is_(None),
            t.outbox.c.status.in_([Status.CONFLICT, Status.DEAD_LETTER]),
        )
    ).scalar_one()
    blocked = and_(t.outbox.c.lane == ordering_key, t.outbox.c.status == Status.BLOCKED)
    if first_needing_attention is not None:
        blocked = and_(blocked, t.outbox.c.device_seq < first_needing_attention)
    tx.execute(update(t.outbox).where(blocked).values(status=Status.PENDING, next_attempt_ms=0))
    tx.touch(Topic.OUTBOX)


def unblock_after(tx: Transaction, operation_id: str) -> None:
    """Let the operations blocked behind this one wait for their turn again."""
    ordering_key = tx.execute(select(t.outbox.c.lane).where(t.outbox.c.id == operation_id)).scalar_one()
    if ordering_key is not None:
        unblock(tx, ordering_key)


def block_followers(tx: Transaction, ordering_keys: set[str]) -> None:
    """Block what was just queued behind an operation that needs attention."""
    if ordering_keys:
        tx.execute(_BLOCK_FOLLOWERS, {"ordering_keys": sorted(ordering_keys)})


_EARLIER = t.outbox.alias("earlier")


_BLOCK_FOLLOWERS = (
    update(t.outbox)
    .where(
        t.outbox.c.lane.in_(bindparam("ordering_keys", expanding=True)),
        t.outbox.c.status == Status.PENDING,
        exists().where(
            _EARLIER.c.lane == t.outbox.c.lane,
            _EARLIER.c.device_seq < t.outbox.c.device_seq,
            _EARLIER.c.finished_ms.is_(None),
            _EARLIER.c.status.in_([Status.CONFLICT, Status.DEAD_LETTER, Status.BLOCKED]),
        ),
    )
    .values({"status": Status.BLOCKED.value})
)


def blocked_on(connection: Connection) -> list[tuple[str, str, str | None, str | None]]:
    """Ordering key, resource type, resource and location of what is blocked, without duplicates."""
    of = t.outbox.c
    rows = connection.execute(
        select(of.lane, of.resource_type, of.resource_id, of.location_id)
        .where(of.status == Status.BLOCKED, of.finished_ms.is_(None), of.lane.is_not(None))
        .distinct()
    )
    return [(row.lane, row.resource_type, row.resource_id, row.location_id) for row in rows]
