"""People set up, put in force and end their second factor, each time by their password."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from fastapi import APIRouter, Request, Response
from sqlalchemy import RowMapping

from server_stub.app_state import AppState
from server_stub.middleware.incoming import read_body, read_message
from server_stub.rest.by_password import by_password, for_features
from server_stub.rest.routing import address_of, answer, documented
from server_stub.services.people import accounts, second_factor, sign_ins
from server_stub.services.people.second_factor import Keys
from server_stub.store.database import UnitOfWork
from sync_agent.contract import paths
from sync_agent.contract.identity import SecondFactorConfirmed, SecondFactorOffer, SecondFactorRequest

_Done = TypeVar("_Done")
_Work = Callable[[UnitOfWork, RowMapping, str | None, Keys], _Done]


def routes(state: AppState) -> APIRouter:
    router = APIRouter()

    @router.post(
        paths.SECOND_FACTOR_BEGIN,
        **documented(
            "A new secret for an authenticator app.", takes=SecondFactorRequest, gives=SecondFactorOffer
        ),
    )
    async def begin_second_factor(request: Request) -> Response:
        return answer(await _with_password(state, request, second_factor.begin))

    @router.post(
        paths.SECOND_FACTOR_CONFIRM,
        **documented(
            "Put it in force by its first code; other sign-ins end with it.",
            takes=SecondFactorRequest,
            gives=SecondFactorConfirmed,
        ),
    )
    async def confirm_second_factor(request: Request) -> Response:
        confirmed = await _with_password(state, request, _confirm)
        state.token_validity.forget()
        return answer(confirmed)

    @router.post(
        paths.SECOND_FACTOR_END,
        **documented("Do without a second factor again, by a code of it.", takes=SecondFactorRequest),
    )
    async def end_second_factor(request: Request) -> Response:
        await _with_password(state, request, second_factor.end)
        return answer(None)

    return router


async def _with_password(state: AppState, request: Request, work: _Work[_Done]) -> _Done:
    """What somebody does about their second factor, by their password; counted like a sign-in."""
    body = read_message(SecondFactorRequest, await read_body(request))

    def in_one_transaction(unit: UnitOfWork, user: RowMapping) -> _Done:
        return work(unit, accounts.still_proved(unit, user), body.code, Keys(state.secret))

    with for_features(request, body.features):
        async with by_password(state, body, address_of(request)) as user:
            return await state.database.write(body.tenant_id, partial(in_one_transaction, user=user))


def _confirm(unit: UnitOfWork, user: RowMapping, code: str | None, keys: Keys) -> SecondFactorConfirmed:
    """Whoever signed in by the password alone has to sign in again."""
    confirmed = second_factor.confirm(unit, user, code, keys)
    sign_ins.end_all_of(unit, user["id"])
    return confirmed
