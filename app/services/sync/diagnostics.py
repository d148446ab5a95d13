"""Delivery statistics: figures by minute for the plots, and the latest failed deliveries."""

from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select

from app.services.till import Till
from sync_agent.store import tables as t
from sync_agent.store.queue import attempts

MINUTE_MS = 60_000


@dataclass(frozen=True)
class Minute:
    """The deliveries of a minute.

    `latency_ms` is their mean duration, None where none ended; `retries` counts operations sent before.
    """

    at_ms: int
    sent: int
    latency_ms: float | None
    failed: int
    retries: int
    conflicts: int


@dataclass(frozen=True)
class Trouble:
    """A delivery that failed: the server accepted nothing of it, or did not answer."""

    at_ms: int
    route: str
    operations: int
    outcome: str
    detail: str
    request_id: str


def minutes(till: Till, count: int = 60) -> list[Minute]:
    """The last `count` minutes, oldest first, including those without deliveries."""
    now_ms = till.clock.now_ms()
    last = now_ms // MINUTE_MS
    first_ms = (last - count + 1) * MINUTE_MS
    d = t.delivery.c
    bucket = d.began_ms // MINUTE_MS
    query = (
        select(
            bucket,
            func.sum(case((d.outcome == attempts.APPLIED, d.operations), else_=0)),
            func.avg(d.ended_ms - d.began_ms),
            func.sum(case((d.outcome != attempts.APPLIED, 1), else_=0)),
        )
        .where(d.began_ms >= first_ms)
        .group_by(bucket)
    )
    with till.store.reading() as connection:
        deliveries = {int(row[0]): row for row in connection.execute(query)}
        retries = _retries(connection, first_ms)
        conflicts = _opened(connection, first_ms)
    return [
        Minute(
            at_ms=number * MINUTE_MS,
            sent=int(deliveries[number][1] or 0) if number in deliveries else 0,
            latency_ms=deliveries[number][2] if number in deliveries else None,
            failed=int(deliveries[number][3] or 0) if number in deliveries else 0,
            retries=retries.get(number, 0),
            conflicts=conflicts.get(number, 0),
        )
        for number in range(last - count + 1, last + 1)
    ]


def _retries(connection: Connection, first_ms: int) -> dict[int, int]:
    """Repeated attempts by minute."""
    earlier, d = t.attempt.alias("earlier"), t.delivery.c
    before = t.delivery.alias("before")
    repeated = (
        select(earlier.c.operation_id)
        .join(before, before.c.id == earlier.c.delivery_id)
        .where(earlier.c.operation_id == t.attempt.c.operation_id, before.c.began_ms < d.began_ms)
        .exists()
    )
    query = (
        select(d.began_ms // MINUTE_MS, func.count())
        .join_from(t.attempt, t.delivery, d.id == t.attempt.c.delivery_id)
        .where(d.began_ms >= first_ms, repeated)
        .group_by(d.began_ms // MINUTE_MS)
    )
    return {int(row[0]): row[1] for row in connection.execute(query)}


def _opened(connection: Connection, first_ms: int) -> dict[int, int]:
    """Conflicts opened by minute."""
    bucket = t.conflict.c.opened_ms // MINUTE_MS
    query = select(bucket, func.count()).where(t.conflict.c.opened_ms >= first_ms).group_by(bucket)
    return {int(row[0]): row[1] for row in connection.execute(query)}


def troubles(till: Till, limit: int = 50) -> list[Trouble]:
    """The latest failed deliveries, newest first."""
    d = t.delivery.c
    query = (
        select(t.delivery)
        .where(d.outcome.is_not(None), d.outcome != attempts.APPLIED)
        .order_by(t.as_written(t.delivery).desc())
        .limit(limit)
    )
    with till.store.reading() as connection:
        rows = connection.execute(query).all()
    return [
        Trouble(row.began_ms, row.way, row.operations, row.outcome, row.detail or row.code or "", row.id)
        for row in rows
    ]
