"""Which product an id counts on, where an article was made twice."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, exists, select

from sync_agent.store import tables as t

_of = t.product_alias.c
# Built once: every line of a sale asks.
_NEXT = select(_of.product_id).where(_of.id == bindparam("of_id"), _of.parted == 0)
_ANY = select(exists().where(_of.parted == 0))
IDS_AT_A_TIME = 500


def chunks(ids: Collection[str]) -> Iterator[list[str]]:
    """The ids in parts, each small enough for one query."""
    listed = list(ids)
    for start in range(0, len(listed), IDS_AT_A_TIME):
        yield listed[start : start + IDS_AT_A_TIME]


def real_product(connection: Connection, product_id: str) -> str:
    """The product that an id counts on: the end of its chain of aliases, or the id itself."""
    seen = {product_id}
    while True:
        following = connection.execute(_NEXT, {"of_id": product_id}).scalar()
        if following is None or following in seen:
            return product_id
        seen.add(following)
        product_id = following


def real_products(connection: Connection, product_ids: Iterable[str]) -> dict[str, str]:
    """The products of several ids: a query for many ids and each link of the longest chain."""
    wanted = list(dict.fromkeys(product_ids))
    if not connection.execute(_ANY).scalar():
        return dict(zip(wanted, wanted, strict=True))
    following: dict[str, str] = {}
    missing = set(wanted)
    while missing:
        found = {row.id: row.product_id for row in _rows(connection, _of.id, missing)}
        following |= found
        missing = set(found.values()) - following.keys() - missing
    return {product_id: _end(following, product_id) for product_id in wanted}


def other_names(connection: Connection, product_ids: Iterable[str]) -> dict[str, list[str]]:
    """The ids that count on each of these products, without products that have no other."""
    if not connection.execute(_ANY).scalar():
        return {}
    end_of = {product_id: product_id for product_id in real_products(connection, product_ids).values()}
    found: dict[str, list[str]] = {}
    more = list(end_of)
    while more:
        rows = [row for row in _rows(connection, _of.product_id, more) if row.id not in end_of]
        end_of.update({row.id: end_of[row.product_id] for row in rows})
        for row in rows:
            found.setdefault(end_of[row.id], []).append(row.id)
        more = [row.id for row in rows]
    return found


def _end(following: Mapping[str, str], product_id: str) -> str:
    seen = {product_id}
    while (end := following.get(product_id)) is not None and end not in seen:
        seen.add(end)
        product_id = end
    return product_id


def _rows(connection: Connection, column: ColumnElement[str], ids: Collection[str]) -> list[Row[Any, Any]]:
    """The links whose `column` is of these ids, by alias."""
    found: list[Row[Any, Any]] = []
    for chunk in chunks(ids):
        query = select(_of.id, _of.product_id).where(column.in_(chunk), _of.parted == 0)
        found += connection.execute(query).all()
    return sorted(found, key=lambda row: row.id)
