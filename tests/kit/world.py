"""A small shop with a real server and real tills, in one loop, whose links a test can break.

    async with World(tmp_path, tills=2) as world:
        await world.tills[0].link.cut()
        await world.tills[0].sell("Blue mug", 2)
        world.tills[0].link.restore()
        await world.settle()
        world.assert_converged()

Everything is real: SQLite files, uvicorn on a free port, sockets, the agent. Only the links are wrapped.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from app.services.selling.transaction import CompletedSale
from server_stub.run import running
from server_stub.settings import Settings
from sync_agent.settings import DEFAULTS, AgentSettings
from tests.kit.books import read_rows
from tests.kit.demo import LOCATION, TENANT
from tests.kit.homes import new_server_home
from tests.kit.processes import free_port
from tests.kit.tills import WorldTill
from tests.kit.waiting import until


class World:
    """A server and its tills. Leaves nothing running."""

    def __init__(
        self,
        path: Path,
        *,
        tills: int = 1,
        settings: Settings | None = None,
        agent_settings: AgentSettings = DEFAULTS,
    ) -> None:
        self.agent_settings = agent_settings
        self.path = path
        self.settings = settings or Settings(home=path / "server", port=0)
        self._till_count = tills
        self.tills: list[WorldTill] = []
        self._server_closer: Callable[[], Awaitable[object]] | None = None
        self.url = ""

    async def __aenter__(self) -> "World":
        await asyncio.to_thread(new_server_home, self.settings.home)
        await self._start_server(free_port())
        for number in range(1, self._till_count + 1):
            till = WorldTill(self.path / f"till-{number}", self.url, f"Till {number}", self.agent_settings)
            await till.enroll()
            till.start()
            self.tills.append(till)
        await self.online()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for till in self.tills:
            await till.close()
        await self._stop_server()

    async def _start_server(self, port: int) -> None:
        settings = Settings(**{**self.settings.__dict__, "port": port})
        context = running(settings, demo_data=True)
        server = await context.__aenter__()
        self.url = server.url
        self._server_closer = lambda: context.__aexit__(None, None, None)

    async def _stop_server(self) -> None:
        if self._server_closer is not None:
            await self._server_closer()
            self._server_closer = None

    async def restart_server(self, *, while_down: Callable[[], Awaitable[object]] | None = None) -> None:
        """The server goes down and comes up again at the same address, on the same database."""
        port = int(self.url.rsplit(":", 1)[1])
        await self._stop_server()
        if while_down is not None:
            await while_down()
        await self._start_server(port)

    async def online(self) -> None:
        for till in self.tills:
            await until(till.is_online, f"{till.name} is online (it is {till.state})")

    async def settle(self) -> None:
        """Faults are over: every queue empties, every replica reaches the server's heads."""
        for till in self.tills:
            assert till.agent is not None
            till.agent.try_now()
        await self.online()
        for till in self.tills:
            await until(till.has_sent_all, f"{till.name} has sent everything")
        heads = self.heads()
        for till in self.tills:
            await until(
                partial(till.has_reached, heads), f"{till.name} has followed every stream to its head"
            )

    # --- the server's own books, read straight from its database -----------------------------------

    def query(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        database = self.settings.url.removeprefix("sqlite:///")
        return read_rows(Path(database), sql, *parameters)

    def heads(self) -> dict[str, int]:
        return dict(self.query("SELECT name, head FROM stream WHERE tenant_id = ?", TENANT))

    def server_levels(self) -> dict[str, int]:
        rows = self.query(
            "SELECT product_id, quantity FROM stock_level WHERE tenant_id = ? AND location_id = ?",
            TENANT,
            LOCATION,
        )
        return dict(rows)

    def ledger_sums(self) -> dict[str, int]:
        rows = self.query(
            "SELECT product_id, SUM(delta) FROM stock_movement WHERE tenant_id = ? AND location_id = ?"
            " GROUP BY product_id",
            TENANT,
            LOCATION,
        )
        return {product: int(total) for product, total in rows}

    def movements_of(self, operation_id: str) -> list[int]:
        rows = self.query(
            "SELECT delta FROM stock_movement WHERE tenant_id = ? AND operation_id = ?", TENANT, operation_id
        )
        return [delta for (delta,) in rows]

    # --- what must hold ------------------------------------------------------------------------------

    def assert_converged(self) -> None:
        """Stock is the sum of the ledger, every till shows what the server has, no overlay is left over."""
        levels = self.server_levels()
        assert levels == self.ledger_sums()
        aliases = dict(self.query("SELECT id, product_id FROM product_alias WHERE parted = 0"))
        for till in self.tills:
            assert till.levels() == levels, till.name
            assert till.overlays() == 0, till.name
            # An alias has no stock, and is shown with its product's.
            shown = {product: levels.get(_end_of(aliases, product), 0) for product in levels}
            assert till.projected(list(levels)) == shown, till.name
        assert not any(levels.get(alias) for alias in aliases)

    def assert_each_sale_once(self, sales: list[CompletedSale]) -> None:
        """Every sale that a till confirmed is in the server's database once."""
        for sale in sales:
            rows = self.query("SELECT COUNT(*) FROM till_transaction WHERE id = ?", sale.id)
            assert rows == [(1,)], sale.receipt_number


def _end_of(aliases: dict[str, str], product: str) -> str:
    while product in aliases:
        product = aliases[product]
    return product
