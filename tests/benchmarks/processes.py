"""A server whose process prints moments, so that what is measured shares no interpreter with who measures."""

import asyncio
from typing import Self

from tests.kit.processes import ServerProcess


class StampingServer(ServerProcess):
    """`stamps` are the moments that it prints, in nanoseconds of the machine's clock."""

    def __init__(self, *words: str) -> None:
        super().__init__(*words)
        self.stamps: asyncio.Queue[int] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self._reading = asyncio.create_task(self._read_stamps())
        return self

    async def __aexit__(self, *error: object) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        await super().__aexit__(*error)

    async def _read_stamps(self) -> None:
        async for line in self.lines():
            self.stamps.put_nowait(int(line))
