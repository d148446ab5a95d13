"""A tenant's synchronisation state, from its database and from presence, and who sees what of it.

Queue lengths are what tills reported; the server cannot see an outbox.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from server_stub.presence.local import Present
from server_stub.services.people.caller import Caller
from server_stub.services.people.own_places import places_of_shop, sees_whole_shop
from server_stub.store import tables as t
from sync_agent.contract.events import LocationSyncState, TenantSyncState
from sync_agent.contract.streams import location_stream, tenant_stream
from sync_agent.contract.wire import from_ms


@dataclass(frozen=True, slots=True)
class ShopState:
    """A whole shop's state, of which each is shown their own places."""

    tenant_id: str
    places: tuple[str, ...]
    changed_ms: Mapping[str, int]
    conflicts: Mapping[str | None, int]
    present: tuple[Present, ...]
    places_of: Mapping[str, frozenset[str]]
    """The places of those who joined for all of theirs, by user."""

    def is_whole_for(self, caller: Caller) -> bool:
        return sees_whole_shop(caller, self.places)

    def present_for(self, caller: Caller) -> list[Present]:
        """The joined sockets at the caller's places."""
        if self.is_whole_for(caller):
            return list(self.present)
        own = frozenset(caller.locations)
        return [entry for entry in self.present if own & self._places_at(entry)]

    def _places_at(self, entry: Present) -> frozenset[str]:
        if entry.location_id is not None:
            return frozenset({entry.location_id})
        return self.places_of.get(entry.user_id, frozenset())

    def seen_by(self, caller: Caller) -> TenantSyncState:
        """What an admin sees of the whole shop, and anybody else of their own places."""
        is_whole = self.is_whole_for(caller)
        places = [place for place in self.places if is_whole or place in caller.locations]
        streams = {tenant_stream(self.tenant_id), *(location_stream(self.tenant_id, one) for one in places)}
        present = self.present_for(caller)
        changed = [at_ms for name, at_ms in self.changed_ms.items() if is_whole or name in streams]
        conflicts = (
            count
            for place, count in self.conflicts.items()
            if is_whole or place is None or place in caller.locations
        )
        return TenantSyncState(
            tenant_id=self.tenant_id,
            last_sync_timestamp=_moment(max(changed, default=None)),
            pending_operations=_pending(present),
            conflict_count=sum(conflicts),
            online_users=_people(present),
            locations={place: self._place(place) for place in places},
        )

    def _place(self, place: str) -> LocationSyncState:
        here = [entry for entry in self.present if entry.location_id == place]
        return LocationSyncState(
            location_id=place,
            last_sync_timestamp=_moment(self.changed_ms.get(location_stream(self.tenant_id, place))),
            pending_operations=_pending(here),
            conflict_count=self.conflicts.get(place, 0),
            online_users=_people(here),
        )


def shop_state(connection: Connection, tenant_id: str, present: Sequence[Present]) -> ShopState:
    return ShopState(
        tenant_id=tenant_id,
        places=places_of_shop(connection, tenant_id),
        changed_ms=_last_changes(connection, tenant_id),
        conflicts=_open_conflicts(connection, tenant_id),
        present=tuple(present),
        places_of=_places_of(
            connection, tenant_id, {entry.user_id for entry in present if entry.location_id is None}
        ),
    )


def _places_of(connection: Connection, tenant_id: str, users: set[str]) -> dict[str, frozenset[str]]:
    if not users:
        return {}
    of = t.user_account.c
    rows = connection.execute(select(of.id, of.locations).where(of.tenant_id == tenant_id, of.id.in_(users)))
    return {row.id: frozenset(row.locations) for row in rows}


def _last_changes(connection: Connection, tenant_id: str) -> dict[str, int]:
    """The time of each stream's newest change, by stream name; the newest change is never pruned."""
    stream, change = t.stream.c, t.change.c
    newest = and_(
        change.tenant_id == stream.tenant_id, change.stream == stream.name, change.seq == stream.head
    )
    rows = connection.execute(
        select(stream.name, change.at_ms)
        .join_from(t.stream, t.change, newest)
        .where(stream.tenant_id == tenant_id)
    )
    return {row.name: row.at_ms for row in rows}


def _open_conflicts(connection: Connection, tenant_id: str) -> dict[str | None, int]:
    """The number of open conflicts by location; those of products have None."""
    of = t.conflict.c
    rows = connection.execute(
        select(of.location_id, func.count().label("conflicts"))
        .where(of.tenant_id == tenant_id, of.status == "open")
        .group_by(of.location_id)
    )
    return {row.location_id: row.conflicts for row in rows}


def _pending(present: Iterable[Present]) -> int:
    """The sum of queue lengths, each till counted once: a till with two sockets has one queue."""
    tills: dict[str, int] = {}
    for entry in present:
        till = entry.device_id or entry.sid
        tills[till] = max(entry.pending, tills.get(till, 0))
    return sum(tills.values())


def _people(present: Iterable[Present]) -> int:
    return len({entry.user_id for entry in present if entry.is_person})


def _moment(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else from_ms(at_ms)
