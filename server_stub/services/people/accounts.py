"""Sign-in and refresh: who an account or a refresh token authenticates."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select
from sqlmodel import col

from server_stub.addresses import address_key
from server_stub.errors import Refusal
from server_stub.services.people import (
    credentials,
    known_addresses,
    second_factor,
    sign_ins,
    till_credentials,
)
from server_stub.services.people.caller import Caller
from server_stub.services.people.sign_ins import Lifetimes, is_same_client
from server_stub.store import tables as t
from server_stub.store.audit import AuditRecord
from server_stub.store.database import UnitOfWork
from server_stub.store.tables import RefreshToken, SignInRecord
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.identity import SignedInUser
from sync_agent.contract.text import without_controls


@dataclass(frozen=True)
class Renewed:
    """The caller of a refresh token, and the token that replaces it."""

    caller: Caller
    refresh_token: str
    expires_ms: int
    """When the sign-in ends unless it is renewed again; no access token outlives it."""


@dataclass(frozen=True)
class NotRenewed:
    """A token that does not hold. `is_reuse`: two clients hold it, and its sign-in was ended."""

    is_reuse: bool = False


@dataclass(frozen=True)
class SignIn:
    """A new sign-in: the caller, their refresh token, and when that expires."""

    caller: Caller
    refresh_token: str
    expires_ms: int


def active_user_called(connection: Connection, tenant_id: str, username: str) -> RowMapping | None:
    """The person who signs in by this name. Control letters that a name had once are left out of it."""
    of = t.user_account.c
    for name in dict.fromkeys([username, without_controls(username)]):
        query = select(t.user_account).where(of.tenant_id == tenant_id, of.username == name, of.disabled == 0)
        found = connection.execute(query).mappings().first()
        if found is not None:
            return found
    return None


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


def still_proved(unit: UnitOfWork, user: RowMapping) -> RowMapping:
    """The current row of somebody whose password has just matched; it cannot change before the transaction
    ends. Raises Refusal if it did meanwhile.
    """
    now = _active_user(unit, user["id"], lock=True)
    if now is None or now["password_hash"] != user["password_hash"]:
        raise Refusal(ErrorCode.UNAUTHORIZED, "wrong tenant, name or password")
    return now


def begin_family(
    unit: UnitOfWork,
    user: RowMapping,
    lifetimes: Lifetimes,
    address: str | None,
    code: str | None,
    keys: second_factor.Keys,
) -> SignIn:
    """Starts a sign-in's family of refresh tokens. `user` is the row whose password has just matched, `code`
    that of their second factor.
    """
    now = still_proved(unit, user)
    second_factor.require(unit, now, code, keys)
    token = credentials.new_refresh_token(unit.tenant_id)
    record = sign_ins.begin(unit, unit.ids.new(), user["id"], address)
    _add_token(unit, token, record, lifetimes)
    if address is not None:
        known_addresses.remember(unit, user["id"], address_key(address))
    unit.audit(AuditRecord(kind="sign_in", outcome="applied", actor_id=user["id"], address=address))
    return SignIn(caller_of(now, record.id), token, record.expires_ms)


def tenant_of_token(token: str) -> str:
    """The tenant that a token names. Raises Refusal for malformed tokens, as for any invalid one."""
    tenant_id = credentials.tenant_of(token)
    if tenant_id is None:
        raise _not_signed_in()
    return tenant_id


def must_know_token(connection: Connection, tenant_id: str, token: str, secret: bytes) -> None:
    """Refuses a token that was never issued; `renew` decides whether an issued one is still valid."""
    if credentials.is_device_token(token):
        is_known = till_credentials.is_known(connection, tenant_id, token, secret)
    else:
        query = select(col(RefreshToken.user_id)).where(
            col(RefreshToken.tenant_id) == tenant_id,
            col(RefreshToken.token_hash) == credentials.token_hash(token),
        )
        is_known = connection.execute(query).first() is not None
    if not is_known:
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


def renew(
    unit: UnitOfWork, token: str, secret: bytes, lifetimes: Lifetimes, address: str | None
) -> Renewed | NotRenewed:
    """Exchanges a person's refresh token. Where that is refused, the transaction must be committed: it may
    have ended the sign-in.
    """
    family_id = _family_of(unit, token)
    record = None if family_id is None else _locked_sign_in(unit, token, family_id)
    held = _find_token(unit, token, lock=True)
    if held is None or record is None or not _is_valid(unit, held, record, lifetimes):
        return NotRenewed()
    user = _active_user(unit, held.user_id)
    if user is None:
        return NotRenewed()
    successor = credentials.successor_of(token, secret)
    if held.successor_hash is None:
        _add_token(unit, successor, record, lifetimes)
        held.successor_hash = credentials.token_hash(successor)
        held.used_ms, held.used_from = unit.now_ms, address
    elif held.used_ms is None and not _was_used(unit, successor):
        # A process of the previous release has exchanged it, and did not write down when.
        held.used_ms, held.used_from = unit.now_ms, address
    elif _was_used(unit, successor) or not is_same_client(
        held.used_ms or 0, held.used_from, unit.now_ms, address
    ):
        return _end_for_reuse(unit, held, address)
    record.used_ms, record.used_from = unit.now_ms, address
    return Renewed(caller_of(user, held.family_id), successor, record.expires_ms)


def _family_of(unit: UnitOfWork, token: str) -> str | None:
    query = select(col(RefreshToken.family_id)).where(
        col(RefreshToken.tenant_id) == unit.tenant_id,
        col(RefreshToken.token_hash) == credentials.token_hash(token),
    )
    return unit.rows(query).scalar()


def _locked_sign_in(unit: UnitOfWork, token: str, family_id: str) -> SignInRecord | None:
    """The token's sign-in, locked. One that a process of the previous release began has no row yet: it
    counts from now on.
    """
    found = sign_ins.locked(unit, family_id)
    if found is not None:
        return found
    held = _find_token(unit, token, lock=True)  # of two at once, the second finds the row of the first
    if held is None:
        return None
    return sign_ins.locked(unit, family_id) or sign_ins.begin(unit, family_id, held.user_id, None)


def _is_valid(unit: UnitOfWork, held: RefreshToken, record: SignInRecord, lifetimes: Lifetimes) -> bool:
    if min(held.expires_ms, lifetimes.end_of(record)) <= unit.now_ms or record.ended_ms is not None:
        return False
    return unit.rows(_revoked_of_family(unit.tenant_id, held.family_id)).first() is None


def _end_for_reuse(unit: UnitOfWork, held: RefreshToken, address: str | None) -> NotRenewed:
    """Two clients hold one token: the sign-in ends for both."""
    sign_ins.end(unit, held.family_id)
    detail = {"firstFrom": held.used_from} if held.used_from is not None else None
    unit.audit(
        AuditRecord(
            kind="anomaly",
            outcome="refresh_token_reused",
            actor_id=held.user_id,
            address=address,
            resource_type="sign_in",
            resource_id=held.family_id,
            detail=detail,
        )
    )
    return NotRenewed(is_reuse=True)


def end_family(unit: UnitOfWork, caller: Caller, token: str) -> None:
    """Signs out: ends the token's family. Does nothing for another user's token."""
    held = _find_token(unit, token)
    if held is None or held.user_id != caller.user_id:
        return
    sign_ins.end(unit, held.family_id)
    unit.audit(AuditRecord(kind="sign_in", outcome="signed_out", actor_id=caller.id, address=caller.address))


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


def _add_token(unit: UnitOfWork, token: str, record: SignInRecord, lifetimes: Lifetimes) -> None:
    record.expires_ms = lifetimes.token_expires_ms(record, unit.now_ms)
    unit.session.add(
        RefreshToken(
            tenant_id=unit.tenant_id,
            token_hash=credentials.token_hash(token),
            family_id=record.id,
            user_id=record.user_id,
            expires_ms=record.expires_ms,
        )
    )


def _not_signed_in() -> Refusal:
    return Refusal(ErrorCode.UNAUTHORIZED, "this token does not hold; sign in again")
