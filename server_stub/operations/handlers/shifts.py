"""Shifts: a till's drawer from opening to cashing up, and whether all that the till says it sent is here.

A till closes a shift with a manifest: its numbers from first to last. Each of them has been received, or is
spent, or is missing. While some are missing the shift is looked at again whenever its till sends something,
and its stream hears how it stands.
"""

from collections.abc import Iterable, Sequence

from pydantic import ValidationError
from sqlalchemy import Connection, RowMapping, func, select, update

from server_stub.errors import Refusal, unreadable
from server_stub.operations.context import Asked, Batch, applied
from server_stub.roles import Action, may
from server_stub.services.caller import Caller
from server_stub.store import tables as t
from server_stub.vocabulary import kind_of
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import (
    SHIFT,
    Effect,
    Manifest,
    OperationResult,
    ShiftClose,
    ShiftOpen,
    ShiftRow,
)

MISSING_TOLD_MAX = 1000
_MISSING_IN_WORDS = 10
_LOOKED_AT_MAX = 3
"""A till's shifts follow one another, so a number belongs to one; and nobody is to keep the writer busy."""


def run(batch: Batch, asked: Asked) -> OperationResult:
    """Opens a shift, or closes it."""
    batch.caller.must(Action.RUN_SHIFT)
    if asked.operation.resource_id is None:
        raise Refusal(ErrorCode.BAD_REQUEST, "resourceId: a shift operation names its shift")
    match asked.operation.operation:
        case "create":
            return _open(batch, asked, asked.operation.resource_id)
        case "update":
            return _close(batch, asked, asked.operation.resource_id)
        case "delete":
            raise Refusal(ErrorCode.PRECONDITION_FAILED, "a shift is immutable once it is closed, and stays")


def places_of(batch: Batch, asked: Asked) -> set[str | None]:
    """The places whose streams the operation may write to: that of the till, and that of the shift."""
    of = t.shift.c
    stored = batch.unit.rows(
        select(of.location_id).where(of.tenant_id == batch.tenant_id, of.id == asked.operation.resource_id)
    ).scalar_one_or_none()
    own = {place for place in (asked.location_id, stored) if batch.own(place)}
    return own or {None}


def look_again(batch: Batch, device_id: str, numbers: Sequence[int]) -> None:
    """Tells of the till's closed shifts that some of these numbers, just arrived, were missing from."""
    of = t.shift.c
    waiting = (
        select(t.shift)
        .where(
            of.tenant_id == batch.tenant_id,
            of.device_id == device_id,
            of.awaited == 1,
            of.first_device_seq <= max(numbers),
            of.last_device_seq >= min(numbers),
        )
        .order_by(of.last_device_seq.desc())
        .limit(_LOOKED_AT_MAX)
    )
    for stored in batch.unit.rows(waiting).mappings().all():
        if batch.holds(stored["location_id"]):
            _update_standing(batch, stored)


def look_again_at(batch: Batch, device_id: str, device_seq: int) -> None:
    """Tells of the closed shift that a number belongs to, complete or not: what it brought has changed."""
    of = t.shift.c
    closed = (
        select(t.shift)
        .where(
            of.tenant_id == batch.tenant_id,
            of.device_id == device_id,
            of.first_device_seq <= device_seq,
            of.last_device_seq >= device_seq,
        )
        .order_by(of.last_device_seq.desc())
        .limit(_LOOKED_AT_MAX)
    )
    for stored in batch.unit.rows(closed).mappings().all():
        if batch.holds(stored["location_id"]):
            _update_standing(batch, stored)


def find(connection: Connection, caller: Caller, shift_id: str) -> ShiftRow:
    """A shift at one of the caller's places."""
    of = t.shift.c
    body = connection.execute(
        select(of.body).where(
            of.tenant_id == caller.tenant_id, of.id == shift_id, of.location_id.in_(caller.locations)
        )
    ).scalar_one_or_none()
    if body is None:
        raise Refusal(ErrorCode.NOT_FOUND, f"there is no shift {shift_id} for you")
    return ShiftRow.model_validate(body)


# --- opening and closing ---------------------------------------------------------------------------------


