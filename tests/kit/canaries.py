"""Two shops on one server that have the same ids where they may, and a canary in every text of each."""

import base64
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

import orjson

from server_stub.clock import SystemClock, TimeOrderedIds
from server_stub.run import prepare
from server_stub.services.people.caller import Caller
from server_stub.services.people.tenants import NewUser
from server_stub.settings import Settings
from server_stub.store.database import Database, UnitOfWork
from server_stub.store.tables import METADATA
from sync_agent.contract import paths
from sync_agent.contract.enrolment_codes import new_code
from sync_agent.contract.streams import location_stream, tenant_stream
from tests.kit.bearers import Bearers, open_bearers
from tests.kit.clients import Person, Socket
from tests.kit.operations import T0_MS, count, movement, operation, rfc3339, sale
from tests.kit.postgresql import FreshDatabase
from tests.kit.servers import ShopServer
from tests.kit.tenants import create_shop

PASSWORD = "a password of nobody's"
ROLES = ("clerk", "manager", "admin", "device")


def canary(tenant: str) -> str:
    """A word that is in every text of that tenant and in no other."""
    return f"Canary-of-{tenant}-"


@dataclass(frozen=True)
class Known:
    """One id of every kind that a shop has; those that are made up are of the same form."""

    tenant: str
    place: str
    stream: str
    place_stream: str
    product: str
    user: str
    operation: str = "op-made-up"
    quarantined: str = "quarantined-made-up"
    conflict: str = "conflict-made-up"
    product_conflict: str = "product-conflict-made-up"
    shift: str = "shift-made-up"
    device: str = "device-made-up"
    event: str = "event-made-up"
    change: str = "change-made-up"
    transaction: str = "transaction-made-up"
    receipt: str = "receipt-made-up"
    movement: str = "movement-made-up"
    page_token: str = base64.urlsafe_b64encode(
        b'{"stream":"tenant-nowhere","seq":1,"change_id":"x","epoch":"x","rows_total":1,'
        b'"resource_type":"user","after":null}'
    ).decode()
    refresh_token: str = "evr_nowhere_" + 64 * "0"
    device_token: str = "evd_nowhere_" + 64 * "0"
    sign_in: str = "sign-in-made-up"
    username: str = "username-made-up"
    barcode: str = "barcode-made-up"
    used_code: str = new_code()

    def anonymous(self, told: str) -> str:
        """A text with these ids replaced by the names of their kinds."""
        by_length = sorted(fields(self), key=lambda one: -len(getattr(self, one.name)))
        for one in by_length:
            told = told.replace(getattr(self, one.name), f"<{one.name}>")
        return told


def made_up(tenant: str = "nowhere") -> Known:
    return Known(
        tenant=tenant,
        place=f"{tenant}-place",
        stream=tenant_stream(tenant),
        place_stream=location_stream(tenant, f"{tenant}-place"),
        product=f"{tenant}-product",
        user=f"{tenant}-person",
    )


@dataclass
class Tenant:
    """One shop: its people, its till, and what can be known about it."""

    world: Bearers
    id: str
    till: Person
    known: Known
    sockets: list[Socket] = field(default_factory=list)

    def bearer(self, role: str) -> Person:
        return self.till if role == "device" else self.person(role)

    def person(self, role: str, user_id: str | None = None) -> Person:
        return _person(self.world, self.id, role, user_id)

    async def listen(self) -> None:
        """A socket of each kind, at every place."""
        admin = self.person("admin")
        for told in (
            {},
            {"features": ["changes"]},
            {"locationId": f"{self.id}-place"},
            {"locationId": "main"},
        ):
            self.sockets.append(await self.world.shop.join(self.id, admin, **told))

    def heard(self) -> str:
        return orjson.dumps([socket.heard for socket in self.sockets]).decode()


