"""kill -9 of real tills and a real server at random moments under load: nothing lost, nothing doubled."""

from pathlib import Path

import pytest

from tests.e2e.kills import Kills

pytestmark = pytest.mark.slow

KILLS = 15
SEED = 4711


@pytest.mark.timeout(420)
async def test_fifteen_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    run = Kills(tmp_path, SEED)
    await run.run(KILLS)
    run.check_books()
    assert set(run.died) == {"server", "till"}
    assert len(run.sold) > KILLS * 4
