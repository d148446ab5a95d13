"""The history of people's rights, and the one place where a new version is written.

A version holds from its change in the tenant's stream on. ARCHITECTURE.md, "Who may".
"""

from collections.abc import Iterable

from sqlalchemy import bindparam, select

from server_stub.services.people.authorisation import Person, RightsFrom
from server_stub.store import tables as t
from server_stub.store.database import UnitOfWork
from sync_agent.contract.stock import UserRow
from sync_agent.contract.streams import tenant_stream


def publish(unit: UnitOfWork, row: UserRow) -> None:
    """Publishes a person's new version in the locked tenant's stream, and stores from when on it holds."""
    stream = tenant_stream(unit.tenant_id)
    change = unit.streams.publish(stream, "user", row.id, row.version, row.to_wire(), None)
    unit.insert(
        t.user_version,
        {
            "tenant_id": unit.tenant_id,
            "user_id": row.id,
            "version": row.version,
            "tenant_seq": change.seq,
            "from_ms": unit.now_ms,
            "role": row.role,
            "locations": row.locations,
            "active": int(not row.disabled),
        },
    )


def people(unit: UnitOfWork, ids: Iterable[str]) -> dict[str, Person]:
    """The people with these ids, each with their versions; an unknown id has none."""
    found: dict[str, list[RightsFrom]] = {id_: [] for id_ in ids}
    if found:
        for row in unit.rows(_VERSIONS, {"of_tenant": unit.tenant_id, "ids": list(found)}):
            version = RightsFrom(
                row.tenant_seq, row.from_ms, row.role, frozenset(row.locations), bool(row.active)
            )
            found[row.user_id].append(version)
    return {id_: Person(id_, tuple(versions)) for id_, versions in found.items()}


_OF = t.user_version.c
_VERSIONS = (
    select(_OF.user_id, _OF.tenant_seq, _OF.from_ms, _OF.role, _OF.locations, _OF.active)
    .where(_OF.tenant_id == bindparam("of_tenant"), _OF.user_id.in_(bindparam("ids", expanding=True)))
    .order_by(_OF.user_id, _OF.version)
)
