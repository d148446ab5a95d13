"""The audit trail, for managers: its lines, and its verification."""

import asyncio
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

from server_stub.app_state import AppState
from server_stub.errors import Refusal
from server_stub.rest.routing import Bearer, answer, documented
from server_stub.services import audit
from server_stub.services.people.caller import Caller
from server_stub.services.people.own_places import is_of_whole_shop, own_people
from sync_agent.contract import paths
from sync_agent.contract.audit import AuditPage, AuditVerdict
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.wire import UtcTime, to_ms

_LINES_MAX = 1000

Word = Annotated[str | None, Query(max_length=200)]


def routes(state: AppState) -> APIRouter:
    router = APIRouter()
    database = state.database
    walks: dict[str, asyncio.Task[AuditVerdict]] = {}
    """Running verifications by tenant: concurrent requests share one, because a long trail takes time."""

    @router.get(
        paths.AUDIT,
        **documented(
            "Who did what at the caller's places, oldest first; `after` goes on where a page ended.",
            gives=AuditPage,
        ),
    )
    async def read_audit(
        caller: Bearer,
        since: UtcTime | None = None,
        after: Annotated[int, Query(ge=0, le=2**53)] = 0,
        actor: Word = None,
        resource: Word = None,
        kind: Word = None,
        limit: Annotated[int, Query(ge=1, le=_LINES_MAX)] = 200,
    ) -> Response:
        only = audit.AuditFilter(
            since_ms=None if since is None else to_ms(since),
            actor=actor,
            resource=resource,
            kind=kind,
        )
        return answer(
            await database.read(
                caller.tenant_id,
                partial(
                    _page,
                    only=only,
                    after=after,
                    limit=limit,
                    caller=caller,
                ),
            )
        )

    @router.get(
        paths.AUDIT_VERIFY,
        **documented("Whether the trail is whole, or where not.", gives=AuditVerdict),
    )
    async def verify(caller: Bearer) -> Response:
        if not await database.read(caller.tenant_id, partial(is_of_whole_shop, caller=caller)):
            raise Refusal(ErrorCode.FORBIDDEN, "the trail is verified by who may read all of it")
        walk = walks.get(caller.tenant_id)
        if walk is None:
            walk = walks[caller.tenant_id] = asyncio.create_task(audit.verify(database, caller.tenant_id))
            walk.add_done_callback(lambda _walk: walks.pop(caller.tenant_id))
        return answer(await asyncio.shield(walk))

    return router


def _page(
    connection: Connection, caller: Caller, only: audit.AuditFilter, after: int, limit: int
) -> AuditPage:
    part = (
        None
        if is_of_whole_shop(connection, caller)
        else audit.About(caller.locations, own_people(connection, caller))
    )
    return audit.page(connection, caller.tenant_id, only, after, limit, part)
