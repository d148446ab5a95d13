"""Tills: revoked and cloned ones are refused."""

from sqlalchemy import Connection, select
from sqlmodel import col

from server_stub.errors import Refusal
from server_stub.store.audit import AuditRecord
from server_stub.store.database import UnitOfWork
from server_stub.store.tables import Device
from sync_agent.contract.codes import ErrorCode


def require_active_till(connection: Connection, tenant_id: str, device_id: str) -> None:
    """Refuses a till that is revoked, cloned, or unknown to the tenant."""
    row = connection.execute(
        select(col(Device.revoked_ms), col(Device.cloned_ms)).where(
            col(Device.tenant_id) == tenant_id, col(Device.id) == device_id
        )
    ).first()
    if row is None:
        raise _not_enrolled()
    require_active(row.revoked_ms, row.cloned_ms)


def require_active(revoked_ms: int | None, cloned_ms: int | None) -> None:
    if revoked_ms is not None:
        raise _not_enrolled()
    if cloned_ms is not None:
        raise cloned()


def mark_cloned(unit: UnitOfWork, till: Device, by: str, address: str | None = None) -> None:
    """Two hold what is one till's: it is refused from now on, and the audit trail says by what it showed."""
    if till.cloned_ms is None:
        till.cloned_ms = unit.now_ms
    detail = {"by": by, "lastFrom": till.used_from}
    unit.audit(
        AuditRecord(
            kind="anomaly",
            outcome="device_cloned",
            device_id=till.id,
            address=address,
            resource_type="device",
            resource_id=till.id,
            detail={name: value for name, value in detail.items() if value is not None},
        )
    )


def _not_enrolled() -> Refusal:
    return Refusal(ErrorCode.UNAUTHORIZED, "this till is not enrolled any more")


def cloned() -> Refusal:
    return Refusal(
        ErrorCode.DEVICE_CLONED,
        "two tills speak under this one's name; enrol it anew, with a new receipt series",
    )
