"""Tills and a server that are killed with -9 at random moments under load, and what must hold afterwards.

    python -m tests.e2e.kills [KILLS] [SEED]

What a till called done stands in the server's books, once, with its movements; nothing is stuck; every till
shows what the server has; the audit trail is whole. A seed chooses who dies after how much work.
"""

import asyncio
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keyring
from keyring.backends import fail

from app.bootstrap import open_home
from server_stub.run import prepare
from server_stub.settings import Settings
from sync_agent.events import ConnectionState
from tests.e2e.books import ServerBooks, TillBooks
from tests.services import dying_with_us
from tests.world import LOCATION, TENANT, WorldTill, until

ROOT = Path(__file__).parents[2]
SERVER = "server"
TILLS = ("till-1", "till-2")
SALES_BETWEEN = 5
LOAD_S_MAX = 0.5
TALKING = 0.7
"""How often a victim dies only once it is known to be in exchange: else it may as well have been alone."""


def _say_nothing(_words: str) -> None:
    return None


@dataclass
class SellingTill:
    """A till's process, and what it has said."""

    process: asyncio.subprocess.Process
    reader: "asyncio.Task[None]"


@dataclass(frozen=True)
class Round:
    """Who dies together, and when: after this much load, and perhaps not before they were in exchange."""

    victims: tuple[str, ...]
    load_s: float
    talking: bool
    seeds: tuple[int, ...]

    @classmethod
    def drawn(cls, chance: random.Random, victims_max: int) -> "Round":
        count = min(chance.choice([1, 2, 2, 3]), victims_max)
        return cls(
            tuple(chance.sample([SERVER, *TILLS], count)),
            chance.uniform(0, LOAD_S_MAX),
            chance.random() < TALKING,
            tuple(chance.randrange(10**6) for _ in range(count)),
        )


