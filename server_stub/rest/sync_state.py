"""The synchronisation state of the caller's places, for clients that poll instead of listening."""

from functools import partial

from fastapi import APIRouter, Response

from server_stub.app_state import AppState
from server_stub.presence.sync_state import shop_state
from server_stub.rest.routing import Bearer, answer, documented
from sync_agent.contract import paths
from sync_agent.contract.events import SyncStateAnswer
from sync_agent.contract.wire import from_ms


def routes(state: AppState) -> APIRouter:
    router = APIRouter()

    @router.get(
        paths.SYNC_STATE,
        **documented(
            "How synchronisation stands at the caller's places; in the whole shop, for an admin.",
            gives=SyncStateAnswer,
        ),
    )
    async def sync_state(caller: Bearer) -> Response:
        present = await state.presence.of(caller.tenant_id)
        found = await state.database.read(
            caller.tenant_id, partial(shop_state, tenant_id=caller.tenant_id, present=present)
        )
        return answer(
            SyncStateAnswer(
                sync_state=found.seen_by(caller),
                connected_users=len(found.present_for(caller)),
                timestamp=from_ms(state.now_ms()),
            )
        )

    return router
