"""Shifts: a till's drawer from opening to cashing up, and whether all that the till sent has arrived.

A till closes a shift with a manifest: its numbers from first to last. Each number is received, spent or
missing. While numbers are missing, the shift is checked again whenever its till sends something, and changes
are published in its stream.
"""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from sqlalchemy import ColumnElement, RowMapping, func, select, update

from server_stub.errors import Refusal
from server_stub.operations.context import OperationContext
from server_stub.operations.handler import Handler, ParsedOperation, Requirement, Rows, resource_of
from server_stub.operations.outcome import Outcome, applied
from server_stub.operations.parsing import Envelope
from server_stub.roles import Action
from server_stub.store import tables as t
from server_stub.vocabulary import kind_of
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import (
    SHIFT,
    Effect,
    Manifest,
    ShiftClose,
    ShiftOpen,
    ShiftRow,
)

MISSING_LISTED_MAX = 1000
_MISSING_IN_WORDS = 10
_RECHECKED_MAX = 3
"""Bounds the work of one transaction: a till's shifts are consecutive, so a number belongs to one of them."""

_IMMUTABLE = "a shift is immutable once it is closed, and stays"

# --- opening and closing ---------------------------------------------------------------------------------


class OpenShift(Handler[ShiftOpen]):
    """Opens a till's drawer with a float."""

    name = "ShiftOpenOperation"
    resource_type = SHIFT
    verb = "create"
    data = ShiftOpen
    why_no_other_verb = _IMMUTABLE
    rows: ClassVar[Rows] = {SHIFT: ShiftRow}

    def places(self, context: OperationContext, operation: ParsedOperation[ShiftOpen]) -> set[str | None]:
        return _places(context, operation)

    def requirement(self, context: OperationContext, operation: ParsedOperation[ShiftOpen]) -> Requirement:
        return Requirement(Action.RUN_SHIFT, operation.location_id)

    def apply_one(self, context: OperationContext, operation: ParsedOperation[ShiftOpen]) -> Outcome:
        data = operation.data
        shift_id = resource_of(operation, "a shift operation")
        if operation.location_id is None:
            raise Refusal(ErrorCode.BAD_REQUEST, "locationId: a shift names its place")
        if _stored(context, shift_id) is not None:
            raise Refusal(ErrorCode.PRECONDITION_FAILED, f"there is a shift {shift_id} already")
        row = ShiftRow(
            id=shift_id,
            location_id=operation.location_id,
            device_id=operation.device_id,
            status="open",
            opened_by=operation.actor_id,
            opened_at=data.opened_at,
            float_minor=data.float_minor,
            currency=data.currency,
            version=1,
        )
        context.unit.insert(
            t.shift,
            {
                "tenant_id": context.tenant_id,
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
        effect = _publish(context, row, operation.id)
        return applied(operation.id, [effect], {"version": row.version}, flags=operation.flags)


class CloseShift(Handler[ShiftClose]):
    """Closes a shift: the counted cash, and the manifest of what the till sent."""

    name = "ShiftCloseOperation"
    resource_type = SHIFT
    verb = "update"
    data = ShiftClose
    why_no_other_verb = _IMMUTABLE
    rows: ClassVar[Rows] = {SHIFT: ShiftRow}

    def places(self, context: OperationContext, operation: ParsedOperation[ShiftClose]) -> set[str | None]:
        return _places(context, operation)

    def requirement(self, context: OperationContext, operation: ParsedOperation[ShiftClose]) -> Requirement:
        """A shift may be closed by the till or person that opened it; a manager may close any."""
        shift = _shift_to_close(context, operation)
        caller = context.caller
        if shift.device_id is None:
            is_own = not caller.is_device and shift.opened_by == caller.user_id
        else:
            is_own = shift.device_id == caller.device_id
        return Requirement(Action.RUN_SHIFT if is_own else Action.CLOSE_ANOTHERS_SHIFT, shift.location_id)

    def apply_one(self, context: OperationContext, operation: ParsedOperation[ShiftClose]) -> Outcome:
        data = operation.data
        before = _shift_to_close(context, operation)
        if before.status == "closed":
            raise Refusal(ErrorCode.PRECONDITION_FAILED, f"the shift {before.id} is closed already")
        closed = before.model_copy(
            update={
                "status": "closed",
                "closed_by": operation.actor_id,
                "closed_at": data.closed_at,
                "counted_minor": data.counted_minor,
                "expected_minor": data.expected_minor,
                "totals": data.totals,
                "note": data.note,
                "operations": data.manifest.count,
                "spent": len(data.manifest.spent),
            }
        )
        missing = _missing(context, closed.device_id, data.manifest, closing=operation.envelope)
        row = _as_received(context, closed, data.manifest, missing)
        _write(context, row, data.manifest, awaited=bool(missing))
        return applied(
            operation.id,
            [_publish(context, row, operation.id)],
            {
                "version": row.version,
                "complete": not missing,
                "received": row.received,
                "expected": data.manifest.count,
                "missing": list(row.missing),
                "message": _in_words(missing, data.manifest.count),
                "flags": [*operation.flags, *row.flags],
            },
        )

    def numbers_received(self, context: OperationContext, device_id: str, numbers: Sequence[int]) -> None:
        """Checks the till's closed shifts again that miss some of these numbers."""
        of = t.shift.c
        _recheck(
            context,
            device_id,
            of.awaited == 1,
            of.first_device_seq <= max(numbers),
            of.last_device_seq >= min(numbers),
        )


def recheck(context: OperationContext, device_id: str, device_seq: int) -> None:
    """Checks the closed shift again that a number belongs to: the operation behind it has changed."""
    of = t.shift.c
    _recheck(context, device_id, of.first_device_seq <= device_seq, of.last_device_seq >= device_seq)


def _recheck(context: OperationContext, device_id: str, *which: ColumnElement[bool]) -> None:
    of = t.shift.c
    closed = (
        select(t.shift)
        .where(of.tenant_id == context.tenant_id, of.device_id == device_id, *which)
        .order_by(of.last_device_seq.desc())
        .limit(_RECHECKED_MAX)
    )
    for stored in context.unit.rows(closed).mappings().all():
        if context.holds(stored["location_id"]):
            _update(context, stored)


def _places(
    context: OperationContext, operation: ParsedOperation[ShiftOpen] | ParsedOperation[ShiftClose]
) -> set[str | None]:
    """The place of the till and the place of the shift."""
    of = t.shift.c
    stored = context.unit.rows(
        select(of.location_id).where(
            of.tenant_id == context.tenant_id, of.id == operation.operation.resource_id
        )
    ).scalar_one_or_none()
    own = {place for place in (operation.location_id, stored) if context.own(place)}
    return own or {None}


def _shift_to_close(context: OperationContext, operation: ParsedOperation[ShiftClose]) -> ShiftRow:
    shift_id = resource_of(operation, "a shift operation")
    stored = _stored(context, shift_id)
    if stored is None or not context.holds(stored["location_id"]):
        raise Refusal(ErrorCode.PRECONDITION_FAILED, f"no shift {shift_id} was opened here")
    return ShiftRow.model_validate(stored["body"])


# --- completeness ----------------------------------------------------------------------------------------


def _missing(
    context: OperationContext, device_id: str | None, manifest: Manifest, *, closing: Envelope | None = None
) -> list[int]:
    """The manifest's numbers that are neither received nor spent, in order. A person's shift has no
    numbers.
    """
    if device_id is None:
        return []
    here = {spent.device_seq for spent in manifest.spent}
    here.update(_received(context, device_id, manifest))
    if closing is not None and closing.device_seq is not None and closing.device_id == device_id:
        # The closing operation itself is not stored yet while it is applied.
        here.add(closing.device_seq)
    return [
        number
        for number in range(manifest.first_device_seq, manifest.last_device_seq + 1)
        if number not in here
    ]


def _received(context: OperationContext, device_id: str, manifest: Manifest) -> Iterable[int]:
    of = t.operation.c
    return context.unit.rows(
        select(of.device_seq).where(
            of.tenant_id == context.tenant_id,
            of.device_id == device_id,
            of.device_seq.between(manifest.first_device_seq, manifest.last_device_seq),
        )
    ).scalars()


def _as_received(
    context: OperationContext, shift: ShiftRow, manifest: Manifest, missing: list[int]
) -> ShiftRow:
    """The shift's next version, with its completeness as of now."""
    # Missing operations are missing from every sum, so sums are compared only when all have arrived.
    flags = () if missing else tuple(_disagreements(context, shift.device_id, manifest))
    return shift.model_copy(
        update={
            "received": manifest.count - len(missing),
            "missing": tuple(missing[:MISSING_LISTED_MAX]),
            "flags": flags,
            "version": shift.version + 1,
        }
    )


def _disagreements(context: OperationContext, device_id: str | None, manifest: Manifest) -> Iterable[str]:
    if device_id is None:
        return
    if manifest.count == 0:
        if manifest.total_minor != 0:
            yield "total_minor"
        return
    last_hash = _hash_of(context, device_id, manifest, manifest.last_device_seq)
    # An operation without a hash (it was unreadable) matches any.
    if last_hash is not None and last_hash != manifest.last_hash:
        yield "last_hash"
    if _total_minor(context, device_id, manifest) != manifest.total_minor:
        yield "total_minor"


def _hash_of(
    context: OperationContext, device_id: str | None, manifest: Manifest, device_seq: int
) -> str | None:
    for spent in manifest.spent:
        if spent.device_seq == device_seq:
            return spent.hash
    of = t.operation.c
    found: str | None = context.unit.rows(
        select(of.chain_hash).where(
            of.tenant_id == context.tenant_id, of.device_id == device_id, of.device_seq == device_seq
        )
    ).scalar_one_or_none()
    return found


def _total_minor(context: OperationContext, device_id: str | None, manifest: Manifest) -> int:
    of, sold = t.operation.c, t.till_transaction.c
    rows = context.unit.rows(
        select(sold.kind, func.sum(sold.total_minor).label("total_minor"))
        .join(t.operation, (of.tenant_id == sold.tenant_id) & (of.id == sold.id))
        .where(
            sold.tenant_id == context.tenant_id,
            of.device_id == device_id,
            of.device_seq.between(manifest.first_device_seq, manifest.last_device_seq),
        )
        .group_by(sold.kind)
    )
    return sum(kind_of(row.kind).turnover * int(row.total_minor) for row in rows)


def _update(context: OperationContext, stored: RowMapping) -> None:
    """Writes and publishes a closed shift's next version, if anything of it changed."""
    manifest = Manifest.model_validate(stored["manifest"])
    before = ShiftRow.model_validate(stored["body"])
    missing = _missing(context, before.device_id, manifest)
    row = _as_received(context, before, manifest, missing)
    if (row.received, row.missing, row.flags) == (before.received, before.missing, before.flags):
        return
    _write(context, row, manifest, awaited=bool(missing))
    _publish(context, row, None)


def _in_words(missing: list[int], count: int) -> str:
    if not missing:
        return "all received"
    first = ", ".join(map(str, missing[:_MISSING_IN_WORDS]))
    more = " …" if len(missing) > _MISSING_IN_WORDS else ""
    return f"{len(missing)} of {count} operations have not come: {first}{more}"


# --- rows ------------------------------------------------------------------------------------------------


def _stored(context: OperationContext, shift_id: str) -> RowMapping | None:
    of = t.shift.c
    return (
        context.unit.rows(select(t.shift).where(of.tenant_id == context.tenant_id, of.id == shift_id))
        .mappings()
        .one_or_none()
    )


def _write(context: OperationContext, row: ShiftRow, manifest: Manifest, *, awaited: bool) -> None:
    of = t.shift.c
    context.unit.execute(
        update(t.shift)
        .where(of.tenant_id == context.tenant_id, of.id == row.id)
        .values(
            awaited=int(awaited),
            first_device_seq=manifest.first_device_seq,
            last_device_seq=manifest.last_device_seq,
            manifest=manifest.to_wire(),
            body=row.to_wire(),
            version=row.version,
        )
    )


def _publish(context: OperationContext, row: ShiftRow, operation_id: str | None) -> Effect:
    return context.publish(row.location_id, SHIFT, row.id, row.version, row.to_wire(), operation_id)
