"""ASGI middleware: request ids, log lines, metrics, security headers, and checking Origin.

`OriginMiddleware` wraps the whole application, Socket.IO's own responses included.
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server_stub.clock import steady_s
from server_stub.errors import Refusal
from server_stub.middleware.connections import STATE_KEY, Connection
from server_stub.middleware.incoming import REQUEST_ID_HEADER, is_request_id, request_id
from server_stub.middleware.refusals import refuse
from server_stub.monitoring.metrics import Metrics
from server_stub.services.people.caller import Caller
from sync_agent.contract.codes import ErrorCode

log = structlog.get_logger()

_SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    # No response is a web page: should a browser render one, it may load nothing and not be framed.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_WITH_TLS = {"Strict-Transport-Security": "max-age=31536000"}
_NO_ROUTE = "(none)"
_GONE_STATUS = 499
"""Only in the log: the client disconnected before the response."""


class ConnectionMiddleware:
    """Counts each request and socket that comes through a proxy for its client's address."""

    def __init__(self, app: ASGIApp, new_id: Callable[[], str]) -> None:
        self._app = app
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = connection_of(scope)
        if connection is None or not connection.is_proxied:
            await self._app(scope, receive, send)
            return
        client = scope.get("client")
        try:
            connection.counts_for(client[0] if client else "")
        except Refusal as refusal:
            request_id.set(self._new_id())
            await _respond(refuse(refusal), scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            connection.served_for()


def connection_of(scope: Scope) -> Connection | None:
    """The connection of a request or socket; None where no server of ours accepted it."""
    found: Connection | None = (scope.get("state") or {}).get(STATE_KEY)
    return found


async def _respond(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Sends a response; to a socket's handshake too, where the server supports that."""
    if scope["type"] == "http":
        await response(scope, receive, send)
    elif "websocket.http.response" in scope.get("extensions", {}):
        start = {"status": response.status_code, "headers": response.raw_headers}
        await send({"type": "websocket.http.response.start", **start})
        await send({"type": "websocket.http.response.body", "body": bytes(response.body)})
    else:
        await send({"type": "websocket.close"})


class OriginMiddleware:
    """Adds security headers to every response, and refuses pages of origins that are not allowed.

    A browser sends Origin; a native client sends none and needs none.
    """

    def __init__(
        self, app: ASGIApp, new_id: Callable[[], str], allowed_origins: Iterable[str], *, has_tls: bool
    ) -> None:
        self._app = app
        self._new_id = new_id
        self._allowed = frozenset(filter(None, map(_origin, allowed_origins)))
        self._headers = {**_SECURITY_HEADERS, **(_WITH_TLS if has_tls else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        sent = headers.getlist("origin")
        # Two headers are none that could be compared: a proxy might read the other.
        origin = sent[0] if len(sent) == 1 else ", ".join(sent) if sent else None

        async def send_with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        if origin is not None and not self._may_ask(origin, scope, headers.get("host", "")):
            await self._deny(scope, receive, send_with_headers, origin)
        else:
            await self._app(scope, receive, send_with_headers)

    def _may_ask(self, origin: str, scope: Scope, host: str) -> bool:
        asked_by = _origin(origin)
        return asked_by is not None and (asked_by in self._allowed or asked_by == self._own(scope, host))

    def _own(self, scope: Scope, host: str) -> str | None:
        """The origin under which the page would have asked: a proxy's scheme counts where it is trusted."""
        is_encrypted = scope.get("scheme") in ("https", "wss")
        return _origin(f"{'https' if is_encrypted else 'http'}://{host}")

    async def _deny(self, scope: Scope, receive: Receive, send: Send, origin: str) -> None:
        """Responds 403 in the envelope."""
        request_id.set(self._new_id())
        log.warning("origin.refused", origin=origin[:200], request_id=request_id.get())
        response = refuse(Refusal(ErrorCode.FORBIDDEN, "pages of this origin may not talk to the server"))
        await _respond(response, scope, receive, send)


def with_cors(app: ASGIApp, allowed_origins: Collection[str]) -> ASGIApp:
    """Lets pages of these origins read responses of `app`. `OriginMiddleware` has refused all others."""
    if not allowed_origins:
        return app
    return CORSMiddleware(
        app,
        allow_origins=allowed_origins,
        allow_methods=["GET", "POST", "PATCH"],
        allow_headers=["Authorization", "Content-Type", "Content-Encoding", REQUEST_ID_HEADER],
        expose_headers=[REQUEST_ID_HEADER, "Retry-After"],
        max_age=600,
    )


_PORTS = {"http": 80, "https": 443}
_ORIGIN = re.compile(r"(https?)://([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?", re.IGNORECASE)


def _origin(value: str) -> str | None:
    """An origin as origins are compared: scheme, host and port, all of them; None for what is none.

    A path, a user name, `null`, another scheme or a letter that no host name has make it none.
    """
    found = _ORIGIN.fullmatch(value)
    if found is None:
        return None
    scheme, host, port = found[1].lower(), found[2].lower(), found[3]
    return f"{scheme}://{host}:{int(port) if port else _PORTS[scheme]}"


_NUL = Refusal(ErrorCode.BAD_REQUEST, "a NUL character stands in the address, which no text may hold")


def _has_nul(scope: Scope) -> bool:
    """Whether its address has a NUL, which PostgreSQL takes in no text: bodies are read by `read_message`."""
    return b"%00" in scope["query_string"] or "\0" in scope["path"]


@dataclass
class _Answered:
    """What is recorded of a response as it is sent."""

    began_s: float = field(default_factory=steady_s)
    status: int = _GONE_STATUS


class RequestMiddleware:
    """Gives each request an id (the client's own, if it is a plain word), and logs and measures the response.

    Also the last exception handler of requests: a bug is logged with its traceback.
    """

    def __init__(self, app: ASGIApp, new_id: Callable[[], str], metrics: Metrics) -> None:
        self._app = app
        self._new_id = new_id
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
        identifier = sent if is_request_id(sent) else self._new_id()
        request_id.set(identifier)
        answered = _Answered()

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered.status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = identifier
            await send(message)

        method = scope["method"]
        if method == "HEAD":
            # The response to GET; the server drops its body.
            scope = {**scope, "method": "GET"}
        with structlog.contextvars.bound_contextvars(request_id=identifier):
            try:
                if _has_nul(scope):
                    await refuse(_NUL)(scope, receive, send_with_id)
                else:
                    await self._app(scope, receive, send_with_id)
            except ClientDisconnect:
                answered.status = _GONE_STATUS
            except Exception:
                # The handler for bugs has responded already.
                log.exception("request.failed", route=_route(scope))
            self._log(method, scope, answered)

    def _log(self, method: str, scope: Scope, answered: _Answered) -> None:
        state: dict[str, Any] = scope.get("state", {})
        caller: Caller | None = state.get("caller")
        outcome = "gone" if answered.status == _GONE_STATUS else state.get("outcome", "ok")
        seconds = steady_s() - answered.began_s
        self._metrics.request_done(method, _route(scope), answered.status, outcome, seconds)
        log.info(
            "request.done",
            method=method,
            route=_route(scope),
            status=answered.status,
            code=outcome,
            ms=round(seconds * 1000, 1),
            tenant=caller and caller.tenant_id,
            actor=caller and caller.id,
        )


def _route(scope: Scope) -> str:
    """The path's template, without parameters."""
    route = scope.get("route")
    return _NO_ROUTE if route is None else str(route.path)
