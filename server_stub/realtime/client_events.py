"""Handlers of a joined client's events: they call services and name the results as the wire does."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from server_stub.app_state import AppState
from server_stub.errors import Refusal, too_large
from server_stub.middleware.incoming import read_message
from server_stub.operations.handlers import conflict_resolution
from server_stub.operations.parsing import Defaults
from server_stub.operations.queue import refuse_unless_applied
from server_stub.realtime.states import SyncStates
from server_stub.realtime.switchboard import Switchboard
from server_stub.services.people.caller import Caller
from server_stub.services.streams import broadcasts
from server_stub.services.visibility import visible_event, visible_result
from server_stub.sessions.sockets import Session
from sync_agent.contract import events
from sync_agent.contract.codes import QUEUE_OPERATIONS_MAX, ErrorCode
from sync_agent.contract.conflicts import ConflictResolved, ResolveConflict
from sync_agent.contract.operations import OperationResult
from sync_agent.contract.wire import format_time, from_ms

Handler = Callable[[Session, Caller, Any], Awaitable[object]]


class ClientEvents:
    def __init__(self, state: AppState, board: Switchboard, states: SyncStates) -> None:
        self._state = state
        self._database = state.database
        self._board = board
        self._states = states
        self.handlers: dict[str, Handler] = {
            events.INVENTORY_UPDATE: self._update_inventory,
            events.SYNC_OFFLINE_QUEUE: self._take_queue,
            events.RESOLVE_CONFLICT: self._resolve_conflict,
            events.NETWORK_STATUS: self._note_network_status,
            events.PING: self._ping,
        }

    async def _update_inventory(self, session: Session, caller: Caller, payload: Any) -> object:
        update = read_message(events.InventoryUpdate, payload)
        event_id = update.event_id or self._database.ids.new()
        data = {"newQuantity": update.new_quantity, "previousQuantity": update.previous_quantity}
        result = await self._one(
            session,
            caller,
            {
                "id": event_id,
                "operation": "update",
                "timestamp": self._now(),
                "resourceType": "stock_level",
                "resourceId": update.product_id,
                "locationId": update.location_id,
                "version": update.version,
                "data": {name: value for name, value in data.items() if value is not None},
            },
        )
        await self._must_apply(session, caller, result)
        confirmed = events.UpdateConfirmed(
            event_id=event_id,
            new_version=(result.result or {})["version"],
            timestamp=from_ms(self._state.now_ms()),
        )
        await self._board.send(session.sid, events.UPDATE_CONFIRMED, confirmed.to_wire())
        return confirmed

    async def _take_queue(self, session: Session, caller: Caller, payload: Any) -> object:
        await self._state.limits.upload(caller)
        if not isinstance(payload, list):
            raise Refusal(ErrorCode.BAD_REQUEST, "a queue is a list of operations")
        if len(payload) > QUEUE_OPERATIONS_MAX:
            raise too_large(QUEUE_OPERATIONS_MAX, "operations at a time")
        results = await self._state.operations.process(caller, payload, _defaults(session))
        self._state.metrics.operations_done(payload, results)
        answer = [visible_result(result.to_wire(), caller.audience) for result in results]
        await self._board.send(session.sid, events.OFFLINE_SYNC_RESULTS, answer)
        return answer

    async def _resolve_conflict(self, session: Session, caller: Caller, payload: Any) -> object:
        decision = read_message(ResolveConflict, payload)
        item = conflict_resolution.as_item(decision, self._database.ids.new(), self._now())
        result = await self._one(session, caller, item)
        await self._must_apply(session, caller, result)
        resolved = ConflictResolved.model_validate(result.result).model_copy(update={"resolved_by": None})
        await self._board.send(session.sid, events.CONFLICT_RESOLVED, resolved.to_wire())
        return resolved

    async def _note_network_status(self, session: Session, caller: Caller, payload: Any) -> object:
        """Notes connectivity and queue length. A till's queue remains while it is offline; an event with
        neither field changes nothing.
        """
        status = read_message(events.NetworkStatus, payload)
        if status.pending is not None:
            session.pending = status.pending
            if await self._state.presence.report(caller.tenant_id, session.sid, status.pending):
                self._states.changed(caller.tenant_id)
        if status.notices_read:
            await self._database.write(
                caller.tenant_id,
                partial(broadcasts.note_readings, caller=caller, readings=status.notices_read),
            )
        return None

    async def _ping(self, _session: Session, _caller: Caller, payload: Any) -> object:
        ping = read_message(events.Ping, payload)
        return events.Pong(client_time=ping.client_time, server_time=from_ms(self._state.now_ms()))

    async def _one(self, session: Session, caller: Caller, item: dict[str, Any]) -> OperationResult:
        """Processes an event that is an operation, by the same handlers as an upload."""
        result = await self._state.operations.process_one(caller, item, _defaults(session))
        self._state.metrics.operations_done([item], [result])
        return result

    def _now(self) -> str:
        return format_time(from_ms(self._state.now_ms()))

    async def _must_apply(self, session: Session, caller: Caller, result: OperationResult) -> None:
        if result.conflict is not None:
            conflict = visible_event(events.SYNC_CONFLICT, result.conflict.to_wire(), caller.audience)
            await self._board.send(session.sid, events.SYNC_CONFLICT, conflict)
        refuse_unless_applied(result)


def _defaults(session: Session) -> Defaults:
    return Defaults(session.location_id, session.user_id)
