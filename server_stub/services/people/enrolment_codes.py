"""One-time codes: made for a till or for a server's first shop, shown, used once, and answered once more.

A code is found by its hash alone, so whoever looks one up learns nothing but what it is for. Used, over,
withdrawn and invented codes are refused alike, by a reader: they do not queue for the single writer.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select
from sqlmodel import Session, col

from server_stub.errors import Refusal
from server_stub.roles import Action, may
from server_stub.services.people import administration, credentials, devices, enrolment
from server_stub.services.people.caller import Caller
from server_stub.services.people.enrolment import Enroller
from server_stub.store import tables as t
from server_stub.store.database import UnitOfWork, name_code
from server_stub.store.tables import SERVER, Device, EnrolmentCode
from sync_agent.contract import enrolment_codes as wire
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.enrolment_codes import CODE_LASTS_S, CodeOffer, EnrollByCode, OfferedPlace
from sync_agent.contract.identity import EnrollAnswer, EnrollRequest
from sync_agent.contract.wire import from_ms

_OPEN_MAX = 50
"""Codes of one shop that hold at a time; the chance of a guess counts them all."""
ANY_SHOP = select(t.tenant.c.tenant_id).limit(1)
"""Finds a row if there is any shop; asked in the server's own name."""


@dataclass(frozen=True)
class FoundCode:
    """Whose a code is, and what became of it until now; `offer` and `accept` judge it for good."""

    tenant_id: str
    code_hash: str
    expires_ms: int
    used_ms: int | None
    nonce_hash: str | None

    def must_be_of_use(self, nonce: str, now_ms: int) -> None:
        """It holds, or was used with this nonce, soon enough. Raises Refusal."""
        if self.used_ms is not None:
            must_be_repeated(self, nonce, now_ms)
        elif self.expires_ms <= now_ms:
            raise refused()


def hash_typed(typed: str) -> str | None:
    """The hash of a code in any spelling; None for what cannot be one."""
    plain = wire.plain_code(typed)
    return None if plain is None else credentials.code_hash(plain)


def refused() -> Refusal:
    return Refusal(
        ErrorCode.NOT_FOUND, "this code does not hold: it is wrong, used, or over; ask for a new one"
    )


# --- making -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NewCode:
    """A code and its hash."""

    code: str
    code_hash: str


def new_code() -> NewCode:
    code = wire.new_code()
    plain = wire.plain_code(code)
    assert plain is not None, "a new code is one"
    return NewCode(code, credentials.code_hash(plain))


def make(unit: UnitOfWork, caller: Caller | None, location_id: str, new: NewCode) -> wire.EnrolmentCode:
    """A code for one till at one place, which must be the caller's; None is a command of the server."""
    if caller is None:
        enrolment.location_row(unit, location_id)
    else:
        caller.must(Action.ENROLL_DEVICE)
        enrolment.must_be_own(unit, caller, location_id)
    # The lock for the number of open codes.
    enrolment.lock_series(unit)
    holds = (col(EnrolmentCode.used_ms).is_(None), col(EnrolmentCode.expires_ms) > unit.now_ms)
    query = select(func.count()).select_from(EnrolmentCode)
    if (
        unit.rows(query.where(col(EnrolmentCode.tenant_id) == unit.tenant_id, *holds)).scalar_one()
        >= _OPEN_MAX
    ):
        raise Refusal(
            ErrorCode.RATE_LIMITED,
            f"{_OPEN_MAX} codes of this shop hold already; use one, or wait",
            retry_after_ms=60_000,
        )
    expires_ms = unit.now_ms + CODE_LASTS_S * 1000
    made_by = None if caller is None else caller.id
    add(unit, new, expires_ms, location_id=location_id, made_by=made_by)
    administration.record(
        unit, caller, "location", location_id, "enrolment_code_made", {"expiresMs": expires_ms}
    )
    return wire.EnrolmentCode(code=new.code, location_id=location_id, expires_at=from_ms(expires_ms))


def add(
    unit: UnitOfWork,
    new: NewCode,
    expires_ms: int,
    *,
    location_id: str | None = None,
    made_by: str | None = None,
) -> None:
    """Writes the row of a new code of the unit's tenant."""
    unit.session.add(
        EnrolmentCode(
            tenant_id=unit.tenant_id,
            code_hash=new.code_hash,
            location_id=location_id,
            made_by=made_by,
            made_ms=unit.now_ms,
            expires_ms=expires_ms,
        )
    )


