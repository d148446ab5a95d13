"""A payload that names another tenant is refused, whichever it is and wherever in it the tenant is named."""

from collections.abc import Iterator
from typing import Any

import pytest

from server_stub.roles import ENDPOINTS, EVENTS, NO_TOKEN
from sync_agent.contract import events, paths
from tests.kit.bearers import Bearers, verdict
from tests.kit.canaries import ROLES, rows_of
from tests.kit.operations import movement, operation, sale

FIELDS = ("tenantId", "tenant_id")


def named_in(payload: dict[str, Any], tenant: object) -> Iterator[dict[str, Any]]:
    """The payload with the tenant at its top, in its objects, and in what the server does not know."""
    for field in FIELDS:
        named = {field: tenant}
        yield payload | named
        yield payload | {"more": named}
        yield payload | {"more": [{"deep": [named]}]}
        for name, value in payload.items():
            if isinstance(value, dict):
                yield payload | {name: value | named}
                yield payload | {name: value | {"more": [named]}}


PAYLOADS: dict[str, dict[str, Any]] = {
    events.INVENTORY_UPDATE: {"productId": "p", "locationId": "main", "newQuantity": 3},
    events.RESOLVE_CONFLICT: {"conflictId": "c", "resolution": "merge", "mergedData": {"newQuantity": 1}},
    events.NETWORK_STATUS: {"isOnline": True, "pending": 3},
    events.PING: {},
}
OPERATIONS = [
    movement("p", 1),
    sale({"p": 1}),
    operation("product", {"set": {"name": "mine"}, "base": {}}, resourceId="p", version=1),
    operation("conflict", {"resolution": "accept_local"}, resourceId="c"),
]


def test_every_event_is_tried() -> None:
    # The two others have tests of their own below.
    assert set(PAYLOADS) | {events.JOIN_TENANT, events.SYNC_OFFLINE_QUEUE} == set(EVENTS)


@pytest.mark.parametrize("role", ROLES)
async def test_an_event_that_names_another_tenant_is_refused(world: Bearers, role: str) -> None:
    socket = await world.shop.join("demo", await world.bearer(role))
    before = rows_of(world.shop, "rival")
    for event, payload in PAYLOADS.items():
        for tenant in ("rival", "nowhere", "", 7, {"id": "rival"}, ["rival"]):
            for one in named_in(payload, tenant):
                answer = await socket.call(event, one)
                assert answer.get("error", {}).get("code") == "forbidden", (event, one)
        for one in named_in(payload, "demo"):
            answer = await socket.call(event, one)
            assert answer["success"] or answer["error"]["code"] != "forbidden" or role == "device", (
                event,
                one,
            )
    assert rows_of(world.shop, "rival") == before


async def test_a_join_names_its_own_tenant_in_every_place_or_none(world: Bearers) -> None:
    bob = await world.bearer("clerk")
    mine = {"tenantId": "demo", "userId": "bob", "token": bob.access_token}
    for one in (*named_in(mine, "rival"), *named_in(mine | {"more": {}}, "nowhere")):
        answer = await (await world.shop.connect()).call(events.JOIN_TENANT, one)
        assert answer.get("error", {}).get("code") == "forbidden", one


@pytest.mark.parametrize("role", ["clerk", "device"])
async def test_an_operation_that_names_another_tenant_is_refused_alone(world: Bearers, role: str) -> None:
    person = await world.bearer(role)
    socket = await world.shop.join("demo", person)
    for door in ("http", "socket"):
        for tenant in ("rival", 7):
            for plain in OPERATIONS:
                kind = f"{door}-{tenant}-{plain['resourceType']}"
                named = [
                    one | {"id": f"{kind}-{number}"} for number, one in enumerate(named_in(plain, tenant))
                ]
                innocent = movement("p", 1)
                if door == "http":
                    results = await person.send(*named, innocent)
                else:
                    answer = await socket.call(events.SYNC_OFFLINE_QUEUE, [*named, innocent])
                    results = answer["data"]
                *refused, applied = results
                assert {(one["status"], one["code"]) for one in refused} == {("rejected", "forbidden")}
                assert applied["status"] == "applied"


async def test_a_request_that_names_another_tenant_is_refused(world: Bearers) -> None:
    admin = await world.bearer("admin")
    for method, path in ENDPOINTS:
        if method == "GET" or ENDPOINTS[method, path] == NO_TOKEN or path == paths.QUEUE:
            continue
        concrete = path.replace("{", "no-such-").replace("}", "")
        for one in named_in({"data": {}}, "rival"):
            answer = await world.ask(method, concrete, admin, one)
            assert verdict(answer)[1] in ("forbidden", "not_found"), (path, one, answer.text)
            if "{" not in path:
                assert verdict(answer) == (403, "forbidden"), (path, one, answer.text)
