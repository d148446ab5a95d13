"""An asyncio loop whose time is virtual: it never waits, and what a seed does once it does again.

Timers are due when nothing else is left to do; then the clock jumps to the next one. Work for threads runs
in the loop itself, a seeded moment later, in the order that it was handed over; while it runs no loop is
running, as in a thread.
"""

import asyncio
import asyncio.base_events
import itertools
import random
from collections.abc import Callable
from typing import Any, TypeVar, TypeVarTuple, Unpack

T = TypeVar("T")
Given = TypeVarTuple("Given")


class NothingLeftToDo(AssertionError):
    """A deadlock: every task waits for another, and no timer will wake one."""


class _NumberedTask(asyncio.Task[Any]):
    """Sets of tasks (a task group's, `asyncio.wait`'s) are walked in the order of hashes, and a task's own
    hash is its address: other in each process.
    """

    def __init__(self, coroutine: Any, *, loop: "VirtualLoop", **how: Any) -> None:
        self._number = next(loop.task_numbers)
        super().__init__(coroutine, loop=loop, **how)

    def __hash__(self) -> int:
        return self._number


class VirtualLoop(asyncio.base_events.BaseEventLoop):
    """`random` is the seed's own; `thread_ms_max` is how long work for a thread may take to begin."""

    def __init__(self, chance: random.Random, thread_ms_max: float = 5.0) -> None:
        super().__init__()
        self._chance = chance
        self._thread_ms_max = thread_ms_max
        self._virtual_s = 0.0
        # By the executors themselves and not by their id: the address of one that is gone may be given again.
        self._thread_free_s: dict[object, float] = {}
        self._killed: set[object] = set()
        self._selector = self
        self.task_numbers = itertools.count()
        self.set_task_factory(lambda loop, coroutine, **how: _NumberedTask(coroutine, loop=loop, **how))

    def time(self) -> float:
        return self._virtual_s

    def select(self, timeout: float | None) -> list[Any]:
        """What a selector would do: here, let time pass."""
        if timeout is None:
            raise NothingLeftToDo("nothing is ready, and no timer is set")
        self._virtual_s += max(0.0, timeout)
        return []

    def _process_events(self, _events: list[Any]) -> None:
        return None

    def _write_to_self(self) -> None:
        return None

    def run_in_executor(
        self, executor: object, work: Callable[[Unpack[Given]], T], *arguments: *Given
    ) -> "asyncio.Future[T]":
        future: asyncio.Future[T] = self.create_future()
        begins_s = self._virtual_s + self._chance.uniform(0, self._thread_ms_max) / 1000
        begins_s = max(begins_s, self._thread_free_s.get(executor, 0.0))
        self._thread_free_s[executor] = begins_s
        self.call_at(begins_s, self._run_as_a_thread, executor, future, work, arguments)
        return future

    def kill_threads_of(self, *executors: object) -> None:
        """What these were handed and have not begun is never done: their process has died."""
        self._killed.update(executors)

    def _run_as_a_thread(
        self, executor: object, future: "asyncio.Future[Any]", work: Callable[..., Any], arguments: Any
    ) -> None:
        if future.cancelled() or executor in self._killed:
            return
        asyncio._set_running_loop(None)
        try:
            result = work(*arguments)
        except BaseException as error:  # noqa: BLE001 - passed to the future's awaiter
            asyncio._set_running_loop(self)
            future.set_exception(error)
        else:
            asyncio._set_running_loop(self)
            future.set_result(result)
