"""The server's clock and id generator. The only module of the server that asks the machine for either."""

import time
from typing import Protocol

import uuid_utils


class Clock(Protocol):
    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch, UTC."""
        ...


class Ids(Protocol):
    def new(self) -> str:
        """A unique id; later ids sort after earlier ones."""
        ...


def steady_s() -> float:
    """Seconds on a monotonic clock, for durations; no rule depends on it, so tests need not replace it."""
    return time.perf_counter()


class SystemClock:
    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000


class TimeOrderedIds:
    """UUIDv7: an index on them grows at its end."""

    def new(self) -> str:
        return str(uuid_utils.uuid7())
