"""One tenant against another: every door, every kind of id, and nothing comes through."""

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import orjson
import pytest

from server_stub.operations.handlers import HANDLERS
from server_stub.settings import Settings
from sync_agent.contract import events, paths
from tests.kit.canaries import (
    PASSWORD,
    ROLES,
    Known,
    Tenant,
    canary,
    fill,
    found,
    found_in,
    made_up,
    open_shops,
    rows_of,
)
from tests.kit.doors import Doors
from tests.kit.fixtures import DatabaseKind
from tests.kit.operations import T0_MS, close_shift, count, movement, open_shift, operation, sale, transfer
from tests.kit.postgresql import FreshDatabase
from tests.kit.servers import UNHURRIED

CANARY = canary("birch")


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A home with these tenants; the hashing of their passwords is done once for all tests."""

    @cache
    def home_of(*tenants: str) -> Path:
        home = tmp_path_factory.mktemp("founded") / "home"
        found(home, tenants)
        return home

    return home_of


@cache
def founding(*tenants: str) -> Callable[[str], None]:
    """Fills a PostgreSQL database with these tenants: one function for the same ones, whose work is kept."""
    return partial(found_in, tenants=tenants)


@pytest.fixture
def open_with(
    founded: Callable[..., Path], database_kind: DatabaseKind, request: pytest.FixtureRequest, tmp_path: Path
) -> Callable[..., Any]:
    """A server with these tenants, on a home or a database of the test's own."""
    home = tmp_path / "home"
    fresh: Callable[..., FreshDatabase] | None = None
    settings = Settings(home=home, rate_limits=UNHURRIED)
    if database_kind == "postgresql":
        fresh = request.getfixturevalue("fresh_database")
        settings = replace(settings, redis_url=request.getfixturevalue("redis_url"))

    @asynccontextmanager
    async def begin(*tenants: str) -> AsyncIterator[list[Tenant]]:
        if fresh is None:
            shutil.copytree(await asyncio.to_thread(founded, *tenants), home)
            opened = open_shops(settings, *tenants)
        else:
            books = await asyncio.to_thread(fresh, founding(*tenants))
            opened = open_shops(replace(settings, database_url=books.server_url), *tenants, books=books)
        async with opened as shops:
            yield shops

    return begin


@pytest.fixture
async def shops(open_with: Callable[..., Any]) -> AsyncIterator[list[Tenant]]:
    """`a`, who is curious, and `b`, who has everything a shop can have."""
    async with open_with("a", "birch") as (a, b):
        await fill(b)
        yield [a, b]


Attack = tuple[str, str, dict[str, Any], Any]
"""An endpoint of the table, its path filled in, a query, and a body."""


