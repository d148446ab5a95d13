"""A tenant's synchronisation state: from its database and from presence.

Queue lengths are what tills reported; the server cannot see an outbox.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from server_stub.presence.local import Present
from server_stub.store import tables as t
from sync_agent.contract.events import LocationSyncState, TenantSyncState
from sync_agent.contract.streams import location_stream
from sync_agent.contract.wire import from_ms


def sync_state_of(connection: Connection, tenant_id: str, present: Sequence[Present]) -> TenantSyncState:
    changed_ms = _last_changes(connection, tenant_id)
    conflicts = _open_conflicts(connection, tenant_id)
    locations = {
        location: LocationSyncState(
            location_id=location,
            last_sync_timestamp=_moment(changed_ms.get(location_stream(tenant_id, location))),
            pending_operations=_pending(entry for entry in present if entry.location_id == location),
            conflict_count=conflicts.get(location, 0),
            online_users=_people(entry for entry in present if entry.location_id == location),
        )
        for location in _locations(connection, tenant_id)
    }
    return TenantSyncState(
        tenant_id=tenant_id,
        last_sync_timestamp=_moment(max(changed_ms.values(), default=None)),
        pending_operations=_pending(present),
        conflict_count=sum(conflicts.values()),
        online_users=_people(present),
        locations=locations,
    )


def _locations(connection: Connection, tenant_id: str) -> list[str]:
    of = t.location.c
    return list(connection.execute(select(of.id).where(of.tenant_id == tenant_id).order_by(of.id)).scalars())


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
