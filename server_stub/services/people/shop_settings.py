"""A shop's settings: what its server checks, and who may change that."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, select, update

from server_stub.roles import Action
from server_stub.services.people import administration
from server_stub.services.people.caller import Caller
from server_stub.store import tables as t
from server_stub.store.database import UnitOfWork
from sync_agent.contract.identity import TenantSettings


def read(connection: Connection, tenant_id: str) -> TenantSettings:
    of = t.tenant.c
    stored = connection.execute(select(of.settings).where(of.tenant_id == tenant_id)).scalar_one()
    return TenantSettings.model_validate(stored)


LOOSENED: dict[str, Callable[[Any, Any], bool]] = {
    "refuse_unconditional": lambda before, after: before and not after,
}
"""For each setting: whether a change makes the server check less."""


def loosens(before: TenantSettings, after: TenantSettings) -> bool:
    return any(is_looser(getattr(before, name), getattr(after, name)) for name, is_looser in LOOSENED.items())


def edit(unit: UnitOfWork, caller: Caller, changes: TenantSettings) -> TenantSettings:
    """Sets the fields in `changes`. Checking less than before needs a right of its own."""
    of = t.tenant.c
    stored = unit.rows(
        select(of.settings).where(of.tenant_id == unit.tenant_id).with_for_update(key_share=True)
    ).scalar_one()
    before = TenantSettings.model_validate(stored)
    after = before.model_copy(update={name: getattr(changes, name) for name in changes.model_fields_set})
    caller.must(Action.LOOSEN_CHECKS if loosens(before, after) else Action.CHANGE_SHOP_SETTINGS)
    if after != before:
        unit.execute(update(t.tenant).where(of.tenant_id == unit.tenant_id).values(settings=after.to_wire()))
        administration.record(unit, caller, "settings", unit.tenant_id, "settings_edited", after.to_wire())
    return after
