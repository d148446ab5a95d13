"""A real store in a temporary folder, on a clock that the test moves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync_agent.store.database import Store
from sync_agent.store.device import DeviceIdentity, record_enrolment
from tests.clocks import CountingIds, InlineExecutor, ManualClock
from tests.homes import new_home

IDENTITY = DeviceIdentity(
    device_id="device-1",
    name="Till 1",
    tenant_id="demo",
    tenant_name="Demo shop",
    currency="GBP",
    location_id="main",
    location_name="Main Street",
    time_zone="Europe/London",
    receipt_series="T1",
    server_url="http://127.0.0.1:1",
    clock_offset_ms=0,
)


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
