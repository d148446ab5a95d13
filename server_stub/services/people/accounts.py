"""Sign-in and refresh: who an account, a refresh token or a till's credential authenticates."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, select, update
from sqlmodel import col

from server_stub.errors import Refusal
from server_stub.services.people import credentials, devices
from server_stub.services.people.caller import Caller
from server_stub.store import tables as t
from server_stub.store.audit import AuditRecord
from server_stub.store.database import UnitOfWork
from server_stub.store.tables import Device, RefreshToken
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.identity import SignedInUser


@dataclass(frozen=True)
class Renewed:
    """The caller of a refresh token, and the token that replaces it (None for a till's, which does not
    rotate).
    """

    caller: Caller
    refresh_token: str | None


@dataclass(frozen=True)
class SignIn:
    """A new sign-in: the caller and their refresh token."""

    caller: Caller
    refresh_token: str


def find_user(connection: Connection, tenant_id: str, username: str) -> RowMapping | None:
    of = t.user_account.c
    return (
        connection.execute(
            select(t.user_account).where(of.tenant_id == tenant_id, of.username == username, of.disabled == 0)
        )
        .mappings()
        .first()
    )


def signed_in(user: RowMapping) -> SignedInUser:
    return SignedInUser(
        id=user["id"],
        username=user["username"],
        name=user["name"],
        role=user["role"],
        locations=user["locations"],
    )


def caller_of(user: RowMapping, sign_in_id: str) -> Caller:
    return Caller(
        tenant_id=user["tenant_id"],
        role=user["role"],
        locations=tuple(user["locations"]),
        user_id=user["id"],
        sign_in_id=sign_in_id,
    )


def begin_family(unit: UnitOfWork, user: RowMapping, lifetime_s: int, address: str | None) -> SignIn:
    """Starts a sign-in's family of refresh tokens. `user` is the row whose password has just matched."""
    now = _active_user(unit, user["id"], lock=True)
    if now is None or now["password_hash"] != user["password_hash"]:
        raise Refusal(ErrorCode.UNAUTHORIZED, "wrong tenant, name or password")
    token = credentials.new_refresh_token(unit.tenant_id)
    family_id = unit.ids.new()
    _add_token(unit, token, family_id, user["id"], lifetime_s)
    unit.audit(AuditRecord(kind="sign_in", outcome="applied", actor_id=user["id"], address=address))
    return SignIn(caller_of(now, family_id), token)


def tenant_of_token(token: str) -> str:
    """The tenant that a token names. Raises Refusal for malformed tokens, as for any invalid one."""
    tenant_id = credentials.tenant_of(token)
    if tenant_id is None:
        raise _not_signed_in()
    return tenant_id


def must_know_token(connection: Connection, tenant_id: str, token: str) -> None:
    """Refuses a token that was never issued; `renew` decides whether an issued one is still valid."""
    token_hash = credentials.token_hash(token)
    if credentials.is_device_token(token):
        query = select(col(Device.id)).where(
            col(Device.tenant_id) == tenant_id, col(Device.token_hash) == token_hash
        )
    else:
        query = select(col(RefreshToken.user_id)).where(
            col(RefreshToken.tenant_id) == tenant_id, col(RefreshToken.token_hash) == token_hash
        )
    if connection.execute(query).first() is None:
        raise _not_signed_in()


def _revoked_of_family(tenant_id: str, family_id: str | None) -> Select[Any]:
    """Finds a row if the sign-in has ended: one revoked token of a family ends all of it."""
    revoked_ms = col(RefreshToken.revoked_ms)
    return (
        select(revoked_ms)
        .where(
            col(RefreshToken.tenant_id) == tenant_id,
            col(RefreshToken.family_id) == family_id,
            revoked_ms.is_not(None),
        )
        .limit(1)
    )


