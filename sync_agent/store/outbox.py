"""The outbox: the durable queue of this till's operations, from the clerk's action to the end of each.

An operation is written in the same transaction as the business rows that it reports. A claim is a lease,
which expires; a lease of another owner was left behind by a process that has died, and is void. So no
operation stays in "processing". ARCHITECTURE.md, "Life of an operation".
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import Connection, and_, bindparam, exists, func, insert, literal, or_, select, update

from sync_agent.contract.operations import Approval, chain_hash, content_hash
from sync_agent.contract.streams import tenant_stream
from sync_agent.contract.wire import format_time, from_ms
from sync_agent.settings import DEFAULTS
from sync_agent.store import catalogue, forms
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.device import NotEnrolled


class Status(StrEnum):
    """The status of an operation on the till. The server's result statuses map onto these."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    CONFLICT = "conflict"
    BLOCKED = "blocked"
    DEAD_LETTER = "dead_letter"
    REPLACED = "replaced"
    DISCARDED = "discarded"


WAITING = (Status.PENDING, Status.PROCESSING)


def is_over(moment_ms: int, now_ms: int, wait_ms_max: int) -> bool:
    """Whether a wait until `moment_ms` is over.

    A wait longer than `wait_ms_max` is over too: it was stored before the clock was set back.
    """
    return not now_ms < moment_ms <= now_ms + wait_ms_max


def _is_over(moment: Any, now_ms: int, wait_ms_max: int) -> Any:
    """`is_over` as a SQL condition."""
    return or_(moment <= now_ms, moment > now_ms + wait_ms_max)


@dataclass(frozen=True)
class ExpectedStockEffect:
    """The expected effect on one product's stock: "delta" adds `quantity`, "count" sets it."""

    product_id: str
    location_id: str
    kind: str
    quantity: int


@dataclass(frozen=True)
class ExpectedProductEffect:
    """The expected effect on a product: the fields it sets (columns of the catalogue), or its deletion."""

    product_id: str
    fields: dict[str, Any]
    deleted: bool = False


@dataclass(frozen=True)
class NewOperation:
    """An operation to be queued. `data` has wire names and JSON types, in the newest form.

    It is hashed when it is written, and never changes.
    """

    operation: str
    resource_type: str
    resource_id: str | None
    data: dict[str, Any]
    actor_id: str
    summary: dict[str, Any]
    location_id: str | None = None
    base_version: int | None = None
    approved_by_id: str | None = None
    approvals: tuple[Approval, ...] = ()
    """What was approved in it, and by whom; `approved_by_id` is who gave the last of them."""
    ordering_key: str | None = None
    priority: int = 0
    replaces: str | None = None
    occurred_ms: int | None = None
    depends_on: str | None = None
    """The id of an operation that has to end before this one is sent."""
    stock: tuple[ExpectedStockEffect, ...] = ()
    product: ExpectedProductEffect | None = None
    id: str | None = None
    """Generated if None."""


@dataclass(frozen=True)
class Enqueued:
    id: str
    device_seq: int


def enqueue(tx: Transaction, new: NewOperation) -> Enqueued:
    """Queue one operation, with its expected effects, in the caller's transaction."""
    return enqueue_many(tx, (new,))[0]


def enqueue_many(tx: Transaction, operations: Sequence[NewOperation]) -> list[Enqueued]:
    """Queue operations in order. Raises NotEnrolled on a home without a till."""
    row = tx.execute(_NUMBERS).first()
    if row is None:
        raise NotEnrolled("This till is not enrolled yet.")
    device_seq, last_hash, clock_offset_ms, tenant_seq, server_forms = row
    form = forms.FORMS.to_write(server_forms)
    outbox_rows, stock_rows, product_rows = [], [], []
    for new in operations:
        values = _outbox_values(tx, new, device_seq, last_hash, clock_offset_ms, form)
        values["tenant_seq"] = tenant_seq
        outbox_rows.append(values)
        for effect in new.stock:
            stock_rows.append(_stock_overlay(values["id"], device_seq, effect))
            tx.touch(Topic.STOCK, effect.product_id)
        if new.product is not None:
            product_rows.append(_product_overlay(values["id"], device_seq, new.product))
        device_seq, last_hash = device_seq + 1, values["hash"]
    tx.execute(_SET_NUMBERS, {"next_device_seq": device_seq, "last_hash": last_hash})
    tx.execute(_INSERT_OPERATION, outbox_rows)
    _block_followers(tx, {values["lane"] for values in outbox_rows} - {None})
    if stock_rows:
        tx.execute(_INSERT_OVERLAY, stock_rows)
    if product_rows:
        tx.execute(insert(t.product_overlay), product_rows)
        catalogue.reproject(tx, [row["product_id"] for row in product_rows])
    tx.touch(Topic.OUTBOX)
    return [Enqueued(values["id"], values["device_seq"]) for values in outbox_rows]


