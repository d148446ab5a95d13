"""Receipts of this till's location, of any till: a sale of another till can be refunded here, offline too.

The stream brings every till transaction as it happens; those before come in pages, newest first, beside
selling. So the copy is no part of a snapshot, and is not in its digest: a till has the receipts of as many
days as the shop refunds, and single older ones that it asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import ValidationError
from sqlalchemy import ColumnElement, Connection, delete, exists, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from sync_agent.contract.operations import TRANSACTION, TransactionRow
from sync_agent.contract.receipts import ReceiptsPage
from sync_agent.contract.streams import Change
from sync_agent.contract.wire import to_ms
from sync_agent.store import proved_time
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.replica import flagged

_DAY_MS = 86_400_000
_FORGET_ROWS = 200

Values = dict[str, Any]


@dataclass(frozen=True)
class CopyProgress:
    """How far the receipts of a stream were read. `page_token` is the next page's; None at the start.

    `days` is how far back they reach.
    """

    page_token: str | None = None
    complete: bool = False
    rows_done: int = 0
    days: int = 0


def note_changes(tx: Transaction, changes: Iterable[Change]) -> None:
    """Store the till transactions among these changes."""
    _store(tx, [change.row for change in changes if change.resource_type == TRANSACTION and change.row])


def progress(connection: Connection, stream: str) -> CopyProgress:
    row = connection.execute(select(t.receipts_copy).where(t.receipts_copy.c.stream == stream)).first()
    if row is None:
        return CopyProgress()
    return CopyProgress(row.page_token, bool(row.complete), row.rows_done, row.days)


def store_page(
    tx: Transaction, stream: str, page: ReceiptsPage, *, after: CopyProgress, days: int
) -> CopyProgress:
    """Store one page of a stream's receipts, and which page is next.

    `after` is the progress when it was asked for: a page of a copy that was begun anew since is dropped.
    `days`: as long as the shop refunded then.
    """
    before = progress(tx.connection, stream)
    if before != after:
        return before
    is_first = before.complete or before.page_token is None
    flagged.note_transactions(tx, page.rows)
    _store(tx, page.rows)
    values: Values = {
        "stream": stream,
        "page_token": page.next_page_token,
        "complete": int(page.next_page_token is None),
        "rows_done": (0 if is_first else before.rows_done) + len(page.rows),
        "days": days if is_first else before.days,
    }
    statement = insert(t.receipts_copy).values(values)
    tx.execute(statement.on_conflict_do_update(index_elements=["stream"], set_=values))
    return progress(tx.connection, stream)


def await_a_new_copy(tx: Transaction) -> None:
    """A new copy of the stream begins, maybe of a restored server, whose versions are lower than those that
    are stored here: whatever it has counts as later.

    Nothing is lower than version 1, which most receipts have: they are left alone, since there may be many.
    """
    tx.execute(update(t.receipt).where(t.receipt.c.version > 1).values(version=0))


def read_again(tx: Transaction, stream: str) -> None:
    """The stream goes on from a new snapshot, so receipts may be missing: read the copy from its start."""
    tx.execute(delete(t.receipts_copy).where(t.receipts_copy.c.stream == stream))


def store_answer(tx: Transaction, receipt_number: str, page: ReceiptsPage) -> None:
    """Store what the server had under a receipt number: its sales, and what went back of them."""
    flagged.note_transactions(tx, page.rows)
    stored = _store(tx, page.rows, asked_ms=tx.now_ms)
    found = sum(1 for values in stored if values["receipt_number"] == receipt_number)
    values: Values = {"receipt_number": receipt_number, "answered_ms": tx.now_ms, "found": found}
    statement = insert(t.receipt_question).values(values)
    tx.execute(statement.on_conflict_do_update(index_elements=["receipt_number"], set_=values))
    tx.touch(Topic.SALES)


def forget_page(tx: Transaction, days: int) -> int:
    """Delete a page of receipts that are older than `days`, counted from the newest; how many.

    Their times are the server's, whose clock may have been wrong too.
    """
    before_ms = proved_time.cutoff_ms(tx, days * _DAY_MS)
    if before_ms is None:
        return 0
    of = t.receipt.c
    newest_ms = tx.execute(select(func.max(of.received_ms)).where(of.asked_ms.is_(None))).scalar()
    if newest_ms is None:
        return 0
    query = select(of.id).where(
        of.received_ms < min(before_ms, newest_ms - days * _DAY_MS),
        of.asked_ms.is_(None),
        ~_is_of_an_own_sale(),
    )
    old = tx.execute(query.limit(_FORGET_ROWS)).scalars().all()
    if old:
        tx.execute(delete(t.receipt).where(of.id.in_(old)))
        reaches = t.receipts_copy.c.days
        tx.execute(update(t.receipts_copy).where(reaches > days).values(days=days))
    return len(old)


def _is_of_an_own_sale() -> ColumnElement[bool]:
    """What went back of this till's own sales is stored for good, as they are."""
    of = t.receipt.c
    return or_(
        *(
            exists().where(or_(table.c.id == of.refund_of, table.c.receipt_number == of.refers_to))
            for table in (t.sale, t.past_sale)
        )
    )


def _store(tx: Transaction, rows: Iterable[Values], asked_ms: int | None = None) -> list[Values]:
    """Store rows as they came; those of a newer form that cannot be read are passed over."""
    stored = [values for row in rows if (values := _values(row, asked_ms)) is not None]
    if stored:
        statement = insert(t.receipt)
        new = statement.excluded
        changed = {column.name: new[column.name] for column in t.receipt.c if column.name != "asked_ms"}
        where = new.version >= t.receipt.c.version
        tx.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed, where=where), stored)
        tx.touch(Topic.SALES)
    return stored


def _values(row: Values, asked_ms: int | None) -> Values | None:
    try:
        read = TransactionRow.model_validate(row)
    except ValidationError:
        return None
    return {
        "id": read.id,
        "kind": read.kind,
        "receipt_number": read.receipt_number,
        "refund_of": read.refund_of,
        "refers_to": read.refers_to,
        "actor_id": read.actor_id,
        "device_id": read.device_id,
        "occurred_ms": to_ms(read.occurred_at),
        "received_ms": to_ms(read.received_at),
        "version": row.get("version", 1),
        "body": orjson.dumps(row).decode(),
        "asked_ms": asked_ms,
    }
