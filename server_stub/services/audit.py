"""Reading the audit trail: page by page for a manager, and whole for verification."""

from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, RowMapping, func, select

from server_stub.store import tables as t
from server_stub.store.audit import chained
from server_stub.store.database import Database
from sync_agent.contract.audit import AuditEntry, AuditPage, AuditVerdict, entry_hash

_LINES_AT_A_TIME = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Filters of lines; None does not filter."""

    since_ms: int | None = None
    actor: str | None = None
    resource: str | None = None
    kind: str | None = None


def page(connection: Connection, tenant_id: str, wanted: Wanted, after: int, limit: int) -> AuditPage:
    """The lines after number `after`, oldest first."""
    of = t.audit_entry.c
    query = select(t.audit_entry).where(of.tenant_id == tenant_id, of.seq > after)
    if wanted.since_ms is not None:
        query = query.where(of.at_ms >= wanted.since_ms)
    if wanted.actor is not None:
        query = query.where(of.actor_id == wanted.actor)
    if wanted.resource is not None:
        query = query.where(of.resource_id == wanted.resource)
    if wanted.kind is not None:
        query = query.where(of.kind == wanted.kind)
    rows = connection.execute(query.order_by(of.seq).limit(limit + 1)).mappings().all()
    entries = [_entry(row) for row in rows[:limit]]
    return AuditPage(entries=entries, next=entries[-1].seq if len(rows) > limit else None)


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
