"""The simulated network gives up as the real one does: nothing waits longer than the agent's settings say."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sync_agent.errors import TransientError
from tests.simulation.network import OPEN_SOCKET_S_MAX, REQUEST_S_MAX, SimLink, Weather
from tests.simulation.run import Simulation

SEED = 20


async def _hear(_name: str, _payload: Any) -> None:
    return None


def waited_s(weather: Weather, ask: Callable[[SimLink], Awaitable[object]]) -> float:
    """Virtual seconds until it was given up."""
    simulation = Simulation(SEED, keep_trace=False)

    async def wait() -> float:
        link = simulation.tills[0].new_link()
        link.turn(weather)
        began_s = simulation.loop.time()
        with pytest.raises(TransientError):
            await ask(link)
        return simulation.loop.time() - began_s

    asyncio.set_event_loop(simulation.loop)
    try:
        return simulation.loop.run_until_complete(wait())
    finally:
        simulation.clean_up()
        asyncio.set_event_loop(None)


@pytest.mark.parametrize("weather", [Weather.SILENT, Weather.DOWN_ONLY])
def test_a_socket_that_gets_no_answer_is_given_up(weather: Weather) -> None:
    assert waited_s(weather, lambda link: link.open_channel("token", _hear)) == OPEN_SOCKET_S_MAX


@pytest.mark.parametrize("weather", [Weather.SILENT, Weather.DOWN_ONLY, Weather.UP_ONLY])
def test_a_request_that_gets_no_answer_is_given_up(weather: Weather) -> None:
    assert waited_s(weather, lambda link: link.request("GET", "/livez")) == REQUEST_S_MAX
