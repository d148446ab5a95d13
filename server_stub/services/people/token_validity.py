"""Which bearers of access tokens are not valid any more, and why.

Checked for all sockets of a tenant at short intervals, so a few queries serve hundreds of bearers.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, SQLColumnExpression, select
from sqlmodel import col

from server_stub.errors import Refusal
from server_stub.services.people import devices as tills
from server_stub.services.people.caller import Caller
from server_stub.store import tables as t
from server_stub.store.tables import Device, RefreshToken
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.events import EndReason

_AT_ONCE = 500


def invalid_reasons(
    connection: Connection, tenant_id: str, callers: Collection[Caller]
) -> dict[Caller, EndReason]:
    """The bearers of one tenant who are not valid any more, with the reason."""
    user, device_id = t.user_account.c, col(Device.id)
    family_id = col(RefreshToken.family_id)
    users = _found(
        connection,
        select(user.id, user.role, user.locations, user.disabled).where(user.tenant_id == tenant_id),
        user.id,
        (caller.user_id for caller in callers),
    )
    devices = _found(
        connection,
        select(device_id, col(Device.revoked_ms), col(Device.cloned_ms)).where(
            col(Device.tenant_id) == tenant_id
        ),
        device_id,
        (caller.device_id for caller in callers),
    )
    # One revoked token of a family ends the whole sign-in.
    over = _found(
        connection,
        select(family_id.label("id"))
        .where(col(RefreshToken.tenant_id) == tenant_id, col(RefreshToken.revoked_ms).is_not(None))
        .distinct(),
        family_id,
        (caller.sign_in_id for caller in callers),
    )
    ends = ((caller, _end_of(caller, users, devices, over)) for caller in callers)
    return {caller: reason for caller, reason in ends if reason is not None}


def _end_of(
    caller: Caller,
    users: dict[str, RowMapping],
    devices: dict[str, RowMapping],
    over: Collection[str],
) -> EndReason | None:
    if caller.device_id is not None:
        device = devices.get(caller.device_id)
        if device is None or device["revoked_ms"] is not None or device["cloned_ms"] is not None:
            return "device_revoked"
    if caller.user_id is None:
        return None
    user = users.get(caller.user_id)
    if user is None or user["disabled"]:
        return "user_disabled"
    if user["role"] != caller.role or tuple(user["locations"]) != caller.locations:
        return "rights_changed"
    return "signed_out" if caller.sign_in_id in over else None


def _found(
    connection: Connection,
    query: Select[*tuple[Any, ...]],
    key: SQLColumnExpression[str],
    wanted: Iterable[str | None],
) -> dict[str, RowMapping]:
    """The rows that exist of the wanted ids, by id."""
    ids = sorted({user_id for user_id in wanted if user_id is not None})
    return {
        row["id"]: row
        for start in range(0, len(ids), _AT_ONCE)
        for row in connection.execute(query.where(key.in_(ids[start : start + _AT_ONCE]))).mappings()
    }


def require_still_valid(connection: Connection, caller: Caller, at_the_socket: str) -> None:
    """Refuses a bearer who was dismissed or revoked since the token was issued, and a clerk unknown to the
    tenant.

    A till's socket may name any active user of the tenant as its clerk, or itself when there is none.
    """
    if caller.device_id is not None:
        tills.require_active_till(connection, caller.tenant_id, caller.device_id)
    if at_the_socket == caller.device_id:
        return
    if not caller.is_device and at_the_socket != caller.user_id:
        raise Refusal(ErrorCode.FORBIDDEN, "userId: not the user of this token")
    of = t.user_account.c
    active = connection.execute(
        select(of.id).where(of.tenant_id == caller.tenant_id, of.id == at_the_socket, of.disabled == 0)
    ).first()
    if active is None:
        raise Refusal(ErrorCode.FORBIDDEN, f"userId: there is no active user {at_the_socket}")
