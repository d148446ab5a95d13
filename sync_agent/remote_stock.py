"""Stock at other locations: fetched from the server when a clerk looks at a product, and cached with its age.

The till follows the stream of its own location only, so a cached row is as old as the last fetch.
"""

import logging

from sqlalchemy.dialects.sqlite import insert

from sync_agent.contract import paths
from sync_agent.contract.stock import StockElsewhere
from sync_agent.contract.wire import to_ms
from sync_agent.errors import SyncError
from sync_agent.network.reader import Reader
from sync_agent.ports import Priority
from sync_agent.store import tables as t
from sync_agent.store.database import Store, Topic, Transaction

log = logging.getLogger(__name__)


class RemoteStock:
    """Fetches one product at a time; a fetch that fails leaves the cached rows, with their age."""

    def __init__(self, store: Store, reader: Reader) -> None:
        self._store = store
        self._reader = reader

    async def fetch(self, product_id: str) -> None:
        """Fetch the product's levels and cache them. Never raises SyncError: nobody waits for it."""
        try:
            answer = await self._reader.fetch(f"{paths.STOCK}/{product_id}", StockElsewhere)
        except SyncError as error:
            log.info("stock elsewhere could not be read: %s", error)
            return
        await self._store.write(lambda tx: _store_levels(tx, product_id, answer), Priority.AGENT)


def _store_levels(tx: Transaction, product_id: str, answer: StockElsewhere) -> None:
    of = t.stock_elsewhere
    tx.execute(of.delete().where(of.c.product_id == product_id))
    for level in answer.levels:
        tx.execute(
            insert(of).values(
                product_id=level.product_id,
                location_id=level.location_id,
                quantity=level.quantity,
                updated_ms=to_ms(level.updated_at),
                asked_ms=tx.now_ms,
            )
        )
    tx.touch(Topic.STOCK, product_id)
