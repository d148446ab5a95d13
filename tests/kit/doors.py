"""Every route and every event of the server, found by walking what it builds, so that none is forgotten."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from server_stub import rest
from server_stub.asgi import build_app_state
from server_stub.realtime import Realtime
from server_stub.settings import Settings
from server_stub.store.migrations import migrate
from sync_agent.contract import events

GENERATED = {"HEAD", "OPTIONS"}
"""Methods that the framework answers."""


@dataclass
class Doors:
    """Both doors as the server builds them, not opened."""

    app: FastAPI
    realtime: Realtime

    def routes(self) -> list[tuple[str, str]]:
        """All of them, or an assertion fails: a route of another kind would escape whoever walks them."""
        found = []
        for context in iter_route_contexts(self.app.routes):
            route = context.original_route
            assert isinstance(route, APIRoute), f"{route} is no endpoint that a table could name"
            found += [(method, str(context.path)) for method in (route.methods or set()) - GENERATED]
        return found

    def events(self) -> set[str]:
        return {events.JOIN_TENANT, *self.realtime._client_events.handlers}


@contextmanager
def built_doors(home: Path) -> Iterator[Doors]:
    settings = Settings(home=home)
    migrate(settings.url)
    state = build_app_state(settings)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(rest.routes(state))
    yield Doors(app, Realtime(state))
    state.database.close()
