"""Several server processes on one database, and the way to them that a proxy in front would be."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson

from tests.kit.postgresql import FreshDatabase
from tests.kit.processes import ServerProcess
from tests.kit.redis_server import Redis
from tests.kit.servers import ShopServer
from tests.kit.waiting import WAIT_S


class Servers:
    """All processes of one server: the same database, the same secret, and the same Redis."""

    def __init__(
        self, home: Path, books: FreshDatabase, redis: Redis | None, settings: dict[str, Any]
    ) -> None:
        self.books = books
        self.log = home / "servers.log"
        self._home = home
        self._redis = redis
        self._settings = settings
        self._started: list[ServerProcess] = []
        (home / "secret").write_bytes(os.urandom(32))
        (home / "secret").chmod(0o600)

    async def start(self, **changed: Any) -> ServerProcess:
        number = len(self._started) + 1
        told = {
            "home": str(self._home / f"server-{number}"),
            "secret_path": str(self._home / "secret"),
            "database_url": self.books.server_url,
            "redis_url": self._redis.url if self._redis else None,
            **self._settings,
            **changed,
        }
        server = ServerProcess("tests.kit.serving", orjson.dumps(told).decode(), log=self.log)
        await server.start_from_loop()
        self._started.append(server)
        return server

    async def stop(self) -> None:
        await asyncio.gather(*(server.stop_from_loop() for server in self._started))


@asynccontextmanager
async def several(
    home: Path, books: FreshDatabase, redis: Redis | None = None, **settings: Any
) -> AsyncIterator[Servers]:
    servers = Servers(home, books, redis, settings)
    try:
        yield servers
    finally:
        await servers.stop()


@asynccontextmanager
async def visiting(server: ServerProcess, home: Path) -> AsyncIterator[ShopServer]:
    """The server as clients of this one process see it."""
    async with httpx.AsyncClient(base_url=server.url, timeout=WAIT_S, trust_env=False) as http:
        shop = ShopServer(server.url, home, http)
        try:
            yield shop
        finally:
            for socket in shop.sockets:
                await socket.disconnect()


class TcpProxy:
    """A forwarder of TCP in front of the servers, as a proxy is: an address that stays when a server goes."""

    def __init__(self, target: ServerProcess) -> None:
        self.target = target
        self._pumps: set[asyncio.Task[None]] = set()
        self._listening: asyncio.Server | None = None
        self.url = ""

    async def __aenter__(self) -> "TcpProxy":
        self._listening = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._listening.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._listening is not None
        self._listening.close()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    async def _carry(self, near_reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        try:
            far_reader, far = await asyncio.open_connection("127.0.0.1", self.target.port)
        except OSError:
            near.close()
            return
        for reader, writer in ((near_reader, far), (far_reader, near)):
            pump = asyncio.create_task(_pump(reader, writer))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while some := await reader.read(65536):
            writer.write(some)
            await writer.drain()
    except OSError:
        return
    finally:
        writer.close()