def _open(batch: Batch, asked: Asked, shift_id: str) -> OperationResult:
    try:
        data = ShiftOpen.model_validate(asked.operation.data)
    except ValidationError as error:
        raise unreadable(error, "data") from error
    if asked.location_id is None:
        raise Refusal(ErrorCode.BAD_REQUEST, "locationId: a shift names its place")
    if _stored(batch, shift_id) is not None:
        raise Refusal(ErrorCode.PRECONDITION_FAILED, f"there is a shift {shift_id} already")
    row = ShiftRow(
        id=shift_id,
        location_id=asked.location_id,
        device_id=asked.device_id,
        status="open",
        opened_by=asked.actor_id,
        opened_at=data.opened_at,
        float_minor=data.float_minor,
        currency=data.currency,
        version=1,
    )
    batch.unit.insert(
        t.shift,
        {
            "tenant_id": batch.tenant_id,
            "id": shift_id,
            "location_id": row.location_id,
            "device_id": row.device_id,
            "awaited": 0,
            "first_device_seq": None,
            "last_device_seq": None,
            "manifest": None,
            "body": row.to_wire(),
            "version": row.version,
        },
    )
    return applied(asked, [_tell(batch, row, asked.id)], version=row.version)


def _close(batch: Batch, asked: Asked, shift_id: str) -> OperationResult:
    stored = _stored(batch, shift_id)
    if stored is None or not batch.holds(stored["location_id"]):
        raise Refusal(ErrorCode.PRECONDITION_FAILED, f"no shift {shift_id} was opened here")
    before = ShiftRow.model_validate(stored["body"])
    _must_close(batch, asked, before)
    if before.status == "closed":
        raise Refusal(ErrorCode.PRECONDITION_FAILED, f"the shift {shift_id} is closed already")
    try:
        data = ShiftClose.model_validate(asked.operation.data)
    except ValidationError as error:
        raise unreadable(error, "data") from error
    closed = before.model_copy(
        update={
            "status": "closed",
            "closed_by": asked.actor_id,
            "closed_at": data.closed_at,
            "counted_minor": data.counted_minor,
            "expected_minor": data.expected_minor,
            "totals": data.totals,
            "note": data.note,
            "operations": data.manifest.count,
            "spent": len(data.manifest.spent),
        }
    )
    missing = _missing(batch, closed.device_id, data.manifest, closing=asked)
    row = _standing(batch, closed, data.manifest, missing)
    _write(batch, row, data.manifest, awaited=bool(missing))
    return applied(
        asked,
        [_tell(batch, row, asked.id)],
        version=row.version,
        complete=not missing,
        received=row.received,
        expected=data.manifest.count,
        missing=list(row.missing),
        message=_in_words(missing, data.manifest.count),
        flags=list(row.flags),
    )


def _must_close(batch: Batch, asked: Asked, shift: ShiftRow) -> None:
    """The till that opened it, or the person where no till did; or a manager, at any till of the place."""
    caller = batch.caller
    if shift.location_id not in caller.locations:
        raise Refusal(ErrorCode.FORBIDDEN, f"the shift is of {shift.location_id}, which is not your place")
    if shift.device_id is not None and shift.device_id == caller.device_id:
        return
    if shift.device_id is None and not caller.is_device and shift.opened_by == caller.user_id:
        return
    if may(caller.role, Action.CLOSE_ANOTHERS_SHIFT):
        return
    named = (asked.actor_id, asked.operation.approved_by_id) if caller.is_device else ()
    people = (batch.person(who) for who in named if who)
    if not any(person is not None and may(person.role, Action.CLOSE_ANOTHERS_SHIFT) for person in people):
        raise Refusal(ErrorCode.FORBIDDEN, "a shift is closed by the till that opened it, or by a manager")


# --- what has come of what was sent ----------------------------------------------------------------------


def _missing(
    batch: Batch, device_id: str | None, manifest: Manifest, *, closing: Asked | None = None
) -> list[int]:
    """The manifest's numbers that have not come and are not spent, in order. A person's have no numbers."""
    if device_id is None:
        return []
    here = {spent.device_seq for spent in manifest.spent}
    here.update(_received(batch, device_id, manifest))
    if closing is not None and closing.device_seq is not None and closing.device_id == device_id:
        # The operation that closes the shift is not kept yet while it is judged.
        here.add(closing.device_seq)
    return [
        number
        for number in range(manifest.first_device_seq, manifest.last_device_seq + 1)
        if number not in here
    ]


def _received(batch: Batch, device_id: str, manifest: Manifest) -> Iterable[int]:
    of = t.operation.c
    return batch.unit.rows(
        select(of.device_seq).where(
            of.tenant_id == batch.tenant_id,
            of.device_id == device_id,
            of.device_seq.between(manifest.first_device_seq, manifest.last_device_seq),
        )
    ).scalars()


