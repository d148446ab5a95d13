"""A manager's notices to a whole shop or to one of its places, and who has read them.

A notice is a row of its stream, for tills that were away, and an event for connected clients. It is plain
text for people and never applied as state.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, RowMapping, Select, delete, select

from server_stub.errors import Refusal
from server_stub.services.people.caller import Caller
from server_stub.store import tables as t
from server_stub.store.audit import AuditRecord
from server_stub.store.database import UnitOfWork
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.events import NOTICE, BroadcastAnswer, BroadcastRequest, Notice
from sync_agent.contract.notices import (
    NOTICE_ROW,
    NoticeReader,
    NoticeReading,
    NoticeRow,
    Notices,
    NoticeWithReaders,
)
from sync_agent.contract.streams import location_stream, tenant_stream
from sync_agent.contract.wire import from_ms, to_ms

_KIND = "broadcast"
_DAY_MS = 24 * 3600 * 1000
SHOWN_DAYS = 7
"""Days for which a notice is shown if its sender gave no end."""
_LISTED_MAX = 200


def broadcast(unit: UnitOfWork, caller: Caller, request: BroadcastRequest) -> BroadcastAnswer:
    """Sends a notice once; a repeated `eventId` gets the first answer and is not sent again.

    The audit trail serves as the record. Refuses a place that is not the caller's, and an end in the past.
    """
    place = request.location_id
    if place is not None and place not in caller.locations:
        raise Refusal(ErrorCode.NOT_FOUND, f"locationId: there is no place {place} for you")
    everybody = tenant_stream(unit.tenant_id)
    stream = everybody if place is None else location_stream(unit.tenant_id, place)
    # The lock for checking whether it was sent before.
    unit.streams.lock([everybody, stream])
    event_id = request.event_id or unit.ids.new()
    sent_ms = _sent_ms(unit, event_id)
    if sent_ms is not None:
        return BroadcastAnswer(event_id=event_id, timestamp=from_ms(sent_ms))
    until_ms = unit.now_ms + SHOWN_DAYS * _DAY_MS if request.until is None else to_ms(request.until)
    if until_ms <= unit.now_ms:
        raise Refusal(ErrorCode.PRECONDITION_FAILED, "until: this moment has passed")
    notice = Notice(
        type=request.type,
        data=request.data,
        event_id=event_id,
        location_id=place,
        sent_by=caller.id,
        timestamp=from_ms(unit.now_ms),
        until=from_ms(until_ms),
    )
    _publish(unit, stream, _row_of(unit, caller, notice, event_id))
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


def note_readings(unit: UnitOfWork, caller: Caller, readings: Sequence[NoticeReading]) -> None:
    """Records who has read what, as reported by a till or a person; the first report of each counts.

    A person reports for themselves only. Unknown notices and people of other shops are skipped: the reporter
    could do nothing about them.
    """
    unit.streams.lock([tenant_stream(unit.tenant_id)])  # against concurrent reports of the same
    of, read, person = t.notice.c, t.notice_read.c, t.user_account.c
    notices = _among(unit, select(of.id).where(of.tenant_id == unit.tenant_id), of.id, readings, "notice_id")
    people = _among(
        unit, select(person.id).where(person.tenant_id == unit.tenant_id), person.id, readings, "person_id"
    )
    noted = {
        (row.notice_id, row.person_id)
        for row in unit.rows(
            select(read.notice_id, read.person_id).where(
                read.tenant_id == unit.tenant_id, read.notice_id.in_(notices)
            )
        )
    }
    for reading in readings:
        key = (reading.notice_id, reading.person_id)
        is_theirs = caller.is_device or reading.person_id == caller.id
        if key in noted or key[0] not in notices or key[1] not in people or not is_theirs:
            continue
        noted.add(key)
        unit.insert(
            t.notice_read,
            {
                "tenant_id": unit.tenant_id,
                "notice_id": reading.notice_id,
                "person_id": reading.person_id,
                "device_id": caller.device_id,
                "read_ms": to_ms(reading.at),
                "received_ms": unit.now_ms,
            },
        )


def _among(
    unit: UnitOfWork, query: Select[Any], column: Column[Any], readings: Sequence[NoticeReading], name: str
) -> set[str]:
    """The ids in the readings under this name that exist."""
    wanted = {getattr(reading, name) for reading in readings}
    return set(unit.rows(query.where(column.in_(wanted))).scalars())


def with_readers(connection: Connection, caller: Caller) -> Notices:
    """The notices of the caller's places and of the whole shop, newest first, with their readers."""
    of, read = t.notice.c, t.notice_read.c
    here = of.location_id.is_(None) | of.location_id.in_(caller.locations)
    rows = connection.execute(
        select(t.notice)
        .where(of.tenant_id == caller.tenant_id, here)
        .order_by(of.sent_ms.desc(), of.id)
        .limit(_LISTED_MAX)
    ).mappings()
    found = [on_the_wire(row) for row in rows]
    readers: dict[str, list[NoticeReader]] = {}
    query = select(t.notice_read).where(
        read.tenant_id == caller.tenant_id, read.notice_id.in_([notice.id for notice in found])
    )
    for row in connection.execute(query.order_by(read.read_ms, read.person_id)).mappings():
        readers.setdefault(row["notice_id"], []).append(
            NoticeReader(person_id=row["person_id"], device_id=row["device_id"], at=from_ms(row["read_ms"]))
        )
    return Notices(
        notices=[
            NoticeWithReaders(**notice.model_dump(by_alias=False), read_by=readers.get(notice.id, []))
            for notice in found
        ]
    )


