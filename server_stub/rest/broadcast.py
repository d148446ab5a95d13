"""A manager's notices, which are shown to people and never applied as state, and who has read them."""

from functools import partial

from fastapi import APIRouter, Request, Response

from server_stub.app_state import AppState
from server_stub.middleware.incoming import read_body, read_message
from server_stub.rest.routing import Bearer, answer, documented
from server_stub.services.streams import broadcasts
from sync_agent.contract import paths
from sync_agent.contract.events import BroadcastAnswer, BroadcastRequest
from sync_agent.contract.notices import Notices


def routes(state: AppState) -> APIRouter:
    router = APIRouter()

    @router.post(
        paths.BROADCAST,
        **documented(
            "Send a notice to everybody, or to one place.", takes=BroadcastRequest, gives=BroadcastAnswer
        ),
    )
    async def broadcast(request: Request, caller: Bearer) -> Response:
        body = read_message(BroadcastRequest, await read_body(request))
        return answer(
            await state.database.write(
                caller.tenant_id, partial(broadcasts.broadcast, caller=caller, request=body)
            )
        )

    @router.get(
        paths.NOTICES, **documented("Notices of the last weeks, and who has read them.", gives=Notices)
    )
    async def notices(caller: Bearer) -> Response:
        return answer(
            await state.database.read(caller.tenant_id, partial(broadcasts.with_readers, caller=caller))
        )

    return router
