"""Writing a till transaction: number, rows, operation and stock effects, in one database transaction.

Everything with a receipt number is written here: sales, refunds, voids, money paid in or out, a drawer opened
without a sale. ARCHITECTURE.md, "The path of a sale".
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import ValidationError
from sqlalchemy import bindparam, func, insert, select

from app.domain.cart import Cart
from app.domain.errors import CannotBeWritten, CartTooLarge, SaleCompleted, TooManyApprovals
from app.domain.limits import APPROVALS_MAX, PAYMENTS_MAX, TEXT_MAX
from app.domain.receipt_number import format_receipt_number
from app.domain.tax import TaxRounding
from app.domain.tender import Tender
from app.domain.vocabulary.transaction_kinds import kind_of
from app.domain.vocabulary.units import code_of, sent_decimals_of
from app.services import journal
from app.services.approvals import last_approver_id
from app.services.open_shift import open_shift_id
from app.services.selling import open_sales
from app.services.till import Actor, Till
from sync_agent.contract.codes import QUEUE_REQUEST_BYTES_MAX
from sync_agent.contract.operations import (
    TRANSACTION,
    Approval,
    Payment,
    TransactionData,
    TransactionLine,
)
from sync_agent.contract.wire import from_ms
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.device import take_receipt_number
from sync_agent.store.queue import ExpectedStockEffect, NewOperation, enqueue

log = logging.getLogger(__name__)

SALE_BYTES_MAX = QUEUE_REQUEST_BYTES_MAX // 2
"""A sale is never split over requests: a cart too large for a request is refused before payment."""

_ALL_PAYMENTS_BYTES = PAYMENTS_MAX * (4 * TEXT_MAX + 200)
"""An upper bound for the size of all payments of a sale: a character has at most four bytes."""

_LONGEST_NUMBER = 10**12

_INSERT_SALE, _INSERT_LINES, _INSERT_PAYMENTS = insert(t.sale), insert(t.sale_line), insert(t.payment)
_COMPLETED = select(t.sale).where(t.sale.c.id == bindparam("sale_id"))


@dataclass(frozen=True)
class Line:
    """A line as written. Quantities and amounts are positive; the kind gives the sign."""

    product_id: str
    description: str
    quantity: int
    unit_price_minor: int
    discount_minor: int
    tax_rate_ppm: int
    tax_minor: int
    total_minor: int
    list_price_minor: int | None = None
    reason: str | None = None
    of_line: int | None = None
    """In a refund or void: the number of the sale's line."""
    tax_name: str | None = None
    """The key of the named tax rate that the product had."""
    unit: str | None = None
    """The code of the unit that it was sold by; None where an older release did not store it."""
    unit_decimals: int | None = None
    """The decimals of a unit that this till knows only from the server."""
    barcode: str | None = None
    sku: str | None = None


@dataclass(frozen=True)
class CompletedSale:
    """A till transaction that is durable."""

    id: str
    receipt_number: str
    total_minor: int
    change_minor: int
    occurred_ms: int
    rounding_minor: int = 0


def lines_of(cart: Cart) -> tuple[Line, ...]:
    """The lines of a cart in the form in which they are written."""
    return tuple(
        Line(
            product_id=line.product_id,
            description=line.description,
            quantity=line.quantity,
            unit_price_minor=line.unit_price_minor,
            discount_minor=line.discount_minor,
            tax_rate_ppm=line.tax_rate_ppm,
            tax_minor=line.tax_minor,
            total_minor=line.total_minor,
            list_price_minor=line.list_price_minor if line.has_other_price else None,
            reason=line.reason or None,
            tax_name=line.tax_name,
            unit=code_of(line.unit),
            unit_decimals=sent_decimals_of(line.unit),
            barcode=line.barcode,
            sku=line.sku,
        )
        for line in cart.lines
    )


