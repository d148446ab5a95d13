"""The first shop of a server that has none: made with a one-time code that the server has printed.

Without that code nobody makes a shop over the network, and with one only while there is none. The codes are
rows of the server itself (`tables.SERVER`).
"""

import re
import unicodedata
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, update
from sqlmodel import col

from server_stub.errors import Refusal
from server_stub.services.people import credentials, enrolment_codes, guessable
from server_stub.services.people.enrolment_codes import ANY_SHOP, NewCode
from server_stub.services.people.tenants import NewLocation, NewUser, create_tenant
from server_stub.store.audit import AuditRecord
from server_stub.store.database import UnitOfWork
from server_stub.store.tables import SERVER, EnrolmentCode
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.enrolment_codes import SetUpAnswer, SetUpRequest

SET_UP_LASTS_S = 24 * 3600
"""A server is set up on the day that it was started, or with a new code."""

_NOT_IN_AN_ID = re.compile(r"[^a-z0-9]+")
_ID_MAX = 40


def has_shops(connection: Connection) -> bool:
    """Whether there is any shop; asked in the server's own name."""
    return connection.execute(ANY_SHOP).first() is not None


def offer_set_up(unit: UnitOfWork, new: NewCode, *, alone: bool) -> None:
    """A code for the first shop. `alone`: the codes of before end. Raises Refusal if there is a shop.

    Several processes of one server start at once, and each prints a code of its own.
    """
    _must_be_empty(unit)
    if alone:
        of = EnrolmentCode
        unit.execute(update(of).where(col(of.tenant_id) == SERVER).values(expires_ms=0))
    enrolment_codes.add(unit, new, unit.now_ms + SET_UP_LASTS_S * 1000)


def refuse_guessable(request: SetUpRequest) -> None:
    """Raises Refusal (`too_easy`) for an admin's password or PIN that is easily guessed. Slow."""
    admin = request.admin
    names = (admin.username, admin.name or "", request.name, request.location.name)
    guessable.refuse_guessable_password(admin.password, names)
    guessable.refuse_guessable_pin(admin.pin)


def ids_of(request: SetUpRequest) -> SetUpAnswer:
    """The ids of the shop and its place: as asked, or made from their names."""
    return SetUpAnswer(
        tenant_id=request.tenant_id or _id_from(request.name, "shop"),
        location_id=request.location.id or _id_from(request.location.name, "main"),
    )


def set_up(unit: UnitOfWork, request: SetUpRequest, code_hash: str, address: str | None) -> SetUpAnswer:
    """Creates the unit's tenant, which is the first. Whoever used the code gets the same answer again for 15
    minutes. Raises Refusal.
    """
    ids = ids_of(request)
    time_zone = _time_zone(request.location.time_zone)
    with unit.in_name_of(SERVER):
        unit.lock_words(["first shop"])
        row = unit.session.get(EnrolmentCode, (SERVER, code_hash), with_for_update=True)
        if row is None:
            raise enrolment_codes.refused()
        if row.used_ms is not None:
            enrolment_codes.must_be_repeated(row, request.nonce, unit.now_ms)
            if row.became != ids.tenant_id:
                raise enrolment_codes.refused()
            return ids
        if row.expires_ms <= unit.now_ms:
            raise enrolment_codes.refused()
        _must_be_empty(unit)
        row.used_ms, row.became = unit.now_ms, ids.tenant_id
        row.nonce_hash = credentials.nonce_hash(request.nonce)
    admin = NewUser(
        id=unit.ids.new(),
        username=request.admin.username.strip(),
        name=(request.admin.name or request.admin.username).strip(),
        role="admin",
        locations=(ids.location_id,),
        password=request.admin.password,
        pin=request.admin.pin,
    )
    place = NewLocation(ids.location_id, request.location.name.strip(), time_zone)
    create_tenant(unit, request.name.strip(), request.currency, [place], [admin])
    unit.audit(
        AuditRecord(
            kind="administration",
            outcome="applied",
            actor_id=admin.id,
            address=address,
            resource_type="tenant",
            resource_id=unit.tenant_id,
            detail={"did": "tenant_added", "from": "set-up code"},
        )
    )
    return ids


def _must_be_empty(unit: UnitOfWork) -> None:
    if unit.rows(ANY_SHOP).first() is not None:
        raise enrolment_codes.refused()


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refusal(ErrorCode.BAD_REQUEST, f"location.timeZone: there is no time zone {name}") from error
    return name


def _id_from(name: str, otherwise: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _NOT_IN_AN_ID.sub("-", plain).strip("-")[:_ID_MAX].strip("-") or otherwise
