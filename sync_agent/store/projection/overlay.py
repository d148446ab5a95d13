"""The overlay: what this till's own unconfirmed operations add to what the server confirmed.

One row for each operation and what it changes: a product's stock at a place, a product, a setting. A row is
deleted when the cursor of the stream that shows the effect reaches the effect's number, not when the result
arrives, so a figure never flickers; or when a person discards the operation.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Table, bindparam, delete, func, select, update

from sync_agent.contract.operations import PRODUCT, STOCK_LEVEL, Effect
from sync_agent.contract.shop_settings import SETTING
from sync_agent.contract.streams import Change, location_stream, tenant_stream
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.projection import catalogue

_SUBJECT: dict[Table, Column[str]] = {
    t.overlay: t.overlay.c.product_id,
    t.product_overlay: t.product_overlay.c.product_id,
    t.setting_overlay: t.setting_overlay.c.setting_id,
}
"""The tables of the overlay, each with the column of what an effect is on."""
_RESOURCE_TYPE = {t.overlay: STOCK_LEVEL, t.product_overlay: PRODUCT, t.setting_overlay: SETTING}
"""The resource type of the effects of each table: stock is in the stream of its place, the others in the
tenant's.
"""


def note_effects(tx: Transaction, applied: Mapping[str, Sequence[Effect]]) -> None:
    """Operations were applied: store at which number the feed will show each effect, or drop the overlay rows
    that it has shown already. `applied` is by operation id; a few statements, however many there are.
    """
    if not applied:
        return
    tenant_id = tx.execute(select(t.device.c.tenant_id)).scalar_one()
    cursors = {row.stream: row.seq for row in tx.execute(select(t.cursor.c.stream, t.cursor.c.seq))}
    seen = {operation_id: _Shown(effects) for operation_id, effects in applied.items()}
    for table in _SUBJECT:
        _settle(tx, table, seen, tenant_id, cursors)


class _Shown:
    """The numbers at which the feed shows the effects of one operation."""

    def __init__(self, effects: Sequence[Effect]) -> None:
        self._exactly = {
            (effect.stream, effect.resource_type, effect.resource_id): effect.seq for effect in effects
        }
        self._last: dict[str, int] = {}
        for effect in effects:
            self._last[effect.stream] = max(effect.seq, self._last.get(effect.stream, 0))

    def at(self, stream: str, resource_type: str, resource_id: str) -> int | None:
        """The number of the effect; None if the operation has no effect in that stream."""
        return self._exactly.get((stream, resource_type, resource_id), self._last.get(stream))

    def place_of(self, table: Table, row: Any, tenant_id: str) -> tuple[str, int | None]:
        """The stream that shows the effect of an overlay's row, and the number of it as in `at`."""
        is_stock = table is t.overlay
        stream = location_stream(tenant_id, row.location_id) if is_stock else tenant_stream(tenant_id)
        return stream, self.at(stream, _RESOURCE_TYPE[table], getattr(row, _SUBJECT[table].name))


def _settle(
    tx: Transaction, table: Table, seen: Mapping[str, _Shown], tenant_id: str, cursors: dict[str, int]
) -> None:
    keys = list(table.primary_key.columns)
    dropped: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    for row in tx.execute(select(*keys).where(table.c.operation_id.in_(seen))):
        stream, seq = seen[row.operation_id].place_of(table, row, tenant_id)
        key = {f"of_{name}": value for name, value in row._asdict().items()}
        if seq is None or stream not in cursors or cursors[stream] >= seq:
            dropped.append(key)
        else:
            rows.append(key | {"effect_stream": stream, "effect_seq": seq})
    this_row = [column == bindparam(f"of_{column.name}") for column in keys]
    if rows:
        where_shown: dict[str, Any] = {name: bindparam(name) for name in ("effect_stream", "effect_seq")}
        tx.execute(update(table).where(*this_row).values(where_shown), rows)
    if dropped:
        tx.execute(delete(table).where(*this_row), dropped)
        _refresh(tx, table, [key[f"of_{_SUBJECT[table].name}"] for key in dropped])


