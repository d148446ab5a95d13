"""Finishing a sale or a refund: on disk, whole, before the till says so, and never waiting for a network.

A sale is one operation. Its receipt number, its rows, its outbox row and its effect on stock are one
transaction. A void or a refund is a new operation that names the old one. ARCHITECTURE.md, "A sale".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import func, insert, select

from app.domain.cart import Cart, CartLine
from app.domain.errors import CartTooLarge, EmptyCart
from app.domain.receipt import format_receipt_number
from app.domain.tender import Tender, check_payments
from app.services.till import Actor, Till, person_names
from sync_agent.contract.codes import QUEUE_REQUEST_BYTES_MAX
from sync_agent.contract.operations import (
    TRANSACTION,
    Payment,
    TransactionData,
    TransactionKind,
    TransactionLine,
)
from sync_agent.contract.wire import from_ms
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.device import take_receipt_number
from sync_agent.store.outbox import NewOperation, StockEffect, enqueue

SALE_BYTES_MAX = QUEUE_REQUEST_BYTES_MAX // 2
"""A sale is sent whole, so a cart that no request could carry is refused before it is paid for."""


_INSERT_SALE, _INSERT_LINES, _INSERT_PAYMENTS = insert(t.sale), insert(t.sale_line), insert(t.payment)


@dataclass(frozen=True)
class CompletedSale:
    """A sale or refund that is on disk."""

    id: str
    receipt_number: str
    total_minor: int
    change_minor: int
    occurred_ms: int


@dataclass(frozen=True)
class SaleView:
    """A finished sale or refund in a list. `status` is that of its operation; `lines` counts its lines."""

    id: str
    kind: str
    receipt_number: str
    total_minor: int
    lines: int
    actor_name: str
    occurred_ms: int
    status: str


async def complete_sale(
    till: Till, cart: Cart, payments: Sequence[Tender], actor: Actor, *, occurred_ms: int | None = None
) -> CompletedSale:
    """Sell what is in the cart. Raises EmptyCart, BadPayment, CartTooLarge, and StoreError for the disk."""
    closing = _Closing(till, TransactionKind.SALE, cart, tuple(payments), actor, None, occurred_ms)
    return await closing.complete()


async def complete_refund(
    till: Till,
    cart: Cart,
    payments: Sequence[Tender],
    actor: Actor,
    *,
    refers_to: str | None = None,
    occurred_ms: int | None = None,
) -> CompletedSale:
    """Take back what is in the cart and pay it out; `refers_to` is the receipt it was sold on."""
    closing = _Closing(till, TransactionKind.REFUND, cart, tuple(payments), actor, refers_to, occurred_ms)
    return await closing.complete()


def recent_sales(till: Till, limit: int = 50) -> list[SaleView]:
    """What was sold and refunded at this till, the newest first."""
    sale = t.sale
    lines = (
        select(func.count())
        .select_from(t.sale_line)
        .where(t.sale_line.c.sale_id == sale.c.id)
        .scalar_subquery()
    )
    query = (
        select(sale, t.outbox.c.status, lines.label("lines"))
        .join(t.outbox, t.outbox.c.id == sale.c.id)
        .order_by(sale.c.occurred_ms.desc(), t.outbox.c.device_seq.desc())
        .limit(limit)
    )
    with till.store.reading() as connection:
        rows = connection.execute(query).all()
        names = person_names(connection, (row.actor_id for row in rows))
    return [
        SaleView(
            id=row.id,
            kind=row.kind,
            receipt_number=row.receipt_number,
            total_minor=row.total_minor,
            lines=row.lines,
            actor_name=names[row.actor_id],
            occurred_ms=row.occurred_ms,
            status=row.status,
        )
        for row in rows
    ]


@dataclass(frozen=True)
class _Closing:
    """One cart on its way to the disk."""

    till: Till
    kind: TransactionKind
    cart: Cart
    payments: tuple[Tender, ...]
    actor: Actor
    refers_to: str | None
    occurred_ms: int | None

    async def complete(self) -> CompletedSale:
        self._check()
        return await self.till.store.write(self._write)

    def _check(self) -> None:
        if self.cart.is_empty:
            raise EmptyCart
        check_payments(self.cart.total_minor, self.payments, self.till.device.currency)
        if len(orjson.dumps(self._transaction("", 0).to_wire())) > SALE_BYTES_MAX:
            raise CartTooLarge

    def _write(self, tx: Transaction) -> CompletedSale:
        occurred_ms = tx.now_ms if self.occurred_ms is None else self.occurred_ms
        sale_id = tx.ids.new()
        receipt_number = format_receipt_number(*take_receipt_number(tx))
        enqueue(tx, self._operation(sale_id, receipt_number, occurred_ms))
        tx.execute(_INSERT_SALE, self._sale_row(sale_id, receipt_number, occurred_ms))
        tx.execute(_INSERT_LINES, list(self._line_rows(sale_id)))
        if self.payments:
            tx.execute(_INSERT_PAYMENTS, list(self._payment_rows(sale_id)))
        tx.touch(Topic.SALES)
        return CompletedSale(
            id=sale_id,
            receipt_number=receipt_number,
            total_minor=self.cart.total_minor,
            change_minor=sum(payment.change_minor for payment in self.payments),
            occurred_ms=occurred_ms,
        )

    def _operation(self, sale_id: str, receipt_number: str, occurred_ms: int) -> NewOperation:
        device = self.till.device
        return NewOperation(
            id=sale_id,
            operation="create",
            resource_type=TRANSACTION,
            resource_id=sale_id,
            location_id=device.location_id,
            data=self._transaction(receipt_number, occurred_ms).to_wire(),
            actor_id=self.actor.id,
            occurred_ms=occurred_ms,
            stock=tuple(self._stock_effects()),
            summary={
                "kind": self.kind.value,
                "receipt": receipt_number,
                "items": self.cart.count,
                "totalMinor": self.cart.total_minor,
                "currency": device.currency,
                "person": self.actor.name,
            },
        )

    def _transaction(self, receipt_number: str, occurred_ms: int) -> TransactionData:
        return TransactionData(
            kind=self.kind,
            receipt_number=receipt_number,
            refers_to=self.refers_to,
            currency=self.till.device.currency,
            lines=tuple(_wire_line(line) for line in self.cart.lines),
            payments=tuple(_wire_payment(payment) for payment in self.payments),
            total_minor=self.cart.total_minor,
            tax_minor=self.cart.tax_minor,
            occurred_at=from_ms(occurred_ms),
        )

    def _stock_effects(self) -> Iterable[StockEffect]:
        """One effect a product, however many lines name it."""
        direction = 1 if self.kind is TransactionKind.REFUND else -1
        sums: dict[str, int] = {}
        for line in self.cart.lines:
            sums[line.product_id] = sums.get(line.product_id, 0) + direction * line.quantity
        location_id = self.till.device.location_id
        for product_id, quantity in sums.items():
            yield StockEffect(product_id, location_id, "delta", quantity)

    def _sale_row(self, sale_id: str, receipt_number: str, occurred_ms: int) -> dict[str, Any]:
        return {
            "id": sale_id,
            "kind": self.kind.value,
            "receipt_number": receipt_number,
            "refers_to": self.refers_to,
            "currency": self.till.device.currency,
            "total_minor": self.cart.total_minor,
            "tax_minor": self.cart.tax_minor,
            "rounding_minor": 0,
            "actor_id": self.actor.id,
            "occurred_ms": occurred_ms,
        }

    def _line_rows(self, sale_id: str) -> Iterable[dict[str, Any]]:
        for line_no, line in enumerate(self.cart.lines, start=1):
            yield {
                "sale_id": sale_id,
                "line_no": line_no,
                "product_id": line.product_id,
                "description": line.description,
                "quantity": line.quantity,
                "unit_price_minor": line.unit_price_minor,
                "discount_minor": line.discount_minor,
                "tax_rate_ppm": line.tax_rate_ppm,
                "tax_minor": line.tax_minor,
                "total_minor": line.total_minor,
            }

    def _payment_rows(self, sale_id: str) -> Iterable[dict[str, Any]]:
        for payment_no, payment in enumerate(self.payments, start=1):
            yield {
                "sale_id": sale_id,
                "payment_no": payment_no,
                "method": payment.method,
                "amount_minor": payment.amount_minor,
                "change_minor": payment.change_minor,
                "reference": payment.reference,
            }


def _wire_line(line: CartLine) -> TransactionLine:
    return TransactionLine(
        product_id=line.product_id,
        description=line.description,
        quantity=line.quantity,
        unit_price_minor=line.unit_price_minor,
        discount_minor=line.discount_minor,
        tax_rate_ppm=line.tax_rate_ppm,
        tax_minor=line.tax_minor,
        total_minor=line.total_minor,
    )


def _wire_payment(payment: Tender) -> Payment:
    return Payment(
        method=payment.method,
        amount_minor=payment.amount_minor,
        change_minor=payment.change_minor or None,
        reference=payment.reference,
    )