_INSERT_OPERATION, _INSERT_OVERLAY = insert(t.outbox), insert(t.overlay)
_NUMBERS = select(
    t.device.c.next_device_seq,
    t.device.c.last_hash,
    t.device.c.clock_offset_ms,
    t.cursor.c.seq,
    t.link.c.forms,
).select_from(
    t.device.outerjoin(
        t.cursor, t.cursor.c.stream == literal(tenant_stream("")) + t.device.c.tenant_id
    ).outerjoin(t.link, t.link.c.id == t.device.c.id)
)
_SET_NUMBERS = update(t.device).values({name: bindparam(name) for name in ("next_device_seq", "last_hash")})


def _outbox_values(
    tx: Transaction, new: NewOperation, device_seq: int, prev_hash: str, clock_offset_ms: int, form: int
) -> dict[str, Any]:
    operation_id = new.id or tx.ids.new()
    written = forms.FORMS.written_in(form, new.resource_type, new.data)
    data = orjson.dumps(written)
    approvals = orjson.dumps([approval.to_wire() for approval in new.approvals]) if new.approvals else b""
    content = content_hash(new.operation, new.resource_type, new.resource_id, written)
    return {
        "id": operation_id,
        "device_seq": device_seq,
        "operation": new.operation,
        "resource_type": new.resource_type,
        "resource_id": new.resource_id,
        "location_id": new.location_id,
        "data": data.decode(),
        "base_version": new.base_version,
        "actor_id": new.actor_id,
        "approved_by_id": new.approved_by_id,
        "approvals": approvals.decode() if approvals else None,
        "prev_hash": prev_hash,
        "hash": chain_hash(prev_hash, operation_id, device_seq, content),
        "timestamp_ms": tx.now_ms if new.occurred_ms is None else new.occurred_ms,
        "clock_offset_ms": clock_offset_ms,
        "schema_version": form,
        "replaces": new.replaces,
        "summary": json.dumps(new.summary, ensure_ascii=False),
        "bytes": len(data) + len(approvals) + _WIRE_FRAME_BYTES,
        "rank": new.priority,
        "lane": new.ordering_key,
        "status": Status.PENDING,
        "failures": 0,
        "sent_count": 0,
        "next_attempt_ms": 0,
        "lease_owner": None,
        "lease_until_ms": None,
        "code": None,
        "error": None,
        "result": None,
        "finished_ms": None,
        "depends_on": new.depends_on,
        "offer_again": 0,
        "ended_by": None,
        "end_reason": None,
    }


_WIRE_FRAME_BYTES = 700
"""An upper bound for the size of the wire fields besides `data` and `approvals` (ids, hash, times)."""


def _stock_overlay(operation_id: str, device_seq: int, effect: ExpectedStockEffect) -> dict[str, Any]:
    return {
        "operation_id": operation_id,
        "product_id": effect.product_id,
        "location_id": effect.location_id,
        "device_seq": device_seq,
        "kind": effect.kind,
        "quantity": effect.quantity,
        "effect_stream": None,
        "effect_seq": None,
    }


def _product_overlay(operation_id: str, device_seq: int, effect: ExpectedProductEffect) -> dict[str, Any]:
    return {
        "operation_id": operation_id,
        "product_id": effect.product_id,
        "device_seq": device_seq,
        "fields": orjson.dumps(effect.fields).decode(),
        "deleted": int(effect.deleted),
        "effect_stream": None,
        "effect_seq": None,
    }


# --- claiming ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Claimed:
    """A leased operation. `wire` is built from its row and is identical in every attempt."""

    id: str
    device_seq: int
    wire: dict[str, Any]
    bytes: int
    sent_count: int


@dataclass(frozen=True)
class Batch:
    operations: tuple[Claimed, ...] = field(default=())

    @property
    def ids(self) -> list[str]:
        return [claimed.id for claimed in self.operations]

    @property
    def bytes(self) -> int:
        return sum(claimed.bytes for claimed in self.operations)

    def __len__(self) -> int:
        return len(self.operations)


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


