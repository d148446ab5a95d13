"""The committed documents say what the server does: neither stale, nor short of a route or an event."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31

from server_stub.documents import documents, written
from server_stub.documents.events import CLIENT_EVENTS, SERVER_EVENTS
from server_stub.operations.handlers import BUILT_IN
from server_stub.roles import ENDPOINTS, EVENTS
from sync_agent.contract import events, paths
from sync_agent.contract.codes import ErrorCode

DOCS = Path(__file__).parents[2] / "docs"
OPENAPI = json.loads((DOCS / "openapi.json").read_bytes())
ASYNCAPI = json.loads((DOCS / "asyncapi.json").read_bytes())
METHODS = {"get", "post", "put", "patch", "delete", "head", "options"}


def operations_of(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): told
        for path, methods in document["paths"].items()
        for method, told in methods.items()
        if method in METHODS
    }


def everything_in(value: Any) -> Iterator[Any]:
    yield value
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inside:
        yield from everything_in(each)


def at(document: dict[str, Any], reference: str) -> Any:
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


def event_names() -> set[str]:
    """Every event of the contract."""
    return {value for name, value in vars(events).items() if name.isupper() and isinstance(value, str)}


@pytest.mark.parametrize("name", ["openapi.json", "asyncapi.json"])
def test_the_committed_document_is_what_the_server_tells_of_itself(name: str) -> None:
    fresh = written(documents()[name])
    assert (DOCS / name).read_bytes() == fresh, "stale: run `make docs`"


def test_the_openapi_document_is_valid() -> None:
    jsonschema.Draft202012Validator(OPENAPI_31).validate(OPENAPI)


@pytest.mark.parametrize("document", [OPENAPI, ASYNCAPI], ids=["openapi", "asyncapi"])
def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    references = [
        value["$ref"] for value in everything_in(document) if isinstance(value, dict) and "$ref" in value
    ]
    assert references
    for reference in references:
        assert at(document, reference) is not None


@pytest.mark.parametrize("document", [OPENAPI, ASYNCAPI], ids=["openapi", "asyncapi"])
def test_every_schema_is_a_schema(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_endpoint_of_the_rights_is_described_and_no_other() -> None:
    """The document is made of the routes: one without rights shows, and so do rights without a route."""
    assert set(operations_of(OPENAPI)) == set(ENDPOINTS)


def test_an_endpoint_names_the_roles_that_it_is_open_to() -> None:
    for endpoint, told in operations_of(OPENAPI).items():
        assert set(told["x-roles"]) == ENDPOINTS[endpoint]
        assert told["security"] == ([{"accessToken": []}] if ENDPOINTS[endpoint] else [])


def test_operation_ids_are_single() -> None:
    ids = [told["operationId"] for told in operations_of(OPENAPI).values()]
    assert len(ids) == len(set(ids))


WITHOUT_DATA = {paths.LOGOUT, paths.SIGN_IN_END, paths.SECOND_FACTOR_END, paths.LIVE, paths.READY}
"""They answer nothing but "done"."""


def test_every_body_and_answer_has_a_form() -> None:
    """Only what answers nothing but "done" may leave its data open."""
    for (method, path), told in operations_of(OPENAPI).items():
        assert not [key for key in told if key in {"x-takes", "x-gives", "x-many"}]
        if method == "PATCH":
            assert "requestBody" in told, path
        content = told["responses"]["200"]["content"]
        if path == paths.METRICS:
            assert list(content) == ["text/plain"]
        elif path not in WITHOUT_DATA:
            assert content["application/json"]["schema"]["properties"]["data"], f"{method} {path}"


def test_refusals_carry_exactly_the_known_codes() -> None:
    for document in (OPENAPI, ASYNCAPI):
        error = document["components"]["schemas"]["Refused"]["properties"]["error"]
        assert set(error["allOf"][1]["properties"]["code"]["enum"]) == set(ErrorCode)


def test_the_queue_documents_every_kind_that_the_server_has_a_handler_for() -> None:
    for document in (OPENAPI, ASYNCAPI):
        kinds = {
            ref["$ref"].rpartition("/")[2]
            for ref in document["components"]["schemas"]["AnyOperation"]["anyOf"]
        }
        assert kinds == {handler.name for handler in BUILT_IN}


def test_every_event_of_the_contract_is_described_and_no_other() -> None:
    assert event_names() == set(CLIENT_EVENTS) | set(SERVER_EVENTS)
    assert set(CLIENT_EVENTS) == set(EVENTS)


def test_every_event_is_a_message_that_some_operation_carries() -> None:
    carried = {
        at(ASYNCAPI, at(ASYNCAPI, message["$ref"])["$ref"])["name"]: operation["action"]
        for operation in ASYNCAPI["operations"].values()
        for message in operation["messages"]
    }
    assert carried == dict.fromkeys(CLIENT_EVENTS, "receive") | dict.fromkeys(SERVER_EVENTS, "send")


def test_every_client_event_is_acknowledged() -> None:
    received = [told for told in ASYNCAPI["operations"].values() if told["action"] == "receive"]
    assert all(told["reply"]["messages"] for told in received)


def test_asyncapi_has_the_form_of_version_3() -> None:
    """The parts that version 3 demands, and that channels' parameters are those of their addresses."""
    assert ASYNCAPI["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= set(ASYNCAPI["info"])
    assert all({"host", "protocol"} <= set(server) for server in ASYNCAPI["servers"].values())
    for channel in ASYNCAPI["channels"].values():
        assert set(re.findall(r"{(\w+)}", channel["address"])) == set(channel.get("parameters", {}))
        for message in channel["messages"].values():
            assert message["$ref"].startswith("#/components/messages/")
    for operation in ASYNCAPI["operations"].values():
        assert operation["action"] in {"send", "receive"}
        channel = operation["channel"]["$ref"]
        for message in operation["messages"] + operation.get("reply", {}).get("messages", []):
            assert message["$ref"].startswith(f"{channel}/messages/")


def test_the_documents_stand_alone() -> None:
    """They name nothing that only those who built the program have seen."""
    for name in ("openapi.json", "asyncapi.json"):
        assert "SEED" not in (DOCS / name).read_text()
