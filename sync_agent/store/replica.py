"""The replica: the rows that the server's streams sent. Only this module writes the replica tables.

Changes of a stream are applied in the order of their numbers, page by page, with the cursor in the same
transaction. A change carries a whole row with its version, so applying it twice or late has no effect. A
snapshot fills the `staged_` tables and is swapped in, in one transaction.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import ValidationError
from sqlalchemy import ColumnElement, Connection, Table, delete, func, select, true, update
from sqlalchemy.dialects.sqlite import insert

from sync_agent.contract.conflicts import Conflict
from sync_agent.contract.notices import NOTICE_ROW, NoticeRow
from sync_agent.contract.operations import SHIFT, ShiftRow
from sync_agent.contract.stock import LocationRow, ProductRow, StockLevelRow, StockMovement, UserRow
from sync_agent.contract.streams import (
    Change,
    Cursor,
    ResourceDigest,
    SnapshotPage,
    row_digest,
    written_digest,
)
from sync_agent.contract.tolerance import TOLERANT
from sync_agent.contract.wire import Wire, to_ms
from sync_agent.errors import ProtocolError
from sync_agent.store import catalogue, flagged, outbox, overlay
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.outbox import Status
from sync_agent.store.reader import ReadWith, fields_of

Values = dict[str, Any]


def _product(row: ProductRow) -> Values:
    return row.model_dump(by_alias=False) | {"deleted": int(row.deleted)}


def _location(row: LocationRow) -> Values:
    return row.model_dump(by_alias=False)


def _person(row: UserRow) -> Values:
    return row.model_dump(by_alias=False) | {
        "locations": orjson.dumps(row.locations).decode(),
        "disabled": int(row.disabled),
    }


def _stock_level(row: StockLevelRow) -> Values:
    return {
        "location_id": row.location_id,
        "product_id": row.product_id,
        "quantity": row.quantity,
        "version": row.version,
        "updated_ms": to_ms(row.updated_at),
    }


def _movement(row: StockMovement) -> Values:
    values = row.model_dump(by_alias=False, exclude={"occurred_at", "received_at", "stream"})
    return values | {"occurred_ms": to_ms(row.occurred_at), "received_ms": to_ms(row.received_at)}


def _conflict(row: Conflict) -> Values:
    return {
        "id": row.id,
        "resource_type": row.resource_type,
        "resource_id": row.resource_id,
        "location_id": row.location_id,
        "operation_id": row.operation_id,
        "status": row.status,
        "version": row.version,
        "opened_ms": to_ms(row.timestamp),
        "body": orjson.dumps(row.to_wire()).decode(),
    }


def _shift(row: ShiftRow) -> Values:
    return {
        "id": row.id,
        "location_id": row.location_id,
        "device_id": row.device_id,
        "status": row.status,
        "version": row.version,
        "body": orjson.dumps(row.to_wire()).decode(),
    }


@dataclass(frozen=True)
class ReplicaKind:
    """One resource type: how its wire row becomes a row of its table, and the topic to touch."""

    resource_type: str
    wire: type[Wire]
    values: Callable[[Any], Values]
    table: Table
    staged: Table
    topic: Topic
    in_tenants: bool = False
    """Whether the tenant's stream carries it."""
    in_locations: bool = False
    """Whether a location's stream carries it."""


def _notice(row: NoticeRow) -> Values:
    values = row.model_dump(by_alias=False, exclude={"sent_at", "until"})
    return values | {"sent_ms": to_ms(row.sent_at), "until_ms": to_ms(row.until)}


