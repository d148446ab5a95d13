"""One-time codes: made for one till at one place, shown, used once, and of no use to anybody else."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from server_stub.services.people.first_shop import SET_UP_LASTS_S
from server_stub.settings import Settings
from sync_agent.contract import paths
from sync_agent.contract.enrolment_codes import CODE_LASTS_S, CODE_TRIES_MAX, new_code
from tests.kit.clients import Person
from tests.kit.clocks import ManualClock
from tests.kit.fixtures import DatabaseKind, OpenWith
from tests.kit.servers import ShopServer, open_shop
from tests.kit.waiting import until

NONCE, OTHER = "n" * 43, "o" * 43
MINUTE_S = 60


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def shop(
    settings: Settings, clock: ManualClock, database_kind: DatabaseKind, request: pytest.FixtureRequest
) -> AsyncIterator[ShopServer]:
    """A server whose clock the test moves."""
    books = request.getfixturevalue("demo_books") if database_kind == "postgresql" else None
    async with open_shop(settings, clock, books=books) as shop:
        yield shop


async def code_of(shop: ShopServer, place: str = "main", who: str = "alice") -> str:
    made = await (await shop.sign_in("demo", who)).post("/enrolment-codes", {"locationId": place})
    assert made.status_code == 200, made.text
    code: str = made.json()["data"]["code"]
    return code


async def ask(shop: ShopServer, path: str, body: object, address: str | None = None) -> httpx.Response:
    headers = {} if address is None else {"X-Forwarded-For": address}
    return await shop.http.post(path, json=body, headers=headers)


async def look_up(shop: ShopServer, code: str, address: str | None = None) -> httpx.Response:
    return await ask(shop, paths.CODE_LOOK_UP, {"code": code}, address)


async def accept(
    shop: ShopServer, code: str, nonce: str = NONCE, address: str | None = None, **more: Any
) -> httpx.Response:
    body = {"code": code, "nonce": nonce, "name": "Till 9", **more}
    return await ask(shop, paths.CODE_ACCEPT, body, address)


def verdict(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


REFUSED = (404, "not_found")


async def test_a_code_enrols_a_till_at_its_place(shop: ShopServer) -> None:
    answer = await accept(shop, await code_of(shop, "annex"))
    assert answer.status_code == 200, answer.text
    till = answer.json()["data"]
    assert till["location"]["id"] == "annex"
    assert till["tenant"]["id"] == "demo"
    refreshed = await shop.refresh_till(till)
    assert (await refreshed.get("/devices")).status_code == 403  # known, and no person
    (enrolled,) = shop.rows("SELECT name, location_id, enrolled_by FROM device")
    assert enrolled == ("Till 9", "annex", "alice")


async def test_looking_a_code_up_shows_the_shop_and_uses_nothing(shop: ShopServer) -> None:
    code = await code_of(shop)
    for _ in range(3):
        offer = (await look_up(shop, code)).json()["data"]
        assert offer["purpose"] == "till"
        assert offer["tenant"] == {"id": "demo", "name": "Marlow & Finch"}
        assert offer["location"]["id"] == "main"
    assert (await accept(shop, code)).status_code == 200


async def test_a_code_may_be_typed_as_it_was_heard(shop: ShopServer) -> None:
    code = await code_of(shop)
    assert [len(group) for group in code.split("-")] == [4, 4, 4]
    assert not set(code) & set("ILOU")
    sloppy = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert (await look_up(shop, f"  {sloppy} ")).status_code == 200


async def test_one_code_is_one_till(shop: ShopServer) -> None:
    code = await code_of(shop)
    assert (await accept(shop, code)).status_code == 200
    assert verdict(await accept(shop, code, OTHER)) == REFUSED
    assert verdict(await look_up(shop, code)) == REFUSED


async def test_of_many_tills_at_once_one_wins(shop: ShopServer) -> None:
    code = await code_of(shop)
    answers = await asyncio.gather(*(accept(shop, code, nonce * 40) for nonce in "abcde"))
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404, 404]
    assert shop.rows("SELECT count(*) FROM device") == [(1,)]


async def test_a_lost_answer_is_given_again_to_the_till_that_asked(
    shop: ShopServer, clock: ManualClock
) -> None:
    code = await code_of(shop)
    clock.advance(14 * MINUTE_S)
    first = (await accept(shop, code)).json()["data"]
    at_once = await asyncio.gather(*(accept(shop, code) for _ in range(3)))
    assert [answer.json()["data"] for answer in at_once] == [first] * 3
    clock.advance(14 * MINUTE_S)  # the code is over; its use was 14 minutes ago
    assert (await accept(shop, code)).json()["data"] == first
    assert shop.rows("SELECT count(*) FROM device") == [(1,)]
    clock.advance(2 * MINUTE_S)
    assert verdict(await accept(shop, code)) == REFUSED


async def test_a_till_that_was_revoked_meanwhile_gets_no_second_answer(shop: ShopServer) -> None:
    code = await code_of(shop)
    till = (await accept(shop, code)).json()["data"]
    alice = await shop.sign_in("demo", "alice")
    assert (await alice.post(f"/devices/{till['deviceId']}/revoke", {})).status_code == 200
    assert verdict(await accept(shop, code)) == (401, "unauthorized")


async def test_a_code_is_over_after_fifteen_minutes(shop: ShopServer, clock: ManualClock) -> None:
    code = await code_of(shop)
    clock.advance(15 * MINUTE_S)
    assert verdict(await look_up(shop, code)) == REFUSED
    assert verdict(await accept(shop, code)) == REFUSED
    assert shop.rows("SELECT count(*) FROM device") == [(0,)]


async def test_a_code_ends_with_its_makers_right(shop: ShopServer) -> None:
    code = await code_of(shop)
    ada = await shop.sign_in("demo", "ada")
    body = {"locations": ["annex"]}
    moved = await shop.http.patch("/api/v1/users/alice", json=body, headers=ada.headers)
    assert moved.status_code == 200, moved.text
    assert verdict(await look_up(shop, code)) == REFUSED
    assert verdict(await accept(shop, code)) == REFUSED


@pytest.mark.parametrize(
    ("who", "place", "refusal"),
    [
        ("bob", "main", (403, "forbidden")),
        ("alice", "nowhere", (404, "not_found")),
    ],
)
async def test_only_who_may_enrol_a_till_there_makes_a_code(
    shop: ShopServer, who: str, place: str, refusal: tuple[int, str]
) -> None:
    asked = await (await shop.sign_in("demo", who)).post("/enrolment-codes", {"locationId": place})
    assert verdict(asked) == refusal
    assert shop.rows("SELECT count(*) FROM enrolment_code") == [(0,)]


async def test_a_manager_makes_no_code_for_anothers_place(shop: ShopServer) -> None:
    ada = await shop.sign_in("demo", "ada")
    body = {"locations": ["main"]}
    await shop.http.patch("/api/v1/users/alice", json=body, headers=ada.headers)
    alice = await shop.sign_in("demo", "alice")
    assert verdict(await alice.post("/enrolment-codes", {"locationId": "annex"})) == (403, "forbidden")


async def test_a_code_is_nowhere_but_in_its_answer(
    shop: ShopServer, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    code = await code_of(shop)
    await look_up(shop, code)
    await accept(shop, code)
    rows = shop.rows("SELECT * FROM enrolment_code") + shop.rows("SELECT detail FROM audit_entry")
    said = capsys.readouterr()
    for spelling in (code, code.replace("-", "")):
        assert spelling not in f"{rows}{caplog.text}{said.out}{said.err}"


async def test_the_audit_names_who_made_a_code(shop: ShopServer) -> None:
    await accept(shop, await code_of(shop))
    lines = shop.rows("SELECT kind, actor_id, detail FROM audit_entry ORDER BY seq")
    made = [line for line in lines if "enrolment_code_made" in str(line)]
    used = [line for line in lines if line[0] == "enrolment"]
    assert [line[1] for line in made + used] == ["alice", "alice"]
    assert "code" in str(used[0][2])


async def test_the_sixth_wrong_code_from_an_address_is_told_to_wait_and_the_right_one_is_taken(
    shop: ShopServer,
) -> None:
    """Whoever shares the shop's address, its guests for one, does not hold up its tills."""
    code = await code_of(shop)
    for _ in range(CODE_TRIES_MAX):
        assert verdict(await look_up(shop, new_code())) == REFUSED
    for refused in (await look_up(shop, new_code()), await accept(shop, new_code())):
        assert verdict(refused) == (429, "rate_limited")
        assert "a right one is taken" in refused.json()["error"]["message"]
        assert 0 < refused.json()["error"]["retryAfterMs"] <= 16 * MINUTE_S * 1000
    assert (await look_up(shop, code)).status_code == 200
    assert (await accept(shop, code)).status_code == 200
    assert (await accept(shop, code)).status_code == 200, "and a lost answer is given again"


