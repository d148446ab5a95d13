"""Signing in and out, staying signed in, and enrolling tills. By a password: by_password.py."""

from functools import partial
from typing import Annotated

from cachetools import TTLCache
from fastapi import APIRouter, Query, Request, Response

from server_stub.app_state import AppState
from server_stub.errors import Refusal
from server_stub.middleware.incoming import read_body, read_message
from server_stub.operations.upcasting import FORMS_READ
from server_stub.rest.by_password import by_password, for_features
from server_stub.rest.routing import Bearer, address_of, answer, documented
from server_stub.services.people import (
    accounts,
    credentials,
    devices,
    enrolment,
    sign_ins,
    till_credentials,
)
from server_stub.services.people.caller import Caller
from server_stub.services.people.second_factor import Keys
from server_stub.services.people.sign_ins import Lifetimes
from server_stub.settings import Settings
from sync_agent.contract import paths
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.identity import (
    EnrollAnswer,
    EnrollRequest,
    LoginAnswer,
    LoginRequest,
    RefreshAnswer,
    RefreshRequest,
    SignInList,
)
from sync_agent.contract.tolerance import TOLERANT

DAY_MS = 24 * 3600 * 1000

Whose = Annotated[str | None, Query(alias="userId", max_length=64)]
"""Somebody below the caller; without it, the caller."""

_HELD_MAX = 10_000
"""Refresh tokens and tills' credentials that held at this process, by their hashes."""


def routes(state: AppState) -> APIRouter:
    router = APIRouter()
    held: TTLCache[str, bool] = TTLCache(_HELD_MAX, state.settings.refresh_token_s)

    @router.post(paths.LOGIN, **documented("Sign in.", takes=LoginRequest, gives=LoginAnswer))
    async def login(request: Request) -> Response:
        body = read_message(LoginRequest, await read_body(request))
        with for_features(request, body.features):
            return answer(await _sign_in(state, body, address_of(request)))

    @router.post(
        paths.REFRESH,
        **documented(
            "A new access token, for a refresh token or a till's.", takes=RefreshRequest, gives=RefreshAnswer
        ),
    )
    async def refresh(request: Request) -> Response:
        try:
            await state.limits.refresh(address_of(request))
        except Refusal:
            # Whoever shares a shop's address, its guests for one, does not cut its tills off.
            body = read_message(RefreshRequest, await read_body(request))
            token = credentials.token_hash(body.refresh_token)
            if token not in held:
                raise
            await state.limits.refresh_of(token)
        else:
            body = read_message(RefreshRequest, await read_body(request))
        renewed = await _renew(state, body, address_of(request))
        for token in filter(None, (body.refresh_token, renewed.refresh_token)):
            held[credentials.token_hash(token)] = True  # the old one too: its answer may be lost
        return answer(renewed)

    @router.post(
        paths.LOGOUT,
        **documented(
            "Sign out, everywhere that this sign-in or credential is used.",
            takes=RefreshRequest,
        ),
    )
    async def logout(request: Request, caller: Bearer) -> Response:
        await _sign_out(state, caller, read_message(RefreshRequest, await read_body(request)))
        return answer(None)

    @router.get(paths.SIGN_INS, **documented("Sign-ins that have not ended.", gives=SignInList))
    async def list_sign_ins(caller: Bearer, user: Whose = None) -> Response:
        found = partial(
            sign_ins.listed,
            caller=caller,
            user_id=user,
            now_ms=state.now_ms(),
            lifetimes=lifetimes_of(state.settings),
        )
        return answer(await state.database.read(caller.tenant_id, found))

    @router.post(
        paths.SIGN_IN_END,
        **documented("End a sign-in, everywhere that it is used; asking again changes nothing."),
    )
    async def end_sign_in(sign_in_id: str, caller: Bearer) -> Response:
        ended = partial(sign_ins.end_one, caller=caller, sign_in_id=sign_in_id)
        await state.database.write(caller.tenant_id, ended)
        state.token_validity.forget()
        return answer(None)

    @router.post(paths.ENROLL, **documented("Enrol a till.", takes=EnrollRequest, gives=EnrollAnswer))
    async def enroll(request: Request, caller: Bearer) -> Response:
        body = read_message(EnrollRequest, await read_body(request))
        enrolled = partial(enrolment.enroll, caller=caller, request=body)
        return answer(await state.database.write(caller.tenant_id, enrolled))

    return router


