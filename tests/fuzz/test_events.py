"""Whatever a socket says is acknowledged with an envelope, and the socket lives on."""

import asyncio
import copy
import itertools
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
import socketio
from hypothesis import event as note
from hypothesis import given
from hypothesis import strategies as st

from server_stub.documents.events import SERVER_EVENTS
from server_stub.operations.handlers import BUILT_IN
from server_stub.roles import EVENTS
from sync_agent.contract import events
from sync_agent.contract.codes import EVENT_BYTES_MAX
from tests.fuzz.live import LiveServer, budget, must_be_acknowledged
from tests.kit.waiting import WAIT_S

pytestmark = pytest.mark.xdist_group("fuzz-events")

ROLES = {"clerk": "bob", "manager": "alice", "admin": "ada", "device": "bob"}

MOMENT = "2026-03-01T08:00:00Z"
NUMBERS = st.one_of(
    st.integers(-20, 20),
    st.sampled_from([2**31, 2**53, 2**53 + 1, 2**63, -(2**63) - 1, 2**70, 10**12, 10**12 + 1, -(10**12)]),
    st.sampled_from([0.5, -0.0, 1e300, 1.0]),
)
TIMES = st.sampled_from(
    [
        "2026-03-01T08:00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "1969-12-31T23:59:59Z",
        "2026-02-30T00:00:00Z",
        "yesterday",
        -1e18,
        1e18,
        "-10000000000000000000000",
    ]
)
ODD = st.one_of(
    NUMBERS,
    TIMES,
    st.none(),
    st.booleans(),
    st.text(max_size=30),
    st.sampled_from(
        ["", "\x00", "x" * 70, "x" * 3000, "../..", "😀", "main", "demo", [], {}, [[]], {"a": {}}]
    ),
)
ANY_JSON = st.recursive(
    ODD,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
)
FRESH = itertools.count(1)
"""Numbers that no operation had before."""

Known = dict[str, list[str]]
Body = dict[str, Any]


def _line(known: Known) -> Body:
    amounts = {"quantity": 2, "unitPriceMinor": 150, "taxRatePpm": 200_000, "taxMinor": 50, "totalMinor": 300}
    return {"productId": known["productId"][0], "description": "Tea", "discountMinor": 0, **amounts}


SALE: Body = {"receiptNumber": "T1-000009", "currency": "GBP", "totalMinor": 300, "occurredAt": MOMENT}
MANIFEST: Body = {"count": 3, "firstDeviceSeq": 1, "lastDeviceSeq": 3, "lastHash": "", "totalMinor": 300}
FORMS: dict[str, Callable[[Known], tuple[str, str, str | None, Body]]] = {
    "movement": lambda known: (
        "stock_level",
        "update",
        known["productId"][1],
        {"delta": 3, "reason": "receive", "note": "late", "reference": "PO 7", "occurredAt": MOMENT},
    ),
    "count": lambda known: (
        "stock_level",
        "update",
        known["productId"][1],
        {"newQuantity": 30, "previousQuantity": 20, "countedAt": MOMENT, "note": "shelf"},
    ),
    "sale": lambda known: (
        "transaction",
        "create",
        None,
        {
            "kind": "sale",
            **SALE,
            "lines": [_line(known)],
            "payments": [{"method": "cash", "amountMinor": 300, "changeMinor": 0, "reference": "x"}],
            "taxMinor": 50,
            "roundingMinor": 0,
            "refersTo": "T1-000001",
            "shiftId": known["shiftId"][0],
        },
    ),
    "refund": lambda known: (
        "transaction",
        "create",
        None,
        {"kind": "refund", **SALE, "lines": [_line(known)]},
    ),
    "transfer": lambda known: (
        "stock_transfer",
        "create",
        None,
        {
            "toLocationId": "annex",
            "lines": [{"productId": known["productId"][0], "quantity": 1}],
            "occurredAt": MOMENT,
            "note": "van",
        },
    ),
    "new product": lambda _known: (
        "product",
        "create",
        f"product-{next(FRESH)}",
        {"name": "Jam", "barcode": "5000000000012", "sku": "J1", "priceMinor": 399, "unit": "each"},
    ),
    "edited product": lambda known: (
        "product",
        "update",
        known["productId"][2],
        {"set": {"name": "Other", "priceMinor": 5}, "base": {"name": "Thing", "priceMinor": 4}},
    ),
    "deleted product": lambda known: ("product", "delete", known["productId"][2], {}),
    "same article": lambda known: (
        "product_alias",
        "create",
        known["productId"][0],
        {"productId": known["productId"][1]},
    ),
    "two articles": lambda known: (
        "product_alias",
        "delete",
        known["productId"][0],
        {},
    ),
    "changed setting": lambda _known: (
        "setting",
        "update",
        "low_stock",
        {"value": 7, "base": 5, "carriedUp": False},
    ),
    "decision": lambda known: (
        "conflict",
        "update",
        known["conflictId"][0],
        {
            "conflictId": known["conflictId"][0],
            "resolution": "merge",
            "mergedData": {"newQuantity": 4},
            "expectedServerVersion": 2,
        },
    ),
    "reopening": lambda known: (
        "conflict",
        "create",
        known["conflictId"][0],
        {"conflictId": known["conflictId"][0]},
    ),
    "opened shift": lambda _known: (
        "shift",
        "create",
        f"shift-{next(FRESH)}",
        {"openedAt": MOMENT, "floatMinor": 5000, "currency": "GBP"},
    ),
    "closed shift": lambda known: (
        "shift",
        "update",
        known["shiftId"][0],
        {
            "closedAt": MOMENT,
            "countedMinor": 5300,
            "expectedMinor": 5300,
            "totals": {"cash": 300},
            "note": "all well",
            "manifest": {**MANIFEST, "spent": [{"deviceSeq": 2, "hash": "0" * 64}]},
        },
    ),
}
"""Operations that are right: resource type, what is done, the resource's id, and the data."""


