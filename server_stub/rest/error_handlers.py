"""Puts every error of a route into the envelope: refusals, the framework's errors, and bugs."""

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from server_stub.app_state import AppState
from server_stub.errors import Refusal
from server_stub.middleware.refusals import refuse
from server_stub.rest.routing import doing
from server_stub.services.visibility import SIMPLE, Audience, visible_refusal
from sync_agent.contract.codes import ErrorCode


def add_error_handlers(app: FastAPI, state: AppState) -> None:
    def refusal_response(request: Request, refusal: Refusal) -> Response:
        request.state.outcome = refusal.code.value
        return refuse(refusal)

    async def on_refusal(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)
        caller = getattr(request.state, "caller", None)
        if caller is not None:
            state.abuse_monitor.refused(caller, doing(request), error)
        unknown: Audience = getattr(request.state, "audience", SIMPLE)
        audience = unknown if caller is None else caller.audience
        return refusal_response(request, visible_refusal(error, audience))

    async def on_unreadable(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        parts = (
            f"{'.'.join(str(s) for s in problem['loc'])}: {problem['msg']}" for problem in error.errors()
        )
        return refusal_response(request, Refusal(ErrorCode.BAD_REQUEST, "; ".join(parts)))

    async def on_http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 404:
            return refusal_response(
                request, Refusal(ErrorCode.NOT_FOUND, f"there is nothing at {request.url.path[:200]}")
            )
        words = f"{request.method} {request.url.path[:200]}: {error.detail}"
        response = refusal_response(request, Refusal(ErrorCode.BAD_REQUEST, words))
        response.status_code = error.status_code
        response.headers.update(error.headers or {})
        return response

    async def on_bug(request: Request, _error: Exception) -> Response:
        return refusal_response(request, Refusal(ErrorCode.INTERNAL, "the server failed on this request"))

    app.add_exception_handler(Refusal, on_refusal)
    app.add_exception_handler(RequestValidationError, on_unreadable)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(Exception, on_bug)
