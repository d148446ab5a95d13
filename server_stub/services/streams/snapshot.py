"""Snapshots: the current rows of a stream in pages, and the number from which to follow it.

Pages are read without a lock. A row carries its version and may be newer than that number, never older.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlalchemy import Column, ColumnElement, Connection, RowMapping, Table, Text, func, or_, select

from server_stub.errors import Refusal
from server_stub.services.people.caller import Caller
from server_stub.services.people.shop_settings import row_on_the_wire
from server_stub.services.stock.ledger import movement_on_the_wire, oversold_on_the_wire
from server_stub.services.streams import broadcasts
from server_stub.services.streams.alias_rows import alias_row
from server_stub.services.streams.product_rows import product_row
from server_stub.services.streams.quarantine_rows import quarantine_row
from server_stub.services.streams.stock_flag_rows import stock_flag_row
from server_stub.services.streams.sync import head_of
from server_stub.services.visibility import Audience, known_to, visible_quantity, visible_row
from server_stub.store import tables as t
from sync_agent.contract.aliases import PRODUCT_ALIAS, ProductAliasRow
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.conflicts import Conflict
from sync_agent.contract.notices import NOTICE_ROW, NoticeRow
from sync_agent.contract.operations import QuarantineRow, ShiftRow
from sync_agent.contract.shop_settings import SETTING, SettingRow
from sync_agent.contract.stock import (
    STOCK_FLAG,
    LocationRow,
    ProductRow,
    StockFlagRow,
    StockLevel,
    StockMovement,
    UserRow,
)
from sync_agent.contract.streams import SnapshotPage, location_stream, tenant_stream
from sync_agent.contract.wire import Sequence as Number
from sync_agent.contract.wire import Wire, format_time, from_ms, has_nul

SNAPSHOT_MOVEMENTS_MAX = 100


class _PageToken(BaseModel):
    """The position in a snapshot: the head at its start, and the key of the last row sent."""

    stream: str
    seq: Number
    change_id: str
    epoch: str
    rows_total: Number
    resource_type: str
    after: str | Number | None = None

    def at(self, resource_type: str, after: str | int | None = None) -> "_PageToken":
        return self.model_copy(update={"resource_type": resource_type, "after": after})

    def encode(self) -> str:
        return base64.urlsafe_b64encode(self.model_dump_json().encode()).decode()

    @classmethod
    def decode(cls, token: str) -> "_PageToken":
        try:
            return cls.model_validate_json(base64.urlsafe_b64decode(token.encode()))
        except (ValidationError, binascii.Error, ValueError) as error:
            raise Refusal(ErrorCode.BAD_REQUEST, "pageToken: not one of this server's") from error


@dataclass(frozen=True)
class _Part:
    """One resource type of a snapshot: its query, the column that orders it, and the row's encoding."""

    resource_type: str
    table: Table
    key: str
    columns: tuple[str, ...]
    encode: Callable[[RowMapping], list[Any]]
    where: tuple[ColumnElement[bool], ...] = ()

    def takes_key(self, key: str | int | None) -> bool:
        """Whether a key from a page token is of the right type; the token is the client's word."""
        is_text = isinstance(self.table.c[self.key].type, Text)
        return key is None or (isinstance(key, str) == is_text and not has_nul(key))


def snapshot(
    connection: Connection, caller: Caller, stream: str, page_token: str | None, rows_max: int
) -> SnapshotPage:
    """One page of a stream's current rows, all of one resource type.

    The number to follow the stream from is read before the first page and travels in the token, so a
    snapshot can resume after any interruption. `rows_total` counts the rows of all pages, as of the first.
    """
    caller.must_follow(stream)
    audience = caller.audience
    parts = [part for part in _parts_of(connection, caller, stream) if known_to(audience, part.resource_type)]
    token = _PageToken.decode(page_token) if page_token else _first_page(connection, caller, stream, parts)
    names = [part.resource_type for part in parts]
    if token.stream != stream or token.resource_type not in names:
        raise Refusal(ErrorCode.BAD_REQUEST, "pageToken: not of this stream")
    place = names.index(token.resource_type)
    if not parts[place].takes_key(token.after):
        raise Refusal(ErrorCode.BAD_REQUEST, "pageToken: not one of this server's")
    rows = _rows(connection, parts[place], token.after, rows_max + 1)
    while not rows and place + 1 < len(parts):
        place += 1
        rows = _rows(connection, parts[place], None, rows_max + 1)
    part = parts[place]
    following: _PageToken | None = None
    if len(rows) > rows_max:
        rows = rows[:rows_max]
        following = token.at(part.resource_type, rows[-1][part.key])
    elif place + 1 < len(parts):
        following = token.at(names[place + 1])
    return SnapshotPage(
        stream=stream,
        seq=token.seq,
        change_id=token.change_id,
        epoch=token.epoch,
        resource_type=part.resource_type,
        columns=list(part.columns),
        rows=_encoded(part, rows, audience),
        next_page_token=following.encode() if following else None,
        rows_total=token.rows_total,
    )


