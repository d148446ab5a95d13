"""Completed till transactions that the server flagged, with their flags, until a manager reviewed them."""

from app.domain.money import format_minor
from app.domain.rights import Right
from app.domain.vocabulary.transaction_kinds import kind_of
from app.services.approvals import authorise
from app.services.flag_words import in_plain_words
from app.services.person_names import person_names
from app.services.sync.queue import FLAGGED, QueueRow
from app.services.till import Actor, Till
from sync_agent.store import flagged
from sync_agent.store.database import Transaction


def unseen(till: Till, limit: int = 200) -> list[QueueRow]:
    """Flagged transactions of this location that no manager has reviewed here, oldest first."""
    with till.store.reading() as connection:
        found = flagged.unseen(connection, limit)
        names = person_names(connection, (sale.actor_id for sale in found))
        return [
            QueueRow(
                operation_id=sale.id,
                title=f"{kind_of(sale.kind).name} {sale.receipt_number}",
                detail=f"{format_minor(sale.total_minor, sale.currency)} · {names[sale.actor_id]}",
                person=names[sale.actor_id],
                at_ms=sale.occurred_ms,
                status=FLAGGED,
                next_attempt_ms=None,
                error=" ".join(f"{words}." for words in in_plain_words(connection, sale.flags)),
            )
            for sale in found
        ]


async def mark_seen(
    till: Till, transaction_id: str, actor: Actor, *, approved_by: Actor | None = None
) -> None:
    """Mark it as reviewed by a manager. Raises NotPermitted."""
    manager = authorise(actor, approved_by, Right.DISCARD_ENTRY)

    def write(tx: Transaction) -> None:
        flagged.mark_seen(tx, transaction_id, manager.id)

    await till.store.write(write)
