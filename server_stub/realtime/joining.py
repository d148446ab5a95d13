"""Joining a tenant and leaving it: authorisation, rooms, presence events."""

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any

import structlog

from server_stub.app_state import AppState
from server_stub.errors import Refusal
from server_stub.middleware.incoming import read_message, refuse_another_tenant
from server_stub.operations.upcasting import FORMS_READ
from server_stub.presence.local import Full, Present
from server_stub.realtime.announcements import Announcements
from server_stub.realtime.states import SyncStates
from server_stub.realtime.switchboard import Switchboard
from server_stub.roles import EVENTS
from server_stub.services.people import token_validity
from server_stub.services.people.caller import Caller
from server_stub.services.streams import stock_view, sync
from server_stub.services.visibility import visible_event
from server_stub.sessions.sockets import Session
from sync_agent.contract import events
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import SHIFT_OPERATIONS_MAX
from sync_agent.contract.streams import (
    Cursor,
    JoinedStreams,
    JoinTenant,
    StreamHead,
    location_stream,
    tenant_stream,
)
from sync_agent.contract.wire import PROTOCOL_VERSION, from_ms

log = structlog.get_logger()

TAKES_CHANGES = "changes"
"""The feature of a client that takes whole changes instead of `inventory-updated`."""

NO_INITIAL_SYNC = "no-initial-sync"
"""The feature of a client that follows its streams from the cursors it gives, and wants no `initial-sync`."""

_FULL_RETRY_MS = 10_000