def _standing(batch: Batch, shift: ShiftRow, manifest: Manifest, missing: list[int]) -> ShiftRow:
    """The shift's next version, as complete as it is now."""
    # What has not come is missing from every sum: only the whole can agree or not.
    flags = () if missing else tuple(_disagreements(batch, shift.device_id, manifest))
    return shift.model_copy(
        update={
            "received": manifest.count - len(missing),
            "missing": tuple(missing[:MISSING_TOLD_MAX]),
            "flags": flags,
            "version": shift.version + 1,
        }
    )


def _disagreements(batch: Batch, device_id: str | None, manifest: Manifest) -> Iterable[str]:
    if device_id is None:
        return
    if manifest.count == 0:
        if manifest.total_minor != 0:
            yield "total_minor"
        return
    last_hash = _hash_of(batch, device_id, manifest, manifest.last_device_seq)
    # One that the server has no hash of (it could not be read) agrees with anything.
    if last_hash is not None and last_hash != manifest.last_hash:
        yield "last_hash"
    if _total_minor(batch, device_id, manifest) != manifest.total_minor:
        yield "total_minor"


def _hash_of(batch: Batch, device_id: str | None, manifest: Manifest, device_seq: int) -> str | None:
    for spent in manifest.spent:
        if spent.device_seq == device_seq:
            return spent.hash
    of = t.operation.c
    found: str | None = batch.unit.rows(
        select(of.chain_hash).where(
            of.tenant_id == batch.tenant_id, of.device_id == device_id, of.device_seq == device_seq
        )
    ).scalar_one_or_none()
    return found


def _total_minor(batch: Batch, device_id: str | None, manifest: Manifest) -> int:
    of, sold = t.operation.c, t.till_transaction.c
    rows = batch.unit.rows(
        select(sold.kind, func.sum(sold.total_minor).label("total_minor"))
        .join(t.operation, (of.tenant_id == sold.tenant_id) & (of.id == sold.id))
        .where(
            sold.tenant_id == batch.tenant_id,
            of.device_id == device_id,
            of.device_seq.between(manifest.first_device_seq, manifest.last_device_seq),
        )
        .group_by(sold.kind)
    )
    return sum(kind_of(row.kind).turnover * int(row.total_minor) for row in rows)


def _update_standing(batch: Batch, stored: RowMapping) -> None:
    """Writes and tells how a closed shift stands now, if that is not how it stood."""
    manifest = Manifest.model_validate(stored["manifest"])
    before = ShiftRow.model_validate(stored["body"])
    missing = _missing(batch, before.device_id, manifest)
    row = _standing(batch, before, manifest, missing)
    if (row.received, row.missing, row.flags) == (before.received, before.missing, before.flags):
        return
    _write(batch, row, manifest, awaited=bool(missing))
    _tell(batch, row, None)


def _in_words(missing: list[int], count: int) -> str:
    if not missing:
        return "all received"
    first = ", ".join(map(str, missing[:_MISSING_IN_WORDS]))
    more = " …" if len(missing) > _MISSING_IN_WORDS else ""
    return f"{len(missing)} of {count} operations have not come: {first}{more}"


# --- rows ------------------------------------------------------------------------------------------------


def _stored(batch: Batch, shift_id: str) -> RowMapping | None:
    of = t.shift.c
    return (
        batch.unit.rows(select(t.shift).where(of.tenant_id == batch.tenant_id, of.id == shift_id))
        .mappings()
        .one_or_none()
    )


def _write(batch: Batch, row: ShiftRow, manifest: Manifest, *, awaited: bool) -> None:
    of = t.shift.c
    batch.unit.execute(
        update(t.shift)
        .where(of.tenant_id == batch.tenant_id, of.id == row.id)
        .values(
            awaited=int(awaited),
            first_device_seq=manifest.first_device_seq,
            last_device_seq=manifest.last_device_seq,
            manifest=manifest.to_wire(),
            body=row.to_wire(),
            version=row.version,
        )
    )


def _tell(batch: Batch, row: ShiftRow, operation_id: str | None) -> Effect:
    stream = batch.stream_of(row.location_id)
    change = batch.unit.streams.append(stream, SHIFT, row.id, row.version, row.to_wire(), operation_id)
    return Effect(stream=stream, seq=change.seq, resource_type=SHIFT, resource_id=row.id, version=row.version)
