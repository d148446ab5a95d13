"""People change their own password and PIN, by the current one; what is easily guessed is refused."""

from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest
from argon2 import PasswordHasher

from server_stub.cli.demo_data import DEMO_PASSWORD
from server_stub.settings import RateLimits
from sync_agent.contract.identity import pin_material
from tests.kit.clients import Person
from tests.kit.servers import ShopServer

NEW = "kettle-harbour-violin"
EASY = ("1234567890", "qwertyuiop", "evertill-demo", "Marlow & Finch")


def code(response: httpx.Response) -> str:
    assert response.status_code != 200, response.text
    return str(response.json()["error"]["code"])


def done(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()["data"]
    return answer


async def sign_in(shop: ShopServer, username: str, password: str) -> int:
    body = {"tenantId": "demo", "username": username, "password": password}
    return (await shop.http.post("/api/v1/auth/login", json=body)).status_code


async def signed_in(shop: ShopServer, tenant: str, username: str) -> Person:
    """As a client of this release, which reads codes that it does not know."""
    body = {"tenantId": tenant, "username": username, "password": DEMO_PASSWORD, "features": ["tolerant"]}
    answer = done(await shop.http.post("/api/v1/auth/login", json=body))
    return Person(shop.http, answer["accessToken"], answer["user"]["id"], answer)


async def enrolled(shop: ShopServer, manager: Person) -> Person:
    answer = done(await manager.post("/devices/enroll", {"name": "Till", "locationId": "main"}))
    body = {"refreshToken": answer["deviceToken"], "features": ["tolerant"]}
    token = done(await shop.http.post("/api/v1/auth/refresh", json=body))["accessToken"]
    return Person(shop.http, token, answer["deviceId"], answer)


async def change_password(bearer: Person, whose: str, current: str, new: str) -> httpx.Response:
    return await bearer.post(f"/users/{whose}/password", {"currentPassword": current, "newPassword": new})


async def change_pin(bearer: Person, whose: str, new: str, **current: str) -> httpx.Response:
    return await bearer.post(f"/users/{whose}/pin", {"newPin": new, **current})


async def refresh(shop: ShopServer, person: Person) -> int:
    body = {"refreshToken": person.answer["refreshToken"]}
    return (await shop.http.post("/api/v1/auth/refresh", json=body)).status_code


async def test_a_new_password_ends_the_other_sign_ins_and_not_this_one(shop: ShopServer) -> None:
    here, elsewhere = await signed_in(shop, "demo", "bob"), await signed_in(shop, "demo", "bob")
    row = done(await change_password(here, "bob", DEMO_PASSWORD, NEW))
    assert row["id"] == "bob"
    assert "pinVerifier" not in row
    assert (await elsewhere.get("/realtime/sync-state")).status_code == 401
    assert await refresh(shop, elsewhere) == 401
    assert (await here.get("/realtime/sync-state")).status_code == 200
    assert await refresh(shop, here) == 200
    assert await sign_in(shop, "bob", DEMO_PASSWORD) == 401
    assert await sign_in(shop, "bob", NEW) == 200


async def test_a_person_changes_their_password_at_a_till(shop: ShopServer) -> None:
    elsewhere = await signed_in(shop, "demo", "bob")
    till = await enrolled(shop, await signed_in(shop, "demo", "alice"))
    assert code(await change_password(till, "bob", "not this one", NEW)) == "wrong_secret"
    done(await change_password(till, "bob", DEMO_PASSWORD, NEW))
    assert await refresh(shop, elsewhere) == 401
    assert await sign_in(shop, "bob", NEW) == 200


async def test_a_new_pin_reaches_every_till(shop: ShopServer) -> None:
    till = await enrolled(shop, await signed_in(shop, "demo", "alice"))
    before = await till.changes("tenant-demo", after=0)
    bob = await signed_in(shop, "demo", "bob")
    done(await change_pin(till, "bob", "4711", currentPin="1357"))
    done(await change_pin(bob, "bob", "5093", currentPassword=DEMO_PASSWORD))
    assert (await bob.get("/realtime/sync-state")).status_code == 200  # a PIN is no sign-in
    rows = [c["row"] for c in await till.changes("tenant-demo", after=before[-1]["seq"])]
    assert [row["id"] for row in rows] == ["bob", "bob"]
    pepper = shop.rows("SELECT pin_pepper FROM tenant WHERE tenant_id = 'demo'")[0][0]
    for row, pin in zip(rows, ("4711", "5093"), strict=True):
        assert PasswordHasher().verify(row["pinVerifier"], pin_material(pepper, "bob", pin))


async def test_it_is_written_down_who_changed_what_and_where_and_no_secret(shop: ShopServer) -> None:
    ada = await signed_in(shop, "demo", "ada")
    till = await enrolled(shop, ada)
    done(await change_pin(till, "bob", "4711", currentPin="1357"))
    done(await change_password(till, "bob", DEMO_PASSWORD, NEW))
    entries = (await ada.get("/audit", resource="bob")).json()["data"]["entries"]
    told = [(one["detail"]["did"], one["actor"], one["device"]) for one in entries]
    assert sorted(told) == [
        ("password_changed", "bob", till.user_id),
        ("pin_changed", "bob", till.user_id),
    ]
    assert "4711" not in orjson.dumps(entries).decode()
    assert NEW not in orjson.dumps(entries).decode()


async def test_a_client_of_the_first_release_gets_codes_that_it_knows(shop: ShopServer) -> None:
    till = await shop.enroll(await shop.sign_in("demo", "alice"))
    assert code(await change_pin(till, "bob", "4711", currentPin="0000")) == "forbidden"
    assert code(await change_pin(till, "bob", "1234", currentPin="1357")) == "precondition_failed"


async def test_nobody_changes_another_persons(shop: ShopServer) -> None:
    ada = await signed_in(shop, "demo", "ada")
    till = await enrolled(shop, ada)
    for whose in ("bob", "nobody"):
        assert code(await change_password(ada, whose, DEMO_PASSWORD, NEW)) == "forbidden"
        assert code(await change_pin(ada, whose, "4711", currentPin="1357")) == "forbidden"
    assert code(await change_password(till, "nobody", DEMO_PASSWORD, NEW)) == "wrong_secret"
    done(await patch(ada, "bob", {"locations": ["annex"]}))
    assert code(await change_password(till, "bob", DEMO_PASSWORD, NEW)) == "wrong_secret"
    done(await patch(ada, "bob", {"disabled": True, "locations": ["main"]}))
    assert code(await change_pin(till, "bob", "4711", currentPin="1357")) == "wrong_secret"


async def test_without_the_current_one_nothing_is_changed(shop: ShopServer) -> None:
    bob = await signed_in(shop, "demo", "bob")
    assert code(await change_password(bob, "bob", "wrong", NEW)) == "wrong_secret"
    assert code(await change_pin(bob, "bob", "4711", currentPin="0000")) == "wrong_secret"
    assert code(await change_pin(bob, "bob", "4711")) == "bad_request"
    both = {"currentPin": "1357", "currentPassword": DEMO_PASSWORD}
    assert code(await change_pin(bob, "bob", "4711", **both)) == "bad_request"
    assert await sign_in(shop, "bob", DEMO_PASSWORD) == 200


@pytest.mark.usefixtures("moment")
async def test_a_till_that_was_stolen_does_not_try_pins_for_long(open_with: Callable[..., Any]) -> None:
    async with open_with(rate_limits=RateLimits()) as shop:
        till = await enrolled(shop, await signed_in(shop, "demo", "alice"))
        told = [code(await change_pin(till, "bob", "4711", currentPin=f"{n:04}")) for n in range(6)]
        assert told == ["wrong_secret"] * 5 + ["rate_limited"]
        assert code(await change_pin(till, "bob", "4711", currentPin="1357")) == "rate_limited"
        told = [code(await change_password(till, "bob", "wrong", NEW)) for n in range(6)]
        assert told == ["wrong_secret"] * 5 + ["rate_limited"]
        assert await sign_in(shop, "bob", DEMO_PASSWORD) == 429  # one count for one secret


async def patch(bearer: Person, whose: str, body: dict[str, Any]) -> httpx.Response:
    return await bearer.http.patch(f"/api/v1/users/{whose}", json=body, headers=bearer.headers)


async def test_what_is_easily_guessed_is_refused_wherever_it_is_set(shop: ShopServer) -> None:
    ada, bob = await signed_in(shop, "demo", "ada"), await signed_in(shop, "demo", "bob")
    till = await enrolled(shop, ada)
    cara = {
        "id": "cara",
        "username": "cara.wells",
        "name": "Cara Wells",
        "role": "clerk",
        "locations": ["main"],
    }
    for easy in (*EASY, "cara.wells"):
        refused = await ada.post("/users", {**cara, "password": easy})
        assert code(refused) == "too_easy", easy
        assert refused.json()["error"]["details"] == {"secret": "password"}
        if easy != "cara.wells":
            assert code(await change_password(bob, "bob", DEMO_PASSWORD, easy)) == "too_easy", easy
    for easy in ("0000", "1111", "1234", "1984", "0101", "2468"):
        refused = await ada.post("/users", {**cara, "password": NEW, "pin": easy})
        assert refused.json()["error"]["details"] == {"secret": "pin"}
        assert code(await patch(ada, "bob", {"pin": easy})) == "too_easy"
        assert code(await change_pin(till, "bob", easy, currentPin="1357")) == "too_easy"
    assert code(await change_password(bob, "bob", DEMO_PASSWORD, "bob finch!")) == "too_easy"
    assert code(await patch(ada, "bob", {"password": "qwertyuiop"})) == "too_easy"
    assert (
        code(await patch(ada, "bob", {"name": "Kettle Harbour", "password": "kettleharbour"})) == "too_easy"
    )
