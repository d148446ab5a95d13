"""Users, tills and settings: who may manage them, what is published, and which sessions it ends."""

import asyncio
from typing import Any

import httpx
import orjson
import pytest
from argon2 import PasswordHasher

from server_stub.cli.demo_data import DEMO_PASSWORD
from server_stub.errors import Refusal
from server_stub.services.people import directory
from server_stub.services.people.caller import Caller
from server_stub.services.people.shop_settings import LOOSENED
from sync_agent.contract.identity import TenantSettings, UserEdit, pin_material
from tests.kit.clients import Person
from tests.kit.rules import Rules
from tests.kit.servers import ShopServer

TENANT = "tenant-demo"
CARA: dict[str, Any] = {
    "id": "cara",
    "username": "cara",
    "name": "Cara Wells",
    "role": "clerk",
    "locations": ["main"],
    "password": "a-long-password",
    "pin": "4711",
}


async def patch(person: Person, path: str, body: object) -> httpx.Response:
    return await person.http.patch(f"/api/v1{path}", content=orjson.dumps(body), headers=person.headers)


async def done(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()["data"]
    return answer


def refused(response: httpx.Response, code: str) -> str:
    assert response.json()["error"]["code"] == code, response.text
    message: str = response.json()["error"]["message"]
    return message


async def sign_in(shop: ShopServer, username: str, password: str) -> httpx.Response:
    body = {"tenantId": "demo", "username": username, "password": password}
    return await shop.http.post("/api/v1/auth/login", json=body)


async def told_of(person: Person, user_id: str) -> list[dict[str, Any]]:
    """The rows of a user in the tenant's stream, oldest first."""
    changes = await person.changes(TENANT, after=0)
    last = changes
    while len(last) == 1000:
        last = await person.changes(TENANT, after=changes[-1]["seq"])
        changes += last
    return [
        change for change in changes if (change["resourceType"], change["resourceId"]) == ("user", user_id)
    ]


async def trail(person: Person, **wanted: Any) -> list[dict[str, Any]]:
    response = await person.get("/audit", **wanted)
    assert response.status_code == 200, response.text
    entries: list[dict[str, Any]] = response.json()["data"]["entries"]
    return entries


async def test_a_new_user_can_sign_in_and_every_till_hears_of_them(shop: ShopServer) -> None:
    ada = await shop.sign_in("demo", "ada")
    row = await done(await ada.post("/users", CARA))
    assert (row["id"], row["role"], row["version"]) == ("cara", "clerk", 1)
    assert (await sign_in(shop, "cara", CARA["password"])).status_code == 200
    till = await shop.enroll(ada)
    (change,) = await told_of(till, "cara")
    assert change["row"]["username"] == "cara"
    pepper = shop.rows("SELECT pin_pepper FROM tenant WHERE tenant_id = 'demo'")[0][0]
    assert PasswordHasher().verify(change["row"]["pinVerifier"], pin_material(pepper, "cara", "4711"))


async def test_the_list_names_everybody_and_gives_no_verifier(shop: ShopServer) -> None:
    ada = await shop.sign_in("demo", "ada")
    users = (await done(await ada.get("/users")))["users"]
    assert [user["username"] for user in users] == ["ada", "alice", "bob"]
    assert not any("pinVerifier" in user for user in users)


async def test_what_is_taken_or_unknown_is_refused(shop: ShopServer) -> None:
    ada = await shop.sign_in("demo", "ada")
    for taken in (
        {"id": "bob"},
        {"username": "bob"},
        {"locations": ["nowhere"]},
        {"locations": ["main", "x"]},
    ):
        refused(await ada.post("/users", {**CARA, **taken}), "precondition_failed")
    refused(await patch(ada, "/users/bob", {"locations": ["nowhere"]}), "precondition_failed")
    assert await told_of(ada, "cara") == []


async def test_a_user_that_cannot_be_is_refused(shop: ShopServer) -> None:
    ada = await shop.sign_in("demo", "ada")
    for wrong in (
        {"password": "short"},
        {"pin": "12"},
        {"pin": "12a4"},
        {"role": "device"},
        {"role": "owner"},
        {"username": ""},
        {"username": " cara"},
        {"name": "  "},
        {"id": "no spaces"},
        {"locations": "main"},
    ):
        refused(await ada.post("/users", {**CARA, **wrong}), "bad_request")
    assert await told_of(ada, "cara") == []


async def test_an_edit_changes_what_it_names_and_nothing_else(shop: ShopServer) -> None:
    ada = await shop.sign_in("demo", "ada")
    before = (await told_of(ada, "bob"))[-1]
    row = await done(await patch(ada, "/users/bob", {"name": "Bobby Finch", "locations": ["annex", "annex"]}))
    assert (row["name"], row["locations"], row["version"]) == ("Bobby Finch", ["annex"], 2)
    after = (await told_of(ada, "bob"))[-1]
    assert after["version"] == 2
    assert after["row"] == {**before["row"], "name": "Bobby Finch", "locations": ["annex"], "version": 2}


async def test_an_edit_that_changes_nothing_says_nothing(shop: ShopServer) -> None:
    ada = await shop.sign_in("demo", "ada")
    row = await done(await patch(ada, "/users/bob", {"name": "Bob Finch", "role": "clerk", "pin": None}))
    assert row["version"] == 1
    assert len(await told_of(ada, "bob")) == 1
    assert await trail(ada, kind="administration") == []


async def test_a_new_pin_goes_down_the_stream(shop: ShopServer) -> None:
    ada = await shop.sign_in("demo", "ada")
    await done(await patch(ada, "/users/bob", {"pin": "99887766"}))
    pepper = shop.rows("SELECT pin_pepper FROM tenant WHERE tenant_id = 'demo'")[0][0]
    till = await shop.enroll(ada)
    verifier = (await told_of(till, "bob"))[-1]["row"]["pinVerifier"]
    assert PasswordHasher().verify(verifier, pin_material(pepper, "bob", "99887766"))


async def test_a_new_password_ends_what_the_old_one_began(shop: ShopServer) -> None:
    ada, bob = await shop.sign_in("demo", "ada"), await shop.sign_in("demo", "bob")
    assert (await bob.get("/stock/tea")).status_code == 200
    await done(await patch(ada, "/users/bob", {"password": "another-password"}))
    refused(await bob.get("/stock/tea"), "unauthorized")
    renewal = await shop.http.post("/api/v1/auth/refresh", json={"refreshToken": bob.answer["refreshToken"]})
    refused(renewal, "unauthorized")
    assert (await sign_in(shop, "bob", DEMO_PASSWORD)).status_code == 401
    assert (await sign_in(shop, "bob", "another-password")).status_code == 200


async def test_a_disabled_user_is_out_at_once_and_stays_out(shop: ShopServer) -> None:
    ada, bob = await shop.sign_in("demo", "ada"), await shop.sign_in("demo", "bob")
    row = await done(await patch(ada, "/users/bob", {"disabled": True}))
    assert row["disabled"] is True
    refused(await bob.get("/stock/tea"), "unauthorized")
    assert (await sign_in(shop, "bob", DEMO_PASSWORD)).status_code == 401
    assert (await told_of(ada, "bob"))[-1]["row"]["disabled"] is True
    await done(await patch(ada, "/users/bob", {"disabled": False}))
    assert (await sign_in(shop, "bob", DEMO_PASSWORD)).status_code == 200
    refused(await bob.get("/stock/tea"), "unauthorized")


async def test_new_rights_hold_from_the_next_refresh(shop: ShopServer) -> None:
    ada, bob = await shop.sign_in("demo", "ada"), await shop.sign_in("demo", "bob")
    await done(await patch(ada, "/users/bob", {"role": "manager"}))
    assert "refresh" in refused(await bob.get("/stock/tea"), "unauthorized")
    renewal = await done(
        await shop.http.post("/api/v1/auth/refresh", json={"refreshToken": bob.answer["refreshToken"]})
    )
    bob.access_token = renewal["accessToken"]
    assert (await bob.get("/devices")).status_code == 200


async def test_nobody_changes_their_own_role_or_disables_themselves(shop: ShopServer) -> None:
    ada = await shop.sign_in("demo", "ada")
    for edit in ({"role": "clerk"}, {"disabled": True}):
        refused(await patch(ada, "/users/ada", edit), "precondition_failed")
    assert (await done(await patch(ada, "/users/ada", {"role": "admin", "name": "Ada"})))["name"] == "Ada"


async def test_two_admins_who_dismiss_each_other_leave_one(shop: ShopServer) -> None:
    ada = await shop.sign_in("demo", "ada")
    await done(await ada.post("/users", {**CARA, "role": "admin"}))
    cara = Person(shop.http, "", "cara", {})
    cara.access_token = (await done(await sign_in(shop, "cara", CARA["password"])))["accessToken"]
    answers = await asyncio.gather(
        patch(ada, "/users/cara", {"role": "clerk"}), patch(cara, "/users/ada", {"role": "clerk"})
    )
    assert min(answer.status_code for answer in answers) == 200
    assert shop.rows(
        "SELECT count(*) FROM user_account WHERE tenant_id = 'demo' AND role = 'admin' AND disabled = 0"
    ) == [(1,)]


async def test_an_unknown_user_is_not_found_and_anothers_neither(shop: ShopServer) -> None:
    ada = await shop.sign_in("demo", "ada")
    for user_id in ("nobody", "mallory"):
        refused(await patch(ada, f"/users/{user_id}", {"name": "X"}), "not_found")


async def test_a_clerk_manages_nobody_and_sets_nothing(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    for response in (
        await bob.get("/users"),
        await bob.post("/users", CARA),
        await patch(bob, "/users/bob", {"role": "admin"}),
        await patch(bob, "/users/bob", {"password": "another-password"}),
        await patch(bob, "/settings", {"refuseUnconditional": True}),
    ):
        refused(response, "forbidden")


async def test_a_manager_looks_after_the_clerks_of_their_own_places(shop: ShopServer) -> None:
    alice = await shop.sign_in("demo", "alice")
    await done(await alice.post("/users", CARA))
    row = await done(
        await patch(alice, "/users/cara", {"name": "Cara Low", "pin": "5093", "locations": ["annex"]})
    )
    assert (row["name"], row["locations"]) == ("Cara Low", ["annex"])
    await done(await patch(alice, "/users/cara", {"password": "another-password"}))
    assert (await sign_in(shop, "cara", "another-password")).status_code == 200
    assert (await done(await patch(alice, "/users/cara", {"disabled": True})))["disabled"]
    assert (await sign_in(shop, "cara", "another-password")).status_code == 401


async def test_a_manager_grants_no_right_above_a_clerks(shop: ShopServer) -> None:
    alice = await shop.sign_in("demo", "alice")
    for role in ("manager", "admin"):
        refused(await alice.post("/users", {**CARA, "role": role}), "forbidden")
        refused(await patch(alice, "/users/bob", {"role": role}), "forbidden")
        refused(await patch(alice, "/users/bob", {"role": role, "disabled": True}), "forbidden")
    assert shop.rows("SELECT role FROM user_account WHERE id IN ('bob', 'cara')") == [("clerk",)]


async def test_a_manager_edits_resets_and_dismisses_nobody_of_their_rank_or_above(shop: ShopServer) -> None:
    ada, alice = await shop.sign_in("demo", "ada"), await shop.sign_in("demo", "alice")
    await done(await ada.post("/users", {**CARA, "role": "manager"}))
    before = shop.rows("SELECT * FROM user_account ORDER BY tenant_id, id")
    for user_id in ("ada", "cara", "alice"):
        for edit in (
            {"password": "another-password"},
            {"pin": "5093"},
            {"name": "Somebody Else"},
            {"locations": ["main"]},
            {"role": "clerk"},
            {"disabled": True},
            {"role": "clerk", "password": "another-password"},
        ):
            response = await patch(alice, f"/users/{user_id}", edit)
            assert response.json()["error"]["code"] in ("forbidden", "precondition_failed"), response.text
    assert shop.rows("SELECT * FROM user_account ORDER BY tenant_id, id") == before


async def test_a_manager_reaches_no_clerk_of_another_place(shop: ShopServer) -> None:
    ada = await shop.sign_in("demo", "ada")
    await done(await patch(ada, "/users/alice", {"locations": ["main"]}))
    await done(await ada.post("/users", {**CARA, "locations": ["annex"]}))
    alice = await shop.sign_in("demo", "alice")
    for locations in (["annex"], ["main", "annex"], []):
        refused(
            await alice.post("/users", {**CARA, "id": "new", "username": "new", "locations": locations}),
            "forbidden",
        )
    # Neither people of other places, nor of this and another place, nor by moving them to or from it.
    refused(await patch(alice, "/users/cara", {"pin": "5093"}), "forbidden")
    refused(await patch(alice, "/users/cara", {"locations": ["main"]}), "forbidden")
    refused(await patch(alice, "/users/bob", {"pin": "5093"}), "forbidden")
    await done(await patch(ada, "/users/bob", {"locations": ["main"]}))
    refused(await patch(alice, "/users/bob", {"locations": ["main", "annex"]}), "forbidden")
    await done(await patch(alice, "/users/bob", {"pin": "5093"}))
    users = (await done(await alice.get("/users")))["users"]
    assert [user["username"] for user in users] == ["ada", "alice", "bob"]


async def test_a_token_that_says_more_than_its_person_is_edits_nobody(rules: Rules) -> None:
    """A person who has just lost a right still has a token that names it."""
    outdated = Caller("t", "admin", ("main", "annex"), user_id="mia")
    edit = UserEdit(role="admin")
    for user_id in ("mia", "cleo"):
        with pytest.raises(Refusal, match="role"):
            await directory.edit_user(rules.database, outdated, user_id, edit)
    roles = await asyncio.to_thread(rules.query, "SELECT role FROM user_account ORDER BY id")
    assert roles == [("clerk",), ("manager",)]


async def test_a_manager_sets_what_loosens_no_check_and_an_admin_the_others(shop: ShopServer) -> None:
    ada, alice = await shop.sign_in("demo", "ada"), await shop.sign_in("demo", "alice")
    strict, loose = {"refuseUnconditional": True}, {"refuseUnconditional": False}
    assert await done(await patch(alice, "/settings", strict)) == strict
    refused(await patch(alice, "/settings", loose), "forbidden")
    assert await done(await patch(alice, "/settings", strict)) == strict
    assert await done(await patch(ada, "/settings", loose)) == loose


def test_of_every_setting_it_is_known_what_loosens_it() -> None:
    assert set(LOOSENED) == set(TenantSettings.model_fields)


async def test_the_trail_names_the_fields_and_never_a_secret(shop: ShopServer) -> None:
    ada = await shop.sign_in("demo", "ada")
    await done(await ada.post("/users", CARA))
    edit = {"password": "another-password", "pin": "5093", "role": "manager"}
    await done(await patch(ada, "/users/cara", edit))
    added, edited = await trail(ada, kind="administration")
    assert (added["actor"], added["resourceId"], added["detail"]["did"]) == ("ada", "cara", "user_added")
    assert edited["detail"] == {
        "did": "user_edited",
        "fields": ["password", "pin", "role"],
        "role": "manager",
    }
    # Four digits can be in a hash, an id or a time by chance.
    told = [
        {name: entry[name] for name in ("kind", "outcome", "resourceId", "detail")}
        for entry in (added, edited)
    ]
    for secret in ("a-long-password", "another-password", "4711", "5093", "argon2"):
        assert secret not in orjson.dumps(told).decode()


async def test_a_revoked_till_is_out_and_revoking_again_changes_nothing(shop: ShopServer) -> None:
    alice = await shop.sign_in("demo", "alice")
    till = await shop.enroll(alice)
    assert (await till.get("/stock/tea")).status_code == 200
    first = await done(await alice.post(f"/devices/{till.user_id}/revoke", {}))
    assert await done(await alice.post(f"/devices/{till.user_id}/revoke", {})) == first
    refused(await till.get("/stock/tea"), "unauthorized")
    renewal = await shop.http.post("/api/v1/auth/refresh", json={"refreshToken": till.answer["deviceToken"]})
    assert renewal.status_code == 401
    (line,) = await trail(alice, kind="administration")
    assert (line["actor"], line["resourceId"]) == ("alice", till.user_id)
    assert [row["revokedAt"] for row in (await done(await alice.get("/devices")))["devices"]] == [
        first["revokedAt"]
    ]


async def test_a_manager_sees_and_revokes_the_tills_of_their_own_places(shop: ShopServer) -> None:
    ada, alice = await shop.sign_in("demo", "ada"), await shop.sign_in("demo", "alice")
    till = await shop.enroll(alice, place="annex")
    await done(await patch(ada, "/users/alice", {"locations": ["main"]}))
    alice = await shop.sign_in("demo", "alice")
    assert (await done(await alice.get("/devices")))["devices"] == []
    refused(await alice.post(f"/devices/{till.user_id}/revoke", {}), "not_found")
    assert len((await done(await ada.get("/devices")))["devices"]) == 1


async def test_a_till_of_another_shop_cannot_be_revoked(shop: ShopServer) -> None:
    till = await shop.enroll(await shop.sign_in("demo", "alice"))
    mallory = await shop.sign_in("rival", "mallory")
    refused(await mallory.post(f"/devices/{till.user_id}/revoke", {}), "not_found")
    assert (await till.get("/stock/tea")).status_code == 200


async def test_settings_keep_what_an_edit_leaves_out(shop: ShopServer) -> None:
    ada, alice = await shop.sign_in("demo", "ada"), await shop.sign_in("demo", "alice")
    assert await done(await alice.get("/settings")) == {"refuseUnconditional": False}
    assert await done(await patch(ada, "/settings", {"refuseUnconditional": True})) == {
        "refuseUnconditional": True
    }
    assert await done(await patch(ada, "/settings", {})) == {"refuseUnconditional": True}
    assert await done(await alice.get("/settings")) == {"refuseUnconditional": True}
    (line,) = await trail(ada, kind="administration")
    assert line["detail"] == {"did": "settings_edited", "refuseUnconditional": True}


async def test_sockets_of_people_hear_no_verifier_and_those_of_tills_do(shop: ShopServer) -> None:
    alice, bob, ada = [await shop.sign_in("demo", name) for name in ("alice", "bob", "ada")]
    till = await shop.enroll(alice)
    person = await shop.join("demo", bob, features=["changes"])
    device = await shop.join("demo", till, features=["changes"])
    response = await shop.http.patch("/api/v1/users/alice", json={"name": "Alice M."}, headers=ada.headers)
    assert response.status_code == 200
    for socket, told in ((person, False), (device, True)):
        heard = await socket.hear("changes", lambda event: event["changes"][0]["resourceType"] == "user")
        assert ("pinVerifier" in heard["changes"][0]["row"]) is told
