"""Audit lines of changes to people, tills and settings."""

from typing import Any

from server_stub.services.people.caller import Caller
from server_stub.store.audit import AuditRecord
from server_stub.store.database import UnitOfWork


def record(
    unit: UnitOfWork,
    caller: Caller | None,
    resource_type: str,
    resource_id: str,
    did: str,
    detail: dict[str, Any],
) -> None:
    """Adds an audit line of what `caller` did; None is the operator at the command line."""
    unit.audit(
        AuditRecord(
            kind="administration",
            outcome="applied",
            actor_id=caller.id if caller is not None else None,
            address=caller.address if caller is not None else None,
            resource_type=resource_type,
            resource_id=resource_id,
            detail={"did": did, **detail},
        )
    )
