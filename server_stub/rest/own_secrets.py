"""People change their own password and PIN by the current one: at a till, or with a sign-in of theirs."""

from functools import partial

from fastapi import APIRouter, Request, Response
from sqlalchemy import RowMapping

from server_stub.app_state import AppState
from server_stub.errors import Refusal
from server_stub.middleware.incoming import read_body, read_message
from server_stub.rest.routing import Bearer, answer, documented
from server_stub.services.people import accounts, credentials, directory, known_addresses
from server_stub.services.people.caller import Caller
from sync_agent.contract import paths
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.identity import OwnPassword, OwnPin
from sync_agent.contract.stock import UserRow


def routes(state: AppState) -> APIRouter:
    router = APIRouter()

    @router.post(
        paths.USER_PASSWORD,
        **documented(
            "Change your own password, by the current one; other sign-ins end with it.",
            takes=OwnPassword,
            gives=UserRow,
        ),
    )
    async def change_password(user_id: str, request: Request, caller: Bearer) -> Response:
        body = read_message(OwnPassword, await read_body(request))
        account = await _by_password(state, caller, user_id, body.current_password)
        if body.new_password == body.current_password:
            raise Refusal(ErrorCode.TOO_EASY, "newPassword: it is the current one")
        return answer(await _change(state, caller, account, password=body.new_password))

    @router.post(
        paths.USER_PIN,
        **documented(
            "Change your own PIN, by the current one or by your password.", takes=OwnPin, gives=UserRow
        ),
    )
    async def change_pin(user_id: str, request: Request, caller: Bearer) -> Response:
        body = read_message(OwnPin, await read_body(request))
        if (body.current_pin is None) == (body.current_password is None):
            raise Refusal(ErrorCode.BAD_REQUEST, "currentPin, currentPassword: one of the two")
        if body.current_password is not None:
            account = await _by_password(state, caller, user_id, body.current_password)
        else:
            account = await _by_pin(state, caller, user_id, body.current_pin or "")
        return answer(await _change(state, caller, account, pin=body.new_pin))

    return router


async def _by_password(state: AppState, caller: Caller, user_id: str, password: str) -> RowMapping:
    """The account, if this is its password: counted like a sign-in to it."""
    tenant_id, address = caller.tenant_id, caller.address or ""
    account = await _account(state, caller, user_id)
    username = f"id {user_id}" if account is None else accounts.as_tried(account["username"])

    async def known(key: str) -> bool:
        return await state.database.read(
            tenant_id,
            partial(
                known_addresses.is_known,
                tenant_id=tenant_id,
                username=username,
                address=key,
                now_ms=state.now_ms(),
            ),
        )

    async with state.tries.trying((tenant_id, username), address, known) as one:
        known_hash = None if account is None else account["password_hash"]
        one.is_right = await state.database.compute(
            partial(credentials.password_matches, known_hash, password)
        )
        if account is None or not one.is_right:
            state.abuse_monitor.sign_in_failed(tenant_id, username, address)
            raise directory.wrong_secret()
    return account


async def _by_pin(state: AppState, caller: Caller, user_id: str, pin: str) -> RowMapping:
    """The account, if this is its PIN. PINs are short, so no address is known well enough for more tries."""
    account = await _account(state, caller, user_id)
    pepper = await state.database.read(
        caller.tenant_id, partial(directory.pepper_of, tenant_id=caller.tenant_id)
    )

    async def never(_key: str) -> bool:
        return False

    async with state.tries.trying((caller.tenant_id, f"pin {user_id}"), caller.address or "", never) as one:
        verifier = None if account is None else account["pin_verifier"]
        one.is_right = await state.database.compute(
            partial(credentials.pin_matches, verifier, pepper, user_id, pin)
        )
        if account is None or not one.is_right:
            raise directory.wrong_secret()
    return account


async def _account(state: AppState, caller: Caller, user_id: str) -> RowMapping | None:
    return await state.database.read(
        caller.tenant_id, partial(directory.own_account, caller=caller, user_id=user_id)
    )


async def _change(
    state: AppState, caller: Caller, account: RowMapping, password: str | None = None, pin: str | None = None
) -> UserRow:
    hashes = await directory.hashed(state.database, caller.tenant_id, account["id"], password, pin)
    row = await state.database.write(
        caller.tenant_id, partial(directory.change_own, caller=caller, proved=account, hashes=hashes)
    )
    state.token_validity.forget()
    return row
