"""Homes of tills and of servers, made once in a process and copied. Other tests cover their making."""

import atexit
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from server_stub.clock import SystemClock as ServerClock
from server_stub.clock import TimeOrderedIds
from server_stub.run import prepare
from server_stub.settings import Settings
from server_stub.store.database import Database
from sync_agent.ports import SystemClock, Uuid7Ids
from sync_agent.store.database import Store
from sync_agent.store.device import DeviceIdentity
from sync_agent.store.home import Home
from tests.kit.cheap_hashes import make_demo_people_cheap

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
"""What the server answered when the till was enrolled. No server listens at that address."""


def new_home(path: Path) -> Home:
    """A home with an empty database of this release, as a first start leaves it."""
    home = Home(path)
    if not home.database.exists():
        home.database.write_bytes(_empty_database())
    return home


def new_server_home(path: Path) -> None:
    """A server's home with the demonstration's shops in it, as `prepare` leaves it, but for cheap hashes."""
    shutil.copytree(_demo_home(), path)


@cache
def _demo_home() -> Path:
    home = Path(tempfile.mkdtemp(prefix="demo-shops-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    # In a thread: a test's loop may run in this one, which database work must not hold up.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(_prepare_demo_shops, Settings(home=home)).result()
    return home


def _prepare_demo_shops(settings: Settings) -> None:
    prepare(settings, demo_data=True)
    database = Database(settings.url, clock=ServerClock(), ids=TimeOrderedIds(), readers=1)
    make_demo_people_cheap(database)
    database.close()


@cache
def _empty_database() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "till")
        Store.open(home, clock=SystemClock(), ids=Uuid7Ids()).close()
        return home.database.read_bytes()