@dataclass(frozen=True)
class NewTransaction:
    """A till transaction to be written.

    `kind` is a code of `transaction_kinds`; `items` is the number of items as a customer counts them.
    """

    till: Till
    kind: str
    actor: Actor
    id: str | None = None
    """The id of its open sale, which is deleted with it; None: a new id is minted."""
    lines: tuple[Line, ...] = ()
    payments: tuple[Tender, ...] = ()
    total_minor: int = 0
    tax_minor: int = 0
    tax_rounding: TaxRounding | None = None
    rounding_minor: int = 0
    items: int = 0
    refund_of: str | None = None
    """The id of the sale that a refund or void gives back."""
    refers_to: str | None = None
    """That sale's receipt number."""
    reason: str | None = None
    approvals: tuple[Approval, ...] = ()
    occurred_ms: int | None = None

    def check(self, *, before_payment: bool = False) -> None:
        """Raise what writing it would raise: CartTooLarge, TooManyApprovals, CannotBeWritten.

        `before_payment`: its payments are still to come, and there is room for as many as there may be.
        """
        receipt_number = format_receipt_number(self.till.device.receipt_series, _LONGEST_NUMBER)
        data = self._wire_data(receipt_number, self.occurred_ms or 0, None)
        if len(self.approvals) > APPROVALS_MAX:
            raise TooManyApprovals
        approvals = [approval.to_wire() for approval in self.approvals]
        to_come = _ALL_PAYMENTS_BYTES if before_payment else 0
        if len(orjson.dumps(data)) + len(orjson.dumps(approvals)) + to_come > SALE_BYTES_MAX:
            raise CartTooLarge

    def write(self, tx: Transaction) -> CompletedSale:
        """Write it in the caller's database transaction, unless its open sale was completed before."""
        before = None if self.id is None else self._completed_before(tx, self.id)
        if before is not None:
            return before
        occurred_ms = tx.now_ms if self.occurred_ms is None else self.occurred_ms
        sale_id = self.id or tx.ids.new()
        shift_id = open_shift_id(tx, self.actor)
        receipt_number = format_receipt_number(*take_receipt_number(tx))
        enqueue(tx, self._operation(sale_id, receipt_number, occurred_ms, shift_id))
        tx.execute(_INSERT_SALE, self._sale_row(sale_id, receipt_number, occurred_ms, shift_id))
        if self.lines:
            tx.execute(_INSERT_LINES, list(self._line_rows(sale_id)))
        if self.payments:
            tx.execute(_INSERT_PAYMENTS, list(self._payment_rows(sale_id)))
        if self.id is not None:
            open_sales.forget(tx, self.id)
        if kind_of(self.kind).noted or self.approvals:
            self._note(tx, receipt_number)
        tx.touch(Topic.SALES)
        return CompletedSale(
            id=sale_id,
            receipt_number=receipt_number,
            total_minor=self.total_minor,
            change_minor=sum(payment.change_minor for payment in self.payments),
            occurred_ms=occurred_ms,
            rounding_minor=self.rounding_minor,
        )

    def _completed_before(self, tx: Transaction, sale_id: str) -> CompletedSale | None:
        """What was completed under this id before: a disk failure was reported, or a key pressed twice.

        Raises SaleCompleted where cart or kind differ.
        """
        row = tx.execute(_COMPLETED, {"sale_id": sale_id}).first()
        if row is None:
            return None
        columns = t.sale_line.c
        query = select(columns.product_id, columns.quantity, columns.total_minor)
        lines = tx.execute(query.where(columns.sale_id == sale_id).order_by(columns.line_no)).all()
        same = [(line.product_id, line.quantity, line.total_minor) for line in self.lines]
        if row.kind != self.kind or [tuple(line) for line in lines] != same:
            raise SaleCompleted
        change = select(func.sum(t.payment.c.change_minor)).where(t.payment.c.sale_id == sale_id)
        return CompletedSale(
            id=row.id,
            receipt_number=row.receipt_number,
            total_minor=row.total_minor,
            change_minor=tx.execute(change).scalar() or 0,
            occurred_ms=row.occurred_ms,
            rounding_minor=row.rounding_minor,
        )

    def _note(self, tx: Transaction, receipt_number: str) -> None:
        reasons = [self.reason, *(line.reason for line in self.lines)]
        journal.note(
            tx,
            self.kind,
            self.actor.id,
            approved_by_id=last_approver_id(self.approvals),
            reason="; ".join(dict.fromkeys(reason for reason in reasons if reason)),
            receipt=receipt_number,
            refers_to=self.refers_to,
            total_minor=self.total_minor,
        )

    def _operation(
        self, sale_id: str, receipt_number: str, occurred_ms: int, shift_id: str | None
    ) -> NewOperation:
        device = self.till.device
        return NewOperation(
            id=sale_id,
            operation="create",
            resource_type=TRANSACTION,
            resource_id=sale_id,
            location_id=device.location_id,
            data=self._wire_data(receipt_number, occurred_ms, shift_id),
            actor_id=self.actor.id,
            approved_by_id=last_approver_id(self.approvals),
            approvals=self.approvals,
            occurred_ms=occurred_ms,
            stock=tuple(self._stock_effects()),
            summary={
                "kind": self.kind,
                "receipt": receipt_number,
                "items": self.items,
                "totalMinor": self.total_minor,
                "currency": device.currency,
                "person": self.actor.name,
            },
        )

    def _wire_data(self, receipt_number: str, occurred_ms: int, shift_id: str | None) -> dict[str, Any]:
        """Raises CannotBeWritten where the contract's form does not hold it."""
        try:
            return self._data(receipt_number, occurred_ms, shift_id).to_wire()
        except ValidationError as error:
            fields = tuple(".".join(map(str, problem["loc"])) for problem in error.errors())
            log.warning("a transaction does not fit its form: %s", ", ".join(fields))
            raise CannotBeWritten from error

    def _data(self, receipt_number: str, occurred_ms: int, shift_id: str | None) -> TransactionData:
        return TransactionData(
            kind=self.kind,
            receipt_number=receipt_number,
            refund_of=self.refund_of,
            refers_to=self.refers_to,
            currency=self.till.device.currency,
            lines=tuple(_wire_line(line) for line in self.lines),
            payments=tuple(_wire_payment(payment) for payment in self.payments),
            total_minor=self.total_minor,
            tax_minor=self.tax_minor,
            tax_rounding=self.tax_rounding,
            rounding_minor=self.rounding_minor,
            occurred_at=from_ms(occurred_ms),
            shift_id=shift_id,
            reason=self.reason or None,
        )

    def _stock_effects(self) -> Iterable[ExpectedStockEffect]:
        """An expected effect for each product, summed over its lines."""
        direction = kind_of(self.kind).stock
        if not direction:
            return
        sums: dict[str, int] = {}
        for line in self.lines:
            sums[line.product_id] = sums.get(line.product_id, 0) + direction * line.quantity
        location_id = self.till.device.location_id
        for product_id, quantity in sums.items():
            yield ExpectedStockEffect(product_id, location_id, "delta", quantity)

    def _sale_row(
        self, sale_id: str, receipt_number: str, occurred_ms: int, shift_id: str | None
    ) -> dict[str, Any]:
        return {
            "id": sale_id,
            "kind": self.kind,
            "receipt_number": receipt_number,
            "refund_of": self.refund_of,
            "tax_rounding": self.tax_rounding,
            "refers_to": self.refers_to,
            "currency": self.till.device.currency,
            "total_minor": self.total_minor,
            "tax_minor": self.tax_minor,
            "rounding_minor": self.rounding_minor,
            "actor_id": self.actor.id,
            "occurred_ms": occurred_ms,
            "shift_id": shift_id,
            "approved_by_id": last_approver_id(self.approvals),
            "reason": self.reason or None,
        }

    def _line_rows(self, sale_id: str) -> Iterable[dict[str, Any]]:
        for line_no, line in enumerate(self.lines, start=1):
            yield {"sale_id": sale_id, "line_no": line_no, **vars(line)}

    def _payment_rows(self, sale_id: str) -> Iterable[dict[str, Any]]:
        for payment_no, payment in enumerate(self.payments, start=1):
            yield {"sale_id": sale_id, "payment_no": payment_no, **vars(payment)}


def _wire_line(line: Line) -> TransactionLine:
    return TransactionLine(**vars(line))


def _wire_payment(payment: Tender) -> Payment:
    return Payment(
        method=payment.method,
        amount_minor=payment.amount_minor,
        change_minor=payment.change_minor or None,
        reference=payment.reference,
    )
