"""Keeps the server's background tasks alive: what fails is logged with its traceback and begun again."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger()

_PAUSE_S = 0.5


async def supervise(
    name: str, work: Callable[[], Awaitable[None]], failed: Callable[[str], None] = lambda _name: None
) -> None:
    """Runs `work` again and again until cancelled; it returns only by failing, and `failed` hears of it."""
    while True:
        try:
            await work()
            log.error("task.returned", task=name)
        except Exception:
            log.exception("task.failed", task=name)
        failed(name)
        await asyncio.sleep(_PAUSE_S)


async def end(task: asyncio.Task[None]) -> None:
    """Cancels until it has ended: a library may swallow a cancellation that comes just as its answer does."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_PAUSE_S)
