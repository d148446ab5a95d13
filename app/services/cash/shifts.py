"""Shifts: the drawer from its float to cashing up, and whether the server has received all of a shift.

Selling does not require an open shift. Sales made while none is open join the next shift, as their cash is
in the same drawer. So each till transaction is in exactly one shift, by the till's own numbers: shifts follow
one another without a gap, whatever the clock does. Closing sends a manifest: the operation numbers of the
shift, so that the server can report "143 of 143 received". The figures of a Z report are stored at closing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row, func, select, update

from app.domain.errors import BadAmount, NoShift, ReasonMissing, ShiftAlreadyOpen, about
from app.domain.limits import typed_text
from app.domain.plausible import check_given, check_plausible_amount
from app.domain.rights import Right
from app.domain.shift import KindTotal, ShiftTotals, TaxLine
from app.domain.vocabulary.transaction_kinds import turnover_sign
from app.services import journal
from app.services.approvals import authorise
from app.services.cash import z_figures
from app.services.open_shift import open_shift_id, ordering_key, write_open_shift
from app.services.person_names import person_names
from app.services.shop_settings import read_from
from app.services.till import Actor, Till
from resources.words import translate
from sync_agent.contract.operations import (
    SHIFT,
    SHIFT_OPERATIONS_MAX,
    SKIPPED_RANGES_MAX,
    Manifest,
    ShiftClose,
    ShiftRow,
    SkippedNumbers,
    SpentNumber,
)
from sync_agent.contract.wire import from_ms
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.queue import NewOperation, Status, enqueue

SPENT_MAX = 5000
"""The most spent numbers that a manifest lists with their hashes; older ones go into its ranges."""

_REPORTS_PAGE = 20


@dataclass(frozen=True)
class ShiftView:
    """A shift as its page and list show it. Amounts in minor units; closing figures are None while open."""

    id: str
    opened_by: str
    opened_ms: int
    float_minor: int
    closed_by: str | None
    closed_ms: int | None
    counted_minor: int | None
    expected_minor: int | None
    reason: str | None

    @property
    def difference_minor(self) -> int | None:
        """Counted less expected: negative where money is missing."""
        if self.counted_minor is None or self.expected_minor is None:
            return None
        return self.counted_minor - self.expected_minor


@dataclass(frozen=True)
class ShiftState:
    """How much of a closed shift the server has. `received` is None until the server has reported it."""

    operations: int
    received: int | None
    unsent: int
    """Operations of the shift that the server has not answered yet."""
    disagrees: bool
    """The server has all operations, but a sum or a hash differs from the till's."""

    @property
    def is_complete(self) -> bool:
        """Whether the server has received all operations of the shift."""
        return self.received is not None and self.received >= self.operations


# --- reading -----------------------------------------------------------------------------------------


def current(till: Till) -> ShiftView | None:
    """The open shift, or None."""
    with till.store.reading() as connection:
        row = _open_row(connection)
        return None if row is None else _view(connection, [row])[0]


def past(till: Till, limit: int = 30) -> list[ShiftView]:
    """Closed shifts, the latest first."""
    of = t.shift.c
    query = select(t.shift).where(of.status == "closed").order_by(of.first_device_seq.desc())
    with till.store.reading() as connection:
        return _view(connection, connection.execute(query.limit(limit)).all())


def totals(till: Till, shift_id: str) -> ShiftTotals:
    """The sums of a shift: so far (X report), or of a closed shift (Z report). Raises NoShift."""
    with till.store.reading() as connection:
        return _totals(connection, shift_id)


