"""Socket sessions: who is behind each socket, since when, and until when."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from server_stub.middleware.connections import Connection
from server_stub.presence.local import Present
from server_stub.services.people.caller import Caller
from sync_agent.contract.events import EndReason


@dataclass
class Session:
    """One socket. It has a caller while it is joined; joining again renews it."""

    sid: str
    opened_ms: int
    address: str = ""
    handshake_token: str | None = None
    connection: Connection | None = None
    """The WebSocket's connection; None for long polling, which has one for each request."""
    is_open: bool = True
    """False once the socket is closed, even while an event of it is still being handled."""
    bearer: Caller | None = None
    """The bearer of the last token read, joined or not; refusals are recorded for it."""
    caller: Caller | None = None
    user_id: str = ""
    """The user at the socket: the token's, or the clerk that a till's socket named."""
    location_id: str | None = None
    streams: tuple[str, ...] = ()
    takes_changes: bool = False
    pending: int = 0
    initial_sync: asyncio.Task[None] | None = None
    """The task that sends `initial-sync`."""

    def present(self, caller: Caller) -> Present:
        return Present(self.sid, self.user_id, self.location_id, caller.device_id, self.pending)


@dataclass
class Sessions:
    """All sockets of this process."""

    join_within_ms: int
    token_grace_ms: int
    _by_sid: dict[str, Session] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._by_sid)

    def __iter__(self) -> Iterator[Session]:
        return iter(list(self._by_sid.values()))

    def open(self, session: Session) -> None:
        self._by_sid[session.sid] = session

    def get(self, sid: str) -> Session:
        return self._by_sid[sid]

    def find(self, sid: str) -> Session | None:
        return self._by_sid.get(sid)

    def oldest_stranger(self) -> Session | None:
        """The socket that has been open longest without joining."""
        return next((session for session in self._by_sid.values() if session.caller is None), None)

    def close(self, sid: str) -> Session | None:
        session = self._by_sid.pop(sid, None)
        if session is not None:
            session.is_open = False
        return session

    def joined(self) -> Iterator[tuple[Session, Caller]]:
        for session in self:
            if session.caller is not None:
                yield session, session.caller

    def joined_by_tenant(self) -> Counter[str]:
        """The number of joined sockets by tenant, for tenants that have any."""
        return Counter(caller.tenant_id for _session, caller in self.joined())

    def expired(self, now_ms: int) -> Iterator[tuple[Session, EndReason]]:
        """Sockets to close, with the reason: never joined, or the token expired and was not renewed."""
        for session in self:
            if session.caller is None:
                if now_ms >= session.opened_ms + self.join_within_ms:
                    yield session, "not_joined"
            elif now_ms >= session.caller.expires_ms + self.token_grace_ms:
                yield session, "token_expired"
