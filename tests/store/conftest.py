"""A real store in a temporary folder, on a clock that the test moves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync_agent.store.database import Store
from sync_agent.store.device import record_enrolment
from tests.kit.clocks import CountingIds, InlineExecutor, ManualClock
from tests.kit.homes import IDENTITY, new_home


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    opened = Store.open(
        new_home(tmp_path / "till"), clock=clock, ids=CountingIds(), executor=InlineExecutor()
    )
    opened.submit(lambda tx: record_enrolment(tx, IDENTITY)).result()
    yield opened
    opened.close()
