"""Signing in, refresh tokens that rotate, and tills with their own credentials."""

import stat
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from server_stub.settings import RateLimits
from tests.kit.clients import Person
from tests.kit.operations import movement
from tests.kit.servers import ShopServer


async def refresh(shop: ShopServer, token: str) -> httpx.Response:
    return await shop.http.post("/api/v1/auth/refresh", json={"refreshToken": token})


async def renewed(shop: ShopServer, token: str) -> str:
    response = await refresh(shop, token)
    assert response.status_code == 200, response.text
    successor: str = response.json()["data"]["refreshToken"]
    return successor


async def test_login_says_who_one_is(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    assert bob.answer["expiresIn"] == 900
    assert bob.answer["user"] == {
        "id": "bob",
        "username": "bob",
        "name": "Bob Finch",
        "role": "clerk",
        "locations": ["main", "annex"],
    }


@pytest.mark.parametrize(
    ("tenant", "username", "password"),
    [("demo", "bob", "wrong"), ("demo", "nobody", "x"), ("nowhere", "bob", "x"), ("rival", "bob", "x")],
)
async def test_login_tells_nobody_what_was_wrong(
    shop: ShopServer, tenant: str, username: str, password: str
) -> None:
    body = {"tenantId": tenant, "username": username, "password": password}
    response = await shop.http.post("/api/v1/auth/login", json=body)
    assert response.status_code == 401
    assert response.json()["error"]["message"] == "wrong tenant, name or password"


async def test_a_refresh_token_whose_answer_was_lost_gives_the_same_successor(shop: ShopServer) -> None:
    first = (await shop.sign_in("demo", "bob")).answer["refreshToken"]
    successor = await renewed(shop, first)
    assert await renewed(shop, first) == successor
    assert await renewed(shop, successor) not in (first, successor)


async def test_a_token_used_after_its_successor_ends_the_family(shop: ShopServer) -> None:
    first = (await shop.sign_in("demo", "bob")).answer["refreshToken"]
    second = await renewed(shop, first)
    third = await renewed(shop, second)
    for token in (first, second, third):
        assert (await refresh(shop, token)).status_code == 401


async def test_signing_out_ends_the_family(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    successor = await renewed(shop, bob.answer["refreshToken"])
    assert (await bob.post("/auth/logout", {"refreshToken": successor})).status_code == 200
    assert (await refresh(shop, successor)).status_code == 401
    assert (await refresh(shop, "evr_made-up")).status_code == 401


@pytest.mark.parametrize("token", ["evr_demo_made-up", "evd_demo_made-up", "evd_nowhere_x", "nonsense"])
async def test_a_token_that_was_never_given_out_does_not_take_the_writers_time(
    shop: ShopServer, token: str
) -> None:
    before = await _writes(shop)
    answer = await refresh(shop, token)
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "this token does not hold; sign in again"
    assert await _writes(shop) == before


async def _writes(shop: ShopServer) -> list[str]:
    metrics = (await shop.metrics()).text
    return [line for line in metrics.splitlines() if "transaction" in line and 'kind="write"' in line]


@pytest.mark.usefixtures("moment")
async def test_tokens_without_end_are_held_back(open_with: Callable[..., Any]) -> None:
    async with open_with(rate_limits=RateLimits(refreshes_per_s=1, refreshes_burst=3)) as shop:
        answers = [await refresh(shop, "evr_demo_made-up") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]


async def test_a_till_is_enrolled_by_a_manager_with_a_series_of_its_own(shop: ShopServer) -> None:
    alice = await shop.sign_in("demo", "alice")
    answers = [(await shop.enroll(alice, f"Till {number}")).answer for number in (1, 2)]
    assert [answer["receiptSeries"] for answer in answers] == ["T1", "T2"]
    assert answers[0]["tenant"]["currency"] == "GBP"
    assert answers[0]["location"] == {
        "id": "main",
        "name": "High Street",
        "timeZone": "Europe/London",
        "version": 1,
    }
    bob = await shop.sign_in("demo", "bob")
    for who, place, code in ((bob, "main", 403), (alice, "nowhere", 404)):
        response = await who.post("/devices/enroll", {"name": "Till", "locationId": place})
        assert response.status_code == code


async def test_a_tills_credential_does_not_rotate_and_outlives_the_clerk(shop: ShopServer) -> None:
    till = await shop.enroll(await shop.sign_in("demo", "alice"))
    response = await refresh(shop, till.answer["deviceToken"])
    assert "refreshToken" not in response.json()["data"]
    assert (await till.send(movement("p", 1, actorId="bob")))[0]["status"] == "applied"
    stored = shop.rows("SELECT token_hash FROM device")
    assert till.answer["deviceToken"] not in str(stored)


async def test_a_token_that_is_missing_made_up_or_run_out_is_refused(
    shop: ShopServer, open_with: Callable[..., Any]
) -> None:
    for headers in ({}, {"Authorization": "Bearer x.y.z"}, {"Authorization": "Basic YTpi"}):
        response = await shop.http.get("/api/v1/realtime/conflicts", headers=headers)
        assert (response.status_code, response.json()["error"]["code"]) == (401, "unauthorized")
    async with open_with(access_token_s=0) as impatient:
        late = await impatient.sign_in("demo", "bob")
        response = await late.get("/realtime/conflicts")
        assert (response.status_code, response.json()["error"]["code"]) == (401, "token_expired")


async def test_the_signing_secret_is_for_its_owner_alone(shop: ShopServer) -> None:
    mode = (shop.home / "token-secret").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


async def test_a_persons_token_acts_in_that_persons_name_and_at_their_places(shop: ShopServer) -> None:
    mallory: Person = await shop.sign_in("rival", "mallory")
    results = await mallory.send(
        movement("p", 1, actorId="alice"), movement("p", 1, locationId="annex"), movement("p", 1)
    )
    assert [result.get("code") for result in results] == ["forbidden", "not_found", None]