KINDS: dict[str, ReplicaKind] = {
    kind.resource_type: kind
    for kind in (
        ReplicaKind(
            "location",
            LocationRow,
            _location,
            t.location,
            t.staged_location,
            Topic.DEVICE,
            in_tenants=True,
        ),
        ReplicaKind("user", UserRow, _person, t.person, t.staged_person, Topic.PEOPLE, in_tenants=True),
        ReplicaKind(
            "product", ProductRow, _product, t.product, t.staged_product, Topic.CATALOGUE, in_tenants=True
        ),
        ReplicaKind(
            "stock_level",
            StockLevelRow,
            _stock_level,
            t.stock_level,
            t.staged_stock_level,
            Topic.STOCK,
            in_locations=True,
        ),
        ReplicaKind(
            "stock_movement",
            StockMovement,
            _movement,
            t.movement,
            t.staged_movement,
            Topic.STOCK,
            in_locations=True,
        ),
        ReplicaKind(
            "conflict",
            Conflict,
            _conflict,
            t.conflict,
            t.staged_conflict,
            Topic.CONFLICTS,
            in_tenants=True,
            in_locations=True,
        ),
        ReplicaKind(
            SHIFT,
            ShiftRow,
            _shift,
            t.shift_standing,
            t.staged_shift_standing,
            Topic.SHIFTS,
            in_locations=True,
        ),
        ReplicaKind(
            NOTICE_ROW,
            NoticeRow,
            _notice,
            t.shop_notice,
            t.staged_shop_notice,
            Topic.NOTICES,
            in_tenants=True,
            in_locations=True,
        ),
    )
}
"""Changes of other resource types (sales of other tills, oversold entries, those of a newer server) only
advance the cursor. A type that is added here later is read from a new snapshot: see `reader`.
"""


def _read(kind: ReplicaKind, row: Values) -> Wire:
    try:
        return kind.wire.model_validate(row)
    except ValidationError as error:
        raise ProtocolError(f"a {kind.resource_type} of the server cannot be read: {error}") from error


def cursors(connection: Connection) -> dict[str, Cursor]:
    """The cursor of each stream that this till follows."""
    return {
        row.stream: Cursor(seq=row.seq, change_id=row.change_id)
        for row in connection.execute(select(t.cursor.c.stream, t.cursor.c.seq, t.cursor.c.change_id))
    }


def digests(
    connection: Connection, stream: str, kinds: Sequence[str], at: Cursor
) -> dict[str, ResourceDigest] | None:
    """Digests of this till's copy of a stream, computed as the server does; None if its cursor is not `at`.

    Movements are left out: the till stores only those it received, the server all.
    """
    if cursors(connection).get(stream) != at:
        return None
    return {name: _digest(connection, name, kinds) for name in kinds if name in _DIGESTED}


def _digest(connection: Connection, name: str, kinds: Sequence[str]) -> ResourceDigest:
    table, counts, quantity = _DIGESTED[name]
    key = table.c.product_id if name == "stock_level" else table.c.id
    columns = [key, table.c.version, *quantity]
    query = select(*columns).where(counts, _belongs(table, kinds))
    total = count = 0
    for row in connection.execute(query, execution_options={"yield_per": _DIGEST_ROWS_AT_A_TIME}):
        total += row_digest(*row)
        count += 1
    return ResourceDigest(count=count, digest=written_digest(total))


_DIGEST_ROWS_AT_A_TIME = 5000
_DIGESTED: dict[str, tuple[Table, ColumnElement[bool], tuple[ColumnElement[Any], ...]]] = {
    "location": (t.location, true(), ()),
    "user": (t.person, true(), ()),
    "product": (t.product, t.product.c.deleted == 0, ()),
    "stock_level": (t.stock_level, true(), (t.stock_level.c.quantity,)),
    "conflict": (t.conflict, t.conflict.c.status == "open", ()),
    NOTICE_ROW: (t.shop_notice, true(), ()),
}
"""By resource type: which rows count, and the column that is hashed beside the version."""


def epoch_of(connection: Connection, stream: str) -> str | None:
    return connection.execute(
        select(t.cursor.c.epoch).where(t.cursor.c.stream == stream)
    ).scalar_one_or_none()


# --- changes -----------------------------------------------------------------------------------------


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
        _apply(tx, fresh, staged=False)
        tx.execute(
            update(t.cursor)
            .where(t.cursor.c.stream == stream)
            .values(seq=position, change_id=fresh[-1].change_id, synced_ms=tx.now_ms)
        )
    return gap


def confirm_head(tx: Transaction, stream: str) -> None:
    """The server said that this till's cursor is the head: its figures are current."""
    tx.execute(update(t.cursor).where(t.cursor.c.stream == stream).values(synced_ms=tx.now_ms))


