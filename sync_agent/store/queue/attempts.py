"""The timeline of attempts: which deliveries carried an operation, and its outcome in each.

A delivery is one exchange with the server. It and its attempts are written in the transaction that leases the
operations, so the attempt is on record even if the till dies during the exchange.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, literal, select, update

from sync_agent.store import tables as t
from sync_agent.store.database import Transaction

APPLIED, NO_ANSWER, REFUSED = "applied", "no_answer", "refused"
"""Outcomes of a delivery, and of each operation in it whose attempt has no outcome of its own. REFUSED: the
server answered and accepted none of it."""


@dataclass(frozen=True)
class AttemptView:
    """One attempt to send one operation. Times are the till's own, in milliseconds; both logs have
    `request_id`.

    `outcome` is the result's status, or the delivery's outcome if no result came, or None if the till stopped
    before it knew.
    """

    request_id: str
    route: str
    began_ms: int
    ended_ms: int | None
    outcome: str | None
    code: str | None
    detail: str | None


def begin(tx: Transaction, delivery_id: str, route: str, operation_ids: Sequence[str], size: int) -> None:
    """Record that a batch is about to be sent."""
    tx.execute(
        insert(t.delivery).values(
            id=delivery_id,
            began_ms=tx.now_ms,
            ended_ms=None,
            way=route,
            operations=len(operation_ids),
            bytes=size,
            outcome=None,
            code=None,
            detail=None,
        )
    )
    tried = select(t.outbox.c.id, literal(delivery_id)).where(t.outbox.c.id.in_(operation_ids))
    tx.execute(insert(t.attempt).from_select(["operation_id", "delivery_id"], tried))


def end(tx: Transaction, delivery_id: str, outcome: str, *, code: str | None, detail: str | None) -> None:
    """Record the outcome of the delivery as a whole."""
    tx.execute(
        update(t.delivery)
        .where(t.delivery.c.id == delivery_id)
        .values(ended_ms=tx.now_ms, outcome=outcome, code=code, detail=detail)
    )


def note(tx: Transaction, delivery_id: str, results: Sequence[dict[str, Any]]) -> None:
    """Record outcomes that differ from the delivery's: rows of `operation`, `outcome`, `code`, `detail`."""
    if results:
        tx.execute(_NOTE, [{"delivery": delivery_id, **result} for result in results])


_NOTE = (
    update(t.attempt)
    .where(
        t.attempt.c.operation_id == bindparam("operation"), t.attempt.c.delivery_id == bindparam("delivery")
    )
    .values(outcome=bindparam("outcome"), code=bindparam("code"), detail=bindparam("detail"))
)


def timeline(connection: Connection, operation_id: str) -> list[AttemptView]:
    """Every attempt of an operation, oldest first."""
    attempt, delivery = t.attempt.c, t.delivery.c
    query = (
        select(
            delivery.id,
            delivery.way,
            delivery.began_ms,
            delivery.ended_ms,
            attempt.outcome,
            attempt.code,
            attempt.detail,
            delivery.outcome.label("of_all"),
            delivery.code.label("code_of_all"),
            delivery.detail.label("detail_of_all"),
        )
        .join_from(t.attempt, t.delivery, delivery.id == attempt.delivery_id)
        .where(attempt.operation_id == operation_id)
        .order_by(t.as_written(t.delivery))
    )
    return [
        AttemptView(
            request_id=row.id,
            route=row.way,
            began_ms=row.began_ms,
            ended_ms=row.ended_ms,
            outcome=row.outcome or row.of_all,
            code=row.code if row.outcome else row.code_of_all,
            detail=row.detail if row.outcome else row.detail_of_all,
        )
        for row in connection.execute(query)
    ]


def forget(tx: Transaction, operation_ids: Sequence[str]) -> None:
    """Delete the attempts of these operations."""
    tx.execute(delete(t.attempt).where(t.attempt.c.operation_id.in_(operation_ids)))


def forget_empty_deliveries(tx: Transaction, before_ms: int) -> None:
    """Delete deliveries that began before `before_ms` and whose operations are all deleted."""
    tx.execute(
        delete(t.delivery).where(
            t.delivery.c.began_ms < before_ms,
            ~select(t.attempt.c.operation_id).where(t.attempt.c.delivery_id == t.delivery.c.id).exists(),
        )
    )
