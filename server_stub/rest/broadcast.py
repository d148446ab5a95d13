"""A manager's notices: shown to people, never applied as state."""

from functools import partial

from fastapi import APIRouter, Request, Response

from server_stub.app_state import Parts
from server_stub.middleware.incoming import read_body, read_message
from server_stub.rest.routing import Bearer, answer, told
from server_stub.services import broadcasts
from sync_agent.contract.events import PATH_BROADCAST, BroadcastAnswer, BroadcastRequest


def routes(parts: Parts) -> APIRouter:
    router = APIRouter()

    @router.post(
        PATH_BROADCAST,
        **told("Send a notice to everybody, or to one place.", takes=BroadcastRequest, gives=BroadcastAnswer),
    )
    async def broadcast(request: Request, caller: Bearer) -> Response:
        asked = read_message(BroadcastRequest, await read_body(request))
        return answer(
            await parts.database.write(
                caller.tenant_id, partial(broadcasts.broadcast, caller=caller, request=asked)
            )
        )

    return router
