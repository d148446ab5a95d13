"""One ASGI application: REST and Socket.IO on one port, and the tasks that run beside them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import socketio
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from server_stub import rest
from server_stub.app_state import AppState
from server_stub.background.clean_names import CleanNames
from server_stub.background.pruning import Pruner
from server_stub.background.rate_turns import RateTurns
from server_stub.background.supervision import end, supervise
from server_stub.clock import Clock, Ids, SystemClock, TimeOrderedIds
from server_stub.middleware.connections import ConnectionTable, table_of
from server_stub.middleware.http import ConnectionMiddleware, OriginMiddleware, RequestMiddleware, with_cors
from server_stub.monitoring.abuse_monitor import AbuseMonitor
from server_stub.monitoring.metrics import Metrics
from server_stub.operations.handler import Handlers
from server_stub.operations.handlers import HANDLERS
from server_stub.operations.queue import OperationQueue
from server_stub.presence.local import Ceilings, LocalPresence, Presence
from server_stub.rate_limits import Limits
from server_stub.realtime import Realtime
from server_stub.realtime.feed import Feed
from server_stub.rest.error_handlers import add_error_handlers
from server_stub.secret_tries import SecretTries
from server_stub.sessions.access_tokens import AccessTokens, secret_of
from server_stub.sessions.token_validity import TokenValidity
from server_stub.settings import Settings
from server_stub.store.database import Database


@dataclass(frozen=True)
class Application:
    """The ASGI application, and what its runner calls before it closes connections."""

    asgi: ASGIApp
    say_goodbye: Callable[[], Awaitable[None]]
    connections: ConnectionTable

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.asgi(scope, receive, send)


def build_app_state(
    settings: Settings,
    clock: Clock | None = None,
    ids: Ids | None = None,
    handlers: Handlers = HANDLERS,
) -> AppState:
    """The application state, on a database that is migrated already."""
    clock, ids = clock or SystemClock(), ids or TimeOrderedIds()
    secret = secret_of(settings.secret_file)
    database = Database(settings.url, clock=clock, ids=ids, readers=settings.readers)
    ceilings = Ceilings(settings.connections_per_tenant_max, settings.sockets_per_bearer_max)
    presence: Presence = LocalPresence(ceilings)
    if settings.redis_url is not None:
        # Only a server of several processes has Redis's library.
        from server_stub.presence.redis_client import connect_to  # noqa: PLC0415
        from server_stub.presence.shared import RedisPresence  # noqa: PLC0415

        presence = RedisPresence(connect_to(settings.redis_url), settings.presence_beat_s, ceilings)
    limits = Limits(settings.rate_limits, settings.redis_url)
    return AppState(
        settings=settings,
        database=database,
        operations=OperationQueue(database, handlers, settings.operations_per_commit),
        tokens=AccessTokens(secret, settings.access_token_s, clock, ids),
        secret=secret,
        token_validity=TokenValidity(database, settings.token_recheck_s),
        limits=limits,
        tries=SecretTries(limits),
        presence=presence,
        abuse_monitor=AbuseMonitor(database),
        metrics=Metrics(handlers.resource_types),
    )


def build_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    ids: Ids | None = None,
    handlers: Handlers = HANDLERS,
) -> Application:
    """Builds the server; it runs from ASGI start-up to shutdown. `handlers`: the kinds of operations it
    accepts.
    """
    state = build_app_state(settings, clock, ids, handlers)
    database = state.database
    realtime = Realtime(state, _bus_of(settings, state.metrics))
    pruner = Pruner(settings, database)
    rate_turns = RateTurns(database)
    clean_names = CleanNames(database)
    database.observe(state.metrics, settings.slow_query_ms / 1000)
    state.metrics.show_sockets(realtime.joined_by_tenant, realtime.sockets_open, settings.connections_max)
    state.metrics.show_cache("standings", state.token_validity.__len__)
    feed = Feed(
        realtime,
        settings.feed_window_ms,
        settings.feed_changes_max,
        lambda commits: state.metrics.published(commits, state.now_ms()),
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await realtime.start()
        loop = asyncio.get_running_loop()
        database.on_commit(feed.listener(loop))
        database.on_commit(realtime.listener(loop))
        database.on_commit(state.abuse_monitor.committed)
        database.on_commit(state.metrics.committed)
        database.on_commit(pruner.committed)
        database.on_commit(rate_turns.committed)
        database.on_commit(clean_names.committed)
        tasks = [
            asyncio.create_task(supervise("feed", feed.run, state.metrics.task_failed)),
            asyncio.create_task(supervise("sweep", realtime.sweep, state.metrics.task_failed)),
            asyncio.create_task(supervise("presence", realtime.beat, state.metrics.task_failed)),
            asyncio.create_task(supervise("sync_state", realtime.send_states, state.metrics.task_failed)),
            asyncio.create_task(supervise("watch", state.abuse_monitor.run, state.metrics.task_failed)),
            asyncio.create_task(supervise("pruning", pruner.run, state.metrics.task_failed)),
            asyncio.create_task(supervise("rate_turns", rate_turns.run, state.metrics.task_failed)),
            asyncio.create_task(supervise("clean_names", clean_names.run, state.metrics.task_failed)),
        ]
        yield
        await asyncio.gather(*(end(task) for task in tasks))
        await realtime.close()
        await state.abuse_monitor.flush()
        await state.presence.close()
        await state.limits.close()
        await asyncio.to_thread(database.close)

    # No documents are served: everything but signing in needs a token.
    http = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    http.state.state = state
    http.include_router(rest.routes(state))
    add_error_handlers(http, state)
    http.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)
    with_requests = RequestMiddleware(http, database.ids.new, state.metrics)
    with_origins = OriginMiddleware(
        with_cors(socketio.ASGIApp(realtime.server, other_asgi_app=with_requests), settings.allowed_origins),
        database.ids.new,
        settings.allowed_origins,
        has_tls=settings.tls_cert is not None,
    )
    connections = table_of(settings, state.metrics.connection_cut)
    state.metrics.show_connections(connections.__len__, connections.open_max)
    return Application(
        ConnectionMiddleware(with_origins, database.ids.new), realtime.say_goodbye, connections
    )


def _bus_of(settings: Settings, metrics: Metrics) -> Any:
    if settings.redis_url is None:
        return None
    from server_stub.presence.redis_client import connect_to  # noqa: PLC0415
    from server_stub.realtime.bus import RedisBus  # noqa: PLC0415

    return RedisBus(connect_to(settings.redis_url), metrics.task_failed)
