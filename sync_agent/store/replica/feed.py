"""Applies the changes of a stream, in the order of their numbers, with the cursor in the same transaction.

A change carries a whole row with its version, so applying it twice or late has no effect. A gap or a fork is
noticed before anything is applied.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from sync_agent.contract.aliases import PRODUCT_ALIAS
from sync_agent.contract.conflicts import Conflict
from sync_agent.contract.shop_settings import SETTING
from sync_agent.contract.stock import StockLevelRow
from sync_agent.contract.streams import Change
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.projection import catalogue, overlay
from sync_agent.store.projection.renaming import Renaming
from sync_agent.store.replica import flagged, receipts
from sync_agent.store.replica.conflicts import follow_conflict
from sync_agent.store.replica.kinds import KINDS, ReplicaKind, Values, movement_values, read_row
from sync_agent.store.replica.rows import bury, upsert


@dataclass(frozen=True)
class Gap:
    """Changes are missing before those that were given: pull what follows `after`."""

    after: int


@dataclass(frozen=True)
class Fork:
    """The stream has other changes than the server had named: it was restored from an older backup."""


def apply_changes(tx: Transaction, stream: str, changes: Sequence[Change]) -> Gap | Fork | None:
    """Apply the changes that come next, skip those already applied, stop before a gap; apply none of a fork.

    Replica, cursor, overlay rows that the changes replace, and operations that they end change in this
    transaction.
    """
    position = tx.execute(select(t.cursor.c.seq).where(t.cursor.c.stream == stream)).scalar_one_or_none()
    if position is None:
        return Gap(0)
    fresh: list[Change] = []
    gap: Gap | None = None
    for change in changes:
        if change.seq <= position:
            continue
        if change.seq != position + 1:
            gap = Gap(position)
            break
        fresh.append(change)
        position = change.seq
    if fresh and overlay.is_contradicted_by(tx, stream, fresh):
        return Fork()
    if fresh:
        # First the overlay rows whose effect's number is known: few are left for `drop_shown` to find.
        overlay.drop_reached(tx, stream, position)
        apply_rows(tx, fresh, staged=False)
        tx.execute(
            update(t.cursor)
            .where(t.cursor.c.stream == stream)
            .values(seq=position, change_id=fresh[-1].change_id, synced_ms=tx.now_ms)
        )
    return gap


def apply_rows(tx: Transaction, changes: Sequence[Change], *, staged: bool) -> None:
    """Write the rows of these changes to the replica, or to the staged copy beside it.

    For the replica also what follows: catalogue, overlay, and the operations that a decision ends.
    """
    flagged.note(tx, changes)
    receipts.note_changes(tx, changes)
    rows: dict[str, list[Values]] = {}
    shown: list[tuple[str, str]] = []
    conflicts: list[tuple[Conflict, str | None]] = []
    buried: list[tuple[ReplicaKind, Change]] = []
    for change in changes:
        kind = KINDS.get(change.resource_type)
        if kind is None:
            continue
        if change.row is None:
            buried.append((kind, change))
        else:
            row = read_row(kind, change.row)
            rows.setdefault(kind.resource_type, []).append(kind.values(row))
            if isinstance(row, StockLevelRow) and row.movement is not None:
                rows.setdefault("stock_movement", []).append(movement_values(row.movement))
            if isinstance(row, Conflict):
                conflicts.append((row, change.operation_id))
        if change.operation_id is not None and change.resource_type in {"stock_level", "product", SETTING}:
            shown.append((change.operation_id, change.resource_id))
    renamed = {value["id"]: value["product_id"] for value in rows.get(PRODUCT_ALIAS, ())}
    renaming = Renaming(tx, {} if staged else renamed)
    for resource_type, values in rows.items():
        upsert(tx, KINDS[resource_type], values, staged=staged)
    for kind, change in buried:  # after the rows of the same page; versions decide which is later
        bury(tx, kind, change, staged=staged)
    if not staged:
        renaming.follow()
        _note_touched(tx, rows)
        overlay.drop_shown(tx, shown)
        for conflict, decided_by in conflicts:
            follow_conflict(tx, conflict, decided_by)


def _note_touched(tx: Transaction, rows: dict[str, list[Values]]) -> None:
    for resource_type, values in rows.items():
        if resource_type == "product":
            catalogue.reproject(tx, [value["id"] for value in values])
        elif resource_type in {"stock_level", "stock_movement"}:
            tx.touch(Topic.STOCK, *(value["product_id"] for value in values))
        else:
            tx.touch(KINDS[resource_type].topic)
