"""A real till, without a window: its home, its agent when it runs, its link, and a clerk at it."""

import asyncio
from pathlib import Path

from sqlalchemy import select

from app.bootstrap import OpenHome, open_home
from app.domain.cart import Cart
from app.services.selling.transaction import CompletedSale
from app.services.stock import catalogue, counting, inventory
from app.services.stock.catalogue import ProductView
from app.services.till import Actor, Till
from sync_agent.agent import Agent
from sync_agent.enrolment_forms import Enrolment
from sync_agent.events import AgentEvent, ConnectionState
from sync_agent.network.transport import NetworkTransport
from sync_agent.settings import DEFAULTS, AgentSettings
from sync_agent.store import tables as t
from sync_agent.store.projection import stock_figures
from sync_agent.store.queue.queries import waiting_count
from sync_agent.store.replica.cursors import read_cursors
from tests.kit import selling
from tests.kit.demo import LOCATION, PASSWORD, TENANT
from tests.kit.homes import new_home
from tests.kit.links import Link
from tests.kit.people import clerk_named


class WorldTill:
    """One till of the world: its home, its agent when it runs, and its link."""

    def __init__(self, path: Path, server_url: str, name: str, settings: AgentSettings = DEFAULTS) -> None:
        self.settings = settings
        self.path = path
        self.name = name
        self.server_url = server_url
        self.link = Link(NetworkTransport(server_url))
        self.events: list[AgentEvent] = []
        self.opened: OpenHome
        self.till: Till
        self.agent: Agent | None = None
        self._running: asyncio.Task[None] | None = None

    # --- life ----------------------------------------------------------------------------------------

    async def enroll(self, location: str = LOCATION) -> None:
        self.opened = open_home(new_home(self.path).path)
        self.opened = await self.opened.enroll(
            self.link, Enrolment(self.server_url, TENANT, "alice", PASSWORD, location, self.name)
        )
        self.till = self.opened.till()

    def start(self) -> None:
        self.agent = self.opened.agent(emit=self.events.append, transport=self.link, settings=self.settings)
        self._running = asyncio.create_task(self.agent.run(), name=f"agent-{self.name}")

    async def stop(self) -> None:
        """Cancel the agent at its current await, as a crash would; the store stays open."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
            self._running = None
            self.link = Link(NetworkTransport(self.server_url))  # an agent closes its transport when it ends

    async def restart(self) -> None:
        """Close the till and open it again on its home."""
        await self.stop()
        self.opened.store.close()
        self.opened = open_home(self.path)
        self.till = self.opened.till()
        self.start()

    async def close(self) -> None:
        await self.stop()
        await self.link.close()
        self.opened.store.close()

    # --- what a clerk does ---------------------------------------------------------------------------

    def clerk(self, name: str = "bob") -> Actor:
        return clerk_named(self.opened.store, name)

    def product(self, number: int = 0) -> ProductView:
        """The catalogue's product by its place in the list: the same on every till."""
        return catalogue.search(self.till, "", limit=number + 1)[number]

    async def sell(self, product: ProductView, quantity: int = 1) -> CompletedSale:
        return await selling.sell(self.till, Cart().add(product, quantity), self.clerk())

    async def count(self, product: ProductView, quantity: int, clerk: str = "bob") -> str:
        return await counting.count(self.till, product.id, quantity, self.clerk(clerk))

    def on_hand(self, product: ProductView) -> int:
        return inventory.stock_row(self.till, product.id).on_hand

    def shows(self, product: ProductView, quantity: int) -> bool:
        return self.on_hand(product) == quantity

    # --- what a test asks ----------------------------------------------------------------------------

    @property
    def state(self) -> ConnectionState:
        return ConnectionState.OFFLINE if self.agent is None else self.agent.state

    def is_online(self) -> bool:
        return self.state is ConnectionState.ONLINE

    def has_sent_all(self) -> bool:
        return self.waiting() == 0

    def has_reached(self, heads: dict[str, int]) -> bool:
        """Every stream that it follows, to the server's head of it."""
        return all(seq >= heads[stream] for stream, seq in self.cursors().items())

    def has_completed(self, operation_id: str) -> bool:
        return self.statuses()[operation_id] == "completed"

    def waiting(self) -> int:
        with self.opened.store.reading() as connection:
            return waiting_count(connection)

    def statuses(self) -> dict[str, str]:
        with self.opened.store.reading() as connection:
            rows = connection.execute(select(t.outbox.c.id, t.outbox.c.status)).all()
        return {row.id: row.status for row in rows}

    def overlays(self) -> int:
        with self.opened.store.reading() as connection:
            return len(connection.execute(select(t.overlay)).all())

    def cursors(self) -> dict[str, int]:
        with self.opened.store.reading() as connection:
            return {stream: cursor.seq for stream, cursor in read_cursors(connection).items()}

    def levels(self) -> dict[str, int]:
        """What the replica says, by product."""
        with self.opened.store.reading() as connection:
            rows = connection.execute(select(t.stock_level.c.product_id, t.stock_level.c.quantity)).all()
        return {row.product_id: row.quantity for row in rows}

    def projected(self, product_ids: list[str]) -> dict[str, int]:
        with self.opened.store.reading() as connection:
            return stock_figures.on_hand_many(connection, product_ids, LOCATION)
