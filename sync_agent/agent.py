"""The supervisor of the agent's tasks. Embeds in any asyncio loop, or runs in a thread of its own.

    agent = Agent(store, transport, credentials, emit=print)
    await agent.run()            # until it is cancelled

It needs an enrolled home. While the server is away it retries for ever, backing off with full jitter. A bug
in a task is reported and the task restarted: a till that silently stopped sending would be worse.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from sync_agent import credentials as secrets
from sync_agent.backoff import first_wait_ms, wait_ms
from sync_agent.connection import Connection, state_after
from sync_agent.credentials import Credentials
from sync_agent.errors import AuthError, StoreError, SyncError, TransientError
from sync_agent.events import AgentEvent, Attention, AttentionCode, ConnectionState, Fault
from sync_agent.network.reader import Reader
from sync_agent.network.session import Session
from sync_agent.place_receipts import PlaceReceipts
from sync_agent.ports import Clock, Priority, Rng, SystemClock, SystemRng, Transport
from sync_agent.pull import Puller
from sync_agent.push.delivery import Pusher
from sync_agent.push.routes import Uplink
from sync_agent.remote_stock import RemoteStock
from sync_agent.settings import DEFAULTS, AgentSettings
from sync_agent.store import link, notices
from sync_agent.store.database import Changed, Store, Topic, Transaction
from sync_agent.store.device import DeviceIdentity, NotEnrolled, read_device
from sync_agent.store.home import Home
from sync_agent.store.queue import back_off, history

log = logging.getLogger(__name__)

Housekeeping = Callable[[Transaction], int]
"""Does one page of once-a-day work, such as deleting what ended long ago, in its transaction.

Returns how many rows it handled; 0 once nothing is left to do.
"""


WhenSynced = Callable[[Transaction], None]


def _no_listener(_event: AgentEvent) -> None:
    return None


@dataclass(frozen=True)
class Ports:
    """The agent's sources of time and randomness."""

    clock: Clock
    rng: Rng


