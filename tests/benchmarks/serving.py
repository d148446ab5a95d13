"""Our server as it comes, that also prints the moment of each commit: `serving HOME FEED_WINDOW_MS`."""

import sys
import time
from pathlib import Path
from typing import Any

from server_stub import asgi
from server_stub.app_state import AppState
from server_stub.monitoring import logs
from server_stub.run import serve
from server_stub.settings import Settings
from server_stub.store.database import Commit

_build_app_state = asgi.build_app_state


def _build_stamping_state(*arguments: Any, **named: Any) -> AppState:
    state = _build_app_state(*arguments, **named)
    state.database.on_commit(_print_moment)
    return state


def _print_moment(_commit: Commit) -> None:
    """Called on the writer's thread, right after the commit and before the change is published."""
    print(time.monotonic_ns(), flush=True)


if __name__ == "__main__":
    logs.configure("info")
    asgi.build_app_state = _build_stamping_state
    # Three people have all the sockets of a benchmark.
    serve(Settings(home=Path(sys.argv[1]), feed_window_ms=int(sys.argv[2]), sockets_per_bearer_max=1000))