def server_state(till: Till, shift_id: str) -> ShiftState:
    """How much of a closed shift the server has. Raises NoShift."""
    of = t.shift.c
    with till.store.reading() as connection:
        row = connection.execute(select(t.shift).where(of.id == shift_id)).first()
        if row is None or row.operations is None:
            raise NoShift
        body = connection.execute(
            select(t.shift_standing.c.body).where(t.shift_standing.c.id == shift_id)
        ).scalar()
        closing = connection.execute(
            select(t.outbox.c.status, t.outbox.c.device_seq).where(t.outbox.c.id == row.close_operation_id)
        ).first()
        unsent = 0 if closing is None else _unsent(connection, row.first_device_seq, closing.device_seq)
    reported = None if body is None else ShiftRow.model_validate_json(body)
    received: int | None = None
    if reported is not None and reported.status == "closed":
        received = _received(reported, row.operations)
    elif reported is None and closing is not None and closing.status == Status.COMPLETED:
        # A new snapshot leaves out shifts that the server has received completely.
        received = row.operations
    return ShiftState(
        operations=row.operations,
        received=received,
        unsent=unsent,
        disagrees=bool(reported and reported.flags),
    )


def _received(reported: ShiftRow, operations: int) -> int | None:
    """How many of the shift's operations the server has.

    An older server counts skipped numbers as missing, and the newest 20,000 numbers alone.
    """
    if reported.received is None or reported.operations is None:
        return reported.received
    return min(operations, max(reported.received, operations - (reported.operations - reported.received)))


def _open_row(connection: Connection) -> Row[Any] | None:
    return connection.execute(select(t.shift).where(t.shift.c.status == "open")).first()


def _view(connection: Connection, rows: Sequence[Row[Any]]) -> list[ShiftView]:
    names = person_names(connection, {who for row in rows for who in (row.opened_by, row.closed_by) if who})
    return [
        ShiftView(
            id=row.id,
            opened_by=names[row.opened_by],
            opened_ms=row.opened_ms,
            float_minor=row.float_minor,
            closed_by=names.get(row.closed_by) if row.closed_by else None,
            closed_ms=row.closed_ms,
            counted_minor=row.counted_minor,
            expected_minor=row.expected_minor,
            reason=row.reason,
        )
        for row in rows
    ]


def _unsent(connection: Connection, first: int, last: int) -> int:
    of = t.outbox.c
    query = select(func.count()).where(of.device_seq.between(first, last), of.finished_ms.is_(None))
    return connection.execute(query).scalar_one()


def _totals(connection: Connection, shift_id: str) -> ShiftTotals:
    of = t.shift.c
    shift = connection.execute(select(of.float_minor, of.report).where(of.id == shift_id)).first()
    if shift is None:
        raise NoShift
    if shift.report is not None:
        return z_figures.read(shift.report)
    sale = t.sale.c
    by_kind = {
        row.kind: row
        for row in connection.execute(
            select(
                sale.kind,
                func.count().label("number"),
                func.sum(sale.total_minor).label("total_minor"),
                func.sum(sale.rounding_minor).label("rounding_minor"),
            )
            .where(sale.shift_id == shift_id)
            .group_by(sale.kind)
        )
    }

    return ShiftTotals(
        float_minor=shift.float_minor,
        by_method=_by_method(connection, shift_id),
        by_kind={kind: KindTotal(int(row.number), int(row.total_minor)) for kind, row in by_kind.items()},
        discounts_minor=_discounts(connection, shift_id),
        rounding_minor=sum(turnover_sign(kind) * int(row.rounding_minor) for kind, row in by_kind.items()),
        taxes=_taxes(connection, shift_id),
    )


def _by_method(connection: Connection, shift_id: str) -> dict[str, int]:
    net = func.sum(t.payment.c.amount_minor - t.payment.c.change_minor)
    query = (
        select(t.sale.c.kind, t.payment.c.method, net)
        .join(t.sale, t.sale.c.id == t.payment.c.sale_id)
        .where(t.sale.c.shift_id == shift_id)
        .group_by(t.sale.c.kind, t.payment.c.method)
    )
    sums: dict[str, int] = {}
    for kind, method, amount in connection.execute(query):
        sign = turnover_sign(kind)
        if sign:
            sums[method] = sums.get(method, 0) + sign * int(amount)
    return sums


