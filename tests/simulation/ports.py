"""The ports of a simulated till and server: time, chance and ids from the seed, and a writer that can die."""

import asyncio
import heapq
import random
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from sync_agent.ports import Priority

T = TypeVar("T")

T0_MS = 1_780_000_000_000
"""Where the wall clocks of a simulation begin."""


class Died(BaseException):
    """The process is gone. No handler of the program sees this as something to deal with."""


class SimClock:
    """A wall clock that is off, drifts and jumps, over the loop's time, which never does."""

    def __init__(self, loop: asyncio.AbstractEventLoop, off_ms: int = 0, drift: float = 0.0) -> None:
        self._loop = loop
        self.off_ms = off_ms
        self._drift = drift

    def now_ms(self) -> int:
        return T0_MS + self.off_ms + int(self._loop.time() * (1 + self._drift) * 1000)

    def monotonic_s(self) -> float:
        return self._loop.time()


class Time(Protocol):
    """Seconds since the simulation began: a loop, or a substitute before there is one."""

    def time(self) -> float: ...


class SimIds:
    """UUIDv7 of the seed's own: in order of time, and never twice."""

    def __init__(self, loop: Time, chance: random.Random) -> None:
        self._loop = loop
        self._chance = chance

    def new(self) -> str:
        moment = T0_MS + int(self._loop.time() * 1000)
        low = self._chance.getrandbits(74)
        number = moment << 80 | 7 << 76 | (low >> 62) << 64 | 2 << 62 | low & (2**62 - 1)
        return str(uuid.UUID(int=number))


class SimRng:
    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def uniform(self, low: float, high: float) -> float:
        return self._chance.uniform(low, high)


class SimExecutor:
    """Transactions one after another, a clerk's first, each a seeded moment after it was handed over.

    `die` makes it drop what it holds, for ever. `on_death` is told when a transaction itself dies.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, chance: random.Random) -> None:
        self._loop = loop
        self._chance = chance
        self._waiting: list[tuple[int, int, Callable[[], None]]] = []
        self._counter = 0
        self.is_dead = False
        self.on_death: Callable[[], None] = lambda: None

    def submit(self, work: Callable[[], T], priority: Priority) -> "Future[T]":
        future: Future[T] = Future()
        if self.is_dead:
            return future  # nothing awaits it any more

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = work()
            except Died:
                self.on_death()
            except BaseException as error:  # noqa: BLE001 - passed to the future's awaiter
                future.set_exception(error)
            else:
                future.set_result(result)

        self._counter += 1
        heapq.heappush(self._waiting, (int(priority), self._counter, run))
        self._loop.call_later(self._chance.uniform(0, 0.004), self._run_next)
        return future

    def _run_next(self) -> None:
        if self._waiting and not self.is_dead:
            heapq.heappop(self._waiting)[2]()

    def die(self) -> None:
        self.is_dead = True
        self._waiting.clear()

    def close(self) -> None:
        while self._waiting:
            self._run_next()


def chance_of(seed: int, *whose: Any) -> random.Random:
    """A stream of chance for one part of a run: what one part draws never shifts what another does."""
    return random.Random(f"{seed}/{'/'.join(map(str, whose))}")
