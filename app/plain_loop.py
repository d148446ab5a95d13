"""Coroutines of the agent's libraries, run from a window: in a thread with a plain asyncio loop."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def in_a_plain_loop(work: Coroutine[Any, Any, T]) -> T:
    """Do `work` in a thread with a loop of its own: Qt's loop is for the window.

    Whoever is cancelled here cancels the work, and waits until it has put down what it held. Where that comes
    too late, the work is done and its result is returned.
    """
    own_loop = asyncio.new_event_loop()
    task = own_loop.create_task(work)

    def run() -> T:
        with contextlib.closing(own_loop):
            try:
                return own_loop.run_until_complete(task)
            except asyncio.CancelledError:
                raise _Cancelled from None  # Qt's executor carries no cancellation

    running = asyncio.ensure_future(asyncio.to_thread(run))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        with contextlib.suppress(RuntimeError):  # it has ended
            own_loop.call_soon_threadsafe(task.cancel)
        try:
            return await running
        except _Cancelled:
            raise asyncio.CancelledError from None


class _Cancelled(Exception):
    """What was asked for was cancelled."""