def _lines_of(shift_id: str) -> Any:
    return (
        select(
            t.sale.c.kind,
            t.sale_line.c.tax_rate_ppm,
            func.sum(t.sale_line.c.total_minor).label("total_minor"),
            func.sum(t.sale_line.c.tax_minor).label("tax_minor"),
            func.sum(t.sale_line.c.discount_minor).label("discount_minor"),
        )
        .join(t.sale, t.sale.c.id == t.sale_line.c.sale_id)
        .where(t.sale.c.shift_id == shift_id)
        .group_by(t.sale.c.kind, t.sale_line.c.tax_rate_ppm)
        .order_by(t.sale_line.c.tax_rate_ppm.desc())
    )


def _taxes(connection: Connection, shift_id: str) -> tuple[TaxLine, ...]:
    sums: dict[int, tuple[int, int]] = {}
    for row in connection.execute(_lines_of(shift_id)):
        sign = turnover_sign(row.kind)
        gross, tax = sums.get(row.tax_rate_ppm, (0, 0))
        sums[row.tax_rate_ppm] = gross + sign * int(row.total_minor), tax + sign * int(row.tax_minor)
    return tuple(TaxLine(rate, gross, tax) for rate, (gross, tax) in sums.items())


def _discounts(connection: Connection, shift_id: str) -> int:
    rows = connection.execute(_lines_of(shift_id)).all()
    return sum(turnover_sign(row.kind) * int(row.discount_minor) for row in rows)


# --- opening and closing -----------------------------------------------------------------------------


async def open_shift(till: Till, float_minor: int, actor: Actor) -> str:
    """Open the drawer with a float; the shift's id. Raises ShiftAlreadyOpen, BadAmount (also beyond the
    shop's bound), NotPermitted.
    """
    authorise(actor, None, Right.RUN_SHIFT)
    if float_minor < 0:
        raise BadAmount(translate("errors", "A float cannot be less than nothing."))

    def write(tx: Transaction) -> str:
        check_plausible_amount(float_minor, till.device.currency, read_from(tx.connection))
        if open_shift_id(tx, actor) is not None:
            raise ShiftAlreadyOpen
        shift_id = write_open_shift(tx, actor, float_minor)
        tx.touch(Topic.SHIFTS)
        return shift_id

    return await till.store.write(write)


async def close_shift(till: Till, counted_minor: int, actor: Actor, reason: str = "") -> ShiftView:
    """Cash up with the counted cash, in minor units; a difference from the expected cash needs a reason.

    Raises NoShift, BadAmount (also beyond what is expected and the shop's bound), ReasonMissing,
    NotPermitted. Unsent operations do not prevent it.
    """
    authorise(actor, None, Right.RUN_SHIFT)
    if counted_minor < 0:
        raise BadAmount(translate("errors", "Less than nothing cannot lie in the drawer."))
    with about("reason"):
        why = typed_text(reason)
    return await till.store.write(lambda tx: _close(tx, till, counted_minor, actor, why))


def _close(tx: Transaction, till: Till, counted_minor: int, actor: Actor, reason: str) -> ShiftView:
    shift_id = open_shift_id(tx, actor)
    if shift_id is None:
        raise NoShift
    row = tx.execute(select(t.shift).where(t.shift.c.id == shift_id)).one()
    sums = _totals(tx.connection, row.id)
    settings = read_from(tx.connection)
    check_given(counted_minor, sums.expected_minor, till.device.currency, settings)
    if counted_minor != sums.expected_minor and not reason:
        raise ReasonMissing
    last = tx.execute(select(t.device.c.next_device_seq)).scalar_one() - 1
    manifest = _manifest(tx, row.first_device_seq, last)
    data = ShiftClose(
        closed_at=from_ms(tx.now_ms),
        counted_minor=counted_minor,
        expected_minor=sums.expected_minor,
        totals=sums.by_method,
        note=reason or None,
        manifest=_taken_by_the_server(tx, manifest),
        location_id=till.device.location_id,
    )
    closing = enqueue(
        tx,
        NewOperation(
            operation="update",
            resource_type=SHIFT,
            resource_id=row.id,
            location_id=till.device.location_id,
            data=data.to_wire(),
            actor_id=actor.id,
            ordering_key=ordering_key(row.id),
            summary={"kind": "shift_closed", "person": actor.name},
        ),
    )
    tx.execute(
        update(t.shift)
        .where(t.shift.c.id == row.id)
        .values(
            status="closed",
            closed_by=actor.id,
            closed_ms=tx.now_ms,
            counted_minor=counted_minor,
            expected_minor=sums.expected_minor,
            totals=orjson.dumps(sums.by_method).decode(),
            report=z_figures.written(sums),
            reason=reason or None,
            operations=manifest.operations,
            last_device_seq=last,
            close_operation_id=closing.id,
        )
    )
    difference_minor = counted_minor - sums.expected_minor
    if difference_minor:
        journal.note(tx, "cash_difference", actor.id, reason=reason, difference_minor=difference_minor)
    tx.touch(Topic.SHIFTS)
    closed = tx.execute(select(t.shift).where(t.shift.c.id == row.id)).one()
    return _view(tx.connection, [closed])[0]


