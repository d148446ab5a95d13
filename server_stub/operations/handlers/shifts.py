"""Shifts: a till's drawer from opening to cashing up, and whether all that the till sent has arrived.

A till closes a shift with a manifest: its numbers from first to last. Each number is received, spent, skipped
or missing. While numbers are missing, the shift is checked again whenever its till sends something, and
changes are published in its stream. Missing numbers are found as ranges, so that a shift may be long.

A till that is enrolled again goes on counting: a shift that it opened before may have numbers of each of its
identities.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar

from sqlalchemy import ColumnElement, RowMapping, func, select, update
from sqlmodel import col

from server_stub.errors import Refusal
from server_stub.operations.context import OperationContext
from server_stub.operations.handler import Handler, ParsedOperation, Preload, Requirement, Rows, resource_of
from server_stub.operations.outcome import Outcome, applied
from server_stub.operations.parsing import Envelope
from server_stub.roles import Action
from server_stub.store import tables as t
from server_stub.store.tables import Device
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
from sync_agent.contract.wire import from_ms

MISSING_LISTED_MAX = 1000
_MISSING_IN_WORDS = 10
_SHIFTS_OF_NUMBER_MAX = 3
"""Bounds the work of one transaction: a till's shifts are consecutive, so a number belongs to one of them;
only a faulty till has more.
"""

_IMMUTABLE = "a shift is immutable once its till has closed it, and stays"

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

    def preload(self, context: OperationContext, operation: ParsedOperation[ShiftOpen]) -> Preload:
        named = operation.operation.resource_id
        return Preload() if named is None else Preload(shifts=frozenset({named}))

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
        _arrived(context, shift_id)
        effect = _publish(context, row, operation.id)
        _close_continued(context, row)
        return applied(operation.id, [effect], {"version": row.version}, flags=operation.flags)


def _close_continued(context: OperationContext, opened: ShiftRow) -> None:
    """Closes what the till left open under a former identity: its drawer goes on as the shift that it opened.

    Until a manifest comes, nothing of it is missing, and no number is after its last. One may still come: the
    till's closing may be on its way, or the till that opened it still sells, if its folder was copied.
    """
    former = context.evidence.former_ids(opened.device_id)
    if not former:
        return
    of = t.shift.c
    left_open = context.unit.rows(
        select(of.body).where(
            of.tenant_id == context.tenant_id,
            of.device_id.in_(former),
            of.location_id == opened.location_id,
            of.manifest.is_(None),
        )
    ).scalars()
    for body in left_open.all():
        before = ShiftRow.model_validate(body)
        closed = before.model_copy(
            update={
                "status": "closed",
                "closed_by": opened.opened_by,
                "closed_at": from_ms(context.unit.now_ms),
                "note": f"continued by {opened.id}",
                "version": before.version + 1,
            }
        )
        context.unit.execute(
            update(t.shift)
            .where(of.tenant_id == context.tenant_id, of.id == closed.id)
            .values(manifest=_NOTHING.to_wire(), body=closed.to_wire(), version=closed.version)
        )
        _arrived(context, closed.id)
        _publish(context, closed, None)


_NOTHING = Manifest(count=0, first_device_seq=1, last_device_seq=0, last_hash="", total_minor=0)
"""The manifest of a shift that was continued under another identity, until its own comes."""


def _is_cashed_up(shift: ShiftRow) -> bool:
    """Whether its drawer was counted; a shift that the server closed itself was not."""
    return shift.status == "closed" and shift.counted_minor is not None


class CloseShift(Handler[ShiftClose]):
    """Closes a shift: the counted cash, and the manifest of what the till sent.

    It also replaces the closing of a shift that was closed here as continued, without either.
    """

    name = "ShiftCloseOperation"
    resource_type = SHIFT
    verb = "update"
    data = ShiftClose
    why_no_other_verb = _IMMUTABLE
    rows: ClassVar[Rows] = {SHIFT: ShiftRow}

    def places(self, context: OperationContext, operation: ParsedOperation[ShiftClose]) -> set[str | None]:
        return _places(context, operation)

    def requirement(self, context: OperationContext, operation: ParsedOperation[ShiftClose]) -> Requirement:
        """A shift may be closed by the till or person that opened it; a manager may close any.

        A closing may wait while its till is enrolled again, or be carried by another: it is its till's own.
        """
        shift = _shift_to_close(context, operation)
        caller = context.caller
        if shift.device_id is None:
            is_own = not caller.is_device and shift.opened_by == caller.user_id
        else:
            till = operation.device_id
            is_own = shift.device_id == till or shift.device_id in context.evidence.former_ids(till)
        return Requirement(Action.RUN_SHIFT if is_own else Action.CLOSE_ANOTHERS_SHIFT, shift.location_id)

    def apply_one(self, context: OperationContext, operation: ParsedOperation[ShiftClose]) -> Outcome:
        data = operation.data
        before = _shift_to_close(context, operation)
        if _is_cashed_up(before):
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
                "operations": data.manifest.operations,
                "spent": len(data.manifest.spent),
            }
        )
        tills = _identities(context, operation.device_id)
        if closed.device_id not in tills:  # a manager closed another till's shift
            tills = _identities(context, closed.device_id)
        missing = _missing(context, tills, data.manifest, closing=operation.envelope)
        row = _as_received(context, tills, closed, data.manifest, missing)
        _write(context, row, data.manifest, tills, awaited=missing.count > 0)
        _arrived(context, row.id)
        return applied(
            operation.id,
            [_publish(context, row, operation.id)],
            {
                "version": row.version,
                "complete": missing.count == 0,
                "received": row.received,
                "expected": data.manifest.operations,
                "missing": list(row.missing),
                "message": _in_words(missing, data.manifest.operations),
                "flags": [*operation.flags, *row.flags],
            },
        )

    def numbers_received(self, context: OperationContext, device_id: str, numbers: Sequence[int]) -> None:
        """Checks the till's closed shifts again that miss some of these numbers."""
        _recheck(context, device_id, numbers, t.shift.c.awaited == 1)


