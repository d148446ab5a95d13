"""Receipts of a location for its tills: as long as the shop refunds, newest first; single ones always."""

import base64
import binascii
from collections.abc import Iterable

from pydantic import BaseModel, ValidationError
from sqlalchemy import ColumnElement, Connection, RowMapping, and_, or_, select
from sqlmodel import col

from server_stub.errors import Refusal
from server_stub.services.people import shop_settings
from server_stub.services.people.caller import Caller
from server_stub.services.streams.transaction_rows import transaction_row
from server_stub.services.visibility import visible_row
from server_stub.store import tables as t
from server_stub.store.tables import Device
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import TRANSACTION
from sync_agent.contract.receipts import RECEIPTS_PAGE_ROWS, ReceiptsPage
from sync_agent.contract.wire import Sequence, has_nul

_DAY_MS = 86_400_000
_OF_ONE_NUMBER_MAX = 500


class _PageToken(BaseModel):
    """The last row sent: pages go on with what was received before it."""

    location_id: str
    received_ms: Sequence
    id: str

    def encode(self) -> str:
        return base64.urlsafe_b64encode(self.model_dump_json().encode()).decode()

    @classmethod
    def decode(cls, token: str, location_id: str) -> "_PageToken":
        try:
            read = cls.model_validate_json(base64.urlsafe_b64decode(token.encode()))
        except (ValidationError, binascii.Error, ValueError) as error:
            raise Refusal(ErrorCode.BAD_REQUEST, "pageToken: not one of this server's") from error
        if read.location_id != location_id or has_nul(read.id):
            raise Refusal(ErrorCode.BAD_REQUEST, "pageToken: not of this place")
        return read


def page(
    connection: Connection, caller: Caller, location_id: str, page_token: str | None, *, now_ms: int
) -> ReceiptsPage:
    """A page of a location's till transactions, newest first. Raises Refusal for a place of others."""
    of = t.till_transaction.c
    where = _at(caller, location_id)
    days = shop_settings.load(connection, caller.tenant_id).value("refund_days", location_id)
    since_ms = now_ms - days * _DAY_MS
    query = select(t.till_transaction).where(where, of.received_ms >= since_ms)
    if page_token is not None:
        last = _PageToken.decode(page_token, location_id)
        before = or_(
            of.received_ms < last.received_ms, and_(of.received_ms == last.received_ms, of.id < last.id)
        )
        query = query.where(before)
    query = query.order_by(of.received_ms.desc(), of.id.desc()).limit(RECEIPTS_PAGE_ROWS + 1)
    found = connection.execute(query).mappings().all()
    following = None
    if len(found) > RECEIPTS_PAGE_ROWS:
        found = found[:RECEIPTS_PAGE_ROWS]
        last_row = found[-1]
        following = _PageToken(
            location_id=location_id, received_ms=last_row["received_ms"], id=last_row["id"]
        ).encode()
    return ReceiptsPage(rows=_rows(connection, found, caller), next_page_token=following)


def of_number(connection: Connection, caller: Caller, location_id: str, number: str) -> ReceiptsPage:
    """The till transactions of a location with a receipt number, of any age, and what went back of them."""
    of = t.till_transaction.c
    where = _at(caller, location_id)
    if has_nul(number):
        raise Refusal(ErrorCode.BAD_REQUEST, "number: not a receipt number")
    named = select(t.till_transaction).where(where, of.receipt_number == number)
    sales = connection.execute(named.order_by(of.id).limit(_OF_ONE_NUMBER_MAX)).mappings().all()
    ids = [row["id"] for row in sales]
    returned = select(t.till_transaction).where(
        of.tenant_id == caller.tenant_id,
        of.location_id.in_(caller.locations),
        or_(of.refund_of.in_(ids), of.refers_to.in_([*ids, number])),
    )
    back = connection.execute(returned.order_by(of.id).limit(_OF_ONE_NUMBER_MAX)).mappings().all()
    rows = {row["id"]: row for row in (*sales, *(back if ids else ()))}
    return ReceiptsPage(rows=_rows(connection, rows.values(), caller))


def _at(caller: Caller, location_id: str) -> ColumnElement[bool]:
    if location_id not in caller.locations:
        raise Refusal(ErrorCode.NOT_FOUND, f"locationId: there is no place {location_id} of yours")
    of = t.till_transaction.c
    return and_(of.tenant_id == caller.tenant_id, of.location_id == location_id)


def _rows(connection: Connection, rows: Iterable[RowMapping], caller: Caller) -> list[dict[str, object]]:
    of = col(Device.tenant_id) == caller.tenant_id
    names = {
        row.id: row.name for row in connection.execute(select(col(Device.id), col(Device.name)).where(of))
    }
    wire = (transaction_row(dict(row), names.get(row["device_id"])).to_wire() for row in rows)
    seen = (visible_row(TRANSACTION, row, caller.audience) for row in wire)
    return [row for row in seen if row is not None]
