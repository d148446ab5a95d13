"""Who may do what is one table; what the doors do is held against it, entry by entry."""

from collections.abc import Callable
from typing import Any

import pytest

from server_stub.roles import ALLOWED, ENDPOINTS, EVENTS, NO_TOKEN, Action
from server_stub.services.people.caller import Caller
from sync_agent.contract import events, paths
from tests.kit.bearers import Bearers, verdict
from tests.kit.clients import Person, Socket
from tests.kit.doors import Doors
from tests.kit.operations import T0_MS, count, movement, operation, sale
from tests.kit.rules import Rules

ROLES = ("clerk", "manager", "admin", "device")


def unnamed(doors: Doors) -> set[tuple[str, str]]:
    return set(doors.routes()) - set(ENDPOINTS)


def test_every_endpoint_is_in_the_table(doors: Doors) -> None:
    assert unnamed(doors) == set()


def test_everything_in_the_table_is_an_endpoint(doors: Doors) -> None:
    assert set(ENDPOINTS) - set(doors.routes()) == set()


@pytest.mark.parametrize("method", ["get", "post", "patch", "put", "delete"])
def test_an_endpoint_that_the_table_does_not_name_is_found(doors: Doors, method: str) -> None:
    getattr(doors.app, method)("/api/v1/new")(lambda: None)
    assert unnamed(doors) == {(method.upper(), "/api/v1/new")}


def test_no_endpoint_is_there_twice(doors: Doors) -> None:
    named = doors.routes()
    assert len(named) == len(set(named))


def test_every_event_is_in_the_table_and_the_other_way_round(doors: Doors) -> None:
    assert doors.events() == set(EVENTS)


def test_only_the_known_roles_are_in_the_tables() -> None:
    named = set().union(*ENDPOINTS.values(), *EVENTS.values(), *ALLOWED.values())
    assert named == set(ROLES)
    assert set(ALLOWED) == set(Action)


def test_only_what_must_be_open_needs_no_token() -> None:
    assert {path for (_method, path), roles in ENDPOINTS.items() if roles == NO_TOKEN} == {
        paths.LOGIN,
        paths.SECOND_FACTOR_BEGIN,
        paths.SECOND_FACTOR_CONFIRM,
        paths.SECOND_FACTOR_END,
        paths.REFRESH,
        paths.CODE_LOOK_UP,
        paths.CODE_ACCEPT,
        paths.SET_UP,
        paths.LIVE,
        paths.READY,
        paths.METRICS,
    }


async def test_each_endpoint_opens_for_whom_the_table_says(world: Bearers) -> None:
    bearers: dict[str, Person | None] = {role: await world.bearer(role) for role in ROLES}
    opened: dict[tuple[str, str], set[str]] = {}
    for method, path in ENDPOINTS:
        concrete = path.replace("{", "no-such-").replace("}", "")
        opened[method, path] = set()
        for role, bearer in {"nobody": None, **bearers}.items():
            status, code = verdict_of(await world.ask(method, concrete, bearer))
            assert status < 500, (method, path, role)
            if path == paths.METRICS:  # for the operator's token alone, which is no bearer's
                assert (status, code) == (403, "forbidden"), role
            elif (status, code) not in ((401, "unauthorized"), (403, "forbidden")):
                opened[method, path].add(role)
            else:
                assert (code == "unauthorized") == (role == "nobody"), (method, path, role)
    assert opened.pop(("GET", paths.METRICS)) == set()
    assert opened == {
        entry: {"nobody", *ROLES} if roles == NO_TOKEN else set(roles)
        for entry, roles in ENDPOINTS.items()
        if entry[1] != paths.METRICS
    }


def verdict_of(response: Any) -> tuple[int, str | None]:
    """As `verdict`; figures for Prometheus wear no envelope."""
    if response.headers["content-type"].startswith("text/plain"):
        return response.status_code, None
    return verdict(response)


