"""A second factor: codes that count once, recovery codes, and a shop that requires one of its managers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pyotp
import pytest

from server_stub.cli.demo_data import DEMO_PASSWORD
from server_stub.settings import RateLimits
from tests.kit.clients import Person
from tests.kit.clocks import ManualClock
from tests.kit.servers import ShopServer


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def shop(open_with: Callable[..., Any], clock: ManualClock) -> AsyncIterator[ShopServer]:
    async with open_with(clock=clock) as shop:
        yield shop


class App:
    """An authenticator app whose clock is the server's."""

    def __init__(self, clock: ManualClock, secret: str) -> None:
        self._clock = clock
        self._totp = pyotp.TOTP(secret)

    def code(self, steps: int = 0) -> str:
        return self._totp.generate_otp(self._clock.now_ms() // 30_000 + steps)


async def ask(
    shop: ShopServer, what: str, code: str | None = None, username: str = "alice", **changed: Any
) -> httpx.Response:
    body = {"tenantId": "demo", "username": username, "password": DEMO_PASSWORD, "features": ["tolerant"]}
    sent = {**body, **({} if code is None else {"code": code}), **changed}
    return await shop.http.post(f"/api/v1/auth/{what}", json=sent)


def done(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()["data"]
    return answer


def refusal(response: httpx.Response) -> str:
    assert response.status_code != 200, response.text
    return str(response.json()["error"]["code"])


async def set_up(shop: ShopServer, clock: ManualClock, username: str = "alice") -> tuple[App, list[str]]:
    """Afterwards the next step has begun: the code that confirmed is over."""
    offer = done(await ask(shop, "second-factor/begin", username=username))
    assert offer["link"].startswith("otpauth://totp/Marlow")
    app = App(clock, offer["secret"])
    confirmed = done(await ask(shop, "second-factor/confirm", app.code(), username=username))
    clock.advance(30)
    return app, confirmed["recoveryCodes"]


async def test_whoever_set_one_up_signs_in_with_password_and_code(
    shop: ShopServer, clock: ManualClock
) -> None:
    before = await shop.sign_in("demo", "alice")
    app, _codes = await set_up(shop, clock)
    assert (await before.get("/realtime/sync-state")).status_code == 401  # signed in by the password alone
    assert refusal(await ask(shop, "login")) == "second_factor_needed"
    assert refusal(await ask(shop, "login", "000000")) == "unauthorized"
    assert refusal(await ask(shop, "login", app.code(), password="wrong")) == "unauthorized"
    assert done(await ask(shop, "login", app.code()))["user"]["id"] == "alice"
    assert done(await ask(shop, "login", username="bob"))["user"]["id"] == "bob"


async def test_a_code_counts_once_and_so_does_an_earlier_one(shop: ShopServer, clock: ManualClock) -> None:
    app, _codes = await set_up(shop, clock)
    code, earlier = app.code(), app.code(-1)
    done(await ask(shop, "login", code))
    assert refusal(await ask(shop, "login", code)) == "unauthorized"
    assert refusal(await ask(shop, "login", earlier)) == "unauthorized"
    clock.advance(30)
    told = await asyncio.gather(*(ask(shop, "login", app.code()) for _ in range(4)))
    assert sorted(one.status_code for one in told) == [200, 401, 401, 401]


async def test_codes_of_the_step_before_and_after_count_and_no_others(
    shop: ShopServer, clock: ManualClock
) -> None:
    app, _codes = await set_up(shop, clock)
    clock.advance(300)
    assert refusal(await ask(shop, "login", app.code(-2))) == "unauthorized"
    assert refusal(await ask(shop, "login", app.code(2))) == "unauthorized"
    done(await ask(shop, "login", app.code(-1)))
    done(await ask(shop, "login", app.code(1)))


async def test_the_code_that_confirmed_signs_nobody_in(shop: ShopServer, clock: ManualClock) -> None:
    offer = done(await ask(shop, "second-factor/begin"))
    app = App(clock, offer["secret"])
    code = app.code()
    assert refusal(await ask(shop, "second-factor/confirm", "000000")) == "unauthorized"
    assert done(await ask(shop, "login"))  # until it is confirmed nothing is asked
    done(await ask(shop, "second-factor/confirm", code))
    assert refusal(await ask(shop, "login", code)) == "unauthorized"


async def test_ten_recovery_codes_each_once(shop: ShopServer, clock: ManualClock) -> None:
    app, codes = await set_up(shop, clock)
    assert len(set(codes)) == 10
    done(await ask(shop, "login", codes[0]))
    assert refusal(await ask(shop, "login", codes[0])) == "unauthorized"
    done(await ask(shop, "login", codes[1].upper().replace("-", " ")))
    told = await asyncio.gather(*(ask(shop, "login", codes[2]) for _ in range(3)))
    assert sorted(one.status_code for one in told) == [200, 401, 401]
    stored = shop.rows("SELECT code_hash FROM recovery_code")
    assert not any(code in str(stored) for code in codes)
    # A new app makes the old codes worthless, and takes one of them or a code of the old app.
    assert refusal(await ask(shop, "second-factor/begin")) == "second_factor_needed"
    offer = done(await ask(shop, "second-factor/begin", codes[3]))
    done(await ask(shop, "login", app.code()))  # the old app counts until the new one is confirmed
    new = App(clock, offer["secret"])
    done(await ask(shop, "second-factor/confirm", new.code()))
    clock.advance(30)
    assert refusal(await ask(shop, "login", codes[4])) == "unauthorized"
    assert refusal(await ask(shop, "login", app.code())) == "unauthorized"
    done(await ask(shop, "login", new.code()))


async def test_a_secret_is_not_stored_as_it_is_and_is_of_no_use_to_another(
    shop: ShopServer, clock: ManualClock
) -> None:
    offer = done(await ask(shop, "second-factor/begin"))
    done(await ask(shop, "second-factor/confirm", App(clock, offer["secret"]).code()))
    assert offer["secret"] not in str(shop.rows("SELECT secret, offered FROM second_factor"))


async def patch(bearer: Person, path: str, body: dict[str, Any]) -> httpx.Response:
    return await bearer.http.patch(f"/api/v1{path}", json=body, headers=bearer.headers)


async def test_an_admin_takes_a_lost_one_away_and_nobody_their_own(
    shop: ShopServer, clock: ManualClock
) -> None:
    ada = await shop.sign_in("demo", "ada")
    await set_up(shop, clock)
    bob = await shop.sign_in("demo", "bob")
    assert (await patch(bob, "/users/alice", {"resetSecondFactor": True})).status_code == 403
    done(await patch(ada, "/users/alice", {"resetSecondFactor": True}))
    done(await ask(shop, "login"))
    assert shop.rows("SELECT count(*) FROM recovery_code") == [(0,)]
    _app, codes = await set_up(shop, clock, "ada")
    ada = Person(shop.http, done(await ask(shop, "login", codes[0], "ada"))["accessToken"], "ada", {})
    assert refusal(await patch(ada, "/users/ada", {"resetSecondFactor": True})) == "precondition_failed"
    entries = done(await ada.get("/audit", resource="alice"))["entries"]
    assert [one["detail"]["did"] for one in entries] == ["second_factor_confirmed", "second_factor_reset"]


async def test_one_ends_ones_own_by_a_code(shop: ShopServer, clock: ManualClock) -> None:
    app, _codes = await set_up(shop, clock)
    assert refusal(await ask(shop, "second-factor/end")) == "second_factor_needed"
    assert refusal(await ask(shop, "second-factor/end", "000000")) == "unauthorized"
    assert (await ask(shop, "second-factor/end", app.code())).status_code == 200
    done(await ask(shop, "login"))


async def test_a_shop_requires_it_of_managers_and_admins_and_of_no_till(
    shop: ShopServer, clock: ManualClock
) -> None:
    ada = await shop.sign_in("demo", "ada")
    till = await shop.enroll(ada)
    done(await patch(ada, "/settings", {"requireSecondFactor": True}))
    for username in ("alice", "ada"):
        refused = await ask(shop, "login", username=username)
        assert refusal(refused) == "second_factor_missing"
    done(await ask(shop, "login", username="bob"))  # a clerk
    await shop.refresh_till(till.answer)
    app, _codes = await set_up(shop, clock)
    done(await ask(shop, "login", app.code()))
    clock.advance(30)
    assert refusal(await ask(shop, "second-factor/end", app.code())) == "precondition_failed"


async def test_only_an_admin_stops_requiring_it(shop: ShopServer, clock: ManualClock) -> None:
    ada, alice = await shop.sign_in("demo", "ada"), await shop.sign_in("demo", "alice")
    done(await patch(alice, "/settings", {"requireSecondFactor": True}))
    assert refusal(await patch(alice, "/settings", {"requireSecondFactor": False})) == "forbidden"
    done(await patch(ada, "/settings", {"requireSecondFactor": False}))
    done(await ask(shop, "login"))


async def test_a_client_of_the_first_release_is_told_to_be_updated(
    shop: ShopServer, clock: ManualClock
) -> None:
    await set_up(shop, clock)
    body = {"tenantId": "demo", "username": "alice", "password": DEMO_PASSWORD}
    refused = await shop.http.post("/api/v1/auth/login", json=body)
    assert (refused.status_code, refusal(refused)) == (426, "upgrade_required")
    assert "second factor" in refused.json()["error"]["message"]


async def test_where_the_signing_secret_was_lost_recovery_codes_hold(
    open_with: Callable[..., Any], clock: ManualClock
) -> None:
    async with open_with(clock=clock) as shop:
        app, codes = await set_up(shop, clock)
    (shop.home / "token-secret").unlink()
    async with open_with(clock=clock) as shop:
        assert refusal(await ask(shop, "login", app.code())) == "unauthorized"
        done(await ask(shop, "login", codes[0]))
        app, _codes = App(clock, done(await ask(shop, "second-factor/begin", codes[1]))["secret"]), None
        done(await ask(shop, "second-factor/confirm", app.code()))


async def test_whoever_has_the_password_tries_few_codes_also_where_its_person_signs_in(
    open_with: Callable[..., Any], clock: ManualClock
) -> None:
    """A code is one of a million, and three hold at a time: at five a minute, a month would do."""
    limits = RateLimits(tries_a_minute=1000)
    async with open_with(clock=clock, rate_limits=limits) as shop:
        app, _recovery = await set_up(shop, clock)
        for wrong in range(3):
            assert refusal(await ask(shop, "login", f"{wrong:06}")) == "unauthorized"
        assert done(await ask(shop, "login", app.code()))["accessToken"], "from here she is known"
        clock.advance(30)
        told = [
            refusal(await ask(shop, "login", f"{wrong:06}")) for wrong in range(limits.second_factors_an_hour)
        ]
        assert set(told) == {"unauthorized"}, "a right code forgets the wrong ones before it"
        for what in ("login", "second-factor/end", "second-factor/begin"):
            assert refusal(await ask(shop, what, app.code())) == "rate_limited"
        assert refusal(await ask(shop, "login")) == "second_factor_needed", "her password is not refused"
