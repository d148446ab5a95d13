"""Shifts that a repair found no row of: made anew from their operations, so that no sale is in none."""

from typing import Any

from sqlalchemy import Connection, exists, func, insert, select, update

from sync_agent.contract.operations import SHIFT, ShiftClose, ShiftOpen
from sync_agent.contract.wire import to_ms
from sync_agent.store import tables as t
from sync_agent.store.database import Transaction


def rebuild(tx: Transaction) -> None:
    """Make shifts anew whose opening is in the outbox, and complete those of earlier releases.

    Sales of any other join the open shift; without an open one they belong to none until the next is opened.
    """
    of = t.shift.c
    _note_first_number(tx)
    for shift in tx.execute(select(of.id, of.first_device_seq).where(of.device_id.is_(None))).all():
        device_id = _opened_by(tx.connection, shift.id, shift.first_device_seq)
        tx.execute(update(t.shift).where(of.id == shift.id).values(device_id=device_id))
    last = of.first_device_seq + of.operations - 1
    is_incomplete = (of.status == "closed") & of.last_device_seq.is_(None)
    tx.execute(update(t.shift).where(is_incomplete).values(last_device_seq=last))
    for shift in _from_operations(tx.connection):
        later = select(of.id).where((of.status == "open") | (of.first_device_seq > shift["first_device_seq"]))
        # Where a later one was opened, its closing was lost, and with it what was counted.
        if shift["status"] == "closed" or tx.execute(later).first() is None:
            tx.execute(insert(t.shift), shift)
    is_lost = t.sale.c.shift_id.is_not(None) & ~exists().where(of.id == t.sale.c.shift_id)
    open_id = tx.execute(select(of.id).where(of.status == "open")).scalar()
    tx.execute(update(t.sale).where(is_lost).values(shift_id=open_id))


def _note_first_number(tx: Transaction) -> None:
    """A database of an earlier release does not say where this identity's numbers begin: after the last sale
    under another receipt series.
    """
    device, sale = t.device.c, t.sale.c
    own = device.receipt_series + "-"
    series = func.substr(sale.receipt_number, 1, func.length(own))
    last = (
        select(func.max(t.outbox.c.device_seq))
        .join(t.sale, sale.id == t.outbox.c.id)
        .where(series != own)
        .correlate(t.device)
        .scalar_subquery()
    )
    tx.execute(update(t.device).where(device.first_device_seq <= last).values(first_device_seq=last + 1))


def _opened_by(connection: Connection, shift_id: str, device_seq: int) -> str | None:
    """The identity under which the server knows this shift: this till's own, or None, for a former one.

    What a former identity had not sent is sent as this one's.
    """
    of = t.outbox.c
    was_sent = connection.execute(
        select((of.sent_count > 0) | of.finished_ms.is_not(None)).where(of.id == shift_id)
    ).scalar()
    own = connection.execute(select(t.device.c.device_id, t.device.c.first_device_seq)).first()
    if own is None or (device_seq < own.first_device_seq and was_sent in (None, 1)):
        return None
    return str(own.device_id)


def _from_operations(connection: Connection) -> list[dict[str, Any]]:
    """The rows of shifts that are in the outbox and not among the shifts."""
    of = t.outbox.c
    operations = connection.execute(
        select(of.id, of.operation, of.resource_id, of.device_seq, of.actor_id, of.data)
        .where(of.resource_type == SHIFT, ~exists().where(t.shift.c.id == of.resource_id))
        .order_by(of.device_seq)
    ).all()
    rows: dict[str, dict[str, Any]] = {}
    for operation in operations:
        if operation.operation == "create":
            device_id = _opened_by(connection, operation.resource_id, operation.device_seq)
            rows[operation.resource_id] = _opened(operation, device_id)
        elif operation.resource_id in rows:
            rows[operation.resource_id] |= _closed(operation)
    return list(rows.values())


def _opened(operation: Any, device_id: str | None) -> dict[str, Any]:
    data = ShiftOpen.model_validate_json(operation.data)
    return {
        "id": operation.resource_id,
        "status": "open",
        "opened_by": operation.actor_id,
        "opened_ms": to_ms(data.opened_at),
        "float_minor": data.float_minor,
        "first_device_seq": operation.device_seq,
        "device_id": device_id,
        **dict.fromkeys(
            (
                "closed_by",
                "closed_ms",
                "counted_minor",
                "expected_minor",
                "reason",
                "operations",
                "last_device_seq",
                "close_operation_id",
            )
        ),
    }


def _closed(operation: Any) -> dict[str, Any]:
    data = ShiftClose.model_validate_json(operation.data)
    return {
        "status": "closed",
        "first_device_seq": data.manifest.first_device_seq,
        "last_device_seq": data.manifest.last_device_seq,
        "closed_by": operation.actor_id,
        "closed_ms": to_ms(data.closed_at),
        "counted_minor": data.counted_minor,
        "expected_minor": data.expected_minor,
        "reason": data.note,
        "operations": data.manifest.operations,
        "close_operation_id": operation.id,
    }
