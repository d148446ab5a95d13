"""What one is shown of a shop that has several places: one's own, and the whole shop only who runs it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from server_stub.services.people.caller import Caller
from server_stub.settings import Settings
from tests.kit.bearers import Bearers, verdict
from tests.kit.clients import Person, Socket
from tests.kit.fixtures import DatabaseKind
from tests.kit.homes import new_server_home
from tests.kit.operations import T0_MS, count, movement
from tests.kit.postgresql import FreshDatabase
from tests.kit.servers import UNHURRIED

MAIN, ANNEX = "main", "annex"


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.xdist_group("scale"), pytest.mark.slow])]
)
def database_kind(request: pytest.FixtureRequest) -> DatabaseKind:
    kind: DatabaseKind = request.param
    return kind


@pytest.fixture
def settings(database_kind: DatabaseKind, request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """SQLite alone, or PostgreSQL with row-level security, and Redis."""
    home = tmp_path / "home"
    often: dict[str, Any] = {"rate_limits": UNHURRIED, "sync_state_pause_s": 0.02}
    if database_kind == "postgresql":
        books: FreshDatabase = request.getfixturevalue("demo_books")
        redis: str = request.getfixturevalue("redis_url")
        return Settings(home=home, database_url=books.server_url, redis_url=redis, **often)
    new_server_home(home)
    return Settings(home=home, **often)


@pytest.fixture
async def shop(
    open_with: Callable[..., AbstractAsyncContextManager[Any]], settings: Settings
) -> AsyncIterator[Bearers]:
    async with open_with() as server:
        world = Bearers(server, settings)
        admin = world.person("ada", "admin")
        for user, role in (("mia", "manager"), ("cleo", "clerk"), ("max", "manager")):
            place = ANNEX if user == "max" else MAIN
            body = {
                "id": user,
                "username": user,
                "name": user.title(),
                "role": role,
                "locations": [place],
                "password": "a long enough password",
            }
            assert verdict(await world.ask("POST", "/api/v1/users", admin, body)) == (200, None)
        yield world


def at(world: Bearers, user: str, role: str, *places: str) -> Person:
    caller = Caller("demo", role, places, user_id=user)
    return Person(world.shop.http, world.token(caller), user, {})


async def seen(person: Person) -> dict[str, Any]:
    answer = (await person.get("/realtime/sync-state")).json()["data"]
    return {"connected": answer["connectedUsers"], **answer["syncState"]}


async def queue_of(world: Bearers, place: str, waiting: int) -> Socket:
    till = await world.shop.enroll(world.person("ada", "admin"), place, place)
    socket = await world.shop.join("demo", till)
    assert (await socket.call("network-status", {"isOnline": True, "pending": waiting}))["success"]
    return socket


async def test_sync_state_is_of_ones_own_places_and_of_the_whole_shop_for_who_runs_it(shop: Bearers) -> None:
    ada = shop.person("ada", "admin")
    await queue_of(shop, ANNEX, 7)
    own = await queue_of(shop, MAIN, 2)
    await at(shop, "max", "manager", ANNEX).send(
        count("p", 4, T0_MS, version=0, locationId=ANNEX), count("p", 9, T0_MS, version=0, locationId=ANNEX)
    )
    people = (at(shop, "mia", "manager", MAIN), at(shop, "cleo", "clerk", MAIN))
    for here, person in enumerate(people, start=1):
        state = await seen(person)
        assert set(state["locations"]) == {MAIN}
        assert (state["pendingOperations"], state["conflictCount"], state["connected"]) == (2, 0, here)
        socket = await shop.shop.join("demo", person)
        told = await socket.hear("sync-state", lambda one: one["pendingOperations"] == 2)
        assert set(told["locations"]) == {MAIN}
        assert told["conflictCount"] == 0
        assert told["onlineUsers"] >= 1, "oneself"
        health = (await person.get("/realtime/health")).json()["data"]["tenant"]
        assert set(health["syncState"]["locations"]) == {MAIN}
    whole = await seen(ada)
    assert set(whole["locations"]) == {MAIN, ANNEX}
    assert (whole["pendingOperations"], whole["conflictCount"]) == (9, 1)
    witness = await shop.shop.join("demo", ada)
    told = await witness.hear("sync-state", lambda one: one["pendingOperations"] == 9)
    assert set(told["locations"]) == {MAIN, ANNEX}
    told = await own.hear("sync-state")
    assert all(set(one["locations"]) == {MAIN} for one in own.all_of("sync-state")), "a till too"


async def test_who_has_every_place_sees_the_whole_shop(shop: Bearers) -> None:
    bob = shop.person("bob", "clerk")
    await queue_of(shop, ANNEX, 7)
    assert (await seen(bob))["pendingOperations"] == 7


async def lines(person: Person, **query: Any) -> list[dict[str, Any]]:
    answer = await person.get("/audit", limit=1000, **query)
    assert answer.status_code == 200, answer.text
    entries: list[dict[str, Any]] = answer.json()["data"]["entries"]
    return entries


async def test_a_manager_reads_the_audit_of_their_own_places(shop: Bearers) -> None:
    mia, max_ = at(shop, "mia", "manager", MAIN), at(shop, "max", "manager", ANNEX)
    ada = shop.person("ada", "admin")
    here, there = movement("p", 1, id="done-here"), movement("p", 1, id="done-there", locationId=ANNEX)
    await mia.send(here)
    await max_.send(there)
    await ada.send(movement("p", 1, id="ada-here"), movement("p", 1, id="ada-there", locationId=ANNEX))
    till_here = await shop.shop.enroll(ada, "Till here", MAIN)
    till_there = await shop.shop.enroll(ada, "Till there", ANNEX)
    await till_there.send(movement("p", 1, id="till-there", locationId=ANNEX, actorId="ada"))
    wrong = {"tenantId": "demo", "username": "max", "password": "no"}
    await shop.shop.http.post("/api/v1/auth/login", json=wrong)
    await max_.get("/users/no-such-thing")

    read = await lines(mia)
    operations = {line["operationId"] for line in read if line.get("operationId")}
    assert {"done-here", "ada-here"} <= operations
    assert not operations & {"done-there", "ada-there", "till-there"}
    assert "max" not in {line.get("actor") for line in read}
    assert till_there.user_id not in {line.get("device") for line in read}
    assert await lines(mia, actor="max") == []
    assert await lines(mia, resource=till_there.user_id) == []

    everything = await lines(ada)
    assert {"done-here", "done-there", "till-there"} <= {line.get("operationId") for line in everything}
    assert len(everything) > len(read)
    assert till_here.user_id != till_there.user_id

    assert verdict(await mia.get("/audit/verify")) == (403, "forbidden")
    assert (await ada.get("/audit/verify")).json()["data"]["whole"] is True
    # Who has every place reads and verifies all of it, as before.
    alice = shop.person("alice", "manager")
    assert len(await lines(alice)) >= len(everything)
    assert verdict(await alice.get("/audit/verify")) == (200, None)


async def test_pages_of_ones_own_audit_leave_nothing_out(shop: Bearers) -> None:
    mia, ada = at(shop, "mia", "manager", MAIN), shop.person("ada", "admin")
    for number in range(10):
        place = MAIN if number % 3 == 0 else ANNEX
        await ada.send(movement("p", 1, id=f"m{number}", locationId=place))
    read, after = [], 0
    while True:
        page = (await mia.get("/audit", limit=1, after=after)).json()["data"]
        read += page["entries"]
        if page.get("next") is None:
            break
        after = page["next"]
    assert [line["seq"] for line in read] == [line["seq"] for line in await lines(mia)]
    assert {"m0", "m3", "m6", "m9"} <= {line.get("operationId") for line in read}


async def test_one_hears_of_the_people_of_ones_own_places_and_where_they_are_there(shop: Bearers) -> None:
    join = shop.shop.join
    max_ = await join("demo", at(shop, "max", "manager", ANNEX))
    cleo = await join("demo", at(shop, "cleo", "clerk", MAIN))
    till = await join("demo", await shop.shop.enroll(shop.person("ada", "admin"), "Till", ANNEX))
    ada = await join("demo", shop.person("ada", "admin"))
    mia = await join("demo", at(shop, "mia", "manager", MAIN), locationId=MAIN)
    bob = await join("demo", shop.person("bob", "clerk"), locationId=MAIN)
    for socket in (mia, bob):
        await socket.client.disconnect()

    def heard(socket: Socket, event: str) -> list[tuple[str, str | None]]:
        told = socket.all_of(event)
        return [(one["userId"], one.get("locationId")) for one in told if one["userId"] in ("mia", "bob")]

    for event in ("user-connected", "user-disconnected"):
        for socket, people in (
            (ada, [("mia", MAIN), ("bob", MAIN)]),
            (cleo, [("mia", MAIN), ("bob", MAIN)]),
            (max_, [("bob", None)]),  # who is of the annex as well
            (till, [("bob", None)]),
        ):
            await socket.hear(event, lambda told: told["userId"] == "bob")
            assert heard(socket, event) == people
