"""Generates the API documents from routes, rights and the contract's models.

`docs/openapi.json` describes HTTP, `docs/asyncapi.json` the socket, for authors of clients in other
languages. Both are committed; `make docs` writes them and a test fails when they are stale. Their meaning is
in docs/protocol.md.
"""

import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson
from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from pydantic.alias_generators import to_camel
from pydantic.json_schema import models_json_schema

from server_stub import rest
from server_stub.asgi import build_app_state
from server_stub.middleware.incoming import REQUEST_ID_HEADER
from server_stub.operations.handler import Handlers, NoData
from server_stub.operations.handlers import HANDLERS
from server_stub.roles import ENDPOINTS, EVENTS
from server_stub.settings import Settings
from server_stub.vocabulary import LISTED
from sync_agent.contract import codes, conflicts, events, notices, operations, paths, stock, streams
from sync_agent.contract.codes import HTTP_STATUS, ErrorCode
from sync_agent.contract.wire import PROTOCOL_VERSION, VOCABULARY, Wire

_SCHEMAS = "#/components/schemas/"
_REFUSED = "Refused"
_ENVELOPES = (
    "Every answer stands in an envelope: `success` with `data`, or `error` with one of the known codes."
)


_ROWS_OF_NO_OPERATION: dict[str, type[Wire]] = {
    "location": stock.LocationRow,
    "user": stock.UserRow,
    "quarantine": operations.QuarantineRow,
    notices.NOTICE_ROW: notices.NoticeRow,
}
"""The model of a change's `row` by resource type, for types that no kind of operation publishes."""


def changed_rows(handlers: Handlers) -> dict[str, type[Wire]]:
    """The model of a change's `row`, by resource type."""
    return _ROWS_OF_NO_OPERATION | handlers.rows


@dataclass(frozen=True)
class ClientEvent:
    """An event that a client sends: its payload, its acknowledgement's data, and events it may cause."""

    summary: str
    takes: type[Wire]
    gives: type[Wire] | None
    many: bool = False
    then: tuple[str, ...] = ()


CLIENT_EVENTS: dict[str, ClientEvent] = {
    events.JOIN_TENANT: ClientEvent(
        "Says who is at the socket, and follows the tenant's streams; again, to renew the token.",
        streams.JoinTenant,
        streams.JoinedStreams,
        then=(events.INITIAL_SYNC,),
    ),
    events.INVENTORY_UPDATE: ClientEvent(
        "Sets the quantity of one product at one place.",
        events.InventoryUpdate,
        events.UpdateConfirmed,
        then=(events.UPDATE_CONFIRMED, events.SYNC_CONFLICT),
    ),
    events.SYNC_OFFLINE_QUEUE: ClientEvent(
        "Sends operations; each stands or falls by itself.",
        operations.Operation,
        operations.OperationResult,
        many=True,
        then=(events.OFFLINE_SYNC_RESULTS,),
    ),
    events.RESOLVE_CONFLICT: ClientEvent(
        "Decides a conflict.",
        conflicts.ResolveConflict,
        conflicts.ConflictResolved,
        then=(events.CONFLICT_RESOLVED, events.SYNC_CONFLICT),
    ),
    events.NETWORK_STATUS: ClientEvent(
        "Tells how much waits at this client; it is shown in sync-state.", events.NetworkStatus, None
    ),
    events.PING: ClientEvent("For latency and the clock's offset.", events.Ping, events.Pong),
}


@dataclass(frozen=True)
class ServerEvent:
    """An event that the server sends: to one socket, or to all that follow a stream."""

    summary: str
    payload: type[Wire]
    channels: tuple[str, ...]
    many: bool = False


_ONE, _TENANT, _PLACE = "socket", "tenantStream", "locationStream"
_IN_WORDS = {_ONE: "socket", _TENANT: "tenant", _PLACE: "location"}