def an_operation(data: st.DataObject, known: Known) -> Body:
    """One that is right, or has up to three faults."""
    form = data.draw(st.sampled_from(sorted(FORMS)))
    resource_type, operation, resource_id, body = FORMS[form](known)
    number = next(FRESH)
    item = {
        "id": f"operation-{number}",
        "operation": operation,
        "resourceType": resource_type,
        "resourceId": resource_id,
        "locationId": "main",
        "timestamp": MOMENT,
        "clockOffsetMs": 0,
        "version": data.draw(st.integers(1, 4)),
        "data": body,
    }
    if data.draw(st.booleans()):
        item |= {"deviceSeq": 1000 + number, "actorId": "bob", "approvedById": "alice", "schema": 1}
    return spoiled(data, item)


EVENTS_RIGHT: dict[str, Callable[[Known], Body]] = {
    events.JOIN_TENANT: lambda known: {
        "tenantId": "demo",
        "userId": "bob",
        "token": "no token",
        "locationId": "main",
        "deviceId": known["deviceId"][0],
        "protocol": 1,
        "cursors": {"tenant-demo": {"seq": 1, "changeId": ""}},
        "features": ["changes"],
    },
    events.INVENTORY_UPDATE: lambda known: {
        "productId": known["productId"][0],
        "locationId": "main",
        "newQuantity": 12,
        "previousQuantity": 11,
        "version": 3,
        "eventId": f"event-{next(FRESH)}",
    },
    events.RESOLVE_CONFLICT: lambda known: {
        "conflictId": known["conflictId"][0],
        "resolution": "merge",
        "mergedData": {"newQuantity": 4},
        "expectedServerVersion": 2,
        "operationId": f"decision-{next(FRESH)}",
    },
    events.NETWORK_STATUS: lambda _known: {"isOnline": True, "pending": 3},
    events.PING: lambda _known: {"clientTime": MOMENT},
}


def test_every_client_event_is_thought_of() -> None:
    assert set(EVENTS_RIGHT) | {events.SYNC_OFFLINE_QUEUE} == set(EVENTS)


def test_every_form_of_operation_is_thought_of() -> None:
    known = {name: ["x", "y", "z"] for name in ("productId", "conflictId", "shiftId")}
    thought_of = {FORMS[form](known)[:2] for form in FORMS}
    assert thought_of == {(handler.resource_type, handler.verb) for handler in BUILT_IN}


def spoiled(data: st.DataObject, told: Body) -> Body:
    """The same with up to three values replaced by odd ones, left out, or put in."""
    told = copy.deepcopy(told)
    for _ in range(data.draw(st.sampled_from([0, 1, 1, 2, 3]))):
        holder, key = data.draw(st.sampled_from(list(_places(told))))
        match data.draw(st.sampled_from(["odd", "odd", "gone", "added"])):
            case "odd":
                holder[key] = copy.deepcopy(data.draw(ODD))
            case "gone":
                del holder[key]
            case "added" if isinstance(holder, dict):
                name = data.draw(st.sampled_from(["tenantId", "status", "locationId", "x"]))
                holder[name] = copy.deepcopy(data.draw(ODD))
        if not told:
            break
    return told


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place inside, as what holds it and its key there."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(inside):
        yield value, key
        yield from _places(inner)


