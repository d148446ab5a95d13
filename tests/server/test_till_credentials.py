"""A till's credential rotates: a lost answer costs nothing, a copy shows, no restoring locks a till out."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

import httpx
import pytest

from server_stub.services.people import credentials
from server_stub.settings import Settings
from tests.kit.clients import Person
from tests.kit.clocks import ManualClock
from tests.kit.fixtures import OpenWith
from tests.kit.servers import ShopServer

SHOP, THIEF = "203.0.113.9", "198.51.100.4"
WEEKS_S = 6 * 7 * 24 * 3600


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


Opened = Callable[[], AbstractAsyncContextManager[ShopServer]]


@pytest.fixture
def opened(open_with: OpenWith, clock: ManualClock) -> Opened:
    """A server behind a proxy."""
    return partial(open_with, clock, trusted_proxies=("127.0.0.1",))


@pytest.fixture
async def shop(opened: Opened) -> AsyncIterator[ShopServer]:
    async with opened() as shop:
        yield shop


async def enrolled(shop: ShopServer) -> tuple[Person, str]:
    till = await shop.enroll(await shop.sign_in("demo", "alice"))
    return till, till.answer["deviceToken"]


async def ask(
    shop: ShopServer, token: str, nonce: str | None = None, address: str = SHOP, **body: Any
) -> httpx.Response:
    asked = {"refreshToken": token, "features": ["tolerant"], **({"nonce": nonce} if nonce else {}), **body}
    return await shop.http.post("/api/v1/auth/refresh", json=asked, headers={"X-Forwarded-For": address})


async def successor(shop: ShopServer, token: str, nonce: str | None = None, address: str = SHOP) -> str:
    response = await ask(shop, token, nonce, address)
    assert response.status_code == 200, response.text
    given: str = response.json()["data"]["refreshToken"]
    return given


async def refused(shop: ShopServer, token: str, address: str = SHOP) -> str:
    response = await ask(shop, token, address=address)
    assert response.status_code in (401, 403), response.text
    code: str = response.json()["error"]["code"]
    return code


async def test_a_predecessor_holds_until_its_successor_was_used_however_long(
    shop: ShopServer, clock: ManualClock
) -> None:
    _, first = await enrolled(shop)
    second = await successor(shop, first)
    clock.advance(WEEKS_S)
    assert await successor(shop, first, address=THIEF) == second, "the line may be another by then"
    third = await successor(shop, second)
    clock.advance(WEEKS_S)
    assert await successor(shop, second) == third


async def test_an_old_credential_is_a_copy_and_shows(shop: ShopServer, clock: ManualClock) -> None:
    till, first = await enrolled(shop)
    second = await successor(shop, first)
    await successor(shop, second)
    clock.advance(61)
    assert await refused(shop, first, THIEF) == "device_cloned"
    assert await refused(shop, second) == "device_cloned"
    assert (await till.get("/realtime/conflicts")).status_code == 401, "access tokens end with it"
    (line,) = shop.rows(
        "SELECT kind, device_id, address, detail FROM audit_entry WHERE outcome = 'device_cloned'"
    )
    assert line[:3] == ("anomaly", till.user_id, THIEF)
    assert "credential" in line[3]
    alice = await shop.sign_in("demo", "alice")
    (listed,) = (await alice.get("/devices")).json()["data"]["devices"]
    assert listed["clonedAt"]


@pytest.mark.parametrize("address", [SHOP, THIEF])
async def test_a_thief_in_step_shows_at_the_next_step(shop: ShopServer, address: str) -> None:
    _, stolen = await enrolled(shop)
    mine, copied = await successor(shop, stolen, "mine"), await successor(shop, stolen, "other", address)
    assert mine != copied
    await successor(shop, mine, "mine again")
    assert await refused(shop, copied, address) == "device_cloned"
    assert await refused(shop, mine) == "device_cloned"


async def test_a_request_that_was_overtaken_is_no_copy(shop: ShopServer, clock: ManualClock) -> None:
    _, first = await enrolled(shop)
    second = await successor(shop, first)
    await successor(shop, second)
    clock.advance(59)
    late = await ask(shop, first)
    assert late.status_code == 200
    assert "refreshToken" not in late.json()["data"], "it begins no second line"
    assert await refused(shop, first, THIEF) == "device_cloned"


async def test_a_till_of_an_older_release_goes_on_with_its_credential(
    shop: ShopServer, clock: ManualClock
) -> None:
    _, fixed = await enrolled(shop)
    for _ in range(3):
        response = await ask(shop, fixed, features=[])
        assert "refreshToken" not in response.json()["data"]
        clock.advance(WEEKS_S)
    # Nor does one harm that names the feature and goes on with what it has.
    for _ in range(3):
        await successor(shop, fixed)
        clock.advance(WEEKS_S)
    assert (await ask(shop, fixed, features=[])).status_code == 200


async def test_a_restored_server_knows_a_credential_that_it_does_not_remember(
    shop: ShopServer, clock: ManualClock
) -> None:
    till, token = await enrolled(shop)
    token = await successor(shop, token)
    (before,) = shop.rows(
        "SELECT token_hash, next_hash, first_hash, generation, used_ms, used_from FROM device"
    )
    old = token
    for _ in range(5):
        token = await successor(shop, token)
    # As a backup from then has it.
    shop.change(
        "UPDATE device SET token_hash = :a, next_hash = :b, first_hash = :c, generation = :d,"
        " used_ms = :e, used_from = :f",
        **dict(zip("abcdef", before, strict=True)),
    )
    token = await successor(shop, token)
    await successor(shop, token)
    clock.advance(61)
    (line,) = shop.rows("SELECT device_id FROM audit_entry WHERE outcome = 'credential_of_the_future'")
    assert line == (till.user_id,)
    assert await refused(shop, old) == "device_cloned", "what it superseded stays superseded"


async def test_a_new_secret_ends_no_till(opened: Opened, settings: Settings) -> None:
    async with opened() as shop:
        _, first = await enrolled(shop)
        current = await successor(shop, first)
        unused = await successor(shop, current)
    settings.secret_file.write_bytes(b"another secret of thirty-two bytes")
    async with opened() as shop:
        third = await successor(shop, unused)
        await successor(shop, third)


async def test_a_forged_successor_is_nobodys(shop: ShopServer) -> None:
    till, first = await enrolled(shop)
    forged = credentials.successor_of_till(first, till.user_id, 7, "", b"x" * 32)
    assert await refused(shop, forged) == "unauthorized"
    second = await successor(shop, first)
    named, _, signature = second.rpartition(".")
    parts = named.split(".")
    for odd in (
        f"{named}.{'0' * 64}",
        f"{named}.",
        second.replace("evd_demo", "evd_rival"),
        ".".join([parts[0].replace("1", "2", 1), *parts[1:], signature]),
        second.replace("_demo_1.", "_demo_9."),
    ):
        assert await refused(shop, odd) == "unauthorized", odd
    assert await successor(shop, first) == second


async def test_a_revoked_till_stays_revoked_with_each_of_its_credentials(shop: ShopServer) -> None:
    till, first = await enrolled(shop)
    second = await successor(shop, first)
    third = await successor(shop, second)
    alice = await shop.sign_in("demo", "alice")
    await alice.post(f"/devices/{till.user_id}/revoke", {})
    for token in (first, second, third):
        assert await refused(shop, token) == "unauthorized"
    assert shop.rows("SELECT cloned_ms FROM device") == [(None,)]


async def test_only_hashes_are_stored(shop: ShopServer) -> None:
    _, first = await enrolled(shop)
    second = await successor(shop, first)
    third = await successor(shop, second)
    stored = str(shop.rows("SELECT * FROM device"))
    assert not [token for token in (first, second, third) if token in stored]


async def test_a_till_ends_its_own_credential_and_no_other(shop: ShopServer) -> None:
    till, first = await enrolled(shop)
    other, others = await enrolled(shop)
    second = await successor(shop, first)
    third = await successor(shop, second)
    assert (await till.post("/auth/logout", {"refreshToken": others})).status_code == 200
    assert (await ask(shop, others)).status_code == 200
    assert (await till.post("/auth/logout", {"refreshToken": third})).status_code == 200
    for token in (second, third):
        assert await refused(shop, token) == "unauthorized"
    assert (await till.get("/realtime/conflicts")).status_code == 401
    (line,) = shop.rows("SELECT kind, device_id FROM audit_entry WHERE outcome = 'signed_out'")
    assert line == ("enrolment", till.user_id)
    assert (await other.get("/realtime/conflicts")).status_code == 200
