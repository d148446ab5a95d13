"""All sockets of this process: connecting, handling events, disconnecting.

Every event is acknowledged with the envelope, unknown and malformed ones too, and the connection stays open.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import orjson
import socketio
import structlog

from server_stub.app_state import AppState
from server_stub.clock import steady_s
from server_stub.errors import Refusal, too_large
from server_stub.middleware.connections import Connection
from server_stub.middleware.http import connection_of
from server_stub.middleware.incoming import refuse_another_tenant, request_id
from server_stub.realtime.admin_ui import AdminUi
from server_stub.realtime.announcements import Announcements
from server_stub.realtime.client_events import ClientEvents
from server_stub.realtime.joining import Joining
from server_stub.realtime.places import Places
from server_stub.realtime.states import SyncStates
from server_stub.realtime.switchboard import Switchboard, address_of
from server_stub.roles import EVENTS
from server_stub.services.people.caller import Caller
from server_stub.services.visibility import SIMPLE, visible_refusal
from server_stub.sessions.sockets import Session, Sessions
from server_stub.store.database import Commit
from sync_agent.contract import events
from sync_agent.contract.codes import EVENT_BYTES_MAX, QUEUE_EVENT_BYTES_MAX, Envelope, ErrorCode

log = structlog.get_logger()

_UNKNOWN = "(unknown)"
_GOODBYE_S = 0.1
"""Time for the last events to be sent before connections close."""


class Realtime:
    """All sockets of this process, and the outlet through which the feed reaches them."""

    def __init__(self, state: AppState, bus: Any = None) -> None:
        settings = state.settings
        self._state = state
        self._settings = settings
        self._board = Switchboard(settings, bus)
        self._sessions = Sessions(
            join_within_ms=round(settings.join_within_s * 1000),
            token_grace_ms=round(settings.token_grace_s * 1000),
        )
        self._places = Places(
            self._board,
            self._sessions,
            sockets_max=settings.connections_max,
            per_address_max=settings.connections_per_address_max,
        )
        self._states = SyncStates(state, self._board, self._sessions)
        self._announcements = Announcements(state, self._board, self._sessions)
        self._joining = Joining(state, self._board, self._states, self._announcements)
        self._client_events = ClientEvents(state, self._board, self._states)
        self._silent_since_ms: dict[str, int] = {}
        self._backlogs: dict[str, int] = {}
        self.server = self._board.server
        self.server.on("connect", self._on_connect)
        self.server.on("disconnect", self._on_disconnect)
        self.server.on("*", self._on_event)
        self._admin_ui = (
            None if settings.admin_ui is None else AdminUi(state, self._board, *settings.admin_ui)
        )
        self.is_listened_to = self._board.is_listened_to
        self.emit = self._board.emit

    # --- its life ------------------------------------------------------------------------------------------

    async def start(self) -> None:
        self._board.start()
        # Beat before the first socket joins: others would take it for a socket of a dead process.
        await self._state.presence.beat()

    def listener(self, loop: asyncio.AbstractEventLoop) -> Callable[[Commit], None]:
        """A callback for the database, which calls it on the writer's thread."""
        return self._states.listener(loop)

    async def send_states(self) -> None:
        """Sends `sync-state` until cancelled."""
        await self._states.run()

    async def beat(self) -> None:
        """Renews presence until cancelled, and announces who vanished or returned."""
        while True:
            beat = await self._state.presence.beat()
            changed = [(events.USER_DISCONNECTED, beat.vanished), (events.USER_CONNECTED, beat.returned)]
            for event, users in changed:
                for tenant_id, present in users:
                    await self._announcements.announce(event, tenant_id, present)
                    self._states.changed(tenant_id)
            await asyncio.sleep(self._settings.presence_beat_s)

    async def sweep(self) -> None:
        """Until cancelled, closes sockets that exceeded a limit."""
        while True:
            for session, reason in self._sessions.expired(self._state.now_ms()):
                await self._board.end(session, reason)
            await self._end_those_signed_out()
            await self._close_silent()
            await self._close_slow()
            await asyncio.sleep(self._settings.sweep_s)

    async def say_goodbye(self) -> None:
        """Notifies all sockets that the server stops, without announcing each user's leaving."""
        for session, caller in self._sessions.joined():
            await self._board.leave_rooms(session, caller)
        if not len(self._sessions):
            return
        for session in self._sessions:
            await self._board.end(session, "server_stopping")
        await asyncio.sleep(_GOODBYE_S)

    async def close(self) -> None:
        await self._joining.close()
        if self._admin_ui is not None:
            await self._admin_ui.close()
        await self._board.close()

    # --- what is measured ----------------------------------------------------------------------------------

    def joined_by_tenant(self) -> Mapping[str, int]:
        return self._sessions.joined_by_tenant()

    def sockets_open(self) -> int:
        return len(self._sessions)

    # --- connections ---------------------------------------------------------------------------------------

    async def _on_connect(self, sid: str, environ: dict[str, Any], handshake: object = None) -> None:
        if not await self._places.has_room():
            raise socketio.exceptions.ConnectionRefusedError("the server is full; try again in a moment")
        token = handshake.get("token") if isinstance(handshake, dict) else None
        self._sessions.open(
            Session(
                sid,
                self._state.now_ms(),
                address=address_of(environ),
                connection=_websocket_of(environ),
                handshake_token=token if isinstance(token, str) else None,
            )
        )

    async def _on_disconnect(self, sid: str, _reason: str) -> None:
        session = self._sessions.close(sid)
        if session is not None:
            await self._joining.part(session)

    async def _end_those_signed_out(self) -> None:
        joined = list(self._sessions.joined())
        try:
            ended = await self._state.token_validity.ended(caller for _session, caller in joined)
        except Refusal:
            return  # the database is unavailable, which is logged; no socket is closed for that
        for session, caller in joined:
            # A socket that has joined again may have another token.
            if caller in ended and session.caller is caller:
                await self._board.end(session, ended[caller])

    async def _close_silent(self) -> None:
        """Closes connections without a Socket.IO session: those that never opened one, or closed it."""
        now_ms = self._state.now_ms()
        silent = self._board.silent_connections(speaking=len(self._sessions))
        self._silent_since_ms = {eio_sid: self._silent_since_ms.get(eio_sid, now_ms) for eio_sid in silent}
        for eio_sid, since_ms in self._silent_since_ms.items():
            if now_ms >= since_ms + round(self._settings.join_within_s * 1000):
                await self._board.abort(eio_sid)

    async def _close_slow(self) -> None:
        """Closes slow connections, whose send queues grow without end."""
        backlogs = self._board.backlogs(over=self._settings.backlog_max)
        for eio_sid, waiting in backlogs.items():
            if waiting >= self._backlogs.get(eio_sid, waiting + 1):
                log.warning("socket.too_slow", waiting=waiting)
                await self._board.abort(eio_sid, "too_slow")
        self._backlogs = backlogs

    # --- events --------------------------------------------------------------------------------------------

    async def _on_event(self, event: str, sid: str, *arguments: Any) -> dict[str, Any]:
        identifier = self._state.database.ids.new()
        request_id.set(identifier)
        name = event if event in EVENTS else _UNKNOWN
        began_s = steady_s()
        with structlog.contextvars.bound_contextvars(request_id=identifier, event_name=name):
            envelope = await self._answer(event, sid, arguments)
            took_s = steady_s() - began_s
            outcome = envelope.error.code if envelope.error else "ok"
            self._state.metrics.event_done(name, outcome, took_s)
            log.debug("event.done", outcome=outcome, ms=round(1000 * took_s, 1))
        return envelope.to_wire()

    async def _answer(self, event: str, sid: str, arguments: tuple[Any, ...]) -> Envelope:
        identifier = request_id.get()
        session = self._sessions.get(sid)
        try:
            data = await self._dispatch(event, session, arguments)
        except Refusal as refusal:
            if session.bearer is not None:
                doing = event if event in EVENTS else _UNKNOWN
                self._state.abuse_monitor.refused(session.bearer, doing, refusal)
            audience = SIMPLE if session.caller is None else session.caller.audience
            error = visible_refusal(refusal, audience).body(identifier)
            return Envelope(success=False, error=error, request_id=identifier)
        except Exception:
            # The last exception handler of events: a bug must still be acknowledged, or the client waits in
            # vain.
            log.exception("event.failed")
            bug = Refusal(ErrorCode.INTERNAL, "the server failed on this event")
            return Envelope(success=False, error=bug.body(identifier), request_id=identifier)
        return Envelope(success=True, data=data, request_id=identifier)

    async def _dispatch(self, event: str, session: Session, arguments: tuple[Any, ...]) -> object:
        if session.caller is None or event == events.JOIN_TENANT:
            # A join counts towards its bearer's limit too, once the token is read.
            await self._state.limits.unauthenticated(session.sid)
        else:
            await self._state.limits.request(session.caller)
        payload = _payload_of(event, arguments)
        if event == events.JOIN_TENANT:
            return await self._joining.join(session, payload)
        handler = self._client_events.handlers[event]
        caller = self._joined(session, event)
        if event != events.SYNC_OFFLINE_QUEUE:  # its operations are judged one by one
            refuse_another_tenant(payload, caller)
        return await handler(session, caller, payload)

    def _joined(self, session: Session, event: str) -> Caller:
        caller = session.caller
        if caller is None:
            raise Refusal(ErrorCode.UNAUTHORIZED, f"{events.JOIN_TENANT} comes first")
        if caller.expires_ms <= self._state.now_ms():
            raise Refusal(ErrorCode.TOKEN_EXPIRED, "this token has run out; refresh it and join again")
        self._state.abuse_monitor.seen(caller)
        if caller.role not in EVENTS[event]:
            raise Refusal(ErrorCode.FORBIDDEN, f"a {caller.role} may not {event}")
        return caller


def _payload_of(event: str, arguments: tuple[Any, ...]) -> Any:
    """An event's single payload. Raises Refusal if the event is unknown, or the payload no JSON of an
    allowed size.
    """
    if event not in EVENTS:
        raise Refusal(ErrorCode.UNKNOWN_EVENT, f"there is no event {event[:80]}")
    bytes_max = QUEUE_EVENT_BYTES_MAX if event == events.SYNC_OFFLINE_QUEUE else EVENT_BYTES_MAX
    try:
        size = len(orjson.dumps(arguments))
    except TypeError as error:
        raise Refusal(ErrorCode.BAD_REQUEST, "only JSON is taken, and no binary") from error
    if size > bytes_max:
        raise too_large(bytes_max, f"bytes for {event}")
    if len(arguments) > 1:
        raise Refusal(ErrorCode.BAD_REQUEST, "an event has one payload")
    return arguments[0] if arguments else {}


def _websocket_of(environ: dict[str, Any]) -> Connection | None:
    scope = environ.get("asgi.scope", {})
    return connection_of(scope) if scope.get("type") == "websocket" else None