def prune_ended(unit: UnitOfWork, before_ms: int, rows_max: int) -> int:
    """Deletes notices that ended before `before_ms`, with tombstones in their streams. Returns how many."""
    of = t.notice.c
    ended = unit.rows(
        select(of.id, of.stream, of.version)
        .where(of.tenant_id == unit.tenant_id, of.until_ms < before_ms)
        .order_by(of.until_ms, of.id)
        .limit(rows_max)
    ).all()
    unit.streams.lock({row.stream for row in ended})
    for row in ended:
        unit.streams.publish(row.stream, NOTICE_ROW, row.id, row.version + 1, None, None)
    gone = [row.id for row in ended]
    for table, key in ((t.notice_read, t.notice_read.c.notice_id), (t.notice, of.id)):
        unit.execute(delete(table).where(table.c.tenant_id == unit.tenant_id, key.in_(gone)))
    return len(gone)


def on_the_wire(row: RowMapping | dict[str, Any]) -> NoticeRow:
    return NoticeRow(
        id=row["id"],
        type=row["type"],
        text=row["text"],
        sender_id=row["sender_id"],
        sender_name=row["sender_name"],
        location_id=row["location_id"],
        sent_at=from_ms(row["sent_ms"]),
        until=from_ms(row["until_ms"]),
        version=row["version"],
    )


def _row_of(unit: UnitOfWork, caller: Caller, notice: Notice, notice_id: str) -> NoticeRow:
    name: str = unit.rows(
        select(t.user_account.c.name).where(
            t.user_account.c.tenant_id == unit.tenant_id, t.user_account.c.id == caller.id
        )
    ).scalar_one()
    assert notice.until is not None, "every notice of this server has an end"
    return NoticeRow(
        id=notice_id,
        type=notice.type,
        text=_text_of(notice.data),
        sender_id=caller.id,
        sender_name=name,
        location_id=notice.location_id,
        sent_at=notice.timestamp,
        until=notice.until,
        version=1,
    )


def _text_of(data: dict[str, Any]) -> str:
    """The text of a notice: its `message`, else its `text`; empty if it has only a type."""
    words = (data.get(name) for name in ("message", "text"))
    return next((text.strip() for text in words if isinstance(text, str) and text.strip()), "")


def _publish(unit: UnitOfWork, stream: str, row: NoticeRow) -> None:
    values = row.model_dump(by_alias=False, exclude={"sent_at", "until"})
    moments = {"sent_ms": to_ms(row.sent_at), "until_ms": to_ms(row.until)}
    unit.execute(t.notice.insert().values(tenant_id=unit.tenant_id, stream=stream, **values, **moments))
    unit.streams.publish(stream, NOTICE_ROW, row.id, row.version, row.to_wire(), None)


def _sent_ms(unit: UnitOfWork, event_id: str) -> int | None:
    of = t.audit_entry.c
    sent_ms: int | None = unit.rows(
        select(of.at_ms)
        .where(of.tenant_id == unit.tenant_id, of.resource_id == event_id, of.kind == _KIND)
        .limit(1)
    ).scalar_one_or_none()
    return sent_ms
