"""Tills and a server that are killed with -9 at random moments under load, and what must hold afterwards.

    python -m tests.e2e.kills [KILLS] [SEED]

What was printed as sold is in the server's database, once; nothing is stuck; every till shows what the
server has; the audit trail verifies.
"""

import asyncio
import os
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.bootstrap import OpenHome, open_home, running_agent
from server_stub.run import prepare
from server_stub.settings import Settings
from sync_agent.enrolment_forms import Enrolment
from sync_agent.events import AgentEvent
from sync_agent.network.transport import NetworkTransport
from sync_agent.store import tables as t
from sync_agent.store.projection import stock_figures
from sync_agent.store.queue.queries import waiting_count
from sync_agent.store.replica.cursors import read_cursors
from tests.kit.agents import fetch_first_copy, is_online
from tests.kit.books import read_rows
from tests.kit.demo import LOCATION, PASSWORD, TENANT
from tests.kit.keyrings import use_no_keyring
from tests.kit.paths import ROOT
from tests.kit.processes import ServerProcess, dying_with_us
from tests.kit.waiting import until

SALES_BETWEEN = 4
LOAD_S_MAX = 0.4
TILLS = 2


class Kills:
    """One run: `seed` chooses who dies when."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.chance = random.Random(seed)
        self.sold: set[str] = set()
        self.died: Counter[str] = Counter()
        self.settings = Settings(home=folder / "server")
        place = ("--home", str(self.settings.home), "--port", ServerProcess.PORT)
        self.server = ServerProcess("app", "server", *place)
        self.tills: dict[str, asyncio.subprocess.Process] = {}
        self._told: dict[str, int] = {}
        self._readers: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return self.server.url

    # --- processes -----------------------------------------------------------------------------------

    async def _start(self, *words: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *dying_with_us("KILL"),
            sys.executable,
            "-m",
            *words,
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        )

    async def start_till(self, name: str) -> None:
        seed = str(self.chance.randrange(10**6))
        process = await self._start("tests.e2e.selling_till", str(self.folder / name), seed)
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
        assert line == "open\n", f"{name} did not open: {line!r}"
        self.tills[name] = process
        self._told[name] = 0
        reader = asyncio.create_task(self._read(name, process.stdout))
        self._readers.add(reader)

    async def _read(self, name: str, lines: asyncio.StreamReader) -> None:
        async for line in lines:
            if line.endswith(b"\n"):  # a line that the kill cut off does not count
                self.sold.add(line.split()[1].decode())
                self._told[name] += 1

    async def enroll(self, name: str) -> None:
        opened = open_home(self.folder / name)
        transport = NetworkTransport(self.url)
        try:
            wanted = Enrolment(self.url, TENANT, "alice", PASSWORD, LOCATION, name)
            opened = await opened.enroll(transport, wanted)
            await fetch_first_copy(opened, within_s=60)
        finally:
            await transport.close()
            opened.store.close()

    # --- the run -------------------------------------------------------------------------------------

    async def run(self, kills: int) -> None:
        await asyncio.to_thread(prepare, self.settings, demo_data=True)
        await self.server.start_from_loop()
        names = [f"till-{number + 1}" for number in range(TILLS)]
        try:
            for name in names:
                await self.enroll(name)
                await self.start_till(name)
            for _ in range(kills):
                await self._under_load()
                await self._kill_one(self.chance.choice(["server", *names]))
            await self._under_load()
            for name in names:
                await self._end(self.tills[name])
            await asyncio.gather(*self._readers)
            for name in names:
                await self._settle(name)
        finally:
            for process in self.tills.values():
                await self._end(process)
            self.server.kill()
        await self._audit_is_whole()

    async def _under_load(self) -> None:
        """Every till has sold some since it was last looked at, and is in the middle of the next."""
        wanted = {name: told + SALES_BETWEEN for name, told in self._told.items()}
        await until(
            lambda: all(self._told[name] >= told for name, told in wanted.items()),
            "every till has sold",
            within_s=60,
        )
        loop = asyncio.get_running_loop()
        moment = loop.time() + self.chance.uniform(0, LOAD_S_MAX)
        await until(lambda: loop.time() >= moment, "the moment has come")

    async def _kill_one(self, whom: str) -> None:
        self.died["server" if whom == "server" else "till"] += 1
        if whom == "server":
            self.server.kill()
            await self.server.start_from_loop()
        else:
            await self._end(self.tills[whom])
            await self.start_till(whom)

    @staticmethod
    async def _end(process: asyncio.subprocess.Process) -> None:
        """kill -9."""
        if process.returncode is None:
            process.kill()
        await process.wait()

    # --- what must hold ------------------------------------------------------------------------------

    async def _settle(self, name: str) -> None:
        opened = open_home(self.folder / name)
        states: list[AgentEvent] = []

        def is_done() -> bool:
            with opened.store.reading() as connection:
                cursors = {stream: one.seq for stream, one in read_cursors(connection).items()}
                waits = waiting_count(connection)
            return (
                not waits
                and is_online(states)
                and all(self._heads()[name] == seq for name, seq in cursors.items())
            )

        try:
            async with running_agent(opened, emit=states.append):
                await until(is_done, f"{name} has sent and followed everything", within_s=120)
                self._copy_is_right(opened)
        finally:
            opened.store.close()

    def _heads(self) -> dict[str, int]:
        return dict(self.books("SELECT name, head FROM stream WHERE tenant_id = ?", TENANT))

    def _copy_is_right(self, opened: OpenHome) -> None:
        levels = dict(
            self.books(
                "SELECT product_id, quantity FROM stock_level WHERE tenant_id = ? AND location_id = ?",
                TENANT,
                LOCATION,
            )
        )
        with opened.store.reading() as connection:
            own = connection.execute(select(t.stock_level.c.product_id, t.stock_level.c.quantity)).all()
            unfinished = connection.execute(
                select(t.outbox.c.id).where(t.outbox.c.finished_ms.is_(None))
            ).all()
            shown = stock_figures.on_hand_many(connection, list(levels), LOCATION)
            receipts = sorted(connection.execute(select(t.sale.c.receipt_number)).scalars())
        assert dict(tuple(row) for row in own) == levels, "the copy is the server's"
        assert unfinished or shown == levels
        numbers = [int(receipt.rpartition("-")[2]) for receipt in receipts]
        assert numbers == list(range(1, len(numbers) + 1)), "receipts are free of gaps"

    async def _audit_is_whole(self) -> None:
        verified = await self._start(
            "app", "server", "verify-audit", "--home", str(self.settings.home), "--tenant", TENANT
        )
        assert await verified.wait() == 0, "the audit trail is whole"

    def books(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        return read_rows(self.settings.home / "server.sqlite3", statement, *parameters)

    def check_books(self) -> None:
        booked = dict(self.books("SELECT id, count(*) FROM till_transaction GROUP BY id"))
        assert {sale: booked.get(sale) for sale in self.sold} == dict.fromkeys(self.sold, 1)
        moved = self.books(
            "SELECT operation_id FROM stock_movement WHERE reason = 'sale' GROUP BY 1 HAVING count(*) > 1"
        )
        assert moved == [], "each sale of one product moved it once"
        wrong = self.books(
            "SELECT l.product_id FROM stock_level l"
            " JOIN stock_movement m USING (tenant_id, location_id, product_id)"
            " GROUP BY l.tenant_id, l.location_id, l.product_id, l.quantity HAVING sum(m.delta) <> l.quantity"
        )
        assert wrong == [], "stock is the sum of the ledger"


def main() -> None:
    use_no_keyring()
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)
    print(f"{kills} kills, seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        run = Kills(Path(folder), seed)
        asyncio.run(run.run(kills))
        run.check_books()
    print(f"{len(run.sold)} sales, each in the books once; killed: {dict(run.died)}")


if __name__ == "__main__":
    main()
