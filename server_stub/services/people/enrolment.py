"""Tills: enrolled by a manager with a credential and a receipt series, listed, revoked."""

from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, func, select
from sqlmodel import Session, col

from server_stub.errors import Refusal
from server_stub.roles import Action, may
from server_stub.services.people import administration, credentials
from server_stub.services.people.caller import Caller
from server_stub.store import tables as t
from server_stub.store.audit import AuditRecord
from server_stub.store.database import UnitOfWork
from server_stub.store.tables import Device
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.identity import DeviceList, DeviceRow, EnrollAnswer, EnrollRequest, TenantInfo
from sync_agent.contract.stock import LocationRow
from sync_agent.contract.wire import from_ms

COMMAND = "command-line"
"""Stands for the person who enrolled a till with a code that a command of the server made."""


def enroll(unit: UnitOfWork, caller: Caller, request: EnrollRequest) -> EnrollAnswer:
    """Enrols a till at one location, with a credential and a receipt series of its own."""
    caller.must(Action.ENROLL_DEVICE)
    tenant = lock_series(unit)
    must_be_own(unit, caller, request.location_id)
    token = credentials.new_device_token(unit.tenant_id)
    return add_till(unit, tenant, request, token, Enroller(caller.id, caller.address))


@dataclass(frozen=True)
class Enroller:
    """Who enrols a till, for its row and the audit trail; without a user it was a command of the server."""

    user_id: str | None
    address: str | None
    by_code: bool = False


def lock_series(unit: UnitOfWork) -> RowMapping:
    """The tenant's row, which is the lock for assigning receipt series."""
    query = select(t.tenant).where(t.tenant.c.tenant_id == unit.tenant_id).with_for_update()
    return unit.rows(query).mappings().one()


def add_till(
    unit: UnitOfWork, tenant: RowMapping, request: EnrollRequest, token: str, enroller: Enroller
) -> EnrollAnswer:
    """A new till with this credential, its series and its audit line; `tenant` is from `lock_series`."""
    location = location_row(unit, request.location_id)
    number = unit.rows(
        select(func.count()).select_from(Device).where(col(Device.tenant_id) == unit.tenant_id)
    ).scalar_one()
    device_id = unit.ids.new()
    series = f"T{number + 1}"
    unit.session.add(
        Device(
            tenant_id=unit.tenant_id,
            id=device_id,
            name=request.name,
            location_id=request.location_id,
            receipt_series=series,
            token_hash=credentials.token_hash(token),
            enrolled_by=enroller.user_id or COMMAND,
            enrolled_ms=unit.now_ms,
            former_id=_former_id(unit, request),
        )
    )
    unit.audit(
        AuditRecord(
            kind="enrolment",
            outcome="applied",
            actor_id=enroller.user_id,
            device_id=device_id,
            address=enroller.address,
            resource_type="device",
            resource_id=device_id,
            detail={"name": request.name, "locationId": request.location_id, "receiptSeries": series}
            | ({"by": "code"} if enroller.by_code else {}),
        )
    )
    return enroll_answer(tenant, location, device_id, series, token)


def enroll_answer(
    tenant: RowMapping, location: LocationRow, device_id: str, series: str, token: str
) -> EnrollAnswer:
    return EnrollAnswer(
        device_id=device_id,
        receipt_series=series,
        device_token=token,
        tenant=TenantInfo(
            id=tenant["tenant_id"],
            name=tenant["name"],
            currency=tenant["currency"],
            pin_pepper=tenant["pin_pepper"],
        ),
        location=location,
    )


def _former_id(unit: UnitOfWork, request: EnrollRequest) -> str | None:
    """The till that it was before, if that was one of the same place."""
    if request.former_device_id is None:
        return None
    former = unit.session.get(Device, (unit.tenant_id, request.former_device_id))
    return former.id if former is not None and former.location_id == request.location_id else None


def must_be_own(unit: UnitOfWork, caller: Caller, location_id: str) -> LocationRow:
    """One of the caller's places. Raises Refusal."""
    row = location_row(unit, location_id)
    if location_id not in caller.locations:
        raise Refusal(ErrorCode.FORBIDDEN, f"locationId: {location_id} is not your place")
    return row


def location_row(unit: UnitOfWork, location_id: str) -> LocationRow:
    """A place of the tenant. Raises Refusal."""
    row = (
        unit.rows(
            select(t.location).where(t.location.c.tenant_id == unit.tenant_id, t.location.c.id == location_id)
        )
        .mappings()
        .first()
    )
    if row is None:
        raise Refusal(ErrorCode.NOT_FOUND, f"locationId: there is no place {location_id}")
    return LocationRow.model_validate(dict(row))


def tills(connection: Connection, caller: Caller) -> DeviceList:
    """The tills of the caller's places, revoked ones included; all tills for an admin."""
    query = select(Device).where(col(Device.tenant_id) == caller.tenant_id)
    found = Session(connection).scalars(query.order_by(col(Device.enrolled_ms), col(Device.id)))
    return DeviceList(devices=[_on_the_wire(till) for till in found if _is_responsible(caller, till)])


def revoke(unit: UnitOfWork, caller: Caller | None, device_id: str) -> DeviceRow:
    """Revokes a till's credential; idempotent. Its unsent operations stay on it until it is enrolled again.

    `caller` is None for the operator at the command line.
    """
    till = unit.session.get(Device, (unit.tenant_id, device_id), with_for_update=True)
    if till is None or (caller is not None and not _is_responsible(caller, till)):
        raise Refusal(ErrorCode.NOT_FOUND, f"there is no till {device_id}")
    if till.revoked_ms is None:
        till.revoked_ms = unit.now_ms
        administration.record(unit, caller, "device", device_id, "device_revoked", {"name": till.name})
    return _on_the_wire(till)


def _is_responsible(caller: Caller, till: Device) -> bool:
    return may(caller.role, Action.MANAGE_PLACES) or till.location_id in caller.locations


def _on_the_wire(till: Device) -> DeviceRow:
    return DeviceRow(
        id=till.id,
        name=till.name,
        location_id=till.location_id,
        receipt_series=till.receipt_series,
        enrolled_by=till.enrolled_by,
        enrolled_at=from_ms(till.enrolled_ms),
        revoked_at=None if till.revoked_ms is None else from_ms(till.revoked_ms),
        cloned_at=None if till.cloned_ms is None else from_ms(till.cloned_ms),
    )
