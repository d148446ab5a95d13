"""A session with the server, from connecting to its loss, and the connection state that a clerk sees.

A session is one connection: token, socket, join, catch-up, then listening until it ends. The supervisor in
agent.py runs one session after another. Reached means that our own server answered an authenticated call.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sync_agent.contract import events, paths
from sync_agent.contract.events import NetworkStatus
from sync_agent.contract.streams import JoinedStreams, location_stream, tenant_stream
from sync_agent.contract.tolerance import TOLERANT
from sync_agent.contract.wire import PROTOCOL_VERSION, to_ms
from sync_agent.errors import AuthError, ProtocolError, RejectedError, SyncError, TransientError
from sync_agent.events import AgentEvent, ConnectionState, StateChanged
from sync_agent.network.envelope import read_as
from sync_agent.network.session import Session
from sync_agent.place_receipts import PlaceReceipts
from sync_agent.ports import Channel, Clock, Priority, Transport
from sync_agent.pull import Puller
from sync_agent.push.routes import Uplink
from sync_agent.server_events import Listener, handle
from sync_agent.settings import AgentSettings
from sync_agent.store import link, notices, proved_time
from sync_agent.store.database import Store, Transaction
from sync_agent.store.device import DeviceIdentity, record_clock_offset
from sync_agent.store.queue.queries import waiting_count
from sync_agent.store.replica.conflicts import unblock_what_nothing_blocks
from sync_agent.store.replica.cursors import read_cursors

log = logging.getLogger(__name__)


class Connection:
    """Runs sessions with the server and reports their state.

    `reached` is set while our own server has answered and the live socket lasts; the pusher sends only
    then, and no token is given out without either.
    """

    def __init__(
        self,
        store: Store,
        transport: Transport,
        session: Session,
        uplink: Uplink,
        puller: Puller,
        receipts: PlaceReceipts,
        clock: Clock,
        settings: AgentSettings,
        emit: Callable[[AgentEvent], None],
        when_synced: Sequence[Callable[[Transaction], None]] = (),
    ) -> None:
        self._settings = settings
        self._store = store
        self._transport = transport
        self._session = session
        self._uplink = uplink
        self._puller = puller
        self._receipts = receipts
        self._clock = clock
        self._emit = emit
        self._when_synced = when_synced
        self.state = ConnectionState.OFFLINE
        self.reached = asyncio.Event()
        self._dropped: asyncio.Future[str] | None = None
        self._joined_with = ""
        self._lost_ms = self._last_contact_ms()

    def _last_contact_ms(self) -> int:
        with self._store.reading() as connection:
            record = link.read_link(connection)
        return (record and record.last_contact_ms) or self._clock.now_ms()

    def move(self, state: ConnectionState, reason: str = "") -> None:
        """Set the state and emit it. Failed attempts to connect leave the time of the loss unchanged."""
        now_ms = self._clock.now_ms()
        if self.state in _CONNECTED and state not in _CONNECTED:
            self._lost_ms = now_ms
        self.state = state
        self._emit(StateChanged(state, now_ms if state in _CONNECTED else self._lost_ms, reason))

    def drop(self, error: SyncError) -> None:
        """End the running session with this error, such as the pusher's when nobody answers."""
        if self._dropped is not None and not self._dropped.done():
            self._dropped.set_exception(error)
            self._dropped.exception()  # retrieved, in case the session ends for another reason

    async def run_session(self, device: DeviceIdentity) -> str:
        """Run one session until it is lost. Returns the reason. Raises SyncError if no session came about."""
        self.move(ConnectionState.CONNECTING)
        self._dropped = asyncio.get_running_loop().create_future()
        # Without a token: a captive portal may answer instead, and must not see one.
        await self._transport.request("GET", paths.LIVE)
        self._session.resume()
        try:
            return await self._connected(device)
        finally:
            self._end_session()

    async def _connected(self, device: DeviceIdentity) -> str:
        token = await self._session.token()
        arrived: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()

        async def receive(name: str, payload: Any) -> None:
            arrived.put_nowait((name, payload))

        try:
            channel = await self._transport.open_channel(token, receive)
        except SyncError:
            # A refused handshake gives no reason: it may be the token, so the next attempt uses a new one.
            self._session.forget()
            raise
        # Watched from the start: during the catch-up, too, another network may take the server's place.
        closed = asyncio.create_task(channel.closed(), name="live-closed")
        closed.add_done_callback(self._on_closed)
        try:
            await self._join(channel, device)
            if closed.done():
                return closed.result()
            self._uplink.channel = channel
            self.reached.set()
            self.move(ConnectionState.SYNCING)
            await self._store.write(link.note_contact, Priority.AGENT)
            await self._catch_up(device)
            for work in self._when_synced:
                await self._store.write(work, Priority.AGENT)
            self.move(ConnectionState.ONLINE)
            return await self._follow(channel, closed, device, arrived)
        finally:
            try:
                await _end([closed], self._settings.cancel_again_s)
            finally:
                await channel.close()  # also where this is cancelled a second time

    def _on_closed(self, closed: "asyncio.Future[str]") -> None:
        if not closed.cancelled():
            closed.exception()  # retrieved, in case the session ends for another reason meanwhile
            self._end_session()

    def _end_session(self) -> None:
        self.reached.clear()
        self._uplink.channel = None
        self._session.suspend()

    async def _catch_up(self, device: DeviceIdentity) -> None:
        for stream in self._streams(device):
            await self._puller.catch_up(device, stream)
        await self._store.write(_note_full_sync, Priority.AGENT)

    @staticmethod
    def _streams(device: DeviceIdentity) -> tuple[str, str]:
        # The tenant's first: stock can be shown once its products are known.
        return tenant_stream(device.tenant_id), location_stream(device.tenant_id, device.location_id)

    async def _join(self, channel: Channel, device: DeviceIdentity) -> None:
        with self._store.reading() as connection:
            cursors = read_cursors(connection)
        before_ms = self._clock.now_ms()
        token = await self._session.token()
        payload = {
            "tenantId": device.tenant_id,
            "userId": device.device_id,
            "token": token,
            "locationId": device.location_id,
            "deviceId": device.device_id,
            "protocol": PROTOCOL_VERSION,
            "cursors": {stream: cursor.to_wire() for stream, cursor in cursors.items()},
            "features": ["changes", "no-initial-sync", TOLERANT],
        }
        try:
            answer = await channel.call(events.JOIN_TENANT, payload, timeout_s=self._settings.call_s_max)
        except RejectedError as error:
            raise ProtocolError(f"the server refused join-tenant: {error}") from error
        joined = read_as(JoinedStreams, answer, "the server's answer to join-tenant")
        self._joined_with = token
        self._receipts.note_server((joined.forms, joined.takes, joined.shift_operations))
        await self._store.write(partial(_note_server, joined=joined), Priority.AGENT)
        offset_ms = to_ms(joined.server_time) - (before_ms + self._clock.now_ms()) // 2
        await self._store.write(partial(proved_time.note_server_time, offset_ms=offset_ms), Priority.AGENT)
        if abs(offset_ms - device.clock_offset_ms) > self._settings.clock_offset_tolerance_ms:
            await self._store.write(lambda tx: record_clock_offset(tx, offset_ms), Priority.AGENT)

    async def _follow(
        self,
        channel: Channel,
        closed: "asyncio.Future[str]",
        device: DeviceIdentity,
        arrived: asyncio.Queue[tuple[str, Any]],
    ) -> str:
        """Listen, send heartbeats and renew the token until the session ends. Returns the reason."""
        assert self._dropped is not None, "a session begins by making this"
        tasks: list[asyncio.Future[str]] = [
            self._dropped,
            closed,
            asyncio.create_task(self._listen(device, arrived), name="live-listen"),
            asyncio.create_task(self._beat(channel, device), name="live-heartbeat"),
            asyncio.create_task(self._watch_for_sleep(), name="live-sleep-watch"),
            asyncio.create_task(self._read_receipts(device), name="live-receipts"),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return next(task for task in tasks if task.done()).result()
        finally:
            await _end(tasks, self._settings.cancel_again_s)

    async def _listen(self, device: DeviceIdentity, arrived: asyncio.Queue[tuple[str, Any]]) -> str:
        listener = Listener(self._store, device, self._session, self._puller)
        waiting: deque[tuple[str, Any]] = deque()
        while True:
            if not waiting:
                waiting.append(await arrived.get())
            while not arrived.empty():
                waiting.append(arrived.get_nowait())
            # Events that arrived while the last changes were written are written together.
            name = waiting[0][0]
            received = []
            while waiting and waiting[0][0] == name:
                received.append(waiting.popleft()[1])
            reason = await handle(listener, name, received)
            if reason is not None:
                return reason

    async def _watch_for_sleep(self) -> str:
        """Ends the session when the computer wakes from sleep: its socket and timers are stale."""
        while True:
            wall_ms, steady_s = self._clock.now_ms(), self._clock.monotonic_s()
            await asyncio.sleep(self._settings.sleep_check_s)
            slept_ms = self._clock.now_ms() - wall_ms - (self._clock.monotonic_s() - steady_s) * 1000
            if slept_ms > self._settings.slept_ms:
                return "this computer was asleep"

    async def _read_receipts(self, device: DeviceIdentity) -> str:
        """Read what is missing of the location's receipts, once the till is online: nothing waits for it.

        The pause doubles with each failure in a row.
        """
        settings, pause_s = self._settings, self._settings.heartbeat_s
        while True:
            try:
                await self._receipts.read_copy(device)
                pause_s = settings.heartbeat_s
            except (TransientError, ProtocolError) as error:
                log.info("the receipts of the location could not be read on: %s", error)
                pause_s = min(2 * pause_s, settings.lacking_s)
            await asyncio.sleep(pause_s)

    async def _beat(self, channel: Channel, device: DeviceIdentity) -> str:
        settings = self._settings
        unproven = await self._verify(device, self._streams(device))
        beats = 0
        while True:
            await asyncio.sleep(min(settings.heartbeat_s, max(1.0, self._session.renew_in_s)))
            if await self._session.token() != self._joined_with:
                # A live socket gets a renewed token by joining again, whichever task renewed it.
                await self._join(channel, device)
            await self._report(channel, device)
            beats += 1
            if beats % settings.heartbeats_per_look == 0:
                await self._look_at_heads(device)
                unproven = await self._verify(device, unproven)

    async def _report(self, channel: Channel, device: DeviceIdentity) -> None:
        """Report to the server how many operations wait, and which notices were read since the
        last report.
        """
        with self._store.reading() as connection:
            pending = waiting_count(connection)
            readings = notices.to_report(connection, device.clock_offset_ms)
        status = NetworkStatus(is_online=True, pending=pending, notices_read=readings or None)
        await channel.call(events.NETWORK_STATUS, status.to_wire(), timeout_s=self._settings.call_s_max)
        if readings:
            await self._store.write(lambda tx: notices.mark_reported(tx, readings), Priority.AGENT)

    async def _verify(self, device: DeviceIdentity, streams: Sequence[str]) -> list[str]:
        """Compare the copies of these streams with the server's. Returns the streams not compared yet."""
        unproven = []
        for stream in streams:
            try:
                is_compared = await self._puller.verify(device, stream)
            except TransientError as error:
                log.info("the copy of %s could not be proved: %s", stream, error)
                is_compared = False
            if not is_compared:
                unproven.append(stream)
        return unproven

    async def _look_at_heads(self, device: DeviceIdentity) -> None:
        try:
            await self._catch_up(device)
        except TransientError as error:
            # The heartbeat is answered, so the socket works: changes come over it, and a gap ends the
            # session.
            log.info("the heads could not be looked at: %s", error)


async def _end(tasks: Sequence[asyncio.Future[str]], cancel_again_s: float) -> None:
    """Cancel the tasks repeatedly until all have ended: a library may take the first cancellation for a lost
    answer and go on, and a session that waited for it would never end.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=cancel_again_s)
    await asyncio.gather(*tasks, return_exceptions=True)


def _note_server(tx: Transaction, joined: JoinedStreams) -> None:
    link.note_forms(tx, joined.forms)
    link.note_takes(tx, joined.takes)
    link.note_shift_operations(tx, joined.shift_operations)


def _note_full_sync(tx: Transaction) -> None:
    link.note_full_sync(tx)
    unblock_what_nothing_blocks(tx)


_CONNECTED = {ConnectionState.SYNCING, ConnectionState.ONLINE}


def state_after(error: Exception) -> ConnectionState:
    """The connection state after a session failed with this error."""
    match error:
        case AuthError(code="unauthorized" | "token_expired"):
            return ConnectionState.NEEDS_SIGN_IN
        case AuthError():
            return ConnectionState.NEEDS_ENROLMENT
        case _:
            return ConnectionState.OFFLINE
