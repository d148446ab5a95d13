"""Attacks on who may do what, tried at a running server by people and tills that are signed in."""

import time
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from server_stub.cli.demo_data import DEMO_PASSWORD
from server_stub.roles import ALLOWED, Action
from sync_agent.contract import events, paths
from sync_agent.contract.enrolment_codes import new_code
from tests.kit.bearers import PEOPLE, Bearers, verdict
from tests.kit.clients import Person
from tests.kit.doors import Doors
from tests.kit.operations import count, movement, open_shift, operation, rfc3339, sale, transfer

HERE, SHARED = "tenant-demo-location-main", "tenant-demo"
MUCH_MINOR = 99_999_999


def now_ms() -> int:
    return int(time.time() * 1000)


def refund_of_nothing(**rest: Any) -> dict[str, Any]:
    """999,999.99 given back, against no receipt."""
    asked = sale({}, kind="refund", **rest)
    asked["data"] |= {
        "totalMinor": MUCH_MINOR,
        "payments": [{"method": "cash", "amountMinor": MUCH_MINOR}],
        "reason": "because",
    }
    return asked


def drawer(kind: str, total_minor: int = 0, **rest: Any) -> dict[str, Any]:
    asked = sale({}, kind=kind, **rest)
    asked["data"] |= {"totalMinor": total_minor, "payments": [], "reason": "because"}
    return asked


def new_price(product: str, **rest: Any) -> dict[str, Any]:
    data = {"set": {"priceMinor": 1}, "base": {}}
    return operation("product", data, **{"resourceId": product, "timestamp": rfc3339(now_ms()), **rest})


def flags_of(result: dict[str, Any]) -> list[str]:
    """The flags of who may; what is sold here is odd in other ways too."""
    assert result["status"] == "applied", result
    return about_people(result["result"]["flags"])


def about_people(flags: list[str]) -> list[str]:
    words = ("actor", "approver", "not_approved", "not_permitted", "over_approval")
    return [flag for flag in flags if flag.partition(":")[0].endswith(words)]


def refused(result: dict[str, Any]) -> str:
    assert (result["status"], result["code"]) == ("rejected", "forbidden"), result
    words: str = result["error"]
    return words


async def new_product(manager: Person, product: str) -> None:
    made = operation("product", {"name": product, "priceMinor": 500}, operation="create", resourceId=product)
    (result,) = await manager.send(made)
    assert result["status"] == "applied", result


async def price_of(person: Person, product: str) -> int:
    rows = [change["row"] for change in await person.changes(SHARED) if change["resourceId"] == product]
    price_minor: int = rows[-1]["priceMinor"]
    return price_minor


async def edit_person(world: Bearers, user_id: str, **edit: Any) -> None:
    response = await world.ask("PATCH", f"/api/v1/users/{user_id}", await world.bearer("admin"), edit)
    assert response.status_code == 200, response.text


async def audit_line(world: Bearers, operation_id: str, actor: str = "bob") -> dict[str, Any]:
    answer = await world.ask("GET", "/api/v1/audit", await world.bearer("admin"), actor=actor, limit=1000)
    entries = answer.json()["data"]["entries"]
    line: dict[str, Any] = next(entry for entry in entries if entry.get("operationId") == operation_id)
    return line


async def head_of(person: Person, stream: str) -> int:
    changes = await person.changes(stream)
    while len(changes) == 1000:
        changes = await person.changes(stream, after=changes[-1]["seq"])
    last: int = changes[-1]["seq"]
    return last


# --- every route and every event -----------------------------------------------------------------------


@dataclass(frozen=True)
class Things:
    """What a shop has, for requests that would succeed for whoever may make them."""

    spare_till: str = ""
    sign_in_of: dict[str, str] = field(default_factory=dict)
    stock_conflict: str = ""
    product_conflict: str = ""
    shift: str = ""
    quarantined: str = ""
    code: str = ""
    refresh_token: str = ""


PERSON, MANAGERS, ADMIN = {"clerk", "manager", "admin"}, {"manager", "admin"}, {"admin"}
TILL = {"device"}
ALL = PERSON | TILL
Row = tuple[str, str, set[str], dict[str, Any], Any]
"""Method, path, who may, path parameters and query, body. Said here anew, and not taken from the server."""


