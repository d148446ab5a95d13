"""Transfers to another location: out of stock here at once, in stock there once the server has applied it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.domain.errors import BadQuantity
from app.domain.limits import typed_note
from app.domain.plausible import check_plausible
from app.domain.quantity import check_quantity
from app.domain.rights import Right
from app.services.approvals import authorise
from app.services.shop_settings import read_from
from app.services.stock.catalogue import countable_product
from app.services.till import Actor, Till
from resources.words import translate
from sync_agent.contract.operations import STOCK_TRANSFER, TransferData, TransferLine
from sync_agent.contract.wire import from_ms
from sync_agent.store import tables as t
from sync_agent.store.database import Transaction
from sync_agent.store.queue import ExpectedStockEffect, NewOperation, enqueue


@dataclass(frozen=True)
class Place:
    """Another location of the same tenant."""

    id: str
    name: str


def other_places(till: Till) -> list[Place]:
    """The possible destinations, by name."""
    of = t.location.c
    query = select(of.id, of.name).where(of.id != till.device.location_id).order_by(of.name)
    with till.store.reading() as connection:
        return [Place(*row) for row in connection.execute(query)]


async def send(
    till: Till,
    to: Place,
    goods: Sequence[tuple[str, int]],
    actor: Actor,
    *,
    note: str | None = None,
    approved_by: Actor | None = None,
) -> str:
    """Transfer quantities of products to another location; the id of the operation.

    Both stock levels change by deltas, so it cannot conflict. Raises BadQuantity, TextTooLong,
    UnknownProduct, NotPermitted.
    """
    authorise(actor, approved_by, Right.TRANSFER_STOCK)
    if not goods:
        raise BadQuantity(translate("errors", "Choose what is sent first."))
    for _, quantity in goods:
        if quantity <= 0:
            raise BadQuantity(translate("errors", "A quantity must be more than nothing."))
        check_quantity(quantity)

    def write(tx: Transaction) -> str:
        settings = read_from(tx.connection)
        products = [countable_product(tx.connection, product_id) for product_id, _ in goods]
        for product, (_, quantity) in zip(products, goods, strict=True):
            check_plausible(quantity, product.unit, settings)
        names = [product.name for product in products]
        here = till.device.location_id
        data = TransferData(
            to_location_id=to.id,
            lines=tuple(
                TransferLine(product_id=product.id, quantity=quantity)
                for product, (_, quantity) in zip(products, goods, strict=True)
            ),
            occurred_at=from_ms(tx.now_ms),
            note=typed_note(note),
            location_id=here,
        )
        transfer_id = tx.ids.new()
        operation = NewOperation(
            id=transfer_id,
            operation="create",
            resource_type=STOCK_TRANSFER,
            resource_id=transfer_id,
            location_id=here,
            data=data.to_wire(),
            actor_id=actor.id,
            approved_by_id=None if approved_by is None else approved_by.id,
            stock=tuple(
                ExpectedStockEffect(product_id, here, "delta", -quantity) for product_id, quantity in goods
            ),
            summary={
                "kind": "transfer",
                "place": to.name,
                "products": len(names),
                "person": actor.name,
            },
        )
        return enqueue(tx, operation).id

    return await till.store.write(write)
