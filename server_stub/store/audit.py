"""Writing the audit trail: one chain of hashes a tenant, written in the transaction that it records.

The head's row is locked last, when the transaction has done everything else, so it is held only briefly, and
always after the streams.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from server_stub.store import tables as t
from sync_agent.contract.audit import entry_hash
from sync_agent.contract.wire import format_time, from_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """A line to write; `sync_agent.contract.audit.AuditEntry` says what its fields mean."""

    kind: str
    outcome: str
    actor_id: str | None = None
    device_id: str | None = None
    address: str | None = None
    resource_type: str | None = None
    resource_id: str | None = None
    operation_id: str | None = None
    times: int = 1
    detail: dict[str, Any] | None = None


def append(connection: Connection, tenant_id: str, now_ms: int, records: Sequence[AuditRecord]) -> None:
    """Writes the lines in the order given; the tenant must exist."""
    if not records:
        return
    of = t.audit_head.c
    head = _locked_head(connection, tenant_id)
    seq, last_hash = (0, "") if head is None else (head.seq, head.hash)
    rows = []
    for record in records:
        seq += 1
        row = {
            "tenant_id": tenant_id,
            "seq": seq,
            "at_ms": now_ms,
            "kind": record.kind,
            "actor_id": record.actor_id,
            "device_id": record.device_id,
            "address": record.address,
            "resource_type": record.resource_type,
            "resource_id": record.resource_id,
            "operation_id": record.operation_id,
            "outcome": record.outcome,
            "times": record.times,
            "detail": record.detail,
            "prev_hash": last_hash,
        }
        last_hash = row["hash"] = entry_hash(last_hash, chained(row))
        rows.append(row)
    connection.execute(t.audit_entry.insert(), rows)
    if head is None:
        connection.execute(t.audit_head.insert().values(tenant_id=tenant_id, seq=seq, hash=last_hash))
    else:
        connection.execute(
            update(t.audit_head).where(of.tenant_id == tenant_id).values(seq=seq, hash=last_hash)
        )


def _locked_head(connection: Connection, tenant_id: str) -> Any:
    """The trail's head, locked until the transaction ends; None before its first line."""
    of = t.audit_head.c
    head_query = select(of.seq, of.hash).where(of.tenant_id == tenant_id).with_for_update()
    head = connection.execute(head_query).first()
    if head is not None:
        return head
    # There is no row to lock yet, and two transactions may write the first line: lock the tenant's row. (Not
    # with the strongest lock: rows that refer to the tenant lock it too.)
    connection.execute(
        select(t.tenant.c.name).where(t.tenant.c.tenant_id == tenant_id).with_for_update(key_share=True)
    )
    return connection.execute(head_query).first()


def chained(row: Any) -> dict[str, Any]:
    """What of a stored line is hashed: its wire form without the hashes and without None values."""
    line = {
        "seq": row["seq"],
        "at": format_time(from_ms(row["at_ms"])),
        "kind": row["kind"],
        "actor": row["actor_id"],
        "device": row["device_id"],
        "address": row["address"],
        "resourceType": row["resource_type"],
        "resourceId": row["resource_id"],
        "operationId": row["operation_id"],
        "outcome": row["outcome"],
        "times": row["times"],
        "detail": row["detail"],
    }
    return {name: value for name, value in line.items() if value is not None}
