"""Writes rows of the server to the replica's tables, or to the staged tables beside them.

The higher version wins, so a row that comes twice or late has no effect.
"""

import functools
from typing import Any

from sqlalchemy import Table, delete, true, update
from sqlalchemy.dialects.sqlite import insert

from sync_agent.contract.streams import Change
from sync_agent.store.database import Transaction
from sync_agent.store.projection import catalogue
from sync_agent.store.replica.kinds import ReplicaKind, Values


def upsert(tx: Transaction, kind: ReplicaKind, values: list[Values], *, staged: bool) -> None:
    """Insert rows of a kind, or replace those of a lower version."""
    tx.execute(_upsert_into(kind.staged if staged else kind.table), values)


@functools.cache
def _upsert_into(table: Table) -> Any:
    statement = insert(table)
    keys = [column.name for column in table.primary_key.columns]
    if "version" not in table.c:
        return statement.on_conflict_do_nothing(index_elements=keys)
    # The higher version wins, so a row that comes twice or late has no effect.
    return statement.on_conflict_do_update(
        index_elements=keys,
        set_={c.name: statement.excluded[c.name] for c in table.c if c.name not in keys},
        where=statement.excluded.version > table.c.version,
    )


def bury(tx: Transaction, kind: ReplicaKind, change: Change, *, staged: bool) -> None:
    """Apply a tombstone: a product is marked deleted (old sales name it); any other row is deleted."""
    table = kind.staged if staged else kind.table
    if kind.resource_type == "product":
        tx.execute(
            update(table)
            .where(table.c.id == change.resource_id, table.c.version < change.version)
            .values(deleted=1, version=change.version)
        )
        if not staged:
            catalogue.reproject(tx, [change.resource_id])
    elif "id" in table.c:
        older = table.c.version < change.version if "version" in table.c else true()
        tx.execute(delete(table).where(table.c.id == change.resource_id, older))
        tx.touch(kind.topic)
