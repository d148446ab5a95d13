"""`sync-state`: sent to every joined socket at intervals, and shortly after a change.

Each process sends to its own sockets, to each what its bearer may see; who sees a change tells the other
processes that there is one.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import structlog

from server_stub.app_state import AppState
from server_stub.errors import Refusal
from server_stub.presence.sync_state import shop_state
from server_stub.realtime.switchboard import Switchboard
from server_stub.sessions.sockets import Sessions
from server_stub.store.database import Commit
from sync_agent.contract.events import SYNC_STATE

log = structlog.get_logger()


class SyncStates:
    def __init__(self, state: AppState, board: Switchboard, sessions: Sessions) -> None:
        self._state = state
        self._board = board
        self._sessions = sessions
        self._changed: set[str] = set()
        self._changed_elsewhere: set[str] = set()
        board.on_told_of_state(self._told)
        self._has_changed = asyncio.Event()

    def changed(self, tenant_id: str) -> None:
        """Somebody connected or left, a till's queue changed, or a conflict was opened or resolved."""
        self._changed.add(tenant_id)
        self._has_changed.set()

    def _told(self, tenant_id: str) -> None:
        """Another process saw a change."""
        self._changed_elsewhere.add(tenant_id)
        self._has_changed.set()

    def listener(self, loop: asyncio.AbstractEventLoop) -> Callable[[Commit], None]:
        """A callback for the database, which calls it on the writer's thread."""

        def look(commit: Commit) -> None:
            for tenant_id in {
                change.tenant_id for change in commit.changes if change.resource_type == "conflict"
            }:
                loop.call_soon_threadsafe(self.changed, tenant_id)

        return look

    async def run(self) -> None:
        """Sends until cancelled."""
        loop = asyncio.get_running_loop()
        settings = self._state.settings
        next_round_s = loop.time() + settings.sync_state_s
        while True:
            if loop.time() >= next_round_s:
                next_round_s = loop.time() + settings.sync_state_s
                for tenant_id in self._sessions.joined_by_tenant():
                    await self._send(tenant_id)
            try:
                await asyncio.wait_for(self._has_changed.wait(), next_round_s - loop.time())
            except TimeoutError:
                continue
            # Changes within the pause are sent as one.
            await asyncio.sleep(settings.sync_state_pause_s)
            changed, self._changed = self._changed, set()
            elsewhere, self._changed_elsewhere = self._changed_elsewhere, set()
            self._has_changed.clear()
            for tenant_id in changed:
                await self._board.tell_of_state(tenant_id)
            for tenant_id in changed | elsewhere:
                await self._send(tenant_id)

    async def _send(self, tenant_id: str) -> None:
        if not self._sessions.joined_by_tenant()[tenant_id]:
            return
        present = await self._state.presence.of(tenant_id)
        if not present:
            return
        try:
            state = await self._state.database.read(
                tenant_id, partial(shop_state, tenant_id=tenant_id, present=present)
            )
        except Refusal:
            return  # the database is unavailable, which is logged; the next round sends
        except Exception:
            # A failure for one tenant must not stop the sending to others.
            log.exception("sync_state.failed", tenant=tenant_id)
            return
        seen: dict[tuple[str, tuple[str, ...]], dict[str, Any]] = {}
        # Who joins in the meantime is not counted yet, and their joining has the next state sent.
        counted = {entry.sid for entry in present}
        for session, caller in list(self._sessions.joined()):
            if caller.tenant_id != tenant_id or session.sid not in counted:
                continue
            kind = caller.role, caller.locations
            if kind not in seen:
                seen[kind] = state.seen_by(caller).to_wire()
            await self._board.send(session.sid, SYNC_STATE, seen[kind])
