"""Sign-ins of people: how long one lasts, who may look at it and end it, and whether two clients share it.

A sign-in is a family of refresh tokens (`accounts`). Its row is the lock for whatever happens to the family.
One revoked token of a family ends all of it, also for processes of a release that has no rows of sign-ins.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Result, Select, select, update
from sqlmodel import Session, col

from server_stub.addresses import network_of
from server_stub.errors import Refusal
from server_stub.services.people import administration
from server_stub.services.people.authorisation import Allowed, RightsFrom, decide_account, rights_of
from server_stub.services.people.caller import Caller
from server_stub.store import tables as t
from server_stub.store.database import UnitOfWork
from server_stub.store.tables import RefreshToken, SignInRecord
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.identity import SignInList, SignInRow
from sync_agent.contract.wire import from_ms

_Execute = Callable[[Select[Any]], Result[Any]]

AGAIN_MS = 60_000
"""A refresh token whose answer was lost gives the same successor for this long after its first use."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long a sign-in lasts unused, and how long at most. In milliseconds."""

    unused_ms: int
    whole_ms: int

    def end_of(self, record: SignInRecord) -> int:
        """When a sign-in is over, however much it is used."""
        return record.began_ms + self.whole_ms

    def token_expires_ms(self, record: SignInRecord, now_ms: int) -> int:
        """When a token that is issued now expires."""
        return min(now_ms + self.unused_ms, self.end_of(record))


def is_same_client(used_ms: int, used_from: str | None, now_ms: int, address: str | None) -> bool:
    """Whether a token that was used already can be the same client's, which has lost the answer.

    The time counts from the first use, so that asking again does not prolong it; and both ways, because a
    clock may be set back.
    """
    return abs(now_ms - used_ms) <= AGAIN_MS and network_of(used_from or "") == network_of(address or "")


def begin(unit: UnitOfWork, family_id: str, user_id: str, address: str | None) -> SignInRecord:
    """Records a sign-in that begins now; its first token says when it expires."""
    record = SignInRecord(
        tenant_id=unit.tenant_id,
        id=family_id,
        user_id=user_id,
        began_ms=unit.now_ms,
        began_from=address,
        used_ms=unit.now_ms,
        used_from=address,
        expires_ms=unit.now_ms,
    )
    unit.session.add(record)
    return record


def locked(unit: UnitOfWork, family_id: str) -> SignInRecord | None:
    """A sign-in's row, which nobody else changes before this transaction ends."""
    return unit.session.get(SignInRecord, (unit.tenant_id, family_id), with_for_update=True)


def end(unit: UnitOfWork, family_id: str) -> None:
    """Ends a sign-in, everywhere that it is used."""
    record, family = col(SignInRecord.id), col(RefreshToken.family_id)
    _end(unit, record == family_id, family == family_id)


def end_all_of(unit: UnitOfWork, user_id: str, *, but: str | None = None) -> None:
    """Ends all sign-ins of a person, but the one that is named."""
    records, tokens = col(SignInRecord.user_id) == user_id, col(RefreshToken.user_id) == user_id
    if but is not None:
        records &= col(SignInRecord.id) != but
        tokens &= col(RefreshToken.family_id) != but
    _end(unit, records, tokens)


def _end(unit: UnitOfWork, records: ColumnElement[bool], tokens: ColumnElement[bool]) -> None:
    ended_ms, revoked_ms = col(SignInRecord.ended_ms), col(RefreshToken.revoked_ms)
    unit.session.exec(
        update(SignInRecord)
        .where(col(SignInRecord.tenant_id) == unit.tenant_id, records, ended_ms.is_(None))
        .values(ended_ms=unit.now_ms)
    )
    unit.session.exec(
        update(RefreshToken)
        .where(col(RefreshToken.tenant_id) == unit.tenant_id, tokens, revoked_ms.is_(None))
        .values(revoked_ms=unit.now_ms)
    )


# --- as people see them ----------------------------------------------------------------------------------


def listed(
    connection: Connection, caller: Caller, user_id: str | None, now_ms: int, lifetimes: Lifetimes
) -> SignInList:
    """A person's sign-ins that have not ended, last used first; one's own without `user_id`.

    Raises Refusal for a person who is not below the caller.
    """
    whose = user_id or caller.id
    _must_be_below(connection.execute, caller, whose)
    query = select(SignInRecord).where(
        col(SignInRecord.tenant_id) == caller.tenant_id,
        col(SignInRecord.user_id) == whose,
        col(SignInRecord.ended_ms).is_(None),
    )
    newest = query.order_by(col(SignInRecord.used_ms).desc(), col(SignInRecord.id))
    rows = [_on_the_wire(record, caller, lifetimes) for record in Session(connection).scalars(newest)]
    return SignInList(sign_ins=[row for row in rows if row.ends_at > from_ms(now_ms)])


def end_one(unit: UnitOfWork, caller: Caller, sign_in_id: str) -> None:
    """Ends one's own sign-in, or one of a person below; ending it again changes nothing."""
    record = locked(unit, sign_in_id)
    if record is None:
        raise _unknown(sign_in_id)
    try:
        _must_be_below(unit.rows, caller, record.user_id)
    except Refusal as refusal:
        raise _unknown(sign_in_id) from refusal
    if record.ended_ms is not None:
        return
    end(unit, sign_in_id)
    detail = {"user": record.user_id, "beganFrom": record.began_from, "lastUsedFrom": record.used_from}
    given = {name: value for name, value in detail.items() if value is not None}
    administration.record(unit, caller, "sign_in", sign_in_id, "sign_in_ended", given)


def _unknown(sign_in_id: str) -> Refusal:
    return Refusal(ErrorCode.NOT_FOUND, f"there is no sign-in {sign_in_id} of yours, or of anybody below you")


def _must_be_below(execute: _Execute, caller: Caller, user_id: str) -> None:
    """Refuses a person who is not the caller, nor somebody with fewer rights whose account they manage."""
    if user_id == caller.user_id:
        return
    editor, subject = (_rights(execute, caller.tenant_id, one) for one in (caller.id, user_id))
    if subject is None or editor is None:
        raise Refusal(ErrorCode.NOT_FOUND, f"there is no user {user_id}")
    is_below = rights_of(subject.role) < rights_of(editor.role)
    if not is_below or not isinstance(decide_account(editor, (subject,)), Allowed):
        raise Refusal(ErrorCode.FORBIDDEN, f"userId: {user_id} is not below you")


def _rights(execute: _Execute, tenant_id: str, user_id: str) -> RightsFrom | None:
    of = t.user_account.c
    row = (
        execute(select(of.role, of.locations, of.disabled).where(of.tenant_id == tenant_id, of.id == user_id))
        .mappings()
        .first()
    )
    if row is None:
        return None
    return RightsFrom(0, 0, row["role"], frozenset(row["locations"]), not row["disabled"])


def _on_the_wire(record: SignInRecord, caller: Caller, lifetimes: Lifetimes) -> SignInRow:
    return SignInRow(
        id=record.id,
        user_id=record.user_id,
        began_at=from_ms(record.began_ms),
        began_from=record.began_from,
        last_used_at=from_ms(record.used_ms),
        last_used_from=record.used_from,
        ends_at=from_ms(min(record.expires_ms, lifetimes.end_of(record))),
        current=True if record.id == caller.sign_in_id else None,
    )
