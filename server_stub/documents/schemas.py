"""JSON schemas of the contract's models, of every kind of operation, and of the envelope around an answer."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from pydantic.json_schema import models_json_schema

from server_stub.operations.handler import Handlers, NoData
from server_stub.vocabulary import LISTED
from sync_agent.contract import notices, operations, stock
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.wire import VOCABULARY, Wire

_SCHEMAS = "#/components/schemas/"


REFUSED = "Refused"


ENVELOPES = "Every answer has an envelope: `success` with `data`, or `error` with one of the known codes."


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


def schemas_of(
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
        rows = [ref(name) for name in sorted({row.__name__ for row in changed.values()})]
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


def operation_schemas(handlers: Handlers) -> dict[str, Any]:
    """A schema of `Operation` for each kind, and the union of them."""
    data = {handler.data for handler in handlers.all if handler.data is not NoData}
    schemas = schemas_of({operations.Operation, *data})
    base = schemas["Operation"]
    for handler in handlers.all:
        properties = {
            "resourceType": {"const": handler.resource_type},
            "operation": {"const": handler.verb},
            "data": {"type": "object"} if handler.data is NoData else ref(handler.data.__name__),
        }
        described = base | {"title": handler.name, "properties": base["properties"] | properties}
        del described["description"]
        schemas[handler.name] = described
    schemas["AnyOperation"] = {
        "title": "AnyOperation",
        "anyOf": [ref(handler.name) for handler in handlers.all],
    }
    return schemas


def refused() -> dict[str, Any]:
    known = {"properties": {"code": {"enum": [code.value for code in ErrorCode]}}}
    return {
        "type": "object",
        "title": REFUSED,
        "required": ["success", "error"],
        "properties": {
            "success": {"const": False},
            "error": {"allOf": [ref("ErrorBody"), known]},
            "requestId": {"type": "string"},
        },
    }


def envelope(gives: type[Wire] | None, *, many: bool) -> dict[str, Any]:
    data = listed(ref(gives.__name__), many=many) if gives is not None else {}
    return {
        "type": "object",
        "required": ["success"] if gives is None else ["success", "data"],
        "properties": {"success": {"const": True}, "data": data, "requestId": {"type": "string"}},
    }


def listed(schema: dict[str, Any], *, many: bool) -> dict[str, Any]:
    return {"type": "array", "items": schema} if many else schema


def ref(name: str) -> dict[str, Any]:
    return {"$ref": _SCHEMAS + name}
