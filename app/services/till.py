"""What the use cases work on: the till's store, clock and identity, and the person signed in."""

from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from app.domain.rights import Right, may
from sync_agent.ports import Clock, Ids
from sync_agent.store.database import Store
from sync_agent.store.device import DeviceIdentity, NotEnrolled, read_device


@dataclass(frozen=True)
class Actor:
    """The person signed in, named in every action. `role` is a code of `vocabulary.roles`."""

    id: str
    name: str
    role: str

    def may(self, right: Right) -> bool:
        """Whether this person has the right without approval."""
        return may(self.role, right)


class Till:
    """An enrolled till. `device` is read once: it never changes while the till is open."""

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:
        self.store = store
        self.clock = clock
        self.ids = ids

    @cached_property
    def device(self) -> DeviceIdentity:
        """The till's identity. Raises NotEnrolled where the home is not enrolled yet."""
        with self.store.reading() as connection:
            identity = read_device(connection)
        if identity is None:
            raise NotEnrolled("This till is not enrolled yet.")
        return identity

    @cached_property
    def zone(self) -> ZoneInfo:
        """The shop's time zone, for displayed times."""
        return ZoneInfo(self.device.time_zone)
