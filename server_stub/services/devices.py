"""The tills themselves: one that is revoked or cloned is heard no further.

A device numbers its operations and chains their hashes. A number seen again with another id or hash has two
owners: the till was copied, or rolled back to an old state. A lower number not seen yet is only late.
"""

from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection, select, update

from server_stub.errors import Refusal
from server_stub.operations.parsing import Intake
from server_stub.services.caller import Caller
from server_stub.store import tables as t
from server_stub.store.audit import AuditRecord
from server_stub.store.database import Database, UnitOfWork
from sync_agent.contract.codes import ErrorCode


async def refuse_clone(database: Database, caller: Caller, intakes: Sequence[Intake]) -> None:
    """Hears nothing from a till that is revoked or cloned, or that shows itself as a clone just now."""
    device_id = caller.device_id
    if device_id is None:
        return
    cloned = await database.read(
        caller.tenant_id,
        partial(_looks_cloned, tenant_id=caller.tenant_id, device_id=device_id, intakes=intakes),
    )
    if cloned:
        await database.write(caller.tenant_id, partial(_mark_cloned, device_id=device_id))
        raise _cloned()


def _looks_cloned(connection: Connection, tenant_id: str, device_id: str, intakes: Sequence[Intake]) -> bool:
    refuse_unsound(connection, tenant_id, device_id)
    owners: dict[int, tuple[str, str | None, str]] = {}
    intakes = [intake for intake in intakes if not intake.is_carried]
    numbers = {intake.device_seq for intake in intakes if intake.device_seq is not None}
    of = t.operation.c
    for row in connection.execute(
        select(of.device_seq, of.id, of.chain_hash, of.content_hash).where(
            of.tenant_id == tenant_id, of.device_id == device_id, of.device_seq.in_(numbers)
        )
    ):
        owners[row.device_seq] = (row.id, row.chain_hash, row.content_hash)
    for intake in intakes:
        if intake.device_seq is None or intake.content_hash is None:
            continue
        claim = (intake.id, intake.chain_hash, intake.content_hash)
        owner = owners.setdefault(intake.device_seq, claim)
        if owner[0] != claim[0]:
            return True
        # The same id with another content is refused for what it is, and is no sign of a second till.
        same_content = owner[2] == claim[2]
        if same_content and None not in (owner[1], claim[1]) and owner[1] != claim[1]:
            return True
    return False


def refuse_unsound(connection: Connection, tenant_id: str, device_id: str) -> None:
    of = t.device.c
    row = connection.execute(
        select(of.revoked_ms, of.cloned_ms).where(of.tenant_id == tenant_id, of.id == device_id)
    ).first()
    if row is None:
        raise _not_enrolled()
    must_be_sound(row.revoked_ms, row.cloned_ms)


def must_be_sound(revoked_ms: int | None, cloned_ms: int | None) -> None:
    if revoked_ms is not None:
        raise _not_enrolled()
    if cloned_ms is not None:
        raise _cloned()


def _mark_cloned(unit: UnitOfWork, device_id: str) -> None:
    of = t.device.c
    unit.execute(
        update(t.device)
        .where(of.tenant_id == unit.tenant_id, of.id == device_id, of.cloned_ms.is_(None))
        .values(cloned_ms=unit.now_ms)
    )
    unit.audit(
        AuditRecord(
            kind="anomaly",
            outcome="device_cloned",
            device_id=device_id,
            resource_type="device",
            resource_id=device_id,
        )
    )


def _not_enrolled() -> Refusal:
    return Refusal(ErrorCode.UNAUTHORIZED, "this till is not enrolled any more")


def _cloned() -> Refusal:
    return Refusal(
        ErrorCode.DEVICE_CLONED,
        "two tills speak under this one's name; enrol it anew, with a new receipt series",
    )
