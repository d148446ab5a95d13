"""The live feed: sends the changes of each commit to everyone who follows their streams.

The database hands over commits in commit order, on the writer's thread. Changes within a short window go
out together; clients without the feature `changes` get one event for each stock movement instead.
ARCHITECTURE.md, "Streams".
"""

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any, Protocol

from server_stub.realtime.rooms import changes_room, plain_room, side_room, tills_room
from server_stub.services.visibility import SIMPLE, Audience, visible_event, visible_row
from server_stub.store.changes import CommittedChange
from server_stub.store.database import Announcement, Commit
from sync_agent.contract.events import CHANGES, INVENTORY_UPDATED, InventoryUpdated
from sync_agent.contract.streams import ChangesEvent
from sync_agent.contract.wire import from_ms


class Outlet(Protocol):
    """The feed's output: emits to rooms."""

    def is_listened_to(self, room: str) -> bool: ...

    def emit(self, event: str, payload: dict[str, Any], room: str) -> Awaitable[None]: ...


class Feed:
    """Batches commits and publishes them in order, one batch per window."""

    def __init__(
        self,
        outlet: Outlet,
        window_ms: int,
        changes_max: int,
        published: Callable[[list[Commit]], None] = lambda _commits: None,
    ) -> None:
        """`published` is called with the commits that were sent."""
        self._outlet = outlet
        self._published = published
        self._window_s = window_ms / 1000
        self._changes_max = changes_max
        self._pending: deque[Commit] = deque()
        self._pending_changes = 0
        self._arrived = asyncio.Event()
        self._full = asyncio.Event()
        self._published_s = -math.inf
        """When it last published, in seconds of the loop's clock."""

    def listener(self, loop: asyncio.AbstractEventLoop) -> Callable[[Commit], None]:
        """A callback for the database, which calls it on the writer's thread."""

        def hand_over(commit: Commit) -> None:
            loop.call_soon_threadsafe(self.offer, commit)

        return hand_over

    def offer(self, commit: Commit) -> None:
        self._pending.append(commit)
        self._pending_changes += len(commit.changes)
        self._arrived.set()
        if self._pending_changes >= self._changes_max:
            self._full.set()

    async def run(self) -> None:
        """Publishes until cancelled."""
        while True:
            await self._arrived.wait()
            await self._wait_for_window()
            commits, self._pending, self._pending_changes = list(self._pending), deque(), 0
            self._arrived.clear()
            self._full.clear()
            await self._publish(commits)
            self._published_s = asyncio.get_running_loop().time()
            self._published(commits)

    async def _wait_for_window(self) -> None:
        """Waits until the window since the last batch is over, or the next batch is full.

        So a single change is sent at once, and a burst is batched.
        """
        left_s = self._published_s + self._window_s - asyncio.get_running_loop().time()
        if left_s <= 0:
            return
        try:
            await asyncio.wait_for(self._full.wait(), left_s)
        except TimeoutError:
            return

    async def _publish(self, commits: list[Commit]) -> None:
        by_stream: dict[tuple[str, str], list[CommittedChange]] = {}
        for commit in commits:
            for change in commit.changes:
                by_stream.setdefault((change.tenant_id, change.stream), []).append(change)
        for (tenant_id, stream), changes in by_stream.items():
            await self._send_changes(tills_room(tenant_id, stream), stream, changes, is_till=True)
            await self._send_changes(changes_room(tenant_id, stream), stream, changes, is_till=False)
            await self._send_updates(plain_room(tenant_id, stream), changes)
        for commit in commits:
            for announcement in commit.announcements:
                await self._announce(announcement)

    async def _send_changes(
        self, room: str, stream: str, changes: list[CommittedChange], *, is_till: bool
    ) -> None:
        """Sends changes to a room, or to its two side rooms if not every client takes every word in them."""
        if not self._outlet.is_listened_to(room):
            return
        for start in range(0, len(changes), self._changes_max):
            chunk = changes[start : start + self._changes_max]
            all_words = [_as_sent(change, Audience(is_till, is_tolerant=True)) for change in chunk]
            known_words = [_as_sent(change, Audience(is_till, is_tolerant=False)) for change in all_words]
            if all(before is after for before, after in zip(all_words, known_words, strict=True)):
                await self._outlet.emit(CHANGES, _changes_event(stream, all_words), room)
                continue
            for is_tolerant, sent in ((True, all_words), (False, known_words)):
                side = side_room(room, is_tolerant=is_tolerant)
                await self._outlet.emit(CHANGES, _changes_event(stream, sent), side)

    async def _send_updates(self, room: str, changes: list[CommittedChange]) -> None:
        if not self._outlet.is_listened_to(room):
            return
        for update in _updates(changes):
            await self._emit_known(INVENTORY_UPDATED, update.to_wire(), room)

    async def _announce(self, announcement: Announcement) -> None:
        event, payload = announcement.event, announcement.payload
        of = announcement.tenant_id, announcement.stream
        is_known = visible_event(event, payload, SIMPLE) is payload
        for room in (tills_room(*of), changes_room(*of)):
            if not self._outlet.is_listened_to(room):
                continue
            if is_known:
                await self._outlet.emit(event, payload, room)
            else:
                await self._outlet.emit(event, payload, side_room(room, is_tolerant=True))
                await self._emit_known(event, payload, side_room(room, is_tolerant=False))
        if self._outlet.is_listened_to(plain_room(*of)):
            await self._emit_known(event, payload, plain_room(*of))

    async def _emit_known(self, event: str, payload: dict[str, Any], room: str) -> None:
        """Emits in the words of release 0.1.0: any other word is mapped, and an unknown event is not sent."""
        known = visible_event(event, payload, SIMPLE)
        if known is not None:
            await self._outlet.emit(event, known, room)


def _as_sent(committed: CommittedChange, audience: Audience) -> CommittedChange:
    """The change as the audience gets it; the same object if nothing differs, which is usual."""
    row = visible_row(committed.resource_type, committed.row, audience)
    return committed if row is committed.row else replace(committed, row=row)


def _changes_event(stream: str, changes: list[CommittedChange]) -> dict[str, Any]:
    return ChangesEvent(
        stream=stream,
        from_seq=changes[0].seq,
        to_seq=changes[-1].seq,
        changes=[change.to_change() for change in changes],
    ).to_wire()


def _updates(changes: list[CommittedChange]) -> Iterator[InventoryUpdated]:
    for change in changes:
        if change.resource_type != "stock_level" or change.row is None:
            continue
        movement = change.row["movement"]
        yield InventoryUpdated(
            product_id=change.resource_id,
            location_id=change.row["locationId"],
            new_quantity=change.row["quantity"],
            updated_by=movement["actorId"],
            timestamp=from_ms(change.at_ms),
            version=change.version,
            stream=change.stream,
            seq=change.seq,
            operation_id=change.operation_id,
            delta=movement["delta"],
            reason=movement["reason"],
        )
