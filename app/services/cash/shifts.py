"""Shifts: the drawer from its float to cashing up, and whether the server has received all of a shift.

Selling does not require an open shift. Sales made since the last shift was closed join the next shift, as
their cash is in the same drawer. Closing sends a manifest: the operation numbers of the shift, so that the
server can report "143 of 143 received".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson
from sqlalchemy import Connection, Row, func, insert, select, update

from app.domain.errors import BadAmount, NoShift, ReasonMissing, ShiftAlreadyOpen
from app.domain.rights import Right
from app.domain.shift import KindTotal, ShiftTotals, TaxLine
from app.domain.vocabulary.transaction_kinds import turnover_sign
from app.services import journal
from app.services.approvals import authorise
from app.services.person_names import person_names
from app.services.till import Actor, Till
from resources.words import translate
from sync_agent.contract.operations import (
    SHIFT,
    SHIFT_OPERATIONS_MAX,
    Manifest,
    ShiftClose,
    ShiftOpen,
    ShiftRow,
    SpentNumber,
)
from sync_agent.contract.wire import from_ms
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.outbox import NewOperation, Status, enqueue

SPENT_MAX = 5000
"""The largest number of spent operation numbers in a manifest."""


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
    query = select(t.shift).where(t.shift.c.status == "closed").order_by(t.shift.c.opened_ms.desc())
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
        received = reported.received
    elif reported is None and closing is not None and closing.status == Status.COMPLETED:
        # A new snapshot leaves out shifts that the server has received completely.
        received = row.operations
    return ShiftState(
        operations=row.operations,
        received=received,
        unsent=unsent,
        disagrees=bool(reported and reported.flags),
    )


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
    float_minor = connection.execute(select(t.shift.c.float_minor).where(t.shift.c.id == shift_id)).scalar()
    if float_minor is None:
        raise NoShift
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
        float_minor=float_minor,
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
    """Open the drawer with a float; the shift's id. Raises ShiftAlreadyOpen, BadAmount, NotPermitted."""
    authorise(actor, None, Right.RUN_SHIFT)
    if float_minor < 0:
        raise BadAmount(translate("errors", "A float cannot be less than nothing."))

    def write(tx: Transaction) -> str:
        if _open_row(tx.connection) is not None:
            raise ShiftAlreadyOpen
        shift_id = tx.ids.new()
        data = ShiftOpen(
            opened_at=from_ms(tx.now_ms),
            float_minor=float_minor,
            currency=till.device.currency,
            location_id=till.device.location_id,
        )
        queued = enqueue(
            tx,
            NewOperation(
                id=shift_id,
                operation="create",
                resource_type=SHIFT,
                resource_id=shift_id,
                location_id=till.device.location_id,
                data=data.to_wire(),
                actor_id=actor.id,
                ordering_key=_ordering_key(shift_id),
                summary={"kind": "shift_opened", "person": actor.name},
            ),
        )
        tx.execute(
            insert(t.shift).values(
                id=shift_id,
                status="open",
                opened_by=actor.id,
                opened_ms=tx.now_ms,
                float_minor=float_minor,
                first_device_seq=queued.device_seq,
            )
        )
        _adopt_sales_without_shift(tx, shift_id)
        tx.touch(Topic.SHIFTS)
        return shift_id

    return await till.store.write(write)


def _adopt_sales_without_shift(tx: Transaction, shift_id: str) -> None:
    """Sales since the last shift was closed: their cash is in the same drawer."""
    since_ms = tx.execute(select(func.max(t.shift.c.closed_ms))).scalar()
    if since_ms is not None:
        tx.execute(
            update(t.sale)
            .where(t.sale.c.shift_id.is_(None), t.sale.c.occurred_ms >= since_ms)
            .values(shift_id=shift_id)
        )


async def close_shift(till: Till, counted_minor: int, actor: Actor, reason: str = "") -> ShiftView:
    """Cash up with the counted cash, in minor units; a difference from the expected cash needs a reason.

    Raises NoShift, BadAmount, ReasonMissing, NotPermitted. Unsent operations do not prevent it.
    """
    authorise(actor, None, Right.RUN_SHIFT)
    if counted_minor < 0:
        raise BadAmount(translate("errors", "Less than nothing cannot lie in the drawer."))
    return await till.store.write(lambda tx: _close(tx, till, counted_minor, actor, reason.strip()))


def _close(tx: Transaction, till: Till, counted_minor: int, actor: Actor, reason: str) -> ShiftView:
    row = _open_row(tx.connection)
    if row is None:
        raise NoShift
    sums = _totals(tx.connection, row.id)
    if counted_minor != sums.expected_minor and not reason:
        raise ReasonMissing
    manifest = _manifest(tx, row.first_device_seq)
    data = ShiftClose(
        closed_at=from_ms(tx.now_ms),
        counted_minor=counted_minor,
        expected_minor=sums.expected_minor,
        totals=sums.by_method,
        note=reason or None,
        manifest=manifest,
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
            ordering_key=_ordering_key(row.id),
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
            reason=reason or None,
            operations=manifest.count,
            close_operation_id=closing.id,
        )
    )
    difference_minor = counted_minor - sums.expected_minor
    if difference_minor:
        journal.note(tx, "cash_difference", actor.id, reason=reason, difference_minor=difference_minor)
    tx.touch(Topic.SHIFTS)
    closed = tx.execute(select(t.shift).where(t.shift.c.id == row.id)).one()
    return _view(tx.connection, [closed])[0]


def _manifest(tx: Transaction, opened_seq: int) -> Manifest:
    """The operation numbers from the shift's opening until now; beyond a manifest's limit, the newest."""
    device = tx.execute(select(t.device.c.next_device_seq, t.device.c.last_hash)).one()
    last = device.next_device_seq - 1
    first = max(opened_seq, last - SHIFT_OPERATIONS_MAX + 1)
    of = t.outbox.c
    spent = tx.execute(
        select(of.device_seq, of.hash)
        .where(of.device_seq.between(first, last), of.status.in_([Status.DISCARDED, Status.REPLACED]))
        .order_by(of.device_seq)
        .limit(SPENT_MAX)
    ).all()
    sums = tx.execute(
        select(t.sale.c.kind, func.sum(t.sale.c.total_minor).label("total_minor"))
        .join(t.outbox, of.id == t.sale.c.id)
        .where(of.device_seq.between(first, last))
        .group_by(t.sale.c.kind)
    ).all()
    return Manifest(
        count=last - first + 1,
        first_device_seq=first,
        last_device_seq=last,
        last_hash=cast("str", device.last_hash),
        total_minor=sum(turnover_sign(row.kind) * int(row.total_minor) for row in sums),
        spent=tuple(SpentNumber(device_seq=row.device_seq, hash=row.hash) for row in spent),
    )


def _ordering_key(shift_id: str) -> str:
    return f"{SHIFT}:{shift_id}"
