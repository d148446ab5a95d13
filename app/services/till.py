"""The till that the use cases work on: its store, its clock, its identity, and who stands at it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from app.domain.errors import NotPermitted
from app.domain.rights import Right, may, only
from sync_agent.ports import Clock, Ids
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from sync_agent.store.device import DeviceIdentity, NotEnrolled, read_device

Role = Literal["clerk", "manager", "admin"]


@dataclass(frozen=True)
class Actor:
    """Who is signed in. Everything that is done names them."""

    id: str
    name: str
    role: Role

    def may(self, right: Right) -> bool:
        """Whether this person needs nobody's approval for it."""
        return may(self.role, right)


def authorise(actor: Actor, approved_by: Actor | None, right: Right) -> Actor:
    """Whoever answers for it: the person themselves, or the manager who approved. Raises NotPermitted."""
    for one in (actor, approved_by):
        if one is not None and one.may(right):
            return one
    raise not_permitted(right)


def not_permitted(right: Right) -> NotPermitted:
    """The refusal that says who may."""
    return NotPermitted(only(right))


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


def person_names(connection: Connection, person_ids: Iterable[str]) -> dict[str, str]:
    """Names by id; somebody this till has not heard of is called by their id."""
    wanted = set(person_ids)
    names = {person_id: person_id for person_id in wanted}
    names.update(
        (row.id, row.name)
        for row in connection.execute(select(t.person.c.id, t.person.c.name).where(t.person.c.id.in_(wanted)))
    )
    return names
