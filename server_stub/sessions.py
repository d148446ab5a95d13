"""Socket sessions: who is behind each socket, since when, and for how much longer."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from server_stub.services.caller import Caller


@dataclass
class Session:
    """One socket. It has a caller once it has joined, and loses it never: joining again renews it."""

    sid: str
    opened_ms: int
    handshake_token: str | None = None
    caller: Caller | None = None
    user_id: str = ""
    """Whoever is at the socket: the token's user, or the clerk that a till's socket named."""
    location_id: str | None = None
    streams: tuple[str, ...] = ()
    takes_changes: bool = False


@dataclass
class Sessions:
    """All sockets of this process."""

    join_within_ms: int
    token_grace_ms: int
    _by_sid: dict[str, Session] = field(default_factory=dict)

    def open(self, sid: str, now_ms: int, handshake_token: str | None) -> None:
        self._by_sid[sid] = Session(sid, now_ms, handshake_token)

    def get(self, sid: str) -> Session:
        return self._by_sid[sid]

    def close(self, sid: str) -> Session | None:
        return self._by_sid.pop(sid, None)

    def is_present(self, tenant_id: str, user_id: str) -> bool:
        """Whether a user of the tenant has a socket."""
        return any(
            session.caller is not None
            and session.caller.tenant_id == tenant_id
            and session.user_id == user_id
            for session in self._by_sid.values()
        )

    def outstayed(self, now_ms: int) -> Iterator[tuple[Session, str]]:
        """Sockets that must go, and why: never joined, or their token ran out and was not renewed."""
        for session in list(self._by_sid.values()):
            if session.caller is None:
                if now_ms >= session.opened_ms + self.join_within_ms:
                    yield session, "not_joined"
            elif now_ms >= session.caller.expires_ms + self.token_grace_ms:
                yield session, "token_expired"