async def joined(world: Bearers, role: str) -> Socket:
    return await world.shop.join("demo", await world.bearer(role))


async def test_each_event_is_for_whom_the_table_says(world: Bearers) -> None:
    opened: dict[str, set[str]] = {event: set() for event in EVENTS}
    for role in ROLES:
        bearer, socket = await world.bearer(role), await joined(world, role)
        mine = {"tenantId": "demo", "userId": bearer.user_id, "token": bearer.access_token}
        for event in EVENTS:
            answer = await socket.call(event, mine if event == events.JOIN_TENANT else {"odd": 1})
            if answer["success"] or answer["error"]["code"] not in ("unauthorized", "forbidden"):
                opened[event].add(role)
    assert opened == {event: set(roles) for event, roles in EVENTS.items()}


async def test_no_event_is_for_a_socket_that_has_not_joined(world: Bearers) -> None:
    stranger = await world.shop.connect()
    for event in EVENTS:
        told = {"tenantId": "demo", "userId": "alice"} if event == events.JOIN_TENANT else {}
        assert (await stranger.call(event, told))["error"]["code"] == "unauthorized", event


async def test_an_event_that_the_table_does_not_name_is_unknown_to_everybody(world: Bearers) -> None:
    for role in ROLES:
        socket = await joined(world, role)
        for event in ("connect", "disconnect", "*", "__class__", "_join", "initial-sync", "changes", ""):
            assert (await socket.call(event, {}))["error"]["code"] == "unknown_event", event


async def test_a_head_request_needs_what_its_get_needs(world: Bearers) -> None:
    response = await world.shop.http.head(paths.CONFLICTS)
    assert response.status_code in (401, 405)
    response = await world.shop.http.head(paths.USERS, headers=(await world.bearer("clerk")).headers)
    assert response.status_code in (403, 405)


# --- operations --------------------------------------------------------------------------------------------


def product(**data: Any) -> dict[str, Any]:
    return operation("product", data, operation="create", resourceId="tea")


WHAT_ONE_DOES: dict[Action, Callable[[], dict[str, Any]]] = {
    Action.SELL: lambda: sale({"p": 1}),
    Action.MOVE_STOCK: lambda: movement("p", 1),
    Action.COUNT_STOCK: lambda: count("p", 4),
    Action.TRANSFER_STOCK: lambda: operation(
        "stock_transfer",
        {
            "toLocationId": "annex",
            "lines": [{"productId": "p", "quantity": 1}],
            "occurredAt": "2026-01-01T00:00:00Z",
        },
        operation="create",
        locationId="main",
    ),
    Action.RUN_SHIFT: lambda: operation(
        "shift",
        {"openedAt": "2026-01-01T00:00:00Z", "floatMinor": 100, "currency": "GBP"},
        operation="create",
        resourceId="shift-1",
        locationId="main",
    ),
    Action.EDIT_PRODUCT: lambda: product(name="Tea"),
}
"""An operation of each action that is one; the others are endpoints or decisions."""


async def test_an_operation_is_judged_by_its_persons_role(world: Bearers) -> None:
    for action, make in WHAT_ONE_DOES.items():
        for role in ("clerk", "manager", "admin"):
            (result,) = await (await world.bearer(role)).send(make())
            assert (result.get("code") == "forbidden") == (role not in ALLOWED[action]), (role, result)


async def test_at_a_till_it_is_judged_by_the_role_of_who_is_at_it(world: Bearers) -> None:
    till = await world.bearer("device")
    for action, make in WHAT_ONE_DOES.items():
        for role, user in (("clerk", "bob"), ("manager", "alice"), ("admin", "ada")):
            (result,) = await till.send(make() | {"actorId": user})
            assert (result.get("code") == "forbidden") == (role not in ALLOWED[action]), (role, result)