async def test_wrong_codes_at_the_same_instant_do_not_get_past_the_limit(shop: ShopServer) -> None:
    answers = await asyncio.gather(*(look_up(shop, new_code()) for _ in range(30)))
    assert sorted(answer.status_code for answer in answers) == [404] * CODE_TRIES_MAX + [429] * 25


async def test_with_shipped_defaults_strangers_at_many_addresses_hold_up_no_enrolment(
    open_with: OpenWith,
) -> None:
    """IPv6 gives anybody a great many networks, and each has its own tries."""
    async with open_with(trusted_proxies=("127.0.0.1",)) as shop:
        code = await code_of(shop)

        async def stranger(number: int) -> list[int]:
            address = f"2001:db8:0:{number:x}::1" if number % 2 else f"203.0.113.{number}"
            return [(await look_up(shop, new_code(), address)).status_code for _ in range(6)]

        for first in range(0, 240, 24):
            told = await asyncio.gather(*(stranger(first + number) for number in range(24)))
            assert told == [[404] * CODE_TRIES_MAX + [429]] * 24
        assert (await look_up(shop, code, "203.0.113.250")).status_code == 200
        assert (await accept(shop, code, address="203.0.113.250")).status_code == 200


def test_no_code_is_found_by_trying_however_many_addresses_try() -> None:
    """Nothing but its length guards a code: at 100,000 tries a second for as long as it holds, its chance to
    be found is below one in 2**32; for the set-up code, which holds for a day, below one in 2**26.
    """
    letters = {letter for _ in range(200) for letter in new_code() if letter != "-"}
    codes = len(letters) ** len(new_code().replace("-", ""))
    assert codes == 2**60
    assert codes > 100_000 * CODE_LASTS_S * 2**32
    assert codes > 100_000 * SET_UP_LASTS_S * 2**26
    assert len({new_code() for _ in range(2000)}) == 2000


