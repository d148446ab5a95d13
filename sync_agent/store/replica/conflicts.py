"""Conflicts as stored on this till, and what their resolution means for its own operations."""

from collections.abc import Sequence

from sqlalchemy import Connection, and_, func, or_, select

from sync_agent.contract.conflicts import Conflict
from sync_agent.contract.shop_settings import SETTING
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.projection import overlay
from sync_agent.store.queue import ordering, transitions
from sync_agent.store.queue.status import Status
from sync_agent.store.replica.kinds import KINDS, conflict_values
from sync_agent.store.replica.rows import upsert


def store_conflict(tx: Transaction, conflict: Conflict) -> None:
    """Store a conflict that came with an operation's result, before the feed sends it."""
    upsert(tx, KINDS["conflict"], [conflict_values(conflict)], staged=False)
    tx.touch(Topic.CONFLICTS)


def stored_conflict(tx: Transaction, conflict_id: str) -> Conflict:
    """The conflict as stored on this till."""
    body = tx.execute(select(t.conflict.c.body).where(t.conflict.c.id == conflict_id)).scalar_one()
    return Conflict.model_validate_json(body)


def open_conflict_count(connection: Connection) -> int:
    return connection.execute(
        select(func.count()).select_from(t.conflict).where(t.conflict.c.status == "open")
    ).scalar_one()


def follow_conflict(tx: Transaction, conflict: Conflict, decided_by: str | None) -> None:
    """The feed sent a conflict: if it is resolved, the operation that met it ends."""
    if conflict.status != "resolved":
        return
    if conflict.resource_type == SETTING:
        tx.touch(Topic.SETTINGS)  # a till that had the same goes on with its own until here
    for operation_id in (conflict.operation_id, decided_by):
        if operation_id is not None:
            overlay.drop_operation(tx, operation_id)
    if conflict.operation_id is not None:
        unfinished = tx.execute(
            select(t.outbox.c.id).where(
                t.outbox.c.id == conflict.operation_id, t.outbox.c.finished_ms.is_(None)
            )
        ).first()
        if unfinished is not None:
            transitions.finish(tx, conflict.operation_id, Status.COMPLETED, result=None, code="resolved")
    unblock_what_nothing_blocks(tx)


def unblock_what_nothing_blocks(tx: Transaction) -> None:
    """Unblock the blocked operations whose resource has no open conflict any more, however it was resolved.

    Operations are blocked by an open conflict that this till met, or that the server refused them for.
    """
    of = t.conflict.c
    for ordering_key, resource_type, resource_id, location_id in ordering.blocked_on(tx.connection):
        open_conflict = tx.execute(
            select(of.id).where(
                of.status == "open",
                of.resource_type == resource_type,
                of.resource_id == resource_id,
                of.location_id.is_(None) | (of.location_id == location_id),
            )
        ).first()
        if open_conflict is None:
            ordering.unblock(tx, ordering_key)


def end_conflicts_that_are_gone(tx: Transaction, kinds: Sequence[str]) -> None:
    """A snapshot has open conflicts only: end the operations whose conflict is missing, as it was decided.

    A setting's row is in the tenant's stream, and its conflict in that of the place that it is set for.
    """
    of = t.outbox.c
    place = of.location_id.is_(None) if SETTING in kinds else of.location_id.is_not(None)
    decided = tx.execute(
        select(of.id).where(
            of.status == Status.CONFLICT,
            or_(
                of.resource_type.in_(set(kinds) - {SETTING}),
                and_(of.resource_type == SETTING, place),
            ),
            ~of.id.in_(
                select(t.conflict.c.operation_id).where(
                    t.conflict.c.operation_id.is_not(None), t.conflict.c.status == "open"
                )
            ),
        )
    ).scalars()
    for operation_id in list(decided):
        overlay.drop_operation(tx, operation_id)
        transitions.finish(tx, operation_id, Status.COMPLETED, result=None, code="resolved")