class Agent:
    """Drains the outbox and follows the streams of one enrolled home.

    `wake`, `try_now` and `stop` may be called from any thread once `run` has begun.
    """

    def __init__(
        self,
        store: Store,
        transport: Transport,
        credentials: Credentials,
        *,
        emit: Callable[[AgentEvent], None] = _no_listener,
        ports: Ports | None = None,
        settings: AgentSettings = DEFAULTS,
        housekeeping: Sequence[Housekeeping] = (),
        when_synced: Sequence[WhenSynced] = (),
    ) -> None:
        """`housekeeping` is the host program's own once-a-day work; it runs before the agent's.

        `when_synced` are its transactions that run in each session, once every stream was read to its head.
        """
        ports = ports or Ports(SystemClock(), SystemRng())
        self._settings = settings
        self._housekeeping: tuple[Housekeeping, ...] = (
            *housekeeping,
            notices.forget_page,
            partial(history.prune, settings=settings),
        )
        self._store = store
        self._transport = transport
        self._emit = emit
        self._clock = ports.clock
        self._rng = ports.rng
        self._credentials = _newest(store.home, credentials)
        rotate = partial(secrets.rotate, store.home) if store.home.secrets.exists() else None
        self._session = Session(transport, self._credentials, ports.clock, settings, rotate)
        self._uplink = Uplink(transport, self._session, ports.clock, settings)
        self._pusher = Pusher(store, self._uplink, ports.clock, ports.rng, settings, emit)
        reader = Reader(transport, self._session)
        self._puller = Puller(store, reader, self._pusher, settings, emit)
        self._receipts = PlaceReceipts(store, reader, ports.clock, settings)
        self._connection = Connection(
            store,
            transport,
            self._session,
            self._uplink,
            self._puller,
            self._receipts,
            ports.clock,
            settings,
            emit,
            when_synced,
        )
        self._remote_stock = RemoteStock(store, reader)
        self._looks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._hurry = asyncio.Event()

    @property
    def state(self) -> ConnectionState:
        return self._connection.state

    # --- from any thread -----------------------------------------------------------------------------

    def try_now(self) -> None:
        """A clerk's "Try now": end every back-off."""
        self._store.submit(_forget_every_wait, Priority.AGENT)
        self._call(self._hurry.set)

    def resume(self) -> None:
        """The cause of a refusal is gone (a sign-in, an enrolment): fetch a new token and try now."""
        self._call(self._session.forget)
        self.try_now()

    def fetch_remote_stock(self, product_id: str) -> None:
        """Fetch a product's stock at other locations if the server is reached; `Changed` follows once
        stored.
        """
        self._call(lambda: self._look(self._remote_stock.fetch(product_id)))

    def fetch_receipt(self, receipt_number: str) -> None:
        """Fetch a receipt of this location by its number if the server is reached; `Changed` follows once the
        answer is stored.
        """
        self._call(lambda: self._look(self._receipts.ask(self._device(), receipt_number)))

    def _look(self, work: Coroutine[Any, Any, None]) -> None:
        if not self._connection.reached.is_set():
            work.close()
            return
        look = asyncio.get_running_loop().create_task(work)
        self._looks.add(look)
        look.add_done_callback(self._looks.discard)

    def _on_commit(self, changed: Changed) -> None:
        """In the writer's thread."""
        self._call(lambda: self._emit(changed))
        if Topic.OUTBOX in changed.topics:
            self._call(self._pusher.wake)

    def _call(self, action: Callable[[], None]) -> None:
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # the loop has just been closed
                loop.call_soon_threadsafe(action)

    # --- in its loop ---------------------------------------------------------------------------------

    async def run(self) -> None:
        """Run until cancelled. Raises NotEnrolled on a home that belongs to no shop."""
        self._device()
        self._loop = asyncio.get_running_loop()
        stop_listening = self._store.listen(self._on_commit)
        if self._credentials.key_in_file:
            self._emit(Attention(AttentionCode.KEY_IN_FILE))
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(
                    self._supervise(self._stay_connected, "connection"), name="agent-connection"
                )
                tasks.create_task(self._supervise(self._drain, "queue"), name="agent-queue")
                tasks.create_task(self._supervise(self._prune_history, "history"), name="agent-history")
        finally:
            stop_listening()
            self._loop = None
            for look in self._looks:
                look.cancel()
            self._connection.move(ConnectionState.OFFLINE, "stopped")
            await self._transport.close()

    def _device(self) -> DeviceIdentity:
        with self._store.reading() as connection:
            device = read_device(connection)
        if device is None:
            raise NotEnrolled("This till is not enrolled yet.")
        return device

    async def _supervise(self, work: Callable[[], Awaitable[None]], what: str) -> None:
        """Run `work` for ever: a bug in it is reported, and it is restarted after a pause."""
        failures = 0
        while True:
            began_s = self._clock.monotonic_s()
            try:
                await work()
            except (Exception, asyncio.CancelledError) as fault:
                if isinstance(fault, asyncio.CancelledError) and _is_being_cancelled():
                    raise
                failures = 1 if self._went_well_since(began_s) else failures + 1
                self._report(fault, what)
                await asyncio.sleep(wait_ms(self._settings, failures, self._rng) / 1000)

    def _report(self, fault: BaseException, what: str) -> None:
        if isinstance(fault, StoreError):
            # The till's own disk, not a bug: the host says what to do about it. Committed data is safe.
            log.error("the agent's %s task waits for the till's disk: %s", what, fault)
            figures = {"code": fault.code, "cause": fault.cause}
            self._emit(Attention(AttentionCode.STORE_FAILED, figures))
            return
        log.error("the agent's %s task failed and is started again", what, exc_info=fault)
        self._emit(Fault(what))

    def _went_well_since(self, began_s: float) -> bool:
        """Whether it ran for longer than the longest wait, so that failures are counted from zero again."""
        return self._clock.monotonic_s() - began_s >= self._settings.backoff_longest_ms / 1000

    async def _stay_connected(self) -> None:
        failures = refusals = 0
        while True:
            self._hurry.clear()  # a "Try now" during a session that fails cuts the pause after it
            began_s = self._clock.monotonic_s()
            try:
                reason = await self._connection.run_session(self._device())
            except SyncError as error:
                refused = isinstance(error, AuthError)
                refusals = refusals + 1 if refused else 0
                failures = (
                    self._settings.after_loss_failures if self._went_well_since(began_s) else failures + 1
                )
                if refused:
                    self._session.forget()
                self._connection.move(state_after(error), str(error))
                delay_ms = self._wait_ms(failures, refusals, error)
            except BaseException as fault:
                self._connection.move(ConnectionState.OFFLINE, f"a fault: {fault!r}")
                raise
            else:
                failures, refusals = self._settings.after_loss_failures, 0
                self._connection.move(ConnectionState.OFFLINE, reason)
                delay_ms = first_wait_ms(self._settings, self._rng)
            await self._pause(delay_ms)

    def _wait_ms(self, failures: int, refusals: int, error: SyncError) -> int:
        if isinstance(error, TransientError):
            return wait_ms(self._settings, failures, self._rng, error.retry_after_s)
        # A refused token may only have been an old one; after a second refusal a person has to sign in.
        return wait_ms(self._settings, 1, self._rng) if refusals == 1 else self._settings.backoff_longest_ms

    async def _pause(self, delay_ms: int) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(delay_ms / 1000):
                await self._hurry.wait()

    async def _drain(self) -> None:
        while True:
            try:
                await self._pusher.run(self._connection.reached)
            except SyncError as error:
                # Nothing is sent until a session is connected again; the session reports what is wrong.
                log.info("sending paused: %s", error)
                self._session.forget()
                self._connection.reached.clear()
                self._connection.drop(error)

    async def _prune_history(self) -> None:
        """Do the once-a-day work: a page at a time, so that no clerk waits for it."""
        while True:
            for do_page in self._housekeeping:
                await self._do_pages(do_page)
            await asyncio.sleep(self._settings.prune_every_s)

    async def _do_pages(self, do_page: Housekeeping) -> None:
        while True:
            if not await self._store.write(do_page, Priority.AGENT):
                return
            await asyncio.sleep(self._settings.history_page_pause_s)


def _is_being_cancelled() -> bool:
    """Whether this task itself was cancelled. A stray CancelledError from something awaited is a bug; taken
    for a cancellation it would end the task for good, silently.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _forget_every_wait(tx: Transaction) -> None:
    link.end_back_off(tx, contact=False)
    back_off.end_back_off(tx)


def _newest(home: Home, credentials: Credentials) -> Credentials:
    """The credentials as they are stored: another agent of this process may have replaced them since."""
    try:
        return secrets.load(home) or credentials
    except StoreError as error:
        log.warning("this till's credentials cannot be read: %s", error)
        return credentials


class AgentThread:
    """The agent in its own thread with its own event loop, beside a window's."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, name="evertill-agent", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Cancel the agent and wait until it has closed its connection and its thread has ended."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._cancel)
            self._thread.join()

    def call(self, action: Callable[[], None]) -> None:
        """Schedule `action` in the agent's loop."""
        with suppress(RuntimeError):  # it has ended
            self._loop.call_soon_threadsafe(action)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._task = self._loop.create_task(self.agent.run(), name="agent")
        try:
            self._loop.run_until_complete(self._task)
        except asyncio.CancelledError:
            pass
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()
