"""Supervises background tasks: a task that fails is logged with its traceback and restarted."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger()

_PAUSE_S = 0.5


async def supervise(
    name: str, work: Callable[[], Awaitable[None]], failed: Callable[[str], None] = lambda _name: None
) -> None:
    """Runs `work`, and restarts it when it fails, until cancelled. `failed` is called at each failure."""
    while True:
        try:
            await work()
            log.error("task.returned", task=name)
        except Exception:
            log.exception("task.failed", task=name)
        failed(name)
        await asyncio.sleep(_PAUSE_S)


async def end(task: asyncio.Task[None]) -> None:
    """Cancels a task until it has ended: a library may swallow a cancellation that races with its result."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_PAUSE_S)