def replace_effects(tx: Transaction, operation_id: str, effects: Sequence[Effect]) -> None:
    """A restored server applied this operation again: replace the numbers of its effects.

    They belong to a snapshot that is not swapped in yet, so they are not compared with the cursor.
    """
    tenant_id = tx.execute(select(t.device.c.tenant_id)).scalar_one()
    shown = _Shown(effects)
    for table in _SUBJECT:
        keys = list(table.primary_key.columns)
        for row in tx.execute(select(*keys).where(table.c.operation_id == operation_id)).all():
            this_row = [column == getattr(row, column.name) for column in keys]
            _set_effect(tx, table, this_row, *shown.place_of(table, row, tenant_id))


def _set_effect(
    tx: Transaction, table: Table, this: Sequence[ColumnElement[bool]], stream: str, seq: int | None
) -> None:
    if seq is None:
        dropped = tx.execute(delete(table).where(*this).returning(_SUBJECT[table])).scalars()
        _refresh(tx, table, list(dropped))
    else:
        tx.execute(update(table).where(*this).values(effect_stream=stream, effect_seq=seq))


def clear_effects(tx: Transaction, operation_id: str) -> None:
    """A restored server lost this operation and has not applied it again: its overlay is as if it was never
    sent.
    """
    for table in _SUBJECT:
        tx.execute(
            update(table)
            .where(table.c.operation_id == operation_id)
            .values(effect_stream=None, effect_seq=None)
        )


def highest_effect(connection: Connection, stream: str) -> int:
    """The highest number of an expected own effect in this stream; 0 without any."""
    highest = [
        connection.execute(
            select(func.max(table.c.effect_seq)).where(table.c.effect_stream == stream)
        ).scalar_one()
        for table in _SUBJECT
    ]
    return max((seq for seq in highest if seq is not None), default=0)


def is_contradicted_by(tx: Transaction, stream: str, changes: Sequence[Change]) -> bool:
    """Whether the stream has another change at a number where the server had named an own effect."""
    shows = {change.seq: change.operation_id for change in changes}
    for table in _SUBJECT:
        expected = select(table.c.operation_id, table.c.effect_seq).where(
            table.c.effect_stream == stream,
            table.c.effect_seq.between(changes[0].seq, changes[-1].seq),
        )
        if any(shows.get(seq) not in (None, operation_id) for operation_id, seq in tx.execute(expected)):
            return True
    return False


def drop_reached(tx: Transaction, stream: str, seq: int) -> None:
    """Drop the overlay of effects up to `seq`: the stream's cursor has reached it, so the
    replica has them.
    """
    for table, subject in _SUBJECT.items():
        dropped = tx.execute(
            delete(table).where(table.c.effect_stream == stream, table.c.effect_seq <= seq).returning(subject)
        ).scalars()
        _refresh(tx, table, list(dropped))


def drop_shown(tx: Transaction, shown: Iterable[tuple[str, str]]) -> None:
    """Drop the overlay of effects that the feed shows, by (operation id, resource id); a result
    is not needed.
    """
    wanted = set(shown)
    operations = {operation_id for operation_id, _ in wanted}
    for table, subject in _SUBJECT.items():
        # Most changes are other tills': one query finds those of this till.
        of = (table.c.operation_id, subject)
        present = tx.execute(select(*of).where(table.c.operation_id.in_(operations))).all()
        dropped = [row._asdict() for row in present if tuple(row) in wanted]
        if dropped:
            tx.execute(delete(table).where(*(column == bindparam(column.name) for column in of)), dropped)
            _refresh(tx, table, [row[subject.name] for row in dropped])


def drop_operation(tx: Transaction, operation_id: str) -> None:
    """Drop the overlay of an operation that will never be applied (discarded, or decided otherwise)."""
    for table, subject in _SUBJECT.items():
        dropped = tx.execute(
            delete(table).where(table.c.operation_id == operation_id).returning(subject)
        ).scalars()
        _refresh(tx, table, list(dropped))


def _refresh(tx: Transaction, table: Table, subjects: list[str]) -> None:
    if not subjects:
        return
    if table is t.product_overlay:
        catalogue.reproject(tx, subjects)
    elif table is t.setting_overlay:
        tx.touch(Topic.SETTINGS)
    else:
        tx.touch(Topic.STOCK, *subjects)
