"""The shops that a simulation begins with: a server's database with two of them, and a till's empty one.

Made once for a process, with real migrations, and copied for every run.
"""

import functools
import random
import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import Any, Literal

from server_stub.operations.handlers import HANDLERS
from server_stub.operations.parsing import NO_DEFAULTS, read
from server_stub.operations.queue import apply_all
from server_stub.services.people.caller import Caller
from server_stub.services.people.tenants import NewLocation, NewUser, create_tenant
from server_stub.store.database import Database, UnitOfWork
from server_stub.store.migrations import migrate
from sync_agent.ports import SystemClock, Uuid7Ids
from sync_agent.store.database import Store
from sync_agent.store.home import Home
from tests.simulation.ports import T0_MS, SimIds

OURS, THEIRS = "shop-a", "shop-b"
PLACES = ("main", "annex")
CANARY = "CANARY-OF-THE-OTHER-SHOP"
PRODUCTS = 8
PEOPLE: tuple[tuple[str, Literal["manager", "clerk"]], ...] = (("mia", "manager"), ("cleo", "clerk"))
PASSWORD_HASHES_ARE_SLOW = "a password that nobody uses here"


class _FirstMoment:
    def now_ms(self) -> int:
        return T0_MS - 1_000

    def time(self) -> float:
        return 0.0


@functools.cache
def templates() -> Path:
    """A folder with `server.sqlite3` and `till.sqlite`; on a memory disk where there is one."""
    folder = Path(tempfile.mkdtemp(prefix="evertill-simulation-", dir=memory_disk()))
    _server(folder / "server.sqlite3")
    _till(folder)
    return folder


def memory_disk() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a memory disk, and a folder of our own


def _server(path: Path) -> None:
    url = f"sqlite:///{path}"
    migrate(url)
    ids = SimIds(_FirstMoment(), random.Random("shops"))
    database = Database(url, clock=_FirstMoment(), ids=ids, readers=1)
    for tenant_id, mark in ((OURS, ""), (THEIRS, CANARY)):
        places = [NewLocation(place, f"{place} {mark}", "Europe/London") for place in PLACES]
        people = [
            NewUser(f"{tenant_id}-{name}", name, f"{name} {mark}", role, PLACES, PASSWORD_HASHES_ARE_SLOW)
            for name, role in PEOPLE
        ]
        database.transact(
            tenant_id,
            partial(create_tenant, name="Shop", currency="GBP", locations=places, users=people),
        )
        mia = Caller(tenant_id, "manager", PLACES, user_id=f"{tenant_id}-mia")
        items = [_product(tenant_id, number, mark) for number in range(PRODUCTS)]
        database.transact(tenant_id, partial(_apply, caller=mia, items=items))
    database.close()


def _apply(unit: UnitOfWork, caller: Caller, items: list[dict[str, Any]]) -> None:
    results = apply_all(unit, caller, [read(item) for item in items], NO_DEFAULTS, HANDLERS)
    assert all(result.success for result in results)


def _product(tenant_id: str, number: int, mark: str) -> dict[str, Any]:
    return {
        "id": f"{tenant_id}-made-{number}",
        "operation": "create",
        "resourceType": "product",
        "resourceId": f"{tenant_id}-p{number}",
        "timestamp": "2026-01-01T00:00:00Z",
        "data": {"name": f"Product {number} {mark}", "priceMinor": 100 + number, "taxRatePpm": 200_000},
    }


def _till(folder: Path) -> None:
    home = folder / "home"
    Store.open(Home(home), clock=SystemClock(), ids=Uuid7Ids()).close()
    shutil.move(home / "till.sqlite", folder / "till.sqlite")
    shutil.rmtree(home)
