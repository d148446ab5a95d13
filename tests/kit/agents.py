"""Agents of tills: one that only remembers, for a window without any, and a real one until it is online."""

from collections.abc import Sequence

from app.bootstrap import OpenHome, running_agent
from sync_agent.events import AgentEvent, ConnectionState, StateChanged
from tests.kit.waiting import WAIT_S, until


class SilentAgent:
    """Remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def try_now(self) -> None:
        self.asked.append("try_now")

    def resume(self) -> None:
        self.asked.append("resume")

    def fetch_remote_stock(self, product_id: str) -> None:
        self.asked.append(f"elsewhere {product_id}")

    def fetch_receipt(self, receipt_number: str) -> None:
        self.asked.append(f"receipt {receipt_number}")


def is_online(events: Sequence[AgentEvent]) -> bool:
    """Whether the last state that an agent emitted is online: its first copy is complete, and it follows."""
    states = [event.state for event in events if isinstance(event, StateChanged)]
    return states[-1:] == [ConnectionState.ONLINE]


async def fetch_first_copy(opened: OpenHome, *, within_s: float = WAIT_S) -> None:
    """Run the agent of an enrolled home until it is online, and end it."""
    events: list[AgentEvent] = []
    async with running_agent(opened, emit=events.append):
        await until(lambda: is_online(events), "the till has its first copy", within_s=within_s)
