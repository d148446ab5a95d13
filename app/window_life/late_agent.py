"""The agent of a window, loaded and started in worker threads once the window is shown."""

import asyncio
from collections.abc import Callable

from app.window_life.ports import RunningAgent, TillHome
from sync_agent.events import AgentEvent


class LateAgent:
    """An AgentPort that is usable before the agent runs. Until then its calls do nothing: a new agent
    connects and sends at once anyway.
    """

    def __init__(self, home: TillHome, emit: Callable[[AgentEvent], None]) -> None:
        self._home = home
        self._emit = emit
        self._running: RunningAgent | None = None
        self._starting: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the agent. Later calls do nothing."""
        if self._starting is None:
            self._starting = asyncio.get_running_loop().create_task(asyncio.to_thread(self._start))

    async def stop(self) -> None:
        """Stop the agent, and wait until it has released its claimed operations."""
        if self._starting is not None:
            await self._starting
        if self._running is not None:
            self._running.stop()

    def _start(self) -> None:
        self._running = self._home.start_agent(self._emit)

    def try_now(self) -> None:
        if self._running is not None:
            self._running.agent.try_now()

    def resume(self) -> None:
        if self._running is not None:
            self._running.agent.resume()

    def fetch_remote_stock(self, product_id: str) -> None:
        if self._running is not None:
            self._running.agent.fetch_remote_stock(product_id)

    def fetch_receipt(self, receipt_number: str) -> None:
        if self._running is not None:
            self._running.agent.fetch_receipt(receipt_number)