def _apply(tx: Transaction, changes: Sequence[Change], *, staged: bool) -> None:
    flagged.note(tx, changes)
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
            row = _read(kind, change.row)
            rows.setdefault(kind.resource_type, []).append(kind.values(row))
            if isinstance(row, StockLevelRow) and row.movement is not None:
                rows.setdefault("stock_movement", []).append(_movement(row.movement))
            if isinstance(row, Conflict):
                conflicts.append((row, change.operation_id))
        if change.operation_id is not None and change.resource_type in {"stock_level", "product"}:
            shown.append((change.operation_id, change.resource_id))
    for resource_type, values in rows.items():
        _upsert(tx, KINDS[resource_type], values, staged=staged)
    for kind, change in buried:  # after the rows of the same page; versions decide which is later
        _bury(tx, kind, change, staged=staged)
    if not staged:
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


def _upsert(tx: Transaction, kind: ReplicaKind, values: list[Values], *, staged: bool) -> None:
    tx.execute(_upsert_into(kind.staged if staged else kind.table), values)


@functools.cache
def _upsert_into(table: Table) -> Any:
    statement = insert(table)
    keys = [column.name for column in table.primary_key.columns]
    if "version" not in table.c:
        return statement.on_conflict_do_nothing(index_elements=keys)
    # The higher version wins, so a row that comes twice or late has no effect.
    return statement.on_conflict_do_update(
        index_elements=keys,
        set_={c.name: statement.excluded[c.name] for c in table.c if c.name not in keys},
        where=statement.excluded.version > table.c.version,
    )


def _bury(tx: Transaction, kind: ReplicaKind, change: Change, *, staged: bool) -> None:
    """Apply a tombstone: a product is marked deleted (old sales name it); any other row is deleted."""
    table = kind.staged if staged else kind.table
    if kind.resource_type == "product":
        tx.execute(
            update(table)
            .where(table.c.id == change.resource_id, table.c.version < change.version)
            .values(deleted=1, version=change.version)
        )
        if not staged:
            catalogue.reproject(tx, [change.resource_id])
    elif "id" in table.c:
        older = table.c.version < change.version if "version" in table.c else true()
        tx.execute(delete(table).where(table.c.id == change.resource_id, older))
        tx.touch(kind.topic)


# --- conflicts ---------------------------------------------------------------------------------------


def store_conflict(tx: Transaction, conflict: Conflict) -> None:
    """Store a conflict that came with an operation's result, before the feed sends it."""
    _upsert(tx, KINDS["conflict"], [_conflict(conflict)], staged=False)
    tx.touch(Topic.CONFLICTS)


def stored_conflict(tx: Transaction, conflict_id: str) -> Conflict:
    """The conflict as stored on this till."""
    body = tx.execute(select(t.conflict.c.body).where(t.conflict.c.id == conflict_id)).scalar_one()
    return Conflict.model_validate_json(body)


def follow_conflict(tx: Transaction, conflict: Conflict, decided_by: str | None) -> None:
    """The feed sent a conflict: if it is resolved, the operation that met it ends."""
    if conflict.status != "resolved":
        return
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
            outbox.finish(tx, conflict.operation_id, Status.COMPLETED, result=None, code="resolved")
    unblock_what_nothing_blocks(tx)


def unblock_what_nothing_blocks(tx: Transaction) -> None:
    """Unblock the blocked operations whose resource has no open conflict any more, however it was resolved.

    Operations are blocked by an open conflict that this till met, or that the server refused them for.
    """
    of = t.conflict.c
    for ordering_key, resource_type, resource_id, location_id in outbox.blocked_on(tx.connection):
        open_conflict = tx.execute(
            select(of.id).where(
                of.status == "open",
                of.resource_type == resource_type,
                of.resource_id == resource_id,
                of.location_id.is_(None) | (of.location_id == location_id),
            )
        ).first()
        if open_conflict is None:
            outbox.unblock(tx, ordering_key)


# --- snapshots ---------------------------------------------------------------------------------------


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


def kinds_of(stream_is_tenants: bool) -> tuple[str, ...]:
    """The resource types that this till reads of a tenant's stream, or of a location's."""
    return tuple(
        kind.resource_type
        for kind in KINDS.values()
        if (kind.in_tenants if stream_is_tenants else kind.in_locations)
    )


