"""A shop's people: who may change them, what the tills are sent of it, and which sessions it ends.

A person's row travels down the tenant's stream, so tills know people and check PINs while the server is away.
The tenant's stream is the lock for all changes of people. Who may is decided by rows that are read under it
(`authorisation.decide_account`): whoever was dismissed a moment ago edits nobody. Of a password or PIN only
the hash is stored, and the audit trail says only that it changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, update

from server_stub.errors import Refusal
from server_stub.roles import ALLOWED, Action, may
from server_stub.services.people import (
    administration,
    credentials,
    known_addresses,
    rights_history,
    second_factor,
    sign_ins,
)
from server_stub.services.people.authorisation import Refused, RightsFrom, decide_account
from server_stub.services.people.caller import Caller
from server_stub.services.people.guessable import refuse_guessable_password, refuse_guessable_pin
from server_stub.store import tables as t
from server_stub.store.audit import AuditRecord
from server_stub.store.database import Database, UnitOfWork
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.identity import (
    UserCreate,
    UserEdit,
    UserList,
)
from sync_agent.contract.stock import UserRow
from sync_agent.contract.streams import tenant_stream


@dataclass(frozen=True, slots=True)
class Hashes:
    """The hashes of a new password and PIN; None if unchanged."""

    password_hash: str | None
    pin_verifier: str | None


# --- users ---------------------------------------------------------------------------------------------


def users(connection: Connection, caller: Caller) -> UserList:
    """The users of the caller's places, disabled ones included; all users for callers who manage
    everybody. Without PIN verifiers, which are for enrolled tills only.
    """
    of = t.user_account.c
    rows = connection.execute(
        select(t.user_account).where(of.tenant_id == caller.tenant_id).order_by(of.username, of.id)
    ).mappings()
    everybody, places = may(caller.role, Action.MANAGE_PEOPLE), set(caller.locations)
    return UserList(
        users=[
            _user_row(row).model_copy(update={"pin_verifier": None})
            for row in rows
            if everybody or places & set(row["locations"])
        ]
    )


async def add_user(database: Database, caller: Caller, request: UserCreate) -> UserRow:
    hashes = await hashed(
        database,
        caller.tenant_id,
        request.id,
        request.password,
        request.pin,
        names=(request.username, request.name),
    )
    return await database.write(
        caller.tenant_id, partial(_add_user, caller=caller, request=request, hashes=hashes)
    )


async def edit_user(database: Database, caller: Caller, user_id: str, edit: UserEdit) -> UserRow:
    names = () if edit.name is None else (edit.name,)
    hashes = await hashed(database, caller.tenant_id, user_id, edit.password, edit.pin, names=names)
    return await database.write(
        caller.tenant_id, partial(_edit_user, caller=caller, user_id=user_id, edit=edit, hashes=hashes)
    )


async def hashed(
    database: Database,
    tenant_id: str,
    user_id: str,
    password: str | None,
    pin: str | None,
    names: Sequence[str] = (),
) -> Hashes:
    """Hashes the secrets off the event loop and before the transaction, because Argon2 is slow.

    Raises Refusal (`too_easy`) for secrets that are easily guessed; `names` are words for that, beside the
    shop's and the person's own.
    """
    if password is None and pin is None:
        return Hashes(None, None)

    def look_up(connection: Connection) -> tuple[str, list[str]]:
        shop, user = t.tenant.c, t.user_account.c
        name, pepper = connection.execute(
            select(shop.name, shop.pin_pepper).where(shop.tenant_id == tenant_id)
        ).one()
        own = connection.execute(
            select(user.username, user.name).where(user.tenant_id == tenant_id, user.id == user_id)
        ).first()
        return pepper, [tenant_id, name, *(own or ())]

    pepper, known = await database.read(tenant_id, look_up)

    def hash_both() -> Hashes:
        if password is not None:
            refuse_guessable_password(password, [*names, *known])
        if pin is not None:
            refuse_guessable_pin(pin)
        return Hashes(
            None if password is None else credentials.hash_password(password),
            None if pin is None else credentials.pin_verifier(pepper, user_id, pin),
        )

    return await database.compute(hash_both)


def _add_user(unit: UnitOfWork, caller: Caller, request: UserCreate, hashes: Hashes) -> UserRow:
    unit.streams.lock([tenant_stream(unit.tenant_id)])
    _must_have_a_name(request.username, request.name)
    _must_be_new(unit, request)
    _must_be_places(unit, request.locations)
    new = RightsFrom(0, 0, request.role, frozenset(request.locations))
    _must_manage(unit, caller, (new,))
    assert hashes.password_hash is not None, "nobody is added without a password"
    row = UserRow(
        id=request.id,
        username=request.username,
        name=request.name,
        role=request.role,
        locations=_each_once(request.locations),
        pin_verifier=hashes.pin_verifier,
        version=1,
    )
    unit.insert(
        t.user_account,
        {
            "tenant_id": unit.tenant_id,
            **row.model_dump(by_alias=False, exclude={"disabled"}),
            "disabled": 0,
            "password_hash": hashes.password_hash,
        },
    )
    rights_history.publish(unit, row)
    details = {"username": row.username, "role": row.role, "locations": row.locations}
    administration.record(unit, caller, "user", row.id, "user_added", details)
    return row.model_copy(update={"pin_verifier": None})


def _edit_user(unit: UnitOfWork, caller: Caller, user_id: str, edit: UserEdit, hashes: Hashes) -> UserRow:
    unit.streams.lock([tenant_stream(unit.tenant_id)])
    before = _user(unit, user_id)
    not_of_the_row = {"password", "pin", "reset_second_factor"}
    wanted = edit.model_dump(by_alias=False, exclude_none=True, exclude=not_of_the_row)
    if edit.name is not None:
        _must_have_a_name(edit.name)
    if edit.locations is not None:
        wanted["locations"] = _each_once(edit.locations)
    before_row = _user_row(before).model_dump(by_alias=False)
    changed = {name: value for name, value in wanted.items() if before_row[name] != value}
    if user_id == caller.user_id and changed.keys() & {"role", "disabled"}:
        raise Refusal(ErrorCode.PRECONDITION_FAILED, "nobody changes their own role, nor disables themselves")
    if "locations" in changed:
        _must_be_places(unit, changed["locations"])
    _must_manage(unit, caller, (_rights(before), _rights({**before_row, **changed})))
    if hashes.pin_verifier is not None:
        changed["pin_verifier"] = hashes.pin_verifier
    after = UserRow.model_validate({**before_row, **changed})
    if changed:
        after = after.model_copy(update={"version": after.version + 1})
        _write_user(unit, after)
        _must_leave_an_admin(unit)
    if hashes.password_hash is not None:
        _write_password(unit, user_id, hashes.password_hash)
        known_addresses.forget(unit, user_id)
    if hashes.password_hash is not None or after.disabled:
        sign_ins.end_all_of(unit, user_id)
    if edit.reset_second_factor is not None:
        if user_id == caller.user_id:
            words = "nobody resets their own second factor: end it by a code"
            raise Refusal(ErrorCode.PRECONDITION_FAILED, words)
        if second_factor.reset(unit, user_id):
            administration.record(unit, caller, "user", user_id, "second_factor_reset", {})
    if changed or hashes.password_hash is not None:
        administration.record(unit, caller, "user", user_id, "user_edited", _what_changed(changed, hashes))
    return after.model_copy(update={"pin_verifier": None})


def change_own(unit: UnitOfWork, caller: Caller, proved: RowMapping, hashes: Hashes) -> UserRow:
    """Stores a person's own new password or PIN; `proved` is the row whose secret they have just shown.

    A new password ends their other sign-ins, and addresses that they signed in from are strangers' again.
    """
    unit.streams.lock([tenant_stream(unit.tenant_id)])
    user_id = proved["id"]
    before = _user(unit, user_id)
    if before["disabled"] or any(before[name] != proved[name] for name in ("password_hash", "pin_verifier")):
        raise wrong_secret()
    row = _user_row(before)
    if hashes.pin_verifier is not None:
        row = row.model_copy(update={"pin_verifier": hashes.pin_verifier, "version": row.version + 1})
        _write_user(unit, row)
        _record_own(unit, caller, user_id, "pin_changed")
    if hashes.password_hash is not None:
        _write_password(unit, user_id, hashes.password_hash)
        known_addresses.forget(unit, user_id)
        sign_ins.end_all_of(unit, user_id, but=caller.sign_in_id)
        _record_own(unit, caller, user_id, "password_changed")
    return row.model_copy(update={"pin_verifier": None})


def _record_own(unit: UnitOfWork, caller: Caller, user_id: str, did: str) -> None:
    unit.audit(
        AuditRecord(
            kind="administration",
            outcome="applied",
            actor_id=user_id,
            device_id=caller.device_id,
            address=caller.address,
            resource_type="user",
            resource_id=user_id,
            detail={"did": did},
        )
    )


def own_account(connection: Connection, caller: Caller, user_id: str) -> RowMapping | None:
    """The active account that `caller` may change the secrets of: a person their own, a till those of the
    people of its place. None: a till names nobody of its place.
    """
    if caller.user_id is not None and caller.user_id != user_id:
        raise Refusal(ErrorCode.FORBIDDEN, "userId: everybody changes their own password and PIN")
    of = t.user_account.c
    row = (
        connection.execute(
            select(t.user_account).where(of.tenant_id == caller.tenant_id, of.id == user_id, of.disabled == 0)
        )
        .mappings()
        .first()
    )
    if row is None or not (caller.user_id == user_id or set(caller.locations) & set(row["locations"])):
        return None
    return row


def pepper_of(connection: Connection, tenant_id: str) -> str:
    of = t.tenant.c
    pepper: str = connection.execute(select(of.pin_pepper).where(of.tenant_id == tenant_id)).scalar_one()
    return pepper


def wrong_secret() -> Refusal:
    return Refusal(ErrorCode.WRONG_SECRET, "the current password or PIN is wrong")


def _must_manage(unit: UnitOfWork, caller: Caller, accounts: tuple[RightsFrom, ...]) -> None:
    verdict = decide_account(_rights(_user(unit, caller.id)), accounts)
    if isinstance(verdict, Refused):
        raise Refusal(verdict.code, verdict.message)


def _rights(row: RowMapping | dict[str, Any]) -> RightsFrom:
    return RightsFrom(0, 0, row["role"], frozenset(row["locations"]), not row["disabled"])


def _what_changed(changed: dict[str, Any], hashes: Hashes) -> dict[str, Any]:
    """The audit detail: names of the changed fields and the new rights, without secrets or hashes."""
    names = {"pin" if name == "pin_verifier" else name for name in changed}
    if hashes.password_hash is not None:
        names.add("password")
    rights: dict[str, Any] = {
        name: changed[name] for name in ("role", "locations", "disabled") if name in changed
    }
    return {"fields": sorted(names), **rights}


def _user(unit: UnitOfWork, user_id: str) -> RowMapping:
    of = t.user_account.c
    row = (
        unit.rows(select(t.user_account).where(of.tenant_id == unit.tenant_id, of.id == user_id))
        .mappings()
        .first()
    )
    if row is None:
        raise Refusal(ErrorCode.NOT_FOUND, f"there is no user {user_id}")
    return row


def _write_user(unit: UnitOfWork, row: UserRow) -> None:
    of = t.user_account.c
    unit.execute(
        update(t.user_account)
        .where(of.tenant_id == unit.tenant_id, of.id == row.id)
        .values(
            name=row.name,
            role=row.role,
            locations=row.locations,
            pin_verifier=row.pin_verifier,
            disabled=int(row.disabled),
            version=row.version,
        )
    )
    rights_history.publish(unit, row)


def _write_password(unit: UnitOfWork, user_id: str, password_hash: str) -> None:
    of = t.user_account.c
    unit.execute(
        update(t.user_account)
        .where(of.tenant_id == unit.tenant_id, of.id == user_id)
        .values(password_hash=password_hash)
    )


def _must_have_a_name(*names: str) -> None:
    if any(name != name.strip() or not name for name in names):
        raise Refusal(ErrorCode.BAD_REQUEST, "username, name: words without blanks around them")


def _each_once(locations: list[str]) -> list[str]:
    return list(dict.fromkeys(locations))


def _must_be_new(unit: UnitOfWork, request: UserCreate) -> None:
    of = t.user_account.c
    taken = unit.rows(
        select(of.id, of.username).where(
            of.tenant_id == unit.tenant_id, (of.id == request.id) | (of.username == request.username)
        )
    ).first()
    if taken is not None:
        what = f"id: {taken.id}" if taken.id == request.id else f"username: {taken.username}"
        raise Refusal(ErrorCode.PRECONDITION_FAILED, f"{what} is somebody's already")


def _must_be_places(unit: UnitOfWork, locations: list[str]) -> None:
    of = t.location.c
    known = set(unit.rows(select(of.id).where(of.tenant_id == unit.tenant_id)).scalars())
    for location_id in locations:
        if location_id not in known:
            raise Refusal(ErrorCode.PRECONDITION_FAILED, f"locations: there is no place {location_id}")


def _must_leave_an_admin(unit: UnitOfWork) -> None:
    of = t.user_account.c
    admins: int = unit.rows(
        select(func.count())
        .select_from(t.user_account)
        .where(of.tenant_id == unit.tenant_id, of.role.in_(ALLOWED[Action.MANAGE_PEOPLE]), of.disabled == 0)
    ).scalar_one()
    if admins == 0:
        raise Refusal(ErrorCode.PRECONDITION_FAILED, "this would leave the shop without an admin")


def _user_row(row: RowMapping) -> UserRow:
    return UserRow.model_validate(dict(row))
