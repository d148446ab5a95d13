"""Pruning, digests, people and the trail on PostgreSQL: the same statements, another database under them."""

from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest

from server_stub.clock import TimeOrderedIds
from server_stub.operations.handlers import HANDLERS
from server_stub.operations.queue import OperationQueue
from server_stub.services import audit
from server_stub.services.people import directory, enrolment, shop_settings
from server_stub.services.people.caller import Caller
from server_stub.services.people.tenants import NewLocation, NewUser, create_tenant
from server_stub.services.streams import retention, sync
from server_stub.services.streams.digest import Digests
from server_stub.services.streams.snapshot import snapshot
from server_stub.store.database import Database
from sync_agent.contract.identity import TenantSettings, UserCreate, UserEdit
from sync_agent.contract.streams import Cursor
from tests.kit.operations import movement, operation
from tests.kit.postgresql import FreshDatabase
from tests.kit.rules import MovableClock, trust_the_clock

pytestmark = [pytest.mark.xdist_group("scale"), pytest.mark.slow]

ADA = Caller("t", "admin", ("main",), user_id="ada")
STREAM = "tenant-t-location-main"


@pytest.fixture
async def database(fresh_database: Callable[[], FreshDatabase], tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(fresh_database().server_url, clock=MovableClock(), ids=TimeOrderedIds(), readers=2)
    place = NewLocation("main", "Main", "Europe/London")
    admin = NewUser("ada", "ada", "Ada", "admin", ("main",), "x", "1")
    await database.write("t", lambda unit: create_tenant(unit, "Test", "GBP", [place], [admin]))
    yield database
    database.close()


async def send(database: Database, *items: object) -> list[str]:
    results = await OperationQueue(database, HANDLERS, 10).process(ADA, items)
    return [str(result.status) for result in results]


async def test_old_changes_go_and_the_rest_is_followed(database: Database) -> None:
    clock = database.clock
    assert isinstance(clock, MovableClock)
    tea = operation("product", {"name": "Tea"}, operation="create", resourceId="tea")
    named = operation(
        "product", {"set": {"name": "Té"}, "base": {"name": "Tea"}}, resourceId="tea", version=1
    )
    assert set(await send(database, tea, named, *(movement("tea", 1) for _ in range(5)))) == {"applied"}
    clock.ms += 31 * retention.DAY_MS
    assert await send(database, movement("tea", 1)) == ["applied"]
    await database.write("t", trust_the_clock)
    pruned = await retention.prune(database, "t", retention_days=30, rows_max=2)
    assert pruned.product_versions == 1
    follow = partial(sync.changes_after, caller=ADA, stream=STREAM, cursor=Cursor(seq=0), limit=100)
    with pytest.raises(Exception, match="snapshot"):
        await database.read("t", follow)
    digests = Digests()
    digest = await database.read("t", partial(digests.of, caller=ADA, stream=STREAM))
    assert (digest.seq, digest.resources["stock_level"].count) == (6, 1)
    tenants = await database.read("t", partial(digests.of, caller=ADA, stream="tenant-t"))
    assert {name: told.count for name, told in tenants.resources.items()} == {
        "location": 1,
        "user": 1,
        "product": 1,
        "conflict": 0,
    }
    page = await database.read(
        "t", partial(snapshot, caller=ADA, stream=STREAM, page_token=None, rows_max=100)
    )
    while page.next_page_token is not None:
        page = await database.read(
            "t",
            partial(snapshot, caller=ADA, stream=STREAM, page_token=page.next_page_token, rows_max=100),
        )
    assert page.seq == 6


async def test_people_tills_and_settings_are_managed_and_the_trail_is_whole(database: Database) -> None:
    new = UserCreate(
        id="bo",
        username="bo",
        name="Bo",
        role="clerk",
        locations=["main"],
        password="long-enough-for-it",
        pin="4821",
    )
    assert (await directory.add_user(database, ADA, new)).version == 1
    edited = await directory.edit_user(
        database, ADA, "bo", UserEdit(disabled=True, password="another-long-one")
    )
    assert (edited.version, edited.disabled) == (2, True)
    listed = await database.read("t", partial(directory.users, caller=ADA))
    assert [user.id for user in listed.users] == ["ada", "bo"]
    told = TenantSettings(refuse_unconditional=True)
    assert await database.write("t", partial(shop_settings.edit, caller=ADA, changes=told)) == told
    assert (await database.read("t", partial(enrolment.tills, caller=ADA))).devices == []
    verdict = await audit.verify(database, "t", lines_at_a_time=2)
    assert (verdict.whole, verdict.entries) == (True, 3)
    page = await database.read(
        "t",
        partial(
            audit.page, tenant_id="t", only=audit.AuditFilter(resource="bo", since_ms=1), after=0, limit=10
        ),
    )
    assert [line.seq for line in page.entries] == [1, 2]
