"""Completed till transactions that the server flagged, with their flags, until a manager reviewed them."""

from app.domain.money import format_minor
from app.domain.rights import Right
from app.domain.vocabulary.transaction_kinds import kind_of
from app.services.approvals import authorise
from app.services.flag_words import in_plain_words
from app.services.person_names import person_names
from app.services.sync.queue import FLAGGED, QueueRow
from app.services.till import Actor, Till
from resources.words import translate
from sync_agent.store.database import Transaction
from sync_agent.store.replica import flagged


def unseen(till: Till, limit: int = 200) -> list[QueueRow]:
    """Flagged transactions of this location that no manager has reviewed here, oldest first."""
    with till.store.reading() as connection:
        found = flagged.unseen(connection, limit)
        names = person_names(connection, (sale.actor_id for sale in found))
        return [
            QueueRow(
                operation_id=sale.id,
                title=_title(sale),
                detail=_detail(sale, names[sale.actor_id]),
                person=names[sale.actor_id],
                at_ms=sale.occurred_ms,
                status=FLAGGED,
                next_attempt_ms=None,
                error=" ".join(
                    f"{words}." for words in in_plain_words(connection, sale.flags, sale.currency)
                ),
                flags=sale.flags,
            )
            for sale in found
        ]


def _title(entry: flagged.Flagged) -> str:
    if entry.kind == flagged.STOCK:
        return translate("queue", "Stock of an unknown product")
    return f"{kind_of(entry.kind).name} {entry.receipt_number}"


def _detail(entry: flagged.Flagged, person: str) -> str:
    if entry.kind == flagged.STOCK:
        return f"{entry.receipt_number} · {person}"
    return f"{format_minor(entry.total_minor, entry.currency)} · {person}"


async def mark_seen(
    till: Till,
    transaction_id: str,
    actor: Actor,
    *,
    approved_by: Actor | None = None,
    flags: tuple[str, ...] | None = None,
) -> None:
    """Mark it as reviewed by a manager. Raises NotPermitted.

    `flags` are those that the manager was shown; None: all that it has now. It stays listed with any other.
    """
    manager = authorise(actor, approved_by, Right.DISCARD_ENTRY)

    def write(tx: Transaction) -> None:
        flagged.mark_seen(tx, transaction_id, manager.id, flags)

    await till.store.write(write)