def rows(of: Things, role: str = "") -> list[Row]:
    """Every route that needs a token: as it is used, and on people and places above and below."""
    here = {"stream": HERE}
    newcomer = {"id": f"new-{role}", "username": f"new-{role}", "name": "New", "locations": ["main"]}
    newcomer |= {"password": "a password that is long"}
    promoted = newcomer | {"id": f"boss-{role}", "username": f"boss-{role}", "role": "manager"}
    decide = {"resolution": "accept_server"}
    secret = {
        "currentPassword": DEMO_PASSWORD,
        "newPassword": DEMO_PASSWORD,
    }  # proved, then refused as the same
    notice = {"type": "announcement", "data": {"text": "hello"}}
    return [
        ("POST", paths.LOGOUT, ALL, {}, {"refreshToken": f"evr_demo_{64 * '0'}"}),
        ("GET", paths.SIGN_INS, PERSON, {}, None),
        ("GET", paths.SIGN_INS, PERSON, {"userId": "bob"}, None),
        ("GET", paths.SIGN_INS, MANAGERS, {"userId": "alice"}, None),
        ("GET", paths.SIGN_INS, ADMIN, {"userId": "ada"}, None),
        ("POST", paths.SIGN_IN_END, PERSON, {"sign_in_id": of.sign_in_of.get("bob", "x")}, {}),
        ("POST", paths.SIGN_IN_END, ADMIN, {"sign_in_id": of.sign_in_of.get("ada", "x")}, {}),
        ("POST", paths.ENROLL, MANAGERS, {}, {"name": "Till", "locationId": "main"}),
        ("POST", paths.CODES, MANAGERS, {}, {"locationId": "main"}),
        ("POST", paths.QUEUE, ALL, {}, {"items": [movement("p", 1)]}),
        ("GET", paths.CHANGES, ALL, here | {"after": 0}, None),
        ("GET", paths.SNAPSHOT, ALL, here, None),
        ("GET", paths.DIGEST, ALL, here, None),
        ("GET", paths.CONFLICTS, ALL, {}, None),
        ("POST", paths.PREVIEW, ALL, {"conflict_id": of.stock_conflict}, decide),
        ("POST", paths.RESOLVE, PERSON, {}, decide | {"conflictId": of.stock_conflict}),
        ("POST", paths.RESOLVE, MANAGERS, {}, decide | {"conflictId": of.product_conflict}),
        ("POST", paths.REOPEN, PERSON, {"conflict_id": of.stock_conflict}, {}),
        ("GET", paths.STOCK + "/{product_id}", ALL, {"product_id": "p"}, None),
        ("GET", paths.SYNC_STATE, ALL, {}, None),
        ("POST", paths.BROADCAST, MANAGERS, {}, notice | {"locationId": "main"}),
        ("GET", paths.NOTICES, MANAGERS, {}, None),
        ("GET", paths.HEALTH, ALL, {}, None),
        ("POST", paths.PING, ALL, {}, {}),
        ("GET", paths.SHIFT, ALL, {"shift_id": of.shift}, None),
        ("GET", paths.RECEIPTS, ALL, {"locationId": "main"}, None),
        ("GET", paths.AUDIT, MANAGERS, {}, None),
        ("GET", paths.AUDIT_VERIFY, MANAGERS, {}, None),
        ("GET", paths.QUARANTINE, MANAGERS, {}, None),
        ("POST", paths.QUARANTINE_RETRY, MANAGERS, {"operation_id": of.quarantined}, {}),
        ("POST", paths.QUARANTINE_DISCARD, MANAGERS, {"operation_id": of.quarantined}, {"reason": "no use"}),
        ("GET", paths.USERS, MANAGERS, {}, None),
        ("POST", paths.USERS, MANAGERS, {}, newcomer | {"role": "clerk"}),
        ("POST", paths.USERS, ADMIN, {}, promoted),
        ("PATCH", paths.USER, MANAGERS, {"user_id": "bob"}, {"name": "Bob"}),
        ("PATCH", paths.USER, ADMIN, {"user_id": "ada"}, {"name": "Ada"}),
        ("POST", paths.USER_PASSWORD, {"clerk"} | TILL, {"user_id": "bob"}, secret),
        (
            "POST",
            paths.USER_PIN,
            {"clerk"} | TILL,
            {"user_id": "bob"},
            {"currentPin": "1357", "newPin": "1111"},
        ),
        ("POST", paths.USER_PASSWORD, ADMIN | TILL, {"user_id": "ada"}, secret),
        ("GET", paths.DEVICES, MANAGERS, {}, None),
        ("POST", paths.DEVICE_REVOKE, MANAGERS, {"device_id": of.spare_till}, {}),
        ("GET", paths.SETTINGS, MANAGERS, {}, None),
        ("PATCH", paths.SETTINGS, MANAGERS, {}, {"refundDays": 30}),
    ]


