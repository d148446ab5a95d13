"""Till transactions that the server accepted and flagged, listed until a person has seen them.

They come from all tills and other clients of the location. Flags are judged again when what they depend on
arrives: a later version of a transaction has others, or none. ARCHITECTURE.md, "Flags".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import ValidationError
from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.sqlite import insert

from sync_agent.contract.operations import TRANSACTION, TransactionRow
from sync_agent.contract.stock import STOCK_FLAG, StockFlagRow
from sync_agent.contract.streams import Change
from sync_agent.contract.wire import to_ms
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction

STOCK = "stock"
"""The kind of an entry about a product's stock, in place of a till transaction's."""

_BEFORE_ANY = 0
"""The version of a row that the server's next row of it replaces, whatever that has."""


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
    """Follow the flags of the till transactions and of the stock among these changes.

    A transaction is listed while it has a flag that nobody has seen here. A version that was noted before, or
    an older one, has no effect.
    """
    changes = [change for change in changes if change.row is not None]
    note_transactions(tx, (change.row for change in changes if change.resource_type == TRANSACTION))
    note_stock(tx, (change.row for change in changes if change.resource_type == STOCK_FLAG))


def note_transactions(tx: Transaction, rows: Iterable[dict[str, Any] | None]) -> None:
    """Follow the flags of till transactions, as they are read from the server."""
    noted = []
    for row in rows:
        try:
            read = TransactionRow.model_validate(row)
        except ValidationError:
            continue  # of a newer form: it holds nothing that this till needs for its figures
        noted.append(
            {
                "id": read.id,
                "kind": read.kind,
                "receipt_number": read.receipt_number,
                "currency": read.currency,
                "total_minor": read.total_minor,
                "actor_id": read.actor_id,
                "occurred_ms": to_ms(read.occurred_at),
                "flags": read.flags,
                "version": read.version,
            }
        )
    _follow(tx, noted)


def note_stock(tx: Transaction, rows: Iterable[dict[str, Any] | None]) -> None:
    """Follow the flags of products' stock here: listed like a till transaction, under the product's id."""
    noted = []
    for row in rows:
        try:
            read = StockFlagRow.model_validate(row)
        except ValidationError:
            continue
        noted.append(
            {
                "id": f"{STOCK}:{read.location_id}:{read.product_id}",
                "kind": STOCK,
                "receipt_number": read.product_id,
                "currency": "",
                "total_minor": 0,
                "actor_id": read.actor_id,
                "occurred_ms": to_ms(read.since),
                "flags": read.flags,
                "version": read.version,
            }
        )
    _follow(tx, noted)


def await_a_new_copy(tx: Transaction) -> None:
    """A new copy of the location's stream begins, maybe of a restored server, whose versions are lower than
    those that were noted here: whatever it has counts as later.
    """
    tx.execute(update(t.flagged).values(version=_BEFORE_ANY))


def end_what_the_copy_lacks(tx: Transaction) -> None:
    """The new copy is complete. It has all stock that is flagged: the flags of any other are gone."""
    of = t.flagged.c
    gone = (of.kind == STOCK) & (of.version == _BEFORE_ANY)
    tx.execute(update(t.flagged).where(gone).values(flags="[]", open=0))
    tx.touch(Topic.FLAGGED)


def _follow(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    of = t.flagged.c
    ids = [row["id"] for row in rows]
    # Most transactions are never flagged, so one query finds that none of a page was.
    query = select(of.id, of.version, of.seen_flags).where(of.id.in_(ids))
    before = {row.id: (row.version, row.seen_flags) for row in tx.execute(query)} if ids else {}
    for row in rows:
        version, seen_flags = before.get(row["id"], (_BEFORE_ANY, None))
        if row["version"] <= version or (seen_flags is None and not row["flags"]):
            continue
        seen_flags = seen_flags or "[]"
        before[row["id"]] = row["version"], seen_flags
        values = row | {
            "flags": orjson.dumps(row["flags"]).decode(),
            "open": int(not set(orjson.loads(seen_flags)).issuperset(row["flags"])),
        }
        new = insert(t.flagged).values(values | {"seen_flags": seen_flags})
        tx.execute(new.on_conflict_do_update(index_elements=["id"], set_=values))
        tx.touch(Topic.FLAGGED)


def unseen(connection: Connection, limit: int) -> list[Flagged]:
    """The flagged till transactions with a flag that no person has seen here, oldest first."""
    of = t.flagged.c
    names = (of.id, of.kind, of.receipt_number, of.currency, of.total_minor, of.actor_id, of.occurred_ms)
    query = select(*names, of.flags).where(of.open == 1).order_by(of.occurred_ms, of.id).limit(limit)
    return [Flagged(*row[:-1], flags=tuple(orjson.loads(row.flags))) for row in connection.execute(query)]


def unseen_count(connection: Connection) -> int:
    query = select(func.count()).select_from(t.flagged).where(t.flagged.c.open == 1)
    return connection.execute(query).scalar_one()


def flags_of(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The flags that these transactions have now, by id; one that never had any is missing."""
    of = t.flagged.c
    rows = connection.execute(select(of.id, of.flags).where(of.id.in_(ids)))
    return {row.id: tuple(orjson.loads(row.flags)) for row in rows}


def mark_seen(
    tx: Transaction, transaction_id: str, person_id: str, flags: Sequence[str] | None = None
) -> None:
    """A person has seen these flags of it (None: all that it has now), and its row stores who that was.

    It leaves the list unless it has others by now.
    """
    of = t.flagged.c
    row = tx.execute(select(of.flags, of.seen_flags).where(of.id == transaction_id, of.open == 1)).first()
    if row is None:
        return
    has = orjson.loads(row.flags)
    seen = list(dict.fromkeys([*orjson.loads(row.seen_flags), *(has if flags is None else flags)]))
    tx.execute(
        update(t.flagged)
        .where(of.id == transaction_id)
        .values(
            seen_flags=orjson.dumps(seen).decode(),
            open=int(not set(seen).issuperset(has)),
            seen_by=person_id,
            seen_ms=tx.now_ms,
        )
    )
    tx.touch(Topic.FLAGGED)