SERVER_EVENTS: dict[str, ServerEvent] = {
    events.INITIAL_SYNC: ServerEvent("A first look at stock, after joining.", events.InitialSync, (_ONE,)),
    events.INVENTORY_UPDATED: ServerEvent(
        "A stock level has changed; for clients without the feature `changes`.",
        events.InventoryUpdated,
        (_PLACE,),
    ),
    events.CHANGES: ServerEvent(
        "Numbered changes of one stream; for clients with the feature `changes`.",
        streams.ChangesEvent,
        (_TENANT, _PLACE),
    ),
    events.UPDATE_CONFIRMED: ServerEvent("An update was applied.", events.UpdateConfirmed, (_ONE,)),
    events.SYNC_CONFLICT: ServerEvent("A person has to decide.", conflicts.Conflict, (_ONE,)),
    events.CONFLICT_RESOLVED: ServerEvent("A decision was applied.", conflicts.ConflictResolved, (_ONE,)),
    events.CONFLICT_RESOLUTION_BROADCAST: ServerEvent(
        "Somebody has decided a conflict.", conflicts.ConflictResolved, (_TENANT, _PLACE)
    ),
    events.OFFLINE_SYNC_RESULTS: ServerEvent(
        "What became of each operation sent.", operations.OperationResult, (_ONE,), many=True
    ),
    events.USER_CONNECTED: ServerEvent("A user's first socket has joined.", events.Presence, (_TENANT,)),
    events.USER_DISCONNECTED: ServerEvent("A user's last socket has gone.", events.Presence, (_TENANT,)),
    events.SYNC_STATE: ServerEvent("How the shop's tills stand.", events.TenantSyncState, (_TENANT,)),
    events.NOTICE: ServerEvent("Words from a manager, for people.", events.Notice, (_TENANT, _PLACE)),
    events.SESSION_ENDED: ServerEvent("Why the server closes this socket.", events.SessionEnded, (_ONE,)),
}


# --- OpenAPI ---------------------------------------------------------------------------------------------


def open_api(router: APIRouter, handlers: Handlers) -> dict[str, Any]:
    """OpenAPI 3.1 of the given routes."""
    document = get_openapi(
        title="Evertill server",
        version=str(PROTOCOL_VERSION),
        summary="Tills of one shop, in step.",
        description=(
            f"{_ENVELOPES} Bodies are JSON, and may come with `Content-Encoding: gzip`; answers are"
            " compressed for whoever accepts it. Fields that are not known are ignored, on both sides."
            " See protocol.md."
        ),
        openapi_version="3.1.0",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        servers=[{"url": "http://127.0.0.1:8765", "description": "`evertill server` as it comes"}],
        routes=router.routes,
    )
    document["paths"] = dict(sorted(document["paths"].items()))
    models: set[type[Wire]] = {codes.ErrorBody, *changed_rows(handlers).values()}
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            models |= _complete(described, method.upper(), path)
    schemas = _schemas(models, changed_rows(handlers))
    schemas[_REFUSED] = _refused()
    if "QueueRequest" in schemas:
        schemas |= _operation_schemas(handlers)
        schemas["QueueRequest"]["properties"]["items"]["items"] = _ref("AnyOperation")
        schemas["QueueRequest"]["properties"]["items"]["maxItems"] = codes.QUEUE_OPERATIONS_MAX
    document["components"] = {
        "schemas": schemas,
        "responses": {f"Refused{status}": _refusal(status) for status in sorted(set(HTTP_STATUS.values()))},
        "securitySchemes": {"accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
    }
    return document


def _complete(described: dict[str, Any], method: str, path: str) -> set[type[Wire]]:
    """Completes the framework's description of one route; returns the models that it refers to."""
    takes, gives = _model(described.pop("x-takes", None)), _model(described.pop("x-gives", None))
    many = described.pop("x-many", False)
    roles = sorted(ENDPOINTS[method, path])
    described["operationId"] = _operation_id(method, path)
    described["tags"] = [path.split("/")[3] if path.startswith("/api/") else "machine room"]
    described["x-roles"] = roles
    described["security"] = [{"accessToken": []}] if roles else []
    if takes is not None:
        described["requestBody"] = _body(takes, path)
    described["responses"] = {"200": _answer(path, gives, many=many)} | {
        str(status): {"$ref": f"#/components/responses/Refused{status}"}
        for status in _refusals(method, path, with_token=bool(roles), with_body=takes is not None)
    }
    return {model for model in (takes, gives) if model is not None}


def _operation_id(method: str, path: str) -> str:
    named = [part for part in path.removeprefix("/api/v1").split("/") if part and not part.startswith("{")]
    return to_camel("_".join([method.lower(), *named]).replace("-", "_"))


def _body(takes: type[Wire], path: str) -> dict[str, Any]:
    bytes_max = codes.QUEUE_REQUEST_BYTES_MAX if path == paths.QUEUE else codes.EVENT_BYTES_MAX
    return {
        "required": True,
        "description": f"At most {bytes_max} bytes, after inflation.",
        "content": {"application/json": {"schema": _ref(takes.__name__)}},
    }


def _answer(path: str, gives: type[Wire] | None, *, many: bool) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": "Done.",
        "headers": {REQUEST_ID_HEADER: {"schema": {"type": "string"}}},
    }
    if path == paths.METRICS:
        described["content"] = {"text/plain": {"schema": {"type": "string"}}}
    else:
        described["content"] = {"application/json": {"schema": _envelope(gives, many=many)}}
    return described