def open_to_anybody(of: Things) -> list[tuple[str, str, Any]]:
    """Routes that need no token, with a request for each."""
    alice = {"tenantId": "demo", "username": "alice", "password": DEMO_PASSWORD, "features": ["tolerant"]}
    first = {
        "code": new_code(),
        "nonce": "n" * 40,
        "name": "Shop",
        "currency": "GBP",
        "location": {"name": "Place", "timeZone": "Europe/London"},
        "admin": {"username": "me", "password": "a password of our own", "pin": "5093"},
    }
    return [
        ("POST", paths.LOGIN, alice),
        ("POST", paths.SECOND_FACTOR_BEGIN, alice),
        ("POST", paths.SECOND_FACTOR_CONFIRM, alice | {"code": "x"}),
        ("POST", paths.SECOND_FACTOR_END, alice | {"code": "x"}),
        ("POST", paths.REFRESH, {"refreshToken": of.refresh_token}),
        ("POST", paths.CODE_LOOK_UP, {"code": of.code}),
        ("POST", paths.CODE_ACCEPT, {"code": of.code, "nonce": "n" * 40, "name": "Till"}),
        ("POST", paths.SET_UP, first),
        ("GET", paths.LIVE, None),
        ("GET", paths.READY, None),
        ("GET", paths.METRICS, None),
    ]


def test_every_route_is_tried(doors: Doors) -> None:
    tried = {(method, path) for method, path, *_rest in rows(Things())}
    tried |= {(method, path) for method, path, _body in open_to_anybody(Things())}
    assert tried == set(doors.routes())


async def things_of(world: Bearers) -> Things:
    alice, till = await world.bearer("manager"), await world.bearer("device")
    spare = await world.shop.enroll(alice, "Spare")
    sign_in_of = {}
    for name in ("bob", "ada"):
        signed_in = await world.shop.sign_in("demo", name)
        sign_in_of[name] = (await signed_in.get("/auth/sign-ins")).json()["data"]["signIns"][0]["id"]
    await new_product(alice, "tea")
    counted = await alice.send(*(count("tea", quantity, now_ms(), version=0) for quantity in (4, 5)))
    edits = [
        operation("product", {"set": {"name": name}, "base": {"name": "tea"}}, resourceId="tea", version=1)
        for name in ("green", "black")
    ]
    edited = await alice.send(*edits)
    unreadable = sale({"tea": 1}, actorId="bob") | {"data": {"kind": "sale"}}
    opened = open_shift("the-shift", actorId="bob")
    assert [one["status"] for one in await till.send(opened, unreadable)] == ["applied", "quarantined"]
    made = await world.ask("POST", paths.CODES, alice, {"locationId": "main"})
    return Things(
        spare_till=spare.user_id,
        sign_in_of=sign_in_of,
        stock_conflict=counted[1]["conflict"]["id"],
        product_conflict=edited[1]["conflict"]["id"],
        shift="the-shift",
        quarantined=unreadable["id"],
        code=made.json()["data"]["code"],
        refresh_token=(await world.shop.sign_in("demo", "alice")).answer["refreshToken"],
    )


REFUSALS = {"unauthorized", "forbidden", "not_found", "wrong_secret"}


async def test_each_route_serves_whom_it_is_for_and_refuses_everybody_else(world: Bearers) -> None:
    things, bearers = await things_of(world), {role: await world.bearer(role) for role in (*PEOPLE, "device")}
    wrong = []
    for role, bearer in {"nobody": None, **bearers}.items():
        for method, path, may, named, body in rows(things, role):
            in_path = {name: named[name] for name in named if "{" + name + "}" in path}
            query = {name: value for name, value in named.items() if name not in in_path}
            status, code = verdict(await world.ask(method, path.format(**in_path), bearer, body, **query))
            assert status < 500, (role, method, path)
            if (code not in REFUSALS) != (role in may):
                wrong.append((role, method, path, query, status, code))
    assert wrong == []


async def test_where_no_token_is_needed_a_token_changes_nothing(world: Bearers) -> None:
    things = await things_of(world)
    for method, path, body in open_to_anybody(things):
        told = set()
        for role in (None, *PEOPLE, "device"):
            bearer = None if role is None else await world.bearer(role)
            response = await world.ask(method, path, bearer, body)
            told.add((response.status_code, response.headers["content-type"]))
        assert len(told) == 1, (path, told)