def edit_by(actor: str | None, approver: str | None = None) -> dict[str, Any]:
    told = {"actorId": actor, "approvedById": approver}
    return product(name="Tea") | {name: value for name, value in told.items() if value is not None}


async def test_a_managers_approval_at_a_till_lets_a_clerk_edit_products(world: Bearers) -> None:
    till = await world.bearer("device")
    forbidden = await till.send(
        edit_by("bob"), edit_by(None), edit_by("bob", "bob"), edit_by("bob", "mallory"), edit_by("nobody")
    )
    assert [result["code"] for result in forbidden] == ["forbidden"] * 5
    (approved,) = await till.send(edit_by("bob", "alice"))
    assert approved["status"] == "applied"


async def test_nobody_approves_over_the_wire_for_a_clerk_without_a_till(world: Bearers) -> None:
    bob = await world.bearer("clerk")
    results = await bob.send(edit_by("bob", "alice"), edit_by(None, "alice"), edit_by("alice"))
    assert [result["code"] for result in results] == ["forbidden"] * 3


async def test_a_product_conflict_is_a_managers_to_decide_and_a_stock_conflict_a_clerks(
    world: Bearers,
) -> None:
    bob, alice = await world.bearer("clerk"), await world.bearer("manager")
    await alice.send(product(name="Tea"))
    edits = [
        operation("product", {"set": {"name": name}, "base": {"name": "Tea"}}, resourceId="tea", version=1)
        for name in ("Green tea", "Black tea")
    ]
    (_, clash) = await alice.send(*edits)
    await bob.send(count("p", 4, T0_MS, version=0), miscount := count("p", 5, T0_MS, version=0))
    (stock,) = (await bob.get("/realtime/conflicts")).json()["data"]
    assert stock["operationId"] == miscount["id"]
    decision = {"conflictId": clash["conflict"]["id"], "resolution": "accept_server"}
    assert verdict(await bob.post("/realtime/resolve-conflict", decision)) == (403, "forbidden")
    assert verdict(await alice.post("/realtime/resolve-conflict", decision)) == (200, None)
    decision = {"conflictId": stock["id"], "resolution": "accept_server"}
    assert verdict(await bob.post("/realtime/resolve-conflict", decision)) == (200, None)


async def test_a_till_by_itself_decides_nothing(world: Bearers) -> None:
    till, bob = await world.bearer("device"), await world.bearer("clerk")
    await bob.send(count("p", 4, T0_MS, version=0), count("p", 5, T0_MS, version=0))
    (conflict,) = (await bob.get("/realtime/conflicts")).json()["data"]
    by_itself = operation("conflict", {"resolution": "accept_server"}, resourceId=conflict["id"])
    assert [result["code"] for result in await till.send(by_itself)] == ["forbidden"]
    decision = {"conflictId": conflict["id"], "resolution": "accept_server"}
    assert verdict(await till.post("/realtime/resolve-conflict", decision)) == (403, "forbidden")
    socket = await world.shop.join("demo", till)
    answer = await socket.call("resolve-conflict", decision)
    assert answer["error"]["code"] == "forbidden"
    at_the_till = by_itself | {"id": "decided-by-bob", "actorId": "bob"}
    assert [result["status"] for result in await till.send(at_the_till)] == ["applied"]


def test_no_role_in_a_payload_widens_a_token(rules: Rules) -> None:
    claims = {"role": "admin", "tenantId": "t", "userId": "mia", "user": {"role": "admin"}, "locs": ["annex"]}
    (result,) = rules.send("d1", product(name="Tea") | claims | {"actorId": "cleo"})
    assert result["code"] == "forbidden"
    (result,) = rules.send("d1", movement("p", 1, locationId="annex") | claims)
    assert result["code"] == "forbidden"


def test_a_caller_of_no_known_role_may_do_nothing() -> None:
    stranger = Caller("t", "root", ("main",), user_id="x")
    for action in Action:
        with pytest.raises(Exception, match="may not"):
            stranger.must(action)
