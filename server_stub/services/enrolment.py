"""Tills come and go: enrolled by a manager with a credential and a receipt series, listed, and revoked."""

from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, update

from server_stub.errors import Refusal
from server_stub.roles import Action, may
from server_stub.services import administration, credentials
from server_stub.services.caller import Caller
from server_stub.store import tables as t
from server_stub.store.audit import AuditRecord
from server_stub.store.database import UnitOfWork
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.identity import DeviceList, DeviceRow, EnrollAnswer, EnrollRequest, TenantInfo
from sync_agent.contract.stock import LocationRow
from sync_agent.contract.wire import from_ms


def enroll(unit: UnitOfWork, caller: Caller, request: EnrollRequest) -> EnrollAnswer:
    """Makes a till known at one location, with a credential and a receipt series of its own."""
    caller.must(Action.ENROLL_DEVICE)
    # The tenant's row is the lock under which series are given out.
    tenant = (
        unit.rows(select(t.tenant).where(t.tenant.c.tenant_id == unit.tenant_id).with_for_update())
        .mappings()
        .one()
    )
    location = _own_location(unit, caller, request.location_id)
    number = unit.rows(
        select(func.count()).select_from(t.device).where(t.device.c.tenant_id == unit.tenant_id)
    ).scalar_one()
    token = credentials.new_device_token(unit.tenant_id)
    device_id = unit.ids.new()
    series = f"T{number + 1}"
    unit.insert(
        t.device,
        {
            "tenant_id": unit.tenant_id,
            "id": device_id,
            "name": request.name,
            "location_id": request.location_id,
            "receipt_series": series,
            "token_hash": credentials.token_hash(token),
            "enrolled_by": caller.id,
            "enrolled_ms": unit.now_ms,
            "revoked_ms": None,
            "cloned_ms": None,
        },
    )
    unit.audit(
        AuditRecord(
            kind="enrolment",
            outcome="applied",
            actor_id=caller.id,
            device_id=device_id,
            address=caller.address,
            resource_type="device",
            resource_id=device_id,
            detail={"name": request.name, "locationId": request.location_id, "receiptSeries": series},
        )
    )
    return EnrollAnswer(
        device_id=device_id,
        receipt_series=series,
        device_token=token,
        tenant=TenantInfo(
            id=unit.tenant_id,
            name=tenant["name"],
            currency=tenant["currency"],
            pin_pepper=tenant["pin_pepper"],
        ),
        location=location,
    )


def _own_location(unit: UnitOfWork, caller: Caller, location_id: str) -> LocationRow:
    row = (
        unit.rows(
            select(t.location).where(t.location.c.tenant_id == unit.tenant_id, t.location.c.id == location_id)
        )
        .mappings()
        .first()
    )
    if row is None:
        raise Refusal(ErrorCode.NOT_FOUND, f"locationId: there is no place {location_id}")
    if location_id not in caller.locations:
        raise Refusal(ErrorCode.FORBIDDEN, f"locationId: {location_id} is not your place")
    return LocationRow.model_validate(dict(row))


def tills(connection: Connection, caller: Caller) -> DeviceList:
    """The tills of the caller's places, revoked ones too; an admin sees those of all places."""
    of = t.device.c
    rows = connection.execute(
        select(t.device).where(of.tenant_id == caller.tenant_id).order_by(of.enrolled_ms, of.id)
    ).mappings()
    return DeviceList(devices=[_device_told(row) for row in rows if _is_responsible(caller, row)])


def revoke(unit: UnitOfWork, caller: Caller | None, device_id: str) -> DeviceRow:
    """Ends a till's credential, once; what it holds unsent stays on it until it is enrolled anew.

    `caller` is None for whoever runs the server.
    """
    of = t.device.c
    query = select(t.device).where(of.tenant_id == unit.tenant_id, of.id == device_id)
    row = unit.rows(query.with_for_update()).mappings().first()
    if row is None or (caller is not None and not _is_responsible(caller, row)):
        raise Refusal(ErrorCode.NOT_FOUND, f"there is no till {device_id}")
    if row["revoked_ms"] is not None:
        return _device_told(row)
    unit.execute(
        update(t.device)
        .where(of.tenant_id == unit.tenant_id, of.id == device_id)
        .values(revoked_ms=unit.now_ms)
    )
    administration.record(unit, caller, "device", device_id, "device_revoked", {"name": row["name"]})
    return _device_told({**row, "revoked_ms": unit.now_ms})


def _is_responsible(caller: Caller, device: RowMapping) -> bool:
    return may(caller.role, Action.MANAGE_PLACES) or device["location_id"] in caller.locations


def _device_told(row: RowMapping | dict[str, Any]) -> DeviceRow:
    return DeviceRow(
        id=row["id"],
        name=row["name"],
        location_id=row["location_id"],
        receipt_series=row["receipt_series"],
        enrolled_by=row["enrolled_by"],
        enrolled_at=from_ms(row["enrolled_ms"]),
        revoked_at=None if row["revoked_ms"] is None else from_ms(row["revoked_ms"]),
        cloned_at=None if row["cloned_ms"] is None else from_ms(row["cloned_ms"]),
    )