def payloads(of: Things, bearer: Person) -> list[tuple[str, set[str], Any]]:
    """Every event, who may send it, and a payload that succeeds."""
    mine = {"tenantId": "demo", "userId": bearer.user_id, "token": bearer.access_token}
    update = {"productId": "tea", "locationId": "main", "newQuantity": 3}
    decide = {"resolution": "accept_server"}
    return [
        (events.JOIN_TENANT, ALL, mine),
        (events.INVENTORY_UPDATE, ALL, update),
        (events.SYNC_OFFLINE_QUEUE, ALL, [movement("tea", 1)]),
        (events.RESOLVE_CONFLICT, PERSON, decide | {"conflictId": of.stock_conflict}),
        (events.RESOLVE_CONFLICT, MANAGERS, decide | {"conflictId": of.product_conflict}),
        (events.NETWORK_STATUS, ALL, {"isOnline": True, "pending": 3}),
        (events.PING, ALL, {}),
    ]


def test_every_event_is_tried(doors: Doors) -> None:
    nobody = Person(httpx.AsyncClient(), "", "", {})
    assert {event for event, _may, _payload in payloads(Things(), nobody)} == doors.events()


async def test_each_event_serves_whom_it_is_for_and_refuses_everybody_else(world: Bearers) -> None:
    things = await things_of(world)
    for role in (*PEOPLE, "device"):
        bearer = await world.bearer(role)
        socket = await world.shop.join("demo", bearer)
        for event, may, payload in payloads(things, bearer):
            answer = await socket.call(event, payload)
            code = None if answer["success"] else answer["error"]["code"]
            assert (code not in REFUSALS) == (role in may), (role, event, answer)


# --- the four that passed once -------------------------------------------------------------------------


async def test_a_clerks_own_token_does_not_refund_a_fortune_unseen(world: Bearers) -> None:
    clerk = await world.bearer("clerk")
    asked = refund_of_nothing()
    (result,) = await clerk.send(asked)
    assert flags_of(result) == ["not_approved:refund_without_receipt"]
    row = (await clerk.changes(HERE, after=await head_of(clerk, HERE) - 1))[-1]["row"]
    assert about_people(row["flags"]) == ["not_approved:refund_without_receipt"]
    line = await audit_line(world, asked["id"])
    assert about_people(line["detail"]["flags"]) == ["not_approved:refund_without_receipt"]


async def test_a_clerks_own_token_does_not_say_that_a_manager_approved(world: Bearers) -> None:
    clerk = await world.bearer("clerk")
    by_name = refund_of_nothing(approvedById="alice")
    listed = refund_of_nothing(
        approvals=[{"right": "refund_without_receipt", "approver": "alice", "at": rfc3339(now_ms())}]
    )
    for asked in (by_name, listed, movement("p", 1, approvedById="alice")):
        (result,) = await clerk.send(asked)
        assert "this token names nobody but its own user" in refused(result)
        assert (await audit_line(world, asked["id"]))["outcome"] == "rejected"
    assert await clerk.stock("p") == (0, 0)


async def test_a_tills_credential_does_not_edit_prices_as_just_any_manager(world: Bearers) -> None:
    alice, till = await world.bearer("manager"), await world.bearer("device")
    await new_product(alice, "tea")
    await edit_person(world, "alice", locations=["annex"])
    for names in (
        {},
        {"actorId": "alice"},
        {"actorId": "bob"},
        {"actorId": "bob", "approvedById": "alice"},
        {"actorId": "bob", "approvedById": "nobody"},
        {"actorId": "mallory"},
        {"actorId": till.user_id},
    ):
        (result,) = await till.send(new_price("tea", **names))
        refused(result)
    assert await price_of(till, "tea") == 500


async def test_a_manager_of_another_place_dismissed_a_second_ago_edits_and_decides_nothing(
    world: Bearers,
) -> None:
    alice, till = await world.bearer("manager"), await world.bearer("device")
    await new_product(alice, "tea")
    counts = [count("tea", quantity, now_ms(), version=0) for quantity in (4, 5)]
    conflict = (await alice.send(*counts))[1]["conflict"]["id"]
    decision = operation("conflict", {"resolution": "accept_local"}, resourceId=conflict)
    await edit_person(world, "alice", locations=["annex"], disabled=True)
    for asked in (new_price("tea"), decision):
        for names in ({"actorId": "alice"}, {"actorId": "bob", "approvedById": "alice"}):
            (result,) = await till.send({**asked, "id": f"{asked['id']}-{len(names)}", **names})
            assert "alice" in refused(result)
    assert await price_of(till, "tea") == 500
    open_ones = (await till.get("/realtime/conflicts")).json()["data"]
    assert conflict in str(open_ones)


