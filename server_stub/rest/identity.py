"""Signing in and out, staying signed in, and enrolling tills."""

from functools import partial

from fastapi import APIRouter, Request, Response

from server_stub.app_state import AppState
from server_stub.errors import Refusal
from server_stub.middleware.incoming import read_body, read_message
from server_stub.operations.upcasting import FORMS_READ
from server_stub.rest.routing import Bearer, address_of, answer, documented
from server_stub.services.people import accounts, credentials, enrolment
from sync_agent.contract import paths
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.identity import (
    EnrollAnswer,
    EnrollRequest,
    LoginAnswer,
    LoginRequest,
    RefreshAnswer,
    RefreshRequest,
)


def routes(state: AppState) -> APIRouter:
    router = APIRouter()
    settings, database, tokens = state.settings, state.database, state.tokens

    @router.post(paths.LOGIN, **documented("Sign in.", takes=LoginRequest, gives=LoginAnswer))
    async def login(request: Request) -> Response:
        body = read_message(LoginRequest, await read_body(request))
        address = address_of(request)
        await state.limits.sign_in(body.tenant_id, body.username, address)
        user = await database.read(
            body.tenant_id,
            partial(accounts.find_user, tenant_id=body.tenant_id, username=body.username),
        )
        known = None if user is None else user["password_hash"]
        if not await database.compute(partial(credentials.password_matches, known, body.password)):
            user = None
        if user is None:
            state.metrics.signed_in("refused")
            state.abuse_monitor.sign_in_failed(body.tenant_id, body.username, address)
            raise Refusal(ErrorCode.UNAUTHORIZED, "wrong tenant, name or password")
        state.metrics.signed_in("accepted")
        await state.limits.signed_in(body.tenant_id, body.username)
        signed_in = await database.write(
            body.tenant_id,
            partial(accounts.begin_family, user=user, lifetime_s=settings.refresh_token_s, address=address),
        )
        return answer(
            LoginAnswer(
                access_token=tokens.issue(signed_in.caller.with_features(body.features or ())),
                refresh_token=signed_in.refresh_token,
                expires_in=tokens.lifetime_s,
                user=accounts.signed_in(user),
            )
        )

    @router.post(
        paths.REFRESH,
        **documented(
            "A new access token, for a refresh token or a till's.", takes=RefreshRequest, gives=RefreshAnswer
        ),
    )
    async def refresh(request: Request) -> Response:
        await state.limits.refresh(address_of(request))
        body = read_message(RefreshRequest, await read_body(request))
        token = body.refresh_token
        tenant_id = accounts.tenant_of_token(token)
        # Invented tokens are refused by a reader, so that they do not queue for the single writer thread.
        await database.read(tenant_id, partial(accounts.must_know_token, tenant_id=tenant_id, token=token))
        renewed = await database.write(
            tenant_id,
            partial(accounts.renew, token=token, secret=state.secret, lifetime_s=settings.refresh_token_s),
        )
        if renewed is None:
            raise Refusal(ErrorCode.UNAUTHORIZED, "this token does not hold; sign in again")
        return answer(
            RefreshAnswer(
                access_token=tokens.issue(renewed.caller.with_features(body.features or ())),
                refresh_token=renewed.refresh_token,
                expires_in=tokens.lifetime_s,
                forms=FORMS_READ,
            )
        )

    @router.post(
        paths.LOGOUT,
        **documented("Sign out, everywhere that this sign-in is used.", takes=RefreshRequest),
    )
    async def logout(request: Request, caller: Bearer) -> Response:
        body = read_message(RefreshRequest, await read_body(request))
        await database.write(
            caller.tenant_id, partial(accounts.end_family, caller=caller, token=body.refresh_token)
        )
        state.token_validity.forget()
        return answer(None)

    @router.post(paths.ENROLL, **documented("Enrol a till.", takes=EnrollRequest, gives=EnrollAnswer))
    async def enroll(request: Request, caller: Bearer) -> Response:
        body = read_message(EnrollRequest, await read_body(request))
        return answer(
            await database.write(caller.tenant_id, partial(enrolment.enroll, caller=caller, request=body))
        )

    return router
