"""Work that one till carries for another: which, and what it says of the till that made it.

A till that cannot send (its machine has died, its line is down for good) is rescued by another till of its
place. What is carried counts as the till's own, under its numbers, until the till itself says otherwise: a
number is its owner's. So it proves nothing against that till, bounds nothing that it says, and is given back.
"""

from collections.abc import Collection

from sqlalchemy import select, update

from server_stub.operations.context import OperationContext
from server_stub.operations.parsing import Envelope
from server_stub.store import tables as t
from server_stub.store.audit import AuditRecord


def may_carry(context: OperationContext, envelope: Envelope) -> bool:
    """Whether an operation is carried for another till of the bearer's place."""
    if not envelope.raw.is_forwarded or envelope.device_id is None or not context.caller.is_device:
        return False
    return context.place_of_device(envelope.device_id) in context.caller.locations


def confirm(context: OperationContext, envelope: Envelope | None) -> None:
    """A till sends again what was carried for it: now it is its own."""
    if envelope is None or envelope.raw.is_forwarded or envelope.device_id is None:
        return
    of = t.operation.c
    context.unit.execute(
        update(t.operation)
        .where(
            of.tenant_id == context.tenant_id,
            of.id == envelope.id,
            of.device_id == envelope.device_id,
            of.carried_by.is_not(None),
        )
        .values(carried_by=None)
    )


def give_numbers_back(context: OperationContext, disputed: Collection[str]) -> None:
    """Takes the numbers from carried operations whose till uses them for others. The operations stay, and the
    audit trail names them.
    """
    if not disputed or context.caller.device_id is None:
        return
    of = t.operation.c
    query = select(of.id, of.device_seq, of.carried_by).where(
        of.tenant_id == context.tenant_id,
        of.id.in_(disputed),
        of.device_id == context.caller.device_id,
        of.carried_by.is_not(None),
        of.device_seq.is_not(None),
    )
    rows = context.unit.rows(query.order_by(of.device_seq)).all()
    ids = [row.id for row in rows]
    moved, sold = t.movement.c, t.till_transaction.c
    for table, which in (
        (t.operation, of.id.in_(ids)),
        (t.movement, moved.operation_id.in_(ids)),
        (t.till_transaction, sold.id.in_(ids)),
    ):
        context.unit.execute(
            update(table).where(table.c.tenant_id == context.tenant_id, which).values(device_seq=None)
        )
    for row in rows:
        context.unit.audit(
            AuditRecord(
                kind="anomaly",
                outcome="carried_number_disputed",
                device_id=row.carried_by,
                resource_type="device",
                resource_id=context.caller.device_id,
                operation_id=row.id,
                detail={"deviceSeq": row.device_seq},
            )
        )
