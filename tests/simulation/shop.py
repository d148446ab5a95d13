"""The shops that a simulation begins with: a server's database with two of them.

Made once for a process, with real migrations, and copied for every run.
"""

import functools
import random
import tempfile
from functools import partial
from pathlib import Path
from typing import Any, Literal

from server_stub.services.people.caller import Caller
from server_stub.services.people.tenants import NewUser
from server_stub.store.database import Database
from server_stub.store.migrations import migrate
from tests.kit.operations import operation
from tests.kit.tenants import PLACES, create_shop, upload
from tests.simulation.ports import T0_MS, SimIds

OURS, THEIRS = "shop-a", "shop-b"
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
    """A folder with `server.sqlite3`; on a memory disk where there is one."""
    folder = Path(tempfile.mkdtemp(prefix="evertill-simulation-", dir=memory_disk()))
    _server(folder / "server.sqlite3")
    return folder


def memory_disk() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a memory disk, and a folder of our own


def _server(path: Path) -> None:
    url = f"sqlite:///{path}"
    migrate(url)
    ids = SimIds(_FirstMoment(), random.Random("shops"))
    database = Database(url, clock=_FirstMoment(), ids=ids, readers=1)
    for tenant_id, mark in ((OURS, ""), (THEIRS, CANARY)):
        people = [
            NewUser(f"{tenant_id}-{name}", name, f"{mark}{name}", role, PLACES, PASSWORD_HASHES_ARE_SLOW)
            for name, role in PEOPLE
        ]
        database.transact(tenant_id, partial(create_shop, people=people, mark=mark))
        mia = Caller(tenant_id, "manager", PLACES, user_id=f"{tenant_id}-mia")
        products = [_product(tenant_id, number, mark) for number in range(PRODUCTS)]
        assert all(result.success for result in upload(database, mia, products))
    database.close()


def _product(tenant_id: str, number: int, mark: str) -> dict[str, Any]:
    return operation(
        "product",
        {"name": f"Product {number} {mark}", "priceMinor": 100 + number, "taxRatePpm": 200_000},
        id=f"{tenant_id}-made-{number}",
        operation="create",
        resourceId=f"{tenant_id}-p{number}",
        timestamp="2026-01-01T00:00:00Z",
    )