def attacks(of: Known) -> Iterator[tuple[tuple[str, str], Attack]]:
    """Every route that knows its caller, asked with every id of another's that it takes; keyed by method and
    path.
    """

    def ask(
        method: str, path: str, body: Any = None, *, filled: str | None = None, **query: Any
    ) -> tuple[tuple[str, str], Attack]:
        return (method, path), (method, filled or path, query, body)

    def with_each(method: str, path: str, name: str, *ids: str, body: Any = None) -> Iterator[Any]:
        for one in ids:
            yield ask(method, path, body, filled=path.replace("{" + name + "}", one))

    yield ask("POST", paths.LOGOUT, {"refreshToken": of.refresh_token})
    yield ask("POST", paths.LOGOUT, {"refreshToken": of.device_token})
    yield ask("GET", paths.SIGN_INS)
    yield ask("GET", paths.SIGN_INS, userId=of.user)
    yield from with_each("POST", paths.SIGN_IN_END, "sign_in_id", of.sign_in)
    yield ask("POST", paths.ENROLL, {"name": "Till", "locationId": of.place})
    yield ask("POST", paths.CODES, {"locationId": of.place})
    for one in operations(of):
        yield ask("POST", paths.QUEUE, {"items": [one]})
    for stream in (of.stream, of.place_stream):
        yield ask("GET", paths.CHANGES, stream=stream, after=0)
        yield ask("GET", paths.CHANGES, stream=stream, after=1, changeId=of.change)
        yield ask("GET", paths.SNAPSHOT, stream=stream)
        yield ask("GET", paths.SNAPSHOT, stream=stream, pageToken=of.page_token)
        yield ask("GET", paths.DIGEST, stream=stream)
    yield ask("GET", paths.CHANGES, stream="tenant-a", after=1, changeId=of.change)
    yield ask("GET", paths.SNAPSHOT, stream="tenant-a", pageToken=of.page_token)
    yield ask("GET", paths.CONFLICTS, locationId=of.place)
    yield ask("GET", paths.CONFLICTS, status="resolved")
    for conflict in (of.conflict, of.product_conflict):
        decision = {"conflictId": conflict, "resolution": "accept_local"}
        yield ask("POST", paths.RESOLVE, decision)
        yield ask("POST", paths.RESOLVE, decision | {"operationId": of.operation})
        for path in (paths.PREVIEW, paths.REOPEN):
            yield from with_each("POST", path, "conflict_id", conflict)
    yield from with_each("GET", paths.STOCK + "/{product_id}", "product_id", of.product)
    yield ask("GET", paths.SYNC_STATE)
    notice = {"type": "announcement", "data": {"text": "hello"}}
    yield ask("POST", paths.BROADCAST, notice | {"locationId": of.place})
    yield ask("POST", paths.BROADCAST, notice | {"eventId": of.event})
    yield ask("GET", paths.NOTICES)
    yield ask("GET", paths.HEALTH)
    yield ask("POST", paths.PING, {})
    yield from with_each("GET", paths.SHIFT, "shift_id", of.shift, of.operation)
    yield ask("GET", paths.RECEIPTS, locationId=of.place)
    yield ask("GET", paths.RECEIPTS, locationId=of.place, pageToken=of.page_token)
    yield ask("GET", paths.RECEIPTS, locationId="main", number=of.receipt)
    for actor in (of.user, of.device):
        yield ask("GET", paths.AUDIT, actor=actor)
    for resource in (of.product, of.conflict, of.device, of.shift, of.quarantined):
        yield ask("GET", paths.AUDIT, resource=resource)
    yield ask("GET", paths.AUDIT_VERIFY)
    yield ask("GET", paths.QUARANTINE)
    for sale_id in (of.quarantined, of.operation):
        yield from with_each("POST", paths.QUARANTINE_RETRY, "operation_id", sale_id, body={})
        yield from with_each(
            "POST", paths.QUARANTINE_DISCARD, "operation_id", sale_id, body={"reason": "no use"}
        )
    yield ask("GET", paths.USERS)
    # The same id as another tenant's user is nobody's here, and a place of theirs is no place.
    person = {"username": of.user, "name": "x", "role": "clerk", "password": PASSWORD}
    yield ask("POST", paths.USERS, person | {"id": of.user, "locations": [of.place]})
    yield from with_each("PATCH", paths.USER, "user_id", of.user, body={"disabled": True})
    yield from with_each("PATCH", paths.USER, "user_id", of.user, body={"password": "owned by a now"})
    yield from with_each("PATCH", paths.USER, "user_id", "clerk", body={"locations": [of.place]})
    new_password = {"currentPassword": PASSWORD, "newPassword": "owned by a now"}
    yield from with_each("POST", paths.USER_PASSWORD, "user_id", of.user, body=new_password)
    new_pin = {"currentPin": "1234", "newPin": "5093"}
    yield from with_each("POST", paths.USER_PIN, "user_id", of.user, body=new_pin)
    yield ask("GET", paths.DEVICES)
    yield from with_each("POST", paths.DEVICE_REVOKE, "device_id", of.device)
    yield ask("GET", paths.SETTINGS)
    yield ask("PATCH", paths.SETTINGS, {"refuseUnconditional": False})


