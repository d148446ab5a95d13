"""The API documents, generated from routes, rights, events and the contract's models.

`docs/openapi.json` describes HTTP, `docs/asyncapi.json` the socket, for authors of clients in other
languages. Both are committed; `make docs` writes them and a test fails when they are stale. Their meaning is
in docs/protocol.md.
"""

import tempfile
from pathlib import Path
from typing import Any

import orjson

from server_stub import rest
from server_stub.asgi import build_app_state
from server_stub.documents.asyncapi import async_api
from server_stub.documents.openapi import open_api
from server_stub.operations.handler import Handlers
from server_stub.operations.handlers import HANDLERS
from server_stub.settings import Settings


def documents(handlers: Handlers = HANDLERS) -> dict[str, dict[str, Any]]:
    """Both documents by file name; `handlers` are the kinds of operations to describe."""
    with tempfile.TemporaryDirectory() as home:
        state = build_app_state(Settings(home=Path(home)))
        try:
            return {
                "openapi.json": open_api(rest.routes(state), handlers),
                "asyncapi.json": async_api(handlers),
            }
        finally:
            state.database.close()


def written(document: dict[str, Any]) -> bytes:
    """A document's bytes as committed; identical on every machine."""
    return orjson.dumps(
        document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    )
