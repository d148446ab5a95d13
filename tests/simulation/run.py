"""One simulated stretch of a shop's life, drawn from a seed: who does what, what goes wrong, what must hold.

The same seed gives the same trace. `run` raises `promises.Broken` where a promise does not hold.
"""

import asyncio
import gc
import logging
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import structlog

from server_stub.services.people import enrolment
from server_stub.services.people.caller import Caller
from sync_agent.contract.identity import EnrollRequest
from sync_agent.contract.tolerance import TOLERANT
from sync_agent.store.device import DeviceIdentity
from tests.kit.keyrings import use_no_keyring
from tests.kit.tenants import PLACES
from tests.simulation import checks
from tests.simulation.copies import Copy
from tests.simulation.loop import VirtualLoop
from tests.simulation.network import Odds, SimLink, Weather
from tests.simulation.ports import chance_of
from tests.simulation.promises import Broken
from tests.simulation.running_checks import RunningChecks
from tests.simulation.server import SimServer
from tests.simulation.shop import CANARY, OURS, THEIRS, memory_disk, templates
from tests.simulation.till import SimTill

SETTLED_WITHIN_S = 45 * 60
LOOK_EVERY_S = 5.0
DAY_S = 86_400


@dataclass
class Outcome:
    """What one run was. `trace` has a line for everything that happened; counters say how often."""

    seed: int
    trace: list[str] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)
    till_s: float = 0.0
    """Virtual seconds, summed over the tills."""
    operations: int = 0


def silence() -> None:
    """Nothing but what is printed: for runs by the hundred."""
    logging.disable(logging.CRITICAL)
    structlog.configure(processors=[_drop])


def _drop(*_: object) -> NoReturn:
    raise structlog.DropEvent


def run(seed: int, *, keep_trace: bool = True) -> Outcome:
    """Simulate one seed. Raises Broken, or whatever a bug raises."""
    simulation = Simulation(seed, keep_trace=keep_trace)
    play(simulation)
    return simulation.outcome


def play(simulation: "Simulation") -> None:
    """Play a simulation to its end, and leave nothing of it behind but its outcome."""
    use_no_keyring()
    asyncio.set_event_loop(simulation.loop)
    try:
        simulation.loop.run_until_complete(simulation.play())
    finally:
        simulation.clean_up()
        asyncio.set_event_loop(None)