class Joining:
    def __init__(
        self, state: AppState, board: Switchboard, states: SyncStates, announcements: Announcements
    ) -> None:
        self._state = state
        self._database = state.database
        self._board = board
        self._states = states
        self._announcements = announcements
        self._initial_syncs: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        for initial_sync in self._initial_syncs:
            initial_sync.cancel()
        await asyncio.gather(*self._initial_syncs, return_exceptions=True)

    async def join(self, session: Session, payload: Any) -> JoinedStreams:
        """Joins a socket, or renews its token. After a refusal the socket is as it was before."""
        sent = payload if isinstance(payload, dict) else {}
        request = read_message(JoinTenant, {"token": session.handshake_token or "", **sent})
        if request.protocol not in (None, PROTOCOL_VERSION):
            raise Refusal(ErrorCode.UPGRADE_REQUIRED, f"this server speaks protocol {PROTOCOL_VERSION} alone")
        caller = replace(self._state.tokens.read(request.token), address=session.address)
        caller = caller.with_features(request.features)
        session.bearer = caller
        self._state.abuse_monitor.seen(caller)
        await self._state.limits.request(caller)
        if caller.role not in EVENTS[events.JOIN_TENANT]:
            raise Refusal(ErrorCode.FORBIDDEN, f"a {caller.role} may not {events.JOIN_TENANT}")
        await self._state.token_validity.require_valid(caller)
        refuse_another_tenant(sent, caller)
        location_id = await self._allowed(caller, request)
        is_newcomer = await self._enter(session, caller, request, location_id)
        try:
            # Rooms first, heads second: a change in between is received twice rather than never.
            heads = await self._heads(caller, session.streams)
        except Refusal:
            await self.part(session)
            raise
        if is_newcomer:
            present = session.present(caller)
            await self._announcements.announce(events.USER_CONNECTED, caller.tenant_id, present)
        if request.cursors is None or NO_INITIAL_SYNC not in request.features:
            self._start_initial_sync(session, caller, request.cursors or {})
        return JoinedStreams(
            streams=heads,
            server_time=from_ms(self._state.now_ms()),
            forms=FORMS_READ,
            shift_operations=SHIFT_OPERATIONS_MAX,
            takes=tuple(sorted(self._state.operations.handlers.resource_types)),
        )

    async def part(self, session: Session) -> None:
        """Leaves rooms and presence; the socket remains connected, if it is not closing."""
        caller, session.caller = session.caller, None
        if caller is None:
            return
        if session.connection is not None:
            session.connection.rests()
        if session.initial_sync is not None:
            session.initial_sync.cancel()
        await self._board.leave_rooms(session, caller)
        was_last = await self._state.presence.leave(caller.tenant_id, session.sid)
        if was_last:
            present = session.present(caller)
            await self._announcements.announce(events.USER_DISCONNECTED, caller.tenant_id, present)
        self._states.changed(caller.tenant_id)

    async def _allowed(self, caller: Caller, request: JoinTenant) -> str | None:
        """The location to join. Refuses what the token does not cover."""
        if request.tenant_id != caller.tenant_id:
            raise Refusal(ErrorCode.FORBIDDEN, "tenantId: not the tenant of this token")
        if request.device_id is not None and caller.device_id not in (None, request.device_id):
            raise Refusal(ErrorCode.FORBIDDEN, "deviceId: not the till of this token")
        location_id = request.location_id
        if location_id is None and caller.is_device:
            location_id = caller.locations[0]
        if location_id is not None and location_id not in caller.locations:
            raise Refusal(ErrorCode.NOT_FOUND, f"locationId: there is no place {location_id} for you")
        await self._database.read(
            caller.tenant_id,
            partial(token_validity.require_still_valid, caller=caller, at_the_socket=request.user_id),
        )
        return location_id

    async def _enter(
        self, session: Session, caller: Caller, request: JoinTenant, location_id: str | None
    ) -> bool:
        """Enters presence and rooms. True if the user had no other socket."""
        was_here = await self._leave_previous(session, caller, request.user_id)
        _must_be_open(session)
        present = Present(session.sid, request.user_id, location_id, caller.device_id, session.pending)
        is_only = await self._enter_presence(caller.tenant_id, present)
        if not session.is_open:
            # The socket has closed meanwhile, and its leaving found nothing to leave.
            await self._state.presence.leave(caller.tenant_id, session.sid)
        _must_be_open(session)
        if session.connection is not None:
            session.connection.joined()
        session.caller = caller
        session.user_id = request.user_id
        session.location_id = location_id
        session.takes_changes = TAKES_CHANGES in request.features
        session.streams = tuple(_streams_of(caller, location_id))
        await self._board.enter_rooms(session, caller)
        self._states.changed(caller.tenant_id)
        return is_only and not was_here

    async def _leave_previous(self, session: Session, caller: Caller, user_id: str) -> bool:
        """Leaves what the new join replaces. True if the socket's user remains the same."""
        before = session.caller
        if before is None:
            return False
        if (before.tenant_id, before.device_id, session.user_id) != (
            caller.tenant_id,
            caller.device_id,
            user_id,
        ):
            await self.part(session)
            session.pending = 0
            return False
        await self._board.leave_rooms(session, before)
        return True

    async def _enter_presence(self, tenant_id: str, present: Present) -> bool:
        """True if the user has no other socket. Raises Refusal where there is no room for one more."""
        settings = self._state.settings
        try:
            return await self._state.presence.enter(tenant_id, present)
        except Full as full:
            words = {
                "tenant": f"{settings.connections_per_tenant_max} connections are open already",
                "bearer": f"{settings.sockets_per_bearer_max} connections of yours are open already",
            }
            raise Refusal(
                ErrorCode.UNAVAILABLE,
                f"{words[full.of]}, and there may be no more",
                retry_after_ms=_FULL_RETRY_MS,
            ) from full

    async def _heads(self, caller: Caller, streams: tuple[str, ...]) -> dict[str, StreamHead]:
        return await self._database.read(
            caller.tenant_id, partial(sync.heads, tenant_id=caller.tenant_id, streams=list(streams))
        )

    def _start_initial_sync(self, session: Session, caller: Caller, cursors: dict[str, Cursor]) -> None:
        """Starts a task that sends `initial-sync`, so that the join's acknowledgement need not wait for
        it.
        """
        if session.initial_sync is not None:
            session.initial_sync.cancel()
        initial_sync = asyncio.create_task(self._send_initial_sync(session, caller, cursors))
        session.initial_sync = initial_sync
        self._initial_syncs.add(initial_sync)
        initial_sync.add_done_callback(partial(self._on_initial_sync_done, session))

    def _on_initial_sync_done(self, session: Session, initial_sync: asyncio.Task[None]) -> None:
        self._initial_syncs.discard(initial_sync)
        if session.initial_sync is initial_sync:
            session.initial_sync = None

    async def _send_initial_sync(self, session: Session, caller: Caller, cursors: dict[str, Cursor]) -> None:
        settings = self._state.settings
        try:
            initial_stock = await self._database.read(
                caller.tenant_id,
                partial(
                    stock_view.initial_sync,
                    caller=caller,
                    location_id=session.location_id,
                    cursors=cursors,
                    now_ms=self._state.now_ms(),
                    levels_max=settings.initial_levels_max,
                    movements_max=settings.initial_movements_max,
                ),
            )
        except Refusal as refusal:
            log.warning("initial_sync.refused", code=refusal.code)
            return
        look = visible_event(events.INITIAL_SYNC, initial_stock.to_wire(), caller.audience)
        await self._board.send(session.sid, events.INITIAL_SYNC, look)


def _must_be_open(session: Session) -> None:
    if not session.is_open:
        raise Refusal(ErrorCode.UNAVAILABLE, "the connection has closed")


def _streams_of(caller: Caller, location_id: str | None) -> list[str]:
    if location_id is None:
        return caller.streams()
    return [tenant_stream(caller.tenant_id), location_stream(caller.tenant_id, location_id)]
