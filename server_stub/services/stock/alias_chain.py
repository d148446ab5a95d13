"""Chains of aliases: the product that an id counts on."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from server_stub.store import tables as t
from server_stub.store.database import UnitOfWork


def load(connection: Connection | UnitOfWork, tenant_id: str, ids: Iterable[str]) -> Mapping[str, str | None]:
    """What these ids, and all that they lead to, are aliases of; None: of nothing."""
    of = t.product_alias.c
    found: dict[str, str | None] = {}
    missing = set(ids)
    while missing:
        found.update(dict.fromkeys(missing))
        query = select(of.id, of.product_id).where(
            of.tenant_id == tenant_id, of.id.in_(missing), of.parted == 0
        )
        rows = connection.rows(query) if isinstance(connection, UnitOfWork) else connection.execute(query)
        following: dict[str, str] = {row.id: row.product_id for row in rows}
        found.update(following)
        missing = set(following.values()) - found.keys()
    return found


def end_of(aliases: Mapping[str, str | None], product_id: str) -> str:
    """The end of an id's chain, or the id itself."""
    while (following := aliases.get(product_id)) is not None:
        product_id = following
    return product_id
