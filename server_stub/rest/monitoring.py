"""Endpoints for operations: liveness, readiness, ping, health, metrics."""

import asyncio
import secrets

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from server_stub.app_state import AppState
from server_stub.errors import Refusal
from server_stub.middleware.incoming import read_body, read_message
from server_stub.rest.health import health_of
from server_stub.rest.routing import Bearer, address_of, answer, documented
from server_stub.secret_tries import OperatorsSecret
from server_stub.settings import Settings
from server_stub.store.database import Database
from sync_agent.contract import events, paths
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.health import Health
from sync_agent.contract.wire import from_ms


class Readiness:
    """Checks the database, one query for all concurrent requests: the endpoint is public and polled often."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._running_check: asyncio.Task[bool] | None = None

    async def is_ready(self) -> bool:
        if self._running_check is None or self._running_check.done():
            self._running_check = asyncio.create_task(self._check())
        return await asyncio.shield(self._running_check)

    async def _check(self) -> bool:
        try:
            await self._database.check()
        except Refusal:
            return False
        return True


def routes(state: AppState) -> APIRouter:
    router = APIRouter()
    readiness = Readiness(state.database)
    secret = OperatorsSecret(state.tries, "metrics")

    @router.post(
        paths.PING,
        **documented("For latency and the clock's offset.", takes=events.Ping, gives=events.Pong),
    )
    async def ping(request: Request, _caller: Bearer) -> Response:
        body = read_message(events.Ping, await read_body(request))
        return answer(events.Pong(client_time=body.client_time, server_time=from_ms(state.now_ms())))

    @router.get(paths.HEALTH, **documented("How the server and the shop are doing.", gives=Health))
    async def health(caller: Bearer) -> Response:
        return answer(await health_of(state, caller))

    @router.get(paths.LIVE, **documented("The process answers."))
    async def livez() -> Response:
        return answer({"live": True})

    @router.get(paths.READY, **documented("The database answers too."))
    async def readyz() -> Response:
        if not await readiness.is_ready():
            raise Refusal(ErrorCode.UNAVAILABLE, "the database does not answer", retry_after_ms=1000)
        return answer({"ready": True})

    @router.get(paths.METRICS, **documented("Figures in Prometheus form, for the metrics token."))
    async def metrics(request: Request) -> Response:
        await _require_metrics_token(request, state.settings, secret)
        text = state.metrics.text(is_ready=await readiness.is_ready())
        return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return router


async def _require_metrics_token(request: Request, settings: Settings, secret: OperatorsSecret) -> None:
    if not settings.metrics_token:
        raise Refusal(
            ErrorCode.FORBIDDEN, "this server shows no metrics: it was started without --metrics-token-file"
        )
    sent = request.headers.get("authorization", "")
    if sent:
        async with secret.trying(address_of(request)) as one:
            wanted = f"Bearer {settings.metrics_token}"
            one.is_right = secrets.compare_digest(sent.encode(), wanted.encode())
        if one.is_right:
            return
    raise Refusal(
        ErrorCode.FORBIDDEN, "metrics need the token of --metrics-token-file: Authorization: Bearer …"
    )
