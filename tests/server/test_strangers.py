"""Strangers who try secrets lock nobody out, and get no further by having many addresses."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from server_stub.cli.demo_data import DEMO_PASSWORD
from server_stub.settings import RateLimits
from tests.kit.servers import ShopServer
from tests.kit.waiting import WAIT_S

pytestmark = pytest.mark.usefixtures("moment")

PROXIED = {"trusted_proxies": ("127.0.0.1",), "rate_limits": RateLimits()}
HOME, ELSEWHERE = "203.0.113.9", "198.51.100.7"


async def sign_in(
    shop: ShopServer, address: str, username: str = "alice", password: str = "wrong"
) -> httpx.Response:
    body = {"tenantId": "demo", "username": username, "password": password}
    return await shop.http.post("/api/v1/auth/login", json=body, headers={"X-Forwarded-For": address})


async def statuses(shop: ShopServer, address: str, times: int, username: str = "alice") -> list[int]:
    return [(await sign_in(shop, address, username)).status_code for _ in range(times)]


async def test_wrong_passwords_from_elsewhere_refuse_alice_nothing(open_with: Callable[..., Any]) -> None:
    async with open_with(**PROXIED) as shop:
        assert await statuses(shop, ELSEWHERE, 6) == [401] * 5 + [429]
        assert (await sign_in(shop, HOME, password=DEMO_PASSWORD)).status_code == 200
        assert (await sign_in(shop, ELSEWHERE, password=DEMO_PASSWORD)).status_code == 429


async def test_a_stranger_with_many_addresses_is_slowed_and_alice_is_not(
    open_with: Callable[..., Any],
) -> None:
    async with open_with(**PROXIED) as shop:
        assert (await sign_in(shop, HOME, password=DEMO_PASSWORD)).status_code == 200
        told = [(await sign_in(shop, f"198.51.100.{number}")).status_code for number in range(31)]
        assert told == [401] * 29 + [429] * 2  # her own first sign-in, from nowhere known, was one
        assert (await sign_in(shop, "192.0.2.1", password=DEMO_PASSWORD)).status_code == 429
        for _ in range(3):
            assert (await sign_in(shop, HOME, password=DEMO_PASSWORD)).status_code == 200
        assert (await sign_in(shop, "192.0.2.1", "bob", DEMO_PASSWORD)).status_code == 200


async def test_where_alice_is_known_is_known_after_a_restart_and_to_another_process(
    open_with: Callable[..., Any],
) -> None:
    async with open_with(**PROXIED) as shop:
        assert (await sign_in(shop, HOME, password=DEMO_PASSWORD)).status_code == 200
    async with open_with(**PROXIED) as shop:
        for number in range(31):
            await sign_in(shop, f"198.51.100.{number}")
        assert (await sign_in(shop, "192.0.2.1", password=DEMO_PASSWORD)).status_code == 429
        assert (await sign_in(shop, HOME, password=DEMO_PASSWORD)).status_code == 200


async def test_one_network_of_ipv6_is_one_address_and_mapped_ipv4_is_ipv4(
    open_with: Callable[..., Any],
) -> None:
    async with open_with(**PROXIED) as shop:
        told = [(await sign_in(shop, f"2001:db8:1:2::{number:x}")).status_code for number in range(6)]
        assert told == [401] * 5 + [429]
        assert (await sign_in(shop, "2001:db8:1:3::1")).status_code == 401
        assert await statuses(shop, "192.0.2.7", 5) == [401] * 5
        assert (await sign_in(shop, "::ffff:192.0.2.7")).status_code == 429


async def test_a_made_up_header_gives_no_further_attempts(open_with: Callable[..., Any]) -> None:
    """Neither without a proxy nor left of what the proxy says."""
    async with open_with(rate_limits=RateLimits()) as shop:
        told = [(await sign_in(shop, f"198.51.100.{number}")).status_code for number in range(6)]
        assert told == [401] * 5 + [429]
    async with open_with(**PROXIED) as shop:
        told = [(await sign_in(shop, f"10.0.0.{number}, {ELSEWHERE}")).status_code for number in range(6)]
        assert told == [401] * 5 + [429]


async def test_many_at_once_are_no_more_than_one_after_the_other(open_with: Callable[..., Any]) -> None:
    async with open_with(**PROXIED) as shop:
        told = await asyncio.gather(*(sign_in(shop, ELSEWHERE) for _ in range(20)))
        assert sorted(one.status_code for one in told) == [401] * 5 + [429] * 15


async def test_thirty_tills_of_one_shop_are_enrolled_at_once(open_with: Callable[..., Any]) -> None:
    async with open_with(**PROXIED) as shop:
        shop.http.timeout = httpx.Timeout(WAIT_S)
        told = await asyncio.gather(*(sign_in(shop, HOME, password=DEMO_PASSWORD) for _ in range(30)))
        assert {one.status_code for one in told} == {200}


async def test_who_guesses_at_the_shops_own_address_does_not_close_it_to_its_people(
    open_with: Callable[..., Any],
) -> None:
    async with open_with(
        trusted_proxies=("127.0.0.1",), rate_limits=RateLimits(address_tries_a_minute=10)
    ) as shop:
        assert (await sign_in(shop, HOME, password=DEMO_PASSWORD)).status_code == 200
        for number in range(12):
            await sign_in(shop, HOME, f"nobody-{number}")
        assert (await sign_in(shop, HOME, "bob", DEMO_PASSWORD)).status_code == 429
        assert (await sign_in(shop, HOME, password=DEMO_PASSWORD)).status_code == 200


async def test_a_new_password_makes_old_addresses_strangers(open_with: Callable[..., Any]) -> None:
    async with open_with(**PROXIED) as shop:
        ada = await shop.sign_in("demo", "ada")
        assert (await sign_in(shop, HOME, "bob", DEMO_PASSWORD)).status_code == 200
        answer = await shop.http.patch(
            "/api/v1/users/bob",
            json={"password": "kettle-harbour-violin"},
            headers={"Authorization": f"Bearer {ada.access_token}"},
        )
        assert answer.status_code == 200, answer.text
        assert shop.rows("SELECT count(*) FROM known_address WHERE user_id = 'bob'") == [(0,)]


async def test_so_many_addresses_are_remembered_and_no_more(open_with: Callable[..., Any]) -> None:
    async with open_with(
        trusted_proxies=("127.0.0.1",), rate_limits=RateLimits(strangers_tries_an_hour=100)
    ) as shop:
        for number in range(53):
            assert (await sign_in(shop, f"198.51.100.{number}", password=DEMO_PASSWORD)).status_code == 200
        kept = {address for (address,) in shop.rows("SELECT address FROM known_address")}
        assert len(kept) == 50
        assert "198.51.100.52" in kept


async def test_the_metrics_token_cannot_be_tried_for_long(open_with: Callable[..., Any]) -> None:
    async def ask(address: str, token: str) -> int:
        headers = {"X-Forwarded-For": address, "Authorization": f"Bearer {token}"}
        response: httpx.Response = await shop.http.get("/metrics", headers=headers)
        return response.status_code

    async with open_with(**PROXIED, metrics_token="m3tr1cs") as shop:
        assert await ask(HOME, "m3tr1cs") == 200
        assert [await ask(ELSEWHERE, "guess") for _ in range(6)] == [403] * 5 + [429]
        assert [await ask(f"192.0.2.{number}", "guess") for number in range(30)][-1] == 429
        for _ in range(20):
            assert await ask(HOME, "m3tr1cs") == 200


async def test_invented_refresh_tokens_cut_no_till_off_that_shares_their_address(
    open_with: Callable[..., Any],
) -> None:
    rates = RateLimits(refreshes_per_s=1, refreshes_burst=4)
    async with open_with(rate_limits=rates) as shop:
        till = await shop.enroll(await shop.sign_in("demo", "alice"))
        for _ in range(6):
            await shop.http.post("/api/v1/auth/refresh", json={"refreshToken": "evd_demo_00"})
        invented = await shop.http.post("/api/v1/auth/refresh", json={"refreshToken": "evd_demo_00"})
        assert invented.status_code == 429
        await shop.refresh_till(till.answer)


async def test_no_spelling_of_a_name_gives_further_attempts(open_with: Callable[..., Any]) -> None:
    """A sign-in leaves control letters of a name out: so each spelling would be an account of its own."""
    spellings = [f"al{chr(number)}ice" for number in range(1, 32)]
    async with open_with(**PROXIED) as shop:
        told = [(await sign_in(shop, ELSEWHERE, name)).status_code for name in spellings[:7]]
        assert told == [401] * 5 + [429] * 2
        assert (await sign_in(shop, ELSEWHERE)).status_code == 429
        assert await statuses(shop, "198.51.100.99", 6, "bob\ufdd0") == [401] * 5 + [429]
        assert (await sign_in(shop, "198.51.100.99", "bob", DEMO_PASSWORD)).status_code == 429


async def test_a_stranger_who_varies_name_and_address_is_slowed_and_alice_is_known_under_each_spelling(
    open_with: Callable[..., Any],
) -> None:
    async with open_with(**PROXIED) as shop:
        assert (await sign_in(shop, HOME, "al\x1bice", DEMO_PASSWORD)).status_code == 200
        names = [f"al{chr(0xFDD0 + number)}ice" for number in range(31)]
        told = [
            (await sign_in(shop, f"198.51.100.{number}", name)).status_code
            for number, name in enumerate(names)
        ]
        assert told == [401] * 29 + [429] * 2
        for name in ("alice", "al\x1bice"):
            assert (await sign_in(shop, HOME, name, DEMO_PASSWORD)).status_code == 200
