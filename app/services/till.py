"""The till that the use cases work on: its store, its clock, its identity, and who stands at it."""

from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from app.domain.rights import Right, may
from sync_agent.ports import Clock, Ids
from sync_agent.store.database import Store
from sync_agent.store.device import DeviceIdentity, NotEnrolled, read_device


@dataclass(frozen=True)
class Actor:
    """Who is signed in. Everything that is done names them. `role` is a code of `vocabulary.roles`."""

    id: str
    name: str
    role: str

    def may(self, right: Right) -> bool:
        """Whether this person needs nobody's approval for it."""
        return may(self.role, right)


class Till:
    """An enrolled till. `device` is read once: what it says never changes while the till is open."""

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:
        self.store = store
        self.clock = clock
        self.ids = ids

    @cached_property
    def device(self) -> DeviceIdentity:
        """Raises NotEnrolled on a home that belongs to no shop yet."""
        with self.store.reading() as connection:
            identity = read_device(connection)
        if identity is None:
            raise NotEnrolled("This till is not enrolled yet.")
        return identity

    @cached_property
    def zone(self) -> ZoneInfo:
        """The shop's time zone, in which a clerk reads times."""
        return ZoneInfo(self.device.time_zone)
