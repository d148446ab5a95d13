"""Creating tenants, their places and their people."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from server_stub.services.people import credentials, rights_history
from server_stub.store import tables as t
from server_stub.store.database import UnitOfWork
from sync_agent.contract.article import ARTICLE_RULE
from sync_agent.contract.stock import LocationRow, UserRow
from sync_agent.contract.streams import location_stream, tenant_stream


@dataclass(frozen=True)
class NewLocation:
    id: str
    name: str
    time_zone: str


@dataclass(frozen=True)
class NewUser:
    id: str
    username: str
    name: str
    role: Literal["clerk", "manager", "admin"]
    locations: tuple[str, ...]
    password: str
    pin: str | None = None


def create_tenant(
    unit: UnitOfWork, name: str, currency: str, locations: Iterable[NewLocation], users: Iterable[NewUser]
) -> None:
    """Creates the unit's tenant with its places, its people and their streams.

    Passwords and PINs are taken as they are: the demonstration's are in its documentation, and a command asks
    `guessable` before it comes here.
    """
    pepper = credentials.new_pepper()
    unit.insert(
        t.tenant,
        {
            "tenant_id": unit.tenant_id,
            "name": name,
            "currency": currency,
            "pin_pepper": pepper,
            "created_ms": unit.now_ms,
            "proved_ms": unit.now_ms,
            "article_rule": ARTICLE_RULE,
        },
    )
    unit.write()
    unit.streams.create(tenant_stream(unit.tenant_id))
    unit.streams.lock([tenant_stream(unit.tenant_id)])
    for location in locations:
        _add_location(unit, location)
    for user in users:
        _add_user(unit, user, pepper)


def _add_location(unit: UnitOfWork, new: NewLocation) -> None:
    row = LocationRow(id=new.id, name=new.name, time_zone=new.time_zone, version=1)
    unit.insert(t.location, {"tenant_id": unit.tenant_id, **row.model_dump(by_alias=False)})
    unit.streams.create(location_stream(unit.tenant_id, new.id))
    unit.streams.publish(tenant_stream(unit.tenant_id), "location", new.id, 1, row.to_wire(), None)


def _add_user(unit: UnitOfWork, new: NewUser, pepper: str) -> None:
    row = UserRow(
        id=new.id,
        username=new.username,
        name=new.name,
        role=new.role,
        locations=list(new.locations),
        pin_verifier=None if new.pin is None else credentials.pin_verifier(pepper, new.id, new.pin),
        version=1,
    )
    unit.insert(
        t.user_account,
        {
            "tenant_id": unit.tenant_id,
            **row.model_dump(by_alias=False, exclude={"disabled"}),
            "disabled": 0,
            "password_hash": credentials.hash_password(new.password),
        },
    )
    rights_history.publish(unit, row)
