"""The server's time and the ids it mints. The only module of the server that asks the machine for either."""

import time
from typing import Protocol

import uuid_utils


class Clock(Protocol):
    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch, UTC."""
        ...


class Ids(Protocol):
    def new(self) -> str:
        """An id that no one has minted before; later ones sort after earlier ones."""
        ...


def steady_s() -> float:
    """Seconds on a clock that never jumps, for durations alone; no rule hangs on it, so no test moves it."""
    return time.perf_counter()


class SystemClock:
    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000


class TimeOrderedIds:
    """UUIDv7, so that an index on them grows at its end."""

    def new(self) -> str:
        return str(uuid_utils.uuid7())
