"""Starting the server: schema, demonstration data, the listening socket, and a clean end."""

import argparse
import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
import uvicorn
from platformdirs import user_data_path
from starlette.types import ASGIApp

from server_stub.asgi import build_app
from server_stub.clock import Clock, SystemClock, TimeOrderedIds
from server_stub.demo_data import load_demo_data
from server_stub.settings import Settings
from server_stub.store.database import Database
from server_stub.store.migrations import migrate

_SHUTDOWN_S = 5


@dataclass(frozen=True)
class RunningServer:
    """A server that answers at `url`."""

    url: str


def prepare(settings: Settings, *, demo_data: bool) -> None:
    """Makes the home and its database ready to serve; doing it again changes nothing."""
    settings.home.mkdir(parents=True, exist_ok=True)
    migrate(settings.url)
    if not demo_data:
        return
    database = Database(settings.url, clock=SystemClock(), ids=TimeOrderedIds(), readers=1)
    try:
        load_demo_data(database)
    finally:
        database.close()


def serve(settings: Settings, *, demo_data: bool = False) -> None:
    """Serves until SIGTERM or SIGINT. Says where on stdout, as its first line, once it is listening."""
    prepare(settings, demo_data=demo_data)
    with _bound_socket(settings) as listener:

        def announce() -> None:
            sys.stdout.write(f"listening on {_url(settings, listener)}\n")
            sys.stdout.flush()

        _CommandServer(_config(build_app(settings)), announce).run(sockets=[listener])


@asynccontextmanager
async def running(
    settings: Settings, *, demo_data: bool = False, clock: Clock | None = None
) -> AsyncIterator[RunningServer]:
    """A server within the running loop, for tests and the demonstration; it leaves signals alone."""
    await asyncio.to_thread(prepare, settings, demo_data=demo_data)
    with _bound_socket(settings) as listener:
        started = asyncio.Event()
        server = _EmbeddedServer(_config(build_app(settings, clock=clock)), started.set)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        beginning = asyncio.create_task(started.wait())
        await asyncio.wait({serving, beginning}, return_when=asyncio.FIRST_COMPLETED)
        beginning.cancel()
        try:
            yield RunningServer(_url(settings, listener))
        finally:
            server.should_exit = True
            await serving


class _Server(uvicorn.Server):
    """Tells when it has begun to listen."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_started()


class _CommandServer(_Server):
    """Takes a signal as the wish to end, and ends well; uvicorn's own way is to die of it afterwards."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = {each: signal.signal(each, self.handle_exit) for each in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


class _EmbeddedServer(_Server):
    """Leaves signals to the program that it runs in."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="httptools",
        ws="websockets-sansio",
        # Engine.IO has heartbeats of its own, and compressing each small message costs more than it saves.
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        lifespan="on",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=_SHUTDOWN_S,
    )


@contextmanager
def _bound_socket(settings: Settings) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
        yield listener


def _url(settings: Settings, listener: socket.socket) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{listener.getsockname()[1]}"


def main(argv: Sequence[str] | None = None) -> int:
    """The command line of `evertill server` and `python -m server_stub`."""
    parser = argparse.ArgumentParser(prog="evertill server", description="Run the bundled server.")
    parser.add_argument(
        "--home", type=Path, default=None, help="where the database and the secret live (made if absent)"
    )
    parser.add_argument(
        "--database", metavar="URL", help="an SQLAlchemy URL; default: a SQLite file in the home"
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--port", type=int, default=8765, help="the port to listen on; 0 takes a free one")
    parser.add_argument("--demo-data", action="store_true", help="make the shops `demo` and `rival`")
    told = parser.parse_args(argv)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    home = told.home or user_data_path("evertill") / "server"
    settings = Settings(home=home, database_url=told.database, host=told.host, port=told.port)
    serve(settings, demo_data=told.demo_data)
    return 0