def _refusals(method: str, path: str, *, with_token: bool, with_body: bool) -> list[int]:
    """The statuses that a route may refuse with."""
    statuses = {400, 500, 503}
    if with_token:
        statuses |= {401, 403, 404, 429}
    if with_body:
        statuses |= {413}
    if method != "GET":
        statuses |= {409, 422}
    if path in {paths.LOGIN, paths.REFRESH}:
        statuses |= {401, 403, 429}
    if path == paths.CHANGES:
        statuses |= {410}
    if path == paths.METRICS:
        statuses |= {403}
    return sorted(statuses)


def _refusal(status: int) -> dict[str, Any]:
    of_status = [code.value for code in ErrorCode if HTTP_STATUS[code] == status]
    headers = {REQUEST_ID_HEADER: {"schema": {"type": "string"}}}
    if status in {429, 503}:
        headers["Retry-After"] = {"schema": {"type": "string"}}
    if status == 401:
        headers["WWW-Authenticate"] = {"schema": {"type": "string"}}
    return {
        "description": f"Refused: {' or '.join(of_status)}.",
        "headers": headers,
        "content": {"application/json": {"schema": _ref(_REFUSED)}},
    }


def _refused() -> dict[str, Any]:
    known = {"properties": {"code": {"enum": [code.value for code in ErrorCode]}}}
    return {
        "type": "object",
        "title": _REFUSED,
        "required": ["success", "error"],
        "properties": {
            "success": {"const": False},
            "error": {"allOf": [_ref("ErrorBody"), known]},
            "requestId": {"type": "string"},
        },
    }


# --- AsyncAPI --------------------------------------------------------------------------------------------


def async_api(handlers: Handlers) -> dict[str, Any]:
    """AsyncAPI 3.0 of the socket. Operations are seen from the server: it receives what clients send."""
    messages = {**dict(_client_messages()), **dict(_server_messages())}
    models: set[type[Wire]] = {codes.ErrorBody, *changed_rows(handlers).values()}
    models |= {event.takes for event in CLIENT_EVENTS.values()}
    models |= {event.gives for event in CLIENT_EVENTS.values() if event.gives is not None}
    models |= {event.payload for event in SERVER_EVENTS.values()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Evertill server",
            "version": str(PROTOCOL_VERSION),
            "description": (
                "Socket.IO 5 over Engine.IO 4, at `/socket.io/`, namespace `/`. Every client event is"
                f" acknowledged. {_ENVELOPES} See protocol.md."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "evertill": {
                "host": "127.0.0.1:8765",
                "protocol": "ws",
                "pathname": "/socket.io/",
                "description": "`evertill server` as it comes; wss where TLS ends at the server or before it",
            }
        },
        "channels": _channels(messages),
        "operations": dict(_operations()),
        "components": {
            "messages": messages,
            "schemas": {
                **_schemas(models, changed_rows(handlers)),
                **_operation_schemas(handlers),
                _REFUSED: _refused(),
            },
            "securitySchemes": {
                "accessToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "In `join-tenant`, or as `token` in the handshake's auth.",
                }
            },
        },
    }


