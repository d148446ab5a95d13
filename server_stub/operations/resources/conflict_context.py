"""The context of a conflict: both sides, their common base, and what happened in between."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import Row, func, select

from server_stub.operations.context import OperationContext
from server_stub.operations.parsing import Envelope
from server_stub.services.stock.ledger import Level
from server_stub.store import tables as t
from sync_agent.contract.conflicts import ConflictSide, HistoryEntry
from sync_agent.contract.wire import from_ms, to_ms

_HISTORY_MAX = 200
"""The history shows at most this many of the newest movements or edits."""


def local_side(
    context: OperationContext, envelope: Envelope, values: dict[str, Any], version: int
) -> ConflictSide:
    return ConflictSide(
        values=values,
        version=version,
        actor=envelope.actor_id,
        actor_name=context.name_of(envelope.actor_id),
        device=envelope.device_id,
        device_name=context.device_name(envelope.device_id),
        at=from_ms(envelope.happened_ms(to_ms(envelope.operation.timestamp), context.unit.now_ms)),
    )


def stock_side(context: OperationContext, level: Level, version: int) -> ConflictSide:
    """The level at an earlier version: today's quantity without the movements after it."""
    of = t.movement.c
    quantity = level.quantity - _sum_since(context, level, version)
    last = context.unit.rows(
        select(of.actor_id, of.device_id, of.received_ms).where(
            of.tenant_id == context.tenant_id,
            of.location_id == level.location_id,
            of.product_id == level.product_id,
            of.version == version,
        )
    ).first()
    if last is None:
        return ConflictSide(values={"quantity": quantity}, version=version)
    return ConflictSide(
        values={"quantity": quantity},
        version=version,
        actor=last.actor_id,
        actor_name=context.name_of(last.actor_id),
        device=last.device_id,
        device_name=context.device_name(last.device_id),
        at=from_ms(last.received_ms),
    )


def _sum_since(context: OperationContext, level: Level, version: int) -> int:
    of = t.movement.c
    return int(
        context.unit.rows(
            select(func.coalesce(func.sum(of.delta), 0)).where(
                of.tenant_id == context.tenant_id,
                of.location_id == level.location_id,
                of.product_id == level.product_id,
                of.version > version,
            )
        ).scalar_one()
    )


def moved_since(context: OperationContext, level: Level, version: int) -> Sequence[Row[Any]]:
    """The movements of a level after a version, with the columns that decisions need."""
    of = t.movement.c
    return context.unit.rows(
        select(
            of.version,
            of.delta,
            of.reason,
            of.happened_ms,
            of.device_id,
            of.device_seq,
            of.compensated,
        ).where(
            of.tenant_id == context.tenant_id,
            of.location_id == level.location_id,
            of.product_id == level.product_id,
            of.version > version,
        )
    ).all()


def stock_history(context: OperationContext, level: Level, base: int) -> tuple[HistoryEntry, ...]:
    of = t.movement.c
    rows = context.unit.rows(
        select(t.movement)
        .where(
            of.tenant_id == context.tenant_id,
            of.location_id == level.location_id,
            of.product_id == level.product_id,
            of.version > base,
        )
        .order_by(of.version.desc())
        .limit(_HISTORY_MAX)
    ).all()
    return tuple(
        HistoryEntry(
            operation_id=row.operation_id,
            delta=row.delta,
            reason=row.reason,
            actor=row.actor_id,
            actor_name=context.name_of(row.actor_id),
            device=row.device_id,
            device_name=context.device_name(row.device_id),
            occurred_at=from_ms(row.happened_ms),
            received_at=from_ms(row.received_ms),
        )
        for row in reversed(rows)
    )


def product_side(context: OperationContext, row: dict[str, Any]) -> ConflictSide:
    """A product's current version as a side of a conflict."""
    side = product_side_at(context, row["id"], row["version"])
    assert side is not None, "the newest version of a product is always kept"
    return side


def product_side_at(context: OperationContext, product_id: str, version: int) -> ConflictSide | None:
    """A product's side at a version; None if that version was pruned."""
    of = t.product_version.c
    found = context.unit.rows(
        select(of.row, of.actor_id, of.device_id, of.received_ms).where(
            of.tenant_id == context.tenant_id, of.product_id == product_id, of.version == version
        )
    ).one_or_none()
    if found is None:
        return None
    return ConflictSide(
        values=found.row,
        version=version,
        actor=found.actor_id,
        actor_name=context.name_of(found.actor_id),
        device=found.device_id,
        device_name=context.device_name(found.device_id),
        at=from_ms(found.received_ms),
    )


def product_history(context: OperationContext, product_id: str, base: int) -> tuple[HistoryEntry, ...]:
    of = t.product_version.c
    rows = context.unit.rows(
        select(t.product_version)
        .where(of.tenant_id == context.tenant_id, of.product_id == product_id, of.version >= base)
        .order_by(of.version.desc())
        .limit(_HISTORY_MAX + 1)
    ).all()
    return tuple(
        HistoryEntry(
            operation_id=row.operation_id,
            fields={
                name: value
                for name, value in row.row.items()
                if name != "version" and before.row.get(name) != value
            },
            reason="edit",
            actor=row.actor_id,
            actor_name=context.name_of(row.actor_id),
            device=row.device_id,
            device_name=context.device_name(row.device_id),
            occurred_at=from_ms(row.occurred_ms),
            received_at=from_ms(row.received_ms),
        )
        for before, row in pairwise(reversed(rows))
    )
