"""Stock for clients: the `initial-sync` after joining, and one product at every place."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, RowMapping, select, true

from server_stub.services.people.caller import Caller
from server_stub.services.stock import alias_chain
from server_stub.services.stock.ledger import movement_on_the_wire
from server_stub.services.streams.sync import can_continue, heads
from server_stub.services.visibility import visible_quantity
from server_stub.store import tables as t
from sync_agent.contract.events import InitialSync
from sync_agent.contract.stock import StockElsewhere, StockLevel, StockMovement
from sync_agent.contract.streams import Cursor, StreamHead, location_stream
from sync_agent.contract.wire import from_ms


def initial_sync(
    connection: Connection,
    caller: Caller,
    location_id: str | None,
    cursors: Mapping[str, Cursor],
    *,
    now_ms: int,
    levels_max: int,
    movements_max: int,
) -> InitialSync:
    """The `initial-sync` of one location, or of all the caller's; with cursors, only what changed since."""
    locations = caller.locations if location_id is None else (location_id,)
    streams = [stream for stream in caller.streams() if _belongs_to(caller, stream, locations)]
    joined = heads(connection, caller.tenant_id, streams)
    levels: list[StockLevel] = []
    movements: list[StockMovement] = []
    complete = True
    for location in locations:
        stream = location_stream(caller.tenant_id, location)
        since = _known_since(connection, caller, stream, joined[stream], cursors.get(stream))
        found = _levels_since(connection, caller.tenant_id, location, since, levels_max + 1 - len(levels))
        complete = complete and len(levels) + len(found) <= levels_max
        levels = (levels + found)[:levels_max]
        movements += _newest_movements(connection, caller.tenant_id, location, since, movements_max)
    movements.sort(key=lambda movement: movement.received_at, reverse=True)
    return InitialSync(
        stock_levels=levels,
        recent_movements=movements[:movements_max],
        sync_timestamp=from_ms(now_ms),
        tenant_id=caller.tenant_id,
        location_id=location_id,
        streams=joined,
        complete=complete,
    )


def _belongs_to(caller: Caller, stream: str, locations: Sequence[str]) -> bool:
    others = set(caller.locations) - set(locations)
    return stream not in {location_stream(caller.tenant_id, other) for other in others}


def _known_since(
    connection: Connection, caller: Caller, stream: str, head: StreamHead, cursor: Cursor | None
) -> int:
    if cursor is None or not can_continue(connection, caller.tenant_id, stream, head, cursor):
        return 0
    return cursor.seq


def _levels_since(
    connection: Connection, tenant_id: str, location_id: str, since: int, limit: int
) -> list[StockLevel]:
    of = t.stock_level.c
    rows = connection.execute(
        select(t.stock_level)
        .where(of.tenant_id == tenant_id, of.location_id == location_id, of.seq > since)
        .order_by(of.seq.desc())
        .limit(limit)
    ).mappings()
    return [_level(row) for row in rows]


def _newest_movements(
    connection: Connection, tenant_id: str, location_id: str, since: int, limit: int
) -> list[StockMovement]:
    of = t.movement.c
    rows = connection.execute(
        select(t.movement)
        .where(of.tenant_id == tenant_id, of.location_id == location_id, of.seq > since)
        .order_by(of.seq.desc())
        .limit(limit)
    ).mappings()
    stream = location_stream(tenant_id, location_id)
    return [movement_on_the_wire(dict(row), stream) for row in rows]


def stock_of(connection: Connection, caller: Caller, product_id: str) -> StockElsewhere:
    """A product's stock at every place of the shop for a till, at their own places for a person.

    A clerk without stock can say where there is some, so a till may ask for any product.
    """
    of = t.stock_level.c
    aliases = alias_chain.load(connection, caller.tenant_id, [product_id])
    product_id = alias_chain.end_of(aliases, product_id)
    here = true() if caller.is_device else of.location_id.in_(caller.locations)
    rows = connection.execute(
        select(t.stock_level)
        .where(of.tenant_id == caller.tenant_id, here, of.product_id == product_id)
        .order_by(of.location_id)
    ).mappings()
    levels = [_level(row) for row in rows]
    return StockElsewhere(
        levels=[
            level.model_copy(update={"quantity": visible_quantity(level.quantity, caller.audience)})
            for level in levels
        ]
    )


def _level(row: RowMapping) -> StockLevel:
    return StockLevel(
        product_id=row["product_id"],
        location_id=row["location_id"],
        quantity=row["quantity"],
        version=row["version"],
        updated_at=from_ms(row["updated_ms"]),
    )