def _client_messages() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, event in CLIENT_EVENTS.items():
        payload = _listed(_ref(event.takes.__name__), many=False)
        if event.takes is operations.Operation:
            payload = _listed(_ref("AnyOperation"), many=True) | {"maxItems": codes.QUEUE_OPERATIONS_MAX}
        bytes_max = (
            codes.QUEUE_EVENT_BYTES_MAX if name == events.SYNC_OFFLINE_QUEUE else codes.EVENT_BYTES_MAX
        )
        yield (
            name,
            {
                "name": name,
                "title": name,
                "summary": event.summary,
                "description": f"At most {bytes_max} bytes.",
                "payload": payload,
            },
        )
        yield (
            _acknowledged(name),
            {
                "name": _acknowledged(name),
                "title": f"acknowledgement of {name}",
                "payload": {"oneOf": [_envelope(event.gives, many=event.many), _ref(_REFUSED)]},
            },
        )


def _server_messages() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, event in SERVER_EVENTS.items():
        payload = _listed(_ref(event.payload.__name__), many=event.many)
        yield name, {"name": name, "title": name, "summary": event.summary, "payload": payload}


def _channels(messages: dict[str, Any]) -> dict[str, Any]:
    def carried(channel: str) -> dict[str, Any]:
        names = [name for name, event in SERVER_EVENTS.items() if channel in event.channels]
        if channel == _ONE:
            names += [name for name in messages if name not in SERVER_EVENTS]
        return {name: {"$ref": f"#/components/messages/{name}"} for name in names}

    tenant = {"tenantId": {"description": "The tenant of the token that joined."}}
    place = {"locationId": {"description": "A location of the token that joined."}}
    return {
        _ONE: {
            "address": "/",
            "title": "One socket",
            "description": "What one client and the server say to each other.",
            "messages": carried(_ONE),
        },
        _TENANT: {
            "address": "tenant-{tenantId}",
            "title": "A tenant's stream",
            "description": "Heard by every socket of the tenant that has joined.",
            "parameters": tenant,
            "messages": carried(_TENANT),
        },
        _PLACE: {
            "address": "tenant-{tenantId}-location-{locationId}",
            "title": "A location's stream",
            "description": "Heard by sockets that joined with this location, or with none and may see it.",
            "parameters": tenant | place,
            "messages": carried(_PLACE),
        },
    }


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    def message(channel: str, name: str) -> dict[str, str]:
        return {"$ref": f"#/channels/{channel}/messages/{name}"}

    for name, event in CLIENT_EVENTS.items():
        described: dict[str, Any] = {
            "action": "receive",
            "channel": {"$ref": f"#/channels/{_ONE}"},
            "summary": event.summary,
            "messages": [message(_ONE, name)],
            "reply": {
                "channel": {"$ref": f"#/channels/{_ONE}"},
                "messages": [message(_ONE, _acknowledged(name))],
            },
            "x-roles": sorted(EVENTS[name]),
            "x-then": list(event.then),
        }
        if name == events.JOIN_TENANT:
            described["security"] = [{"$ref": "#/components/securitySchemes/accessToken"}]
        yield to_camel(f"receive_{name}".replace("-", "_")), described
    for name, sent in SERVER_EVENTS.items():
        for channel in sent.channels:
            where = "" if len(sent.channels) == 1 else f"_to_{_IN_WORDS[channel]}"
            yield (
                to_camel(f"send_{name}{where}".replace("-", "_")),
                {
                    "action": "send",
                    "channel": {"$ref": f"#/channels/{channel}"},
                    "summary": sent.summary,
                    "messages": [message(channel, name)],
                },
            )


def _acknowledged(name: str) -> str:
    return f"{name}-acknowledged"


# --- schemas ---------------------------------------------------------------------------------------------


