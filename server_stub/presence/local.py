"""Presence: who is connected, for `user-connected`, `user-disconnected`, `sync-state` and connection limits.

`LocalPresence` serves a server of one process; `shared.RedisPresence` one of several.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Present:
    """One joined socket. `pending` is the queue length that its till last reported."""

    sid: str
    user_id: str
    location_id: str | None
    device_id: str | None = None
    pending: int = 0

    @property
    def is_person(self) -> bool:
        """False for a till without a clerk."""
        return self.user_id != self.device_id

    @property
    def bearer(self) -> str:
        """Whose token it joined with: a till's, whoever is at it, or a person's."""
        return self.device_id or self.user_id


@dataclass(frozen=True, slots=True)
class Ceilings:
    """How many sockets may be joined at a time, over all processes."""

    per_tenant: int = sys.maxsize
    per_bearer: int = sys.maxsize


UNBOUNDED = Ceilings()


class Full(Exception):
    """A socket that would be one too many, of its tenant or of its bearer."""

    def __init__(self, of: Literal["tenant", "bearer"]) -> None:
        super().__init__(of)
        self.of = of


@dataclass(frozen=True, slots=True)
class Beat:
    """The result of a beat: users, each with their tenant and one of their sockets."""

    vanished: list[tuple[str, Present]] = field(default_factory=list)
    """Users whose only process has died."""
    returned: list[tuple[str, Present]] = field(default_factory=list)
    """Users of this process that others had taken for dead."""


class Presence(Protocol):
    """The joined sockets of all tenants, over all processes."""

    async def enter(self, tenant_id: str, present: Present) -> bool:
        """Adds or updates a socket. True if it is its user's only one. Raises Full, and adds nothing, where a
        new one would exceed a ceiling.

        A socket whose user changes leaves first.
        """
        ...

    async def leave(self, tenant_id: str, sid: str) -> bool:
        """Removes a socket. True if it was its user's last one."""
        ...

    async def report(self, tenant_id: str, sid: str, pending: int) -> bool:
        """Records a till's queue length. True if it changed."""
        ...

    async def of(self, tenant_id: str) -> list[Present]: ...

    async def beat(self) -> Beat:
        """Renews this process's presence; returns who vanished with another process, and who returned
        with this one.
        """
        ...

    async def close(self) -> None: ...


class LocalPresence:
    """Presence in one process."""

    def __init__(self, ceilings: Ceilings = UNBOUNDED) -> None:
        self._ceilings = ceilings
        self._tenants: dict[str, dict[str, Present]] = {}

    def tenants(self) -> list[str]:
        return list(self._tenants)

    def find(self, tenant_id: str, sid: str) -> Present | None:
        return self._tenants.get(tenant_id, {}).get(sid)

    def all_of(self, tenant_id: str) -> list[Present]:
        return list(self._tenants.get(tenant_id, {}).values())

    async def enter(self, tenant_id: str, present: Present) -> bool:
        if self.find(tenant_id, present.sid) is None:
            # Nothing is awaited from here on: sockets that join together count each other.
            self._must_have_room(self.all_of(tenant_id), present)
        sockets = self._tenants.setdefault(tenant_id, {})
        sockets[present.sid] = present
        return sum(other.user_id == present.user_id for other in sockets.values()) == 1

    async def leave(self, tenant_id: str, sid: str) -> bool:
        sockets = self._tenants.get(tenant_id, {})
        gone = sockets.pop(sid, None)
        if not sockets:
            self._tenants.pop(tenant_id, None)
        return gone is not None and all(other.user_id != gone.user_id for other in sockets.values())

    async def report(self, tenant_id: str, sid: str, pending: int) -> bool:
        present = self.find(tenant_id, sid)
        if present is None or present.pending == pending:
            return False
        self._tenants[tenant_id][sid] = replace(present, pending=pending)
        return True

    async def of(self, tenant_id: str) -> list[Present]:
        return self.all_of(tenant_id)

    async def beat(self) -> Beat:
        return Beat()

    async def close(self) -> None:
        return

    def _must_have_room(self, others: Sequence[Present], newcomer: Present) -> None:
        if len(others) >= self._ceilings.per_tenant:
            raise Full("tenant")
        if sum(other.bearer == newcomer.bearer for other in others) >= self._ceilings.per_bearer:
            raise Full("bearer")
