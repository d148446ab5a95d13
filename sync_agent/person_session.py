"""A person's own sign-in at the server, made at a till for what only a person may do there.

It is held in memory and ended by `sign_out`; the till writes nothing of it down. Each request has a transport
of its own, because a window asks from one short-lived loop after another.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sync_agent.contract import paths
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.enrolment_codes import EnrolmentCode, EnrolmentCodeRequest
from sync_agent.contract.identity import (
    LoginAnswer,
    LoginRequest,
    RefreshAnswer,
    RefreshRequest,
    SignedInUser,
    SignInList,
    SignInRow,
    UserEdit,
    UserList,
)
from sync_agent.contract.stock import UserRow
from sync_agent.contract.tolerance import TOLERANT
from sync_agent.contract.wire import Wire
from sync_agent.errors import AuthError, RejectedError, SyncError
from sync_agent.network.envelope import read_as
from sync_agent.ports import Transport

_RENEWED = {ErrorCode.UNAUTHORIZED, ErrorCode.TOKEN_EXPIRED}


@dataclass(frozen=True)
class Account:
    """Whose account it is. `code`: of their second factor, or a recovery code, where they have one."""

    tenant_id: str
    username: str
    password: str = field(repr=False)
    code: str | None = field(default=None, repr=False)


class PersonSession:
    """Its access token is renewed when it has expired."""

    def __init__(self, user: SignedInUser, access_token: str, refresh_token: str) -> None:
        self.user = user
        self._access_token = access_token
        self._refresh_token = refresh_token

    async def ask(
        self, transport: Transport, method: str, path: str, *, body: object = None, query: Any = None
    ) -> Any:
        """A request in this person's name. Raises SyncError."""
        try:
            return await self._ask(transport, method, path, body, query)
        except AuthError as error:
            if error.code not in _RENEWED:
                raise
        await self._renew(transport)
        return await self._ask(transport, method, path, body, query)

    async def sign_out(self, transport: Transport) -> None:
        """End it at the server. Where that cannot be reached, it ends by itself after a time without use."""
        with suppress(SyncError):
            await self.ask(transport, "POST", paths.LOGOUT, body=self._refreshing())

    async def _ask(self, transport: Transport, method: str, path: str, body: object, query: Any) -> Any:
        return await transport.request(method, path, body=body, query=query, token=self._access_token)

    async def _renew(self, transport: Transport) -> None:
        answer = await transport.request("POST", paths.REFRESH, body=self._refreshing())
        renewed = read_as(RefreshAnswer, answer, "the renewed sign-in")
        self._access_token = renewed.access_token
        self._refresh_token = renewed.refresh_token or self._refresh_token

    def _refreshing(self) -> dict[str, Any]:
        return RefreshRequest(refresh_token=self._refresh_token, features=(TOLERANT,)).to_wire()


async def sign_in(transport: Transport, account: Account) -> PersonSession:
    """Raises AuthError, with `second_factor_needed` where a code is missing, or another SyncError."""
    request = LoginRequest.model_construct(
        tenant_id=account.tenant_id,
        username=account.username,
        password=account.password,
        code=account.code or None,
        features=(TOLERANT,),
    )
    answer = await transport.request("POST", paths.LOGIN, body=request.to_wire())
    signed_in = read_as(LoginAnswer, answer, "the answer to the sign-in")
    return PersonSession(signed_in.user, signed_in.access_token, signed_in.refresh_token)


async def make_code(transport: Transport, session: PersonSession, location_id: str) -> EnrolmentCode:
    """A code for one till at a place of theirs. Raises AuthError (`forbidden`), or another SyncError."""
    request = EnrolmentCodeRequest(location_id=location_id)
    answer = await session.ask(transport, "POST", paths.CODES, body=request.to_wire())
    return read_as(EnrolmentCode, answer, "the enrolment code")


async def sign_ins(transport: Transport, session: PersonSession) -> list[SignInRow]:
    """Their sign-ins that have not ended, last used first. Raises SyncError."""
    answer = await session.ask(transport, "GET", paths.SIGN_INS)
    return read_as(SignInList, answer, "the list of sign-ins").sign_ins


async def end_sign_ins(transport: Transport, session: PersonSession, ids: list[str]) -> None:
    """End these sign-ins of theirs, everywhere that they are used. Raises SyncError.

    One that has ended, or is not there any more, is as it should be.
    """
    for sign_in_id in ids:
        try:
            await session.ask(transport, "POST", paths.SIGN_IN_END.format(sign_in_id=sign_in_id))
        except RejectedError as error:
            if error.code != ErrorCode.NOT_FOUND:
                raise


async def people(transport: Transport, session: PersonSession) -> list[UserRow]:
    """Whoever works at their places. Raises SyncError."""
    return read_as(UserList, await session.ask(transport, "GET", paths.USERS), "the list of people").users


async def reset_second_factor(transport: Transport, session: PersonSession, user_id: str) -> None:
    """Take somebody's second factor away: their password alone signs in. Raises SyncError."""
    edit: Wire = UserEdit(reset_second_factor=True)
    path = paths.USER.format(user_id=user_id)
    await session.ask(transport, "PATCH", path, body=edit.model_dump(by_alias=True, exclude_none=True))