def _schemas(
    models: Iterable[type[Wire]], changed: Mapping[str, type[Wire]] = MappingProxyType({})
) -> dict[str, Any]:
    """The JSON schemas of the models and of all models nested in them, by name."""
    used = sorted(models, key=lambda model: model.__name__)
    _, generated = models_json_schema(
        [(model, "validation") for model in used], by_alias=True, ref_template=_SCHEMAS + "{model}"
    )
    schemas: dict[str, Any] = dict(sorted(generated.get("$defs", {}).items()))
    _list_words(schemas)
    if "Change" in schemas:
        rows = [_ref(name) for name in sorted({row.__name__ for row in changed.values()})]
        schemas["Change"]["properties"]["row"] = {
            "anyOf": [*rows, {"type": "null"}],
            "description": "The whole new row, of the resource type's form; null or absent: it is deleted.",
            "default": None,
        }
    return schemas


def _list_words(schema: Any) -> None:
    """Makes every vocabulary field list the codes that this server knows, in place.

    `enum` where a client writes them and the server refuses others, else `x-extensible-enum`: a receiver
    accepts codes that it does not know.
    """
    if isinstance(schema, dict):
        vocabulary = LISTED.get(schema.pop(VOCABULARY, ""))
        if vocabulary is not None:
            closed = vocabulary.closed and "pattern" in schema
            schema["enum" if closed else "x-extensible-enum"] = list(vocabulary.words)
            schema["description"] = "; ".join(
                f"`{word}`: {meaning}" for word, meaning in vocabulary.words.items()
            )
        for inner in schema.values():
            _list_words(inner)
    elif isinstance(schema, list):
        for inner in schema:
            _list_words(inner)


def _operation_schemas(handlers: Handlers) -> dict[str, Any]:
    """A schema of `Operation` for each kind, and the union of them."""
    data = {handler.data for handler in handlers.all if handler.data is not NoData}
    schemas = _schemas({operations.Operation, *data})
    base = schemas["Operation"]
    for handler in handlers.all:
        properties = {
            "resourceType": {"const": handler.resource_type},
            "operation": {"const": handler.verb},
            "data": {"type": "object"} if handler.data is NoData else _ref(handler.data.__name__),
        }
        described = base | {"title": handler.name, "properties": base["properties"] | properties}
        del described["description"]
        schemas[handler.name] = described
    schemas["AnyOperation"] = {
        "title": "AnyOperation",
        "anyOf": [_ref(handler.name) for handler in handlers.all],
    }
    return schemas


def _envelope(gives: type[Wire] | None, *, many: bool) -> dict[str, Any]:
    data = _listed(_ref(gives.__name__), many=many) if gives is not None else {}
    return {
        "type": "object",
        "required": ["success"] if gives is None else ["success", "data"],
        "properties": {"success": {"const": True}, "data": data, "requestId": {"type": "string"}},
    }


def _listed(schema: dict[str, Any], *, many: bool) -> dict[str, Any]:
    return {"type": "array", "items": schema} if many else schema


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": _SCHEMAS + name}


def _model(name: str | None) -> type[Wire] | None:
    """The contract's model with this name, if there is one."""
    return None if name is None else _all_models()[name]


def _all_models() -> dict[str, type[Wire]]:
    found: dict[str, type[Wire]] = {}
    unseen = [Wire]
    while unseen:
        model = unseen.pop()
        unseen += model.__subclasses__()
        found[model.__name__] = model
    return found


# --- the files -------------------------------------------------------------------------------------------


def written(document: dict[str, Any]) -> bytes:
    """A document's bytes as committed; identical on every machine."""
    return orjson.dumps(
        document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    )


def documents(handlers: Handlers = HANDLERS) -> dict[str, dict[str, Any]]:
    """Both documents by file name; `handlers` are the kinds of operations to describe."""
    with tempfile.TemporaryDirectory() as home:
        state = build_app_state(Settings(home=Path(home)))
        try:
            return {
                "openapi.json": open_api(rest.routes(state), handlers),
                "asyncapi.json": async_api(handlers),
            }
        finally:
            state.database.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m server_stub.documents FOLDER` writes both."""
    (folder,) = sys.argv[1:] if arguments is None else arguments
    for name, document in documents().items():
        (Path(folder) / name).write_bytes(written(document))
    return 0


if __name__ == "__main__":
    sys.exit(main())