def anybodys_attacks(of: Known) -> Iterator[tuple[tuple[str, str], Attack]]:
    """Every route that needs no token, asked by somebody who knows names of another's shop and no secret."""
    wrong = {"tenantId": of.tenant, "username": of.username, "password": "a wrong password"}
    for path in (
        paths.LOGIN,
        paths.SECOND_FACTOR_BEGIN,
        paths.SECOND_FACTOR_CONFIRM,
        paths.SECOND_FACTOR_END,
    ):
        for more in ({}, {"code": "123456"}):
            yield ("POST", path), ("POST", path, {}, wrong | more)
    for token in (f"evr_{of.tenant}_{64 * '0'}", f"evd_{of.tenant}_{64 * '0'}"):
        yield ("POST", paths.REFRESH), ("POST", paths.REFRESH, {}, {"refreshToken": token})
    used = {"code": of.used_code, "nonce": "n" * 40}
    yield ("POST", paths.CODE_LOOK_UP), ("POST", paths.CODE_LOOK_UP, {}, {"code": of.used_code})
    for former in ({}, {"formerDeviceId": of.device}):
        body = used | {"name": "Till"} | former
        yield ("POST", paths.CODE_ACCEPT), ("POST", paths.CODE_ACCEPT, {}, body)
    first = {
        "name": "Shop",
        "currency": "GBP",
        "location": {"name": "Place", "timeZone": "Europe/London", "id": of.place},
        "admin": {"username": of.username, "password": "a password of our own", "pin": "5093"},
        "tenantId": of.tenant,
    }
    yield ("POST", paths.SET_UP), ("POST", paths.SET_UP, {}, used | first)
    for path in (paths.LIVE, paths.READY, paths.METRICS):
        yield ("GET", path), ("GET", path, {"tenantId": of.tenant}, None)


def operations(of: Known) -> Iterator[dict[str, Any]]:
    """Operations of every kind that name something of another's in every field that names something."""
    at = T0_MS
    yield movement(of.product, 1)
    yield movement("p", 1, locationId=of.place)
    yield movement("p", 1, id=of.operation)
    yield movement("p", 1, actorId=of.user)
    yield movement("p", 1, actorId=of.device)
    yield movement("p", 1, approvedById=of.user)
    yield movement("p", 1, replaces=of.operation)
    yield movement("p", 1, tenantId=of.tenant)
    yield count(of.product, 3, at, locationId=of.place)
    yield sale({of.product: 1})
    yield sale({"p": 1}, locationId=of.place)
    yield sale({"p": 1}, id=of.transaction)
    yield sale({"p": 1}, id=of.quarantined)
    for reference in (of.transaction, of.receipt):
        refund = sale({"p": 1}, kind="refund")
        refund["data"]["refersTo"] = reference
        yield refund
    in_shift = sale({"p": 1})
    in_shift["data"]["shiftId"] = of.shift
    yield in_shift
    yield operation("product", {"set": {"name": "mine"}, "base": {}}, resourceId=of.product, version=1)
    yield operation("product", {}, operation="delete", resourceId=of.product, version=1)
    # An article of theirs has none of ours.
    mine, too = f"mine-of-{of.tenant}", f"too-of-{of.tenant}"
    yield operation("product", {"name": "x", "barcode": of.barcode}, operation="create", resourceId=mine)
    yield operation("product", {"name": "x"}, operation="create", resourceId=too)
    for alias, product in ((of.product, mine), (too, of.product)):
        yield operation("product_alias", {"productId": product}, operation="create", resourceId=alias)
    yield operation("product_alias", {}, operation="delete", resourceId=of.product)
    yield operation("setting", {"value": 7, "base": None}, resourceId=f"{of.place}:refundDays")
    yield transfer({"p": 1}, of.place)
    yield transfer({"p": 1}, "a-place", locationId=of.place)
    yield open_shift(mine, locationId=of.place)
    yield close_shift(1, 1, shift=of.shift)
    for conflict in (of.conflict, of.product_conflict):
        yield operation("conflict", {"resolution": "accept_local"}, resourceId=conflict)
        yield operation("conflict", {"conflictId": conflict}, operation="create")
        yield operation("conflict", {"conflictId": conflict}, operation="create", resourceId=conflict)


