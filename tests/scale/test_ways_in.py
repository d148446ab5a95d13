"""The ways in over two server processes: what counts once counts once whichever of them is asked.

"At the same instant" is made: the test holds the row that both processes need until both of them wait for it.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest
from sqlalchemy import create_engine, text

from server_stub.cli.demo_data import DEMO_PASSWORD
from server_stub.store.database import sqlalchemy_url
from sync_agent.contract import paths
from sync_agent.contract.enrolment_codes import CODE_TRIES_MAX, new_code
from tests.kit.clients import Person
from tests.kit.postgresql import FreshDatabase
from tests.kit.redis_server import Redis
from tests.kit.server_processes import several, visiting
from tests.kit.servers import ShopServer
from tests.kit.waiting import until

pytestmark = [pytest.mark.xdist_group("scale"), pytest.mark.timeout(240), pytest.mark.slow]

Both = tuple[ShopServer, ShopServer]
Asked = Coroutine[Any, Any, httpx.Response]


@pytest.fixture
async def both(demo_books: FreshDatabase, redis_server: Redis, tmp_path: Path) -> AsyncIterator[Both]:
    redis_server.forget()
    async with several(tmp_path, demo_books, redis_server) as servers:
        one, two = await asyncio.gather(servers.start(), servers.start())
        async with visiting(one, tmp_path) as at_one, visiting(two, tmp_path) as at_two:
            yield at_one, at_two


async def at_once(books: FreshDatabase, held: str, *asked: Asked) -> list[httpx.Response]:
    """Asks all while the rows of `held` are locked, which they need, and lets go once they all wait."""
    engine = create_engine(sqlalchemy_url(books.superuser_url))
    try:
        with engine.begin() as connection:
            assert connection.execute(text(f"{held} FOR UPDATE")).all()
            asking = [asyncio.ensure_future(one) for one in asked]
            waits = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"
            await until(lambda: books.rows(waits) == [(len(asked),)], f"{len(asked)} wait for the row")
        return await asyncio.gather(*asking)
    finally:
        engine.dispose()


def statuses(answers: list[httpx.Response]) -> list[int]:
    return sorted(answer.status_code for answer in answers)


# --- one-time codes ----------------------------------------------------------------------------------------


async def code_of(shop: ShopServer) -> str:
    made = await (await shop.sign_in("demo", "alice")).post("/enrolment-codes", {"locationId": "main"})
    code: str = made.json()["data"]["code"]
    return code


def look_up(shop: ShopServer, code: str) -> Asked:
    return shop.http.post(paths.CODE_LOOK_UP, json={"code": code})


def accept(shop: ShopServer, code: str, nonce: str) -> Asked:
    return shop.http.post(paths.CODE_ACCEPT, json={"code": code, "nonce": nonce, "name": "Till"})


async def test_wrong_codes_are_counted_over_both_and_a_right_one_is_taken_at_either(both: Both) -> None:
    one, two = both
    code = await code_of(one)
    told = [(await look_up((one, two)[number % 2], new_code())).status_code for number in range(8)]
    assert told == [404] * CODE_TRIES_MAX + [429] * 3
    for shop in both:
        assert (await look_up(shop, new_code())).status_code == 429
        assert (await look_up(shop, code)).status_code == 200
    assert (await accept(two, code, "n" * 40)).status_code == 200


async def test_wrong_codes_at_both_at_once_do_not_get_past_the_limit(both: Both) -> None:
    answers = await asyncio.gather(*(look_up(both[number % 2], new_code()) for number in range(30)))
    assert statuses(answers) == [404] * CODE_TRIES_MAX + [429] * 25


async def test_a_code_that_two_tills_use_at_both_at_once_is_one_tills(
    both: Both, demo_books: FreshDatabase
) -> None:
    one, two = both
    code = await code_of(one)
    answers = await at_once(
        demo_books, "SELECT * FROM enrolment_code", accept(one, code, "n" * 40), accept(two, code, "o" * 40)
    )
    assert statuses(answers) == [200, 404]
    assert demo_books.rows("SELECT count(*) FROM device") == [(1,)]


async def test_a_till_that_asks_both_at_once_is_one_till(both: Both, demo_books: FreshDatabase) -> None:
    """An answer was slow, and the till asked again by way of the other process."""
    one, two = both
    code = await code_of(one)
    answers = await at_once(
        demo_books, "SELECT * FROM enrolment_code", accept(one, code, "n" * 40), accept(two, code, "n" * 40)
    )
    assert statuses(answers) == [200, 200]
    assert answers[0].json()["data"] == answers[1].json()["data"]
    assert demo_books.rows("SELECT count(*) FROM device") == [(1,)]


# --- second factors ----------------------------------------------------------------------------------------


def with_code(shop: ShopServer, what: str, code: str | None = None) -> Asked:
    body = {"tenantId": "demo", "username": "alice", "password": DEMO_PASSWORD, "features": ["tolerant"]}
    return shop.http.post(f"/api/v1/auth/{what}", json=body if code is None else {**body, "code": code})


async def set_up(shop: ShopServer) -> tuple[pyotp.TOTP, list[str]]:
    offer = (await with_code(shop, "second-factor/begin")).json()["data"]
    app = pyotp.TOTP(offer["secret"])
    confirmed = await with_code(shop, "second-factor/confirm", app.now())
    codes: list[str] = confirmed.json()["data"]["recoveryCodes"]
    return app, codes


@pytest.mark.parametrize("kind", ["of the app", "recovery"])
async def test_a_code_of_a_second_factor_counts_once_over_both(
    both: Both, demo_books: FreshDatabase, kind: str
) -> None:
    app, recovery = await set_up(both[0])
    demo_books.change("UPDATE second_factor SET last_step = 0")  # as if the confirming were long ago
    code = app.now() if kind == "of the app" else recovery[0]
    answers = await at_once(
        demo_books, "SELECT * FROM second_factor", *(with_code(shop, "login", code) for shop in both)
    )
    assert statuses(answers) == [200, 401]
    for shop in both:
        assert (await with_code(shop, "login", code)).status_code == 401


# --- refresh tokens ----------------------------------------------------------------------------------------


def refresh(shop: ShopServer, token: str, **more: Any) -> Asked:
    return shop.http.post(paths.REFRESH, json={"refreshToken": token, "features": ["tolerant"], **more})


def successor(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    token: str = answer.json()["data"]["refreshToken"]
    return token


async def test_a_persons_token_that_both_get_at_once_is_no_copy(
    both: Both, demo_books: FreshDatabase
) -> None:
    one, two = both
    bob = await one.sign_in("demo", "bob")
    first = bob.answer["refreshToken"]
    answers = await at_once(demo_books, "SELECT * FROM sign_in", refresh(one, first), refresh(two, first))
    assert successor(answers[0]) == successor(answers[1])
    third = successor(await refresh(two, successor(answers[0])))
    successor(await refresh(one, third))
    assert demo_books.rows("SELECT count(*) FROM audit_entry WHERE kind = 'anomaly'") == [(0,)]


async def test_a_tills_token_that_both_get_at_once_is_no_copy(both: Both, demo_books: FreshDatabase) -> None:
    """Its first credential, and a successor at its first use. A till's retry has the same nonce."""
    one, two = both
    till = await one.enroll(await one.sign_in("demo", "alice"))
    token = till.answer["deviceToken"]
    for nonce in ("first", "second", "third"):
        asked = [refresh(shop, token, nonce=nonce) for shop in both]
        answers = await at_once(demo_books, "SELECT * FROM device", *asked)
        assert successor(answers[0]) == successor(answers[1])
        token = successor(answers[0])
    assert demo_books.rows("SELECT cloned_ms FROM device") == [(None,)]
    access = (await refresh(two, token)).json()["data"]["accessToken"]
    assert (await Person(one.http, access, till.user_id, {}).get("/realtime/sync-state")).status_code == 200