def _encoded(part: _Part, rows: Sequence[RowMapping], audience: Audience) -> list[list[Any]]:
    encoded = [part.encode(row) for row in rows]
    if audience.is_tolerant:
        return encoded
    if part.resource_type == "stock_level":  # many rows, without vocabulary
        place = part.columns.index("quantity")
        for row in encoded:
            row[place] = visible_quantity(row[place], audience)
        return encoded
    seen = (
        visible_row(part.resource_type, dict(zip(part.columns, row, strict=True)), audience)
        for row in encoded
    )
    return [[row.get(name) for name in part.columns] for row in seen if row is not None]


def _first_page(connection: Connection, caller: Caller, stream: str, parts: Sequence[_Part]) -> _PageToken:
    head = head_of(connection, caller.tenant_id, stream)
    total = sum(
        connection.execute(select(func.count()).select_from(part.table).where(*part.where)).scalar_one()
        for part in parts
    )
    return _PageToken(
        stream=stream,
        seq=head.head,
        change_id=head.change_id,
        epoch=head.epoch,
        rows_total=total,
        resource_type=parts[0].resource_type,
    )


def _rows(connection: Connection, part: _Part, after: str | int | None, limit: int) -> Sequence[RowMapping]:
    key: Column[Any] = part.table.c[part.key]
    query = select(part.table).where(*part.where).order_by(key).limit(limit)
    if after is not None:
        query = query.where(key > after)
    return connection.execute(query).mappings().all()


def _parts_of(connection: Connection, caller: Caller, stream: str) -> list[_Part]:
    if stream == tenant_stream(caller.tenant_id):
        return _tenant_parts(caller.tenant_id, is_till=caller.is_device)
    for location_id in caller.locations:
        if stream == location_stream(caller.tenant_id, location_id):
            return _location_parts(connection, caller.tenant_id, location_id)
    raise AssertionError(f"{stream} was followed and is no stream of {caller.id}")


def _tenant_parts(tenant_id: str, *, is_till: bool) -> list[_Part]:
    return [
        _Part(
            "location",
            t.location,
            "id",
            _names(LocationRow),
            _by_field(LocationRow),
            (t.location.c.tenant_id == tenant_id,),
        ),
        _Part(
            "user",
            t.user_account,
            "id",
            _names(UserRow),
            _by_field(UserRow) if is_till else _without_verifier,
            (t.user_account.c.tenant_id == tenant_id,),
        ),
        _Part(
            "product",
            t.product,
            "id",
            _names(ProductRow),
            lambda row: list(product_row(dict(row)).values()),
            (t.product.c.tenant_id == tenant_id, t.product.c.deleted == 0),
        ),
        _Part(
            PRODUCT_ALIAS,
            t.product_alias,
            "id",
            _names(ProductAliasRow),
            lambda row: list(alias_row(dict(row)).model_dump(mode="json").values()),
            (t.product_alias.c.tenant_id == tenant_id,),
        ),
        _Part(
            SETTING,
            t.setting,
            "id",
            _names(SettingRow),
            lambda row: list(row_on_the_wire(row).model_dump(mode="json").values()),
            (t.setting.c.tenant_id == tenant_id,),
        ),
        _open_conflicts(t.conflict.c.tenant_id == tenant_id, t.conflict.c.location_id.is_(None)),
        _open_quarantine(tenant_id, tenant_stream(tenant_id)),
        _notices(tenant_id, tenant_stream(tenant_id)),
    ]


