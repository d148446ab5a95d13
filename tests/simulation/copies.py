"""A copy of a till's secrets, used beside the till."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from functools import partial

from sync_agent import credentials
from sync_agent.errors import AuthError
from sync_agent.events import ConnectionState
from sync_agent.network.session import Session
from sync_agent.store.home import Home
from tests.simulation.promises import must
from tests.simulation.server import SimServer
from tests.simulation.till import SimTill

_TURNS = 3
"""Exchanges of each, in turns: the copy shows at the next but one."""
_PAUSE_S = 120.0
"""Longer than an answer may be on its way."""


class Copy:
    """Whoever has it speaks in the till's name, until the server sees that they are two."""

    def __init__(self, till: SimTill, home: Home, *, thief_first: bool) -> None:
        self._till = till
        self._home = home
        self._thief_first = thief_first

    async def shows(self, server: SimServer) -> None:
        """Thief and till exchange their credentials in turns. Raises Broken if that goes on unnoticed."""
        thief = self._session()
        turns: list[Callable[[], Awaitable[None]]] = [partial(_exchange, thief), self._till_exchanges]
        for _ in range(_TURNS):
            for turn in turns if self._thief_first else reversed(turns):
                await turn()
                await asyncio.sleep(_PAUSE_S)
        with closing(sqlite3.connect(server.path)) as books:
            [[cloned_ms]] = books.execute(
                "SELECT cloned_ms FROM device WHERE id = ?", [self._till.caller.device_id]
            )
        must(cloned_ms is not None, "a copy of", self._till.name, "went unnoticed")
        state = self._till.agent.state
        must(state is ConnectionState.NEEDS_ENROLMENT, self._till.name, "was copied, and is", state)

    def _session(self) -> Session:
        stored = credentials.load(self._home)
        assert stored is not None
        rotate = partial(credentials.rotate, self._home)
        return Session(self._till.new_link(), stored, self._till.clock, rotate=rotate)

    async def _till_exchanges(self) -> None:
        self._till.agent.resume()


async def _exchange(session: Session) -> None:
    session.forget()
    try:
        await session.token()
    except AuthError:
        return