def recheck(context: OperationContext, device_id: str, device_seq: int) -> None:
    """Checks the closed shift again that a number belongs to: the operation behind it has changed."""
    _recheck(context, device_id, [device_seq])


def _recheck(
    context: OperationContext, device_id: str, numbers: Sequence[int], *which: ColumnElement[bool]
) -> None:
    for shift_id in _shifts_of(context, device_id, numbers, *which):
        stored = _stored(context, shift_id)
        if stored is not None and context.holds(stored["location_id"]):
            _update(context, stored)


def _shifts_of(
    context: OperationContext, device_id: str, numbers: Sequence[int], *which: ColumnElement[bool]
) -> list[str]:
    """The till's closed shifts that these numbers belong to. One upload may fill the gaps of many."""
    of = t.shift.c
    closed = (
        select(of.id, of.first_device_seq, of.last_device_seq)
        .where(
            of.tenant_id == context.tenant_id,
            of.device_id.in_([device_id, *_later_ids(context, device_id)]),
            of.first_device_seq <= max(numbers),
            of.last_device_seq >= min(numbers),
            *which,
        )
        .order_by(of.last_device_seq.desc())
    )
    shifts_of_number: Counter[int] = Counter()
    found = []
    for row in context.unit.rows(closed).all():
        inside = [number for number in numbers if row.first_device_seq <= number <= row.last_device_seq]
        if any(shifts_of_number[number] < _SHIFTS_OF_NUMBER_MAX for number in inside):
            found.append(row.id)
            shifts_of_number.update(inside)
    return found


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
    own = {place for place in (operation.location_id, stored) if context.callers_place(place)}
    return own or {None}


def _shift_to_close(context: OperationContext, operation: ParsedOperation[ShiftClose]) -> ShiftRow:
    shift_id = resource_of(operation, "a shift operation")
    stored = _stored(context, shift_id)
    if stored is None or not context.holds(stored["location_id"]):
        raise Refusal(ErrorCode.PRECONDITION_FAILED, f"no shift {shift_id} was opened here")
    return ShiftRow.model_validate(stored["body"])


