"""Stock at other places: asked of the server when somebody looks, and kept with its age.

The till follows its own place's stream alone, so what is here is as old as the last look.
"""

import logging

from pydantic import ValidationError
from sqlalchemy.dialects.sqlite import insert

from sync_agent.contract.events import PATH_STOCK
from sync_agent.contract.stock import StockElsewhere
from sync_agent.contract.wire import to_ms
from sync_agent.errors import ProtocolError, SyncError
from sync_agent.network.session import Session
from sync_agent.ports import Rank, Transport
from sync_agent.store import tables as t
from sync_agent.store.database import Store, Topic, Transaction

log = logging.getLogger(__name__)


class Elsewhere:
    """Asks for one product at a time; a look that fails leaves what is known, with its age."""

    def __init__(self, store: Store, transport: Transport, session: Session) -> None:
        self._store = store
        self._transport = transport
        self._session = session

    async def look(self, product_id: str) -> None:
        """Ask the server, and keep its answer. Never raises SyncError: nobody waits for it."""
        try:
            told = await self._ask(product_id)
        except SyncError as error:
            log.info("stock elsewhere was not told: %s", error)
            return
        await self._store.write(lambda tx: _keep(tx, product_id, told), Rank.AGENT)

    async def _ask(self, product_id: str) -> StockElsewhere:
        token = await self._session.token()
        answer = await self._transport.request("GET", f"{PATH_STOCK}/{product_id}", token=token)
        try:
            return StockElsewhere.model_validate(answer)
        except ValidationError as error:
            raise ProtocolError(f"stock elsewhere cannot be read: {error}") from error


def _keep(tx: Transaction, product_id: str, told: StockElsewhere) -> None:
    of = t.stock_elsewhere
    tx.execute(of.delete().where(of.c.product_id == product_id))
    for level in told.levels:
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
