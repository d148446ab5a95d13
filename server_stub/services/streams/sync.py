"""Following a stream: its head, validity of cursors, and the changes after a cursor."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, select

from server_stub.errors import Refusal
from server_stub.services.people.caller import Caller
from server_stub.services.visibility import visible_row
from server_stub.store import tables as t
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.streams import Change, ChangesPage, Cursor, StreamHead
from sync_agent.contract.wire import from_ms

_ROWS_AT_A_TIME = 50
_ANSWER_BYTES = 4 * 1024 * 1024
"""A response that has reached this size gets no further rows; the client continues from its end."""


def heads(connection: Connection, tenant_id: str, streams: Sequence[str]) -> dict[str, StreamHead]:
    of = t.stream.c
    rows = connection.execute(
        select(of.name, of.head, of.head_change_id, of.epoch).where(
            of.tenant_id == tenant_id, of.name.in_(streams)
        )
    )
    return {
        row.name: StreamHead(head=row.head, change_id=row.head_change_id, epoch=row.epoch) for row in rows
    }


def head_of(connection: Connection, tenant_id: str, stream: str) -> StreamHead:
    found = heads(connection, tenant_id, [stream]).get(stream)
    if found is None:
        raise Refusal(ErrorCode.NOT_FOUND, f"there is no stream {stream}")
    return found


def changes_after(
    connection: Connection, caller: Caller, stream: str, cursor: Cursor, limit: int
) -> ChangesPage:
    """The next changes after a cursor. Raises Refusal for a cursor that is unknown or pruned."""
    caller.must_follow(stream)
    head = head_of(connection, caller.tenant_id, stream)
    if not can_continue(connection, caller.tenant_id, stream, head, cursor):
        raise Refusal(ErrorCode.CURSOR_EXPIRED, "this cursor is not of this stream; start from a snapshot")
    of = t.change.c
    query = (
        select(t.change, func.length(of.row).label("bytes"))
        .where(of.tenant_id == caller.tenant_id, of.stream == stream, of.seq > cursor.seq)
        .order_by(of.seq)
        .limit(limit)
    )
    rows = up_to_bytes(connection, query)
    return ChangesPage(changes=[_change(row, caller) for row in rows], head=head.head, epoch=head.epoch)


def up_to_bytes(connection: Connection, query: Select[Any]) -> Iterator[RowMapping]:
    """A query's rows until their `bytes` reach the limit of a response; always at least the first."""
    total = 0
    with connection.execute(query, execution_options={"yield_per": _ROWS_AT_A_TIME}) as result:
        for row in result.mappings():
            yield row
            total += row["bytes"] or 0
            if total > _ANSWER_BYTES:
                return


def can_continue(
    connection: Connection, tenant_id: str, stream: str, head: StreamHead, cursor: Cursor
) -> bool:
    """Whether a stream can be continued from a cursor: its own change exists, or nothing was pruned yet."""
    if cursor.seq == 0:
        return _pruned_to(connection, tenant_id, stream) == 0
    if cursor.seq > head.head:
        return False
    of = t.change.c
    change_id = connection.execute(
        select(of.change_id).where(of.tenant_id == tenant_id, of.stream == stream, of.seq == cursor.seq)
    ).scalar_one_or_none()
    return change_id is not None and cursor.change_id in ("", change_id)


def _pruned_to(connection: Connection, tenant_id: str, stream: str) -> int:
    of = t.stream.c
    pruned_to: int = connection.execute(
        select(of.pruned_to).where(of.tenant_id == tenant_id, of.name == stream)
    ).scalar_one()
    return pruned_to


def _change(row: RowMapping, caller: Caller) -> Change:
    return Change(
        seq=row["seq"],
        change_id=row["change_id"],
        resource_type=row["resource_type"],
        resource_id=row["resource_id"],
        version=row["version"],
        row=visible_row(row["resource_type"], row["row"], caller.audience),
        operation_id=row["operation_id"],
        at=from_ms(row["at_ms"]),
    )
