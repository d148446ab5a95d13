"""Digests of this till's copy, to compare with the server's."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, select, true

from sync_agent.contract.aliases import PRODUCT_ALIAS
from sync_agent.contract.notices import NOTICE_ROW
from sync_agent.contract.shop_settings import SETTING
from sync_agent.contract.streams import Cursor, ResourceDigest, row_digest, written_digest
from sync_agent.store import tables as t
from sync_agent.store.replica.cursors import read_cursors
from sync_agent.store.replica.kinds import rows_in_stream


def digests(
    connection: Connection, stream: str, kinds: Sequence[str], at: Cursor
) -> dict[str, ResourceDigest] | None:
    """Digests of this till's copy of a stream, computed as the server does; None if its cursor is not `at`.

    Movements are left out: the till stores only those it received, the server all.
    """
    if read_cursors(connection).get(stream) != at:
        return None
    return {name: _digest(connection, name, kinds) for name in kinds if name in _DIGESTED}


def _digest(connection: Connection, name: str, kinds: Sequence[str]) -> ResourceDigest:
    table, counts, quantity = _DIGESTED[name]
    key = table.c.product_id if name == "stock_level" else table.c.id
    columns = [key, table.c.version, *quantity]
    query = select(*columns).where(counts, rows_in_stream(table, kinds))
    total = count = 0
    for row in connection.execute(query, execution_options={"yield_per": _DIGEST_ROWS_AT_A_TIME}):
        total += row_digest(*row)
        count += 1
    return ResourceDigest(count=count, digest=written_digest(total))


_DIGEST_ROWS_AT_A_TIME = 5000
_DIGESTED: dict[str, tuple[Table, ColumnElement[bool], tuple[ColumnElement[Any], ...]]] = {
    "location": (t.location, true(), ()),
    "user": (t.person, true(), ()),
    PRODUCT_ALIAS: (t.product_alias, true(), ()),
    "product": (t.product, t.product.c.deleted == 0, ()),
    "stock_level": (t.stock_level, true(), (t.stock_level.c.quantity,)),
    "conflict": (t.conflict, t.conflict.c.status == "open", ()),
    SETTING: (t.shop_setting, true(), ()),
    NOTICE_ROW: (t.shop_notice, true(), ()),
}
"""By resource type: which rows count, and the column that is hashed beside the version."""
