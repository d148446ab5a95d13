"""Several server processes on one database, and the way to them that a proxy in front would be."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import orjson

from tests.kit.paths import ROOT
from tests.kit.postgresql import FreshDatabase
from tests.kit.processes import dying_with_us
from tests.kit.redis_server import Redis
from tests.kit.servers import ShopServer
from tests.kit.waiting import WAIT_S


class ServerProcess:
    """One process of the server, on a free port."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self._process = process
        self.url = url

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    async def kill(self) -> None:
        """kill -9."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    async def stop(self) -> None:
        """SIGTERM, after which it has to end by itself."""
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(WAIT_S):
                await self._process.wait()
        except TimeoutError:
            await self.kill()
            raise AssertionError("the server did not end when it was asked to") from None


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
        with self.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *dying_with_us("KILL"),
                *(sys.executable, "-m", "tests.kit.serving", orjson.dumps(told).decode()),
                cwd=ROOT,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert process.stdout is not None
        async with asyncio.timeout(60):
            line = (await process.stdout.readline()).decode()
        assert line.startswith("listening on "), self.log.read_text()[-4000:]
        server = ServerProcess(process, line.split()[-1])
        self._started.append(server)
        return server

    async def stop(self) -> None:
        await asyncio.gather(*(server.stop() for server in self._started))


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
    async with httpx.AsyncClient(base_url=server.url, timeout=30, trust_env=False) as http:
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