def store_reports(tx: Transaction) -> int:
    """Store the Z reports of shifts that an earlier release closed, before sales of theirs are compacted.

    A page of shifts; how many.
    """
    of = t.shift.c
    query = select(of.id).where(of.status == "closed", of.report.is_(None)).order_by(of.first_device_seq)
    old = tx.execute(query.limit(_REPORTS_PAGE)).scalars().all()
    for shift_id in old:
        report = z_figures.written(_totals(tx.connection, shift_id))
        tx.execute(update(t.shift).where(of.id == shift_id).values(report=report))
    return len(old)


def _manifest(tx: Transaction, first: int, last: int) -> Manifest:
    """The operation numbers of the shift, and which of them will never arrive."""
    of = t.outbox.c
    spent = tx.execute(
        select(of.device_seq, of.hash)
        .where(of.device_seq.between(first, last), of.status.in_([Status.DISCARDED, Status.REPLACED]))
        .order_by(of.device_seq.desc())
    ).all()
    named = spent[:SPENT_MAX]
    skipped = _merged([*_skipped(tx, first, last), *((row.device_seq,) * 2 for row in spent[SPENT_MAX:])])
    return Manifest(
        count=last - first + 1,
        first_device_seq=first,
        last_device_seq=last,
        last_hash=tx.execute(select(t.device.c.last_hash)).scalar_one(),
        total_minor=_turnover_minor(tx, first, last),
        spent=tuple(SpentNumber(device_seq=row.device_seq, hash=row.hash) for row in reversed(named)),
        skipped=tuple(SkippedNumbers(from_=low, to=high) for low, high in skipped[-SKIPPED_RANGES_MAX:])
        or None,
    )


def _taken_by_the_server(tx: Transaction, manifest: Manifest) -> Manifest:
    """The manifest, or where the server takes fewer numbers in one, that of the newest."""
    limit = tx.execute(select(t.link.c.shift_operations)).scalar() or SHIFT_OPERATIONS_MAX
    if manifest.count <= limit:
        return manifest
    last = manifest.last_device_seq
    return _manifest(tx, last - limit + 1, last)


def _turnover_minor(tx: Transaction, first: int, last: int) -> int:
    """Sales less refunds and voids under the numbers from first to last."""
    of = t.outbox.c
    sums = tx.execute(
        select(t.sale.c.kind, func.sum(t.sale.c.total_minor).label("total_minor"))
        .join(t.outbox, of.id == t.sale.c.id)
        .where(of.device_seq.between(first, last))
        .group_by(t.sale.c.kind)
    ).all()
    return sum(turnover_sign(row.kind) * int(row.total_minor) for row in sums)


def _skipped(tx: Transaction, first: int, last: int) -> list[tuple[int, int]]:
    """The ranges of numbers from first to last that a repair skipped, in order."""
    of = t.skipped_numbers.c
    rows = tx.execute(
        select(of.first_device_seq, of.last_device_seq)
        .where(of.last_device_seq >= first, of.first_device_seq <= last)
        .order_by(of.first_device_seq)
    )
    return [(max(first, low), min(last, high)) for low, high in rows]


def _merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same numbers in as few ranges as there can be, in order."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(high, merged[-1][1])
        else:
            merged.append((low, high))
    return merged
