"""Virtual adapters of the ports: a clock that a test moves, ids in order, chance without chance."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from sync_agent.ports import Priority, SystemClock

T = TypeVar("T")


class ManualClock:
    """A clock that moves only when it is set or advanced."""

    def __init__(self, now_ms: int = 1_750_000_000_000) -> None:
        self.wall_ms = now_ms
        self.steady_s = 0.0

    def now_ms(self) -> int:
        return self.wall_ms

    def monotonic_s(self) -> float:
        return self.steady_s

    def advance(self, seconds: float) -> None:
        self.wall_ms += round(seconds * 1000)
        self.steady_s += seconds


class KeyboardClock(SystemClock):
    """The machine's wall time, beside a monotonic time that only the test moves: what keys are timed by.

    It begins far from any time that Qt stamps on a key, so that the two never seem close to each other.
    """

    def __init__(self) -> None:
        self.steady_s = 1e9

    def monotonic_s(self) -> float:
        return self.steady_s

    def advance(self, seconds: float) -> None:
        self.steady_s += seconds


class CountingIds:
    """id-000001, id-000002 … so that a failing test reads well."""

    def __init__(self, prefix: str = "id") -> None:
        self._prefix = prefix
        self._count = 0

    def new(self) -> str:
        self._count += 1
        return f"{self._prefix}-{self._count:06d}"


class FixedRng:
    """Always this far between low and high."""

    def __init__(self, fraction: float = 1.0) -> None:
        self.fraction = fraction

    def uniform(self, low: float, high: float) -> float:
        return low + (high - low) * self.fraction


class InlineExecutor:
    """Runs each transaction at once, in the caller's thread: what a simulation replays exactly."""

    def submit(self, work: Callable[[], T], priority: Priority) -> "Future[T]":
        future: Future[T] = Future()
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - passed to the future's awaiter
            future.set_exception(error)
        return future

    def close(self) -> None:
        return None
