"""The tenant's synchronisation state, for clients that poll instead of listening."""

from functools import partial

from fastapi import APIRouter, Response

from server_stub.app_state import AppState
from server_stub.presence.sync_state import sync_state_of
from server_stub.rest.routing import Bearer, answer, documented
from sync_agent.contract import paths
from sync_agent.contract.events import SyncStateAnswer
from sync_agent.contract.wire import from_ms


def routes(state: AppState) -> APIRouter:
    router = APIRouter()

    @router.get(
        paths.SYNC_STATE, **documented("How the tenant's synchronisation stands.", gives=SyncStateAnswer)
    )
    async def sync_state(caller: Bearer) -> Response:
        present = await state.presence.of(caller.tenant_id)
        found = await state.database.read(
            caller.tenant_id, partial(sync_state_of, tenant_id=caller.tenant_id, present=present)
        )
        return answer(
            SyncStateAnswer(sync_state=found, connected_users=len(present), timestamp=from_ms(state.now_ms()))
        )

    return router
