"""Aliases of products as wire rows; they are made and parted in `operations/resources`."""

from collections.abc import Mapping
from typing import Any

from sync_agent.contract.aliases import ProductAliasRow
from sync_agent.contract.wire import from_ms


def alias_row(row: Mapping[str, Any]) -> ProductAliasRow:
    """A stored row as a wire object."""
    return ProductAliasRow(
        id=row["id"],
        product_id=row["product_id"],
        made_at=from_ms(row["made_ms"]),
        by=row["made_by"],
        parted=bool(row["parted"]),
        version=row["version"],
    )
