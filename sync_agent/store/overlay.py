"""The overlay: what this till's own unconfirmed operations add to what the server confirmed.

Kept per operation, product and place. It goes when the cursor of the stream that shows the operation's
effect has reached that effect's number, not when the answer arrives, so a figure never flickers; and it goes
with the operation when a person discards it.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Table, bindparam, delete, select, update

from sync_agent.contract.operations import PRODUCT, STOCK_LEVEL, Effect
from sync_agent.contract.streams import location_stream, tenant_stream
from sync_agent.store import catalogue
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction


def note_effects(tx: Transaction, operation_id: str, effects: Iterable[Effect]) -> None:
    """An operation was applied: remember where the feed will show it, or drop what is shown already."""
    seen: dict[tuple[str, str, str], int] = {
        (effect.stream, effect.resource_type, effect.resource_id): effect.seq for effect in effects
    }
    tenant_id = tx.execute(select(t.device.c.tenant_id)).scalar_one()
    last_of_stream: dict[str, int] = {}
    for (stream, _, _), seq in seen.items():
        last_of_stream[stream] = max(seq, last_of_stream.get(stream, 0))
    cursors = {row.stream: row.seq for row in tx.execute(select(t.cursor.c.stream, t.cursor.c.seq))}

    stock = tx.execute(select(t.overlay).where(t.overlay.c.operation_id == operation_id)).all()
    for row in stock:
        stream = location_stream(tenant_id, row.location_id)
        effect_seq = seen.get((stream, STOCK_LEVEL, row.product_id), last_of_stream.get(stream))
        _settle(tx, t.overlay, row, stream, effect_seq, cursors)
    products = tx.execute(
        select(t.product_overlay).where(t.product_overlay.c.operation_id == operation_id)
    ).all()
    for row in products:
        stream = tenant_stream(tenant_id)
        effect_seq = seen.get((stream, PRODUCT, row.product_id), last_of_stream.get(stream))
        _settle(tx, t.product_overlay, row, stream, effect_seq, cursors)


def _settle(
    tx: Transaction, table: Table, row: Any, stream: str, seq: int | None, cursors: dict[str, int]
) -> None:
    shown_already = seq is None or stream not in cursors or cursors[stream] >= seq
    this_row = (table.c.operation_id == row.operation_id) & (table.c.product_id == row.product_id)
    if table is t.overlay:
        this_row &= t.overlay.c.location_id == row.location_id
    if shown_already:
        tx.execute(delete(table).where(this_row))
        _refresh(tx, table, [row.product_id])
    else:
        tx.execute(update(table).where(this_row).values(effect_stream=stream, effect_seq=seq))


def drop_reached(tx: Transaction, stream: str, seq: int) -> None:
    """The cursor of a stream stands at `seq`: effects up to there are in the replica."""
    for table in (t.overlay, t.product_overlay):
        dropped = tx.execute(
            delete(table)
            .where(table.c.effect_stream == stream, table.c.effect_seq <= seq)
            .returning(table.c.product_id)
        ).scalars()
        _refresh(tx, table, list(dropped))


def drop_shown(tx: Transaction, shown: Iterable[tuple[str, str]]) -> None:
    """The feed shows these effects, as (operation id, product id), whether or not their answer came."""
    wanted = set(shown)
    operations = {operation_id for operation_id, _ in wanted}
    for table in (t.overlay, t.product_overlay):
        # Most of what a feed tells is other tills' doing: one look finds what is ours, if anything.
        of = (table.c.operation_id, table.c.product_id)
        present = tx.execute(select(*of).where(table.c.operation_id.in_(operations))).all()
        dropped = [row._asdict() for row in present if tuple(row) in wanted]
        if dropped:
            tx.execute(delete(table).where(*(column == bindparam(column.name) for column in of)), dropped)
            _refresh(tx, table, [row["product_id"] for row in dropped])


def drop_operation(tx: Transaction, operation_id: str) -> None:
    """The operation will never be applied as it stands (refused and discarded, or decided otherwise)."""
    for table in (t.overlay, t.product_overlay):
        dropped = tx.execute(
            delete(table).where(table.c.operation_id == operation_id).returning(table.c.product_id)
        ).scalars()
        _refresh(tx, table, list(dropped))


def _refresh(tx: Transaction, table: Table, product_ids: list[str]) -> None:
    if not product_ids:
        return
    if table is t.product_overlay:
        catalogue.reproject(tx, product_ids)
    else:
        tx.touch(Topic.STOCK, *product_ids)
