"""Stored till transactions in one form, whatever table has them: the account of a sale is made from it.

This till's own are in the tables of its counter; of those that were pruned a compact row is left, for good.
Those of other tills of the location are in the replica.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, Select, Table, case, func, or_, select
from sqlalchemy.dialects.sqlite import insert

from app.domain.tender import Tender
from app.domain.vocabulary.transaction_kinds import REFUND, SALE, VOID
from app.services.selling.transaction import Line
from sync_agent.contract.operations import PaymentRow, TransactionLine
from sync_agent.store import tables as t
from sync_agent.store.database import Transaction


@dataclass(frozen=True)
class SaleRecord:
    """A completed till transaction. Lines are in the order of their numbers, which begin at 1.

    `device_id` is None for a client that is no till. `shift_id` is that of an own one.
    """

    id: str
    kind: str
    receipt_number: str
    refund_of: str | None
    refers_to: str | None
    device_id: str | None
    occurred_ms: int
    person_id: str
    total_minor: int
    lines: tuple[Line, ...]
    payments: tuple[Tender, ...]
    is_own: bool = True
    shift_id: str | None = None
    till_name: str | None = None
    """The name of its till, as far as it was sent."""

    def is_named(self, name: str) -> bool:
        """Whether this is its id or its receipt number."""
        return name in (self.id, self.receipt_number)


def by_id(connection: Connection, sale_id: str) -> SaleRecord | None:
    """The till transaction of an id; None if this till has none."""
    return next(iter(_read(connection, lambda table: table.c.id == sale_id)), None)


def by_receipt(connection: Connection, numbers: Sequence[str]) -> list[SaleRecord]:
    """The till transactions with one of these receipt numbers, in the order of their ids."""
    return _read(connection, lambda table: table.c.receipt_number.in_(numbers))


def series(connection: Connection) -> list[str]:
    """The series of all receipt numbers here, in order.

    The index is entered once for each series. The series "T-2" is passed over where there is a series "T".
    """
    found: set[str] = set()
    for table in (t.receipt, t.past_sale, t.sale):
        found.update(connection.execute(_series_in(table)).scalars())
    return sorted(found)


def _series_in(table: Table) -> Select[str]:
    number = table.c.receipt_number
    walk = select(func.min(number).label("number")).cte("walk", recursive=True)
    before_digits = func.rtrim(walk.c.number, "0123456789")
    # A series and its dash are followed by digits, and ":" comes after "9".
    passed = case((before_digits.endswith("-"), before_digits.concat(":")), else_=walk.c.number)
    following = select(func.min(number)).where(number > passed).scalar_subquery()
    walk = walk.union_all(select(following).where(walk.c.number.is_not(None)))
    of_number = func.rtrim(walk.c.number, "0123456789")
    return select(func.substr(of_number, 1, func.length(of_number) - 1)).where(of_number.endswith("-"))


def returns_of(connection: Connection, sale: SaleRecord) -> list[SaleRecord]:
    """The refunds and voids of a sale. Those of earlier releases name a receipt number, or an id, only.

    Several sales may have a number: a return without an id is of the sale of its own till, else of the first.
    """
    names = [sale.id, sale.receipt_number]
    found = _read(
        connection,
        lambda table: or_(
            table.c.refund_of == sale.id, table.c.refund_of.is_(None) & table.c.refers_to.in_(names)
        ),
    )
    if all(one.refund_of is not None or one.refers_to == sale.id for one in found):
        return found
    same_number = [one for one in by_receipt(connection, [sale.receipt_number]) if one.kind == sale.kind]
    return [one for one in found if one.refund_of is not None or _named_by(one, same_number) == sale.id]


def _named_by(returned: SaleRecord, sales: Iterable[SaleRecord]) -> str | None:
    named = [sale for sale in sales if returned.refers_to is not None and sale.is_named(returned.refers_to)]
    by_own_till = [sale for sale in named if sale.device_id == returned.device_id]
    return next((sale.id for sale in by_own_till or named), None)


def _read(connection: Connection, which: Callable[[Table], ColumnElement[bool]]) -> list[SaleRecord]:
    """The records for which the condition holds, an own one before another's copy of it, by id."""
    own_device = connection.execute(select(t.device.c.device_id)).scalar()
    found: dict[str, SaleRecord] = {}
    for row in connection.execute(select(t.receipt).where(which(t.receipt))):
        found[row.id] = _of_body(row, row.device_id, is_own=row.device_id == own_device)
    for row in connection.execute(select(t.past_sale).where(which(t.past_sale))):
        found[row.id] = _of_body(row, own_device, is_own=True)
    for row in connection.execute(select(t.sale).where(which(t.sale))):
        found[row.id] = _own(connection, row, own_device)
    return [found[sale_id] for sale_id in sorted(found)]


