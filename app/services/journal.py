"""The journal, the till's local audit log: who did something, who approved it, and why.

An entry is written in the database transaction of its subject, so neither exists without the other.
"""

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import insert, select

from app.services.person_names import person_names
from app.services.till import Till
from sync_agent.store import tables as t
from sync_agent.store.database import Transaction


@dataclass(frozen=True)
class JournalEntry:
    """An entry. `kind` is a code ("void", "wrong_pin"); the window has its text."""

    at_ms: int
    kind: str
    person: str
    approved_by: str | None
    reason: str | None
    detail: dict[str, Any]


def note(
    tx: Transaction,
    kind: str,
    actor_id: str,
    *,
    approved_by_id: str | None = None,
    reason: str | None = None,
    **detail: Any,
) -> None:
    """Write an entry in the caller's database transaction."""
    tx.execute(
        insert(t.journal).values(
            at_ms=tx.now_ms,
            kind=kind,
            actor_id=actor_id,
            approved_by_id=None if approved_by_id == actor_id else approved_by_id,
            reason=reason or None,
            detail=orjson.dumps(detail).decode(),
        )
    )


def entries(till: Till, limit: int = 200) -> list[JournalEntry]:
    """The entries, newest first."""
    query = select(t.journal).order_by(t.journal.c.id.desc()).limit(limit)
    with till.store.reading() as connection:
        rows = connection.execute(query).all()
        people = {who for row in rows for who in (row.actor_id, row.approved_by_id) if who}
        names = person_names(connection, people)
    return [
        JournalEntry(
            at_ms=row.at_ms,
            kind=row.kind,
            person=names[row.actor_id],
            approved_by=names.get(row.approved_by_id) if row.approved_by_id else None,
            reason=row.reason,
            detail=orjson.loads(row.detail),
        )
        for row in rows
    ]