def _person(world: Bearers, tenant: str, role: str, user_id: str | None = None) -> Person:
    caller = Caller(tenant, role, ("main", f"{tenant}-place"), user_id=user_id or role)
    return Person(world.shop.http, world.token(caller), caller.id, {})


def found(home: Path, tenants: Iterable[str]) -> None:
    """A home with these tenants: their places and people, and nothing sold."""
    settings = Settings(home=home)
    prepare(settings, demo_data=False)
    found_in(settings.url, tenants)


def found_in(url: str, tenants: Iterable[str]) -> None:
    """As `found`, in a database that is migrated."""
    database = Database(url, clock=SystemClock(), ids=TimeOrderedIds(), readers=1)
    for tenant in tenants:
        database.transact(tenant, _create)
    database.close()


def _create(unit: UnitOfWork) -> None:
    mark, everywhere = canary(unit.tenant_id), ("main", f"{unit.tenant_id}-place")
    roles: dict[str, Literal["clerk", "manager", "admin"]] = {
        "clerk": "clerk",
        "manager": "manager",
        "admin": "admin",
        f"{unit.tenant_id}-person": "manager",
    }
    people = [
        NewUser(user, f"{mark}{user}", f"{mark}{user}", role, everywhere, PASSWORD, "1234")
        for user, role in roles.items()
    ]
    create_shop(unit, people, places=everywhere, mark=mark)


@asynccontextmanager
async def open_shops(
    settings: Settings, *tenants: str, books: FreshDatabase | None = None
) -> AsyncIterator[list[Tenant]]:
    """A server on a home or a database with these tenants; each gets a till."""
    async with open_bearers(settings, books) as world:
        yield [await _with_a_till(world, tenant) for tenant in tenants]


async def _with_a_till(world: Bearers, tenant: str) -> Tenant:
    till = await world.shop.enroll(_person(world, tenant, "manager"), f"{canary(tenant)}till")
    return Tenant(world, tenant, till, made_up(tenant))


