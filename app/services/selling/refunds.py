"""Refunds and voids of this till's own sales: by line and quantity, or whole. Works offline.

A partial refund of a line pays back its share of the line's price. Shares are rounded so that the partial
refunds of a whole line add up to exactly its price.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, select

from app.domain.errors import BadQuantity, NotRefundable, ReasonMissing, UnknownSale
from app.domain.rights import Right
from app.domain.tender import Method, Tender, round_cash
from app.domain.vocabulary.payment_methods import is_cash
from app.domain.vocabulary.transaction_kinds import REFUND, SALE, VOID
from app.domain.vocabulary.units import EACH, unit_of
from app.services.approvals import approvals_for
from app.services.person_names import person_names
from app.services.preferences import read_from
from app.services.selling.transaction import CompletedSale, Line, NewTransaction
from app.services.till import Actor, Till
from resources.words import translate
from sync_agent.store import search
from sync_agent.store import tables as t
from sync_agent.store.database import Transaction


@dataclass(frozen=True)
class RefundableLine:
    """A line of a receipt. `left` is the quantity that is not returned yet."""

    line_no: int
    line: Line
    unit: str
    left: int

    def part(self, quantity: int) -> Line:
        """This quantity of the line, with its share of price, discount and tax."""
        sold, gone = self.line, self.line.quantity - self.left
        before, after = _share(sold, gone), _share(sold, gone + quantity)
        return replace(
            sold,
            quantity=quantity,
            discount_minor=after.discount_minor - before.discount_minor,
            tax_minor=after.tax_minor - before.tax_minor,
            total_minor=after.total_minor - before.total_minor,
        )


@dataclass(frozen=True)
class RefundableSale:
    """A sale of this till with the quantities that can still be returned."""

    id: str
    receipt_number: str
    occurred_ms: int
    person: str
    total_minor: int
    lines: tuple[RefundableLine, ...]
    payments: tuple[Tender, ...]
    can_be_voided: bool
    """Nothing of it was returned, and its shift is still open."""

    @property
    def is_fully_returned(self) -> bool:
        """Whether nothing is left to return."""
        return all(line.left == 0 for line in self.lines)

    def worth_minor(self, quantities: Mapping[int, int]) -> int:
        """The refund, in minor units, for quantities by line number, as far as they are left."""
        return sum(
            line.part(min(quantities[line.line_no], line.left)).total_minor
            for line in self.lines
            if quantities.get(line.line_no, 0) > 0
        )


def find(till: Till, receipt: str) -> RefundableSale:
    """The sale of a receipt number, given in full or by its last digits.

    Raises UnknownSale, NotRefundable.
    """
    written = receipt.strip().upper()
    with till.store.reading() as connection:
        return _find(connection, written, till.device.receipt_series)


def _find(connection: Connection, written: str, series: str) -> RefundableSale:
    numbers = [written]
    if written.isdigit():
        numbers.append(f"{series}-{int(written):06d}")
    row = connection.execute(select(t.sale).where(t.sale.c.receipt_number.in_(numbers))).first()
    if row is None:
        raise UnknownSale(written)
    if row.kind != SALE:
        words = translate("errors", "{receipt} is no sale: only what was sold can go back.")
        raise NotRefundable(words.format(receipt=row.receipt_number))
    lines = _lines(connection, row.id)
    returned = _returned_quantities(connection, row)
    payments = connection.execute(
        select(t.payment).where(t.payment.c.sale_id == row.id).order_by(t.payment.c.payment_no)
    ).all()
    names = person_names(connection, [row.actor_id])
    return RefundableSale(
        id=row.id,
        receipt_number=row.receipt_number,
        occurred_ms=row.occurred_ms,
        person=names[row.actor_id],
        total_minor=row.total_minor,
        lines=tuple(_with_left(lines, returned)),
        payments=tuple(
            Tender(payment.method, payment.amount_minor, payment.change_minor, payment.reference)
            for payment in payments
        ),
        can_be_voided=not returned and _is_of_the_open_shift(connection, row.shift_id),
    )


async def refund(
    till: Till, sale: RefundableSale, quantities: Mapping[int, int], method: Method, actor: Actor, reason: str
) -> CompletedSale:
    """Refund quantities by line number and pay them out. Raises BadQuantity, NotRefundable,
    ReasonMissing.

    What is left is checked again in the database transaction.
    """
    if not reason.strip():
        raise ReasonMissing
    wanted = {line_no: quantity for line_no, quantity in quantities.items() if quantity}
    if not wanted:
        raise BadQuantity(translate("errors", "Choose what goes back first."))

    def write(tx: Transaction) -> CompletedSale:
        now = _find(tx.connection, sale.receipt_number, till.device.receipt_series)
        step_minor = read_from(tx.connection).cash_step_minor if is_cash(method) else 0
        lines = _parts(now, wanted)
        total_minor = sum(line.total_minor for line in lines)
        paid_minor = round_cash(total_minor, step_minor)
        new = NewTransaction(
            till=till,
            kind=REFUND,
            actor=actor,
            lines=lines,
            payments=(Tender(method, paid_minor),),
            total_minor=total_minor,
            tax_minor=sum(line.tax_minor for line in lines),
            rounding_minor=paid_minor - total_minor,
            items=sum(unit_of(of.unit).items(wanted[of.line_no]) for of in now.lines if of.line_no in wanted),
            refers_to=sale.receipt_number,
            reason=reason.strip(),
        )
        return new.write(tx)

    return await till.store.write(write)


async def void(
    till: Till, sale: RefundableSale, actor: Actor, reason: str, *, approved_by: Actor | None = None
) -> CompletedSale:
    """Void a sale of the open shift, by its own payment methods. Raises NotPermitted, NotRefundable,
    ReasonMissing.
    """
    approvals = approvals_for(till, actor, approved_by, Right.VOID_SALE)
    if not reason.strip():
        raise ReasonMissing

    def write(tx: Transaction) -> CompletedSale:
        now = _find(tx.connection, sale.receipt_number, till.device.receipt_series)
        if not now.can_be_voided:
            words = translate("errors", "This sale cannot be voided any more. Refund it instead.")
            raise NotRefundable(words)
        lines = tuple(refundable.line for refundable in now.lines)
        total_minor = sum(line.total_minor for line in lines)
        payments = tuple(
            Tender(payment.method, payment.net_minor, 0, payment.reference) for payment in now.payments
        )
        new = NewTransaction(
            till=till,
            kind=VOID,
            actor=actor,
            lines=lines,
            payments=payments,
            total_minor=total_minor,
            tax_minor=sum(line.tax_minor for line in lines),
            rounding_minor=sum(payment.net_minor for payment in payments) - total_minor,
            items=sum(unit_of(of.unit).items(of.line.quantity) for of in now.lines),
            refers_to=now.receipt_number,
            reason=reason.strip(),
            approvals=approvals,
        )
        return new.write(tx)

    return await till.store.write(write)


def _share(line: Line, quantity: int) -> Line:
    """The share of the first `quantity` of a line, rounded down; a part is the difference of two shares."""

    def part(amount_minor: int) -> int:
        return amount_minor * quantity // line.quantity

    return replace(
        line,
        quantity=quantity,
        discount_minor=part(line.discount_minor),
        tax_minor=part(line.tax_minor),
        total_minor=part(line.total_minor),
    )


def _parts(sale: RefundableSale, wanted: Mapping[int, int]) -> tuple[Line, ...]:
    by_number = {line.line_no: line for line in sale.lines}
    parts: list[Line] = []
    for line_no, quantity in sorted(wanted.items()):
        line = by_number.get(line_no)
        if line is None or quantity < 0 or quantity > line.left:
            words = translate("errors", "More than was sold cannot go back. Look at the receipt again.")
            raise NotRefundable(words)
        parts.append(line.part(quantity))
    return tuple(parts)


def _lines(connection: Connection, sale_id: str) -> list[RefundableLine]:
    query = select(t.sale_line).where(t.sale_line.c.sale_id == sale_id).order_by(t.sale_line.c.line_no)
    lines: list[RefundableLine] = []
    for row in connection.execute(query).all():
        values = row._asdict()
        line_no = values.pop("line_no")
        del values["sale_id"]
        hit = search.find_product(connection, row.product_id)
        lines.append(RefundableLine(line_no, Line(**values), EACH if hit is None else hit.unit, row.quantity))
    return lines


def _returned_quantities(connection: Connection, sale: Row[Any]) -> dict[tuple[str, int], int]:
    """Quantities of this sale returned already, by product and unit price."""
    query = (
        select(t.sale_line.c.product_id, t.sale_line.c.unit_price_minor, t.sale_line.c.quantity)
        .join(t.sale, t.sale.c.id == t.sale_line.c.sale_id)
        .where(t.sale.c.refers_to == sale.receipt_number)
    )
    returned: dict[tuple[str, int], int] = {}
    for product_id, price_minor, quantity in connection.execute(query):
        returned[product_id, price_minor] = returned.get((product_id, price_minor), 0) + quantity
    return returned


def _with_left(lines: list[RefundableLine], returned: dict[tuple[str, int], int]) -> list[RefundableLine]:
    """The lines with what is left of them; returned quantities are attributed to the first lines first."""
    unassigned = dict(returned)
    left: list[RefundableLine] = []
    for line in lines:
        key = (line.line.product_id, line.line.unit_price_minor)
        taken = min(line.left, unassigned.get(key, 0))
        unassigned[key] = unassigned.get(key, 0) - taken
        left.append(replace(line, left=line.left - taken))
    return left


def _is_of_the_open_shift(connection: Connection, shift_id: str | None) -> bool:
    status = connection.execute(select(t.shift.c.status).where(t.shift.c.id == shift_id)).scalar()
    return status == "open"
