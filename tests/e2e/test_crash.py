"""A till that dies at any step of a sale or a push: nothing is lost, doubled or half-written."""

import asyncio
import json
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.bootstrap import open_home
from app.services.selling.transaction import CompletedSale
from sync_agent.errors import HomeInUse
from sync_agent.store import tables as t
from tests.e2e.dying_till import DIED
from tests.kit.paths import ROOT
from tests.kit.tills import WorldTill
from tests.kit.waiting import until
from tests.kit.world import World

pytestmark = pytest.mark.slow

STEPS_MAX = 200


class DyingTills:
    """Tills that die at a step, one after another: `python -m tests.e2e.dying_till`."""

    async def __aenter__(self) -> "DyingTills":
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.e2e.dying_till",
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._process.kill()
        await self._process.wait()

    async def run(self, home: Path, work: str, steps: int) -> tuple[int, str]:
        """Exit code and output."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([str(home), work, steps]).encode() + b"\n")
        code, out = json.loads(await self._process.stdout.readline())
        assert code in {0, DIED}, out
        return code, out


def books(home: Path) -> dict[str, int]:
    """The row counts of the till's database after the crash."""
    opened = open_home(home)
    try:
        with opened.store.reading() as connection:
            counts = {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (t.sale, t.sale_line, t.payment, t.outbox, t.overlay)
            }
            counts["next_receipt"] = connection.execute(select(t.device.c.next_receipt)).scalar_one()
            counts["next_device_seq"] = connection.execute(select(t.device.c.next_device_seq)).scalar_one()
    finally:
        opened.store.close()
    return counts


@pytest.mark.timeout(600)
async def test_a_till_that_dies_at_any_step_of_a_sale_has_all_of_it_or_nothing(tmp_path: Path) -> None:
    async with World(tmp_path, tills=1) as world, DyingTills() as dying:
        [till] = world.tills
        await till.stop()
        till.opened.store.close()
        said_done = 0
        for steps in range(1, STEPS_MAX):
            code, out = await dying.run(till.path, "sale", steps)
            said_done += "sold" in out
            found = books(till.path)
            sales = found["sale"]
            assert sales >= said_done, "a sale that the till called done is on disk"
            assert found == {
                "sale": sales,
                "sale_line": 3 * sales,
                "payment": sales,
                "outbox": sales,
                "overlay": 3 * sales,
                "next_receipt": sales + 1,
                "next_device_seq": sales + 1,
            }
            if code == 0:
                break
        assert code == 0, "the sale has fewer steps than were tried"
        assert steps > 8, "the till died at every step of the sale"
        await till.restart()
        await world.settle()
        world.assert_converged()


@pytest.mark.timeout(600)
async def test_a_till_that_dies_at_any_step_of_a_push_sends_each_sale_once(tmp_path: Path) -> None:
    async with World(tmp_path, tills=2) as world, DyingTills() as dying:
        till, other = world.tills
        sales: list[CompletedSale] = []
        deaths = 0
        steps = 1
        while steps < STEPS_MAX:
            await till.stop()
            sales.append(await till.sell(till.product(steps % 7), 1))
            till.opened.store.close()
            code, out = await dying.run(till.path, "push", steps)
            await reopen(till)
            if code == 0:
                assert "survived with []" in out, "an agent that sold, sent and followed never loaded Qt"
                break
            deaths += 1
            # The first steps lie close together; further on, where pages follow, every third will do.
            steps += 1 if steps < 20 else 3
        assert deaths > 12, "the till died at many steps of the push"
        till.start()
        await world.settle()
        await until(lambda: till.overlays() == 0, "the feed has shown every sale")
        world.assert_each_sale_once(sales)
        for sale in sales:
            assert world.movements_of(sale.id) == [-1]
        world.assert_converged()
        assert other.levels() == till.levels()


async def reopen(till: WorldTill) -> None:
    till.opened = open_home(till.path)
    till.till = till.opened.till()


async def test_a_second_till_on_the_same_home_is_refused_in_words(tmp_path: Path) -> None:
    async with World(tmp_path, tills=1) as world:
        [till] = world.tills
        with pytest.raises(HomeInUse, match=r"Another Evertill \(process \d+\) is already working on"):
            open_home(till.path)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "app",
            "agent",
            "--home",
            str(till.path),
            cwd=ROOT,
            stderr=asyncio.subprocess.PIPE,
        )
        _, err = await process.communicate()
        assert process.returncode == 2
        assert "already working on" in err.decode()
