"""Lists a tenant's conflicts for those who may decide them."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, or_, select

from server_stub.roles import Action, may
from server_stub.services.people.caller import Caller
from server_stub.store import tables as t
from sync_agent.contract.conflicts import Conflict
from sync_agent.contract.shop_settings import SETTING


@dataclass(frozen=True, slots=True)
class ConflictFilter:
    """Filters of conflicts; `before_ms`: opened before."""

    status: Literal["open", "resolved"] | None = "open"
    location_id: str | None = None
    before_ms: int | None = None


def conflicts_for(connection: Connection, caller: Caller, only: ConflictFilter, limit: int) -> list[Conflict]:
    """The conflicts that the caller may decide, oldest first."""
    of = t.conflict.c
    query = select(of.body).where(of.tenant_id == caller.tenant_id).order_by(of.opened_ms, of.id).limit(limit)
    of_a_place = of.location_id.in_(caller.locations)
    decides_products = may(caller.role, Action.DECIDE_PRODUCT_CONFLICT)
    query = query.where(or_(of_a_place, of.location_id.is_(None)) if decides_products else of_a_place)
    if not may(caller.role, Action.CHANGE_SHOP_SETTINGS) and not caller.is_device:
        query = query.where(of.resource_type != SETTING)
    if only.status is not None:
        query = query.where(of.status == only.status)
    if only.location_id is not None:
        query = query.where(of.location_id == only.location_id)
    if only.before_ms is not None:
        query = query.where(of.opened_ms < only.before_ms)
    return [Conflict.model_validate(body) for body in connection.execute(query).scalars()]
