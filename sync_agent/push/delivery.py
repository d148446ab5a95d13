"""Up: drains the outbox. Claims a batch, sends it, and records each operation's own outcome.

Transport trouble burns no attempt and never gives up. A batch that the server fails on is halved until the
operation that it fails on stands alone; that one is set aside after eight times, once others have passed.
What a batch's results mean for the till's own rows is in results.py; how a batch travels is in uplink.py.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from resources.words import translate
from sync_agent.backoff import DeadLetter, after_failing_alone, wait_ms
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import OperationResult, ResultStatus
from sync_agent.errors import ProtocolError, RejectedError, SyncError, TransientError
from sync_agent.events import AgentEvent, Attention, QueueDrained
from sync_agent.ports import Clock, Rank, Rng
from sync_agent.push import batch_size as pacing
from sync_agent.push.results import record_results
from sync_agent.push.routes import Uplink, Way
from sync_agent.store import attempts, history, link, outbox
from sync_agent.store.database import Store, Transaction
from sync_agent.store.outbox import Batch, Status

LEASE_MS = 60_000
NOTHING_CLAIMED_S = 1.0
"""A pause where something was due and nothing could be claimed: never a busy loop."""
DEFERRED_S = 1.0
FAILURES_IN_A_ROW_MAX = 12
"""Ten halve a full batch down to what the server fails on; a server that fails on more is given time."""


class Pusher:
    """Sends what waits while the link stands. `lock` keeps batches out while a snapshot is swapped in."""

    def __init__(
        self,
        store: Store,
        uplink: Uplink,
        clock: Clock,
        rng: Rng,
        emit: Callable[[AgentEvent], None],
    ) -> None:
        self._store = store
        self._uplink = uplink
        self._clock = clock
        self._rng = rng
        self._emit = emit
        self._woken = asyncio.Event()
        self._batch_max = pacing.BATCH_FIRST
        self._failed_alone: dict[str, int] = {}
        """How often each operation failed alone since others last passed."""
        self._sent_since_drained = 0
        self.lock = asyncio.Lock()

    def wake(self) -> None:
        """Something was queued, or a wait was cut short."""
        self._woken.set()

    async def run(self, reached: asyncio.Event) -> None:
        """Drain for ever, while `reached` is set. Raises SyncError where it is the link that fails."""
        while True:
            await reached.wait()
            self._woken.clear()
            rest_s = self._rest_s()
            if rest_s is not None and rest_s <= 0:
                await self._push_once()
                continue
            if rest_s is None:
                self._note_drained()
            await self._sleep(rest_s)

    async def _push_once(self) -> None:
        way = self._uplink.way
        try:
            async with self.lock:
                sent = await self.push_batch()
        except TransientError as error:
            # Nobody answered: the link is gone, or soon found to be, unless there is another way up.
            if error.code is None and not self._uplink.go_another_way(way, error):
                raise
        else:
            if not sent:
                await self._sleep(NOTHING_CLAIMED_S)

    async def _sleep(self, seconds: float | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()

    def _rest_s(self) -> float | None:
        """Seconds until there is something to send; None where nothing waits."""
        now_ms = self._clock.now_ms()
        with self._store.reading() as connection:
            due_ms = outbox.next_due_ms(connection, self._store.owner, now_ms)
            record = link.read_link(connection)
        if due_ms is None or record is None:
            return None
        rests_until_ms = now_ms if outbox.is_over(record.not_before_ms, now_ms) else record.not_before_ms
        return (max(due_ms, rests_until_ms) - now_ms) / 1000

    def _note_drained(self) -> None:
        if self._sent_since_drained:
            self._emit(QueueDrained(self._sent_since_drained))
            self._sent_since_drained = 0

    async def settle_sent(self) -> None:
        """Offer again, once, what was tried and never answered.

        What the server defers or fails on it has not kept, so that is an answer, too.
        """
        with self._store.reading() as connection:
            asked = outbox.sent_without_answer(connection)
        await self._store.write(outbox.forget_waits, Rank.AGENT)
        failures = 0
        while asked:
            try:
                sent = await self.push_batch(among=asked[: self._uplink.limits(Way.HTTP).operations])
            except TransientError as error:
                failures += 1
                if error.code != ErrorCode.INTERNAL or failures > FAILURES_IN_A_ROW_MAX:
                    raise
                continue  # in smaller batches; one that it fails on alone is put aside by now
            if not sent:
                return
            failures = 0
            asked = [operation_id for operation_id in asked if operation_id not in sent]

    async def push_batch(self, *, among: Sequence[str] | None = None) -> set[str]:
        """Claim, send and record one batch; which operations it was. Gives back before it raises."""
        way = self._uplink.way
        limits = self._uplink.limits(way)

        def lease(tx: Transaction) -> tuple[Batch, str]:
            batch = outbox.claim(
                tx,
                owner=self._store.owner,
                lease_ms=LEASE_MS,
                count_max=min(self._batch_max, limits.operations),
                bytes_max=limits.bytes,
                among=among,
            )
            delivery_id = tx.ids.new()
            if batch:
                attempts.begin(tx, delivery_id, way, batch.ids, batch.bytes)
            return batch, delivery_id

        batch, delivery_id = await self._store.write(lease, Rank.AGENT)
        if not batch:
            return set()
        began_s = self._clock.monotonic_s()
        try:
            results = await self._uplink.send(
                way, [claimed.wire for claimed in batch.operations], delivery_id
            )
        except SyncError as error:
            await self._undo(batch, delivery_id, error)
            if isinstance(error, RejectedError):
                return set(batch.ids)  # refused for its size alone: it goes in smaller ones
            raise
        news = await self._store.write(lambda tx: self._record(tx, batch, delivery_id, results), Rank.AGENT)
        for event in news:
            self._emit(event)
        answer_s = self._clock.monotonic_s() - began_s
        self._batch_max = pacing.after_an_answer(self._batch_max, len(batch), answer_s)
        self._sent_since_drained += len(batch)
        return set(batch.ids)

    # --- trouble -------------------------------------------------------------------------------------

    async def _undo(self, batch: Batch, delivery_id: str, error: SyncError) -> None:
        """The batch was not taken: its operations wait again, and the delivery says why."""
        refused = isinstance(error, RejectedError) and error.code == ErrorCode.PAYLOAD_TOO_LARGE

        def give_back(tx: Transaction) -> list[AgentEvent]:
            _note_failure(tx, delivery_id, error)
            if isinstance(error, TransientError):
                self._give_back(tx, batch, error)
            elif refused and len(batch) == 1:
                return [_too_large(tx, batch.ids[0])]
            else:
                outbox.give_back(tx, batch.ids, next_attempt_ms=0, error=str(error))
            return []

        for event in await self._store.write(give_back, Rank.AGENT):
            self._emit(event)
        if refused:
            self._batch_max = pacing.after_failing(len(batch))
        elif isinstance(error, RejectedError):
            # The server refused the whole request as such: a fault of ours, not of an operation.
            raise ProtocolError(f"the server refused a batch: {error}") from error

    def _give_back(self, tx: Transaction, batch: Batch, error: TransientError) -> None:
        if error.code == ErrorCode.INTERNAL and len(batch) == 1:
            self._put_aside(tx, batch.ids[0], str(error))
            return
        if error.code == ErrorCode.INTERNAL:
            # One of them may be poison: look for it in halves, at once.
            self._batch_max = pacing.after_failing(len(batch))
        else:
            self._batch_max = pacing.after_trouble(self._batch_max)
        outbox.give_back(tx, batch.ids, next_attempt_ms=0, error=str(error))
        self._rest(tx, error)

    def _rest(self, tx: Transaction, error: TransientError) -> None:
        record = link.read_link(tx.connection)
        failures = 1 if record is None else record.failures + 1
        link.rest_until(tx, tx.now_ms + wait_ms(failures, self._rng, error.retry_after_s))

    # --- results -------------------------------------------------------------------------------------

    def _record(
        self, tx: Transaction, batch: Batch, delivery_id: str, results: list[OperationResult]
    ) -> list[AgentEvent]:
        link.end_rest(tx, contact=True)
        answered = {result.id: result for result in results}
        ours = [answered[claimed.id] for claimed in batch.operations if claimed.id in answered]
        failed = [result for result in ours if _failed_on(result)]
        news = record_results(tx, [result for result in ours if not _failed_on(result)])
        for result in failed:
            self._put_aside(tx, result.id, result.error or "the server failed on it")
        for result in ours:
            if not _failed_on(result):
                self._failed_alone.pop(result.id, None)
        missing = [operation_id for operation_id in batch.ids if operation_id not in answered]
        if missing:
            outbox.give_back(tx, missing, next_attempt_ms=tx.now_ms + 1000, error="no result came")
        self._note_attempts(tx, delivery_id, ours, missing)
        if any(result.status is not ResultStatus.DEFERRED for result in ours):
            news.extend(self._burn_what_failed_alone(tx))
        return news

    @staticmethod
    def _note_attempts(
        tx: Transaction, delivery_id: str, results: list[OperationResult], missing: list[str]
    ) -> None:
        attempts.end(tx, delivery_id, attempts.APPLIED, code=None, detail=None)
        otherwise: list[dict[str, str | None]] = [
            {
                "operation": result.id,
                "outcome": str(result.status),
                "code": "repeated" if result.repeated else result.code,
                "detail": result.error,
            }
            for result in results
            if result.status is not ResultStatus.APPLIED or result.repeated
        ]
        unanswered: list[dict[str, str | None]] = [
            {"operation": one, "outcome": attempts.NO_ANSWER, "code": None, "detail": "no result came"}
            for one in missing
        ]
        attempts.note(tx, delivery_id, otherwise + unanswered)

    def _put_aside(self, tx: Transaction, operation_id: str, error: str) -> None:
        """The server failed on it alone; whether it is the operation or the server shows when others pass."""
        moment_ms = self._after_failing_alone_ms(tx, operation_id)
        outbox.give_back(tx, [operation_id], next_attempt_ms=moment_ms, error=error)

    def _after_failing_alone_ms(self, tx: Transaction, operation_id: str) -> int:
        times = self._failed_alone[operation_id] = self._failed_alone.get(operation_id, 0) + 1
        return tx.now_ms + wait_ms(times + 1, self._rng)

    def _burn_what_failed_alone(self, tx: Transaction) -> list[AgentEvent]:
        """Others passed: that these failed alone counts against them."""
        news: list[AgentEvent] = []
        for operation_id in sorted(self._failed_alone):
            failures = outbox.burn_attempt(tx, operation_id)
            if failures is None:
                continue
            verdict = after_failing_alone(failures, tx.now_ms, self._rng)
            if isinstance(verdict, DeadLetter):
                outbox.stand(
                    tx, operation_id, Status.DEAD_LETTER, code=ErrorCode.INTERNAL, error=verdict.reason
                )
                news.append(Attention(verdict.reason))
            else:
                outbox.wait_until(tx, operation_id, verdict.moment_ms)
        self._failed_alone.clear()
        return news

    # --- a server that has lost something ------------------------------------------------------------

    async def offer_again(self) -> list[OperationResult]:
        """Offer what is marked in the history until nothing is; the answers to what the server had lost.

        The caller holds `lock`. Raises SyncError; what was answered until then stays answered.
        """
        taken: list[OperationResult] = []
        limits = self._uplink.limits(Way.HTTP)
        failures = 0
        while True:
            with self._store.reading() as connection:
                batch = history.to_offer(
                    connection, count_max=min(self._batch_max, limits.operations), bytes_max=limits.bytes
                )
            if not batch:
                return taken
            try:
                taken += await self._offer(batch)
            except TransientError as error:
                failures += 1
                if error.code != ErrorCode.INTERNAL or failures > FAILURES_IN_A_ROW_MAX:
                    raise
                self._batch_max = pacing.after_failing(len(batch))
                if len(batch) == 1:
                    await self._store.write(lambda tx, batch=batch: self._reopen(tx, batch.ids), Rank.AGENT)  # type: ignore[misc]
            else:
                failures = 0

    def _reopen(self, tx: Transaction, operation_ids: Sequence[str]) -> None:
        """The server had taken these, lost them, and fails on them now: they go the ordinary way."""
        for operation_id in operation_ids:
            history.reopen(tx, operation_id, self._after_failing_alone_ms(tx, operation_id))

    async def _offer(self, batch: Batch) -> list[OperationResult]:
        delivery_id = self._store.ids.new()
        began_s = self._clock.monotonic_s()

        def begin(tx: Transaction) -> None:
            attempts.begin(tx, delivery_id, Way.HTTP, batch.ids, batch.bytes)

        await self._store.write(begin, Rank.AGENT)
        try:
            results = await self._uplink.send(
                Way.HTTP, [claimed.wire for claimed in batch.operations], delivery_id
            )
        except SyncError as error:
            failure = error
            await self._store.write(lambda tx: _note_failure(tx, delivery_id, failure), Rank.AGENT)
            if isinstance(error, RejectedError):
                raise ProtocolError(f"the server refused what it was offered again: {error}") from error
            raise

        def record(tx: Transaction) -> list[OperationResult]:
            self._note_attempts(tx, delivery_id, results, [])
            self._reopen(tx, [result.id for result in results if _failed_on(result)])
            return history.record_offered(tx, results)

        taken = await self._store.write(record, Rank.AGENT)
        self._batch_max = pacing.after_an_answer(
            self._batch_max, len(batch), self._clock.monotonic_s() - began_s
        )
        if all(result.status is ResultStatus.DEFERRED and not _failed_on(result) for result in results):
            raise TransientError("the server is not ready for what it has lost", DEFERRED_S)
        return taken


def _note_failure(tx: Transaction, delivery_id: str, error: SyncError) -> None:
    code = getattr(error, "code", None)
    outcome = attempts.NO_ANSWER if code is None else attempts.REFUSED
    attempts.end(tx, delivery_id, outcome, code=code, detail=str(error))


def _failed_on(result: OperationResult) -> bool:
    """Whether the server failed on this operation alone, and has kept nothing of it."""
    return result.status is ResultStatus.DEFERRED and result.code == ErrorCode.INTERNAL


def _too_large(tx: Transaction, operation_id: str) -> AgentEvent:
    words = translate(
        "agent",
        "It is too large for the server. Nothing is lost: it is kept on this till, and can be exported.",
    )
    outbox.stand(tx, operation_id, Status.DEAD_LETTER, code=ErrorCode.PAYLOAD_TOO_LARGE, error=words)
    return Attention(words)
