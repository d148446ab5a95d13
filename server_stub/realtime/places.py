"""Who may open one more socket: a place for each address, and one in all.

Over long polling a socket is no TCP connection, so sockets are counted here besides. Where there is no
place, the oldest socket that has not joined is closed for the newcomer; one that has joined never is.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from server_stub.addresses import address_key
from server_stub.realtime.switchboard import Switchboard, address_of
from server_stub.sessions.sockets import Session, Sessions

_UNOPENED_MAX = 1000
"""Connections of Engine.IO beside the sockets: those that have not opened one yet."""

OnConnect = Callable[[str, dict[str, Any]], Awaitable[Any]]


class Places:
    def __init__(
        self, board: Switchboard, sessions: Sessions, *, sockets_max: int, per_address_max: int
    ) -> None:
        self._board = board
        self._sessions = sessions
        self._sockets_max = sockets_max
        self._per_address_max = per_address_max
        self._by_address: dict[str, dict[str, None]] = {}
        """Engine.IO's connections by address, the oldest first; those that have closed are removed later."""
        self._opening: OnConnect = board.on_connection(self._on_connection)

    async def has_room(self) -> bool:
        """Whether one more socket may open, after closing the oldest that has not joined if need be."""
        if len(self._sessions) < self._sockets_max:
            return True
        stranger = self._sessions.oldest_stranger()
        if stranger is not None:
            await self._end(stranger)
        return stranger is not None

    async def _on_connection(self, eio_sid: str, environ: dict[str, Any]) -> Any:
        """Runs before Socket.IO sees a connection of Engine.IO; False refuses it."""
        address = address_key(address_of(environ))
        held = self._held_by(address)
        if len(held) >= self._per_address_max and not await self._make_room(held):
            return False
        unjoined = self._sockets_max + _UNOPENED_MAX
        if len(self._board.connections()) > unjoined and not await self._make_room(
            other for other in self._board.connections() if other != eio_sid
        ):
            return False
        self._by_address.setdefault(address, {})[eio_sid] = None
        return await self._opening(eio_sid, environ)

    def _held_by(self, address: str) -> dict[str, None]:
        held = self._by_address.get(address, {})
        if len(held) >= self._per_address_max or len(self._by_address) > 2 * self._sockets_max:
            self._forget_closed()
            held = self._by_address.get(address, {})
        return held

    def _forget_closed(self) -> None:
        is_open = self._board.connections()
        for address, held in list(self._by_address.items()):
            left = {eio_sid: None for eio_sid in held if eio_sid in is_open}
            if left:
                self._by_address[address] = left
            else:
                del self._by_address[address]

    async def _make_room(self, among: Iterable[str]) -> bool:
        for eio_sid in list(among):
            sids = self._board.sids_of(eio_sid)
            sessions = [self._sessions.find(sid) for sid in sids]
            if any(session is None or session.caller is not None for session in sessions):
                continue  # it has joined, or looks on in the Admin UI
            for session in sessions:
                if session is not None:
                    await self._end(session)
            if not sids:
                await self._board.abort(eio_sid)
            for held in self._by_address.values():
                held.pop(eio_sid, None)
            return True
        return False

    async def _end(self, session: Session) -> None:
        eio_sid = self._board.connection_of(session.sid)
        if eio_sid is not None:
            await self._board.abort(eio_sid)
        if session.connection is not None:
            # Without this it would wait for its peer to answer the closing.
            session.connection.wire.abort()
