"""The Socket.IO Admin UI, read-only: figures for operators."""

import asyncio
import secrets
from contextvars import ContextVar
from typing import Any

from server_stub.app_state import AppState
from server_stub.errors import Refusal
from server_stub.realtime.switchboard import Switchboard, address_of
from server_stub.secret_tries import OperatorsSecret

_NAMESPACE = "/admin"
_STATS_S = 2

_address: ContextVar[str] = ContextVar("address", default="")
"""Of the client that is connecting."""


class AdminUi:
    """The namespace `/admin`, for one user name and password. It must be closed, because it patches the
    library's classes for all servers of the process.
    """

    def __init__(self, state: AppState, board: Switchboard, username: str, password: str) -> None:
        self._username = username
        self._password = password
        self._secret = OperatorsSecret(state.tries, "admin-ui")
        self._instruments = board.server.instrument(
            auth=self._is_admin, mode="production", read_only=True, server_stats_interval=_STATS_S
        )
        board.server.on("connect", self._connect, namespace=_NAMESPACE)

    async def close(self) -> None:
        stats = self._instruments.stats_task
        if stats is not None:
            stats.cancel()
            await asyncio.gather(stats, return_exceptions=True)
        self._instruments.uninstrument()

    async def _connect(self, sid: str, environ: dict[str, Any], sent: Any = None) -> Any:
        """As the library connects somebody, with the address, which it does not hand on to `auth`."""
        _address.set(address_of(environ))
        return await self._instruments.admin_connect(sid, environ, sent)

    async def _is_admin(self, sent: Any) -> bool:
        username, password = (
            (sent.get("username"), sent.get("password")) if isinstance(sent, dict) else ("", "")
        )
        try:
            async with self._secret.trying(_address.get()) as one:
                one.is_right = _is_same(username, self._username) and _is_same(password, self._password)
        except Refusal:
            return False
        return one.is_right


def _is_same(sent: object, wanted: str) -> bool:
    return isinstance(sent, str) and secrets.compare_digest(sent.encode(), wanted.encode())
