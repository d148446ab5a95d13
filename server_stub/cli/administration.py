"""What an operator does with the server's database: add a shop, start a new epoch, revoke a till.

No token is checked: access to the database is the right to do it. The audit trail names the command line as
the origin.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError
from sqlalchemy import Connection, select, update
from sqlmodel import col

from server_stub.errors import Refusal, what_is_wrong
from server_stub.operations.handlers import HANDLERS
from server_stub.operations.queue import OperationQueue
from server_stub.services import proved_time
from server_stub.services.people import second_factor
from server_stub.services.people.caller import Caller
from server_stub.services.people.guessable import refuse_guessable_password
from server_stub.services.people.tenants import NewLocation, NewUser, create_tenant
from server_stub.store import tables as t
from server_stub.store.audit import AuditRecord
from server_stub.store.database import Database, UnitOfWork
from server_stub.store.tables import Device
from sync_agent.contract.identity import Password
from sync_agent.contract.operations import OperationResult
from sync_agent.contract.outbox_export import Export
from sync_agent.contract.text import REFUSING
from sync_agent.contract.wire import Id, Name, Wire


class Refused(Exception):
    """A command was refused for a reason that the operator can mend."""


class _NewTenant(Wire):
    """The fields are named like the flags, so that validation errors name the flags."""

    tenant: Id
    name: Name
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    admin: Name
    password: Password


class _NewPlace(Wire):
    id: Id
    name: Name


@dataclass(frozen=True)
class NewTenant:
    """A shop to create: its places, and the admin who adds everybody else."""

    tenant_id: str
    name: str
    currency: str
    locations: tuple[NewLocation, ...]
    username: str
    password: str

    def __post_init__(self) -> None:
        try:
            _NewTenant.model_validate(
                {
                    "tenant": self.tenant_id,
                    "name": self.name,
                    "currency": self.currency,
                    "admin": self.username,
                    "password": self.password,
                },
                context=REFUSING,
            )
        except ValidationError as error:
            raise Refused(what_is_wrong(error)) from error
        names = [self.tenant_id, self.name, self.username, *(place.name for place in self.locations)]
        try:
            refuse_guessable_password(self.password, names)
        except Refusal as error:
            raise Refused(str(error)) from error
        ids = [location.id for location in self.locations]
        if not ids or len(set(ids)) < len(ids):
            raise Refused("a shop has at least one place, and no two of one id")


def read_location(value: str) -> NewLocation:
    """`ID:NAME:TIMEZONE`; the name may have colons of its own."""
    identifier, _, rest = value.partition(":")
    name, _, time_zone = rest.rpartition(":")
    try:
        _NewPlace.model_validate({"id": identifier, "name": name}, context=REFUSING)
        ZoneInfo(time_zone)
    except ValidationError as error:
        raise Refused(f"{value}: ID:NAME:TIMEZONE was expected; {what_is_wrong(error)}") from error
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refused(f"{value}: there is no time zone {time_zone}") from error
    return NewLocation(identifier, name, time_zone)


def add_tenant(unit: UnitOfWork, new: NewTenant) -> None:
    """Creates the unit's tenant."""
    if unit.rows(select(t.tenant.c.name).where(t.tenant.c.tenant_id == unit.tenant_id)).first() is not None:
        raise Refused(f"there is a tenant {unit.tenant_id} already")
    admin = NewUser(
        id=unit.ids.new(),
        username=new.username,
        name=new.username,
        role="admin",
        locations=tuple(location.id for location in new.locations),
        password=new.password,
    )
    create_tenant(unit, new.name, new.currency, new.locations, [admin])
    _audit(unit, "tenant", unit.tenant_id, "tenant_added")


def new_epoch(unit: UnitOfWork) -> Sequence[str]:
    """Gives every stream of the tenant a new epoch, so that every till takes a snapshot.

    Needed where a stream may give a number again with another change: after restoring a backup.
    """
    streams = _streams_of(unit)
    unit.streams.lock(streams)
    of = t.stream.c
    for name in streams:
        unit.execute(
            update(t.stream)
            .where(of.tenant_id == unit.tenant_id, of.name == name)
            .values(epoch=unit.ids.new())
        )
    _audit(unit, "tenant", unit.tenant_id, "new_epoch")
    return streams


def reset_second_factor(unit: UnitOfWork, username: str) -> None:
    """Takes somebody's second factor away. Raises Refused where there is none."""
    user = t.user_account.c
    found = unit.rows(
        select(user.id).where(user.tenant_id == unit.tenant_id, user.username == username)
    ).scalar_one_or_none()
    if found is None:
        raise Refused(f"there is nobody with the user name {username}")
    if not second_factor.reset(unit, found):
        raise Refused(f"{username} has no second factor")
    _audit(unit, "user", found, "second_factor_reset")


def confirm_clock(unit: UnitOfWork) -> None:
    """An operator says that the server's clock is right, whatever it was before."""
    proved_time.confirm(unit)
    _audit(unit, "tenant", unit.tenant_id, "clock_confirmed")


IMPORT_BATCH = 200


async def import_outbox(database: Database, export: Export) -> list[OperationResult]:
    """Imports a till's exported outbox in that till's name. Refuses a till that the shop never had."""

    header = export.header

    def place_of(connection: Connection) -> str | None:
        return connection.execute(
            select(col(Device.location_id)).where(
                col(Device.tenant_id) == header.tenant_id, col(Device.id) == header.device_id
            )
        ).scalar_one_or_none()

    place = await database.read(header.tenant_id, place_of)
    if place is None:
        raise Refused(f"the shop {header.tenant_id} has no till {header.device_id}")
    caller = Caller(header.tenant_id, "device", (place,), device_id=header.device_id)
    queue = OperationQueue(database, HANDLERS, IMPORT_BATCH)
    results: list[OperationResult] = []
    operations = export.operations()
    while batch := list(islice(operations, IMPORT_BATCH)):
        items = [item | {"carriedFor": header.device_id} for item in batch]
        results += await queue.import_all(caller, items)
    return results


def must_exist(connection: Connection, tenant_id: str) -> None:
    of = t.tenant.c
    if connection.execute(select(of.name).where(of.tenant_id == tenant_id)).first() is None:
        raise Refused(f"there is no tenant {tenant_id}")


def _streams_of(unit: UnitOfWork) -> list[str]:
    of = t.stream.c
    streams = unit.rows(select(of.name).where(of.tenant_id == unit.tenant_id).order_by(of.name))
    return list(streams.scalars())


def _audit(unit: UnitOfWork, resource_type: str, resource_id: str, did: str) -> None:
    unit.audit(
        AuditRecord(
            kind="administration",
            outcome="applied",
            resource_type=resource_type,
            resource_id=resource_id,
            detail={"did": did, "from": "command line"},
        )
    )
