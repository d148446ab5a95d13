"""kill -9 of real tills and a real server at random moments under load: nothing lost, nothing doubled."""

from pathlib import Path

import pytest

from tests.e2e.kills import SALES_BETWEEN, Kills

KILLS = 15
SEED = 4711


@pytest.mark.timeout(420)
async def test_fifteen_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    run = Kills(tmp_path, SEED)
    await run.run(KILLS)
    assert run.died.total() == KILLS
    assert min(run.died["server"], run.died["till"]) >= 4, "both died often enough to mean something"
    assert run.sold > KILLS * SALES_BETWEEN
