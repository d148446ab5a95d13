"""Lists a tenant's conflicts for those who may decide them."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, or_, select

from server_stub.roles import Action, may
from server_stub.services.people.caller import Caller
from server_stub.store import tables as t
from sync_agent.contract.conflicts import Conflict


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters of conflicts; `before_ms`: opened before."""

    status: Literal["open", "resolved"] | None = "open"
    location_id: str | None = None
    before_ms: int | None = None


def conflicts_for(connection: Connection, caller: Caller, wanted: Wanted, limit: int) -> list[Conflict]:
    """The conflicts that the caller may decide, oldest first."""
    of = t.conflict.c
    query = select(of.body).where(of.tenant_id == caller.tenant_id).order_by(of.opened_ms, of.id).limit(limit)
    of_a_place = of.location_id.in_(caller.locations)
    decides_products = may(caller.role, Action.DECIDE_PRODUCT_CONFLICT)
    query = query.where(or_(of_a_place, of.location_id.is_(None)) if decides_products else of_a_place)
    if wanted.status is not None:
        query = query.where(of.status == wanted.status)
    if wanted.location_id is not None:
        query = query.where(of.location_id == wanted.location_id)
    if wanted.before_ms is not None:
        query = query.where(of.opened_ms < wanted.before_ms)
    return [Conflict.model_validate(body) for body in connection.execute(query).scalars()]
