"""OpenAPI: the HTTP interface, from its routes, the table of rights and the contract's models."""

from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from pydantic.alias_generators import to_camel

from server_stub.documents.schemas import (
    ENVELOPES,
    REFUSED,
    changed_rows,
    envelope,
    operation_schemas,
    ref,
    refused,
    schemas_of,
)
from server_stub.middleware.incoming import REQUEST_ID_HEADER
from server_stub.operations.handler import Handlers
from server_stub.roles import ENDPOINTS
from sync_agent.contract import codes, paths
from sync_agent.contract.codes import HTTP_STATUS, ErrorCode
from sync_agent.contract.wire import PROTOCOL_VERSION, Wire


def open_api(router: APIRouter, handlers: Handlers) -> dict[str, Any]:
    """OpenAPI 3.1 of the given routes."""
    document = get_openapi(
        title="Evertill server",
        version=str(PROTOCOL_VERSION),
        summary="Tills of one shop, in step.",
        description=(
            f"{ENVELOPES} Bodies are JSON, and may come with `Content-Encoding: gzip`; answers are"
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
    schemas = schemas_of(models, changed_rows(handlers))
    schemas[REFUSED] = refused()
    if "QueueRequest" in schemas:
        schemas |= operation_schemas(handlers)
        schemas["QueueRequest"]["properties"]["items"]["items"] = ref("AnyOperation")
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
        "content": {"application/json": {"schema": ref(takes.__name__)}},
    }


def _answer(path: str, gives: type[Wire] | None, *, many: bool) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": "Done.",
        "headers": {REQUEST_ID_HEADER: {"schema": {"type": "string"}}},
    }
    if path == paths.METRICS:
        described["content"] = {"text/plain": {"schema": {"type": "string"}}}
    else:
        described["content"] = {"application/json": {"schema": envelope(gives, many=many)}}
    return described


_JUDGES_A_SECRET = {
    paths.LOGIN,
    paths.REFRESH,
    paths.SECOND_FACTOR_BEGIN,
    paths.SECOND_FACTOR_CONFIRM,
    paths.SECOND_FACTOR_END,
}
_JUDGES_A_CODE = {paths.CODE_LOOK_UP, paths.CODE_ACCEPT, paths.SET_UP}


def _refusals(method: str, path: str, *, with_token: bool, with_body: bool) -> list[int]:
    """The statuses that a route may refuse with."""
    statuses = {400, 500, 503}
    if with_token:
        statuses |= {401, 403, 404, 429}
    if with_body:
        statuses |= {413}
    if method != "GET":
        statuses |= {409, 422}
    if path in _JUDGES_A_SECRET:
        statuses |= {401, 403, 429}
    if path == paths.LOGIN:
        statuses |= {426}  # a second factor is needed, and the client is of an earlier release
    if path in _JUDGES_A_CODE:
        statuses |= {403, 404, 429}
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
        "content": {"application/json": {"schema": ref(REFUSED)}},
    }


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
