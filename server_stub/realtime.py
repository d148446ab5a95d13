"""The socket side: events in, acknowledgements out, and the rooms that hear of changes.

Every event is acknowledged with the envelope, unknown and malformed ones too, and the connection lives on.
The rules are in services; here is only who is behind a socket and what a result is called on the wire.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import orjson
import socketio
import structlog

from server_stub.auth import AccessTokens
from server_stub.errors import Refusal
from server_stub.incoming import read_message, request_id
from server_stub.rooms import room_for, rooms_of
from server_stub.services import accounts, queue, sync
from server_stub.services.caller import Caller
from server_stub.sessions import Session, Sessions
from server_stub.settings import Settings
from server_stub.store.database import Database
from sync_agent.contract import events
from sync_agent.contract.codes import (
    EVENT_BYTES_MAX,
    QUEUE_EVENT_BYTES_MAX,
    QUEUE_OPERATIONS_MAX,
    Envelope,
    ErrorCode,
)
from sync_agent.contract.conflicts import ConflictResolved, ResolveConflict
from sync_agent.contract.operations import OperationResult, ResultStatus
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
"""The feature of a client that hears whole changes instead of `inventory-updated`."""

_UNNAMED = "(unnamed)"
_NOT_A_CLIENTS = frozenset({"connect", "disconnect"})


class _Json:
    """orjson in the shape that python-socketio asks for."""

    @staticmethod
    def dumps(value: object, **_options: object) -> str:
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str | bytes, **_options: object) -> Any:
        return orjson.loads(text)


class _GuardedPacket(socketio.packet.Packet):  # type: ignore[misc]
    """Reads packets so that every event reaches the one handler that acknowledges them.

    A client that sends an event named like one of the library's own ("disconnect") would otherwise run that
    handler, and one whose name is no word would run none.
    """

    data: Any

    def decode(self, encoded_packet: str) -> Any:
        attachments = super().decode(encoded_packet)
        if self.packet_type in (socketio.packet.EVENT, socketio.packet.BINARY_EVENT):
            named = isinstance(self.data, list) and self.data and isinstance(self.data[0], str)
            if not named:
                self.data = [_UNNAMED]
            elif self.data[0] in _NOT_A_CLIENTS:
                self.data[0] = f"({self.data[0]})"
        return attachments


Handler = Callable[[Session, Any], Awaitable[object]]


class Realtime:
    """All sockets of this process, and the outlet through which the feed reaches them."""

    def __init__(self, settings: Settings, database: Database, tokens: AccessTokens) -> None:
        self._settings = settings
        self._database = database
        self._tokens = tokens
        self._sessions = Sessions(
            join_within_ms=round(settings.join_within_s * 1000),
            token_grace_ms=round(settings.token_grace_s * 1000),
        )
        self._greetings: set[asyncio.Task[None]] = set()
        self._handlers: dict[str, Handler] = {
            events.JOIN_TENANT: self._join,
            events.INVENTORY_UPDATE: self._update_inventory,
            events.SYNC_OFFLINE_QUEUE: self._take_queue,
            events.RESOLVE_CONFLICT: self._resolve_conflict,
            events.NETWORK_STATUS: self._note_network_status,
            events.PING: self._ping,
        }
        self.server = socketio.AsyncServer(
            async_mode="asgi",
            # Handlers of one connection would otherwise overlap and finish out of order.
            async_handlers=False,
            json=_Json,
            serializer=_GuardedPacket,
            # None: a page of our own origin, or a native client, which sends none.
            cors_allowed_origins=list(settings.allowed_origins) or None,
            max_http_buffer_size=settings.socket_message_bytes_max,
            ping_interval=settings.ping_interval_s,
            ping_timeout=settings.ping_timeout_s,
        )
        self.server.on("connect", self._on_connect)
        self.server.on("disconnect", self._on_disconnect)
        self.server.on("*", self._on_event)

    # --- the feed's outlet ---------------------------------------------------------------------------------

    def is_listened_to(self, room: str) -> bool:
        return bool(self.server.manager.rooms.get("/", {}).get(room))

    async def emit(self, event: str, payload: dict[str, Any], room: str) -> None:
        await self.server.emit(event, payload, room=room)

    # --- connections ---------------------------------------------------------------------------------------

    async def sweep(self) -> None:
        """Closes, until cancelled, the sockets that have outstayed."""
        while True:
            for session, reason in self._sessions.outstayed(self._now_ms()):
                await self.server.emit(events.SESSION_ENDED, {"reason": reason}, to=session.sid)
                await self.server.disconnect(session.sid)
            await asyncio.sleep(self._settings.sweep_s)

    async def close(self) -> None:
        for greeting in self._greetings:
            greeting.cancel()
        await asyncio.gather(*self._greetings, return_exceptions=True)

    async def _on_connect(self, sid: str, _environ: object, handshake: object = None) -> None:
        token = handshake.get("token") if isinstance(handshake, dict) else None
        self._sessions.open(sid, self._now_ms(), token if isinstance(token, str) else None)

    async def _on_disconnect(self, sid: str, _reason: str) -> None:
        session = self._sessions.close(sid)
        if session is not None and session.caller is not None:
            await self._say_gone(session, session.caller)

    async def _on_event(self, event: str, sid: str, *arguments: Any) -> dict[str, Any]:
        identifier = self._database.ids.new()
        request_id.set(identifier)
        with structlog.contextvars.bound_contextvars(request_id=identifier, event_name=event):
            envelope = await self._answer(event, sid, arguments)
        return envelope.to_wire()

    async def _answer(self, event: str, sid: str, arguments: tuple[Any, ...]) -> Envelope:
        identifier = request_id.get()
        try:
            data = await self._dispatch(event, sid, arguments)
        except Refusal as refusal:
            return Envelope(success=False, error=refusal.body(identifier), request_id=identifier)
        except Exception:
            # The supervisor of events: a bug must still be acknowledged, or the client waits for nothing.
            log.exception("event.failed")
            bug = Refusal(ErrorCode.INTERNAL, "the server failed on this event")
            return Envelope(success=False, error=bug.body(identifier), request_id=identifier)
        return Envelope(success=True, data=data, request_id=identifier)

    async def _dispatch(self, event: str, sid: str, arguments: tuple[Any, ...]) -> object:
        handler = self._handlers.get(event)
        if handler is None:
            raise Refusal(ErrorCode.UNKNOWN_EVENT, f"there is no event {event[:80]}")
        bytes_max = QUEUE_EVENT_BYTES_MAX if event == events.SYNC_OFFLINE_QUEUE else EVENT_BYTES_MAX
        try:
            size = len(orjson.dumps(arguments))
        except TypeError as error:
            raise Refusal(ErrorCode.BAD_REQUEST, "only JSON is taken, and no binary") from error
        if size > bytes_max:
            raise Refusal(ErrorCode.PAYLOAD_TOO_LARGE, f"at most {bytes_max} bytes for {event}")
        if len(arguments) > 1:
            raise Refusal(ErrorCode.BAD_REQUEST, "an event has one payload")
        session = self._sessions.get(sid)
        return await handler(session, arguments[0] if arguments else {})

    # --- joining and leaving -------------------------------------------------------------------------------

    async def _join(self, session: Session, payload: Any) -> object:
        told = payload if isinstance(payload, dict) else {}
        request = read_message(JoinTenant, {"token": session.handshake_token or "", **told})
        if request.protocol not in (None, PROTOCOL_VERSION):
            raise Refusal(ErrorCode.UPGRADE_REQUIRED, f"this server speaks protocol {PROTOCOL_VERSION} alone")
        caller = self._tokens.read(request.token)
        location_id = await self._allowed(caller, request)
        before = replace(session)
        await self._leave(session)
        joining = not self._sessions.is_present(caller.tenant_id, request.user_id)
        session.caller = caller
        session.user_id = request.user_id
        session.location_id = location_id
        session.takes_changes = TAKES_CHANGES in request.features
        session.streams = tuple(_streams_of(caller, location_id))
        # Rooms first and heads second: a change in between is heard of twice rather than never.
        for stream in session.streams:
            room = room_for(caller.tenant_id, stream, takes_changes=session.takes_changes)
            await self.server.enter_room(session.sid, room)
        heads = await self._heads(caller, session.streams)
        if before.caller is not None and before.user_id != session.user_id:
            await self._say_gone(before, before.caller)
        if joining:
            await self._tell_presence(events.USER_CONNECTED, session, caller)
        self._greet(session, caller, request.cursors or {})
        return JoinedStreams(streams=heads, server_time=from_ms(self._now_ms()))

    async def _allowed(self, caller: Caller, request: JoinTenant) -> str | None:
        """The location to join; refuses whatever the token does not say."""
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
            partial(accounts.must_still_stand, caller=caller, at_the_socket=request.user_id)
        )
        return location_id

    async def _heads(self, caller: Caller, streams: tuple[str, ...]) -> dict[str, StreamHead]:
        return await self._database.read(
            partial(sync.heads, tenant_id=caller.tenant_id, streams=list(streams))
        )

    async def _leave(self, session: Session) -> None:
        caller = session.caller
        if caller is None:
            return
        for stream in session.streams:
            room = room_for(caller.tenant_id, stream, takes_changes=session.takes_changes)
            await self.server.leave_room(session.sid, room)
        session.streams = ()

    def _greet(self, session: Session, caller: Caller, cursors: dict[str, Cursor]) -> None:
        """Sends `initial-sync` by itself, so that the acknowledgement of the join does not wait for it."""
        greeting = asyncio.create_task(self._send_initial_sync(session, caller, cursors))
        self._greetings.add(greeting)
        greeting.add_done_callback(self._greetings.discard)

    async def _send_initial_sync(self, session: Session, caller: Caller, cursors: dict[str, Cursor]) -> None:
        try:
            first_look = await self._database.read(
                partial(
                    sync.initial_sync,
                    caller=caller,
                    location_id=session.location_id,
                    cursors=cursors,
                    now_ms=self._now_ms(),
                    levels_max=self._settings.initial_levels_max,
                    movements_max=self._settings.initial_movements_max,
                )
            )
        except Refusal as refusal:
            log.warning("initial_sync.refused", code=refusal.code)
            return
        await self.server.emit(events.INITIAL_SYNC, first_look.to_wire(), to=session.sid)

    async def _say_gone(self, session: Session, caller: Caller) -> None:
        if not self._sessions.is_present(caller.tenant_id, session.user_id):
            await self._tell_presence(events.USER_DISCONNECTED, session, caller)

    async def _tell_presence(self, event: str, session: Session, caller: Caller) -> None:
        if session.user_id == caller.device_id:
            return
        presence = events.Presence(
            user_id=session.user_id, location_id=session.location_id, timestamp=from_ms(self._now_ms())
        )
        for room in rooms_of(caller.tenant_id, tenant_stream(caller.tenant_id)):
            await self.server.emit(event, presence.to_wire(), room=room, skip_sid=session.sid)

    # --- what a joined client asks -------------------------------------------------------------------------

    async def _update_inventory(self, session: Session, payload: Any) -> object:
        caller = self._joined(session)
        update = read_message(events.InventoryUpdate, payload)
        event_id = update.event_id or self._database.ids.new()
        data = {"newQuantity": update.new_quantity, "previousQuantity": update.previous_quantity}
        result = await self._one(
            session,
            caller,
            {
                "id": event_id,
                "resourceType": "stock_level",
                "resourceId": update.product_id,
                "locationId": update.location_id,
                "version": update.version,
                "data": {name: value for name, value in data.items() if value is not None},
            },
        )
        await self._must_apply(session, result)
        confirmed = events.UpdateConfirmed(
            event_id=event_id,
            new_version=(result.result or {})["version"],
            timestamp=from_ms(self._now_ms()),
        )
        await self.server.emit(events.UPDATE_CONFIRMED, confirmed.to_wire(), to=session.sid)
        return confirmed

    async def _take_queue(self, session: Session, payload: Any) -> object:
        caller = self._joined(session)
        if not isinstance(payload, list):
            raise Refusal(ErrorCode.BAD_REQUEST, "a queue is a list of operations")
        if len(payload) > QUEUE_OPERATIONS_MAX:
            raise Refusal(ErrorCode.PAYLOAD_TOO_LARGE, f"at most {QUEUE_OPERATIONS_MAX} operations at a time")
        results = await queue.process(
            self._database,
            caller,
            payload,
            self._defaults(session),
            operations_per_commit=self._settings.operations_per_commit,
        )
        answer = [result.to_wire() for result in results]
        await self.server.emit(events.OFFLINE_SYNC_RESULTS, answer, to=session.sid)
        return answer

    async def _resolve_conflict(self, session: Session, payload: Any) -> object:
        caller = self._joined(session)
        decision = read_message(ResolveConflict, payload)
        result = await self._one(session, caller, resolution_item(decision, self._database.ids.new()))
        await self._must_apply(session, result)
        resolved = ConflictResolved.model_validate(result.result).model_copy(update={"resolved_by": None})
        await self.server.emit(events.CONFLICT_RESOLVED, resolved.to_wire(), to=session.sid)
        return resolved

    async def _note_network_status(self, session: Session, payload: Any) -> object:
        self._joined(session)
        read_message(events.NetworkStatus, payload)
        return None

    async def _ping(self, session: Session, payload: Any) -> object:
        self._joined(session)
        ping = read_message(events.Ping, payload)
        return events.Pong(client_time=ping.client_time, server_time=from_ms(self._now_ms()))

    async def _one(self, session: Session, caller: Caller, item: dict[str, Any]) -> OperationResult:
        """An event that is an operation: judged and kept by the same rules as any other."""
        stamped = {"operation": "update", "timestamp": from_ms(self._now_ms()).isoformat(), **item}
        return await queue.process_one(self._database, caller, stamped, self._defaults(session))

    async def _must_apply(self, session: Session, result: OperationResult) -> None:
        if result.conflict is not None:
            await self.server.emit(events.SYNC_CONFLICT, result.conflict.to_wire(), to=session.sid)
        refuse_unless_applied(result)

    def _joined(self, session: Session) -> Caller:
        if session.caller is None:
            raise Refusal(ErrorCode.UNAUTHORIZED, f"{events.JOIN_TENANT} comes first")
        if session.caller.expires_ms <= self._now_ms():
            raise Refusal(ErrorCode.TOKEN_EXPIRED, "this token has run out; refresh it and join again")
        return session.caller

    def _defaults(self, session: Session) -> queue.Defaults:
        return queue.Defaults(session.location_id, session.user_id)

    def _now_ms(self) -> int:
        return self._database.clock.now_ms()


def resolution_item(decision: ResolveConflict, fresh_id: str) -> dict[str, Any]:
    """A decision as the operation that carries it out."""
    return {
        "id": decision.operation_id or fresh_id,
        "resourceType": "conflict",
        "resourceId": decision.conflict_id,
        "data": decision.to_wire(),
    }


def refuse_unless_applied(result: OperationResult) -> None:
    """Turns the result of a single operation into a refusal, where it is one."""
    if result.status is ResultStatus.APPLIED:
        return
    raise Refusal(
        ErrorCode(result.code or ErrorCode.INTERNAL),
        result.error or "",
        details=result.conflict.to_wire() if result.conflict else None,
        retry_after_ms=result.retry_after_ms,
    )


def _streams_of(caller: Caller, location_id: str | None) -> list[str]:
    if location_id is None:
        return caller.streams()
    return [tenant_stream(caller.tenant_id), location_stream(caller.tenant_id, location_id)]
