"""One ASGI application: REST and Socket.IO on one port, and the tasks that run beside them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import socketio
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp

from server_stub import rest
from server_stub.auth import AccessTokens, secret_of
from server_stub.clock import Clock, Ids, SystemClock, TimeOrderedIds
from server_stub.feed import Feed
from server_stub.realtime import Realtime
from server_stub.settings import Settings
from server_stub.store.database import Database
from server_stub.supervision import supervise


def build_app(settings: Settings, *, clock: Clock | None = None, ids: Ids | None = None) -> ASGIApp:
    """The whole server on a database that is migrated already; it lives from the ASGI start-up to the end."""
    clock, ids = clock or SystemClock(), ids or TimeOrderedIds()
    secret = secret_of(settings.secret_file)
    database = Database(settings.url, clock=clock, ids=ids, readers=settings.readers)
    tokens = AccessTokens(secret, settings.access_token_s, clock, ids)
    realtime = Realtime(settings, database, tokens)
    feed = Feed(realtime, settings.feed_window_ms, settings.feed_changes_max)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        database.on_commit(feed.listener(asyncio.get_running_loop()))
        tasks = [
            asyncio.create_task(supervise("feed", feed.run)),
            asyncio.create_task(supervise("sweep", realtime.sweep)),
        ]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await realtime.close()
        await asyncio.to_thread(database.close)

    # No documents are served: everything but signing in needs a token.
    http = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    services = rest.Services(settings, database, tokens, secret)
    http.include_router(rest.identity_routes(services))
    http.include_router(rest.sync_routes(services))
    rest.add_refusals(http)
    http.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)
    app: ASGIApp = socketio.ASGIApp(realtime.server, other_asgi_app=rest.RequestIds(http, ids.new))
    return app
