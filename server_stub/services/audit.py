"""Reading the audit trail: page by page for a manager, and whole for verification."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, exists, func, not_, or_, select

from server_stub.store import tables as t
from server_stub.store.audit import chained
from server_stub.store.database import Database
from sync_agent.contract.audit import AuditEntry, AuditPage, AuditVerdict, entry_hash

_LINES_AT_A_TIME = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Filters of lines; None does not filter."""

    since_ms: int | None = None
    actor: str | None = None
    resource: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class About:
    """A part of a shop: some of its places, and the people who work nowhere else."""

    places: Collection[str]
    people: Collection[str]


def page(
    connection: Connection,
    tenant_id: str,
    only: AuditFilter,
    after: int,
    limit: int,
    about: About | None = None,
) -> AuditPage:
    """The lines after number `after`, oldest first; of a part of the shop, those that are about it."""
    of = t.audit_entry.c
    query = select(t.audit_entry).where(of.tenant_id == tenant_id, of.seq > after)
    if about is not None:
        query = query.where(_is_about(about))
    if only.since_ms is not None:
        query = query.where(of.at_ms >= only.since_ms)
    if only.actor is not None:
        query = query.where(of.actor_id == only.actor)
    if only.resource is not None:
        query = query.where(of.resource_id == only.resource)
    if only.kind is not None:
        query = query.where(of.kind == only.kind)
    rows = connection.execute(query.order_by(of.seq).limit(limit + 1)).mappings().all()
    entries = [_entry(row) for row in rows[:limit]]
    return AuditPage(entries=entries, next=entries[-1].seq if len(rows) > limit else None)


def _is_about(part: About) -> ColumnElement[bool]:
    """A line is about the place of its operation, else of its till, else of the people that it names.

    What names no place (somebody unknown who tried a password, say) is for who sees the whole shop.
    """
    line, own, people = t.audit_entry.c, part.places, part.people
    done, till = t.operation.c, t.METADATA.tables["device"].c
    is_operations = exists().where(done.tenant_id == line.tenant_id, done.id == line.operation_id)
    is_tills = exists().where(till.tenant_id == line.tenant_id, till.id == line.device_id)
    has_own_operation = is_operations.where(done.location_id.in_(own))
    has_placed_operation = is_operations.where(done.location_id.is_not(None))
    has_own_till = is_tills.where(till.location_id.in_(own))
    is_of_whom = or_(line.resource_type.is_distinct_from("user"), line.resource_id.in_(people))
    return or_(
        has_own_operation,
        and_(not_(has_placed_operation), has_own_till),
        and_(not_(has_placed_operation), line.device_id.is_(None), line.actor_id.in_(people), is_of_whom),
    )


def _entry(row: RowMapping) -> AuditEntry:
    return AuditEntry.model_validate({**chained(row), "prevHash": row["prev_hash"], "hash": row["hash"]})


async def verify(
    database: Database, tenant_id: str, *, lines_at_a_time: int = _LINES_AT_A_TIME
) -> AuditVerdict:
    """Verifies the whole trail: every line present and unchanged, and none after the head.

    Walks to the head as it was at the start, in chunks, so that no other transaction waits.
    """
    end = await database.read(tenant_id, partial(_end_of, tenant_id=tenant_id))
    walk = _Walk()
    while walk.problem is None and walk.seq < end.seq:
        await database.read(
            tenant_id,
            partial(_walk_chunk, tenant_id=tenant_id, walk=walk, upto=end.seq, lines_max=lines_at_a_time),
        )
    if walk.problem is None:
        walk.arrive(end)
    return AuditVerdict(
        whole=walk.problem is None,
        entries=walk.seq,
        head_hash=end.hash,
        broken_at=walk.broken_at,
        problem=walk.problem,
    )


@dataclass(frozen=True, slots=True)
class _End:
    """The end of the trail: its head, and the number of the last line present."""

    seq: int
    hash: str
    last_line: int


class _Walk:
    """The verification's progress, and the first fault found."""

    def __init__(self) -> None:
        self.seq = 0
        self.hash = ""
        self.broken_at: int | None = None
        self.problem: str | None = None

    def take(self, row: RowMapping) -> None:
        if self.problem is not None:
            return
        expected = self.seq + 1
        if row["seq"] != expected:
            self._break(expected, "this line is missing")
        elif row["prev_hash"] != self.hash:
            self._break(expected, "this line does not follow from the one before it")
        elif row["hash"] != _hash_of(self.hash, row):
            self._break(expected, "this line is not as it was written")
        else:
            self.seq, self.hash = expected, row["hash"]

    def mark_incomplete(self) -> None:
        self._break(self.seq + 1, "this line is missing")

    def arrive(self, end: _End) -> None:
        if self.hash != end.hash:
            self._break(max(self.seq, 1), "the last line is not the one that the trail ended with")
        elif end.last_line > end.seq:
            self._break(end.seq + 1, "this line was added behind the end of the trail")

    def _break(self, seq: int, problem: str) -> None:
        self.broken_at, self.problem = seq, problem


def _hash_of(prev_hash: str, row: RowMapping) -> str | None:
    """The hash of a line; None if the line contains what was never written (a time beyond the calendar)."""
    try:
        return entry_hash(prev_hash, chained(row))
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _end_of(connection: Connection, tenant_id: str) -> _End:
    of = t.audit_head.c
    head = connection.execute(select(of.seq, of.hash).where(of.tenant_id == tenant_id)).first()
    last_line: int = connection.execute(
        select(func.coalesce(func.max(t.audit_entry.c.seq), 0)).where(t.audit_entry.c.tenant_id == tenant_id)
    ).scalar_one()
    return _End(0, "", last_line) if head is None else _End(head.seq, head.hash, last_line)


def _walk_chunk(connection: Connection, tenant_id: str, walk: _Walk, upto: int, lines_max: int) -> None:
    of = t.audit_entry.c
    rows = (
        connection.execute(
            select(t.audit_entry)
            .where(of.tenant_id == tenant_id, of.seq > walk.seq, of.seq <= upto)
            .order_by(of.seq)
            .limit(lines_max)
        )
        .mappings()
        .all()
    )
    if not rows:
        walk.mark_incomplete()
    for row in rows:
        walk.take(row)
