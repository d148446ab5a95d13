"""The Socket.IO server, and sending to its sockets."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import socketio

from server_stub.realtime.bus import ToldOfPresence
from server_stub.realtime.packets import GuardedPacket, Json
from server_stub.realtime.rooms import rooms_for, rooms_of
from server_stub.services.people.caller import Caller
from server_stub.services.visibility import visible_event
from server_stub.sessions.sockets import Session
from server_stub.settings import Settings
from sync_agent.contract import events
from sync_agent.contract.events import EndReason
from sync_agent.contract.streams import tenant_stream


class Switchboard:
    """Sends to one socket, to a room, or to a tenant; with a bus also across processes."""

    def __init__(self, settings: Settings, bus: Any = None) -> None:
        self._bus = bus
        self.server = socketio.AsyncServer(
            async_mode="asgi",
            client_manager=bus,
            # Without this, handlers of one connection would overlap and finish out of order.
            async_handlers=False,
            json=Json,
            serializer=GuardedPacket,
            # Origins are checked by `middleware.http.OriginMiddleware`, for HTTP and sockets.
            cors_allowed_origins=[],
            max_http_buffer_size=settings.socket_message_bytes_max,
            ping_interval=settings.ping_interval_s,
            ping_timeout=settings.ping_timeout_s,
        )

    def start(self) -> None:
        """Starts listening to other processes now; the library would wait for the first socket."""
        self.server.manager_initialized = True
        self.server.manager.initialize()

    async def close(self) -> None:
        # The ping service does not end by itself; the library's shutdown would wait for its next round.
        service = self.server.eio.service_task_handle
        if service is not None:
            service.cancel()
        if self._bus is not None:
            await self._bus.close()

    def is_listened_to(self, room: str) -> bool:
        """Whether a room may have members; True with a bus, as other processes' rooms are unknown."""
        return self._bus is not None or bool(self.server.manager.rooms.get("/", {}).get(room))

    async def emit(self, event: str, payload: dict[str, Any], room: str) -> None:
        await self.server.emit(event, payload, room=room)

    async def send(self, sid: str, event: str, payload: Any) -> None:
        """Sends to one socket of this process."""
        await self.server.emit(event, payload, to=sid, ignore_queue=True)

    def sids_of_tenant(self, tenant_id: str) -> list[str]:
        """The joined sockets of a tenant at this process."""
        rooms = self.server.manager.rooms.get("/", {})
        return [
            sid for room in rooms_of(tenant_id, tenant_stream(tenant_id)) for sid in list(rooms.get(room, ()))
        ]

    async def tell_of_state(self, tenant_id: str) -> None:
        """Tells the other processes that the state of a tenant has changed."""
        if self._bus is not None:
            await self._bus.tell_of_state(tenant_id)

    async def tell_of_presence(
        self, tenant_id: str, event: str, presence: dict[str, Any], places: list[str]
    ) -> None:
        """Tells the other processes that a person, who has these places, came or went."""
        if self._bus is not None:
            await self._bus.tell_of_presence(tenant_id, event, presence, places)

    def on_told_of_presence(self, told: ToldOfPresence) -> None:
        """Has `told` called with what another process has told."""
        if self._bus is not None:
            self._bus.told_of_presence = told

    def on_told_of_state(self, told: Callable[[str], None]) -> None:
        """Has `told` called with the tenant of which another process has told."""
        if self._bus is not None:
            self._bus.told_of_state = told

    async def enter_rooms(self, session: Session, caller: Caller) -> None:
        for room in _rooms(session, caller):
            await self.server.enter_room(session.sid, room)

    async def leave_rooms(self, session: Session, caller: Caller) -> None:
        for room in _rooms(session, caller):
            await self.server.leave_room(session.sid, room)

    async def end(self, session: Session, reason: EndReason) -> None:
        """Sends the reason to a socket and closes it."""
        ended = events.SessionEnded(reason=reason).to_wire()
        if session.caller is not None:
            ended = visible_event(events.SESSION_ENDED, ended, session.caller.audience) or ended
        await self.send(session.sid, events.SESSION_ENDED, ended)
        await self.server.disconnect(session.sid, ignore_queue=True)

    def on_connection(self, handler: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """Has a connection of Engine.IO handled here first; returns Socket.IO's own handler."""
        eio = self.server.eio
        own: Callable[..., Awaitable[Any]] = eio.handlers["connect"]
        eio.on("connect", handler)
        return own

    def connections(self) -> Mapping[str, Any]:
        """Engine.IO's connections by their ids, the oldest first."""
        sockets: Mapping[str, Any] = self.server.eio.sockets
        return sockets

    def connection_of(self, sid: str) -> str | None:
        eio_sid: str | None = self.server.manager.eio_sid_from_sid(sid, "/")
        return eio_sid

    def sids_of(self, eio_sid: str) -> list[str]:
        """The sockets over one connection of Engine.IO, in all namespaces."""
        manager = self.server.manager
        found = (manager.sid_from_eio_sid(eio_sid, namespace) for namespace in list(manager.get_namespaces()))
        return [sid for sid in found if sid is not None]

    def silent_connections(self, speaking: int) -> set[str]:
        """Connections without a Socket.IO session. `speaking`: how many are known to have one."""
        if len(self.server.eio.sockets) == speaking:
            return set()
        manager = self.server.manager
        return {
            eio_sid
            for eio_sid in list(self.server.eio.sockets)
            if not any(
                manager.sid_from_eio_sid(eio_sid, namespace) for namespace in list(manager.get_namespaces())
            )
        }

    def backlogs(self, over: int) -> dict[str, int]:
        """The connections with more than `over` queued packets, with the number of packets."""
        return {
            eio_sid: waiting
            for eio_sid, connection in list(self.server.eio.sockets.items())
            if (waiting := connection.queue.qsize()) > over
        }

    async def abort(self, eio_sid: str, reason: EndReason | None = None) -> None:
        """Closes a connection without waiting for its peer; its queued packets are dropped."""
        connection = self.server.eio.sockets.get(eio_sid)
        if connection is None:
            return
        while not connection.queue.empty():
            connection.queue.get_nowait()
        sid = self.server.manager.sid_from_eio_sid(eio_sid, "/")
        if sid is not None and reason is not None:
            await self.send(sid, events.SESSION_ENDED, events.SessionEnded(reason=reason).to_wire())
        self.server.eio.sockets.pop(eio_sid, None)
        await connection.close(wait=False, abort=True)
        # Ends the writer task, which closes the transport.
        await connection.queue.put(None)


def _rooms(session: Session, caller: Caller) -> Iterable[str]:
    return [
        room
        for stream in session.streams
        for room in rooms_for(
            caller.tenant_id, stream, takes_changes=session.takes_changes, audience=caller.audience
        )
    ]


def address_of(environ: dict[str, Any]) -> str:
    """The client's address; the library's own REMOTE_ADDR is always 127.0.0.1."""
    scope = environ.get("asgi.scope", {})
    client = scope.get("client")
    return client[0] if client else ""