# --- what nobody may alone -----------------------------------------------------------------------------


def overridden(**rest: Any) -> dict[str, Any]:
    asked = sale({"mug": 2}, **rest)
    asked["data"]["lines"][0] |= {"listPriceMinor": 300, "unitPriceMinor": 100, "reason": "dented"}
    return asked


ALONE = {
    "refund_without_receipt": refund_of_nothing,
    "void_sale": lambda **rest: sale({"mug": 1}, kind="void", **rest),
    "open_drawer": lambda **rest: drawer("no_sale", **rest),
    "pay_out": lambda **rest: drawer("paid_out", 5000, **rest),
    "override_price": overridden,
}


@pytest.mark.parametrize("right", ALONE)
async def test_what_takes_a_right_is_flagged_unless_somebody_who_holds_it_did_or_approved_it(
    world: Bearers, right: str
) -> None:
    alice, till = await world.bearer("manager"), await world.bearer("device")
    await new_product(alice, "mug")

    async def flagged(**names: Any) -> list[str]:
        (result,) = await till.send(ALONE[right](**names))
        return flags_of(result)

    def listed(approver: str, of_right: str = right) -> dict[str, Any]:
        return {"approvals": [{"right": of_right, "approver": approver, "at": rfc3339(now_ms())}]}

    assert await flagged(actorId="alice") == []
    assert await flagged(actorId="bob", approvedById="alice") == []
    assert await flagged(actorId="bob", **listed("alice")) == []
    assert await flagged(actorId="bob") == [f"not_approved:{right}"]
    assert await flagged(actorId="bob", approvedById="bob") == [f"not_permitted:{right}"]
    assert await flagged(actorId="bob", **listed("bob")) == [f"not_permitted:{right}"]
    assert await flagged(actorId="bob", **listed("alice", "discard_entry")) == [f"not_approved:{right}"]
    assert await flagged(actorId="bob", approvedById="alice", **listed("alice", "discard_entry")) == [
        f"not_approved:{right}"
    ]
    assert await flagged(actorId="bob", approvedById="nobody") == [
        "unknown_approver:nobody",
        f"not_permitted:{right}",
    ]


async def test_an_approval_holds_for_its_line_and_as_far_as_it_goes(world: Bearers) -> None:
    alice, till = await world.bearer("manager"), await world.bearer("device")
    await new_product(alice, "mug")
    for of, at_most, flags in (
        ("line:1", 400, []),
        ("line:1", 399, ["over_approval:override_price"]),
        ("line:2", 400, ["not_approved:override_price"]),
    ):
        given = {"right": "override_price", "approver": "alice", "of": of, "atMost": at_most}
        (result,) = await till.send(overridden(actorId="bob", approvals=[{**given, "at": rfc3339(now_ms())}]))
        assert flags_of(result) == flags


async def test_a_discount_beyond_the_shops_limit_needs_an_approval_of_its_amount(world: Bearers) -> None:
    alice, till = await world.bearer("manager"), await world.bearer("device")
    await new_product(alice, "mug")

    async def flagged(*approvals: dict[str, Any]) -> list[str]:
        asked = sale({"mug": 2}, actorId="bob", approvals=list(approvals))
        asked["data"]["lines"][0] |= {"discountMinor": 150, "totalMinor": 50}
        (result,) = await till.send(asked)
        return flags_of(result)

    given = {"right": "large_discount", "approver": "alice", "at": rfc3339(now_ms())}
    assert await flagged() == ["not_approved:large_discount"]
    assert await flagged({**given, "of": "line:1", "atMost": 150}) == []
    assert await flagged({**given, "of": "line:1", "atMost": 100}) == ["over_approval:large_discount"]
    # Of the line and of the sale together.
    assert await flagged({**given, "of": "line:1", "atMost": 100}, {**given, "atMost": 50}) == []
    assert await flagged({**given, "approver": "bob", "of": "line:1"}) == ["not_permitted:large_discount"]


