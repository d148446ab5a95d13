"""Whatever is asked over HTTP gets an answer in the envelope: never a fault, never a silence.

What is sent follows docs/openapi.json, or breaks it on purpose (Schemathesis), or has no form at all.
"""

import gzip
import json
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests
import schemathesis
from hypothesis import event, given
from hypothesis import strategies as st
from schemathesis.checks import content_type_conformance, response_schema_conformance, status_code_conformance
from schemathesis.core.result import Ok

from server_stub.roles import ENDPOINTS
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.wire import LEVELS_MAX
from tests.fuzz.live import LiveServer, budget, must_be_an_answer
from tests.kit.operations import movement, sale
from tests.kit.waiting import WAIT_S

pytestmark = [pytest.mark.xdist_group("fuzz-http"), pytest.mark.slow]

DOCUMENT = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_bytes())
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
MACHINE_ROOM = {"/metrics"}
OPERATIONS = [
    found.ok()
    for found in SCHEMA.get_all_operations()
    if isinstance(found, Ok) and found.ok().path not in MACHINE_ROOM
]
ROLES = ("nobody", "clerk", "manager", "admin", "device")
GENERATION = schemathesis.GenerationMode
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]


def cases(operation: Any) -> st.SearchStrategy[Any]:
    """What the document allows of an operation, and what it does not."""
    allowed: st.SearchStrategy[Any] = operation.as_strategy(generation_mode=GENERATION.POSITIVE)
    if not operation.get_request_payload_content_types() and not any(operation.iter_parameters()):
        return allowed
    return st.one_of(allowed, operation.as_strategy(generation_mode=GENERATION.NEGATIVE))


def made_real(data: st.DataObject, value: Any, known: dict[str, list[str]]) -> Any:
    """Half of the ids become ones that the server knows, so that more is reached than "not found"."""
    if isinstance(value, list):
        return [made_real(data, each, known) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: data.draw(st.sampled_from(known[name]))
        if name in known and isinstance(inside, str) and data.draw(st.booleans())
        else made_real(data, inside, known)
        for name, inside in value.items()
    }


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
@budget(25)
@given(data=st.data())
def test_every_answer_is_what_the_document_says(
    operation: Any, data: st.DataObject, server: LiveServer
) -> None:
    case = data.draw(cases(operation))
    for parameters in (case.path_parameters, case.query):
        for name in list(parameters or {}):
            known = server.known.get(schemathesis_name(name), [])
            is_real: bool = bool(known) and data.draw(st.booleans())
            if is_real:
                parameters[name] = data.draw(st.sampled_from(known))
    case.body = made_real(data, case.body, server.known)
    role = data.draw(st.sampled_from(ROLES))
    with requests.Session() as session:
        session.trust_env = False
        response = case.call(
            base_url=server.url, session=session, headers=server.headers(role), timeout=WAIT_S
        )
        event(f"answered {response.status_code}")
        answer = orjson.loads(response.content)
        must_be_an_answer(response.status_code, answer)
        case.validate_response(response, checks=CHECKS)
    if (answer.get("error") or {}).get("code") == ErrorCode.DEVICE_CLONED:
        server.enroll_a_till()


def schemathesis_name(name: str) -> str:
    """A path's `conflict_id` is what bodies call `conflictId`."""
    first, *others = name.split("_")
    return first + "".join(other.title() for other in others)


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=40),
    st.sampled_from(["", "\x00", "😀", "../..", "main", "tenant-demo", "null", "9" * 400]),
)
ANY_JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
)
WRITES = sorted(endpoint for endpoint in ENDPOINTS if endpoint[0] != "GET")
"""Endpoints that read a body."""