def renew(unit: UnitOfWork, token: str, secret: bytes, lifetime_s: int) -> Renewed | None:
    """Exchanges a refresh token or a till's credential. None: refused, and the transaction must be
    committed.
    """
    if credentials.is_device_token(token):
        return Renewed(_device_caller(unit, token), None)
    held = _find_token(unit, token, lock=True)
    if held is None or held.expires_ms <= unit.now_ms:
        return None
    if unit.rows(_revoked_of_family(unit.tenant_id, held.family_id)).first() is not None:
        return None
    user = _active_user(unit, held.user_id)
    if user is None:
        return None
    successor = credentials.successor_of(token, secret)
    if held.successor_hash is None:
        _add_token(unit, successor, held.family_id, held.user_id, lifetime_s)
        held.successor_hash = credentials.token_hash(successor)
    elif _was_used(unit, successor):
        # Two holders of one token: the family is revoked for both.
        _revoke_family(unit, held.family_id)
        unit.audit(AuditRecord(kind="anomaly", outcome="refresh_token_reused", actor_id=held.user_id))
        return None
    return Renewed(caller_of(user, held.family_id), successor)


def end_family(unit: UnitOfWork, caller: Caller, token: str) -> None:
    """Signs out: revokes the token's family. Does nothing for another user's token."""
    held = _find_token(unit, token)
    if held is None or held.user_id != caller.user_id:
        return
    _revoke_family(unit, held.family_id)
    unit.audit(AuditRecord(kind="sign_in", outcome="signed_out", actor_id=caller.id, address=caller.address))


def _device_caller(unit: UnitOfWork, token: str) -> Caller:
    query = select(Device).where(
        col(Device.tenant_id) == unit.tenant_id, col(Device.token_hash) == credentials.token_hash(token)
    )
    till = unit.session.scalars(query).first()
    if till is None:
        raise _not_signed_in()
    devices.require_active(till.revoked_ms, till.cloned_ms)
    return Caller(
        tenant_id=unit.tenant_id,
        role="device",
        locations=(till.location_id,),
        device_id=till.id,
    )


def _find_token(unit: UnitOfWork, token: str, *, lock: bool = False) -> RefreshToken | None:
    key = (unit.tenant_id, credentials.token_hash(token))
    return unit.session.get(RefreshToken, key, with_for_update=lock or None)


def _was_used(unit: UnitOfWork, token: str) -> bool:
    held = _find_token(unit, token)
    return held is None or held.successor_hash is not None


def _active_user(unit: UnitOfWork, user_id: str, *, lock: bool = False) -> RowMapping | None:
    """The user's current row; `lock`: it and its password cannot change before this transaction ends."""
    of = t.user_account.c
    query = select(t.user_account).where(of.tenant_id == unit.tenant_id, of.id == user_id, of.disabled == 0)
    return unit.rows(query.with_for_update(read=True) if lock else query).mappings().first()


def _add_token(unit: UnitOfWork, token: str, family_id: str, user_id: str, lifetime_s: int) -> None:
    unit.session.add(
        RefreshToken(
            tenant_id=unit.tenant_id,
            token_hash=credentials.token_hash(token),
            family_id=family_id,
            user_id=user_id,
            expires_ms=unit.now_ms + lifetime_s * 1000,
        )
    )


def _revoke_family(unit: UnitOfWork, family_id: str) -> None:
    revoke_tokens(unit, col(RefreshToken.family_id) == family_id)


def revoke_tokens(unit: UnitOfWork, which: ColumnElement[bool]) -> None:
    """Revokes the tenant's refresh tokens that match `which` and are not revoked yet."""
    revoked_ms = col(RefreshToken.revoked_ms)
    unit.session.exec(
        update(RefreshToken)
        .where(col(RefreshToken.tenant_id) == unit.tenant_id, which, revoked_ms.is_(None))
        .values(revoked_ms=unit.now_ms)
    )


def _not_signed_in() -> Refusal:
    return Refusal(ErrorCode.UNAUTHORIZED, "this token does not hold; sign in again")
