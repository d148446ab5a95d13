"""What a manager does about sales in quarantine: looks at them, has them judged again, or gives them up."""

from typing import Any

from sqlalchemy import Connection, func, or_, select, update

from server_stub.errors import Refusal
from server_stub.operations import quarantine, queue, rulebook
from server_stub.operations.context import REASON_MAX, Asked, Batch
from server_stub.operations.handlers import shifts
from server_stub.operations.parsing import read
from server_stub.operations.quarantine import Unreadable
from server_stub.services.caller import Caller
from server_stub.services.sync import up_to_bytes
from server_stub.store import tables as t
from server_stub.store.audit import AuditRecord
from server_stub.store.database import UnitOfWork
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import OperationResult, QuarantineRow


def kept_for(connection: Connection, caller: Caller, status: str | None, limit: int) -> list[QuarantineRow]:
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
    return [quarantine.on_the_wire(dict(row)) for row in up_to_bytes(connection, query)]


def retry(unit: UnitOfWork, caller: Caller, operation_id: str) -> QuarantineRow:
    """Judges a sale again as what its till sent, at any place of the manager's.

    One that still cannot be taken stays open, and says why. One that was taken since is given as it is.
    """
    kept = _find(unit, caller, operation_id)
    # The manager has looked at where it was sold, so the till's own place does not bound it any more.
    till = Caller(caller.tenant_id, "device", caller.locations, device_id=kept["device_id"])
    batch = Batch(unit, till)
    home = _place_of_till(unit, kept["device_id"])
    intake = read(kept["payload"])
    asked = queue.ask(till, intake, queue.Defaults(home, kept["actor_id"]))
    batch.lock({*rulebook.touched_by(batch, intake, asked), kept["location_id"], home, None})
    kept = _find(unit, caller, operation_id)
    if kept["status"] == "applied":
        return quarantine.on_the_wire(kept)
    _must_be_open(kept)
    result = intake.problem if asked is None else _result_or_why_not(batch, asked)
    if isinstance(result, str):
        _audit(unit, caller, kept, "quarantined", {"did": "retried", "error": result})
        return quarantine.on_the_wire(
            kept if result == kept["reason"] else quarantine.change(batch, kept, reason=result)
        )
    _answer_anew(unit, result)
    new = quarantine.change(batch, kept, status="applied", decided_by=caller.id, decided_ms=unit.now_ms)
    _audit(unit, caller, kept, "applied", {"did": "retried"})
    if kept["device_id"] is not None and intake.device_seq is not None:
        shifts.look_again_at(batch, kept["device_id"], intake.device_seq)
    return quarantine.on_the_wire(new)


def discard(unit: UnitOfWork, caller: Caller, operation_id: str, reason: str) -> QuarantineRow:
    """Gives a sale up; what it says stays where it is. One that was given up before is given as it is."""
    batch = Batch(unit, caller)
    kept = _find(unit, caller, operation_id)
    batch.lock({kept["location_id"], None})
    kept = _find(unit, caller, operation_id)
    if kept["status"] == "discarded":
        return quarantine.on_the_wire(kept)
    _must_be_open(kept)
    new = quarantine.change(
        batch, kept, status="discarded", decided_by=caller.id, decided_ms=unit.now_ms, note=reason
    )
    _audit(unit, caller, kept, "discarded", {"did": "discarded", "reason": reason})
    return quarantine.on_the_wire(new)


def _result_or_why_not(batch: Batch, asked: Asked) -> OperationResult | str:
    try:
        return rulebook.apply(batch, asked)
    except Unreadable as unreadable:
        return unreadable.reason[:REASON_MAX]
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


def _must_be_open(kept: dict[str, Any]) -> None:
    if kept["status"] != "open":
        raise Refusal(ErrorCode.PRECONDITION_FAILED, f"this sale is {kept['status']} already")


def _place_of_till(unit: UnitOfWork, device_id: str | None) -> str | None:
    of = t.device.c
    found: str | None = unit.rows(
        select(of.location_id).where(of.tenant_id == unit.tenant_id, of.id == device_id)
    ).scalar_one_or_none()
    return found


def _answer_anew(unit: UnitOfWork, result: OperationResult) -> None:
    """From now on the till that sends the sale again hears that it was taken."""
    of = t.operation.c
    unit.execute(
        update(t.operation)
        .where(of.tenant_id == unit.tenant_id, of.id == result.id)
        .values(status=str(result.status), result=result.to_wire())
    )


def _audit(
    unit: UnitOfWork, caller: Caller, kept: dict[str, Any], outcome: str, detail: dict[str, Any]
) -> None:
    unit.audit(
        AuditRecord(
            kind="quarantine",
            outcome=outcome,
            actor_id=caller.id,
            device_id=caller.device_id,
            address=caller.address,
            resource_type="transaction",
            resource_id=kept["operation_id"],
            operation_id=kept["operation_id"],
            detail=detail,
        )
    )
