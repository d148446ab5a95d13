"""The cable between a till and its server: a TCP relay that can be pulled out and plugged in again."""

import asyncio
from collections.abc import Awaitable, Callable


class Cable:
    """Leads to a port of this machine. Pulled out, it hangs up on everybody."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._is_out = False
        self._ends: set[asyncio.StreamWriter] = set()
        self._listening: asyncio.Server

    async def __aenter__(self) -> "Cable":
        self._listening = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._listening.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._listening.close()
        self.pull_out()

    def pull_out(self) -> None:
        self._is_out = True
        for end in self._ends:
            end.close()

    def plug_in(self) -> None:
        self._is_out = False

    async def _carry(self, near_reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        if self._is_out:
            near.close()
            return
        far_reader, far = await asyncio.open_connection("127.0.0.1", self._port)
        self._ends |= {near, far}
        try:
            await asyncio.gather(
                self._pump(near_reader.read, far), self._pump(far_reader.read, near), return_exceptions=True
            )
        finally:
            self._ends -= {near, far}

    async def _pump(self, read: Callable[[int], Awaitable[bytes]], to: asyncio.StreamWriter) -> None:
        try:
            while some := await read(65536):
                to.write(some)
                await to.drain()
        finally:
            to.close()