class Kills:
    """One run. `tell` hears of each round."""

    def __init__(self, folder: Path, seed: int, tell: Callable[[str], None] = _say_nothing) -> None:
        self.folder = folder
        self.chance = random.Random(seed)
        self.tell = tell
        self.died: Counter[str] = Counter()
        self.said: dict[str, list[str]] = {name: [] for name in TILLS}
        """The sales that each till has called done."""
        self.decided = 0
        self.settings = Settings(home=folder / SERVER)
        self.books = ServerBooks(self.settings.home / "server.sqlite3")
        self._port = 0
        self._server: asyncio.subprocess.Process
        self._tills: dict[str, SellingTill] = {}

    @property
    def sold(self) -> int:
        return sum(len(sales) for sales in self.said.values())

    def till_books(self, name: str) -> TillBooks:
        return TillBooks(self.folder / name / "till.sqlite")

    async def run(self, kills: int) -> None:
        await asyncio.to_thread(prepare, self.settings, demo_data=True)
        await self._start_server()
        try:
            for name in TILLS:  # one after another: the first has the receipts of T1
                await self._enroll(name)
            await asyncio.gather(*(self._start_till(name, self.chance.randrange(10**6)) for name in TILLS))
            while self.died.total() < kills:
                await self._round(Round.drawn(self.chance, kills - self.died.total()))
                self.tell(f"{self.died.total()} of {kills} killed, {self.sold} sales")
            await self._under_load(Round((), 0, talking=True, seeds=()))
            for name in TILLS:
                await self._end_till(name)
            await self._settle()
        finally:
            for till in self._tills.values():
                await _end(till.process)
            await _end(self._server)
        self._everything_is_in_the_books()
        await self._audit_is_whole()
        self._nobody_had_a_fault()

    async def _round(self, what: Round) -> None:
        await self._under_load(what)
        for name in what.victims:
            self.died["server" if name == SERVER else "till"] += 1
            # Those that die together die in one moment: nothing is awaited between the signals.
            (self._server if name == SERVER else self._tills[name].process).kill()
        for name in what.victims:
            await (_end(self._server) if name == SERVER else self._end_till(name))
        self.books.check()
        for name in TILLS:
            self.till_books(name).check(list(self.said[name]))
        await asyncio.gather(
            *(
                self._start_server() if name == SERVER else self._start_till(name, seed)
                for name, seed in zip(what.victims, what.seeds, strict=True)
            )
        )

    async def _under_load(self, what: Round) -> None:
        """Every till has sold some since the last kill, and the victims are in the middle of another."""
        wanted = {name: len(sales) + SALES_BETWEEN for name, sales in self.said.items()}
        await until(
            lambda: all(len(self.said[name]) >= sales for name, sales in wanted.items()),
            "every till has sold",
            within_s=60,
        )
        if what.talking:
            before = self.books.arrived()
            in_exchange = {f"T{TILLS.index(name) + 1}" for name in what.victims if name != SERVER}
            await until(lambda: self._has_grown(before, in_exchange), "sales are arriving", within_s=90)
        loop = asyncio.get_running_loop()
        moment = loop.time() + what.load_s
        await until(lambda: loop.time() >= moment, "the moment has come")

    def _has_grown(self, before: Counter[str], series: set[str]) -> bool:
        """Whether sales have come since from all these tills, or from any where none is named."""
        new = self.books.arrived() - before
        return bool(new) and series <= set(new)

    # --- processes -----------------------------------------------------------------------------------

    async def _start(self, name: str, *words: str) -> asyncio.subprocess.Process:
        with self._log(name).open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *dying_with_us("KILL"),
                sys.executable,
                "-m",
                *words,
                cwd=ROOT,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
            )

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    async def _start_server(self) -> None:
        place = ("--home", str(self.settings.home), "--port", str(self._port))
        self._server = await self._start(SERVER, "app", "server", *place)
        line = await _first_line(self._server)
        assert "listening on" in line, f"the server said {line!r}\n{self._log(SERVER).read_text()[-2000:]}"
        self._port = int(line.strip().rpartition(":")[2])

    async def _start_till(self, name: str, seed: int) -> None:
        process = await self._start(name, "tests.e2e.selling_till", str(self.folder / name), str(seed))
        line = await _first_line(process)
        assert line == "open\n", f"{name} said {line!r}\n{self._log(name).read_text()[-2000:]}"
        self._tills[name] = SellingTill(process, asyncio.create_task(self._listen(name, process)))

    async def _listen(self, name: str, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            if line.endswith(b"\n"):  # one that was cut off by the kill was not said
                self.said[name].append(line.split()[1].decode())

    async def _end_till(self, name: str) -> None:
        """Dead, and everything that it said has been heard."""
        await _end(self._tills[name].process)
        await self._tills[name].reader

    async def _enroll(self, name: str) -> None:
        till = WorldTill(self.folder / name, f"http://127.0.0.1:{self._port}", name)
        await till.enroll()
        till.start()
        await until(lambda: till.state is ConnectionState.ONLINE, f"{name} has its first copy", within_s=60)
        await till.close()

    # --- what must hold at the end -------------------------------------------------------------------

    async def _settle(self) -> None:
        """With faults gone, both tills come to rest, and show what the server has."""
        tills = [WorldTill(self.folder / name, f"http://127.0.0.1:{self._port}", name) for name in TILLS]
        for till in tills:
            till.opened = open_home(till.path)
            till.till = till.opened.till()
            till.start()
        try:
            await until(lambda: all(self._is_at_rest(till) for till in tills), "the tills rest", within_s=120)
            for till in tills:
                self._shows_what_the_server_has(till)
        finally:
            for till in tills:
                await till.close()

    def _is_at_rest(self, till: WorldTill) -> bool:
        heads = self.books.heads()
        return (
            till.state is ConnectionState.ONLINE
            and till.waiting() == 0
            and all(seq == heads[stream] for stream, seq in till.cursors().items())
        )

    def _shows_what_the_server_has(self, till: WorldTill) -> None:
        levels = self.books.levels(TENANT, LOCATION)
        assert till.levels() == levels, f"{till.name}: the copy is the server's"
        undecided = self._touched_by_what_stands(till.name)
        settled = [product for product in levels if product not in undecided]
        assert till.projected(settled) == {product: levels[product] for product in settled}, till.name
        standing = self.till_books(till.name).standing()
        assert set(standing) <= {"conflict", "blocked"}, f"{till.name} waits for people alone: {standing}"
        assert "blocked" not in standing or "conflict" in standing, f"{till.name}: blocked by nothing"

    def _touched_by_what_stands(self, name: str) -> set[str]:
        rows = self.till_books(name).rows(
            "SELECT product_id FROM overlay JOIN outbox ON id = operation_id WHERE finished_ms IS NULL"
        )
        return {str(product) for (product,) in rows}

    def _everything_is_in_the_books(self) -> None:
        self.books.check()
        made: dict[str, str] = {}
        moved: Counter[tuple[str, str, int]] = Counter()
        for name in TILLS:
            books = self.till_books(name)
            books.check(self.said[name])
            made |= books.sales()
            moved += books.sold_lines()
        assert self.books.sales() == made, "the server has the sales of the tills, all of them and no other"
        assert self.books.moved_by_sales() == moved, "and each has moved what was sold, once"
        self.decided = len(self.books.rows("SELECT id FROM conflict WHERE status = 'resolved'"))

    async def _audit_is_whole(self) -> None:
        place = ("--home", str(self.settings.home), "--tenant", TENANT)
        verifying = await self._start("audit", "app", "server", "verify-audit", *place)
        assert await verifying.wait() == 0, self._log("audit").read_text()

    def _nobody_had_a_fault(self) -> None:
        for name in (SERVER, *TILLS):
            log = self._log(name).read_text()
            assert "Traceback" not in log, f"{name} had a fault:\n{log[-4000:]}"


async def _first_line(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    return (await process.stdout.readline()).decode()


async def _end(process: asyncio.subprocess.Process) -> None:
    """kill -9."""
    if process.returncode is None:
        process.kill()
    await process.wait()


def main() -> None:
    keyring.set_keyring(fail.Keyring())
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)
    folder = Path(tempfile.mkdtemp(prefix="evertill-kills-"))
    print(f"{kills} kills, seed {seed}", flush=True)
    run = Kills(folder, seed, lambda words: print(f"  {words}", flush=True))
    try:
        asyncio.run(run.run(kills))
    except BaseException:
        print(f"Failed; the homes are kept in {folder}. Again with: python -m tests.e2e.kills {kills} {seed}")
        raise
    shutil.rmtree(folder)
    died = f"tills {run.died['till']} times, the server {run.died['server']} times"
    print(f"Killed {died}: {run.sold} sales, each in the books once; {run.decided} conflicts decided.")


if __name__ == "__main__":
    main()