async def test_one_row_of_the_table_makes_transfers_a_managers(
    world: Bearers, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk, till = await world.bearer("clerk"), await world.bearer("device")
    (result,) = await clerk.send(transfer({"mug": 1}))
    assert result["status"] == "applied"
    monkeypatch.setitem(ALLOWED, Action.TRANSFER_STOCK, frozenset({"manager", "admin"}))
    refused((await clerk.send(transfer({"mug": 1})))[0])
    refused((await till.send(transfer({"mug": 1})))[0])
    refused((await till.send(transfer({"mug": 1}, actorId="bob")))[0])
    signed: tuple[dict[str, Any], ...] = {"actorId": "alice"}, {"actorId": "bob", "approvedById": "alice"}
    for names in signed:
        (result,) = await till.send(transfer({"mug": 1}, **names))
        assert result["status"] == "applied", result


# --- when ----------------------------------------------------------------------------------------------


async def test_a_till_that_has_read_a_dismissal_acts_in_that_name_no_more_whatever_its_clock_says(
    world: Bearers,
) -> None:
    alice, till = await world.bearer("manager"), await world.bearer("device")
    await new_product(alice, "tea")
    hired = now_ms()
    await edit_person(world, "alice", disabled=True)
    head = await head_of(till, SHARED)
    long_ago: dict[str, Any] = {"timestamp": rfc3339(hired - 3_600_000), "actorId": "alice"}
    (edit,) = await till.send(new_price("tea", **long_ago, tenantSeq=head, deviceSeq=1))
    assert "did not work here any more" in refused(edit)
    (sold,) = await till.send(sale({"tea": 1}, **long_ago, tenantSeq=head, deviceSeq=2))
    assert flags_of(sold) == ["inactive_actor:alice"]
    # And from then on it cannot un-read it.
    (again,) = await till.send(sale({"tea": 1}, **long_ago, tenantSeq=head - 1, deviceSeq=3))
    assert flags_of(again) == ["inactive_actor:alice"]


async def test_what_was_done_before_the_dismissal_by_a_till_that_was_away_counts(world: Bearers) -> None:
    alice, till = await world.bearer("manager"), await world.bearer("device")
    await new_product(alice, "tea")
    before = now_ms()
    head = await head_of(till, SHARED)
    await edit_person(world, "alice", disabled=True)
    then = {"timestamp": rfc3339(before), "actorId": "alice", "tenantSeq": head}
    (edit,) = await till.send(new_price("tea", **then, deviceSeq=1))
    assert edit["status"] == "applied", edit
    (late,) = await till.send(new_price("tea", **{**then, "timestamp": rfc3339(now_ms())}, deviceSeq=2))
    refused(late)


async def test_nothing_is_done_earlier_than_the_tills_own_number_before(world: Bearers) -> None:
    """A clock that was set back: the till has sent something since the dismissal, this came after it."""
    alice, till = await world.bearer("manager"), await world.bearer("device")
    await new_product(alice, "tea")
    before = now_ms()
    await edit_person(world, "alice", disabled=True)
    (sold,) = await till.send(
        sale({"tea": 1}, actorId="bob", deviceSeq=1) | {"timestamp": rfc3339(now_ms() + 5)}
    )
    assert flags_of(sold) == []
    unreadable = {**sale({"tea": 1}, deviceSeq=2), "timestamp": "yesterday"}
    assert (await till.send(unreadable))[0]["status"] == "quarantined"
    set_back = {"timestamp": rfc3339(before), "actorId": "alice"}
    for numbered in ({"deviceSeq": 3}, {}):
        (edit,) = await till.send(new_price("tea", **set_back, **numbered))
        refused(edit)
    assert await price_of(till, "tea") == 500


async def test_a_number_of_a_stream_that_is_gone_says_nothing(world: Bearers) -> None:
    """A restored server counts again from a lower number than the till has read of the old stream."""
    till = await world.bearer("device")
    beyond = await head_of(till, SHARED) + 1000
    (sold,) = await till.send(sale({"tea": 1}, actorId="bob", tenantSeq=beyond, deviceSeq=1))
    assert not any(flag.startswith("inactive") for flag in flags_of(sold))
    await edit_person(world, "bob", disabled=True)
    (sold,) = await till.send(
        sale({"tea": 1}, actorId="bob", tenantSeq=beyond, deviceSeq=2)
        | {"timestamp": rfc3339(now_ms() - 60_000)}
    )
    assert not any(flag.startswith("inactive") for flag in flags_of(sold))
