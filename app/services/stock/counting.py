"""Counts: an absolute quantity, against the version that this till had seen."""

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
from sync_agent.contract.operations import STOCK_LEVEL, CountData
from sync_agent.contract.wire import from_ms
from sync_agent.store.database import Transaction
from sync_agent.store.projection.stock_figures import stock_figure
from sync_agent.store.queue import ExpectedStockEffect, NewOperation, enqueue


async def count(
    till: Till,
    product_id: str,
    quantity: int,
    actor: Actor,
    *,
    note: str | None = None,
    counted_ms: int | None = None,
    approved_by: Actor | None = None,
) -> str:
    """Count a product's stock at this location; the id of the operation.

    Counts of a product at a location are sent in order (ordering key). Raises BadQuantity,
    TextTooLong, UnknownProduct, NotPermitted.
    """
    authorise(actor, approved_by, Right.COUNT_STOCK)
    check_quantity(must_not_be_negative(quantity))
    location_id = till.device.location_id
    approver_id = None if approved_by is None else approved_by.id

    def write(tx: Transaction) -> str:
        return write_count(
            tx,
            location_id,
            product_id,
            quantity,
            actor,
            note=note,
            counted_ms=counted_ms,
            approver_id=approver_id,
        )

    return await till.store.write(write)


def must_not_be_negative(quantity: int) -> int:
    """A counted quantity itself. Raises BadQuantity below zero."""
    if quantity < 0:
        raise BadQuantity(translate("errors", "Less than nothing cannot be counted."))
    return quantity


def write_count(
    tx: Transaction,
    location_id: str,
    product_id: str,
    quantity: int,
    actor: Actor,
    *,
    note: str | None = None,
    counted_ms: int | None = None,
    approver_id: str | None = None,
) -> str:
    """A count in the caller's database transaction; the id of its operation. Raises BadQuantity,
    TextTooLong, UnknownProduct.
    """
    product = countable_product(tx.connection, product_id)
    product_id = product.id
    check_plausible(quantity, product.unit, read_from(tx.connection))
    seen = stock_figure(tx.connection, product_id, location_id)
    moment_ms = tx.now_ms if counted_ms is None else counted_ms
    counted = CountData(
        new_quantity=quantity,
        previous_quantity=seen.server_quantity,
        counted_at=from_ms(moment_ms),
        note=typed_note(note),
        product_id=product_id,
    )
    operation = NewOperation(
        operation="update",
        resource_type=STOCK_LEVEL,
        resource_id=product_id,
        location_id=location_id,
        data=counted.to_wire(),
        actor_id=actor.id,
        approved_by_id=approver_id,
        base_version=seen.version or 0,
        ordering_key=stock_ordering_key(location_id, product_id),
        occurred_ms=moment_ms,
        stock=(ExpectedStockEffect(product_id, location_id, "count", quantity),),
        summary={
            "kind": "count",
            "product": product.name,
            "unit": product.unit,
            "quantity": quantity,
            "person": actor.name,
        },
    )
    return enqueue(tx, operation).id


def stock_ordering_key(location_id: str, product_id: str) -> str:
    """The ordering key of versioned operations on a stock level."""
    return f"{STOCK_LEVEL}:{location_id}:{product_id}"
