"""Receiving: brings the replica to the head of a stream, by changes or by a snapshot, and verifies it.

Changes come in pages of 200. Each page is applied with the new cursor in one transaction, short enough that a
clerk never waits for it. A snapshot is read where the till has no copy of the stream yet, or where the server
cannot continue from the cursor (it has pruned the changes, or was restored from a backup). A snapshot is
staged page by page, resumed after a crash, and swapped in by one transaction. Before the swap, a server that
may have lost operations gets the completed ones of this till's history again (resend). ARCHITECTURE.md,
"Streams".
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial

from sync_agent.contract import paths
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.streams import (
    Change,
    ChangesEvent,
    ChangesPage,
    Cursor,
    ResourceDigest,
    SnapshotPage,
    StreamDigest,
    tenant_stream,
)
from sync_agent.errors import ProtocolError, TransientError
from sync_agent.events import AgentEvent, Attention, AttentionCode, Fault, Progress
from sync_agent.network.reader import Reader, RequestRefused
from sync_agent.ports import Priority
from sync_agent.push.delivery import Pusher
from sync_agent.settings import AgentSettings
from sync_agent.store import notices
from sync_agent.store.database import Store
from sync_agent.store.device import DeviceIdentity
from sync_agent.store.projection import overlay
from sync_agent.store.queue import resend
from sync_agent.store.replica import feed
from sync_agent.store.replica.cursors import confirm_head, epoch_of, note_read_with, read_cursors, read_with
from sync_agent.store.replica.digests import digests
from sync_agent.store.replica.feed import Fork
from sync_agent.store.replica.kinds import kinds_of, reads
from sync_agent.store.replica.read_with import ReadWith
from sync_agent.store.replica.snapshots import (
    StagedSnapshot,
    stage_changes,
    stage_page,
    staged_snapshot,
    swap_in,
)

log = logging.getLogger(__name__)


class _StreamBroken(Exception):
    """The server cannot continue from this cursor: the stream has to be read from a new snapshot."""


class Puller:
    """Follows the streams of one till. A lock lets one task pull at a time."""

    def __init__(
        self,
        store: Store,
        reader: Reader,
        pusher: Pusher,
        settings: AgentSettings,
        emit: Callable[[AgentEvent], None],
    ) -> None:
        self._store = store
        self._reader = reader
        self._settings = settings
        self._pusher = pusher
        self._emit = emit
        self._one_at_a_time = asyncio.Lock()
        self._fetched_anew: dict[str, str] = {}
        """For each stream whose copy differed and was replaced: the change id of the head at that time."""

    async def catch_up(self, device: DeviceIdentity, stream: str) -> None:
        """Read the stream to its head. Raises SyncError; changes applied before that stay applied."""
        async with self._one_at_a_time:
            kinds = _kinds(device, stream)
            with self._store.reading() as connection:
                copy = read_with(connection, stream)
                staged = staged_snapshot(connection, stream, kinds)
            try:
                if copy is not None and await self._lacks_fields(stream, copy, reads(kinds)):
                    await self._read_again(device, stream, staged)
                elif copy is None or staged is not None:
                    await self._snapshot(device, stream, staged)
                await self._follow(stream)
            except _StreamBroken:
                await self._start_anew(device, stream)

    async def _lacks_fields(self, stream: str, copy: ReadWith, program: ReadWith) -> bool:
        """Whether this program reads more than the copy was read with, so that rows may lack fields.

        If the program reads less (after a downgrade), what is stored for the copy is reduced to what both
        read: rows that arrive from now on lack the difference.
        """
        if not program.has_all_of(copy):
            shared = copy.and_also(program)
            await self._store.write(lambda tx: note_read_with(tx, stream, shared), Priority.AGENT)
        return not copy.has_all_of(program)

    async def _read_again(self, device: DeviceIdentity, stream: str, staged: StagedSnapshot | None) -> None:
        """Replace a copy that lacks fields by a new snapshot, which is staged beside it.

        First the copy follows to the head: a server that can continue from its cursor has lost nothing, so
        nothing is resent.
        """
        await self._follow(stream)
        log.info("this program reads more of %s than the copy has: reading a new snapshot", stream)
        await self._snapshot(device, stream, staged, server_may_have_lost=False)

    async def _start_anew(self, device: DeviceIdentity, stream: str) -> None:
        try:
            await self._snapshot(device, stream, None)
            await self._follow(stream)
        except _StreamBroken as error:
            raise TransientError(f"the server restarted {stream} while it was being read") from error

    # --- verification --------------------------------------------------------------------------------

    async def verify(self, device: DeviceIdentity, stream: str) -> bool:
        """Compare the copy's digests with the server's at the same number; read a snapshot if they differ.

        Returns False if nothing was compared, because the copy is not at that number: try again later. Raises
        SyncError, also if the snapshot could not be read: then compare again later, too.
        """
        async with self._one_at_a_time:
            kinds = _kinds(device, stream)
            theirs = await self._reader.fetch(paths.DIGEST, StreamDigest, stream=stream)
            differing = await self._differing(stream, kinds, theirs)
            if not differing:
                return differing is not None
            log.error("this till's copy of %s differs from the server's in %s", stream, ", ".join(differing))
            if self._fetched_anew.get(stream) == theirs.change_id:
                # A new copy at this same head differs as well, so one of the two programs is at fault, and
                # another snapshot would not help.
                self._emit(Fault("copy"))
                return True
            self._emit(Attention(AttentionCode.COPY_FETCHED_ANEW, {"stream": stream}))
            await self._start_anew(device, stream)
            self._fetched_anew[stream] = theirs.change_id
            return True

    async def _differing(self, stream: str, kinds: tuple[str, ...], theirs: StreamDigest) -> list[str] | None:
        """The resource types that differ; None if the copy is not at the digest's number."""

        def ours() -> dict[str, ResourceDigest] | None:
            at = Cursor(seq=theirs.seq, change_id=theirs.change_id)
            with self._store.reading() as connection:
                return digests(connection, stream, kinds, at)

        found = await asyncio.to_thread(ours)  # hashes 100,000 rows: too slow for the event loop
        if found is None:
            return None
        # A resource type that an older server does not digest is not compared.
        return sorted(name for name, digest in found.items() if theirs.resources.get(name, digest) != digest)

    async def on_changes(self, device: DeviceIdentity, events: Sequence[ChangesEvent]) -> None:
        """Apply live `changes` events in order of arrival. If changes before them are missing, pull those."""
        received: dict[str, list[Change]] = {}
        for event in events:
            received.setdefault(event.stream, []).extend(event.changes)
        for stream, changes in received.items():
            await self._apply_received(device, stream, changes)

    async def _apply_received(self, device: DeviceIdentity, stream: str, changes: list[Change]) -> None:
        size = self._settings.page_changes
        for start in range(0, len(changes), size):
            page = changes[start : start + size]
            gap = await self._store.write(
                partial(feed.apply_changes, stream=stream, changes=page), Priority.AGENT
            )
            if gap is not None:
                await self.catch_up(device, stream)
                return

    # --- changes -------------------------------------------------------------------------------------

    async def _follow(self, stream: str) -> None:
        while True:
            with self._store.reading() as connection:
                cursor = read_cursors(connection)[stream]
                epoch = epoch_of(connection, stream)
                expected = overlay.highest_effect(connection, stream)
            page = await self._changes(stream, cursor, epoch, expected)
            gap = await self._store.write(
                partial(feed.apply_changes, stream=stream, changes=page.changes), Priority.AGENT
            )
            if isinstance(gap, Fork):
                raise _StreamBroken
            if gap is not None and (not page.changes or page.changes[0].seq != gap.after + 1):
                raise ProtocolError(f"the server left out changes of {stream} after {gap.after}")
            if not page.changes or page.changes[-1].seq >= page.head:
                await self._store.write(lambda tx: confirm_head(tx, stream), Priority.AGENT)
                return

    async def _changes(self, stream: str, after: Cursor, epoch: str | None, effect: int) -> ChangesPage:
        """The page of changes after a cursor.

        Raises _StreamBroken if the server pruned them, or was restored: its epoch is another, or its head is
        below the number of an effect that it named.
        """
        try:
            page = await self._reader.fetch(
                paths.CHANGES,
                ChangesPage,
                stream=stream,
                after=after.seq,
                limit=self._settings.page_changes,
                changeId=after.change_id or None,
            )
        except RequestRefused as error:
            if error.code == ErrorCode.CURSOR_EXPIRED:
                raise _StreamBroken from error
            raise
        if page.epoch != epoch or page.head < effect:
            raise _StreamBroken
        return page

    # --- snapshots -----------------------------------------------------------------------------------

    async def _snapshot(
        self,
        device: DeviceIdentity,
        stream: str,
        staged: StagedSnapshot | None,
        *,
        server_may_have_lost: bool = True,
    ) -> None:
        kinds = _kinds(device, stream)
        if staged is None or not staged.complete:
            await self._stage(stream, kinds, staged)
        # From here to the swap no operation may be in flight: its effect could be in the snapshot already,
        # and its overlay would count it a second time. So operations that were sent and not answered are sent
        # again first: each then has its result, which names the number of its effect.
        async with self._pusher.lock:
            await self._pusher.settle_sent()
            expected = await self._resend_completed(stream) if server_may_have_lost else 0
            await self._stage_later_changes(stream, kinds, expected)
            await self._store.write(lambda tx: swap_in(tx, stream, kinds), Priority.AGENT)

    async def _stage(self, stream: str, kinds: tuple[str, ...], staged: StagedSnapshot | None) -> None:
        """Stage the pages beside the copy; the next page is fetched while one is written."""
        token, epoch = (None, None) if staged is None else (staged.page_token, staged.epoch)
        coming = asyncio.ensure_future(self._page(stream, token, epoch))
        try:
            while True:
                page = await coming
                if page.next_page_token is not None:
                    coming = asyncio.ensure_future(self._page(stream, page.next_page_token, page.epoch))
                staged = await self._store.write(
                    partial(stage_page, page=page, first=staged is None, kinds=kinds), Priority.AGENT
                )
                self._emit(Progress(stream, staged.rows_done, staged.rows_total))
                if staged.complete:
                    return
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)

    async def _resend_completed(self, stream: str) -> int:
        """Resend what the server may have lost, in case it was restored from an older backup.

        This comes before the swap, so that the till's figures always include what it sold. If nothing was
        lost (the cursor was only too old), every result is `repeated`. Returns the highest number in this
        stream of the effects of what was lost and is now applied again; 0 if there is none.
        """
        marked = await self._store.write(
            partial(resend.mark_for_resend, stream=stream, settings=self._settings), Priority.AGENT
        )
        reapplied = await self._pusher.resend_completed() if marked else []
        if reapplied:
            count = len(reapplied)
            await self._store.write(
                lambda tx: notices.add(tx, notices.SERVER_RESTORED, {"count": count}), Priority.AGENT
            )
            self._emit(Attention(AttentionCode.SERVER_RESTORED, {"count": count}))
        effects = (effect for result in reapplied for effect in result.effects or [])
        return max((effect.seq for effect in effects if effect.stream == stream), default=0)

    async def _page(self, stream: str, page_token: str | None, epoch: str | None) -> SnapshotPage:
        """A page of a snapshot; without a token the first, of whichever epoch.

        Raises _StreamBroken if the token has expired or the epoch is another.
        """
        try:
            page = await self._reader.fetch(paths.SNAPSHOT, SnapshotPage, stream=stream, pageToken=page_token)
        except RequestRefused as error:
            if page_token is not None:
                raise _StreamBroken from error
            raise
        if epoch is not None and page.epoch != epoch:
            raise _StreamBroken
        return page

    async def _stage_later_changes(self, stream: str, kinds: tuple[str, ...], effect: int) -> None:
        """Bring the staged copy to the head of the stream, which is not below the number `effect`."""
        while True:
            with self._store.reading() as connection:
                staged = staged_snapshot(connection, stream, kinds)
            assert staged is not None, "the snapshot was staged just now"
            cursor = Cursor(seq=staged.seq, change_id=staged.change_id)
            page = await self._changes(stream, cursor, staged.epoch, effect)
            await self._store.write(
                partial(stage_changes, stream=stream, changes=page.changes), Priority.AGENT
            )
            if not page.changes or page.changes[-1].seq >= page.head:
                return


def _kinds(device: DeviceIdentity, stream: str) -> tuple[str, ...]:
    """The resource types that this till reads of the stream."""
    return kinds_of(stream == tenant_stream(device.tenant_id))
