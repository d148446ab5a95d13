"""Up: drains the outbox. Claims a batch, sends it, and records each operation's own outcome.

Transport trouble burns no attempt and never gives up. A batch that the server fails on is halved until the
operation that it fails on stands alone; that one is set aside after eight times, once others have passed.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from pydantic import ValidationError
from sqlalchemy import select

from sync_agent.backoff import DeadLetter, after_failing_alone, wait_ms
from sync_agent.contract.codes import QUEUE_OPERATIONS_MAX, QUEUE_REQUEST_BYTES_MAX, ErrorCode
from sync_agent.contract.events import PATH_QUEUE
from sync_agent.contract.operations import CONFLICT, OperationResult, QueueResults, ResultStatus
from sync_agent.errors import AuthError, ProtocolError, RejectedError, TransientError
from sync_agent.events import AgentEvent, Attention, ConflictOpened, QueueDrained
from sync_agent.ports import Clock, Rank, Rng, Transport
from sync_agent.session import Session
from sync_agent.store import link, outbox, overlay, replica
from sync_agent.store import tables as t
from sync_agent.store.database import Store, Transaction
from sync_agent.store.outbox import Batch, Status

LEASE_MS = 60_000
BATCH_FIRST = 50
NOTHING_CLAIMED_S = 1.0
"""A pause where something was due and nothing could be claimed: never a busy loop."""
BATCH_BYTES_MAX = QUEUE_REQUEST_BYTES_MAX * 3 // 4


class Pusher:
    """Sends what waits while the link stands. `lock` keeps batches out while a snapshot is swapped in."""

    def __init__(
        self,
        store: Store,
        transport: Transport,
        session: Session,
        clock: Clock,
        rng: Rng,
        emit: Callable[[AgentEvent], None],
    ) -> None:
        self._store = store
        self._transport = transport
        self._session = session
        self._clock = clock
        self._rng = rng
        self._emit = emit
        self._woken = asyncio.Event()
        self._batch_max = BATCH_FIRST
        self._failed_alone: set[str] = set()
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
                try:
                    async with self.lock:
                        sent = await self.push_batch()
                except TransientError as error:
                    if error.code is None:
                        raise  # nobody answered: the link is gone, or soon found to be
                else:
                    if not sent:
                        await self._sleep(NOTHING_CLAIMED_S)
                continue
            if rest_s is None:
                self._note_drained()
            await self._sleep(rest_s)

    async def _sleep(self, seconds: float | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()

    def _rest_s(self) -> float | None:
        """Seconds until there is something to send; None where nothing waits."""
        with self._store.reading() as connection:
            due_ms = outbox.next_due_ms(connection, self._store.owner)
            record = link.read_link(connection)
        if due_ms is None or record is None:
            return None
        return (max(due_ms, record.not_before_ms) - self._clock.now_ms()) / 1000

    def _note_drained(self) -> None:
        if self._sent_since_drained:
            self._emit(QueueDrained(self._sent_since_drained))
            self._sent_since_drained = 0

    async def settle_sent(self) -> None:
        """Offer again, once, what was tried and never answered.

        What the server defers it has not kept, so that is an answer, too.
        """
        with self._store.reading() as connection:
            asked = outbox.sent_without_answer(connection)
        await self._store.write(outbox.forget_waits, Rank.AGENT)
        while asked:
            sent = await self.push_batch(among=asked[:QUEUE_OPERATIONS_MAX])
            if not sent:
                return
            asked = [operation_id for operation_id in asked if operation_id not in sent]

    async def push_batch(self, *, among: Sequence[str] | None = None) -> set[str]:
        """Claim, send and record one batch; which operations it was. Gives back before it raises."""
        batch = await self._store.write(
            lambda tx: outbox.claim(
                tx,
                owner=self._store.owner,
                lease_ms=LEASE_MS,
                count_max=self._batch_max,
                bytes_max=BATCH_BYTES_MAX,
                among=among,
            ),
            Rank.AGENT,
        )
        if not batch:
            return set()
        try:
            results = await self._send(batch)
        except TransientError as error:
            trouble = error
            await self._store.write(lambda tx: self._give_back(tx, batch, trouble), Rank.AGENT)
            raise
        except (AuthError, ProtocolError, RejectedError) as error:
            message = str(error)
            await self._store.write(
                lambda tx: outbox.give_back(tx, batch.ids, next_attempt_ms=0, error=message), Rank.AGENT
            )
            if isinstance(error, RejectedError):
                # The server refused the whole request as such: a fault of ours, not of an operation.
                raise ProtocolError(f"the server refused a batch: {message}") from error
            raise
        news = await self._store.write(lambda tx: self._record(tx, batch, results), Rank.AGENT)
        for event in news:
            self._emit(event)
        self._batch_max = min(QUEUE_OPERATIONS_MAX, self._batch_max * 2)
        self._sent_since_drained += len(batch)
        return set(batch.ids)

    async def _send(self, batch: Batch) -> list[OperationResult]:
        answer = await self._transport.request(
            "POST",
            PATH_QUEUE,
            body={"items": [claimed.wire for claimed in batch.operations]},
            token=await self._session.token(),
        )
        try:
            results = QueueResults.model_validate(answer).results
        except ValidationError as error:
            raise ProtocolError(f"the server's results cannot be read: {error}") from error
        return results

    # --- trouble -------------------------------------------------------------------------------------

    def _give_back(self, tx: Transaction, batch: Batch, error: TransientError) -> None:
        if error.code == ErrorCode.INTERNAL and len(batch) > 1:
            # One of them may be poison: look for it in halves, at once.
            self._batch_max = max(1, len(batch) // 2)
            outbox.give_back(tx, batch.ids, next_attempt_ms=0, error=str(error))
            self._rest(tx, error)
        elif error.code == ErrorCode.INTERNAL:
            self._put_aside(tx, batch.ids[0], str(error))
        else:
            self._batch_max = max(BATCH_FIRST, self._batch_max // 2)
            outbox.give_back(tx, batch.ids, next_attempt_ms=0, error=str(error))
            self._rest(tx, error)

    def _rest(self, tx: Transaction, error: TransientError) -> None:
        record = link.read_link(tx.connection)
        failures = 1 if record is None else record.failures + 1
        link.rest_until(tx, tx.now_ms + wait_ms(failures, self._rng, error.retry_after_s))

    # --- results -------------------------------------------------------------------------------------

    def _record(self, tx: Transaction, batch: Batch, results: list[OperationResult]) -> list[AgentEvent]:
        link.end_rest(tx, contact=True)
        news: list[AgentEvent] = []
        answered = {result.id: result for result in results}
        for claimed in batch.operations:
            result = answered.get(claimed.id)
            if result is None:
                outbox.give_back(tx, [claimed.id], next_attempt_ms=tx.now_ms + 1000, error="no result came")
            elif result.status is ResultStatus.DEFERRED and result.code == ErrorCode.INTERNAL:
                self._put_aside(tx, claimed.id, result.error or "the server failed on it")
            else:
                news.extend(record_result(tx, result))
                self._failed_alone.discard(claimed.id)
        if any(result.status is not ResultStatus.DEFERRED for result in results):
            news.extend(self._burn_what_failed_alone(tx))
        return news

    def _put_aside(self, tx: Transaction, operation_id: str, error: str) -> None:
        """The server failed on it alone; whether it is the operation or the server shows when others pass."""
        self._failed_alone.add(operation_id)
        moment_ms = tx.now_ms + wait_ms(len(self._failed_alone) + 1, self._rng)
        outbox.give_back(tx, [operation_id], next_attempt_ms=moment_ms, error=error)

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


def record_result(tx: Transaction, result: OperationResult) -> list[AgentEvent]:
    """Move one operation on by what the server said of it."""
    news: list[AgentEvent] = []
    match result.status:
        case ResultStatus.APPLIED | ResultStatus.QUARANTINED:
            code = "quarantined" if result.status is ResultStatus.QUARANTINED else None
            outbox.finish(tx, result.id, Status.COMPLETED, result=result.to_wire(), code=code)
            if result.status is ResultStatus.APPLIED:
                overlay.note_effects(tx, result.id, result.effects or [])
        case ResultStatus.CONFLICT:
            news.extend(_record_conflict(tx, result))
        case ResultStatus.REJECTED:
            code = result.code or ErrorCode.BAD_REQUEST
            outbox.stand(tx, result.id, Status.DEAD_LETTER, code=code, error=result.error)
            news.append(Attention(result.error or "The server refused an operation."))
        case ResultStatus.BLOCKED:
            outbox.stand(tx, result.id, Status.BLOCKED, code=None, error=result.error)
        case ResultStatus.DEFERRED:
            later_ms = tx.now_ms + (result.retry_after_ms or 1000)
            outbox.give_back(tx, [result.id], next_attempt_ms=later_ms, error=result.error)
    return news


def _record_conflict(tx: Transaction, result: OperationResult) -> list[AgentEvent]:
    if result.conflict is None:
        outbox.stand(
            tx, result.id, Status.CONFLICT, code=result.code or ErrorCode.CONFLICT, error=result.error
        )
        return []
    replica.keep_conflict(tx, result.conflict)
    operation = tx.execute(select(t.outbox.c.resource_type).where(t.outbox.c.id == result.id)).scalar_one()
    if operation == CONFLICT:
        # A decision that came too late: the conflict has moved, and is to be decided anew.
        overlay.drop_operation(tx, result.id)
        outbox.finish(tx, result.id, Status.COMPLETED, result=result.to_wire(), code=ErrorCode.CONFLICT_MOVED)
    else:
        outbox.stand(
            tx, result.id, Status.CONFLICT, code=result.code or ErrorCode.CONFLICT, error=result.error
        )
        # The feed may have told of its end already.
        replica.follow_conflict(tx, replica.kept_conflict(tx, result.conflict.id), None)
    return [ConflictOpened(result.conflict.id)]