# --- completeness ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Missing:
    """The numbers that have not arrived: how many, and the first `MISSING_LISTED_MAX` of them."""

    count: int = 0
    first: tuple[int, ...] = ()


def _identities(context: OperationContext, device_id: str | None) -> tuple[str, ...]:
    """The till's id and its former ones, the newest first; none of a person's shift."""
    return () if device_id is None else (device_id, *context.evidence.former_ids(device_id))


def _later_ids(context: OperationContext, device_id: str) -> set[str]:
    """The ids under which a till was enrolled again; of a copied folder, those of all copies."""
    found: set[str] = set()
    more = {device_id}
    while more:
        query = select(col(Device.id)).where(
            col(Device.tenant_id) == context.tenant_id, col(Device.former_id).in_(more)
        )
        more = set(context.unit.rows(query).scalars()) - found
        found |= more
    return found


def _missing(
    context: OperationContext,
    tills: tuple[str, ...],
    manifest: Manifest,
    *,
    closing: Envelope | None = None,
) -> _Missing:
    """The manifest's numbers that are neither received nor spent nor skipped. A person's shift has no
    numbers.
    """
    if not tills:
        return _Missing()
    here = [(numbers.from_, numbers.to) for numbers in manifest.skipped or ()]
    here += [(spent.device_seq, spent.device_seq) for spent in manifest.spent]
    if closing is not None and closing.device_seq is not None and closing.device_id in tills:
        # The closing operation itself is not stored yet while it is applied.
        here.append((closing.device_seq, closing.device_seq))
    ranges = list(without(_gaps(context, tills, manifest), sorted(here)))
    numbers = (number for low, high in ranges for number in range(low, high + 1))
    return _Missing(
        count=sum(high - low + 1 for low, high in ranges),
        first=tuple(islice(numbers, MISSING_LISTED_MAX)),
    )


def _gaps(context: OperationContext, tills: tuple[str, ...], manifest: Manifest) -> Iterator[tuple[int, int]]:
    """The ranges of the manifest's numbers under which the server has no operation, in order."""
    of, first, last = t.operation.c, manifest.first_device_seq, manifest.last_device_seq
    number = of.device_seq
    received = (
        select(number, func.coalesce(func.lag(number).over(order_by=number), first - 1).label("before"))
        .where(of.tenant_id == context.tenant_id, of.device_id.in_(tills), number.between(first, last))
        .subquery()
    )
    rows = context.unit.rows(
        select(received.c.before, received.c.device_seq)
        .where(received.c.device_seq > received.c.before + 1)
        .order_by(received.c.device_seq)
    )
    for row in rows.mappings():
        yield row["before"] + 1, row["device_seq"] - 1
    newest = context.unit.rows(select(func.max(received.c.device_seq))).scalar()
    rest = first if newest is None else newest + 1
    if rest <= last:
        yield rest, last


