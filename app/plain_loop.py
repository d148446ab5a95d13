"""Running coroutines of the network libraries from a window: in a thread with a standard asyncio loop."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def in_a_plain_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` in a thread with its own event loop: the libraries do not run on Qt's loop.

    Cancellation cancels the work and waits for its clean-up. If the work completes first, its result is
    returned.
    """
    own_loop = asyncio.new_event_loop()
    task = own_loop.create_task(work)

    def run() -> T:
        with contextlib.closing(own_loop):
            try:
                return own_loop.run_until_complete(task)
            except asyncio.CancelledError:
                raise _Cancelled from None  # a thread's future cannot transport CancelledError

    running = asyncio.ensure_future(asyncio.to_thread(run))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        with contextlib.suppress(RuntimeError):  # the loop is closed already
            own_loop.call_soon_threadsafe(task.cancel)
        try:
            return await running
        except _Cancelled:
            raise asyncio.CancelledError from None


class _Cancelled(Exception):
    """The work was cancelled."""