_OWN_TURN = _own_turn()
"""Built once, because building its aliases takes longer than running the query."""


def claim(
    tx: Transaction,
    *,
    owner: str,
    lease_ms: int,
    count_max: int,
    bytes_max: int,
    among: Sequence[str] | None = None,
    wait_ms_max: int = DEFAULTS.wait_ms_max,
) -> Batch:
    """Lease the next operations, by priority (sales before bulk edits), then by operation number.

    Of each ordering key only the oldest unfinished operation is leased, and none if that one needs attention.
    `among` limits the claim to these ids.
    """
    now_ms = tx.now_ms
    # Two queries instead of one with OR, so that each reads its index in order, however long the queue is.
    rows = _candidates(tx, _left_over(now_ms, owner, wait_ms_max), among, count_max)
    if len(rows) < count_max:
        # "+ 0" stops SQLite from using the index on this column: it would then sort the whole queue.
        moment = t.outbox.c.next_attempt_ms + 0
        due = and_(t.outbox.c.status == Status.PENDING, _is_over(moment, now_ms, wait_ms_max))
        rows += _candidates(tx, due, among, count_max - len(rows))
    claimed: list[Claimed] = []
    size = 0
    for row in rows:
        size += row.bytes
        if claimed and size > bytes_max:
            break
        claimed.append(Claimed(row.id, row.device_seq, wire_form(row), row.bytes, row.sent_count))
    claimed.sort(key=lambda operation: operation.device_seq)
    if claimed:
        tx.execute(
            update(t.outbox)
            .where(t.outbox.c.id.in_([operation.id for operation in claimed]))
            .values(
                status=Status.PROCESSING,
                lease_owner=owner,
                lease_until_ms=now_ms + lease_ms,
                sent_count=t.outbox.c.sent_count + 1,
            )
        )
        tx.touch(Topic.OUTBOX)
    return Batch(tuple(claimed))


def _candidates(tx: Transaction, which: Any, among: Sequence[str] | None, count_max: int) -> list[Any]:
    query = (
        select(t.outbox)
        .where(t.outbox.c.finished_ms.is_(None), which, _OWN_TURN)
        .order_by(t.outbox.c.rank, t.outbox.c.device_seq)
        .limit(count_max)
    )
    if among is not None:
        query = query.where(t.outbox.c.id.in_(among))
    return list(tx.execute(query))


def _left_over(now_ms: int, owner: str, wait_ms_max: int) -> Any:
    """A SQL condition: leased, but the lease has expired or its owner has died."""
    return and_(
        t.outbox.c.status == Status.PROCESSING,
        or_(_is_over(t.outbox.c.lease_until_ms, now_ms, wait_ms_max), t.outbox.c.lease_owner != owner),
    )


def wire_form(row: Any) -> dict[str, Any]:
    """An outbox row in wire form, identical in every attempt."""
    wire = {
        "id": row.id,
        "operation": row.operation,
        "resourceType": row.resource_type,
        "resourceId": row.resource_id,
        "data": orjson.loads(row.data),
        "timestamp": format_time(from_ms(row.timestamp_ms)),
        "locationId": row.location_id,
        "version": row.base_version,
        "actorId": row.actor_id,
        "approvedById": row.approved_by_id,
        "approvals": None if row.approvals is None else orjson.loads(row.approvals),
        "deviceSeq": row.device_seq,
        "prevHash": row.prev_hash,
        "replaces": row.replaces,
        "schema": row.schema_version,
        "clockOffsetMs": row.clock_offset_ms,
        "tenantSeq": row.tenant_seq,
    }
    return {name: value for name, value in wire.items() if value is not None}


def clear_tenant_seq(tx: Transaction) -> None:
    """Clear the `tenant_seq` of all operations: the tenant's stream has a new epoch (the server was restored
    from a backup), and the numbers of the old one mean nothing in it.
    """
    tx.execute(update(t.outbox).where(t.outbox.c.tenant_seq.is_not(None)).values(tenant_seq=None))