async def test_right_codes_are_no_tries(shop: ShopServer) -> None:
    """A shop sets up all its tills at one address, in one go."""
    for number in range(CODE_TRIES_MAX + 2):
        code = await code_of(shop)
        assert (await look_up(shop, code)).status_code == 200
        assert (await accept(shop, code, f"{number}" * 40)).status_code == 200


async def test_a_right_code_does_not_make_wrong_ones_forgotten(shop: ShopServer) -> None:
    """Whoever has a shop of their own here would otherwise fill the trails of others without end."""
    code = await code_of(shop)
    for _ in range(CODE_TRIES_MAX):
        assert (await look_up(shop, code)).status_code == 200
        assert verdict(await look_up(shop, new_code())) == REFUSED
    assert verdict(await look_up(shop, new_code())) == (429, "rate_limited")


async def test_whoever_has_old_codes_of_a_shop_holds_up_none_of_its_new_ones(open_with: OpenWith) -> None:
    async with open_with(trusted_proxies=("127.0.0.1",)) as shop:
        used, code = await code_of(shop), await code_of(shop)
        await accept(shop, used)
        for number in range(3 * CODE_TRIES_MAX):
            assert verdict(await accept(shop, used, OTHER, f"203.0.113.{number}")) == REFUSED
        for _ in range(2 * CODE_TRIES_MAX):
            await accept(shop, used, OTHER, "203.0.113.0")
        assert (await look_up(shop, code, "203.0.113.0")).status_code == 200
        assert (await accept(shop, code, address="203.0.113.0")).status_code == 200

        def tried() -> int:
            lines = shop.rows(
                "SELECT coalesce(sum(times), 0) FROM audit_entry"
                " WHERE kind = 'enrolment' AND outcome = 'refused'"
            )
            return int(lines[0][0])

        # What is told to wait is no more news for the shop's trail.
        await until(lambda: tried() >= 3 * CODE_TRIES_MAX + CODE_TRIES_MAX - 1, "the trail has them")
        assert tried() == 3 * CODE_TRIES_MAX + CODE_TRIES_MAX - 1


async def test_a_shop_has_only_so_many_codes_at_a_time(open_with: OpenWith) -> None:
    async with open_with() as shop:
        alice: Person = await shop.sign_in("demo", "alice")
        answers = [await alice.post("/enrolment-codes", {"locationId": "main"}) for _ in range(51)]
        assert [answer.status_code for answer in answers] == [200] * 50 + [429]


async def test_a_till_that_is_enrolled_again_names_what_it_was(shop: ShopServer) -> None:
    first = (await accept(shop, await code_of(shop))).json()["data"]
    again = await accept(shop, await code_of(shop), OTHER, formerDeviceId=first["deviceId"])
    assert again.json()["data"]["receiptSeries"] != first["receiptSeries"]
    former = shop.rows("SELECT former_id FROM device ORDER BY enrolled_ms, id")
    assert sorted(former, key=str) == sorted([(None,), (first["deviceId"],)], key=str)
