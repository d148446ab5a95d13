"""Products as this till last knew them: those of the catalogue, and deleted ones as they were.

For what names a product and has to be shown whatever became of it; nothing can be sold from here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from sync_agent.store import tables as t
from sync_agent.store.projection.catalogue import CONFIRMED_UNIT

_AT_A_TIME = 500


@dataclass(frozen=True)
class LastKnown:
    """A product's name and unit. `is_present`: the catalogue has it."""

    name: str
    unit: str
    is_present: bool


def last_known(connection: Connection, product_ids: Iterable[str]) -> dict[str, LastKnown]:
    """By id; a product that this till does not know is absent."""
    wanted = list(dict.fromkeys(product_ids))
    found: dict[str, LastKnown] = {}
    for start in range(0, len(wanted), _AT_A_TIME):
        chunk = wanted[start : start + _AT_A_TIME]
        of, shown = t.product.c, t.catalogue.c
        for row in connection.execute(select(of.id, of.name, CONFIRMED_UNIT).where(of.id.in_(chunk))):
            found[row.id] = LastKnown(row.name, row.unit, is_present=False)
        query = select(shown.product_id, shown.name, shown.unit).where(shown.product_id.in_(chunk))
        for row in connection.execute(query):
            found[row.product_id] = LastKnown(row.name, row.unit, is_present=True)
    return found
