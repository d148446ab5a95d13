"""How many operations wait, and which of them were sent."""

from sqlalchemy import Connection, func, select

from sync_agent.store import tables as t
from sync_agent.store.queue.status import WAITING


def waiting_count(connection: Connection) -> int:
    """How many operations have no result yet."""
    return connection.execute(
        select(func.count())
        .select_from(t.outbox)
        .where(t.outbox.c.status.in_(WAITING), t.outbox.c.finished_ms.is_(None))
    ).scalar_one()


def sent_without_answer(connection: Connection) -> list[str]:
    """Ids of the operations that were sent and have no result, by operation number."""
    query = (
        select(t.outbox.c.id)
        .where(t.outbox.c.finished_ms.is_(None), t.outbox.c.status.in_(WAITING), t.outbox.c.sent_count > 0)
        .order_by(t.outbox.c.device_seq)
    )
    return list(connection.execute(query).scalars())
