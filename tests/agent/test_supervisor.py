"""The supervisor survives bugs in its tasks, reports them, and ends only when it is cancelled."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from sync_agent.contract import paths
from sync_agent.errors import TransientError
from sync_agent.events import Fault
from sync_agent.store.device import DeviceIdentity
from tests.kit.waiting import until
from tests.kit.world import World


async def test_a_bug_in_a_task_is_shown_and_the_task_starts_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with World(tmp_path) as world:
        [till] = world.tills
        assert till.agent is not None
        real = till.agent._pusher.push_batch
        tripped: list[int] = []

        async def trips_once(*, among: Sequence[str] | None = None) -> frozenset[str]:
            if not tripped:
                tripped.append(1)
                raise KeyError("a bug")
            return await real(among=among)

        monkeypatch.setattr(till.agent._pusher, "push_batch", trips_once)
        sale = await till.sell(till.product())
        await world.settle()
        assert any(isinstance(event, Fault) for event in till.events)
        assert world.movements_of(sale.id) == [-1]


async def test_a_stray_cancellation_does_not_stop_a_task_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """asyncio ends a task by any CancelledError, even one meant for another task."""
    async with World(tmp_path) as world:
        [till] = world.tills
        assert till.agent is not None
        real = till.agent._connection.run_session
        strayed: list[int] = []

        async def strays_once(device: DeviceIdentity) -> str:
            if not strayed:
                strayed.append(1)
                raise asyncio.CancelledError
            return await real(device)

        monkeypatch.setattr(till.agent._connection, "run_session", strays_once)
        await till.link.cut()
        till.link.restore()
        till.agent.try_now()
        await until(lambda: bool(strayed), "the connection task met the stray cancellation")
        sale = await till.sell(till.product())
        await world.settle()
        assert world.movements_of(sale.id) == [-1]


async def test_a_session_ends_although_a_task_takes_its_cancellation_for_a_lost_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Libraries do so: Python 3.11's own wait_for where both come at once."""
    async with World(tmp_path) as world:
        [till] = world.tills
        real, swallowed = till.link.request, []

        async def swallows(*asked: Any, **how: Any) -> Any:
            try:
                return await real(*asked, **how)
            except asyncio.CancelledError as error:
                swallowed.append(asked)
                raise TransientError("the answer was lost") from error

        monkeypatch.setattr(till.link, "request", swallows)
        let_go = till.link.hold(paths.DIGEST)
        before = len(till.link.requests)
        await till.link.cut()
        till.link.restore()
        await until(lambda: ("GET", paths.DIGEST) in till.link.requests[before:], "a digest is waited for")
        await till.link.cut()
        till.link.restore()
        sale = await till.sell(till.product())
        await until(lambda: till.waiting() == 0, "another session was run")
        let_go.set()
        await world.settle()
        assert swallowed
        assert world.movements_of(sale.id) == [-1]