def reads(kinds: Sequence[str]) -> ReadWith:
    """What this program reads of a stream with these resource types."""
    return ReadWith(frozenset({TOLERANT}), {name: fields_of(KINDS[name].wire) for name in kinds})


def read_with(connection: Connection, stream: str) -> ReadWith | None:
    """What the copy of a stream was read with; None if there is no copy."""
    reader = connection.execute(select(t.cursor.c.reader).where(t.cursor.c.stream == stream)).scalar()
    return None if reader is None else ReadWith.from_text(reader)


def note_read_with(tx: Transaction, stream: str, reader: ReadWith) -> None:
    """Store what the stream is read with from now on."""
    tx.execute(update(t.cursor).where(t.cursor.c.stream == stream).values(reader=reader.to_text()))


def stage_page(tx: Transaction, page: SnapshotPage, *, first: bool, kinds: Sequence[str]) -> StagedSnapshot:
    """Stage one page beside the replica. The first page clears what an earlier attempt left."""
    if first:
        for name in kinds:
            tx.execute(delete(KINDS[name].staged).where(_belongs(KINDS[name].staged, kinds)))
        tx.execute(delete(t.staging).where(t.staging.c.stream == page.stream))
    kind = KINDS.get(page.resource_type)
    if kind is not None and page.rows:
        values = [kind.values(_read(kind, _row_of(page.columns, row))) for row in page.rows]
        _upsert(tx, kind, values, staged=True)
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
    _apply(tx, changes, staged=True)
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
    for name in kinds:
        kind = KINDS[name]
        if name == "stock_movement":
            # Movements that this till received before stay: a snapshot has only the newest.
            _store_new_movements(tx)
        else:
            staged_rows = select(kind.staged).where(_belongs(kind.staged, kinds))
            tx.execute(delete(kind.table).where(_belongs(kind.table, kinds)))
            tx.execute(kind.table.insert().from_select(kind.table.c.keys(), staged_rows))
        tx.execute(delete(kind.staged).where(_belongs(kind.staged, kinds)))
        tx.touch_all(kind.topic)
    if "user" in kinds and epoch_of(tx.connection, stream) not in (None, staged.epoch):
        outbox.clear_tenant_seq(tx)
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
    if "product" in kinds:
        catalogue.rebuild(tx)
    if "conflict" in kinds:
        _end_conflicts_that_are_gone(tx, kinds)


_IN_BOTH_STREAMS = frozenset({t.conflict, t.staged_conflict, t.shop_notice, t.staged_shop_notice})


def _belongs(table: Table, kinds: Sequence[str]) -> ColumnElement[bool]:
    """The condition for rows of a table that belong to the stream with these kinds: conflicts and notices are
    in both sorts of stream, those without a location in the tenant's, the others in their location's.
    """
    if table not in _IN_BOTH_STREAMS:
        return true()
    in_tenants = "product" in kinds
    return table.c.location_id.is_(None) if in_tenants else table.c.location_id.is_not(None)


def _store_new_movements(tx: Transaction) -> None:
    statement = insert(t.movement).from_select(t.movement.c.keys(), select(t.staged_movement).where(true()))
    tx.execute(statement.on_conflict_do_nothing(index_elements=["id"]))


def _end_conflicts_that_are_gone(tx: Transaction, kinds: Sequence[str]) -> None:
    """A snapshot has open conflicts only: end the operations whose conflict is missing, as it was decided."""
    decided = tx.execute(
        select(t.outbox.c.id).where(
            t.outbox.c.status == Status.CONFLICT,
            t.outbox.c.resource_type.in_(kinds),
            ~t.outbox.c.id.in_(
                select(t.conflict.c.operation_id).where(
                    t.conflict.c.operation_id.is_not(None), t.conflict.c.status == "open"
                )
            ),
        )
    ).scalars()
    for operation_id in list(decided):
        overlay.drop_operation(tx, operation_id)
        outbox.finish(tx, operation_id, Status.COMPLETED, result=None, code="resolved")


def open_conflict_count(connection: Connection) -> int:
    return connection.execute(
        select(func.count()).select_from(t.conflict).where(t.conflict.c.status == "open")
    ).scalar_one()
