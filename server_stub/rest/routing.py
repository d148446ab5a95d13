"""What endpoints share: authentication, reading bodies, and the envelope around the response."""

from dataclasses import replace
from typing import Annotated, Any

import orjson
from fastapi import Depends, Request, Response

from server_stub.app_state import AppState
from server_stub.errors import Refusal
from server_stub.middleware.http import connection_of
from server_stub.roles import ENDPOINTS
from server_stub.services.people.caller import Caller
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.wire import Wire


async def bearer(request: Request) -> Caller:
    """The authenticated bearer of a request, after checks of role and rate limit. Raises Refusal."""
    state: AppState = request.app.state.state
    caller = replace(state.tokens.read(_token(request)), address=address_of(request))
    # For error handlers: refusals from here on are recorded for this bearer.
    request.state.caller = caller
    state.abuse_monitor.seen(caller)
    await state.limits.request(caller)
    await state.token_validity.require_valid(caller)
    connection = connection_of(request.scope)
    if connection is not None:
        connection.works_for(caller.tenant_id, caller.id)
    if caller.role not in ENDPOINTS[request.method, request.scope["route"].path]:
        raise Refusal(ErrorCode.FORBIDDEN, f"a {caller.role} may not {doing(request)}")
    if "\x00" in request.scope["path"] or b"%00" in request.scope["query_string"]:
        raise Refusal(ErrorCode.BAD_REQUEST, "a NUL character stands in the URL, which no name may hold")
    return caller


Bearer = Annotated[Caller, Depends(bearer)]
"""The type of a route's parameter that requires a token and receives its bearer."""


def doing(request: Request) -> str:
    """Method and path template of a request, without parameters."""
    return f"{request.method} {request.scope['route'].path}"


def address_of(request: Request) -> str:
    return request.client.host if request.client is not None else ""


def _token(request: Request) -> str:
    sent = request.headers.getlist("authorization")
    scheme, _, token = sent[0].partition(" ") if sent else ("", "", "")
    # Two headers are refused: a proxy might read one of them and we the other.
    if len(sent) > 1 or scheme.lower() != "bearer" or not token:
        raise Refusal(ErrorCode.UNAUTHORIZED, "an access token is needed: Authorization: Bearer …")
    return token.strip()


def documented(
    summary: str, *, takes: type[Wire] | None = None, gives: type[Wire] | None = None, many: bool = False
) -> dict[str, Any]:
    """A route's entry in the OpenAPI document: `**documented("…", takes=…, gives=…)` in its decorator.

    Bodies are read by `incoming.read_body`, which decompresses and bounds them, so the framework does not
    see their models; they are named here. `many`: the response's data is a list of `gives`.
    """
    return {
        "summary": summary,
        "response_class": Response,
        "response_model": None,
        "openapi_extra": {
            "x-takes": takes.__name__ if takes else None,
            "x-gives": gives.__name__ if gives else None,
            "x-many": many,
        },
    }


def answer(data: Wire | dict[str, Any] | list[Any] | None) -> Response:
    content = {"success": True, "data": data.to_wire() if isinstance(data, Wire) else data}
    return Response(orjson.dumps(content), media_type="application/json")
