"""Starting the server: schema, demonstration data, the listening socket, and a clean shutdown."""

import asyncio
import errno
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial

import structlog
import uvicorn
from starlette.types import ASGIApp

from server_stub.addresses import proxy_networks
from server_stub.asgi import Application, build_app
from server_stub.cli.demo_data import load_demo_data
from server_stub.clock import Clock, SystemClock, TimeOrderedIds
from server_stub.garbage import tune_collector
from server_stub.middleware.connections import ConnectionTable, allow_files_for
from server_stub.middleware.http_protocol import BoundedWebSocket, bounded_http
from server_stub.operations.handler import Handlers
from server_stub.operations.handlers import HANDLERS
from server_stub.services.people import enrolment_codes, first_shop
from server_stub.settings import Settings, refuse_unprotected_listener
from server_stub.store.database import Database
from server_stub.store.home import prepare_home
from server_stub.store.migrations import make_ready
from server_stub.store.tables import SERVER

_SHUTDOWN_S = 5
_WAITING_MAX = 2048
"""Connections that the system holds until they are accepted."""
_ACCEPTED_AT_ONCE = 100
"""Connections accepted in one round of the event loop: those that are open already get their turn between."""
_TICKS = 10
"""uvicorn's ticks between two looks at who does not read: one second."""

log = structlog.get_logger()


@dataclass(frozen=True)
class RunningServer:
    """A running server, listening at `url`."""

    url: str


class CannotListen(OSError):
    """The address to listen on is unavailable."""


def prepare(settings: Settings, *, demo_data: bool) -> None:
    """Prepares the home and its database for serving. Idempotent."""
    for words in prepare_home(settings.home):
        log.warning("home.exposed", what=words)
    make_ready(settings.url)
    if not demo_data:
        return
    database = Database(settings.url, clock=SystemClock(), ids=TimeOrderedIds(), readers=1)
    try:
        load_demo_data(database)
    finally:
        database.close()


def set_up_code(settings: Settings, *, alone: bool) -> str | None:
    """A new one-time code for the first shop of a prepared database; None if there is a shop.

    `alone`: the codes of before end.
    """
    database = Database(settings.url, clock=SystemClock(), ids=TimeOrderedIds(), readers=1)
    try:
        if database.consult(SERVER, first_shop.has_shops):
            return None
        new = enrolment_codes.new_code()
        database.transact(SERVER, partial(first_shop.offer_set_up, new=new, alone=alone))
        return new.code
    finally:
        database.close()


def in_words(code: str) -> str:
    """What the operator reads of a set-up code."""
    return (
        f"no shop yet; set-up code: {code}\n"
        "type it in the window of the first till (Set up this till, Code). It makes one shop, within a day;"
        " for another: evertill server set-up-code"
    )


def serve(settings: Settings, *, demo_data: bool = False) -> None:
    """Serves until SIGTERM or SIGINT. Prints its URL as the first line on stdout once it is listening."""
    refuse_unprotected_listener(settings)
    allow_files_for(settings)
    prepare(settings, demo_data=demo_data)
    code = set_up_code(settings, alone=False)
    tune_collector()
    with _bound_socket(settings) as listener:

        def announce() -> None:
            sys.stdout.write(f"listening on {_url(settings, listener)}\n")
            if code is not None:
                sys.stdout.write(f"{in_words(code)}\n")
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
        super().__init__(_config(app, settings, app.connections))
        self._on_started = on_started
        self._say_goodbye = app.say_goodbye
        self._connections = app.connections

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listener in sockets or []:
            listener.listen(_WAITING_MAX)
        if self.started:
            self._on_started()

    async def on_tick(self, counter: int) -> bool:
        if counter % _TICKS == 0:
            self._connections.cut_who_does_not_read(asyncio.get_running_loop().time())
        return await super().on_tick(counter)

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


def _config(app: ASGIApp, settings: Settings, connections: ConnectionTable) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        # It ends TLS too, so that uvicorn is told of no certificate.
        http=bounded_http(settings, connections),  # type: ignore[arg-type]
        ws=BoundedWebSocket,
        loop="asyncio",
        backlog=_ACCEPTED_AT_ONCE,
        ws_max_size=settings.socket_message_bytes_max,
        # Engine.IO has its own heartbeats, and compressing small messages costs more than it saves.
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        lifespan="on",
        access_log=False,
        log_config=None,
        # X-Forwarded-For is trusted only from configured proxies.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=proxy_networks(settings.trusted_proxies),
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
