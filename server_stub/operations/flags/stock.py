"""Flags of stock: a product that was moved or counted at a place, and is in no catalogue.

A till's transaction says so itself; a movement, a count or a transfer has no row of its own that could.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, update

from server_stub.operations.context import OperationContext
from server_stub.services.streams.stock_flag_rows import stock_flag_row
from server_stub.store import tables as t
from sync_agent.contract.stock import STOCK_FLAG

_UNKNOWN = "unknown_product"


def flags_of_stock(context: OperationContext, place: str, product_id: str, actor_id: str) -> list[str]:
    """The flags of a product's stock that is being moved or counted; stored and published with the place."""
    if context.product_sold(product_id) is not None:
        return []
    flags = [f"{_UNKNOWN}:{product_id}"]
    of = t.stock_flag.c
    here = of.tenant_id == context.tenant_id, of.location_id == place, of.product_id == product_id
    before = context.unit.rows(select(t.stock_flag).where(*here)).mappings().first()
    if before is not None and before["flags"] == flags:
        return flags
    row = {
        "tenant_id": context.tenant_id,
        "location_id": place,
        "product_id": product_id,
        "flags": flags,
        "actor_id": actor_id,
        "since_ms": context.unit.now_ms,
        "version": 1 if before is None else before["version"] + 1,
    }
    if before is None:
        context.unit.insert(t.stock_flag, row)
    else:
        context.unit.execute(update(t.stock_flag).where(*here).values(row))
    context.unit.flagged[_UNKNOWN, "set"] += 1
    _publish(context, row)
    return flags


def clear(context: OperationContext, products: Iterable[str]) -> None:
    """These products are in the catalogue now: their stock is odd no more."""
    of = t.stock_flag.c
    wanted = sorted(product_id for product_id in products if context.product_sold(product_id) is not None)
    if not wanted:
        return
    query = select(t.stock_flag).where(of.tenant_id == context.tenant_id, of.product_id.in_(wanted))
    rows = [dict(row) for row in context.unit.rows(query).mappings() if row["flags"]]
    context.lock_more({row["location_id"] for row in rows})
    for row in rows:
        new = {**row, "flags": [], "version": row["version"] + 1}
        context.unit.execute(
            update(t.stock_flag)
            .where(
                of.tenant_id == context.tenant_id,
                of.location_id == row["location_id"],
                of.product_id == row["product_id"],
            )
            .values(flags=[], version=new["version"])
        )
        context.unit.flagged[_UNKNOWN, "gone"] += 1
        _publish(context, new)


def _publish(context: OperationContext, row: dict[str, Any]) -> None:
    wire = stock_flag_row(row).to_wire()
    context.publish(row["location_id"], STOCK_FLAG, row["product_id"], row["version"], wire, None)