class Socket:
    """A joined socket with its own event loop, driven by synchronous tests."""

    def __init__(self, server: LiveServer, role: str | None) -> None:
        self._server = server
        self._role = role
        self._loop = asyncio.new_event_loop()
        self._is_cloned = False
        self._open()

    def call(self, event: str, payload: Any) -> Any:
        answer = self._run(self._client.call(event, payload, timeout=WAIT_S))
        self._is_cloned = self._is_cloned or (answer.get("error") or {}).get("code") == "device_cloned"
        return answer

    def must_live(self) -> None:
        """It is still answered, and still joined. A till that looks like a clone is enrolled again."""
        if self._is_cloned:
            self._run(self._client.disconnect())
            self._server.enroll_a_till()
            self._is_cloned = False
            self._open()
        answer = self.call(events.PING, {})
        assert answer["success"] or self._role is None, answer

    def close(self) -> None:
        self._run(self._client.disconnect())
        self._run(_all_else())
        self._loop.close()

    def _open(self) -> None:
        self._client = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        self._run(self._client.connect(self._server.url, transports=["websocket"], wait_timeout=WAIT_S))
        if self._role is not None:
            who = {"tenantId": "demo", "userId": ROLES[self._role], "token": self._server.tokens[self._role]}
            answer = self.call(events.JOIN_TENANT, who)
            assert answer["success"], answer

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._loop.run_until_complete(work)


async def _all_else() -> None:
    """Ends what the library leaves behind."""
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


@pytest.fixture(scope="module", params=[*ROLES, None], ids=[*ROLES, "nobody"])
def socket(request: pytest.FixtureRequest, server: LiveServer) -> Iterator[Socket]:
    socket = Socket(server, request.param)
    yield socket
    socket.close()


@pytest.mark.slow
@budget(150)
@given(data=st.data())
def test_nearly_right_payloads_are_acknowledged(
    data: st.DataObject, socket: Socket, server: LiveServer
) -> None:
    event = data.draw(st.sampled_from(sorted(EVENTS_RIGHT)))
    answer = socket.call(event, spoiled(data, EVENTS_RIGHT[event](server.known)))
    must_be_acknowledged(answer)
    note(f"{event}: {'ok' if answer['success'] else answer['error']['code']}")
    socket.must_live()


@pytest.mark.slow
@budget(150)
@given(data=st.data())
def test_nearly_right_queues_are_answered_one_by_one(
    data: st.DataObject, socket: Socket, server: LiveServer
) -> None:
    """Each operation is applied or refused independently, and none makes the program fail."""
    items = [an_operation(data, server.known) for _ in range(data.draw(st.integers(1, 3)))]
    answer = socket.call(events.SYNC_OFFLINE_QUEUE, items)
    must_be_acknowledged(answer)
    if answer["success"]:
        for item, result in zip(items, answer["data"], strict=True):
            note(f"{item.get('resourceType')} {item.get('operation')}: {result['status']}"[:60])
            assert result.get("code") != "internal", item
    socket.must_live()


def _nested(depth: int) -> Any:
    value: Any = "deep"
    for _ in range(depth):
        value = [value]
    return value


NAMES = st.one_of(
    st.sampled_from(sorted(EVENTS)),
    st.sampled_from(
        ["connect", "disconnect", "connect_error", "*", "message", "", "__proto__", *SERVER_EVENTS]
    ),
    st.text(max_size=30),
)


@pytest.mark.slow
@pytest.mark.parametrize("event", ["connect", "disconnect", "*", "connect_error", "", events.CHANGES])
@pytest.mark.parametrize("payload", [None, {}, "x", b"x"], ids=repr)
def test_an_event_named_like_the_librarys_or_the_servers_own_is_unknown(
    socket: Socket, event: str, payload: Any
) -> None:
    assert socket.call(event, payload)["error"]["code"] in {"unknown_event", "rate_limited"}
    socket.must_live()


@pytest.mark.slow
@budget(200)
@given(
    event=NAMES,
    payload=st.one_of(
        ANY_JSON,
        st.binary(max_size=50),
        st.binary(max_size=20).map(lambda raw: {"productId": raw}),
        st.lists(ANY_JSON, min_size=2, max_size=4).map(tuple),
        st.sampled_from(["x" * (EVENT_BYTES_MAX + 1), [{}] * 501, list(range(600))]),
        st.integers(1, 500).map(_nested),
    ),
)
def test_payloads_without_form_are_acknowledged(socket: Socket, event: str, payload: Any) -> None:
    must_be_acknowledged(socket.call(event, payload))
    socket.must_live()
