"""One-time codes: a manager's for a till, and that for the first shop of an empty server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import APIRouter, Request, Response

from server_stub.app_state import AppState
from server_stub.errors import Refusal
from server_stub.middleware.incoming import read_body, read_message
from server_stub.rest.routing import Bearer, address_of, answer, documented
from server_stub.services.people import enrolment_codes, first_shop
from server_stub.services.people.enrolment_codes import FoundCode
from server_stub.services.visibility import Audience
from server_stub.store.tables import SERVER
from sync_agent.contract import paths
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.enrolment_codes import (
    CodeLookUp,
    CodeOffer,
    EnrollByCode,
    EnrolmentCode,
    EnrolmentCodeRequest,
    SetUpAnswer,
    SetUpRequest,
)
from sync_agent.contract.identity import EnrollAnswer

_NEWER = Audience(is_till=False, is_tolerant=True)
"""Whoever asks for a set-up is newer than release 0.1.0, which has none."""


def routes(state: AppState) -> APIRouter:
    router = APIRouter()
    database = state.database

    @router.post(
        paths.CODES,
        **documented(
            "A one-time code that enrols one till at one of your places.",
            takes=EnrolmentCodeRequest,
            gives=EnrolmentCode,
        ),
    )
    async def make(request: Request, caller: Bearer) -> Response:
        body = read_message(EnrolmentCodeRequest, await read_body(request))
        new = enrolment_codes.new_code()
        made = partial(enrolment_codes.make, caller=caller, location_id=body.location_id, new=new)
        return answer(await database.write(caller.tenant_id, made))

    @router.post(
        paths.CODE_LOOK_UP,
        **documented("What a code is for; it is not used by this.", takes=CodeLookUp, gives=CodeOffer),
    )
    async def look_up(request: Request) -> Response:
        body = read_message(CodeLookUp, await read_body(request))
        async with _found(state, body.code, address_of(request)) as found:
            offer = partial(enrolment_codes.offer, found=found, now_ms=state.now_ms())
            return answer(await database.read(found.tenant_id, offer))

    @router.post(
        paths.CODE_ACCEPT,
        **documented(
            "Enrol a till by its code; repeated with the same nonce, the same till.",
            takes=EnrollByCode,
            gives=EnrollAnswer,
        ),
    )
    async def accept(request: Request) -> Response:
        body, address = read_message(EnrollByCode, await read_body(request)), address_of(request)
        async with _found(state, body.code, address) as found:
            found.must_be_of_use(body.nonce, state.now_ms())
            accepted = partial(
                enrolment_codes.accept,
                request=body,
                code_hash=found.code_hash,
                secret=state.secret,
                address=address,
            )
            return answer(await database.write(found.tenant_id, accepted))

    @router.post(
        paths.SET_UP,
        **documented(
            "The first shop of a server that has none, by the code that it printed.",
            takes=SetUpRequest,
            gives=SetUpAnswer,
        ),
    )
    async def set_up(request: Request) -> Response:
        request.state.audience = _NEWER
        body, address = read_message(SetUpRequest, await read_body(request)), address_of(request)
        async with _found(state, body.code, address) as found:
            if found.tenant_id != SERVER:
                raise enrolment_codes.refused()
            found.must_be_of_use(body.nonce, state.now_ms())
            await database.compute(partial(first_shop.refuse_guessable, body))
            ids = first_shop.ids_of(body)
            made = partial(first_shop.set_up, request=body, code_hash=found.code_hash, address=address)
            return answer(await database.write(ids.tenant_id, made))

    return router


@asynccontextmanager
async def _found(state: AppState, typed: str, address: str) -> AsyncIterator[FoundCode]:
    """Whose code this is. A refusal of it counts for the address that it came from, and for nobody else."""
    found = None
    try:
        code_hash = enrolment_codes.hash_typed(typed)
        if code_hash is not None:
            found = await state.database.read("", partial(enrolment_codes.find, code_hash=code_hash))
        if found is None:
            raise enrolment_codes.refused()
        yield found
    except Refusal as refusal:
        if refusal.code is ErrorCode.NOT_FOUND:
            await state.limits.wrong_code(address)
            if found is not None and found.tenant_id != SERVER:
                state.abuse_monitor.code_refused(found.tenant_id, address)
        raise
