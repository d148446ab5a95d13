"""`user-connected` and `user-disconnected`: each hears of the people with whom they share a place.

Where somebody is, is said to those of that place alone. Each process sends to its own sockets and tells the
other processes, as it does of states.
"""

from functools import partial
from typing import Any

from server_stub.app_state import AppState
from server_stub.errors import Refusal
from server_stub.presence.local import Present
from server_stub.realtime.switchboard import Switchboard
from server_stub.roles import Action, may
from server_stub.services.people.caller import Caller
from server_stub.services.people.own_places import places_of_person
from server_stub.sessions.sockets import Sessions
from sync_agent.contract import events
from sync_agent.contract.wire import from_ms


class Announcements:
    def __init__(self, state: AppState, board: Switchboard, sessions: Sessions) -> None:
        self._state = state
        self._board = board
        self._sessions = sessions
        board.on_told_of_presence(self._send)

    async def announce(self, event: str, tenant_id: str, present: Present) -> None:
        """Announces a person to the tenant's other sockets; a till without a person is not announced."""
        if not present.is_person:
            return
        presence = events.Presence(
            user_id=present.user_id,
            location_id=present.location_id,
            timestamp=from_ms(self._state.now_ms()),
        ).to_wire()
        places = await self._places_of(tenant_id, present)
        await self._send(tenant_id, event, presence, places, present.sid)
        await self._board.tell_of_presence(tenant_id, event, presence, places)

    async def _places_of(self, tenant_id: str, present: Present) -> list[str]:
        """The person's places, and the one that they are at."""
        find = partial(places_of_person, tenant_id=tenant_id, user_id=present.user_id)
        try:
            places = await self._state.database.read(tenant_id, find)
        except Refusal:  # the database is unavailable, which is logged
            places = frozenset()
        return sorted(places | ({present.location_id} if present.location_id else set()))

    async def _send(
        self, tenant_id: str, event: str, presence: dict[str, Any], places: list[str], but: str | None = None
    ) -> None:
        """Sends to the sockets of this process, each what its bearer may know."""
        without_place = {name: value for name, value in presence.items() if name != "locationId"}
        for sid in self._board.sids_of_tenant(tenant_id):
            session = self._sessions.find(sid)
            caller = None if session is None else session.caller
            if sid == but or caller is None or not _is_told(caller, places):
                continue
            knows_where = _is_told(caller, [presence.get("locationId", "")])
            await self._board.send(sid, event, presence if knows_where else without_place)


def _is_told(caller: Caller, places: list[str]) -> bool:
    return may(caller.role, Action.MANAGE_PLACES) or not set(places).isdisjoint(caller.locations)
