"""Past till transactions: the list, and the latest for a reprint."""

from dataclasses import dataclass

from sqlalchemy import func, select

from app.services.flag_words import flags_in
from app.services.person_names import person_names
from app.services.till import Till
from sync_agent.store import tables as t
from sync_agent.store.replica import flagged


@dataclass(frozen=True)
class SaleView:
    """A completed till transaction in a list. `status` is its operation's; `lines` is their number."""

    id: str
    kind: str
    receipt_number: str
    total_minor: int
    lines: int
    actor_name: str
    occurred_ms: int
    status: str
    is_flagged: bool = False
    """The server flagged it, and a person should review it."""


def recent_sales(till: Till, limit: int = 50) -> list[SaleView]:
    """The latest till transactions, newest first."""
    sale = t.sale
    lines = (
        select(func.count())
        .select_from(t.sale_line)
        .where(t.sale_line.c.sale_id == sale.c.id)
        .scalar_subquery()
    )
    query = (
        select(sale, t.outbox.c.status, t.outbox.c.result, lines.label("lines"))
        .join(t.outbox, t.outbox.c.id == sale.c.id)
        .order_by(t.outbox.c.device_seq.desc())
        .limit(limit)
    )
    with till.store.reading() as connection:
        rows = connection.execute(query).all()
        flags = flagged.flags_of(connection, [row.id for row in rows])
        names = person_names(connection, (row.actor_id for row in rows))
    return [
        SaleView(
            id=row.id,
            kind=row.kind,
            receipt_number=row.receipt_number,
            total_minor=row.total_minor,
            lines=row.lines,
            actor_name=names[row.actor_id],
            occurred_ms=row.occurred_ms,
            status=row.status,
            is_flagged=bool(flags.get(row.id, flags_in(row.result))),
        )
        for row in rows
    ]


def last_receipt_id(till: Till) -> str | None:
    """The latest till transaction's id, for a reprint."""
    query = select(t.sale.c.id).join(t.outbox, t.outbox.c.id == t.sale.c.id)
    with till.store.reading() as connection:
        return connection.execute(query.order_by(t.outbox.c.device_seq.desc()).limit(1)).scalar()