def shape(data: Any) -> Any:
    """How much an answer says, without what it says: another's rows would make it longer."""
    if isinstance(data, dict):
        return {key: shape(value) for key, value in data.items()}
    if isinstance(data, list):
        return [len(data), *(shape(one) for one in data[:1])]
    return "…"


def told(body: Any, known: Known) -> Any:
    """An answer without ids, times and counters, so that answers about different ids can be compared."""
    if not isinstance(body, dict):
        return body
    if not body.get("success"):
        return body["error"]["code"], known.anonymous(body["error"]["message"])
    data = body.get("data")
    if isinstance(data, dict) and "results" in data:
        return [
            (one["status"], one.get("code"), known.anonymous(one.get("error") or ""))
            for one in data["results"]
        ]
    return shape(data)


def without_ids(one: Attack, known: Known) -> str:
    """An attack's name, without the ids that it uses."""
    method, path, query, body = one
    if isinstance(body, dict) and "items" in body:
        body = {"items": [{**item, "id": "…"} if len(item["id"]) == 36 else item for item in body["items"]]}
    return known.anonymous(f"{method} {path} {query} {orjson.dumps(body).decode()}")


def test_the_attacks_cover_every_route(doors: Doors) -> None:
    known = made_up()
    attacked = {entry for entry, _attack in (*attacks(known), *anybodys_attacks(known))}
    assert attacked == set(doors.routes())


def test_the_attacks_cover_every_kind_of_operation() -> None:
    tried = {
        HANDLERS.find(one["resourceType"], one["operation"], one["data"]).name
        for one in operations(made_up())
    }
    assert tried == {handler.name for handler in HANDLERS.all}


