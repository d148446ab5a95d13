"""The history of ended operations, pruned by age."""

from sqlalchemy import delete, exists, select

from sync_agent.settings import DEFAULTS, AgentSettings
from sync_agent.store import proved_time
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.queue import attempts


def prune(tx: Transaction, settings: AgentSettings = DEFAULTS) -> int:
    """Delete one page of operations that ended more than `history_days` ago, with their attempts.

    Returns how many; 0 once nothing is left to delete. An operation is not deleted while a sale with its id
    exists (how long receipts are stored is the host program's decision), nor while one with a lower number
    was made later by the clock, which was set back between them.
    """
    before_ms = proved_time.cutoff_ms(tx, settings.history_ms)
    if before_ms is None:
        return 0
    old = (
        tx.execute(
            select(t.outbox.c.id)
            .where(
                t.outbox.c.finished_ms < before_ms,
                proved_time.is_before_any_young(before_ms),
                t.outbox.c.offer_again == 0,
                ~exists().where(t.sale.c.id == t.outbox.c.id),
            )
            .limit(settings.history_page)
        )
        .scalars()
        .all()
    )
    if old:
        attempts.forget(tx, old)
        for table in (t.overlay, t.product_overlay, t.setting_overlay):
            tx.execute(delete(table).where(table.c.operation_id.in_(old)))
        tx.execute(delete(t.outbox).where(t.outbox.c.id.in_(old)))
        tx.touch(Topic.OUTBOX)
    else:
        attempts.forget_empty_deliveries(tx, before_ms)
    return len(old)