async def _sign_in(state: AppState, body: LoginRequest, address: str) -> LoginAnswer:
    """A new sign-in with its tokens. Raises Refusal if the limits or the password say no."""
    async with by_password(state, body, address) as user:
        signed_in = await state.database.write(
            body.tenant_id,
            partial(
                accounts.begin_family,
                user=user,
                lifetimes=lifetimes_of(state.settings),
                address=address,
                code=body.code,
                keys=Keys(state.secret),
            ),
        )
    state.metrics.signed_in("accepted")
    lifetime_s = state.tokens.lifetime_until_s(signed_in.expires_ms)
    return LoginAnswer(
        access_token=state.tokens.issue(signed_in.caller.with_features(body.features or ()), lifetime_s),
        refresh_token=signed_in.refresh_token,
        expires_in=lifetime_s,
        user=accounts.signed_in(user),
    )


async def _renew(state: AppState, body: RefreshRequest, address: str) -> RefreshAnswer:
    """New tokens for a refresh token or a till's. Raises Refusal if it is unknown, used or expired."""
    token = body.refresh_token
    tenant_id = accounts.tenant_of_token(token)
    # Invented tokens are refused by a reader, so that they do not queue for the single writer thread.
    known = partial(accounts.must_know_token, tenant_id=tenant_id, token=token, secret=state.secret)
    await state.database.read(tenant_id, known)
    if credentials.is_device_token(token):
        return await _renew_till(state, tenant_id, body, address)
    renewed = await state.database.write(
        tenant_id,
        partial(
            accounts.renew,
            token=token,
            secret=state.secret,
            lifetimes=lifetimes_of(state.settings),
            address=address,
        ),
    )
    if isinstance(renewed, accounts.NotRenewed):
        if renewed.is_reuse:
            state.token_validity.forget()
            state.abuse_monitor.copy_used(tenant_id, "refresh_token_reused")
        raise Refusal(ErrorCode.UNAUTHORIZED, "this token does not hold; sign in again")
    lifetime_s = state.tokens.lifetime_until_s(renewed.expires_ms)
    return _renewed(state, renewed.caller, body, renewed.refresh_token, lifetime_s)


async def _renew_till(state: AppState, tenant_id: str, body: RefreshRequest, address: str) -> RefreshAnswer:
    exchanged = await state.database.write(
        tenant_id,
        partial(
            till_credentials.exchange,
            token=body.refresh_token,
            secret=state.secret,
            nonce=body.nonce,
            rotates=TOLERANT in (body.features or ()),
            address=address,
        ),
    )
    if isinstance(exchanged, till_credentials.IsCopy):
        state.token_validity.forget()
        state.abuse_monitor.copy_used(tenant_id, "device_cloned")
        raise devices.cloned()
    return _renewed(state, exchanged.caller, body, exchanged.successor, state.tokens.lifetime_s)


def _renewed(
    state: AppState, caller: Caller, body: RefreshRequest, refresh_token: str | None, lifetime_s: int
) -> RefreshAnswer:
    return RefreshAnswer(
        access_token=state.tokens.issue(caller.with_features(body.features or ()), lifetime_s),
        refresh_token=refresh_token,
        expires_in=lifetime_s,
        forms=FORMS_READ,
    )


def lifetimes_of(settings: Settings) -> Lifetimes:
    return Lifetimes(settings.refresh_token_s * 1000, settings.sign_in_days * DAY_MS)


async def _sign_out(state: AppState, caller: Caller, body: RefreshRequest) -> None:
    """End a sign-in on every device that uses it, or a till's credential. The validity of tokens is looked up
    anew from then on.
    """
    if caller.is_device:
        ended = partial(
            till_credentials.sign_out, caller=caller, token=body.refresh_token, secret=state.secret
        )
    else:
        ended = partial(accounts.end_family, caller=caller, token=body.refresh_token)
    await state.database.write(caller.tenant_id, ended)
    state.token_validity.forget()