@budget(300)
@given(
    endpoint=st.sampled_from(WRITES),
    role=st.sampled_from(ROLES),
    body=st.one_of(
        st.binary(max_size=200),
        ANY_JSON.map(json.dumps).map(str.encode),
        ANY_JSON.map(lambda inner: json.dumps({"items": [inner, inner]}).encode()),
        st.integers(1, 40_000).map(lambda depth: b"[" * depth + b"]" * depth),
        st.sampled_from([b"\xff\xfe", b"NaN", b"1e999", b'{"a":1,"a":2}', b'"\\ud800"', b"{" * 65_000]),
    ),
    encoding=st.sampled_from(["", "gzip", "br", "gzip, gzip"]),
    squeezed=st.booleans(),
)
def test_a_body_without_form_is_refused_with_a_code(
    server: LiveServer, endpoint: tuple[str, str], role: str, body: bytes, encoding: str, squeezed: bool
) -> None:
    method, path = endpoint
    headers = server.headers(role) | ({"Content-Encoding": encoding} if encoding else {})
    sent = gzip.compress(body) if squeezed else body
    response = server.http.request(method, path.format_map(_Anything()), content=sent, headers=headers)
    must_be_an_answer(response.status_code, response.json())


class _Anything(dict[str, str]):
    """Gives any parameter of a path a value."""

    def __missing__(self, name: str) -> str:
        return "something"


@budget(150)
@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]),
    path=st.one_of(
        st.sampled_from(sorted({path for _, path in ENDPOINTS})),
        st.lists(st.sampled_from(["api", "v1", "realtime", "..", "%2e%2e", "%00", "%ff", "{x}", "stock"]))
        .map("/".join)
        .map("/{}".format),
    ),
    role=st.sampled_from(ROLES),
)
def test_a_path_or_method_that_is_not_there_is_refused_with_a_code(
    server: LiveServer, method: str, path: str, role: str
) -> None:
    response = server.http.request(method, path, headers=server.headers(role))
    assert response.status_code < 500, response.text
    if response.content and response.headers["content-type"] == "application/json":
        must_be_an_answer(response.status_code, response.json())


@pytest.mark.parametrize("levels", [LEVELS_MAX, 250, 254, 300, 900])
def test_what_is_nested_deeper_than_can_be_written_again_is_refused(server: LiveServer, levels: int) -> None:
    """JSON readers follow nesting further than JSON writers do: what comes in must be able to go out."""
    deep: list[Any] = []
    for _ in range(levels):
        deep = [deep]
    product = server.known["productId"][0]
    told = server.http.post(
        "/api/v1/realtime/broadcast",
        json={"type": "announcement", "data": {"deep": deep}},
        headers=server.headers("manager"),
    )
    must_be_an_answer(told.status_code, told.json())
    assert told.status_code == 400
    items = [
        movement(product, 1, note=deep),
        sale({product: 1}, note=deep),
        sale({product: 1}) | {"data": deep},
    ]
    answer = server.ask("POST", "/api/v1/realtime/offline-queue", "device", json={"items": items})
    assert [result["code"] for result in answer["results"]] == ["bad_request"] * 3


def test_what_is_refused_writes_nothing(server: LiveServer) -> None:
    """Every writing endpoint, by everybody, with bodies that none of them can read."""
    before = server.row_counts()
    refused = 0
    for method, path in WRITES:
        for role in ROLES:
            for body in (b"[]", b"{}", b'{"items": 1}', b"nonsense", b'{"conflictId": 7, "reason": []}'):
                response = server.http.request(
                    method, path.format_map(_Anything()), content=body, headers=server.headers(role)
                )
                must_be_an_answer(response.status_code, response.json())
                refused += response.status_code != 200
    assert refused > len(WRITES) * len(ROLES)
    assert server.row_counts() == before


def test_the_server_lives_and_its_people_are_still_signed_in(server: LiveServer) -> None:
    """The last of this file: nothing that was thrown at the server has cost anybody anything."""
    assert server.http.get("/readyz").status_code == 200
    for role in ROLES[1:]:
        server.ask("POST", "/api/v1/realtime/ping", role, json={})
