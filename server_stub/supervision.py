"""Keeps the server's background tasks alive: what fails is logged with its traceback and begun again."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger()

_PAUSE_S = 0.5


async def supervise(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Runs `work` again and again until cancelled; it returns only by failing."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("task.failed", task=name)
            await asyncio.sleep(_PAUSE_S)