class Simulation:
    def __init__(self, seed: int, *, keep_trace: bool = True) -> None:
        self.outcome = Outcome(seed)
        self.seed = seed
        self._keep_trace = keep_trace
        self._chance = chance_of(seed, "plan")
        self.loop = VirtualLoop(chance_of(seed, "threads"))
        self.loop.set_exception_handler(self._on_stray)
        self._folder = Path(tempfile.mkdtemp(prefix=f"evertill-sim-{seed}-", dir=memory_disk()))
        self._running_checks = RunningChecks()
        self._poison: set[str] = set()
        self._restored = False
        self._outages: list[tuple[float, float]] = []
        self._server_began_to_be_away_s = 0.0
        self._odds = Odds()
        self._strays: list[str] = []
        self._copy: Copy | None = None
        self.tills: list[SimTill] = []
        self._open_shops()

    def trace(self, *what: object) -> None:
        if self._keep_trace:
            self.outcome.trace.append(f"{self.loop.time():.3f} " + " ".join(map(str, what)))

    def _on_stray(self, _loop: object, context: dict[str, Any]) -> None:
        if "destroyed" in context.get("message", "") and self._somebody_died():
            return  # it waited for a process that has ended
        self._strays.append(f"{context.get('message')}: {context.get('exception')!r}")

    def _somebody_died(self) -> bool:
        return self.server.deaths > 0 or any(till.deaths for till in self.tills)

    # --- the play ------------------------------------------------------------------------------------

    async def play(self) -> None:
        minutes = (
            self._chance.uniform(1.5, 4) if self._chance.random() < 0.85 else self._chance.uniform(4, 20)
        )
        faults = self._chance.sample(_FAULTS, k=self._chance.randint(1, min(6, len(_FAULTS))))
        self._draw_odds()
        self.trace("plan", f"{minutes:.1f} min", *(fault.__name__ for fault in faults))
        for till in self.tills:
            till.start()
        await asyncio.sleep(self._chance.uniform(0, 20))
        troubles = [self.loop.create_task(self._trouble(fault)) for fault in faults]
        troubles += self._troubles_with_credentials()
        ends_s = self.loop.time() + minutes * 60
        while self.loop.time() < ends_s:
            await asyncio.sleep(LOOK_EVERY_S)
            self._look()
        for trouble in troubles:
            trouble.cancel()
        await asyncio.gather(*troubles, return_exceptions=True)
        await self._heal()
        await self._settle()
        self._look()
        checks.everything(
            self.server, self.tills, restored=self._restored, outages=self._outages, poison=self._poison
        )
        if self._copy is not None:
            await self._copy.shows(self.server)
            self.outcome.happened["a copy showed"] += 1
        self.outcome.till_s = self.loop.time() * len(self.tills)
        self.outcome.operations = sum(len(till.sold) for till in self.tills)
        for till in self.tills:
            till.close()

    def _open_shops(self) -> None:
        shutil.copy(templates() / "server.sqlite3", self._folder / "server.sqlite3")
        self.server = SimServer(
            self.loop,
            self._folder / "server.sqlite3",
            chance_of(self.seed, "server"),
            self.trace,
        )
        self.server.on_commit.append(self._running_checks.on_commit)
        self.server.fails_on = lambda items: any(item.get("id") in self._poison for item in items)
        ours = self._chance.randint(2, 3)
        two_places = self._chance.random() < 0.3
        for number in range(ours):
            place = PLACES[number % 2] if two_places else PLACES[0]
            self._enrol(OURS, place, f"till-{number + 1}")
        self._enrol(THEIRS, PLACES[0], "till-of-the-others")

    def _enrol(self, tenant_id: str, place: str, name: str) -> None:
        assert self.server.database is not None
        mia = Caller(tenant_id, "manager", PLACES, user_id=f"{tenant_id}-mia")
        request = EnrollRequest(name=name, location_id=place)
        answer = self.server.database.transact(tenant_id, lambda unit: enrolment.enroll(unit, mia, request))
        caller = Caller(
            tenant_id,
            "device",
            (place,),
            device_id=answer.device_id,
            features=frozenset([TOLERANT]),
        )
        identity = DeviceIdentity(
            device_id=answer.device_id,
            name=name,
            tenant_id=tenant_id,
            tenant_name="Shop",
            currency="GBP",
            location_id=place,
            location_name=place,
            time_zone="Europe/London",
            receipt_series=answer.receipt_series,
            server_url="simulated",
            clock_offset_ms=0,
        )
        forbidden = CANARY.encode() if tenant_id == OURS else b"shop-a-"

        def link() -> SimLink:
            made = SimLink(
                self.loop,
                self.server,
                chance_of(self.seed, name, "link", self.loop.time()),
                self.outcome.happened,
                forbidden,
            )
            made.odds = self._odds
            return made

        off_ms = self._chance.choice([0, 0, 300, -900, 45_000, -200_000])
        till = SimTill(
            self.loop,
            self.seed,
            self._folder / name,
            identity,
            answer.device_token,
            caller,
            link,
            self.outcome.happened,
            self.trace,
            off_ms,
        )
        till.on_commit = self._running_checks.on_till_commit
        self.tills.append(till)

    def _draw_odds(self) -> None:
        if self._chance.random() < 0.5:
            self._odds.lose = self._chance.uniform(0, 0.15)
        if self._chance.random() < 0.5:
            self._odds.double = self._chance.uniform(0, 0.2)
        if self._chance.random() < 0.5:
            self._odds.late = self._chance.uniform(0, 0.2)

    def _look(self) -> None:
        if self._running_checks.problems:
            raise Broken("; ".join(self._running_checks.problems[:3]))
        if self._strays:
            raise Broken("nobody caught: " + "; ".join(self._strays[:3]))

    # --- trouble -------------------------------------------------------------------------------------

    async def _trouble(self, fault: "Fault") -> None:
        chance = chance_of(self.seed, "trouble", fault.__name__)
        while True:
            await asyncio.sleep(chance.uniform(5, 60))
            self.trace("trouble", fault.__name__)
            await fault(self, chance)

    def _troubles_with_credentials(self) -> "list[asyncio.Task[None]]":
        """Drawn apart from the other troubles, so that these stay what they are for a seed."""
        chance = chance_of(self.seed, "credentials")
        found = []
        if chance.random() < 0.5:
            found.append(self.loop.create_task(self._trouble(Simulation.till_dies_exchanging)))
        if chance.random() < 0.3:
            found.append(self.loop.create_task(self._copy_secrets(chance)))
        return found

    async def _copy_secrets(self, chance: random.Random) -> None:
        """A thief copies a till's secrets at some moment, and waits."""
        await asyncio.sleep(chance.uniform(0, 100))
        till = self._someone(chance)
        self.trace("copied", till.name)
        self._copy = Copy(till, till.copy_secrets(self._folder / "copy"), thief_first=chance.random() < 0.5)

    async def _heal(self) -> None:
        """Every fault is over. Clocks that people set wrong stay so, and maybe a bug of the server."""
        self.trace("healed")
        self._odds.lose = self._odds.double = self._odds.late = 0.0
        if self._chance.random() < 0.5:
            self._poison.clear()  # or the server's bug is not fixed: the other operations go on
        self.trace("nobody mended", *sorted(self._poison))
        self._server_up()
        for till in self.tills:
            till.start(clerk=False)
            till.send_the_clerk_home()
            till.stay_alive()
            till.link.turn(Weather.FINE)
            till.fill_the_disk(full=False)
        self.server._dies_in = None

    async def _settle(self) -> None:
        ends_s = self.loop.time() + SETTLED_WITHIN_S
        while not await self._is_quiet():
            if self.loop.time() > ends_s:
                return  # the checks say what is missing
            await asyncio.sleep(LOOK_EVERY_S)

    async def _is_quiet(self) -> bool:
        """Twice the same picture, half a minute apart, with nothing on its way."""
        if any(self._busy(till) for till in self.tills):
            return False
        before = self._picture()
        await asyncio.sleep(75)
        return before == self._picture() and not any(self._busy(till) for till in self.tills)

    def _busy(self, till: SimTill) -> bool:
        return any(
            row.status in {"pending", "processing"}
            for row in till.unfinished()
            if not checks.waits_for_the_server(row, till.unfinished(), self._poison)
        )

    def _picture(self) -> list[Any]:
        return [
            (till.name, till.agent.state, sorted((row.id, row.status) for row in till.unfinished()))
            for till in self.tills
        ]

    def _server_up(self) -> None:
        if not self.server.is_up:
            self._outages.append((self._server_began_to_be_away_s, self.loop.time()))
            self.server.start()

    def _server_down(self) -> None:
        if self.server.is_up:
            self.server.die()
        self._server_began_to_be_away_s = self.loop.time()

    def clean_up(self) -> None:
        self._keep_trace = False  # the order in which tasks are finalised is not defined
        for till in self.tills:
            till.close()
        if self.server.database is not None:
            self.server.database.close()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.set_exception_handler(lambda *_: None)
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        gc.collect()

    # --- the faults ----------------------------------------------------------------------------------

    def _someone(self, chance: random.Random) -> SimTill:
        return chance.choice(self.tills)

    async def link_weather(self, chance: random.Random) -> None:
        till = self._someone(chance)
        weather = chance.choice([one for one in Weather if one is not Weather.FINE])
        if not till.is_up:
            return
        self.outcome.happened[f"weather: {weather}"] += 1
        till.link.turn(weather)
        await asyncio.sleep(chance.uniform(2, 200))
        till.link.turn(Weather.FINE)

    async def server_outage(self, chance: random.Random) -> None:
        self.outcome.happened["the server died"] += 1
        self._server_down()
        await asyncio.sleep(chance.choice([chance.uniform(0, 3), chance.uniform(10, 240)]))
        self._server_up()

    async def server_dies_at_a_commit(self, chance: random.Random) -> None:
        when = chance.choice(["before", "after"])
        deaths = self.server.deaths
        self.server.die_at_commit(when, chance.randint(1, 6))
        await asyncio.sleep(chance.uniform(5, 120))
        if self.server.deaths > deaths:
            self.outcome.happened[f"the server died {when} a commit"] += 1
            self._server_began_to_be_away_s = self.loop.time()
        self.server._dies_in = None
        self._server_up()

    async def till_dies(self, chance: random.Random) -> None:
        till = self._someone(chance)
        self.outcome.happened["a till died"] += 1
        till.die()
        await asyncio.sleep(chance.uniform(0, 60))
        till.start()

    async def till_dies_at_a_commit(self, chance: random.Random) -> None:
        till = self._someone(chance)
        till.die_at_commit(chance.choice(["before", "after"]), chance.randint(1, 20))
        await asyncio.sleep(chance.uniform(5, 60))
        till.start()

    async def till_dies_exchanging(self, chance: random.Random) -> None:
        till = self._someone(chance)
        if not till.is_up:
            return
        till.die_exchanging(chance.choice(["before", "after"]))
        till.agent.resume()
        await asyncio.sleep(chance.uniform(20, 90))
        till.start()

    async def disk_full(self, chance: random.Random) -> None:
        till = self._someone(chance)
        if not till.is_up:
            return
        till.fill_the_disk(full=True)
        await asyncio.sleep(chance.uniform(20, 120))
        if till.is_up:
            till.fill_the_disk(full=False)

    async def clock_jumps(self, chance: random.Random) -> None:
        till = self._someone(chance)
        till.clock.off_ms += chance.choice([-3_600_000, -30_000, 2_500, 30_000, 7_200_000])
        self.outcome.happened["a clock jumped"] += 1

    async def machine_sleeps(self, chance: random.Random) -> None:
        """The wall clock is ahead when it wakes; the monotonic one has not moved."""
        till = self._someone(chance)
        till.clock.off_ms += chance.randint(10_000, 900_000)
        self.outcome.happened["a machine slept"] += 1

    async def tokens_expire(self, chance: random.Random) -> None:
        self.server.expire_tokens()
        self.outcome.happened["tokens expired"] += 1

    async def sessions_end(self, chance: random.Random) -> None:
        self.server.end_sessions()
        self.outcome.happened["sessions were ended"] += 1

    async def uploads_fail(self, chance: random.Random) -> None:
        """The server has a bug that one operation triggers, until it is fixed."""
        till = self._someone(chance)
        if not till.is_up:
            return
        waiting = [row.id for row in till.unfinished() if row.status == "pending"]
        self._poison.update(waiting[:1])
        if waiting:
            self.outcome.happened["a poisonous operation"] += 1
        await asyncio.sleep(chance.uniform(20, 400))
        self._poison.clear()

    async def pruning(self, chance: random.Random) -> None:
        if self.server.is_up:
            pruned = await self.server.prune(OURS, chance.choice([0, 30_000, 120_000]))
            self.outcome.happened["changes were pruned"] += bool(pruned)

    def _is_serving(self) -> bool:
        return self.server.is_up

    async def backup_restored(self, chance: random.Random) -> None:
        if not self.server.is_up:
            return
        copy = self._folder / f"backup-{self.loop.time():.0f}.sqlite3"
        self.server.copy(copy)
        await asyncio.sleep(chance.uniform(5, 200))
        self._server_down()
        await asyncio.sleep(chance.uniform(0, 30))
        if self._is_serving():
            return  # another fault has restarted it already
        self.server.restore(copy)
        self._running_checks.server_was_restored()
        self._restored = True
        self._server_up()
        self.outcome.happened["a backup was restored"] += 1
        if chance.random() < 0.6:
            for tenant_id in (OURS, THEIRS):
                await self.server.new_epoch(tenant_id)


Fault = Callable[[Simulation, random.Random], Awaitable[None]]
_FAULTS: list[Any] = [
    Simulation.link_weather,
    Simulation.server_outage,
    Simulation.server_dies_at_a_commit,
    Simulation.till_dies,
    Simulation.till_dies_at_a_commit,
    Simulation.disk_full,
    Simulation.clock_jumps,
    Simulation.machine_sleeps,
    Simulation.tokens_expire,
    Simulation.sessions_end,
    Simulation.uploads_fail,
    Simulation.pruning,
    Simulation.backup_restored,
]
