"""A manager's actions on quarantined sales: list, retry, discard."""

from typing import Any

from sqlalchemy import Connection, func, or_, select

from server_stub.errors import Refusal
from server_stub.operations import quarantine, queue
from server_stub.operations.answers import replace_answer
from server_stub.operations.context import OperationContext
from server_stub.operations.handler import Handlers
from server_stub.operations.handlers import shifts
from server_stub.operations.locks import StreamsBusy
from server_stub.operations.outcome import REASON_MAX
from server_stub.operations.parsing import Defaults, read
from server_stub.operations.quarantine import Quarantined
from server_stub.roles import Action
from server_stub.services.people.caller import Caller
from server_stub.services.streams.quarantine_rows import quarantine_row
from server_stub.services.streams.sync import up_to_bytes
from server_stub.store import tables as t
from server_stub.store.audit import AuditRecord
from server_stub.store.database import UnitOfWork
from server_stub.store.tables import Device
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import OperationResult, QuarantineRow


def quarantined_for(
    connection: Connection, caller: Caller, status: str | None, limit: int
) -> list[QuarantineRow]:
    """The sales in quarantine that the caller may look at, newest first."""
    of = t.quarantine.c
    query = (
        select(t.quarantine, func.length(of.payload).label("bytes"))
        .where(of.tenant_id == caller.tenant_id, _within(caller))
        .order_by(of.received_ms.desc(), of.operation_id.desc())
        .limit(limit)
    )
    if status is not None:
        query = query.where(of.status == status)
    return [quarantine_row(dict(row)) for row in up_to_bytes(connection, query)]


def retry(unit: UnitOfWork, caller: Caller, operation_id: str, handlers: Handlers) -> QuarantineRow:
    """Applies an operation again as its till sent it, at any place of the manager's.

    One that still cannot be accepted stays open with the new reason. One that was applied since is returned
    as is.
    """
    stored = _find(unit, caller, operation_id)
    # The manager has checked where it was made, so the till's own place is no limit here.
    till = Caller(caller.tenant_id, "device", caller.locations, device_id=stored["device_id"])
    context = OperationContext(unit, till)
    home = _place_of_till(unit, stored["device_id"])
    raw = read(stored["payload"], stored["device_id"])
    received = queue.parse(handlers, till, raw, Defaults(home, stored["actor_id"]))
    context.lock({*queue.places_of(context, handlers, received), stored["location_id"], home, None})
    stored = _find(unit, caller, operation_id)
    if stored["status"] == "applied":
        return quarantine_row(stored)
    _must_be_open(stored)
    try:
        queue.load(context, [received])
    except StreamsBusy as busy:
        raise busy.as_refusal() from busy
    result = _result_or_reason(context, received)
    if isinstance(result, str):
        _audit(unit, caller, stored, "quarantined", {"did": "retried", "error": result})
        return quarantine_row(
            stored if result == stored["reason"] else quarantine.change(context, stored, reason=result)
        )
    replace_answer(context, result)
    new = quarantine.change(context, stored, status="applied", decided_by=caller.id, decided_ms=unit.now_ms)
    _audit(unit, caller, stored, "applied", {"did": "retried"})
    try:
        for handler in handlers.all:
            handler.all_stored(context)
    except StreamsBusy as busy:
        raise busy.as_refusal() from busy
    made_by = stored["device_id"] if received.envelope is None else received.envelope.device_id
    if made_by is not None and received.raw.device_seq is not None:
        shifts.recheck(context, made_by, received.raw.device_seq)
    return quarantine_row(new)


def discard(unit: UnitOfWork, caller: Caller, operation_id: str, reason: str) -> QuarantineRow:
    """Discards a sale; its content remains stored. One that was discarded before is returned as is."""
    caller.must(Action.DISCARD_ENTRY)
    context = OperationContext(unit, caller)
    stored = _find(unit, caller, operation_id)
    context.lock({stored["location_id"], None})
    stored = _find(unit, caller, operation_id)
    if stored["status"] == "discarded":
        return quarantine_row(stored)
    _must_be_open(stored)
    new = quarantine.change(
        context, stored, status="discarded", decided_by=caller.id, decided_ms=unit.now_ms, note=reason
    )
    _audit(unit, caller, stored, "discarded", {"did": "discarded", "reason": reason})
    return quarantine_row(new)


def _result_or_reason(context: OperationContext, received: queue.ReceivedOperation) -> OperationResult | str:
    try:
        return queue.apply_one(context, received).result
    except Quarantined as reason:
        return str(reason)[:REASON_MAX]
    except Refusal as refusal:
        return refusal.message[:REASON_MAX]


def _within(caller: Caller) -> Any:
    of = t.quarantine.c
    return or_(of.location_id.in_(caller.locations), of.location_id.is_(None))


def _find(unit: UnitOfWork, caller: Caller, operation_id: str) -> dict[str, Any]:
    of = t.quarantine.c
    row = (
        unit.rows(
            select(t.quarantine).where(
                of.tenant_id == unit.tenant_id, of.operation_id == operation_id, _within(caller)
            )
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise Refusal(ErrorCode.NOT_FOUND, f"there is no sale {operation_id} in quarantine for you")
    return dict(row)


def _must_be_open(stored: dict[str, Any]) -> None:
    if stored["status"] != "open":
        raise Refusal(ErrorCode.PRECONDITION_FAILED, f"this sale is {stored['status']} already")


def _place_of_till(unit: UnitOfWork, device_id: str | None) -> str | None:
    till = unit.session.get(Device, (unit.tenant_id, device_id)) if device_id is not None else None
    return till.location_id if till is not None else None


def _audit(
    unit: UnitOfWork, caller: Caller, stored: dict[str, Any], outcome: str, detail: dict[str, Any]
) -> None:
    unit.audit(
        AuditRecord(
            kind="quarantine",
            outcome=outcome,
            actor_id=caller.id,
            device_id=caller.device_id,
            address=caller.address,
            resource_type="transaction",
            resource_id=stored["operation_id"],
            operation_id=stored["operation_id"],
            detail=detail,
        )
    )