@pytest.mark.parametrize("role", ROLES)
async def test_anothers_ids_are_answered_like_ids_that_do_not_exist(
    shops: list[Tenant],
    role: str,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    a, b = shops
    before = rows_of(b.world.shop, "birch")
    bearer, nowhere = a.bearer(role), made_up()
    capfd.readouterr()
    caplog.clear()
    different, leaks = [], []
    for (_, theirs), (_, nobodys) in zip(attacks(b.known), attacks(nowhere), strict=True):
        answers = []
        for known, (method, path, query, body) in ((b.known, theirs), (nowhere, nobodys)):
            response = await a.world.ask(method, path, bearer, body, **query)
            assert response.status_code < 500, (theirs, response.text)
            answers.append((response.status_code, told(response.json(), known)))
            if CANARY in response.text:
                leaks.append((theirs, response.text[:300]))
        # An id of the form of another tenant's token is a token all the same, and not theirs.
        if answers[0] != answers[1]:
            different.append((without_ids(theirs, b.known), *answers))
    assert different == []
    assert leaks == []
    assert rows_of(b.world.shop, "birch") == before
    logged = capfd.readouterr()
    lines = [record.getMessage() for record in caplog.records if not record.name.startswith(("http", "test"))]
    # What was asked with is written down nowhere, nor is what was not given.
    assert CANARY not in logged.out + logged.err + "\n".join(lines)


@pytest.mark.parametrize("role", [None, *ROLES])
async def test_at_doors_that_need_no_token_anothers_names_are_answered_like_names_of_nobody(
    shops: list[Tenant], role: str | None
) -> None:
    a, b = shops
    before = rows_of(b.world.shop, "birch")
    bearer, nowhere = None if role is None else a.bearer(role), made_up()
    pairs = zip(anybodys_attacks(b.known), anybodys_attacks(nowhere), strict=True)
    for (_, theirs), (_, nobodys) in pairs:
        answers = []
        for known, (method, path, query, body) in ((b.known, theirs), (nowhere, nobodys)):
            response = await a.world.ask(method, path, bearer, body, **query)
            assert response.status_code < 500, (theirs, response.text)
            assert response.status_code != 200 or path in (paths.LIVE, paths.READY), theirs
            answers.append((response.status_code, told(response.json(), known)))
            assert CANARY not in response.text, theirs
        assert answers[0] == answers[1], without_ids(theirs, b.known)
    after = rows_of(b.world.shop, "birch")
    tried = [line for line in after.pop("audit_entry") if line not in before["audit_entry"]]
    del before["audit_entry"], before["audit_head"], after["audit_head"]  # the trail, and its end
    assert after == before
    # What was tried stands in the trail of the shop that it was tried on, and nothing else does.
    assert all("refused" in line or "failed_sign_ins" in line for line in tried), tried


async def test_a_code_leads_into_its_own_shop_whoever_uses_it(shops: list[Tenant]) -> None:
    """Tokens and ids of another shop beside it change nothing."""
    a, b = shops
    made = await a.world.ask("POST", paths.CODES, a.person("manager"), {"locationId": "main"})
    code = made.json()["data"]["code"]
    before = rows_of(b.world.shop, "birch")
    for bearer in (None, b.person("admin"), b.till):
        offer = await a.world.ask("POST", paths.CODE_LOOK_UP, bearer, {"code": code})
        assert offer.json()["data"]["tenant"]["id"] == "a"
    body = {"code": code, "nonce": "n" * 40, "name": "Till", "formerDeviceId": b.known.device}
    till = await a.world.ask("POST", paths.CODE_ACCEPT, b.person("admin"), body)
    assert till.json()["data"]["tenant"]["id"] == "a"
    assert CANARY not in offer.text + till.text
    assert rows_of(b.world.shop, "birch") == before
    assert b.known.device not in repr(rows_of(b.world.shop, "a")["device"])


def event_attacks(of: Known, token: str, user_id: str) -> Iterator[tuple[str, Any]]:
    mine = {"tenantId": "a", "userId": user_id, "token": token}
    # Joins that are refused; the socket stays where it was.
    yield events.JOIN_TENANT, mine | {"tenantId": of.tenant}
    yield events.JOIN_TENANT, mine | {"userId": of.user}
    yield events.JOIN_TENANT, mine | {"userId": of.device}
    yield events.JOIN_TENANT, mine | {"locationId": of.place}
    yield events.JOIN_TENANT, mine | {"deviceId": of.device, "locationId": of.place}
    yield events.JOIN_TENANT, mine | {"token": of.refresh_token}
    yield events.JOIN_TENANT, mine | {"token": of.device_token}
    cursors = {stream: {"seq": 0} for stream in (of.stream, of.place_stream)}
    yield events.JOIN_TENANT, mine | {"cursors": cursors}
    update = {"productId": "p", "locationId": "main", "newQuantity": 3}
    yield events.INVENTORY_UPDATE, update | {"locationId": of.place}
    yield events.INVENTORY_UPDATE, update | {"productId": of.product}
    yield events.INVENTORY_UPDATE, update | {"eventId": of.operation}
    yield events.INVENTORY_UPDATE, update | {"eventId": of.event}
    for one in operations(of):
        yield events.SYNC_OFFLINE_QUEUE, [one]
    for conflict in (of.conflict, of.product_conflict):
        yield events.RESOLVE_CONFLICT, {"conflictId": conflict, "resolution": "accept_local"}
    yield (
        events.NETWORK_STATUS,
        {"isOnline": True, "pending": 3, "tenantId": of.tenant, "locationId": of.place},
    )
    yield events.PING, {"tenantId": of.tenant}


def test_the_attacks_cover_every_event(doors: Doors) -> None:
    assert {event for event, _payload in event_attacks(made_up(), "", "")} == doors.events()


@pytest.mark.parametrize("role", ROLES)
async def test_anothers_ids_at_a_socket_are_answered_like_ids_that_do_not_exist(
    shops: list[Tenant], role: str
) -> None:
    a, b = shops
    await b.listen()
    for socket in b.sockets:
        await socket.hear("initial-sync")
    before, heard_before = rows_of(b.world.shop, "birch"), what_is_heard(b)
    bearer, nowhere = a.bearer(role), made_up()
    socket = await a.world.shop.join("a", bearer)
    different = []
    pairs = zip(
        event_attacks(b.known, bearer.access_token, bearer.user_id),
        event_attacks(nowhere, bearer.access_token, bearer.user_id),
        strict=True,
    )
    for (event, theirs), (_event, nobodys) in pairs:
        answers = []
        for known, payload in ((b.known, theirs), (nowhere, nobodys)):
            answer = await socket.call(event, payload)
            if isinstance(answer.get("data"), list):
                answer["data"] = {"results": answer["data"]}
            answers.append(told(answer, known))
        if answers[0] != answers[1]:
            different.append((event, b.known.anonymous(repr(theirs)), *answers))
    assert different == []
    assert CANARY not in repr(socket.heard)
    assert rows_of(b.world.shop, "birch") == before
    assert what_is_heard(b) == heard_before


def what_is_heard(shop: Tenant) -> list[Any]:
    """All events but `sync-state`, which is repeated."""
    return [[told for told in socket.heard if told[0] != events.SYNC_STATE] for socket in shop.sockets]


async def test_what_one_tenant_does_no_other_hears(shops: list[Tenant]) -> None:
    a, b = shops
    await a.listen()
    for socket in a.sockets:
        await socket.hear("initial-sync")
    await b.listen()
    manager = b.person("manager")
    visitor = await a.world.shop.join("birch", b.person("clerk"), locationId="main")
    await visitor.call("network-status", {"isOnline": True, "pending": 7})
    await visitor.call("inventory-update", {"productId": "p", "locationId": "main", "newQuantity": 3})
    await b.till.send(sale({"p": 1}, actorId="clerk"), movement("p", 1, actorId="clerk"))
    (_, clash) = await manager.send(count("q", 4, T0_MS, version=0), count("q", 5, T0_MS, version=0))
    decision = {"conflictId": clash["conflict"]["id"], "resolution": "accept_server"}
    await visitor.call("resolve-conflict", decision)
    await manager.post("/realtime/broadcast", {"type": "maintenance", "data": {"text": f"{CANARY}news"}})
    await manager.send(operation("product", {"name": f"{CANARY}cake"}, operation="create", resourceId="cake"))
    for witness in b.sockets:
        await witness.hear("notice")
        await witness.hear("user-connected", lambda told: told["userId"] == "clerk")
    await visitor.client.disconnect()
    for witness in b.sockets:
        await witness.hear("user-disconnected", lambda told: told["userId"] == "clerk")
    # What `a` does afterwards comes after anything of `b`'s that would have come.
    await a.person("manager").send(movement("sign", 1), movement("sign", 1, locationId="a-place"))
    await a.person("manager").post("/realtime/broadcast", {"type": "maintenance", "data": {"text": "sign"}})
    for socket in a.sockets:
        await socket.hear("notice")
    heard = a.heard()
    assert CANARY not in heard
    assert [word for word in ("birch", "cake", '"q"', '"p"') if word in heard] == []
    assert {told["userId"] for socket in a.sockets for told in socket.all_of("user-connected")} <= {"admin"}


async def test_figures_and_health_tell_nothing_of_anothers_shop(shops: list[Tenant]) -> None:
    a, b = shops
    await b.listen()
    a_socket = await a.world.shop.join("a", a.person("clerk"))
    await a_socket.hear("initial-sync")
    health = (await a.person("clerk").get("/realtime/health")).json()["data"]
    assert health["tenant"]["id"] == "a"
    assert health["tenant"]["connectedUsers"] == 1
    assert "birch" not in orjson.dumps(health).decode()
    state = (await a.person("clerk").get("/realtime/sync-state")).json()["data"]
    assert (state["connectedUsers"], state["syncState"]["conflictCount"]) == (1, 0)
    assert set(state["syncState"]["locations"]) == {"main", "a-place"}
    metrics = (await a.world.shop.metrics()).text
    assert CANARY not in metrics
    for identifier in (b.known.product, b.known.conflict, b.known.operation, b.known.user, b.known.device):
        assert identifier not in metrics


async def test_streams_that_are_spelled_alike_are_kept_apart(open_with: Callable[..., Any]) -> None:
    # The place "a-location-b-place" of `a` would be spelled like a place of the tenant "a-location-a".
    async with open_with("a", "a-location-a-place") as (a, long):
        assert a.known.place_stream == long.known.stream
        await a.listen()
        await long.listen()
        for socket in (*a.sockets, *long.sockets):
            await socket.hear("initial-sync")
        await a.person("manager").send(movement("of-a", 1, locationId="a-place"))
        await long.person("manager").send(
            operation("product", {"name": "of-long"}, operation="create", resourceId="of-long")
        )
        await a.sockets[1].hear("changes", lambda event: "of-a" in str(event))
        await long.sockets[1].hear("changes", lambda event: "of-long" in str(event))
        await a.person("manager").send(movement("end", 1), movement("end", 1, locationId="a-place"))
        await long.person("manager").send(
            movement("end", 1), movement("end", 1, locationId="a-location-a-place-place")
        )
        for socket in (a.sockets[1], long.sockets[1]):
            await socket.hear("changes", lambda event: "end" in str(event))
        assert "of-long" not in a.heard()
        assert 'of-a"' not in long.heard()
        for shop, own, others in ((a, "of-a", "of-long"), (long, "of-long", "of-a")):
            told = str(await shop.person("manager").changes(a.known.place_stream))
            assert (f"'{own}'" in told, f"'{others}'" in told) == (True, False), shop.id


async def test_the_same_ids_in_two_shops_are_two_things(open_with: Callable[..., Any]) -> None:
    async with open_with("a", "birch") as shops:
        shared = [
            operation("product", {"name": "Tea"}, operation="create", resourceId="tea", id="op-product"),
            movement("tea", 5, id="op-movement"),
            sale({"tea": 2}, id="op-sale"),
            sale({"tea": 2}, id="op-unreadable") | {"data": {"kind": "sale"}},
            count("tea", 9, T0_MS, version=0, id="op-count"),
        ]
        told = []
        for shop in shops:
            results = await shop.person("manager").send(*shared)
            told.append([(one["id"], one["status"], one.get("repeated")) for one in results])
            assert await shop.person("manager").stock("tea") == (3, 2)
        assert told[0] == told[1]
        for shop in shops:
            socket = await shop.world.shop.join(shop.id, shop.person("clerk"))
            update = {"productId": "jam", "locationId": "main", "newQuantity": 4, "eventId": "same-event"}
            assert (await socket.call("inventory-update", update))["data"]["newVersion"] == 1


async def test_a_sign_in_of_the_same_name_is_of_its_own_shop(open_with: Callable[..., Any]) -> None:
    async with open_with("a", "birch") as (a, _b):
        known = {"tenantId": "birch", "username": f"{canary('a')}clerk", "password": PASSWORD}
        response = await a.world.shop.http.post("/api/v1/auth/login", json=known)
        assert response.status_code == 401


async def test_tenants_that_ask_at_once_get_their_own_answers(open_with: Callable[..., Any]) -> None:
    async with open_with("a", "birch") as shops:

        async def work(shop: Tenant, number: int) -> str:
            manager = shop.person("manager")
            await manager.send(movement(f"{canary(shop.id)}{number}", 1, id=f"op-{number}"))
            answers = await asyncio.gather(
                manager.get("/realtime/changes", stream="tenant-" + shop.id + "-location-main", after=0),
                manager.get("/users"),
                manager.get("/devices"),
                manager.get("/audit"),
                manager.get(f"/stock/{canary(shop.id)}{number}"),
            )
            return "".join(answer.text for answer in answers)

        jobs = [(shop, work(shop, number)) for number in range(12) for shop in shops]
        told = await asyncio.gather(*(job for _shop, job in jobs))
        for (shop, _job), text in zip(jobs, told, strict=True):
            assert canary(shop.id) in text
            assert [other.id for other in shops if other is not shop and canary(other.id) in text] == []


def test_logging_is_on_where_the_tests_look_for_canaries(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("engineio").info("here")
    assert "here" in caplog.text
