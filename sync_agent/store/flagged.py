"""Till transactions that the server accepted and flagged, listed until a person has seen them.

They come from all tills and other clients of the location. A till that is set up later, or starts anew from a
snapshot, gets those that come from then on. ARCHITECTURE.md, "Who may".
"""

from collections.abc import Iterable
from dataclasses import dataclass

import orjson
from pydantic import ValidationError
from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.sqlite import insert

from sync_agent.contract.operations import FLAGS_ABOUT_GOODS, TRANSACTION, TransactionRow
from sync_agent.contract.streams import Change
from sync_agent.contract.wire import to_ms
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction


@dataclass(frozen=True)
class Flagged:
    """One flagged till transaction. `flags` are as the server sent them: a word, a colon, and its subject."""

    id: str
    kind: str
    receipt_number: str
    currency: str
    total_minor: int
    actor_id: str
    occurred_ms: int
    flags: tuple[str, ...]


def note(tx: Transaction, changes: Iterable[Change]) -> None:
    """Add the flagged till transactions among these changes to the list, each only once."""
    for change in changes:
        if change.resource_type != TRANSACTION or change.row is None or not change.row.get("flags"):
            continue
        try:
            row = TransactionRow.model_validate(change.row)
        except ValidationError:
            continue  # of a newer form: it holds nothing that this till needs for its figures
        if all(flag.partition(":")[0] in FLAGS_ABOUT_GOODS for flag in row.flags):
            continue
        values = {
            "id": row.id,
            "kind": row.kind,
            "receipt_number": row.receipt_number,
            "currency": row.currency,
            "total_minor": row.total_minor,
            "actor_id": row.actor_id,
            "occurred_ms": to_ms(row.occurred_at),
            "flags": orjson.dumps(row.flags).decode(),
        }
        tx.execute(insert(t.flagged).values(values).on_conflict_do_nothing(index_elements=["id"]))
        tx.touch(Topic.FLAGGED)


def unseen(connection: Connection, limit: int) -> list[Flagged]:
    """The flagged till transactions that no person has seen here, oldest first."""
    of = t.flagged.c
    names = (of.id, of.kind, of.receipt_number, of.currency, of.total_minor, of.actor_id, of.occurred_ms)
    query = select(*names, of.flags).where(of.seen_ms.is_(None)).order_by(of.occurred_ms, of.id).limit(limit)
    return [Flagged(*row[:-1], flags=tuple(orjson.loads(row.flags))) for row in connection.execute(query)]


def unseen_count(connection: Connection) -> int:
    query = select(func.count()).select_from(t.flagged).where(t.flagged.c.seen_ms.is_(None))
    return connection.execute(query).scalar_one()


def mark_seen(tx: Transaction, transaction_id: str, person_id: str) -> None:
    """A person has seen it: it leaves the list, and its row stores who that was."""
    of = t.flagged.c
    tx.execute(
        update(t.flagged)
        .where(of.id == transaction_id, of.seen_ms.is_(None))
        .values(seen_by=person_id, seen_ms=tx.now_ms)
    )
    tx.touch(Topic.FLAGGED)