def next_due_ms(
    connection: Connection, owner: str, now_ms: int, wait_ms_max: int = DEFAULTS.wait_ms_max
) -> int | None:
    """When the next waiting operation may be claimed, in milliseconds; None if none waits. May be in the
    past.
    """
    unfinished = t.outbox.c.finished_ms.is_(None)  # uses the partial index: most operations have ended
    due = t.outbox.c.next_attempt_ms
    waits = select(due).where(unfinished, t.outbox.c.status == Status.PENDING, _OWN_TURN).limit(1)
    leased = t.outbox.c.status == Status.PROCESSING
    lease_ends = select(func.min(t.outbox.c.lease_until_ms), func.max(t.outbox.c.lease_until_ms))
    abandoned = select(t.outbox.c.id).where(unfinished, leased, t.outbox.c.lease_owner != owner).limit(1)
    # The latest as well as the earliest: a very late one was set before the clock was set back, and is over.
    moments = [
        connection.execute(waits.order_by(due)).scalar(),
        connection.execute(waits.order_by(due.desc())).scalar(),
        *connection.execute(lease_ends.where(unfinished, leased)).one(),
    ]
    if connection.execute(abandoned).first() is not None:
        moments.append(now_ms)
    return min(
        (
            now_ms if is_over(moment, now_ms, wait_ms_max) else moment
            for moment in moments
            if moment is not None
        ),
        default=None,
    )


def waiting_count(connection: Connection) -> int:
    """How many operations have no result yet."""
    return connection.execute(
        select(func.count())
        .select_from(t.outbox)
        .where(t.outbox.c.status.in_(WAITING), t.outbox.c.finished_ms.is_(None))
    ).scalar_one()


# --- after an attempt --------------------------------------------------------------------------------


def release(tx: Transaction, ids: Iterable[str], *, next_attempt_ms: int, error: str | None) -> None:
    """Release leased operations after transport trouble: they wait again; no failed attempt is counted."""
    tx.execute(
        update(t.outbox)
        .where(t.outbox.c.id.in_(list(ids)), t.outbox.c.status == Status.PROCESSING)
        .values(
            status=Status.PENDING,
            lease_owner=None,
            lease_until_ms=None,
            next_attempt_ms=next_attempt_ms,
            error=error,
        )
    )
    tx.touch(Topic.OUTBOX)


def count_failed_attempt(tx: Transaction, operation_id: str) -> int | None:
    """Count that the server failed on this operation alone. Returns the count; None if it has ended."""
    tx.touch(Topic.OUTBOX)
    failed_attempts: int | None = tx.execute(
        update(t.outbox)
        .where(t.outbox.c.id == operation_id, t.outbox.c.finished_ms.is_(None))
        .values(failures=t.outbox.c.failures + 1)
        .returning(t.outbox.c.failures)
    ).scalar_one_or_none()
    return failed_attempts


def sent_without_answer(connection: Connection) -> list[str]:
    """Ids of the operations that were sent and have no result, by operation number."""
    query = (
        select(t.outbox.c.id)
        .where(t.outbox.c.finished_ms.is_(None), t.outbox.c.status.in_(WAITING), t.outbox.c.sent_count > 0)
        .order_by(t.outbox.c.device_seq)
    )
    return list(connection.execute(query).scalars())


def wait_until(tx: Transaction, operation_id: str, moment_ms: int) -> None:
    """The operation is not sent before `moment_ms`."""
    tx.execute(update(t.outbox).where(t.outbox.c.id == operation_id).values(next_attempt_ms=moment_ms))


def forget_waits(tx: Transaction) -> None:
    """End the back-off of every waiting operation: the link is back, or a clerk chose "Try now"."""
    tx.execute(
        update(t.outbox)
        .where(t.outbox.c.status == Status.PENDING, t.outbox.c.next_attempt_ms > 0)
        .values(next_attempt_ms=0)
    )
    tx.touch(Topic.OUTBOX)


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
        unblock(tx, ordering_key)
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

    One that has ended meanwhile (its result came late) stays ended.
    """
    row = tx.execute(
        update(t.outbox)
        .where(t.outbox.c.id == operation_id, t.outbox.c.finished_ms.is_(None))
        .values(status=status, code=code, error=error, lease_owner=None, lease_until_ms=None)
        .returning(t.outbox.c.lane, t.outbox.c.device_seq)
    ).first()
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


def unblock_after(tx: Transaction, operation_id: str) -> None:
    """Let the operations blocked behind this one wait for their turn again."""
    ordering_key = tx.execute(select(t.outbox.c.lane).where(t.outbox.c.id == operation_id)).scalar_one()
    if ordering_key is not None:
        unblock(tx, ordering_key)


def _block_followers(tx: Transaction, ordering_keys: set[str]) -> None:
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