# --- using ------------------------------------------------------------------------------------------------


def find(connection: Connection, code_hash: str) -> FoundCode | None:
    """Whose code this is, in no tenant's name."""
    name_code(connection, code_hash)
    row = (
        Session(connection)
        .scalars(select(EnrolmentCode).where(col(EnrolmentCode.code_hash) == code_hash))
        .first()
    )
    if row is None:
        return None
    return FoundCode(row.tenant_id, code_hash, row.expires_ms, row.used_ms, row.nonce_hash)


def offer(connection: Connection, found: FoundCode, now_ms: int) -> CodeOffer:
    """What a code is for; it can be used after that as before. Raises Refusal if it does not hold."""
    row = Session(connection).get(EnrolmentCode, (found.tenant_id, found.code_hash))
    if row is None or row.used_ms is not None or row.expires_ms <= now_ms:
        raise refused()
    expires_at = from_ms(row.expires_ms)
    if found.tenant_id == SERVER:
        if connection.execute(ANY_SHOP).first() is not None:
            raise refused()
        return CodeOffer(purpose="first_shop", expires_at=expires_at)
    _must_still_be_given(connection, row)
    shop, place = t.tenant.c, t.location.c
    names = connection.execute(
        select(shop.name.label("shop"), place.name.label("place"))
        .join(t.location, place.tenant_id == shop.tenant_id)
        .where(shop.tenant_id == found.tenant_id, place.id == row.location_id)
    ).one()
    return CodeOffer(
        purpose="till",
        tenant=OfferedPlace(id=found.tenant_id, name=names.shop),
        location=OfferedPlace(id=row.location_id or "", name=names.place),
        expires_at=expires_at,
    )


def accept(
    unit: UnitOfWork, request: EnrollByCode, code_hash: str, secret: bytes, address: str | None
) -> EnrollAnswer:
    """A new till for a code; the same till again for whoever used it and repeats the nonce within 15 minutes.

    Raises Refusal. The code's row is the lock: of two tills at once, the second finds it used.
    """
    row = unit.session.get(EnrolmentCode, (unit.tenant_id, code_hash), with_for_update=True)
    if row is None or row.location_id is None:
        raise refused()
    token = credentials.device_token_of(unit.tenant_id, code_hash, request.nonce, secret)
    if row.used_ms is not None:
        return _answer_again(unit, row, request.nonce, token)
    if row.expires_ms <= unit.now_ms:
        raise refused()
    _must_still_be_given(unit.session.connection(), row)
    tenant = enrolment.lock_series(unit)
    asked = EnrollRequest(
        name=request.name, location_id=row.location_id, former_device_id=request.former_device_id
    )
    answer = enrolment.add_till(unit, tenant, asked, token, Enroller(row.made_by, address, by_code=True))
    row.used_ms = unit.now_ms
    row.nonce_hash = credentials.nonce_hash(request.nonce)
    row.became = answer.device_id
    return answer


def _answer_again(unit: UnitOfWork, row: EnrolmentCode, nonce: str, token: str) -> EnrollAnswer:
    must_be_repeated(row, nonce, unit.now_ms)
    till = unit.session.get(Device, (unit.tenant_id, row.became))
    assert till is not None, "a till's row is never deleted"
    devices.require_active(till.revoked_ms, till.cloned_ms)
    location = enrolment.location_row(unit, till.location_id)
    tenant = enrolment.lock_series(unit)
    return enrolment.enroll_answer(tenant, location, till.id, till.receipt_series, token)


def must_be_repeated(row: EnrolmentCode | FoundCode, nonce: str, now_ms: int) -> None:
    """Whoever used the code asks again, soon enough. Raises Refusal."""
    is_same = row.nonce_hash == credentials.nonce_hash(nonce)
    if row.used_ms is None or not is_same or now_ms - row.used_ms >= CODE_LASTS_S * 1000:
        raise refused()


def _must_still_be_given(connection: Connection, row: EnrolmentCode) -> None:
    """Whoever made the code may still enrol tills at its place. Raises Refusal."""
    if row.made_by is None:
        return
    of = t.user_account.c
    maker = connection.execute(
        select(of.role, of.locations).where(
            of.tenant_id == row.tenant_id, of.id == row.made_by, of.disabled == 0
        )
    ).first()
    if maker is None or not may(maker.role, Action.ENROLL_DEVICE) or row.location_id not in maker.locations:
        raise refused()
