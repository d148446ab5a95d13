"""A manager's notices to everybody at a shop, or at one of its places."""

from sqlalchemy import select

from server_stub.errors import Refusal
from server_stub.services.caller import Caller
from server_stub.store import tables as t
from server_stub.store.audit import AuditRecord
from server_stub.store.database import UnitOfWork
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.events import NOTICE, BroadcastAnswer, BroadcastRequest, Notice
from sync_agent.contract.streams import location_stream, tenant_stream
from sync_agent.contract.wire import from_ms

_KIND = "broadcast"


def broadcast(unit: UnitOfWork, caller: Caller, request: BroadcastRequest) -> BroadcastAnswer:
    """Sends a notice once; the same `eventId` again gets the first answer, and nobody hears it twice.

    The audit trail is what remembers.
    """
    place = request.location_id
    if place is not None and place not in caller.locations:
        raise Refusal(ErrorCode.NOT_FOUND, f"locationId: there is no place {place} for you")
    everybody = tenant_stream(unit.tenant_id)
    # The lock under which one looks whether it was sent before.
    unit.streams.lock([everybody])
    event_id = request.event_id or unit.ids.new()
    sent_ms = _sent_ms(unit, event_id)
    if sent_ms is not None:
        return BroadcastAnswer(event_id=event_id, timestamp=from_ms(sent_ms))
    notice = Notice(
        type=request.type,
        data=request.data,
        event_id=event_id,
        location_id=place,
        sent_by=caller.id,
        timestamp=from_ms(unit.now_ms),
    )
    stream = everybody if place is None else location_stream(unit.tenant_id, place)
    unit.announce(stream, NOTICE, notice.to_wire())
    detail = {"type": request.type, "locationId": place, "data": request.data}
    unit.audit(
        AuditRecord(
            kind=_KIND,
            outcome="applied",
            actor_id=caller.id,
            device_id=caller.device_id,
            address=caller.address,
            resource_id=event_id,
            detail={name: value for name, value in detail.items() if value is not None},
        )
    )
    return BroadcastAnswer(event_id=event_id, timestamp=notice.timestamp)


def _sent_ms(unit: UnitOfWork, event_id: str) -> int | None:
    of = t.audit_entry.c
    sent_ms: int | None = unit.rows(
        select(of.at_ms)
        .where(of.tenant_id == unit.tenant_id, of.resource_id == event_id, of.kind == _KIND)
        .limit(1)
    ).scalar_one_or_none()
    return sent_ms
