"""Detects copied tills: their operation numbers come twice, with other content.

A device numbers its operations and chains their hashes. A number seen again with another id or hash has two
owners: the till was copied, or rolled back to an older state. A lower number not seen yet is only late.

Another till may have carried something under a number that the till itself sends for something else. The
number is the till's; what was carried stays, without one.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from server_stub.operations.parsing import RawOperation
from server_stub.services.people.caller import Caller
from server_stub.services.people.devices import cloned, mark_cloned, require_active_till
from server_stub.store import tables as t
from server_stub.store.database import Database, UnitOfWork
from server_stub.store.tables import Device


async def refuse_clone(database: Database, caller: Caller, raws: Sequence[RawOperation]) -> frozenset[str]:
    """Refuses a till that is revoked or cloned, and marks one as cloned that turns out to be.

    Returns the ids of carried operations whose numbers the till itself now sends other operations under.
    """
    device_id = caller.device_id
    if device_id is None:
        return frozenset()
    owners = await database.read(
        caller.tenant_id,
        partial(_owners, tenant_id=caller.tenant_id, device_id=device_id, raws=raws),
    )
    if _looks_cloned([row for row in owners if row.carried_by is None], raws):
        await database.write(caller.tenant_id, partial(_mark_cloned, device_id=device_id))
        raise cloned()
    sent = {raw.id for raw in raws}
    return frozenset(row.id for row in owners if row.carried_by is not None and row.id not in sent)


def _owners(
    connection: Connection, tenant_id: str, device_id: str, raws: Sequence[RawOperation]
) -> Sequence[Any]:
    """The operations that were received under the numbers of these."""
    require_active_till(connection, tenant_id, device_id)
    numbers = {raw.device_seq for raw in raws if raw.device_seq is not None and not raw.is_forwarded}
    of = t.operation.c
    return connection.execute(
        select(of.device_seq, of.id, of.chain_hash, of.content_hash, of.carried_by).where(
            of.tenant_id == tenant_id, of.device_id == device_id, of.device_seq.in_(numbers)
        )
    ).all()


def _looks_cloned(owned: Sequence[Any], raws: Sequence[RawOperation]) -> bool:
    """Whether a till sends other content under a number than it sent before, or twice in one upload.

    What another till has carried in its name proves nothing against it.
    """
    owners = {row.device_seq: (row.id, row.chain_hash, row.content_hash) for row in owned}
    for raw in raws:
        if raw.device_seq is None or raw.content_hash is None or raw.is_forwarded:
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
    if till is not None:
        mark_cloned(unit, till, "number")
