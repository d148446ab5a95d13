"""The Socket.IO Admin UI, read-only: figures for operators."""

import asyncio
import secrets
from typing import Any

from server_stub.app_state import AppState
from server_stub.errors import Refusal
from server_stub.realtime.switchboard import Switchboard

_STATS_S = 2


class AdminUi:
    """The namespace `/admin`, for one user name and password. It must be closed, because it patches the
    library's classes for all servers of the process.
    """

    def __init__(self, state: AppState, board: Switchboard, username: str, password: str) -> None:
        self._state = state
        self._username = username
        self._password = password
        self._instruments = board.server.instrument(
            auth=self._is_admin, mode="production", read_only=True, server_stats_interval=_STATS_S
        )

    async def close(self) -> None:
        stats = self._instruments.stats_task
        if stats is not None:
            stats.cancel()
            await asyncio.gather(stats, return_exceptions=True)
        self._instruments.uninstrument()

    async def _is_admin(self, sent: Any) -> bool:
        username, password = (
            (sent.get("username"), sent.get("password")) if isinstance(sent, dict) else ("", "")
        )
        try:
            await self._state.limits.sign_in("(admin)", "(admin)", "(admin)")
        except Refusal:
            return False
        if not (_is_same(username, self._username) and _is_same(password, self._password)):
            return False
        await self._state.limits.signed_in("(admin)", "(admin)")
        return True


def _is_same(sent: object, wanted: str) -> bool:
    return isinstance(sent, str) and secrets.compare_digest(sent.encode(), wanted.encode())
