"""Sending: drains the outbox. Claims a batch, sends it, and records each operation's own outcome.

Transport trouble counts no failed attempt and never gives up. A batch that the server fails on is halved
until the operation that it fails on is alone; poison.py makes that operation back off. What results mean for
the till's own rows is in results.py, one exchange with the server in exchange.py, the routes in routes.py.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from sync_agent.backoff import wait_ms
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import OperationResult, ResultStatus
from sync_agent.errors import SyncError, TransientError
from sync_agent.events import AgentEvent, Attention, AttentionCode, QueueDrained
from sync_agent.ports import Clock, Priority, Rng
from sync_agent.push.exchange import Exchange, is_failing
from sync_agent.push.poison import FailedAlone
from sync_agent.push.resent import record_resent, reopen
from sync_agent.push.results import record_results
from sync_agent.push.routes import Route, Uplink
from sync_agent.settings import AgentSettings
from sync_agent.store import link
from sync_agent.store.database import Store, Transaction
from sync_agent.store.queue import back_off, leases, resend, transitions
from sync_agent.store.queue.leases import Batch
from sync_agent.store.queue.queries import sent_without_answer
from sync_agent.store.queue.status import Status


class WaitingLoad:
    """Waiting operations of the outbox, leased during the exchange. `among` limits it to these operations."""

    def __init__(
        self,
        owner: str,
        failed_alone: FailedAlone,
        rng: Rng,
        settings: AgentSettings,
        among: Sequence[str] | None = None,
    ) -> None:
        self._owner = owner
        self._failed_alone = failed_alone
        self._rng = rng
        self._settings = settings
        self._among = among

    def choose(self, tx: Transaction, *, count_max: int, bytes_max: int) -> Batch:
        return leases.claim(
            tx,
            owner=self._owner,
            lease_ms=self._settings.lease_ms,
            count_max=count_max,
            bytes_max=bytes_max,
            among=self._among,
            wait_ms_max=self._settings.wait_ms_max,
        )

    def record(
        self, tx: Transaction, batch: Batch, results: list[OperationResult], missing: list[str]
    ) -> list[AgentEvent]:
        link.end_back_off(tx, contact=True)
        answered = {result.id: result for result in results}
        ours = [answered[claimed.id] for claimed in batch.operations if claimed.id in answered]
        events = record_results(tx, [result for result in ours if not _failed_on(result)], self._settings)
        for result in ours:
            if _failed_on(result):
                self._failed_alone.back_off(tx, result.id, result.error or "the server failed on it")
            else:
                self._failed_alone.forget(result.id)
        if missing:
            later_ms = tx.now_ms + self._settings.deferred_ms
            leases.release(tx, missing, next_attempt_ms=later_ms, error="no result came")
        if any(result.means is not ResultStatus.DEFERRED for result in ours):
            events.extend(self._failed_alone.count_failed_attempts(tx))
        return events

    def release(self, tx: Transaction, batch: Batch, error: SyncError) -> None:
        if is_failing(error) and len(batch) == 1:
            self._failed_alone.back_off(tx, batch.ids[0], str(error))
            return
        leases.release(tx, batch.ids, next_attempt_ms=0, error=str(error))
        if isinstance(error, TransientError):
            record = link.read_link(tx.connection)
            failures = 1 if record is None else record.failures + 1
            wait = wait_ms(self._settings, failures, self._rng, error.retry_after_s)
            link.back_off_until(tx, tx.now_ms + wait)

    def give_up(self, tx: Transaction, operation_id: str) -> list[AgentEvent]:
        code = ErrorCode.PAYLOAD_TOO_LARGE
        transitions.mark_needs_attention(tx, operation_id, Status.DEAD_LETTER, code=code, error=None)
        return [Attention(AttentionCode.OPERATION_TOO_LARGE, {"operation": operation_id})]


class CompletedLoad:
    """Completed operations marked to be resent. `taken` collects the results of those the server had lost.

    `is_put_off` is true if the server deferred the whole last batch.
    """

    def __init__(self, failed_alone: FailedAlone) -> None:
        self._failed_alone = failed_alone
        self.taken: list[OperationResult] = []
        self.is_put_off = False

    def choose(self, tx: Transaction, *, count_max: int, bytes_max: int) -> Batch:
        return resend.to_resend(tx.connection, count_max=count_max, bytes_max=bytes_max)

    def record(
        self, tx: Transaction, _batch: Batch, results: list[OperationResult], _missing: list[str]
    ) -> list[AgentEvent]:
        for result in results:
            if _failed_on(result):
                self._reopen(tx, result.id)
        self.taken += record_resent(tx, results)
        self.is_put_off = all(
            result.means is ResultStatus.DEFERRED and not _failed_on(result) for result in results
        )
        return []

    def release(self, tx: Transaction, batch: Batch, error: SyncError) -> None:
        if is_failing(error) and len(batch) == 1:
            self._reopen(tx, batch.ids[0])

    def give_up(self, tx: Transaction, operation_id: str) -> list[AgentEvent]:
        self._reopen(tx, operation_id)
        return []

    def _reopen(self, tx: Transaction, operation_id: str) -> None:
        """The server had it, lost it, and fails on it now: it waits in the outbox like a new operation."""
        reopen(tx, operation_id, self._failed_alone.next_attempt_ms(tx, operation_id))


class Pusher:
    """Sends waiting operations while the server is reached. `lock` excludes batches while a snapshot is
    swapped in.
    """

    def __init__(
        self,
        store: Store,
        uplink: Uplink,
        clock: Clock,
        rng: Rng,
        settings: AgentSettings,
        emit: Callable[[AgentEvent], None],
    ) -> None:
        self._store = store
        self._uplink = uplink
        self._clock = clock
        self._rng = rng
        self._settings = settings
        self._emit = emit
        self._exchange = Exchange(store, uplink, clock, settings, emit)
        self._failed_alone = FailedAlone(rng, settings)
        self._woken = asyncio.Event()
        self._sent_since_drained = 0
        self.lock = asyncio.Lock()

    def wake(self) -> None:
        """Look for work now: something was queued, or a back-off was ended."""
        self._woken.set()

    async def run(self, reached: asyncio.Event) -> None:
        """Drain for ever, while `reached` is set. Raises SyncError if the connection failed."""
        while True:
            await reached.wait()
            self._woken.clear()
            wait_s = self._until_due_s()
            if wait_s is not None and wait_s <= 0:
                await self._push_once()
                continue
            if wait_s is None:
                self._note_drained()
            await self._sleep(wait_s)

    async def _push_once(self) -> None:
        route = self._uplink.route
        try:
            async with self.lock:
                sent = await self.push_batch()
        except TransientError as error:
            # No answer: the connection is lost, unless there is another route.
            if error.code is None and not self._uplink.fail_over(route, error):
                raise
        else:
            if not sent:
                await self._sleep(self._settings.nothing_claimed_s)

    async def _sleep(self, seconds: float | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()

    def _until_due_s(self) -> float | None:
        """Seconds until an operation is due; None if nothing waits."""
        now_ms, wait_ms_max = self._clock.now_ms(), self._settings.wait_ms_max
        with self._store.reading() as connection:
            due_ms = back_off.next_due_ms(connection, self._store.owner, now_ms, wait_ms_max)
            record = link.read_link(connection)
        if due_ms is None or record is None:
            return None
        is_over = back_off.is_over(record.not_before_ms, now_ms, wait_ms_max)
        backs_off_until_ms = now_ms if is_over else record.not_before_ms
        return (max(due_ms, backs_off_until_ms) - now_ms) / 1000

    def _note_drained(self) -> None:
        if self._sent_since_drained:
            self._emit(QueueDrained(self._sent_since_drained))
            self._sent_since_drained = 0

    async def push_batch(self, *, among: Sequence[str] | None = None) -> frozenset[str]:
        """Claim, send and record one batch. Returns the ids of its operations. Releases them before it
        raises.
        """
        load = WaitingLoad(self._store.owner, self._failed_alone, self._rng, self._settings, among)
        delivered = await self._exchange.deliver(self._uplink.route, load)
        if delivered.was_accepted:
            self._sent_since_drained += len(delivered.ids)
        return delivered.ids

    async def settle_sent(self) -> None:
        """Send again, once, what was sent and got no result.

        Deferred counts as a result, too: the server has not stored it. Raises SyncError.
        """
        with self._store.reading() as connection:
            asked = sent_without_answer(connection)
        await self._store.write(back_off.end_back_off, Priority.AGENT)
        count_max = self._uplink.limits(Route.HTTP).operations

        async def ask() -> bool:
            nonlocal asked
            if not asked:
                return False
            sent = await self.push_batch(among=asked[:count_max])
            asked = [operation_id for operation_id in asked if operation_id not in sent]
            return bool(sent)

        await self._exchange.until_done(ask)

    async def resend_completed(self) -> list[OperationResult]:
        """Resend what is marked in the history; returns the results of what the server had lost.

        The caller holds `lock`. Raises SyncError; results recorded before that stay recorded.
        """
        load = CompletedLoad(self._failed_alone)

        async def resend() -> bool:
            delivered = await self._exchange.deliver(Route.HTTP, load)
            if load.is_put_off:
                raise TransientError(
                    "the server is not ready for what it has lost", self._settings.deferred_s
                )
            return bool(delivered.ids)

        await self._exchange.until_done(resend)
        return load.taken


def _failed_on(result: OperationResult) -> bool:
    """Whether the server failed on this operation alone and stored nothing of it."""
    return result.means is ResultStatus.DEFERRED and result.code == ErrorCode.INTERNAL
