"""Resending after a server was restored from a backup.

A server restored from an older backup has lost the operations that it accepted last. Completed operations
with effects in a stream that the server cannot continue are marked, resent with their former result, and
answered: known already, applied now, or in need of attention. What each answer means is in push/resent.py.
"""

from typing import Any

import orjson
from sqlalchemy import Connection, func, or_, select, update

from sync_agent.contract.operations import ResultStatus
from sync_agent.settings import DEFAULTS, AgentSettings
from sync_agent.store import proved_time
from sync_agent.store import tables as t
from sync_agent.store.database import Transaction
from sync_agent.store.queue.leases import Batch, Claimed
from sync_agent.store.queue.status import Status
from sync_agent.store.queue.wire import wire_form


def mark_for_resend(tx: Transaction, stream: str, settings: AgentSettings = DEFAULTS) -> int:
    """What was completed within `history_days`, with an effect in this stream, is marked to be resent.
    Returns how many operations. While the clock is not proved, all that is stored is.

    Sales that the server quarantined, and operations that a decision ended, have no effect that names a
    stream: they are resent whatever the stream.
    """
    since_ms = proved_time.cutoff_ms(tx, settings.history_ms)
    shown_there = func.instr(t.outbox.c.result, f'"stream":{orjson.dumps(stream).decode()}') > 0
    marked = tx.execute(
        update(t.outbox)
        .where(
            t.outbox.c.status == Status.COMPLETED,
            t.outbox.c.finished_ms.is_not(None) if since_ms is None else t.outbox.c.finished_ms >= since_ms,
            t.outbox.c.code.is_distinct_from(LOST_WITH_BACKUP),
            or_(shown_there, t.outbox.c.code.in_([QUARANTINED, RESOLVED])),
        )
        .values(offer_again=1)
    )
    return int(marked.rowcount)


QUARANTINED, RESOLVED, LOST_WITH_BACKUP = "quarantined", "resolved", "lost_with_backup"
"""Codes of completed operations: quarantined at the server; ended by a decision; a decision on something that
the restored server does not know."""


def to_resend(connection: Connection, *, count_max: int, bytes_max: int) -> Batch:
    """The next operations to resend, in the order that they were made, each with its former result."""
    rows = connection.execute(
        select(t.outbox).where(t.outbox.c.offer_again == 1).order_by(t.outbox.c.device_seq).limit(count_max)
    )
    operations: list[Claimed] = []
    size = 0
    for row in rows:
        former = orjson.loads(row.result) if row.result else {"status": ResultStatus.CONFLICT}
        bytes_ = row.bytes + len(row.result or "")
        size += bytes_
        if operations and size > bytes_max:
            break
        wire = wire_form(row) | {"formerResult": former}
        operations.append(Claimed(row.id, row.device_seq, wire, bytes_, row.sent_count))
    return Batch(tuple(operations))


def settle(tx: Transaction, operation_id: str, **values: Any) -> None:
    tx.execute(update(t.outbox).where(t.outbox.c.id == operation_id).values(offer_again=0, **values))
