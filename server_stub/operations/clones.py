"""Detects copied tills: their operation numbers come twice, with other content.

A device numbers its operations and chains their hashes. A number seen again with another id or hash has two
owners: the till was copied, or rolled back to an older state. A lower number not seen yet is only late.
"""

from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection, select

from server_stub.operations.parsing import RawOperation
from server_stub.services.people.caller import Caller
from server_stub.services.people.devices import cloned, require_active_till
from server_stub.store import tables as t
from server_stub.store.audit import AuditRecord
from server_stub.store.database import Database, UnitOfWork
from server_stub.store.tables import Device


async def refuse_clone(database: Database, caller: Caller, raws: Sequence[RawOperation]) -> None:
    """Refuses a till that is revoked or cloned, and marks one as cloned that turns out to be."""
    device_id = caller.device_id
    if device_id is None:
        return
    is_cloned = await database.read(
        caller.tenant_id,
        partial(_looks_cloned, tenant_id=caller.tenant_id, device_id=device_id, raws=raws),
    )
    if is_cloned:
        await database.write(caller.tenant_id, partial(_mark_cloned, device_id=device_id))
        raise cloned()


def _looks_cloned(
    connection: Connection, tenant_id: str, device_id: str, raws: Sequence[RawOperation]
) -> bool:
    require_active_till(connection, tenant_id, device_id)
    owners: dict[int, tuple[str, str | None, str]] = {}
    raws = [raw for raw in raws if not raw.is_forwarded]
    numbers = {raw.device_seq for raw in raws if raw.device_seq is not None}
    of = t.operation.c
    for row in connection.execute(
        select(of.device_seq, of.id, of.chain_hash, of.content_hash).where(
            of.tenant_id == tenant_id, of.device_id == device_id, of.device_seq.in_(numbers)
        )
    ):
        owners[row.device_seq] = (row.id, row.chain_hash, row.content_hash)
    for raw in raws:
        if raw.device_seq is None or raw.content_hash is None:
            continue
        claim = (raw.id, raw.chain_hash, raw.content_hash)
        owner = owners.setdefault(raw.device_seq, claim)
        if owner[0] != claim[0]:
            return True
        # The same id with other content is refused for itself, and is no sign of a second till.
        same_content = owner[2] == claim[2]
        if same_content and None not in (owner[1], claim[1]) and owner[1] != claim[1]:
            return True
    return False


def _mark_cloned(unit: UnitOfWork, device_id: str) -> None:
    till = unit.session.get(Device, (unit.tenant_id, device_id))
    if till is not None and till.cloned_ms is None:
        till.cloned_ms = unit.now_ms
    unit.audit(
        AuditRecord(
            kind="anomaly",
            outcome="device_cloned",
            device_id=device_id,
            resource_type="device",
            resource_id=device_id,
        )
    )
