"""The context of a conflict: both sides, their common base, and what happened in between."""

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select

from server_stub.operations.context import OperationContext
from server_stub.operations.parsing import Envelope
from server_stub.services.people.shop_settings import Setting
from server_stub.services.stock.count_order import CLOCK_UNCERTAINTY_MS, Moment
from server_stub.services.stock.ledger import Level
from server_stub.services.streams.product_rows import product_row
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
    return _history_of(context, level, t.movement.c.version > base)


def history_around_count(
    context: OperationContext, level: Level, counted: Moment
) -> tuple[HistoryEntry, ...]:
    """The history of a count whose base version is of another level; empty if its time is not known."""
    if counted.ms is None:
        return ()
    names = context.all_names({level.product_id})
    return _history_of(context, level, around_count(names, counted))


def around_count(names: Collection[str], counted: Moment) -> ColumnElement[bool]:
    """Which of a level's movements were recorded of its product under these ids, and happened since shortly
    before the counting, whose time is known: a parted alias's movements are not the product's any more.
    """
    assert counted.ms is not None, "asked for a count with its time"
    of = t.movement.c
    later = of.happened_ms >= counted.ms - CLOCK_UNCERTAINTY_MS
    if counted.device_id is not None and counted.device_seq is not None:
        # A till's own numbers order what came after its count, whatever its clock did.
        later |= (of.device_id == counted.device_id) & (of.device_seq > counted.device_seq)
    return (of.carried == 0) & (of.sold_as.is_(None) | of.sold_as.in_(names)) & later


def _history_of(
    context: OperationContext, level: Level, which: ColumnElement[bool]
) -> tuple[HistoryEntry, ...]:
    of = t.movement.c
    rows = context.unit.rows(
        select(t.movement)
        .where(
            of.tenant_id == context.tenant_id,
            of.location_id == level.location_id,
            of.product_id == level.product_id,
            which,
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
    """A product's current version as a side of a conflict.

    Without its author if the version was written beside this release by one that keeps none.
    """
    side = product_side_at(context, row["id"], row["version"])
    return side or ConflictSide(values=product_row(row), version=row["version"])


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


def setting_side(context: OperationContext, setting: Setting) -> ConflictSide:
    """A setting's present value as a side of a conflict: what holds, if nobody has set the row."""
    side = setting_side_at(context, setting.id, setting.version)
    if side is None:
        value = context.settings().value(setting.name, setting.place)
        return ConflictSide(values={"value": value}, version=setting.version)
    return side


def setting_side_at(context: OperationContext, row_id: str, version: int) -> ConflictSide | None:
    """A setting's side at a version; None if there is no such version."""
    of = t.setting_version.c
    found = context.unit.rows(
        select(of.value, of.actor_id, of.device_id, of.received_ms).where(
            of.tenant_id == context.tenant_id, of.setting_id == row_id, of.version == version
        )
    ).one_or_none()
    if found is None:
        return None
    return ConflictSide(
        values={"value": found.value},
        version=version,
        actor=found.actor_id,
        actor_name=context.name_of(found.actor_id),
        device=found.device_id,
        device_name=context.device_name(found.device_id),
        at=from_ms(found.received_ms),
    )


def setting_history(context: OperationContext, row_id: str, base: int) -> tuple[HistoryEntry, ...]:
    of = t.setting_version.c
    rows = context.unit.rows(
        select(t.setting_version)
        .where(of.tenant_id == context.tenant_id, of.setting_id == row_id, of.version > base)
        .order_by(of.version.desc())
        .limit(_HISTORY_MAX)
    ).all()
    return tuple(
        HistoryEntry(
            operation_id=row.operation_id or "",
            fields={"value": row.value},
            reason="edit",
            actor=row.actor_id,
            actor_name=context.name_of(row.actor_id),
            device=row.device_id,
            device_name=context.device_name(row.device_id),
            occurred_at=from_ms(row.occurred_ms),
            received_at=from_ms(row.received_ms),
        )
        for row in reversed(rows)
    )
