"""Flags of stock as wire rows; they are written in `operations/flags`."""

from collections.abc import Mapping
from typing import Any

from sync_agent.contract.stock import StockFlagRow
from sync_agent.contract.wire import from_ms


def stock_flag_row(row: Mapping[str, Any]) -> StockFlagRow:
    return StockFlagRow(
        product_id=row["product_id"],
        location_id=row["location_id"],
        flags=tuple(row["flags"]),
        actor_id=row["actor_id"],
        since=from_ms(row["since_ms"]),
        version=row["version"],
    )