def _own(connection: Connection, row: Row[Any], own_device: str | None) -> SaleRecord:
    lines, payments = t.sale_line.c, t.payment.c
    of_line = [lines[name.name] for name in fields(Line)]
    return SaleRecord(
        id=row.id,
        kind=row.kind,
        receipt_number=row.receipt_number,
        refund_of=row.refund_of,
        refers_to=row.refers_to,
        device_id=own_device,
        occurred_ms=row.occurred_ms,
        person_id=row.actor_id,
        total_minor=row.total_minor,
        lines=tuple(
            Line(**line._asdict())
            for line in connection.execute(
                select(*of_line).where(lines.sale_id == row.id).order_by(lines.line_no)
            )
        ),
        payments=tuple(
            Tender(*payment)
            for payment in connection.execute(
                select(payments.method, payments.amount_minor, payments.change_minor, payments.reference)
                .where(payments.sale_id == row.id)
                .order_by(payments.payment_no)
            )
        ),
        shift_id=row.shift_id,
    )


def _of_body(row: Row[Any], device_id: str | None, *, is_own: bool) -> SaleRecord:
    """A row whose lines and payments are JSON in the wire's names."""
    body = orjson.loads(row.body)
    return SaleRecord(
        id=row.id,
        kind=row.kind,
        receipt_number=row.receipt_number,
        refund_of=row.refund_of,
        refers_to=row.refers_to,
        device_id=device_id,
        occurred_ms=row.occurred_ms,
        person_id=row.actor_id,
        total_minor=body["totalMinor"],
        lines=tuple(_line(line) for line in body.get("lines", [])),
        payments=tuple(_payment(payment) for payment in body.get("payments", [])),
        is_own=is_own,
        till_name=body.get("deviceName"),
    )


def _line(wire: dict[str, Any]) -> Line:
    read = TransactionLine.model_validate(wire)
    return Line(**{name.name: getattr(read, name.name) for name in fields(Line)})


def _payment(wire: dict[str, Any]) -> Tender:
    return Tender(wire["method"], wire["amountMinor"], wire.get("changeMinor") or 0, wire.get("reference"))


def compact(tx: Transaction, sale_ids: Sequence[str]) -> None:
    """Store what a refund needs of own sales, refunds and voids, for good, before their rows are deleted."""
    query = select(t.sale).where(t.sale.c.id.in_(sale_ids), t.sale.c.kind.in_([SALE, REFUND, VOID]))
    for row in tx.execute(query).all():
        record = _own(tx.connection, row, None)
        body = {
            "totalMinor": record.total_minor,
            "lines": [TransactionLine(**vars(line)).to_wire() for line in record.lines],
            "payments": [
                PaymentRow(
                    method=payment.method,
                    amount_minor=payment.amount_minor,
                    change_minor=payment.change_minor or None,
                    reference=payment.reference,
                ).to_wire()
                for payment in record.payments
            ],
        }
        values = {
            "id": record.id,
            "kind": record.kind,
            "receipt_number": record.receipt_number,
            "refund_of": record.refund_of,
            "refers_to": record.refers_to,
            "actor_id": record.person_id,
            "occurred_ms": record.occurred_ms,
            "body": orjson.dumps(body).decode(),
        }
        tx.execute(insert(t.past_sale).values(values).on_conflict_do_nothing(index_elements=["id"]))
