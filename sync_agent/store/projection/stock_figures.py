"""Stock as the till shows it: what the server confirmed, with this till's overlay applied.

In the order of the till's own operations, a delta adds to the quantity before it and a count replaces it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, select

from sync_agent.contract.streams import location_stream
from sync_agent.store import tables as t
from sync_agent.store.projection import aliases


@dataclass(frozen=True)
class UnconfirmedEffect:
    """One own operation that the replica does not show yet."""

    operation_id: str
    kind: str
    quantity: int
    resource_type: str
    reason: str
    status: str


@dataclass(frozen=True)
class StockFigure:
    """A quantity on hand with everything that explains it. `server_quantity` is None if the server has none
    yet.
    """

    product_id: str
    location_id: str
    server_quantity: int | None
    version: int | None
    updated_ms: int | None
    cursor_seq: int | None
    cursor_synced_ms: int | None
    effects: tuple[UnconfirmedEffect, ...]

    @property
    def on_hand(self) -> int:
        return project(self.server_quantity or 0, ((effect.kind, effect.quantity) for effect in self.effects))


def project(confirmed: int, effects: Iterable[tuple[str, int]]) -> int:
    """The quantity after these effects: (kind, quantity) in the order of their operations."""
    figure = confirmed
    for kind, quantity in effects:
        figure = quantity if kind == "count" else figure + quantity
    return figure


def stock_figure(connection: Connection, product_id: str, location_id: str) -> StockFigure:
    """One product's stock at one location, with what explains it; of an alias, its product's."""
    product_id = aliases.real_product(connection, product_id)
    level = connection.execute(
        select(t.stock_level.c.version, t.stock_level.c.updated_ms).where(
            t.stock_level.c.location_id == location_id, t.stock_level.c.product_id == product_id
        )
    ).first()
    tenant_id = connection.execute(select(t.device.c.tenant_id)).scalar_one()
    cursor = connection.execute(
        select(t.cursor.c.seq, t.cursor.c.synced_ms).where(
            t.cursor.c.stream == location_stream(tenant_id, location_id)
        )
    ).first()
    effects = connection.execute(
        select(
            t.overlay.c.operation_id,
            t.overlay.c.kind,
            t.overlay.c.quantity,
            t.outbox.c.resource_type,
            t.outbox.c.data,
            t.outbox.c.status,
        )
        .join(t.outbox, t.outbox.c.id == t.overlay.c.operation_id)
        .where(t.overlay.c.product_id == product_id, t.overlay.c.location_id == location_id)
        .order_by(t.overlay.c.device_seq)
    ).all()
    return StockFigure(
        product_id,
        location_id,
        confirmed_many(connection, [product_id], location_id).get(product_id),
        level.version if level else None,
        level.updated_ms if level else None,
        cursor.seq if cursor else None,
        cursor.synced_ms if cursor else None,
        tuple(
            UnconfirmedEffect(
                row.operation_id,
                row.kind,
                row.quantity,
                row.resource_type,
                _reason(row.resource_type, row.data),
                row.status,
            )
            for row in effects
        ),
    )


def confirmed_many(connection: Connection, product_ids: Sequence[str], location_id: str) -> dict[str, int]:
    """What the server confirmed of several products at one location, with what is still recorded under their
    aliases: not zero only until the location's stream shows that it has moved. Without products that it has
    never moved there.
    """
    others = aliases.other_names(connection, product_ids)
    counts_on = {name: product_id for product_id, names in others.items() for name in names}
    counts_on |= {product_id: product_id for product_id in product_ids}
    confirmed: dict[str, int] = {}
    of = t.stock_level.c
    for chunk in aliases.chunks(counts_on):
        query = select(of.product_id, of.quantity).where(
            of.location_id == location_id, of.product_id.in_(chunk)
        )
        for name, quantity in connection.execute(query):
            # An alias whose stock has moved says nothing about a product without a level.
            if quantity or counts_on[name] == name:
                confirmed[counts_on[name]] = confirmed.get(counts_on[name], 0) + quantity
    return confirmed


def _reason(resource_type: str, data: str) -> str:
    parsed = orjson.loads(data)
    if resource_type == "transaction":
        return str(parsed.get("kind", "sale"))
    return str(parsed.get("reason", "count"))


def on_hand_many(connection: Connection, product_ids: Sequence[str], location_id: str) -> dict[str, int]:
    """Quantities on hand of several products at one location; 0 for unknown products, and an alias has its
    product's.
    """
    real = aliases.real_products(connection, product_ids)
    if any(name != product_id for name, product_id in real.items()):
        figures = on_hand_many(connection, list(dict.fromkeys(real.values())), location_id)
        return {product_id: figures[real[product_id]] for product_id in product_ids}
    confirmed = dict.fromkeys(product_ids, 0) | confirmed_many(connection, product_ids, location_id)
    effects: dict[str, list[tuple[str, int]]] = {}
    of = t.overlay.c
    for chunk in aliases.chunks(confirmed):
        query = (
            select(of.product_id, of.kind, of.quantity)
            .where(of.location_id == location_id, of.product_id.in_(chunk))
            .order_by(of.device_seq)
        )
        for product_id, kind, quantity in connection.execute(query):
            effects.setdefault(product_id, []).append((kind, quantity))
    return {
        product_id: project(quantity, effects.get(product_id, ()))
        for product_id, quantity in confirmed.items()
    }