def without(ranges: Iterable[tuple[int, int]], taken: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The numbers of `ranges` that are not in `taken`, as ranges; both are in order of their first number."""
    position = 0
    for low, high in ranges:
        rest = low
        while position < len(taken) and taken[position][0] <= high:
            first, last = taken[position]
            if first > rest:
                yield rest, first - 1
            rest = max(rest, last + 1)
            if last > high:
                break
            position += 1
        if rest <= high:
            yield rest, high


def _as_received(
    context: OperationContext, tills: tuple[str, ...], shift: ShiftRow, manifest: Manifest, missing: _Missing
) -> ShiftRow:
    """The shift's next version, with its completeness as of now."""
    # Missing operations are missing from every sum, so sums are compared only when all have arrived.
    flags = () if missing.count else tuple(_disagreements(context, tills, manifest))
    return shift.model_copy(
        update={
            "received": manifest.operations - missing.count,
            "missing": missing.first,
            "flags": flags,
            "version": shift.version + 1,
        }
    )


def _disagreements(context: OperationContext, tills: tuple[str, ...], manifest: Manifest) -> Iterable[str]:
    if not tills:
        return
    if manifest.count == 0:
        if manifest.total_minor != 0:
            yield "total_minor"
        return
    last_hash = _hash_of(context, tills, manifest, manifest.last_device_seq)
    # An operation without a hash (it was unreadable) matches any.
    if last_hash is not None and last_hash != manifest.last_hash:
        yield "last_hash"
    if _total_minor(context, tills, manifest) != manifest.total_minor:
        yield "total_minor"


def _hash_of(
    context: OperationContext, tills: tuple[str, ...], manifest: Manifest, device_seq: int
) -> str | None:
    for spent in manifest.spent:
        if spent.device_seq == device_seq:
            return spent.hash
    of = t.operation.c
    query = select(of.device_id, of.chain_hash).where(
        of.tenant_id == context.tenant_id, of.device_id.in_(tills), of.device_seq == device_seq
    )
    found: dict[str, str | None] = {row.device_id: row.chain_hash for row in context.unit.rows(query)}
    # A till that was restored from a backup, then enrolled again, may have used a number twice.
    return next((found[till] for till in tills if till in found), None)


def _total_minor(context: OperationContext, tills: tuple[str, ...], manifest: Manifest) -> int:
    of, sold = t.operation.c, t.till_transaction.c
    rows = context.unit.rows(
        select(sold.kind, func.sum(sold.total_minor).label("total_minor"))
        .join(t.operation, (of.tenant_id == sold.tenant_id) & (of.id == sold.id))
        .where(
            sold.tenant_id == context.tenant_id,
            of.device_id.in_(tills),
            of.device_seq.between(manifest.first_device_seq, manifest.last_device_seq),
        )
        .group_by(sold.kind)
    )
    return sum(kind_of(row.kind).turnover * int(row.total_minor) for row in rows)


def _update(context: OperationContext, stored: RowMapping) -> None:
    """Writes and publishes a closed shift's next version, if anything of it changed."""
    manifest = Manifest.model_validate(stored["manifest"])
    before = ShiftRow.model_validate(stored["body"])
    tills = _identities(context, stored["device_id"])
    missing = _missing(context, tills, manifest)
    row = _as_received(context, tills, before, manifest, missing)
    if (row.received, row.missing, row.flags) == (before.received, before.missing, before.flags):
        return
    _write(context, row, manifest, tills, awaited=missing.count > 0)
    _publish(context, row, None)


def _in_words(missing: _Missing, count: int) -> str:
    if not missing.count:
        return "all received"
    first = ", ".join(map(str, missing.first[:_MISSING_IN_WORDS]))
    more = " …" if missing.count > _MISSING_IN_WORDS else ""
    return f"{missing.count} of {count} operations have not come: {first}{more}"


# --- rows ------------------------------------------------------------------------------------------------


def _stored(context: OperationContext, shift_id: str) -> RowMapping | None:
    of = t.shift.c
    return (
        context.unit.rows(select(t.shift).where(of.tenant_id == context.tenant_id, of.id == shift_id))
        .mappings()
        .one_or_none()
    )


def _write(
    context: OperationContext, row: ShiftRow, manifest: Manifest, tills: tuple[str, ...], *, awaited: bool
) -> None:
    of = t.shift.c
    context.unit.execute(
        update(t.shift)
        .where(of.tenant_id == context.tenant_id, of.id == row.id)
        .values(
            device_id=next(iter(tills), None),
            awaited=int(awaited),
            first_device_seq=manifest.first_device_seq,
            last_device_seq=manifest.last_device_seq,
            manifest=manifest.to_wire(),
            body=row.to_wire(),
            version=row.version,
        )
    )


def _arrived(context: OperationContext, shift_id: str) -> None:
    """The flags of its transactions depend on the shift."""
    context.evidence.forget_shift(shift_id)
    context.arrivals.shifts.add(shift_id)


def _publish(context: OperationContext, row: ShiftRow, operation_id: str | None) -> Effect:
    return context.publish(row.location_id, SHIFT, row.id, row.version, row.to_wire(), operation_id)
