"""Conflicts: listing, preview of decisions, deciding, reopening."""

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from server_stub.app_state import AppState
from server_stub.middleware.incoming import read_body, read_message
from server_stub.operations import dry_run
from server_stub.operations.handlers import conflict_reopening, conflict_resolution
from server_stub.operations.queue import refuse_unless_applied
from server_stub.rest.routing import Bearer, answer, documented
from server_stub.services.conflict_list import ConflictFilter, conflicts_for
from server_stub.services.visibility import visible_row
from sync_agent.contract import paths
from sync_agent.contract.conflicts import (
    Conflict,
    ConflictPreview,
    ConflictResolved,
    PreviewRequest,
    ReopenConflict,
    ResolveConflict,
)
from sync_agent.contract.wire import UtcTime, from_ms, to_ms

_CONFLICTS_MAX = 1000


def routes(state: AppState) -> APIRouter:
    router = APIRouter()
    database = state.database

    def now() -> str:
        return from_ms(state.now_ms()).isoformat()

    @router.get(
        paths.CONFLICTS,
        **documented("Conflicts that the caller may decide, the oldest first.", gives=Conflict, many=True),
    )
    async def list_conflicts(
        caller: Bearer,
        status: Literal["open", "resolved", "all"] = "open",
        location_id: Annotated[str | None, Query(alias="locationId", max_length=64)] = None,
        before: UtcTime | None = None,
        limit: Annotated[int, Query(ge=1, le=_CONFLICTS_MAX)] = 200,
    ) -> Response:
        only = ConflictFilter(
            status=None if status == "all" else status,
            location_id=location_id,
            before_ms=None if before is None else to_ms(before),
        )
        found = await database.read(
            caller.tenant_id, partial(conflicts_for, caller=caller, only=only, limit=limit)
        )
        rows = (conflict.to_wire() for conflict in found)
        return answer([visible_row("conflict", row, caller.audience) for row in rows])

    @router.post(
        paths.RESOLVE, **documented("Decide a conflict.", takes=ResolveConflict, gives=ConflictResolved)
    )
    async def resolve_conflict(request: Request, caller: Bearer) -> Response:
        decision = read_message(ResolveConflict, await read_body(request))
        item = conflict_resolution.as_item(decision, database.ids.new(), now())
        result = await state.operations.process_one(caller, item)
        refuse_unless_applied(result)
        return answer(ConflictResolved.model_validate(result.result))

    @router.post(
        paths.PREVIEW,
        **documented(
            "What each decision would do; nothing is done.", takes=PreviewRequest, gives=ConflictPreview
        ),
    )
    async def preview_conflict(conflict_id: str, request: Request, caller: Bearer) -> Response:
        body = read_message(PreviewRequest, await read_body(request))
        wanted = read_message(ReopenConflict, {"conflictId": conflict_id})
        return answer(await dry_run.preview(database, caller, wanted.conflict_id, body))

    @router.post(paths.REOPEN, **documented("Open a decided conflict again, as a new one.", gives=Conflict))
    async def reopen_conflict(conflict_id: str, caller: Bearer) -> Response:
        item = conflict_reopening.as_item(conflict_id, database.ids.new(), now())
        result = await state.operations.process_one(caller, item)
        refuse_unless_applied(result)
        return answer(result.conflict)

    return router
