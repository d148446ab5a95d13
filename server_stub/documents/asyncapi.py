"""AsyncAPI: the socket, from the tables of events and the contract's models."""

from collections.abc import Iterator
from typing import Any

from pydantic.alias_generators import to_camel

from server_stub.documents.events import CLIENT_EVENTS, LOCATION, SERVER_EVENTS, SOCKET, TENANT
from server_stub.documents.schemas import (
    ENVELOPES,
    REFUSED,
    changed_rows,
    envelope,
    listed,
    operation_schemas,
    ref,
    refused,
    schemas_of,
)
from server_stub.operations.handler import Handlers
from server_stub.roles import EVENTS
from sync_agent.contract import codes, events, operations
from sync_agent.contract.wire import PROTOCOL_VERSION, Wire


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
                f" acknowledged. {ENVELOPES} See protocol.md."
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
                **schemas_of(models, changed_rows(handlers)),
                **operation_schemas(handlers),
                REFUSED: refused(),
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
        payload = listed(ref(event.takes.__name__), many=False)
        if event.takes is operations.Operation:
            payload = listed(ref("AnyOperation"), many=True) | {"maxItems": codes.QUEUE_OPERATIONS_MAX}
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
                "payload": {"oneOf": [envelope(event.gives, many=event.many), ref(REFUSED)]},
            },
        )


def _server_messages() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, event in SERVER_EVENTS.items():
        payload = listed(ref(event.payload.__name__), many=event.many)
        yield name, {"name": name, "title": name, "summary": event.summary, "payload": payload}


_IN_WORDS = {SOCKET: "socket", TENANT: "tenant", LOCATION: "location"}


def _channels(messages: dict[str, Any]) -> dict[str, Any]:
    def carried(channel: str) -> dict[str, Any]:
        names = [name for name, event in SERVER_EVENTS.items() if channel in event.channels]
        if channel == SOCKET:
            names += [name for name in messages if name not in SERVER_EVENTS]
        return {name: {"$ref": f"#/components/messages/{name}"} for name in names}

    tenant = {"tenantId": {"description": "The tenant of the token that joined."}}
    place = {"locationId": {"description": "A location of the token that joined."}}
    return {
        SOCKET: {
            "address": "/",
            "title": "One socket",
            "description": "What one client and the server say to each other.",
            "messages": carried(SOCKET),
        },
        TENANT: {
            "address": "tenant-{tenantId}",
            "title": "A tenant's stream",
            "description": "Heard by every socket of the tenant that has joined.",
            "parameters": tenant,
            "messages": carried(TENANT),
        },
        LOCATION: {
            "address": "tenant-{tenantId}-location-{locationId}",
            "title": "A location's stream",
            "description": "Heard by sockets that joined with this location, or with none and may see it.",
            "parameters": tenant | place,
            "messages": carried(LOCATION),
        },
    }


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    def message(channel: str, name: str) -> dict[str, str]:
        return {"$ref": f"#/channels/{channel}/messages/{name}"}

    for name, event in CLIENT_EVENTS.items():
        described: dict[str, Any] = {
            "action": "receive",
            "channel": {"$ref": f"#/channels/{SOCKET}"},
            "summary": event.summary,
            "messages": [message(SOCKET, name)],
            "reply": {
                "channel": {"$ref": f"#/channels/{SOCKET}"},
                "messages": [message(SOCKET, _acknowledged(name))],
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
