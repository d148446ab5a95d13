"""The kinds of rows that this till reads: the wire model of each resource type, and its table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import ValidationError
from sqlalchemy import ColumnElement, Table, true

from sync_agent.contract.aliases import PRODUCT_ALIAS, ProductAliasRow
from sync_agent.contract.conflicts import Conflict
from sync_agent.contract.notices import NOTICE_ROW, NoticeRow
from sync_agent.contract.operations import SHIFT, ShiftRow
from sync_agent.contract.shop_settings import SETTING, SettingRow
from sync_agent.contract.stock import LocationRow, ProductRow, StockLevelRow, StockMovement, UserRow
from sync_agent.contract.tolerance import TOLERANT
from sync_agent.contract.wire import Wire, to_ms
from sync_agent.errors import ProtocolError
from sync_agent.store import tables as t
from sync_agent.store.database import Topic
from sync_agent.store.replica.read_with import ReadWith, fields_of

Values = dict[str, Any]


def _product(row: ProductRow) -> Values:
    return row.model_dump(by_alias=False) | {"deleted": int(row.deleted)}


def _alias(row: ProductAliasRow) -> Values:
    return {
        "id": row.id,
        "product_id": row.product_id,
        "made_ms": to_ms(row.made_at),
        "made_by": row.by,
        "parted": int(row.parted),
        "version": row.version,
    }


def _location(row: LocationRow) -> Values:
    return row.model_dump(by_alias=False)


def _person(row: UserRow) -> Values:
    return row.model_dump(by_alias=False) | {
        "locations": orjson.dumps(row.locations).decode(),
        "disabled": int(row.disabled),
    }


def _stock_level(row: StockLevelRow) -> Values:
    return {
        "location_id": row.location_id,
        "product_id": row.product_id,
        "quantity": row.quantity,
        "version": row.version,
        "updated_ms": to_ms(row.updated_at),
    }


def movement_values(row: StockMovement) -> Values:
    values = row.model_dump(by_alias=False, exclude={"occurred_at", "received_at", "stream"})
    return values | {"occurred_ms": to_ms(row.occurred_at), "received_ms": to_ms(row.received_at)}


def conflict_values(row: Conflict) -> Values:
    return {
        "id": row.id,
        "resource_type": row.resource_type,
        "resource_id": row.resource_id,
        "location_id": row.location_id,
        "operation_id": row.operation_id,
        "status": row.status,
        "version": row.version,
        "opened_ms": to_ms(row.timestamp),
        "body": orjson.dumps(row.to_wire()).decode(),
    }


def _shift(row: ShiftRow) -> Values:
    return {
        "id": row.id,
        "location_id": row.location_id,
        "device_id": row.device_id,
        "status": row.status,
        "version": row.version,
        "body": orjson.dumps(row.to_wire()).decode(),
    }


def _setting(row: SettingRow) -> Values:
    values = row.model_dump(by_alias=False, exclude={"changed_at", "value"})
    written = None if row.value is None else orjson.dumps(row.value).decode()
    return values | {"changed_ms": to_ms(row.changed_at), "value": written}


def _notice(row: NoticeRow) -> Values:
    values = row.model_dump(by_alias=False, exclude={"sent_at", "until"})
    return values | {"sent_ms": to_ms(row.sent_at), "until_ms": to_ms(row.until)}


@dataclass(frozen=True)
class ReplicaKind:
    """One resource type: how its wire row becomes a row of its table, and the topic to touch."""

    resource_type: str
    wire: type[Wire]
    values: Callable[[Any], Values]
    table: Table
    staged: Table
    topic: Topic
    in_tenants: bool = False
    """Whether the tenant's stream carries it."""
    in_locations: bool = False
    """Whether a location's stream carries it."""


KINDS: dict[str, ReplicaKind] = {
    kind.resource_type: kind
    for kind in (
        ReplicaKind(
            "location",
            LocationRow,
            _location,
            t.location,
            t.staged_location,
            Topic.DEVICE,
            in_tenants=True,
        ),
        ReplicaKind("user", UserRow, _person, t.person, t.staged_person, Topic.PEOPLE, in_tenants=True),
        ReplicaKind(
            "product", ProductRow, _product, t.product, t.staged_product, Topic.CATALOGUE, in_tenants=True
        ),
        ReplicaKind(
            SETTING,
            SettingRow,
            _setting,
            t.shop_setting,
            t.staged_shop_setting,
            Topic.SETTINGS,
            in_tenants=True,
        ),
        ReplicaKind(
            PRODUCT_ALIAS,
            ProductAliasRow,
            _alias,
            t.product_alias,
            t.staged_product_alias,
            Topic.CATALOGUE,
            in_tenants=True,
        ),
        ReplicaKind(
            "stock_level",
            StockLevelRow,
            _stock_level,
            t.stock_level,
            t.staged_stock_level,
            Topic.STOCK,
            in_locations=True,
        ),
        ReplicaKind(
            "stock_movement",
            StockMovement,
            movement_values,
            t.movement,
            t.staged_movement,
            Topic.STOCK,
            in_locations=True,
        ),
        ReplicaKind(
            "conflict",
            Conflict,
            conflict_values,
            t.conflict,
            t.staged_conflict,
            Topic.CONFLICTS,
            in_tenants=True,
            in_locations=True,
        ),
        ReplicaKind(
            SHIFT,
            ShiftRow,
            _shift,
            t.shift_standing,
            t.staged_shift_standing,
            Topic.SHIFTS,
            in_locations=True,
        ),
        ReplicaKind(
            NOTICE_ROW,
            NoticeRow,
            _notice,
            t.shop_notice,
            t.staged_shop_notice,
            Topic.NOTICES,
            in_tenants=True,
            in_locations=True,
        ),
    )
}
"""Changes of other resource types (sales of other tills, oversold entries, those of a newer server) only
advance the cursor. A type that is added here later is read from a new snapshot: see `read_with`.
"""


def read_row(kind: ReplicaKind, row: Values) -> Wire:
    """A row of the server as its model. Raises ProtocolError."""
    try:
        return kind.wire.model_validate(row)
    except ValidationError as error:
        raise ProtocolError(f"a {kind.resource_type} of the server cannot be read: {error}") from error


def kinds_of(stream_is_tenants: bool) -> tuple[str, ...]:
    """The resource types that this till reads of a tenant's stream, or of a location's."""
    return tuple(
        kind.resource_type
        for kind in KINDS.values()
        if (kind.in_tenants if stream_is_tenants else kind.in_locations)
    )


def reads(kinds: Sequence[str]) -> ReadWith:
    """What this program reads of a stream with these resource types."""
    return ReadWith(frozenset({TOLERANT}), {name: fields_of(KINDS[name].wire) for name in kinds})


_IN_BOTH_STREAMS = frozenset({t.conflict, t.staged_conflict, t.shop_notice, t.staged_shop_notice})


def rows_in_stream(table: Table, kinds: Sequence[str]) -> ColumnElement[bool]:
    """The condition for rows of a table that belong to the stream with these kinds: conflicts and notices are
    in both sorts of stream, those without a location in the tenant's, the others in their location's.
    """
    if table not in _IN_BOTH_STREAMS:
        return true()
    in_tenants = "product" in kinds
    return table.c.location_id.is_(None) if in_tenants else table.c.location_id.is_not(None)
