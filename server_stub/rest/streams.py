"""Operations in, changes and snapshots out."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from server_stub.app_state import AppState
from server_stub.errors import Refusal, too_large
from server_stub.middleware.incoming import read_upload
from server_stub.rest.routing import Bearer, answer, documented
from server_stub.services.streams import snapshot, sync
from server_stub.services.streams.digest import Digests
from server_stub.services.visibility import visible_result
from sync_agent.contract import paths
from sync_agent.contract.codes import QUEUE_OPERATIONS_MAX, QUEUE_REQUEST_BYTES_MAX, ErrorCode
from sync_agent.contract.operations import QueueRequest, QueueResults
from sync_agent.contract.streams import ChangesPage, Cursor, SnapshotPage, StreamDigest

Stream = Annotated[str, Query(max_length=200)]


def routes(state: AppState) -> APIRouter:
    router = APIRouter()
    settings, database = state.settings, state.database
    digests = Digests()
    state.metrics.show_cache("digests", digests.__len__)

    @router.post(
        paths.QUEUE,
        **documented("Send operations; gzip is accepted.", takes=QueueRequest, gives=QueueResults),
    )
    async def take_queue(request: Request, caller: Bearer) -> Response:
        await state.limits.upload(caller)
        body = await read_upload(request, QUEUE_REQUEST_BYTES_MAX)
        items = body.get("items") if isinstance(body, dict) else None
        if not isinstance(items, list):
            raise Refusal(ErrorCode.BAD_REQUEST, "items: a list of operations")
        if len(items) > QUEUE_OPERATIONS_MAX:
            raise too_large(QUEUE_OPERATIONS_MAX, "operations at a time")
        results = await state.operations.process(caller, items)
        state.metrics.operations_done(items, results)
        return answer({"results": [visible_result(one.to_wire(), caller.audience) for one in results]})

    @router.get(paths.CHANGES, **documented("What follows a cursor of a stream.", gives=ChangesPage))
    async def changes(
        caller: Bearer,
        stream: Stream,
        after: Annotated[int, Query(ge=0, le=2**53)],
        change_id: Annotated[str, Query(alias="changeId", max_length=64)] = "",
        limit: Annotated[int, Query(ge=1, le=2**31)] = 200,
    ) -> Response:
        page = await database.read(
            caller.tenant_id,
            partial(
                sync.changes_after,
                caller=caller,
                stream=stream,
                cursor=Cursor(seq=after, change_id=change_id),
                limit=min(limit, settings.changes_page_max),
            ),
        )
        return answer(page)

    @router.get(
        paths.SNAPSHOT,
        **documented(
            "A stream's current rows, page by page, and where to follow it from.", gives=SnapshotPage
        ),
    )
    async def take_snapshot(
        caller: Bearer,
        stream: Stream,
        page_token: Annotated[str | None, Query(alias="pageToken", max_length=2000)] = None,
    ) -> Response:
        page = await database.read(
            caller.tenant_id,
            partial(
                snapshot.snapshot,
                caller=caller,
                stream=stream,
                page_token=page_token,
                rows_max=settings.snapshot_rows,
            ),
        )
        return answer(page)

    @router.get(
        paths.DIGEST,
        **documented("A stream's current rows in one figure a resource type.", gives=StreamDigest),
    )
    async def digest(caller: Bearer, stream: Stream) -> Response:
        return answer(
            await database.read(caller.tenant_id, partial(digests.of, caller=caller, stream=stream))
        )

    return router
