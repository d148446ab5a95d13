"""Starting the server: schema, demonstration data, the listening socket, and a clean shutdown."""

import asyncio
import errno
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from server_stub.asgi import Application, build_app
from server_stub.cli.demo_data import load_demo_data
from server_stub.clock import Clock, SystemClock, TimeOrderedIds
from server_stub.middleware.http_protocol import bounded_http
from server_stub.operations.handler import Handlers
from server_stub.operations.handlers import HANDLERS
from server_stub.settings import Settings, refuse_unprotected_listener
from server_stub.store.database import Database
from server_stub.store.migrations import make_ready

_SHUTDOWN_S = 5


@dataclass(frozen=True)
class RunningServer:
    """A running server, listening at `url`."""

    url: str


class CannotListen(OSError):
    """The address to listen on is unavailable."""


def prepare(settings: Settings, *, demo_data: bool) -> None:
    """Prepares the home and its database for serving. Idempotent."""
    settings.home.mkdir(parents=True, exist_ok=True)
    make_ready(settings.url)
    if not demo_data:
        return
    database = Database(settings.url, clock=SystemClock(), ids=TimeOrderedIds(), readers=1)
    try:
        load_demo_data(database)
    finally:
        database.close()


def serve(settings: Settings, *, demo_data: bool = False) -> None:
    """Serves until SIGTERM or SIGINT. Prints its URL as the first line on stdout once it is listening."""
    refuse_unprotected_listener(settings)
    prepare(settings, demo_data=demo_data)
    with _bound_socket(settings) as listener:

        def announce() -> None:
            sys.stdout.write(f"listening on {_url(settings, listener)}\n")
            sys.stdout.flush()

        _CommandServer(build_app(settings), settings, announce).run(sockets=[listener])


@asynccontextmanager
async def running(
    settings: Settings,
    *,
    demo_data: bool = False,
    clock: Clock | None = None,
    handlers: Handlers = HANDLERS,
) -> AsyncIterator[RunningServer]:
    """A server in the running event loop, for tests and the demonstration; installs no signal handlers."""
    await asyncio.to_thread(prepare, settings, demo_data=demo_data)
    with _bound_socket(settings) as listener:
        started = asyncio.Event()
        server = _EmbeddedServer(build_app(settings, clock=clock, handlers=handlers), settings, started.set)
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
    """Reports when it is listening, and notifies clients before it closes connections."""

    def __init__(self, app: Application, settings: Settings, on_started: Callable[[], None]) -> None:
        super().__init__(_config(app, settings))
        self._on_started = on_started
        self._say_goodbye = app.say_goodbye

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._say_goodbye()
        await super().shutdown(sockets)


class _CommandServer(_Server):
    """Shuts down cleanly on a signal; uvicorn would raise the signal again afterwards."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = {
            number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class _EmbeddedServer(_Server):
    """Leaves signals to the embedding program."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=bounded_http(settings),
        ws="websockets-sansio",
        ws_max_size=settings.socket_message_bytes_max,
        # Engine.IO has its own heartbeats, and compressing small messages costs more than it saves.
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        lifespan="on",
        access_log=False,
        log_config=None,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
        # X-Forwarded-For is trusted only from configured proxies.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        server_header=False,
        timeout_graceful_shutdown=_SHUTDOWN_S,
    )


@contextmanager
def _bound_socket(settings: Settings) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # asyncio sets TCP_NODELAY only where the socket reports its protocol as TCP; without it answers wait 40
    # ms.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
        except OSError as error:
            raise _cannot_listen(settings, error) from error
        yield listener


def _cannot_listen(settings: Settings, error: OSError) -> CannotListen:
    where = _address(settings.host, settings.port)
    if error.errno == errno.EADDRINUSE:
        return CannotListen(f"--port: {where} is taken by another program")
    return CannotListen(f"--host, --port: {where} cannot be listened on ({error.strerror})")


def _url(settings: Settings, listener: socket.socket) -> str:
    scheme = "http" if settings.tls_cert is None else "https"
    return f"{scheme}://{_address(settings.host, listener.getsockname()[1])}"


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
