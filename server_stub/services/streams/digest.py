"""Digests: one hash a resource type of a stream's current rows, to compare with a till's replica.

The formula is the contract's (`streams.row_digest`), over what the client is sent. A digest belongs to a head
and is cached until the stream grows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Lock
from typing import Any

from cachetools import LRUCache
from sqlalchemy import ColumnElement, Connection, Select, select

from server_stub.services.people.caller import Caller
from server_stub.services.streams.sync import head_of
from server_stub.services.visibility import known_to, visible_quantity
from server_stub.store import tables as t
from sync_agent.contract.aliases import PRODUCT_ALIAS
from sync_agent.contract.notices import NOTICE_ROW
from sync_agent.contract.shop_settings import SETTING
from sync_agent.contract.streams import (
    ResourceDigest,
    StreamDigest,
    StreamHead,
    location_stream,
    row_digest,
    tenant_stream,
    written_digest,
)

_ROWS_AT_A_TIME = 5000
_STREAMS_MAX = 1000


@dataclass(frozen=True)
class _Rows:
    """The rows of one resource type, and the values that are hashed of each."""

    query: Select[Any]
    digested: Callable[[Any], tuple[str, int, int | None]] = lambda row: (row[0], row[1], None)
    """A row's id, version and, where it is a stock level, quantity."""


class Digests:
    """Computes digests and caches the newest of each stream. Thread-safe."""

    def __init__(self, streams_max: int = _STREAMS_MAX) -> None:
        self._known: LRUCache[tuple[str, str, bool], StreamDigest] = LRUCache(streams_max)
        self._lock = Lock()

    def __len__(self) -> int:
        """The number of cached digests."""
        return len(self._known)

    def of(self, connection: Connection, caller: Caller, stream: str) -> StreamDigest:
        """The digest of a stream that the caller may follow, as of this transaction."""
        caller.must_follow(stream)
        head = head_of(connection, caller.tenant_id, stream)
        key = caller.tenant_id, stream, caller.audience.is_tolerant
        with self._lock:
            known = self._known.get(key)
        if known is not None and (known.seq, known.change_id, known.epoch) == (
            head.head,
            head.change_id,
            head.epoch,
        ):
            return known
        digest = compute(connection, caller, stream, head)
        with self._lock:
            self._known[key] = digest
        return digest


def compute(connection: Connection, caller: Caller, stream: str, head: StreamHead) -> StreamDigest:
    return StreamDigest(
        stream=stream,
        seq=head.head,
        change_id=head.change_id,
        epoch=head.epoch,
        resources={
            name: _sum(connection, rows)
            for name, rows in _resources(caller, stream)
            if known_to(caller.audience, name)
        },
    )


def _sum(connection: Connection, rows: _Rows) -> ResourceDigest:
    total = count = 0
    # Streamed: a large shop's levels are never all in memory.
    for row in connection.execute(rows.query, execution_options={"yield_per": _ROWS_AT_A_TIME}):
        total += row_digest(*rows.digested(row))
        count += 1
    return ResourceDigest(count=count, digest=written_digest(total))


def _resources(caller: Caller, stream: str) -> Iterator[tuple[str, _Rows]]:
    tenant_id = caller.tenant_id
    if stream == tenant_stream(tenant_id):
        location, user, product = t.location.c, t.user_account.c, t.product.c
        yield "location", _Rows(select(location.id, location.version).where(location.tenant_id == tenant_id))
        yield "user", _Rows(select(user.id, user.version).where(user.tenant_id == tenant_id))
        yield (
            "product",
            _Rows(
                select(product.id, product.version).where(
                    product.tenant_id == tenant_id, product.deleted == 0
                )
            ),
        )
        alias = t.product_alias.c
        yield (
            PRODUCT_ALIAS,
            _Rows(select(alias.id, alias.version).where(alias.tenant_id == tenant_id)),
        )
        setting = t.setting.c
        yield SETTING, _Rows(select(setting.id, setting.version).where(setting.tenant_id == tenant_id))
        yield "conflict", _open_conflicts(tenant_id, t.conflict.c.location_id.is_(None))
        yield NOTICE_ROW, _notices(tenant_id, stream)
        return
    (place,) = (place for place in caller.locations if location_stream(tenant_id, place) == stream)
    level, oversold = t.stock_level.c, t.oversold.c
    yield (
        "stock_level",
        _Rows(
            select(level.product_id, level.version, level.quantity).where(
                level.tenant_id == tenant_id, level.location_id == place
            ),
            lambda row: (row[0], row[1], visible_quantity(row[2], caller.audience)),
        ),
    )
    yield "conflict", _open_conflicts(tenant_id, t.conflict.c.location_id == place)
    yield NOTICE_ROW, _notices(tenant_id, stream)
    yield (
        "oversold",
        _Rows(
            select(oversold.product_id, oversold.version).where(
                oversold.tenant_id == tenant_id, oversold.location_id == place, oversold.open == 1
            )
        ),
    )


def _notices(tenant_id: str, stream: str) -> _Rows:
    of = t.notice.c
    return _Rows(select(of.id, of.version).where(of.tenant_id == tenant_id, of.stream == stream))


def _open_conflicts(tenant_id: str, of_stream: ColumnElement[bool]) -> _Rows:
    of = t.conflict.c
    return _Rows(
        select(of.id, of.body).where(of.tenant_id == tenant_id, of.status == "open", of_stream),
        lambda row: (row[0], row[1]["version"], None),
    )
