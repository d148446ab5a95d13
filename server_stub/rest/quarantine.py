"""Quarantined sales, for managers: list, retry, discard."""

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from server_stub.app_state import AppState
from server_stub.middleware.incoming import read_body, read_message
from server_stub.operations import quarantine_review
from server_stub.rest.routing import Bearer, answer, documented
from sync_agent.contract import paths
from sync_agent.contract.operations import DiscardRequest, QuarantineRow

_SALES_MAX = 1000


def routes(state: AppState) -> APIRouter:
    router = APIRouter()
    database = state.database

    @router.get(
        paths.QUARANTINE,
        **documented(
            "Sales that could not be taken, whole, the newest first.", gives=QuarantineRow, many=True
        ),
    )
    async def list_quarantine(
        caller: Bearer,
        status: Literal["open", "applied", "discarded", "all"] = "open",
        limit: Annotated[int, Query(ge=1, le=_SALES_MAX)] = 200,
    ) -> Response:
        found = await database.read(
            caller.tenant_id,
            partial(
                quarantine_review.quarantined_for,
                caller=caller,
                status=None if status == "all" else status,
                limit=limit,
            ),
        )
        return answer([row.to_wire() for row in found])

    @router.post(
        paths.QUARANTINE_RETRY,
        **documented("Judge a sale again; one that still cannot be taken stays open.", gives=QuarantineRow),
    )
    async def retry(operation_id: str, caller: Bearer) -> Response:
        return answer(
            await database.write(
                caller.tenant_id,
                partial(
                    quarantine_review.retry,
                    caller=caller,
                    operation_id=operation_id,
                    handlers=state.operations.handlers,
                ),
            )
        )

    @router.post(
        paths.QUARANTINE_DISCARD,
        **documented("Give a sale up, and say why.", takes=DiscardRequest, gives=QuarantineRow),
    )
    async def discard(operation_id: str, request: Request, caller: Bearer) -> Response:
        body = read_message(DiscardRequest, await read_body(request))
        return answer(
            await database.write(
                caller.tenant_id,
                partial(
                    quarantine_review.discard, caller=caller, operation_id=operation_id, reason=body.reason
                ),
            )
        )

    return router
