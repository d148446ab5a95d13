"""Retention: prunes changes that every till has had time to read, and versions that nothing refers to.

Results of operations, movements, sales and the audit trail are never pruned. Rows are deleted in bounded
transactions, so that writers do not wait long.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection, bindparam, delete, exists, select, update
from sqlmodel import col

from server_stub.services import proved_time
from server_stub.services.streams import broadcasts
from server_stub.store import tables as t
from server_stub.store.database import Database, UnitOfWork
from server_stub.store.tables import RefreshToken, SignInRecord

log = structlog.get_logger()

DAY_MS = 24 * 3600 * 1000
NOTICES_HISTORY_DAYS = 30
"""Days after its end for which a notice can still be listed with its readers."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """The numbers of pruned rows."""

    changes: int
    product_versions: int
    refresh_tokens: int
    notices: int


async def prune(database: Database, tenant_id: str, *, retention_days: int, rows_max: int) -> Pruned:
    """Prunes what is older than the retention, at most `rows_max` rows in one transaction.

    Nothing while the server's clock is not proved: what is pruned is gone for good.
    """
    now_ms = await database.write(tenant_id, proved_time.proved_ms)
    if now_ms is None:
        log.warning("pruning.waits_for_the_clock", tenant=tenant_id)
        return Pruned(0, 0, 0, 0)
    before_ms = now_ms - retention_days * DAY_MS
    ended_before_ms = now_ms - NOTICES_HISTORY_DAYS * DAY_MS
    changes = 0
    for stream in await database.read(tenant_id, partial(_streams, tenant_id=tenant_id)):
        gone = rows_max
        while gone == rows_max:
            gone = await database.write(
                tenant_id, partial(prune_changes, stream=stream, before_ms=before_ms, rows_max=rows_max)
            )
            changes += gone
    versions = await database.read(
        tenant_id, partial(_old_versions, tenant_id=tenant_id, before_ms=before_ms)
    )
    for chunk in _portions(versions, rows_max):
        await database.write(tenant_id, partial(_prune_versions, versions=chunk))
    tokens = await database.read(tenant_id, partial(_old_tokens, tenant_id=tenant_id, before_ms=before_ms))
    for chunk in _portions(tokens, rows_max):
        await database.write(tenant_id, partial(_prune_tokens, hashes=chunk))
    records = await database.read(tenant_id, partial(_old_sign_ins, tenant_id=tenant_id, before_ms=before_ms))
    for chunk in _portions(records, rows_max):
        await database.write(tenant_id, partial(_prune_sign_ins, ids=chunk))
    notices = 0
    gone = rows_max
    while gone == rows_max:
        gone = await database.write(
            tenant_id, partial(broadcasts.prune_ended, before_ms=ended_before_ms, rows_max=rows_max)
        )
        notices += gone
    return Pruned(changes, len(versions), len(tokens), notices)


def prune_changes(unit: UnitOfWork, stream: str, before_ms: int, rows_max: int) -> int:
    """Prunes the oldest changes of a stream, up to the first that is young enough; the head always stays.

    A reader whose cursor is pruned has to start from a snapshot, so only the oldest end is pruned.
    """
    unit.streams.lock([stream])
    line = t.stream.c
    row = unit.rows(
        select(line.head, line.pruned_to).where(line.tenant_id == unit.tenant_id, line.name == stream)
    ).one()
    of = t.change.c
    oldest = unit.rows(
        select(of.seq, of.at_ms)
        .where(
            of.tenant_id == unit.tenant_id,
            of.stream == stream,
            of.seq > row.pruned_to,
            of.seq < row.head,
        )
        .order_by(of.seq)
        .limit(rows_max)
    ).all()
    young = next((place for place, row in enumerate(oldest) if row.at_ms >= before_ms), len(oldest))
    if young == 0:
        return 0
    last: int = oldest[young - 1].seq
    unit.execute(delete(t.change).where(of.tenant_id == unit.tenant_id, of.stream == stream, of.seq <= last))
    unit.execute(
        update(t.stream).where(line.tenant_id == unit.tenant_id, line.name == stream).values(pruned_to=last)
    )
    return young


def _streams(connection: Connection, tenant_id: str) -> list[str]:
    of = t.stream.c
    return list(connection.execute(select(of.name).where(of.tenant_id == tenant_id)).scalars())


def _old_versions(connection: Connection, tenant_id: str, before_ms: int) -> list[tuple[str, int]]:
    """Old versions of products that are not current.

    An edit based on a pruned version becomes a conflict, like any with an unknown base.
    """
    of, now = t.product_version.c, t.product.c
    is_past = exists().where(now.tenant_id == of.tenant_id, now.id == of.product_id, now.version > of.version)
    rows = connection.execute(
        select(of.product_id, of.version).where(
            of.tenant_id == tenant_id, of.received_ms < before_ms, is_past
        )
    )
    return [(row.product_id, row.version) for row in rows]


def _prune_versions(unit: UnitOfWork, versions: list[tuple[str, int]]) -> None:
    of = t.product_version.c
    unit.execute(
        delete(t.product_version).where(
            of.tenant_id == unit.tenant_id,
            of.product_id == bindparam("named"),
            of.version == bindparam("numbered"),
        ),
        [{"named": product_id, "numbered": version} for product_id, version in versions],
    )


def _old_tokens(connection: Connection, tenant_id: str, before_ms: int) -> list[str]:
    query = select(col(RefreshToken.token_hash)).where(
        col(RefreshToken.tenant_id) == tenant_id, col(RefreshToken.expires_ms) < before_ms
    )
    return list(connection.execute(query).scalars())


def _prune_tokens(unit: UnitOfWork, hashes: list[str]) -> None:
    unit.session.exec(
        delete(RefreshToken).where(
            col(RefreshToken.tenant_id) == unit.tenant_id, col(RefreshToken.token_hash).in_(hashes)
        )
    )


def _old_sign_ins(connection: Connection, tenant_id: str, before_ms: int) -> list[str]:
    """Sign-ins whose newest token expired long ago. (A process of the previous release may have given out a
    newer one, and does not write that down.)
    """
    newer = exists().where(
        col(RefreshToken.tenant_id) == col(SignInRecord.tenant_id),
        col(RefreshToken.family_id) == col(SignInRecord.id),
    )
    query = select(col(SignInRecord.id)).where(
        col(SignInRecord.tenant_id) == tenant_id, col(SignInRecord.expires_ms) < before_ms, ~newer
    )
    return list(connection.execute(query).scalars())


def _prune_sign_ins(unit: UnitOfWork, ids: list[str]) -> None:
    unit.session.exec(
        delete(SignInRecord).where(
            col(SignInRecord.tenant_id) == unit.tenant_id, col(SignInRecord.id).in_(ids)
        )
    )


def _portions(rows: list[Any], size: int) -> Iterable[list[Any]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))
