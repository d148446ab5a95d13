"""A till's credential: it rotates, and a copy of it shows.

The server stores the hash of the credential that was used last, and of its newest successor. A predecessor
holds until a successor was used, however long that takes: the answer may be lost in an outage of weeks. After
that, whatever else is presented is a copy, and the till is marked as cloned: an older credential, or another
successor of the same one, which only a second asker can have.

A successor is signed, and names its till and its generation. So a server that was restored from an older
backup knows a credential that it does not remember, and a superseded one for what it is. Other than that
nothing depends on the signature: a new secret ends no till.
"""

from dataclasses import dataclass
from enum import Enum

from sqlalchemy import ColumnElement, Connection, or_, select
from sqlmodel import col

from server_stub.errors import Refusal
from server_stub.services.people import credentials, devices
from server_stub.services.people.caller import Caller
from server_stub.services.people.sign_ins import is_same_client
from server_stub.store.audit import AuditRecord
from server_stub.store.database import UnitOfWork
from server_stub.store.tables import Device
from sync_agent.contract.codes import ErrorCode


class CredentialState(Enum):
    """What a presented credential is of its till."""

    CURRENT = "current"
    """Used last."""
    SUCCESSOR = "successor"
    """Given out since, and not used yet."""
    PREDECESSOR = "predecessor"
    """The one before the current one."""
    COPY = "copy"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Exchanged:
    """The till, and its next credential; None for a client that does not ask for one."""

    caller: Caller
    successor: str | None


@dataclass(frozen=True, slots=True)
class IsCopy:
    """A copy was used: the till is marked as cloned, and the transaction must be committed."""


def state_of(till: Device, token: str, secret: bytes) -> CredentialState:
    """Judges a credential that names, or has the hash of, this till."""
    token_hash = credentials.token_hash(token)
    if token_hash == till.token_hash:
        return CredentialState.CURRENT
    if token_hash == till.next_hash:
        return CredentialState.SUCCESSOR
    signed = credentials.read_till_token(token, secret)
    if signed is None:
        if till.first_hash is None or token_hash != till.first_hash:
            return CredentialState.UNKNOWN
        generation = 0
    elif signed.device_id != till.id:
        return CredentialState.UNKNOWN
    else:
        generation = signed.generation
    if generation > till.generation:
        return CredentialState.SUCCESSOR
    return CredentialState.PREDECESSOR if generation == till.generation - 1 else CredentialState.COPY


def is_known(connection: Connection, tenant_id: str, token: str, secret: bytes) -> bool:
    """Whether a credential is, or was, a till's of the tenant."""
    query = select(col(Device.id)).where(col(Device.tenant_id) == tenant_id, _names(token, secret))
    return connection.execute(query).first() is not None


def exchange(
    unit: UnitOfWork, token: str, secret: bytes, *, nonce: str | None, rotates: bool, address: str | None
) -> Exchanged | IsCopy:
    """Exchanges a till's credential. Raises Refusal where it does not hold."""
    till = find(unit, token, secret)
    if till is None:
        raise Refusal(ErrorCode.UNAUTHORIZED, "this token does not hold; sign in again")
    devices.require_active(till.revoked_ms, till.cloned_ms)
    found = state_of(till, token, secret)
    caller = Caller(unit.tenant_id, "device", (till.location_id,), device_id=till.id)
    if found is CredentialState.PREDECESSOR and _was_on_its_way(unit, till, address):
        return Exchanged(caller, None)
    if found in {CredentialState.PREDECESSOR, CredentialState.COPY}:
        devices.mark_cloned(unit, till, "credential", address)
        return IsCopy()
    if found is CredentialState.SUCCESSOR:
        _use(unit, till, token, secret, address)
    if not rotates:
        return Exchanged(caller, None)
    successor = credentials.successor_of_till(token, till.id, till.generation + 1, nonce or "", secret)
    till.next_hash = credentials.token_hash(successor)
    return Exchanged(caller, successor)


def find(unit: UnitOfWork, token: str, secret: bytes) -> Device | None:
    """The till that a credential is, or was, of; locked."""
    query = select(col(Device.id)).where(col(Device.tenant_id) == unit.tenant_id, _names(token, secret))
    device_id = unit.rows(query).scalar()
    if device_id is None:
        return None
    till = unit.session.get(Device, (unit.tenant_id, device_id), with_for_update=True)
    # It may have been exchanged since the query.
    return None if till is None or state_of(till, token, secret) is CredentialState.UNKNOWN else till


def _names(token: str, secret: bytes) -> ColumnElement[bool]:
    token_hash = credentials.token_hash(token)
    hashes = (col(Device.token_hash), col(Device.next_hash), col(Device.first_hash))
    which = [of == token_hash for of in hashes]
    signed = credentials.read_till_token(token, secret)
    if signed is not None:
        which.append(col(Device.id) == signed.device_id)
    return or_(*which)


def _was_on_its_way(unit: UnitOfWork, till: Device, address: str | None) -> bool:
    """Whether a request with the predecessor can have been overtaken by one with the current credential."""
    return till.used_ms is not None and is_same_client(till.used_ms, till.used_from, unit.now_ms, address)


def _use(unit: UnitOfWork, till: Device, token: str, secret: bytes, address: str | None) -> None:
    """The first use of a successor: its predecessor holds no more."""
    signed = credentials.read_till_token(token, secret)
    generation = till.generation + 1 if signed is None else signed.generation
    if generation > till.generation + 1:
        unit.audit(
            AuditRecord(
                kind="anomaly",
                outcome="credential_of_the_future",
                device_id=till.id,
                address=address,
                resource_type="device",
                resource_id=till.id,
                detail={"generation": generation, "known": till.generation},
            )
        )
    till.first_hash = till.first_hash or till.token_hash
    till.token_hash, till.next_hash = credentials.token_hash(token), None
    till.generation = generation
    till.used_ms, till.used_from = unit.now_ms, address


def sign_out(unit: UnitOfWork, caller: Caller, token: str, secret: bytes) -> None:
    """A till ends its own credential. Does nothing for another till's."""
    till = find(unit, token, secret)
    if till is None or till.id != caller.device_id or till.revoked_ms is not None:
        return
    till.revoked_ms = unit.now_ms
    unit.audit(
        AuditRecord(
            kind="enrolment",
            outcome="signed_out",
            device_id=till.id,
            address=caller.address,
            resource_type="device",
            resource_id=till.id,
        )
    )
