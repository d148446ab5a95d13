"""Tills' folders for tests: migrated once in a process, and copied. Migrations have tests of their own."""

import tempfile
from functools import cache
from pathlib import Path

from sync_agent.ports import SystemClock, Uuid7Ids
from sync_agent.store.database import Store
from sync_agent.store.device import DeviceIdentity
from sync_agent.store.home import Home

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
"""What the server told a till when it was enrolled. Nobody listens at that address."""


def new_home(path: Path) -> Home:
    """A home with an empty database of this release, as a first start leaves it."""
    home = Home(path)
    if not home.database.exists():
        home.database.write_bytes(_empty_database())
    return home


@cache
def _empty_database() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "till")
        Store.open(home, clock=SystemClock(), ids=Uuid7Ids()).close()
        return home.database.read_bytes()
