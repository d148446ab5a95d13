"""The server's stock levels and movements of a location, read over the wire like any client.

A replay compares its tills with them, so nothing here comes from a till.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sync_agent.contract import paths
from sync_agent.contract.identity import LoginAnswer, LoginRequest
from sync_agent.contract.stock import StockLevelRow
from sync_agent.contract.streams import ChangesPage, SnapshotPage, location_stream, tenant_stream
from sync_agent.errors import AuthError
from sync_agent.ports import Transport

_CHANGES_PER_PAGE = 1000


@dataclass(frozen=True)
class StockAt:
    """Quantities by product at change `seq` of a location's stream, or a little later."""

    seq: int
    change_id: str
    quantities: dict[str, int] = field(default_factory=dict)


class ServerLedger:
    """A location's streams, read as a signed-in person; signs in again when the token has expired."""

    def __init__(self, transport: Transport, who: LoginRequest, location_id: str) -> None:
        self._transport = transport
        self._who = who
        self._token: str | None = None
        self.stream = location_stream(who.tenant_id, location_id)
        self.streams = (tenant_stream(who.tenant_id), self.stream)

    async def heads(self) -> dict[str, int]:
        """The head of each stream that a till of this location follows."""
        return {stream: (await self._changes(stream, 0, limit=1)).head for stream in self.streams}

    async def levels(self) -> StockAt:
        """Stock on hand at the location, by product."""
        page = await self._snapshot_page({})
        stock = StockAt(page.seq, page.change_id)
        while True:
            if page.resource_type == "stock_level":
                product, quantity = page.columns.index("productId"), page.columns.index("quantity")
                stock.quantities.update((row[product], row[quantity]) for row in page.rows)
            if page.next_page_token is None:
                return stock
            page = await self._snapshot_page({"pageToken": page.next_page_token})

    async def moved_since(self, start: StockAt) -> Counter[str]:
        """The sum of all movements after `start`, by product."""
        moved: Counter[str] = Counter()
        after, change_id = start.seq, start.change_id
        while True:
            page = await self._changes(self.stream, after, change_id, limit=_CHANGES_PER_PAGE)
            for change in page.changes:
                if change.resource_type == "stock_level" and change.row is not None:
                    row = StockLevelRow.model_validate(change.row)
                    if row.movement is not None:
                        moved[row.product_id] += row.movement.delta
            if not page.changes or page.changes[-1].seq >= page.head:
                return moved
            after, change_id = page.changes[-1].seq, page.changes[-1].change_id

    async def _changes(self, stream: str, after: int, change_id: str = "", *, limit: int) -> ChangesPage:
        query = {"stream": stream, "after": str(after), "limit": str(limit)}
        if change_id:
            query["changeId"] = change_id
        return ChangesPage.model_validate(await self._get(paths.CHANGES, query))

    async def _snapshot_page(self, query: Mapping[str, str]) -> SnapshotPage:
        return SnapshotPage.model_validate(await self._get(paths.SNAPSHOT, {"stream": self.stream, **query}))

    async def _get(self, path: str, query: Mapping[str, str]) -> Any:
        token = self._token or await self._sign_in()
        try:
            return await self._transport.request("GET", path, query=query, token=token)
        except AuthError:
            return await self._transport.request("GET", path, query=query, token=await self._sign_in())

    async def _sign_in(self) -> str:
        answer = await self._transport.request("POST", paths.LOGIN, body=self._who.to_wire())
        self._token = LoginAnswer.model_validate(answer).access_token
        return self._token
