"""The open shift: what every till transaction belongs to from the moment it is written.

A shift of a till that was enrolled again in the middle of it goes on as a shift of the new identity: the
server lets a till close its own shifts alone. So it is opened under the new identity, with the same float,
before anything else is written to it. ARCHITECTURE.md, "The counter".
"""

from typing import Any

from sqlalchemy import Row, Select, func, insert, select, true, update

from app.services.till import Actor
from sync_agent.contract.operations import SHIFT, ShiftOpen
from sync_agent.contract.wire import from_ms
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.queue import NewOperation, enqueue

_OPEN: Select[Any] = (
    select(
        t.shift.c.id,
        t.shift.c.device_id,
        t.shift.c.opened_ms,
        t.shift.c.float_minor,
        t.shift.c.first_device_seq,
        t.device.c.device_id.label("own_device_id"),
        t.device.c.first_device_seq.label("own_first_device_seq"),
        t.device.c.location_id,
        t.device.c.currency,
    )
    .join(t.device, true())
    .where(t.shift.c.status == "open")
    .limit(1)
)


def open_shift_id(tx: Transaction, actor: Actor) -> str | None:
    """The id of the open shift, which is this identity's afterwards; None without one."""
    row = tx.execute(_OPEN).first()
    if row is None:
        return None
    return row.id if row.device_id == row.own_device_id else _taken_over(tx, row, actor)


def write_open_shift(tx: Transaction, actor: Actor, float_minor: int) -> str:
    """Open a shift with all till transactions that belong to none; its id."""
    device = tx.execute(select(t.device)).one()
    shift_id = _enqueue_opening(tx, device, actor, tx.now_ms, float_minor)
    tx.execute(
        insert(t.shift).values(
            id=shift_id,
            status="open",
            opened_by=actor.id,
            opened_ms=tx.now_ms,
            float_minor=float_minor,
            first_device_seq=_first_number(tx, device.first_device_seq),
            device_id=device.device_id,
        )
    )
    # Their cash is in the same drawer.
    tx.execute(update(t.sale).where(t.sale.c.shift_id.is_(None)).values(shift_id=shift_id))
    return shift_id


def _first_number(tx: Transaction, first_of_identity: int) -> int:
    """Shifts follow one another without a gap: the number after the last one of the shift before."""
    last = tx.execute(select(func.max(t.shift.c.last_device_seq))).scalar()
    return max(first_of_identity, 1 if last is None else last + 1)


def ordering_key(shift_id: str) -> str:
    """A shift's opening is sent before its closing."""
    return f"{SHIFT}:{shift_id}"


def _enqueue_opening(
    tx: Transaction, device: Row[Any], actor: Actor, opened_ms: int, float_minor: int
) -> str:
    shift_id = tx.ids.new()
    data = ShiftOpen(
        opened_at=from_ms(opened_ms),
        float_minor=float_minor,
        currency=device.currency,
        location_id=device.location_id,
    )
    enqueue(
        tx,
        NewOperation(
            id=shift_id,
            operation="create",
            resource_type=SHIFT,
            resource_id=shift_id,
            location_id=device.location_id,
            data=data.to_wire(),
            actor_id=actor.id,
            ordering_key=ordering_key(shift_id),
            summary={"kind": "shift_opened", "person": actor.name},
        ),
    )
    return shift_id


def _taken_over(tx: Transaction, row: Row[Any], actor: Actor) -> str:
    """Make the open shift one of the till's new identity; its id from now on."""
    of = t.outbox.c
    was_sent = (of.sent_count > 0) | of.finished_ms.is_not(None)
    opening = tx.execute(select(of.id).where(of.id == row.id, ~was_sent)).first()
    shift_id: str = row.id
    if opening is None:
        shift_id = _enqueue_opening(tx, row, actor, row.opened_ms, row.float_minor)
        tx.execute(update(t.sale).where(t.sale.c.shift_id == row.id).values(shift_id=shift_id))
    sent_before = tx.execute(
        select(of.id)
        .where(of.device_seq.between(row.first_device_seq, row.own_first_device_seq - 1), was_sent)
        .limit(1)
    ).first()
    # What the former identity may have sent is none of the new one's numbers.
    first = row.first_device_seq if sent_before is None else row.own_first_device_seq
    tx.execute(
        update(t.shift)
        .where(t.shift.c.id == row.id)
        .values(id=shift_id, device_id=row.own_device_id, first_device_seq=first)
    )
    tx.touch(Topic.SHIFTS)
    return shift_id