async def fill(shop: Tenant) -> None:
    """Everything that a shop can write: a canary in each text, an id of every kind in `known`."""
    mark, place, product = canary(shop.id), f"{shop.id}-place", f"{shop.id}-product"
    world, manager = shop.world, shop.person("manager")
    words = {"note": f"{mark}note", "reference": f"{mark}reference"}
    barcode = f"{mark}bar"[:32]
    named = {"name": f"{mark}tea", "barcode": barcode, "sku": f"{mark}sku", "priceMinor": 100}
    results = await manager.send(
        operation("product", named, operation="create", resourceId=product),
    )
    _all(results, "applied")

    # The till's own day, numbered.
    received = movement(product, 5, id=f"{shop.id}-received", actorId="clerk", deviceSeq=1)
    received["data"] |= words
    sold = sale({product: 2}, id=f"{shop.id}-sold", actorId="clerk", deviceSeq=2)
    sold["data"]["receiptNumber"] = f"{shop.id}-receipt"
    sold["data"]["lines"][0]["description"] = f"{mark}line"
    sold["data"]["payments"][0]["reference"] = f"{mark}payment"
    other = sale({product: 1}, id=f"{shop.id}-sold-too", actorId="clerk", deviceSeq=6)
    other["data"]["receiptNumber"] = f"{mark}receipt"
    opened = operation(
        "shift",
        {"openedAt": rfc3339(T0_MS), "floatMinor": 100, "currency": "GBP"},
        operation="create",
        resourceId=f"{shop.id}-shift",
        locationId="main",
        actorId="clerk",
        deviceSeq=3,
    )
    unreadable = sale({product: 1}, id=f"{shop.id}-unreadable", actorId="clerk", deviceSeq=4)
    unreadable["data"]["lines"] = f"{mark}lines that nobody can read"
    closed = operation(
        "shift",
        {
            "closedAt": rfc3339(T0_MS),
            "countedMinor": 300,
            "expectedMinor": 300,
            "totals": {f"{mark}cash": 200},
            "note": f"{mark}shift",
            "manifest": {
                "count": 9,
                "firstDeviceSeq": 1,
                "lastDeviceSeq": 9,
                "lastHash": "",
                "totalMinor": 200,
            },
        },
        resourceId=f"{shop.id}-shift",
        locationId="main",
        actorId="clerk",
        deviceSeq=5,
    )
    _all(await shop.till.send(received, sold, opened, closed, other), "applied")
    _all(await shop.till.send(unreadable), "quarantined")

    # Two conflicts, left open.
    counts = [count(product, 4, T0_MS, version=0), count(product, 5, T0_MS, version=0)]
    for one in counts:
        one["data"]["note"] = f"{mark}count"
    counted = await shop.person("clerk").send(*(one | {"locationId": place} for one in counts))
    edits = [
        operation(
            "product",
            {"set": {"name": f"{mark}{name}"}, "base": {"name": named["name"]}},
            resourceId=product,
            version=1,
        )
        for name in ("green tea", "black tea")
    ]
    edited = await manager.send(*edits)
    assert [counted[1]["status"], edited[1]["status"]] == ["conflict", "conflict"], (counted, edited)

    event_id = f"{shop.id}-event"
    notice = {"type": "announcement", "data": {"text": f"{mark}notice"}, "eventId": event_id}
    response = await world.ask("POST", "/api/v1/realtime/broadcast", manager, notice)
    assert response.status_code == 200, response.text
    response = await world.ask(
        "PATCH", "/api/v1/settings", shop.person("admin"), {"refuseUnconditional": False}
    )
    assert response.status_code == 200, response.text
    signed_in = await world.shop.http.post(
        "/api/v1/auth/login",
        json={"tenantId": shop.id, "username": f"{mark}clerk", "password": PASSWORD},
    )
    assert signed_in.status_code == 200, signed_in.text
    bearing = {"Authorization": f"Bearer {signed_in.json()['data']['accessToken']}"}
    listed = await world.shop.http.get("/api/v1/auth/sign-ins", headers=bearing)
    made = await world.ask("POST", paths.CODES, manager, {"locationId": "main"})
    used_code = made.json()["data"]["code"]
    by_code = {"code": used_code, "nonce": "b" * 40, "name": f"{mark}till by code"}
    accepted = await world.ask("POST", paths.CODE_ACCEPT, None, by_code)
    assert accepted.status_code == 200, accepted.text
    page = (await manager.get("/realtime/snapshot", stream=tenant_stream(shop.id))).json()["data"]
    shop.known = Known(
        tenant=shop.id,
        place=place,
        stream=tenant_stream(shop.id),
        place_stream=location_stream(shop.id, place),
        product=product,
        user=f"{shop.id}-person",
        operation=received["id"],
        quarantined=unreadable["id"],
        conflict=counted[1]["conflict"]["id"],
        product_conflict=edited[1]["conflict"]["id"],
        shift=f"{shop.id}-shift",
        device=shop.till.user_id,
        event=event_id,
        change=(await manager.changes(tenant_stream(shop.id)))[-1]["changeId"],
        transaction=sold["id"],
        receipt=f"{shop.id}-receipt",
        movement=received["id"],
        page_token=page["nextPageToken"],
        refresh_token=signed_in.json()["data"]["refreshToken"],
        device_token=shop.till.answer["deviceToken"],
        sign_in=listed.json()["data"]["signIns"][0]["id"],
        username=f"{mark}clerk",
        barcode=barcode,
        used_code=used_code,
    )


def _all(results: list[dict[str, Any]], status: str) -> None:
    assert [result["status"] for result in results] == [status] * len(results), results


def rows_of(shop: ShopServer, tenant: str) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that the database holds of a tenant, table by table."""
    return {
        table: sorted(shop.rows(f"SELECT * FROM {table} WHERE tenant_id = '{tenant}'"), key=repr)  # noqa: S608
        for table in METADATA.tables
    }