def _location_parts(connection: Connection, tenant_id: str, location_id: str) -> list[_Part]:
    def here(table: Table) -> tuple[ColumnElement[bool], ...]:
        return table.c.tenant_id == tenant_id, table.c.location_id == location_id

    stream = location_stream(tenant_id, location_id)
    newest = _oldest_of_newest(connection, here(t.movement), SNAPSHOT_MOVEMENTS_MAX)
    return [
        _Part(
            "stock_level",
            t.stock_level,
            "product_id",
            _names(StockLevel),
            _encode_level,
            here(t.stock_level),
        ),
        _Part(
            "stock_movement",
            t.movement,
            "seq",
            _names(StockMovement),
            lambda row: list(movement_on_the_wire(dict(row), stream).model_dump(mode="json").values()),
            (*here(t.movement), t.movement.c.seq >= newest),
        ),
        _open_conflicts(*here(t.conflict)),
        _Part(
            "oversold",
            t.oversold,
            "product_id",
            ("productId", "locationId", "quantity", "since", "open", "version"),
            lambda row: list(oversold_on_the_wire(dict(row)).values()),
            (*here(t.oversold), t.oversold.c.open == 1),
        ),
        _Part(
            STOCK_FLAG,
            t.stock_flag,
            "product_id",
            _names(StockFlagRow),
            lambda row: list(stock_flag_row(dict(row)).model_dump(mode="json").values()),
            (*here(t.stock_flag), t.stock_flag.c.flags != []),
        ),
        _unfinished_shifts(*here(t.shift)),
        _open_quarantine(tenant_id, stream),
        _notices(tenant_id, stream),
    ]


def _open_conflicts(*where: ColumnElement[bool]) -> _Part:
    names = _names(Conflict)
    return _Part(
        "conflict",
        t.conflict,
        "id",
        names,
        lambda row: [row["body"].get(name) for name in names],
        (*where, t.conflict.c.status == "open"),
    )


def _unfinished_shifts(*where: ColumnElement[bool]) -> _Part:
    """Open shifts, and closed ones that still miss operations; a shift has no manifest until it is closed."""
    names = _names(ShiftRow)
    return _Part(
        "shift",
        t.shift,
        "id",
        names,
        lambda row: [row["body"].get(name) for name in names],
        (*where, or_(t.shift.c.manifest.is_(None), t.shift.c.awaited == 1)),
    )


def _open_quarantine(tenant_id: str, stream: str) -> _Part:
    of = t.quarantine.c
    return _Part(
        "quarantine",
        t.quarantine,
        "operation_id",
        tuple(name for name in _names(QuarantineRow) if name != "payload"),
        _encode_quarantined_sale,
        (of.tenant_id == tenant_id, of.stream == stream, of.status == "open"),
    )


def _notices(tenant_id: str, stream: str) -> _Part:
    of = t.notice.c
    return _Part(
        NOTICE_ROW,
        t.notice,
        "id",
        _names(NoticeRow),
        lambda row: list(broadcasts.on_the_wire(row).model_dump(mode="json").values()),
        (of.tenant_id == tenant_id, of.stream == stream),
    )


def _encode_quarantined_sale(row: RowMapping) -> list[Any]:
    """Without the operation's content, which a manager can request."""
    return list(quarantine_row(dict(row)).model_dump(mode="json", exclude={"payload"}).values())


def _oldest_of_newest(connection: Connection, here: tuple[ColumnElement[bool], ...], count: int) -> int:
    """The sequence number of the count-th newest movement; 0 if there are fewer."""
    seq: Column[Any] = t.movement.c.seq
    found = connection.execute(
        select(seq).where(*here).order_by(seq.desc()).offset(count - 1).limit(1)
    ).scalar_one_or_none()
    return 0 if found is None else int(found)


def _names(model: type[Wire]) -> tuple[str, ...]:
    """The wire names of a row's fields, in their order."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _by_field(model: type[Wire]) -> Callable[[RowMapping], list[Any]]:
    """An encoder of rows to the values of the model's fields."""
    return lambda row: list(model.model_validate(dict(row)).model_dump(mode="json").values())


def _without_verifier(row: RowMapping) -> list[Any]:
    """A person's row for clients that are not tills: only tills check PINs."""
    person = UserRow.model_validate(dict(row)).model_copy(update={"pin_verifier": None})
    return list(person.model_dump(mode="json").values())


def _encode_level(row: RowMapping) -> list[Any]:
    # Encoded without the model, for speed: a first synchronisation sends a hundred thousand of these.
    moment = format_time(from_ms(row["updated_ms"]))
    return [row["product_id"], row["location_id"], row["quantity"], row["version"], moment]
