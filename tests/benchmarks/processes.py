"""Servers in processes of their own, so that what is measured shares no interpreter with who measures."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class ServerProcess:
    """A running server. `stamps` are the moments that it printed, in nanoseconds of the machine's clock."""

    url: str
    pid: int
    stamps: "asyncio.Queue[int]" = field(default_factory=asyncio.Queue)


@asynccontextmanager
async def server_process(module: str, *arguments: str) -> AsyncIterator[ServerProcess]:
    """Starts `python -m module`, whose first line says where it listens and every other is a moment."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", module, *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=os.environ,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            first_line = (await process.stdout.readline()).decode()
        assert first_line.startswith("listening on "), f"{module} does not start: {first_line!r}"
        server = ServerProcess(first_line.split()[-1], process.pid)
        reading = asyncio.create_task(_read_stamps(process.stdout, server.stamps))
        try:
            yield server
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
    finally:
        process.terminate()
        await process.wait()


async def _read_stamps(lines: asyncio.StreamReader, stamps: "asyncio.Queue[int]") -> None:
    async for line in lines:
        stamps.put_nowait(int(line))
