"""The ports for time, randomness, ids, the writer and the network, and their real adapters.

Nothing else in the till asks the machine for the time, a random number or an id; the virtual adapters that
let a test move a clock or replay a seed live in tests/.
"""

import queue
import random
import threading
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from enum import IntEnum
from typing import Any, Protocol, TypeVar

import uuid_utils

T = TypeVar("T")


class Clock(Protocol):
    def now_ms(self) -> int:
        """The till's own wall clock, uncorrected, in milliseconds since the epoch, UTC."""

    def monotonic_s(self) -> float:
        """A monotonic clock, in seconds."""


class Ids(Protocol):
    def new(self) -> str:
        """A fresh UUIDv7 in its canonical text form."""


class Rng(Protocol):
    def uniform(self, low: float, high: float) -> float: ...


class Priority(IntEnum):
    """Which of two waiting transactions runs first: the lower number."""

    CLERK = 0
    AGENT = 1


class Executor(Protocol):
    """Runs transactions in sequence, a clerk's before the agent's."""

    def submit(self, work: Callable[[], T], priority: Priority) -> "Future[T]": ...

    def close(self) -> None: ...


class Channel(Protocol):
    """One live socket to the server, from opening to close."""

    async def call(self, event: str, payload: object, *, timeout_s: float) -> Any:
        """Send an event and wait for its acknowledgement's `data`. Raises SyncError."""

    async def closed(self) -> str:
        """Wait until the socket is closed. Returns the reason as text."""

    async def close(self) -> None: ...


EventHandler = Callable[[str, Any], Awaitable[None]]


class Transport(Protocol):
    """The connection to the server. Raises only the SyncErrors of `sync_agent.errors`."""

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: Mapping[str, str] | None = None,
        token: str | None = None,
        request_id: str | None = None,
    ) -> Any:
        """One HTTP exchange. Returns the envelope's `data`. The server logs `request_id`, too."""

    async def open_channel(self, token: str, on_event: EventHandler) -> Channel:
        """Connect the live socket; `on_event` is awaited for each event, in order of arrival."""

    async def close(self) -> None: ...


class SystemClock:
    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic_s(self) -> float:
        return time.monotonic()


class Uuid7Ids:
    def new(self) -> str:
        return str(uuid.UUID(int=uuid_utils.uuid7().int))


class SystemRng:
    def uniform(self, low: float, high: float) -> float:
        return random.uniform(low, high)


class WriterThread:
    """The real Executor: one thread that owns the write connection, fed through a priority queue."""

    def __init__(self, name: str = "evertill-writer") -> None:
        self._queue: queue.PriorityQueue[tuple[int, int, Callable[[], None] | None]] = queue.PriorityQueue()
        self._counter = 0
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[], T], priority: Priority) -> "Future[T]":
        future: Future[T] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = work()
            except BaseException as error:  # noqa: BLE001 - passed to the awaiter of the future
                future.set_exception(error)
            else:
                future.set_result(result)

        with self._lock:
            if self._closed:
                raise RuntimeError("the writer is closed")
            self._counter += 1
            self._queue.put((priority, self._counter, run))
        return future

    def close(self) -> None:
        """Finish what was submitted, then end the thread."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._counter += 1
            self._queue.put((max(Priority) + 1, self._counter, None))
        self._thread.join()

    def _run(self) -> None:
        while True:
            _, _, run = self._queue.get()
            if run is None:
                return
            run()
