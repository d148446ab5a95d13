"""Retention of receipts: this till's own are compacted, other tills' deleted, when the shop refunds no more.

What a refund needs of an own sale stays for good: number, lines, payments, and what went back. A receipt of
another till that is deleted here can be asked for (`sync_agent.place_receipts`).

The agent retains the operation of a sale as long as the sale itself; for other operations it has its own
setting (`AgentSettings.history_days`).
"""

from sqlalchemy import ColumnElement, delete, select, true

from app.services.selling import sale_records
from app.services.shop_settings import read_from
from sync_agent.store import proved_time
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.replica import receipts

_PAGE = 200
_DAY_MS = 86_400_000


def forget_page(tx: Transaction) -> int:
    """Compact or delete a page of receipts older than the shop refunds; how many.

    Own ones only with finished operations.
    """
    days = read_from(tx.connection).refund_days
    return _compact_page(tx, days) or receipts.forget_page(tx, days)


def _compact_page(tx: Transaction, days: int) -> int:
    before_ms = proved_time.cutoff_ms(tx, days * _DAY_MS)
    if before_ms is None:
        return 0
    ended = t.outbox.c.finished_ms.is_not(None) & (t.outbox.c.offer_again == 0)
    query = (
        select(t.sale.c.id)
        .join(t.outbox, t.outbox.c.id == t.sale.c.id)
        .where(
            t.sale.c.occurred_ms < before_ms,
            proved_time.is_before_any_young(before_ms),
            ended,
            _is_reported(tx),
        )
        .limit(_PAGE)
    )
    old = tx.execute(query).scalars().all()
    if old:
        sale_records.compact(tx, old)
        for table in (t.payment, t.sale_line):
            tx.execute(delete(table).where(table.c.sale_id.in_(old)))
        tx.execute(delete(t.sale).where(t.sale.c.id.in_(old)))
        tx.touch(Topic.SALES)
    return len(old)


def _is_reported(tx: Transaction) -> ColumnElement[bool]:
    """Whether a sale's shift has its Z report. Where no shift was ever opened, none will."""
    of = t.shift.c
    if tx.execute(select(of.id).limit(1)).first() is None:
        return true()
    return t.sale.c.shift_id.in_(select(of.id).where(of.report.is_not(None)))
