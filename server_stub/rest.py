"""The HTTP side: who is asking, what they ask, and the envelope around every answer."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal

import orjson
import structlog
from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy import text
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server_stub.auth import AccessTokens
from server_stub.errors import Refusal
from server_stub.incoming import REQUEST_ID_HEADER, is_request_id, read_body, read_message, request_id
from server_stub.realtime import refuse_unless_applied, resolution_item
from server_stub.roles import Action, may
from server_stub.services import accounts, credentials, queue, snapshot, sync
from server_stub.services.caller import Caller
from server_stub.settings import Settings
from server_stub.store.database import Database
from sync_agent.contract import events
from sync_agent.contract.codes import (
    QUEUE_OPERATIONS_MAX,
    QUEUE_REQUEST_BYTES_MAX,
    Envelope,
    ErrorCode,
)
from sync_agent.contract.conflicts import ConflictResolved, ResolveConflict
from sync_agent.contract.identity import (
    EnrollRequest,
    LoginAnswer,
    LoginRequest,
    RefreshAnswer,
    RefreshRequest,
)
from sync_agent.contract.operations import QueueResults
from sync_agent.contract.streams import Cursor
from sync_agent.contract.wire import Wire, from_ms

log = structlog.get_logger()


@dataclass(frozen=True)
class Services:
    """What the routes stand on."""

    settings: Settings
    database: Database
    tokens: AccessTokens
    secret: bytes

    def bearer(self, request: Request) -> Caller:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Refusal(ErrorCode.UNAUTHORIZED, "an access token is needed: Authorization: Bearer …")
        return self.tokens.read(token.strip())


def answer(data: Wire | dict[str, Any] | list[Any] | None) -> Response:
    content = {"success": True, "data": data.to_wire() if isinstance(data, Wire) else data}
    return Response(orjson.dumps(content), media_type="application/json")


def refuse(refusal: Refusal) -> Response:
    envelope = Envelope(success=False, error=refusal.body(request_id.get()))
    headers = {}
    if refusal.http_status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if refusal.retry_after_ms is not None:
        headers["Retry-After"] = str(-(-refusal.retry_after_ms // 1000))
    return Response(
        orjson.dumps(envelope.to_wire()),
        status_code=refusal.http_status,
        media_type="application/json",
        headers=headers,
    )


def identity_routes(services: Services) -> APIRouter:
    """Signing in and out, and enrolling tills."""
    router = APIRouter()
    settings, database, tokens = services.settings, services.database, services.tokens
    Bearer = Annotated[Caller, Depends(services.bearer)]  # noqa: N806 - a type

    @router.post(events.PATH_LOGIN)
    async def login(request: Request) -> Response:
        asked = read_message(LoginRequest, await read_body(request))
        user = await database.read(
            partial(accounts.find_user, tenant_id=asked.tenant_id, username=asked.username)
        )
        known = None if user is None else user["password_hash"]
        if not await database.compute(partial(credentials.password_matches, known, asked.password)):
            user = None
        if user is None:
            raise Refusal(ErrorCode.UNAUTHORIZED, "wrong tenant, name or password")
        refresh_token = await database.write(
            asked.tenant_id,
            partial(accounts.begin_family, user_id=user["id"], lifetime_s=settings.refresh_token_s),
        )
        return answer(
            LoginAnswer(
                access_token=tokens.issue(accounts.caller_of(user)),
                refresh_token=refresh_token,
                expires_in=tokens.lifetime_s,
                user=accounts.signed_in(user),
            )
        )

    @router.post(events.PATH_REFRESH)
    async def refresh(request: Request) -> Response:
        asked = read_message(RefreshRequest, await read_body(request))
        token = asked.refresh_token
        tenant_id = await database.read(partial(accounts.tenant_of_token, token=token))
        renewed = await database.write(
            tenant_id,
            partial(
                accounts.renew,
                token=token,
                secret=services.secret,
                lifetime_s=settings.refresh_token_s,
            ),
        )
        if renewed is None:
            raise Refusal(ErrorCode.UNAUTHORIZED, "this token does not hold; sign in again")
        return answer(
            RefreshAnswer(
                access_token=tokens.issue(renewed.caller),
                refresh_token=renewed.refresh_token,
                expires_in=tokens.lifetime_s,
            )
        )

    @router.post(events.PATH_LOGOUT)
    async def logout(request: Request, caller: Bearer) -> Response:
        asked = read_message(RefreshRequest, await read_body(request))
        await database.write(caller.tenant_id, partial(accounts.end_family, token=asked.refresh_token))
        return answer(None)

    @router.post(events.PATH_ENROLL)
    async def enroll(request: Request, caller: Bearer) -> Response:
        asked = read_message(EnrollRequest, await read_body(request))
        return answer(
            await database.write(caller.tenant_id, partial(accounts.enroll, caller=caller, request=asked))
        )

    return router


def sync_routes(services: Services) -> APIRouter:
    """Operations in, state out; and what the machine room asks."""
    router = APIRouter()
    settings, database = services.settings, services.database
    Bearer = Annotated[Caller, Depends(services.bearer)]  # noqa: N806 - a type

    @router.post(events.PATH_QUEUE)
    async def take_queue(request: Request, caller: Bearer) -> Response:
        body = await read_body(request, QUEUE_REQUEST_BYTES_MAX)
        items = body.get("items") if isinstance(body, dict) else None
        if not isinstance(items, list):
            raise Refusal(ErrorCode.BAD_REQUEST, "items: a list of operations")
        if len(items) > QUEUE_OPERATIONS_MAX:
            raise Refusal(ErrorCode.PAYLOAD_TOO_LARGE, f"at most {QUEUE_OPERATIONS_MAX} operations at a time")
        results = await queue.process(
            database, caller, items, operations_per_commit=settings.operations_per_commit
        )
        return answer(QueueResults(results=results))

    @router.get(events.PATH_CHANGES)
    async def changes(
        caller: Bearer,
        stream: str,
        after: Annotated[int, Query(ge=0, le=2**53)],
        change_id: Annotated[str, Query(alias="changeId", max_length=64)] = "",
        limit: Annotated[int, Query(ge=1)] = 200,
    ) -> Response:
        page = await database.read(
            partial(
                sync.changes_after,
                caller=caller,
                stream=stream,
                cursor=Cursor(seq=after, change_id=change_id),
                limit=min(limit, settings.changes_page_max),
            )
        )
        return answer(page)

    @router.get(events.PATH_SNAPSHOT)
    async def take_snapshot(
        caller: Bearer,
        stream: str,
        page_token: Annotated[str | None, Query(alias="pageToken", max_length=2000)] = None,
    ) -> Response:
        page = await database.read(
            partial(
                snapshot.snapshot,
                caller=caller,
                stream=stream,
                page_token=page_token,
                rows_max=settings.snapshot_rows,
            )
        )
        return answer(page)

    @router.get(events.PATH_CONFLICTS)
    async def conflicts(
        caller: Bearer,
        status: Literal["open", "resolved"] | None = "open",
        location_id: Annotated[str | None, Query(alias="locationId", max_length=64)] = None,
    ) -> Response:
        found = await database.read(
            partial(
                sync.conflicts_for,
                caller=caller,
                status=status,
                location_id=location_id,
                products=may(caller.role, Action.DECIDE_PRODUCT_CONFLICT),
            )
        )
        return answer([conflict.to_wire() for conflict in found])

    @router.post(events.PATH_RESOLVE)
    async def resolve_conflict(request: Request, caller: Bearer) -> Response:
        decision = read_message(ResolveConflict, await read_body(request))
        item = resolution_item(decision, database.ids.new())
        now = from_ms(database.clock.now_ms()).isoformat()
        result = await queue.process_one(database, caller, {"operation": "update", "timestamp": now, **item})
        refuse_unless_applied(result)
        return answer(ConflictResolved.model_validate(result.result))

    @router.get(events.PATH_STOCK + "/{product_id}")
    async def stock(product_id: str, caller: Bearer) -> Response:
        return answer(await database.read(partial(sync.stock_of, caller=caller, product_id=product_id)))

    @router.post(events.PATH_PING)
    async def ping(request: Request, _caller: Bearer) -> Response:
        asked = read_message(events.Ping, await read_body(request))
        now = from_ms(database.clock.now_ms())
        return answer(events.Pong(client_time=asked.client_time, server_time=now))

    @router.get("/livez")
    async def livez() -> Response:
        return answer({"live": True})

    @router.get("/readyz")
    async def readyz() -> Response:
        await database.read(lambda connection: connection.execute(text("SELECT 1")).scalar_one())
        return answer({"ready": True})

    return router


def add_refusals(app: FastAPI) -> None:
    """Gives every error the envelope: ours, the framework's, and the bugs."""

    async def on_refusal(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)
        return refuse(error)

    async def on_unreadable(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        parts = (f"{'.'.join(str(s) for s in one['loc'])}: {one['msg']}" for one in error.errors())
        return refuse(Refusal(ErrorCode.BAD_REQUEST, "; ".join(parts)))

    async def on_http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 404:
            return refuse(Refusal(ErrorCode.NOT_FOUND, f"there is nothing at {request.url.path}"))
        refusal = Refusal(ErrorCode.BAD_REQUEST, f"{request.method} {request.url.path}: {error.detail}")
        response = refuse(refusal)
        response.status_code = error.status_code
        return response

    async def on_bug(_request: Request, _error: Exception) -> Response:
        return refuse(Refusal(ErrorCode.INTERNAL, "the server failed on this request"))

    app.add_exception_handler(Refusal, on_refusal)
    app.add_exception_handler(RequestValidationError, on_unreadable)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(Exception, on_bug)


class RequestIds:
    """Gives each request an id, the client's own if it is a plain word; it stands in the answer's headers."""

    def __init__(self, app: ASGIApp, new_id: Callable[[], str]) -> None:
        self._app = app
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
        identifier = told if is_request_id(told) else self._new_id()
        request_id.set(identifier)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = identifier
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=identifier):
            await self._app(scope, receive, send_with_id)
