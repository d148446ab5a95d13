"""Snapshots: staged page by page beside the replica, and swapped in, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, select, true, update
from sqlalchemy.dialects.sqlite import insert

from sync_agent.contract.aliases import PRODUCT_ALIAS
from sync_agent.contract.shop_settings import SETTING
from sync_agent.contract.stock import STOCK_FLAG
from sync_agent.contract.streams import Change, SnapshotPage
from sync_agent.store import notices, shop_settings
from sync_agent.store import tables as t
from sync_agent.store.database import Transaction
from sync_agent.store.projection import catalogue, overlay
from sync_agent.store.projection.renaming import Renaming
from sync_agent.store.queue.enqueueing import clear_tenant_seq
from sync_agent.store.replica import feed, flagged, receipts, rows
from sync_agent.store.replica.conflicts import end_conflicts_that_are_gone
from sync_agent.store.replica.cursors import epoch_of
from sync_agent.store.replica.kinds import KINDS, Values, read_row, reads, rows_in_stream


@dataclass(frozen=True)
class StagedSnapshot:
    """A snapshot that is being staged. `page_token` is the next page's; None at the start and
    once `complete`.
    """

    stream: str
    seq: int
    change_id: str
    epoch: str
    page_token: str | None
    rows_done: int
    rows_total: int
    complete: bool
    reader: str
    """What the snapshot is read with."""


def staged_snapshot(connection: Connection, stream: str, kinds: Sequence[str]) -> StagedSnapshot | None:
    """The snapshot to resume; None if there is none, or another release of the till began it."""
    row = connection.execute(select(t.staging).where(t.staging.c.stream == stream)).first()
    if row is None or row.reader != reads(kinds).to_text():
        return None
    return StagedSnapshot(**(row._asdict() | {"complete": bool(row.complete)}))


def stage_page(tx: Transaction, page: SnapshotPage, *, first: bool, kinds: Sequence[str]) -> StagedSnapshot:
    """Stage one page beside the replica. The first page clears what an earlier attempt left."""
    if first:
        for name in kinds:
            tx.execute(delete(KINDS[name].staged).where(rows_in_stream(KINDS[name].staged, kinds)))
        tx.execute(delete(t.staging).where(t.staging.c.stream == page.stream))
        if "stock_level" in kinds:
            flagged.await_a_new_copy(tx)
            receipts.await_a_new_copy(tx)
    kind = KINDS.get(page.resource_type)
    if kind is not None and page.rows:
        values = [kind.values(read_row(kind, _row_of(page.columns, row))) for row in page.rows]
        rows.upsert(tx, kind, values, staged=True)
    if page.resource_type == STOCK_FLAG:
        # A list beside the replica, which versions guard: it needs no staging.
        flagged.note_stock(tx, (_row_of(page.columns, row) for row in page.rows))
    done = tx.execute(select(t.staging.c.rows_done).where(t.staging.c.stream == page.stream)).scalar() or 0
    progress: Values = {
        "stream": page.stream,
        "seq": page.seq,
        "change_id": page.change_id,
        "epoch": page.epoch,
        "page_token": page.next_page_token,
        "rows_done": done + len(page.rows),
        "rows_total": page.rows_total,
        "complete": int(page.next_page_token is None),
        "reader": reads(kinds).to_text(),
    }
    statement = insert(t.staging).values(progress)
    tx.execute(statement.on_conflict_do_update(index_elements=["stream"], set_=progress))
    return StagedSnapshot(**(progress | {"complete": page.next_page_token is None}))


def _row_of(columns: Sequence[str], row: Sequence[Any]) -> Values:
    """A row of a page as an object: a null column is an absent field."""
    return {name: value for name, value in zip(columns, row, strict=True) if value is not None}


def stage_changes(tx: Transaction, stream: str, changes: Sequence[Change]) -> None:
    """Apply changes that were committed while the pages were read to the staged copy."""
    if not changes:
        return
    feed.apply_rows(tx, changes, staged=True)
    last = changes[-1]
    tx.execute(
        update(t.staging).where(t.staging.c.stream == stream).values(seq=last.seq, change_id=last.change_id)
    )


def swap_in(tx: Transaction, stream: str, kinds: Sequence[str]) -> None:
    """Make the staged copy the replica, set the cursor to its number, and drop the overlay rows that it
    covers.
    """
    staged = staged_snapshot(tx.connection, stream, kinds)
    assert staged is not None, "a snapshot is swapped in only after it was staged"
    assert staged.complete, "a snapshot is swapped in only once its last page is there"
    if SETTING in kinds and (names := shop_settings.set_back(tx.connection)):
        notices.add(tx, notices.SETTINGS_SET_BACK, {"settings": " ".join(names)})
    renaming = Renaming(tx, _staged_aliases(tx) if PRODUCT_ALIAS in kinds else {})
    for name in kinds:
        kind = KINDS[name]
        if name == "stock_movement":
            _store_new_movements(tx)
        else:
            staged_rows = select(kind.staged).where(rows_in_stream(kind.staged, kinds))
            tx.execute(delete(kind.table).where(rows_in_stream(kind.table, kinds)))
            tx.execute(kind.table.insert().from_select(kind.table.c.keys(), staged_rows))
        tx.execute(delete(kind.staged).where(rows_in_stream(kind.staged, kinds)))
        tx.touch_all(kind.topic)
    if "user" in kinds and epoch_of(tx.connection, stream) not in (None, staged.epoch):
        clear_tenant_seq(tx)
    cursor = {
        "stream": stream,
        "seq": staged.seq,
        "change_id": staged.change_id,
        "epoch": staged.epoch,
        "synced_ms": tx.now_ms,
        "reader": staged.reader,
    }
    statement = insert(t.cursor).values(cursor)
    tx.execute(statement.on_conflict_do_update(index_elements=["stream"], set_=cursor))
    tx.execute(delete(t.staging).where(t.staging.c.stream == stream))
    overlay.drop_reached(tx, stream, staged.seq)
    renaming.follow()
    if "product" in kinds:
        catalogue.rebuild(tx)
    if "stock_level" in kinds:
        receipts.read_again(tx, stream)
        flagged.end_what_the_copy_lacks(tx)
    if "conflict" in kinds:
        end_conflicts_that_are_gone(tx, kinds)


def _staged_aliases(tx: Transaction) -> dict[str, str]:
    of = t.staged_product_alias.c
    return {row.id: row.product_id for row in tx.execute(select(of.id, of.product_id))}


def _store_new_movements(tx: Transaction) -> None:
    """Replace the movements from the snapshot's oldest on; those before stay: it has only the newest.

    A restored server gives what it lost new ids and numbers when it is sent again.
    """
    new, of = t.staged_movement.c, t.movement.c
    oldest = select(func.min(new.seq)).scalar_subquery()
    is_of_the_place = of.location_id.in_(select(new.location_id))
    lost = is_of_the_place & (of.seq >= oldest) & of.id.not_in(select(new.id))
    tx.execute(delete(t.movement).where(lost))
    statement = insert(t.movement).from_select(t.movement.c.keys(), select(t.staged_movement).where(true()))
    tx.execute(statement.on_conflict_do_nothing(index_elements=["id"]))
