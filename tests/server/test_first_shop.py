"""A server without a shop: only who has read its set-up code makes the first one, and only the first."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from server_stub.clock import SystemClock
from server_stub.run import set_up_code
from server_stub.settings import Settings
from sync_agent.contract import paths
from sync_agent.contract.enrolment_codes import new_code
from tests.kit.clocks import ManualClock
from tests.kit.fixtures import DatabaseKind
from tests.kit.postgresql import FreshDatabase
from tests.kit.servers import ShopServer, open_shop
from tests.kit.waiting import WAIT_S

NONCE, OTHER = "n" * 43, "o" * 43
PASSWORD = "quiet lamp under 7 bridges"


@pytest.fixture
def books(database_kind: DatabaseKind, fresh_database: Callable[..., FreshDatabase]) -> FreshDatabase | None:
    """An empty database; None is a SQLite file."""
    return fresh_database() if database_kind == "postgresql" else None


@pytest.fixture
def settings(books: FreshDatabase | None, tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", database_url=None if books is None else books.server_url)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(SystemClock().now_ms())


@pytest.fixture
async def empty(
    settings: Settings, clock: ManualClock, books: FreshDatabase | None
) -> AsyncIterator[ShopServer]:
    async with open_shop(settings, clock, books=books) as shop:
        yield shop


async def printed_code(settings: Settings, *, alone: bool = False) -> str:
    """What a server prints as it starts, or the command."""
    code = await asyncio.to_thread(partial(set_up_code, settings, alone=alone))
    assert code is not None
    return code


def first_shop(code: str, nonce: str = NONCE, **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "nonce": nonce,
        "name": "Käthe’s Kiosk",
        "currency": "EUR",
        "location": {"name": "High Street", "timeZone": "Europe/Berlin"},
        "admin": {"username": "kaethe", "password": PASSWORD, "pin": "4821"},
        **more,
    }


async def set_up(shop: ShopServer, body: dict[str, Any]) -> httpx.Response:
    return await shop.http.post(paths.SET_UP, json=body)


def verdict(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


REFUSED = (404, "not_found")


async def test_the_printed_code_makes_the_first_shop_and_its_admin(
    empty: ShopServer, settings: Settings
) -> None:
    code = await printed_code(settings)
    offer = await empty.http.post(paths.CODE_LOOK_UP, json={"code": code})
    assert offer.json()["data"]["purpose"] == "first_shop"
    made = await set_up(empty, first_shop(code))
    assert made.json()["data"] == {"tenantId": "kathes-kiosk", "locationId": "high-street"}
    signed_in = await empty.http.post(
        paths.LOGIN, json={"tenantId": "kathes-kiosk", "username": "kaethe", "password": PASSWORD}
    )
    assert signed_in.json()["data"]["user"]["role"] == "admin"
    token = {"Authorization": f"Bearer {signed_in.json()['data']['accessToken']}"}
    enrolled = await empty.http.post(
        paths.ENROLL, json={"name": "Till 1", "locationId": "high-street"}, headers=token
    )
    assert enrolled.status_code == 200
    (pin,) = empty.rows("SELECT pin_verifier FROM user_account")
    assert pin[0].startswith("$argon2id$")


async def test_without_the_code_nobody_makes_a_shop(empty: ShopServer) -> None:
    assert verdict(await set_up(empty, first_shop(new_code()))) == REFUSED
    assert empty.rows("SELECT count(*) FROM tenant") == [(0,)]


async def test_two_at_once_make_one_shop(empty: ShopServer, settings: Settings) -> None:
    """Also with two codes, as two processes of one server print them."""
    codes = [await printed_code(settings) for _ in range(2)]
    bodies = [
        first_shop(code, nonce, tenantId=f"shop-{number}")
        for number, (code, nonce) in enumerate([(codes[0], NONCE), (codes[0], OTHER), (codes[1], "p" * 43)])
    ]
    answers = await asyncio.gather(*(set_up(empty, body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404]
    assert empty.rows("SELECT count(*) FROM tenant") == [(1,)]


async def test_a_lost_answer_is_given_again(
    empty: ShopServer, settings: Settings, clock: ManualClock
) -> None:
    body = first_shop(await printed_code(settings))
    first = await set_up(empty, body)
    assert (await set_up(empty, body)).json()["data"] == first.json()["data"]
    assert verdict(await set_up(empty, body | {"nonce": OTHER})) == REFUSED
    clock.advance(15 * 60)
    assert verdict(await set_up(empty, body)) == REFUSED
    assert empty.rows("SELECT count(*) FROM user_account") == [(1,)]


async def test_once_there_is_a_shop_no_code_is_printed_and_none_holds(
    empty: ShopServer, settings: Settings
) -> None:
    used, left = await printed_code(settings), await printed_code(settings)
    assert (await set_up(empty, first_shop(used))).status_code == 200
    assert await asyncio.to_thread(partial(set_up_code, settings, alone=True)) is None
    assert verdict(await empty.http.post(paths.CODE_LOOK_UP, json={"code": left})) == REFUSED
    assert verdict(await set_up(empty, first_shop(left, OTHER, name="Another"))) == REFUSED


async def test_a_set_up_code_lasts_a_day_and_a_new_one_ends_it(
    empty: ShopServer, settings: Settings, clock: ManualClock
) -> None:
    old = await printed_code(settings)
    new = await printed_code(settings, alone=True)
    assert verdict(await set_up(empty, first_shop(old))) == REFUSED
    clock.advance(24 * 3600 + 60)
    assert verdict(await set_up(empty, first_shop(new))) == REFUSED


@pytest.mark.parametrize(
    "wrong",
    [
        {"admin": {"username": "kaethe", "password": "short", "pin": "4821"}},
        {"admin": {"username": "kaethe", "password": PASSWORD, "pin": "48"}},
        {"admin": {"username": " ", "password": PASSWORD, "pin": "4821"}},
        {"currency": "euro"},
        {"name": " "},
        {"location": {"name": "Here", "timeZone": "Europe/Nowhere"}},
        {"location": {"name": "Here", "timeZone": "../../etc/passwd"}},
        {"tenantId": "*"},
    ],
)
async def test_what_is_wrong_uses_no_code(
    empty: ShopServer, settings: Settings, wrong: dict[str, Any]
) -> None:
    code = await printed_code(settings)
    assert verdict(await set_up(empty, first_shop(code) | wrong)) == (400, "bad_request")
    assert empty.rows("SELECT count(*) FROM tenant") == [(0,)]
    assert (await set_up(empty, first_shop(code))).status_code == 200


@pytest.mark.parametrize(
    "easy", [{"password": "kaethe1234"}, {"password": "password123"}, {"pin": "1234"}, {"pin": "1987"}]
)
async def test_an_admin_whose_secrets_are_easily_guessed_is_not_made(
    empty: ShopServer, settings: Settings, easy: dict[str, str]
) -> None:
    code = await printed_code(settings)
    admin = first_shop(code)["admin"] | easy
    assert verdict(await set_up(empty, first_shop(code, admin=admin))) == (422, "too_easy")
    assert (await set_up(empty, first_shop(code))).status_code == 200


async def test_an_enrolment_code_sets_nothing_up(empty: ShopServer, settings: Settings) -> None:
    made = await set_up(empty, first_shop(await printed_code(settings)))
    ids = made.json()["data"]
    body = {"tenantId": ids["tenantId"], "username": "kaethe", "password": PASSWORD}
    token = (await empty.http.post(paths.LOGIN, json=body)).json()["data"]["accessToken"]
    code = await empty.http.post(
        paths.CODES,
        json={"locationId": ids["locationId"]},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert verdict(await set_up(empty, first_shop(code.json()["data"]["code"], OTHER))) == REFUSED


def test_a_server_prints_its_code_as_it_starts_and_the_commands_print_others(
    tmp_path: Path, books: FreshDatabase | None
) -> None:
    home = ["--home", str(tmp_path / "home")]
    home += [] if books is None else ["--database", books.server_url]
    run = [sys.executable, "-m", "server_stub"]
    with subprocess.Popen([*run, *home, "--port", "0"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            url = server.stdout.readline().removeprefix("listening on ").strip()
            printed = server.stdout.readline()
            assert printed.startswith("no shop yet; set-up code: ")
            code = printed.rpartition(" ")[2].strip()
            again = command(run, "set-up-code", *home)
            assert "set-up code: " in again
            newer = again.splitlines()[0].rpartition(" ")[2]
            with httpx.Client(base_url=url, timeout=WAIT_S, trust_env=False) as client:
                assert client.post(paths.SET_UP, json=first_shop(code)).status_code == 404
                answered = client.post(paths.SET_UP, json=first_shop(newer))
                assert answered.status_code == 200, answered.text
                made = answered.json()["data"]
                shop = ["--tenant", made["tenantId"], "--location", made["locationId"]]
                enrolment = command(run, "enrolment-code", *home, *shop).partition(" ")[0]
                till = {"code": enrolment, "nonce": NONCE, "name": "Till 1"}
                assert client.post(paths.CODE_ACCEPT, json=till).status_code == 200
            refused = subprocess.run(
                [*run, "set-up-code", *home], capture_output=True, text=True, check=False, timeout=WAIT_S
            )
            assert refused.returncode == 2
            assert "there is a shop already" in refused.stderr
        finally:
            server.terminate()


def command(run: list[str], *arguments: str) -> str:
    return subprocess.run(
        [*run, *arguments], capture_output=True, text=True, check=True, timeout=WAIT_S
    ).stdout
