"""Retention of receipts: as long as the rows are stored, this till can refund from them.

The agent retains the operation of a sale as long as the sale itself; for other operations it has its own
setting (`AgentSettings.history_days`).
"""

from sqlalchemy import delete, select

from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction

REFUNDABLE_DAYS = 90
"""Days after a sale in which this till can look up, refund and reprint its receipt."""
_PAGE = 200
_DAY_MS = 86_400_000


def forget_page(tx: Transaction) -> int:
    """Delete a page of receipts older than `REFUNDABLE_DAYS` with finished operations; how many."""
    before_ms = tx.now_ms - REFUNDABLE_DAYS * _DAY_MS
    ended = t.outbox.c.finished_ms.is_not(None) & (t.outbox.c.offer_again == 0)
    query = (
        select(t.sale.c.id)
        .join(t.outbox, t.outbox.c.id == t.sale.c.id)
        .where(t.sale.c.occurred_ms < before_ms, ended)
        .limit(_PAGE)
    )
    old = tx.execute(query).scalars().all()
    if old:
        for table in (t.payment, t.sale_line):
            tx.execute(delete(table).where(table.c.sale_id.in_(old)))
        tx.execute(delete(t.sale).where(t.sale.c.id.in_(old)))
        tx.touch(Topic.SALES)
    return len(old)
