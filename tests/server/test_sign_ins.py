"""Sign-ins of people: a copied refresh token shows, none lasts for ever, and each can be seen and ended."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

import httpx
import pytest

from server_stub.cli.demo_data import DEMO_PASSWORD
from tests.kit.clients import Person
from tests.kit.clocks import ManualClock
from tests.kit.fixtures import OpenWith
from tests.kit.servers import ShopServer

SHOP, SHOP_TOO, THIEF = "203.0.113.9", "203.0.113.77", "198.51.100.4"
DAY_S = 24 * 3600


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


Opened = Callable[..., AbstractAsyncContextManager[ShopServer]]


@pytest.fixture
def opened(open_with: OpenWith, clock: ManualClock) -> Opened:
    """A server behind a proxy, with some settings changed."""
    return partial(open_with, clock, trusted_proxies=("127.0.0.1",))


@pytest.fixture
async def shop(opened: Opened) -> AsyncIterator[ShopServer]:
    async with opened() as shop:
        yield shop


async def sign_in(shop: ShopServer, username: str, address: str = SHOP) -> Person:
    body = {"tenantId": "demo", "username": username, "password": DEMO_PASSWORD}
    response = await shop.http.post("/api/v1/auth/login", json=body, headers={"X-Forwarded-For": address})
    answer = response.json()["data"]
    return Person(shop.http, answer["accessToken"], answer["user"]["id"], answer)


async def refresh(shop: ShopServer, token: str, address: str = SHOP) -> httpx.Response:
    body = {"refreshToken": token}
    return await shop.http.post("/api/v1/auth/refresh", json=body, headers={"X-Forwarded-For": address})


async def successor(shop: ShopServer, token: str, address: str = SHOP) -> str:
    response = await refresh(shop, token, address)
    assert response.status_code == 200, response.text
    given: str = response.json()["data"]["refreshToken"]
    return given


async def sign_ins(person: Person, **query: str) -> list[dict[str, Any]]:
    response = await person.get("/auth/sign-ins", **query)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["data"]["signIns"]
    return found


# --- a copied token --------------------------------------------------------------------------------------


async def test_a_lost_answer_costs_nothing_within_a_minute_in_the_same_network(
    shop: ShopServer, clock: ManualClock
) -> None:
    first = (await sign_in(shop, "bob")).answer["refreshToken"]
    second = await successor(shop, first)
    clock.advance(60)
    assert await successor(shop, first, SHOP_TOO) == second
    assert await successor(shop, second) not in (first, second)


@pytest.mark.parametrize("network", ["elsewhere", "later", "elsewhere, by IPv6"])
async def test_a_thief_in_step_with_the_owner_ends_the_sign_in(
    shop: ShopServer, clock: ManualClock, network: str
) -> None:
    owner, thief = {
        "elsewhere": (SHOP, THIEF),
        "later": (SHOP, SHOP),
        "elsewhere, by IPv6": ("2001:db8:1:2::1", "2001:db8:1:3::1"),
    }[network]
    bob = await sign_in(shop, "bob", owner)
    token = bob.answer["refreshToken"]
    mine = await successor(shop, token, owner)
    if network == "later":
        clock.advance(61)
    assert (await refresh(shop, token, thief)).status_code == 401
    assert (await refresh(shop, mine, owner)).status_code == 401
    assert (await bob.get("/realtime/conflicts")).status_code == 401, "its access tokens end with it"
    (line,) = shop.rows(
        "SELECT kind, actor_id, address, resource_id, detail FROM audit_entry"
        " WHERE outcome = 'refresh_token_reused'"
    )
    assert line[:3] == ("anomaly", "bob", thief)
    assert owner in line[4]
    assert (line[3], 0) in shop.rows("SELECT id, ended_ms IS NULL FROM sign_in")


async def test_one_ipv6_network_is_one_client(shop: ShopServer) -> None:
    first = (await sign_in(shop, "bob", "2001:db8:1:2::1")).answer["refreshToken"]
    second = await successor(shop, first, "2001:db8:1:2::1")
    assert await successor(shop, first, "2001:db8:1:2:abcd::7") == second


async def test_asking_again_does_not_prolong_the_minute(shop: ShopServer, clock: ManualClock) -> None:
    first = (await sign_in(shop, "bob")).answer["refreshToken"]
    for _ in range(3):
        await successor(shop, first)
        clock.advance(30)
    assert (await refresh(shop, first)).status_code == 401


async def test_an_older_token_within_the_minute_is_reuse_all_the_same(shop: ShopServer) -> None:
    first = (await sign_in(shop, "bob")).answer["refreshToken"]
    second = await successor(shop, first)
    third = await successor(shop, second)
    assert (await refresh(shop, first)).status_code == 401
    assert (await refresh(shop, third)).status_code == 401


async def test_a_clock_that_is_set_back_opens_no_window(shop: ShopServer, clock: ManualClock) -> None:
    first = (await sign_in(shop, "bob")).answer["refreshToken"]
    await successor(shop, first)
    clock.advance(-3600)
    assert (await refresh(shop, first)).status_code == 401


async def test_reuse_ends_its_own_sign_in_and_no_other(shop: ShopServer) -> None:
    stolen, other = await sign_in(shop, "bob"), await sign_in(shop, "bob")
    await successor(shop, stolen.answer["refreshToken"])
    assert (await refresh(shop, stolen.answer["refreshToken"], THIEF)).status_code == 401
    # A token of a sign-in that has ended is no news, and costs nobody else anything.
    assert (await refresh(shop, stolen.answer["refreshToken"], THIEF)).status_code == 401
    await successor(shop, other.answer["refreshToken"])
    assert shop.rows("SELECT count(*) FROM audit_entry WHERE outcome = 'refresh_token_reused'") == [(1,)]


# --- a whole lifetime ------------------------------------------------------------------------------------


async def test_a_sign_in_ends_however_much_it_is_used(opened: Opened, clock: ManualClock) -> None:
    async with opened(sign_in_days=40) as shop:
        bob = await sign_in(shop, "bob")
        token = bob.answer["refreshToken"]
        for _ in range(3):
            clock.advance(13 * DAY_S)
            token = await successor(shop, token)
        clock.advance(DAY_S - 60)
        response = await refresh(shop, token)
        answer = response.json()["data"]
        assert answer["expiresIn"] == 60, "no access token outlives its sign-in"
        clock.advance(60)
        assert (await refresh(shop, answer["refreshToken"])).status_code == 401
        late = Person(shop.http, answer["accessToken"], "bob", {})
        assert (await late.get("/realtime/conflicts")).json()["error"]["code"] == "token_expired"


async def test_by_default_a_sign_in_lasts_for_ninety_days(shop: ShopServer, clock: ManualClock) -> None:
    token = (await sign_in(shop, "bob")).answer["refreshToken"]
    for _ in range(89):
        clock.advance(DAY_S)
        token = await successor(shop, token)
    clock.advance(DAY_S)
    assert (await refresh(shop, token)).status_code == 401


async def test_a_shorter_setting_counts_for_sign_ins_that_are_there(
    opened: Opened, clock: ManualClock
) -> None:
    async with opened() as shop:
        token = (await sign_in(shop, "bob")).answer["refreshToken"]
    clock.advance(8 * DAY_S)
    async with opened(sign_in_days=7) as shop:
        assert (await refresh(shop, token)).status_code == 401


async def test_a_sign_in_of_a_former_process_counts_from_its_first_refresh(
    shop: ShopServer, clock: ManualClock
) -> None:
    token = (await sign_in(shop, "bob")).answer["refreshToken"]
    shop.change("DELETE FROM sign_in")
    second = await successor(shop, token)
    assert shop.rows("SELECT user_id, began_ms FROM sign_in") == [("bob", clock.now_ms())]
    assert (await refresh(shop, token, THIEF)).status_code == 401
    assert (await refresh(shop, second)).status_code == 401


# --- seen and ended --------------------------------------------------------------------------------------


async def test_one_sees_where_one_is_signed_in(shop: ShopServer, clock: ManualClock) -> None:
    here, there = await sign_in(shop, "bob"), await sign_in(shop, "bob", THIEF)
    await sign_in(shop, "alice")
    clock.advance(600)
    await successor(shop, there.answer["refreshToken"], SHOP_TOO)
    newest, oldest = await sign_ins(here)
    assert (newest["beganFrom"], newest["lastUsedFrom"]) == (THIEF, SHOP_TOO)
    assert newest["beganAt"] < newest["lastUsedAt"] < newest["endsAt"]
    assert oldest["current"] is True
    assert "current" not in newest
    assert {row["userId"] for row in (newest, oldest)} == {"bob"}


async def test_one_ends_a_sign_in_and_the_trail_says_so(shop: ShopServer) -> None:
    here, there = await sign_in(shop, "bob"), await sign_in(shop, "bob", THIEF)
    (other,) = [row for row in await sign_ins(here) if "current" not in row]
    for _ in range(2):
        assert (await here.post(f"/auth/sign-ins/{other['id']}/end", {})).status_code == 200
    assert (await there.get("/realtime/conflicts")).status_code == 401
    assert (await refresh(shop, there.answer["refreshToken"], THIEF)).status_code == 401
    assert [row.get("current") for row in await sign_ins(here)] == [True]
    (line,) = shop.rows(
        "SELECT kind, actor_id, address, detail FROM audit_entry WHERE resource_type = 'sign_in'"
    )
    assert line[:2] == ("administration", "bob")
    assert "sign_in_ended" in line[3]


async def test_an_admin_ends_those_of_people_below_and_a_manager_those_of_clerks(shop: ShopServer) -> None:
    signed_in = {name: await sign_in(shop, name) for name in ("ada", "alice", "bob")}
    may = {("ada", "alice"), ("ada", "bob"), ("alice", "bob")}
    for who, person in signed_in.items():
        for whose in signed_in:
            if who == whose:
                continue
            response = await person.get("/auth/sign-ins", userId=whose)
            assert response.status_code == (200 if (who, whose) in may else 403), (who, whose)
    ids = {name: (await sign_ins(person))[0]["id"] for name, person in signed_in.items()}
    for who, whose in (("bob", "alice"), ("bob", "ada"), ("alice", "ada")):
        response = await signed_in[who].post(f"/auth/sign-ins/{ids[whose]}/end", {})
        assert response.status_code == 404, (who, whose)
    for who, whose in (("alice", "bob"), ("ada", "alice")):
        assert (await signed_in[who].post(f"/auth/sign-ins/{ids[whose]}/end", {})).status_code == 200
        assert (await refresh(shop, signed_in[whose].answer["refreshToken"])).status_code == 401
    await successor(shop, signed_in["ada"].answer["refreshToken"])


async def test_a_sign_in_that_is_over_is_not_listed(shop: ShopServer, clock: ManualClock) -> None:
    await sign_in(shop, "bob")
    clock.advance(31 * DAY_S)
    assert len(await sign_ins(await sign_in(shop, "bob"))) == 1


async def test_a_new_password_ends_them_all(shop: ShopServer) -> None:
    bob, ada = await sign_in(shop, "bob"), await sign_in(shop, "ada")
    body = {"password": "another password"}
    response = await shop.http.patch("/api/v1/users/bob", json=body, headers=ada.headers)
    assert response.status_code == 200
    assert (await bob.get("/auth/sign-ins")).status_code == 401
    assert await sign_ins(ada, userId="bob") == []
