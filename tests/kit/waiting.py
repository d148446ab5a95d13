"""How tests wait: for a condition, as long as a busy machine needs, and with words where it never comes."""

import asyncio
from collections.abc import Callable

WAIT_S = 90.0
"""Longer than a busy machine needs for anything that is waited for, also a process that starts or ends. No
test passes sooner or later for it: it is how long one that fails takes.
"""


async def until(condition: Callable[[], object], what: str, *, within_s: float = WAIT_S) -> None:
    """Wait for a condition, yielding to the loop; fail in words where it does not come about."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_s
    while not condition():
        if loop.time() > deadline:
            raise AssertionError(f"waited {within_s} s in vain until {what}")
        await asyncio.sleep(0.01)
