"""One exchange with the server: choose a batch, send it, and record what became of each operation in it.

Waiting operations and those resent after a restore are exchanged alike. The load says where operations come
from and what an answer means for them.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import OperationResult, ResultStatus
from sync_agent.errors import ProtocolError, RejectedError, SyncError, TransientError
from sync_agent.events import AgentEvent
from sync_agent.ports import Clock, Priority
from sync_agent.push import batch_size
from sync_agent.push.routes import Route, Uplink
from sync_agent.settings import AgentSettings
from sync_agent.store.database import Store, Transaction
from sync_agent.store.queue import attempts
from sync_agent.store.queue.leases import Batch


class Load(Protocol):
    """What an exchange sends. Each method runs in the transaction that writes delivery and attempts."""

    def choose(self, tx: Transaction, *, count_max: int, bytes_max: int) -> Batch:
        """The next operations; empty where there are none."""

    def record(
        self, tx: Transaction, batch: Batch, results: list[OperationResult], missing: list[str]
    ) -> list[AgentEvent]:
        """Record the server's results; it gave none for the operations in `missing`."""

    def release(self, tx: Transaction, batch: Batch, error: SyncError) -> None:
        """The server did not accept the batch: release it."""

    def give_up(self, tx: Transaction, operation_id: str) -> list[AgentEvent]:
        """This single operation is larger than the server accepts."""


@dataclass(frozen=True)
class Delivered:
    """Which operations one exchange carried, and whether the server accepted the request."""

    ids: frozenset[str]
    was_accepted: bool = True


class Exchange:
    """Sends loads in batches; the batch size follows how the last batch was answered."""

    def __init__(
        self,
        store: Store,
        uplink: Uplink,
        clock: Clock,
        settings: AgentSettings,
        emit: Callable[[AgentEvent], None],
    ) -> None:
        self._store = store
        self._uplink = uplink
        self._clock = clock
        self._settings = settings
        self._emit = emit
        self._batch_max = settings.batch_first

    async def deliver(self, route: Route, load: Load) -> Delivered:
        """Send one batch of the load. Raises SyncError after the failure is recorded.

        A batch that is too large for the server does not raise: the next one is smaller.
        """
        limits = self._uplink.limits(route)

        def begin(tx: Transaction) -> tuple[Batch, str]:
            count_max = min(self._batch_max, limits.operations)
            batch = load.choose(tx, count_max=count_max, bytes_max=limits.bytes)
            delivery_id = tx.ids.new()
            if batch:
                attempts.begin(tx, delivery_id, route, batch.ids, batch.bytes)
            return batch, delivery_id

        batch, delivery_id = await self._store.write(begin, Priority.AGENT)
        if not batch:
            return Delivered(frozenset())
        began_s = self._clock.monotonic_s()
        try:
            results = await self._uplink.send(
                route, [claimed.wire for claimed in batch.operations], delivery_id
            )
        except SyncError as error:
            await self._note_failure(load, batch, delivery_id, error)
            return Delivered(frozenset(batch.ids), was_accepted=False)

        def record(tx: Transaction) -> list[AgentEvent]:
            answered = {result.id for result in results}
            missing = [operation_id for operation_id in batch.ids if operation_id not in answered]
            _end_attempts(tx, delivery_id, results, missing)
            return load.record(tx, batch, results, missing)

        await self._write_and_emit(record)
        answer_s = self._clock.monotonic_s() - began_s
        self._batch_max = batch_size.after_an_answer(self._settings, self._batch_max, len(batch), answer_s)
        return Delivered(frozenset(batch.ids))

    async def until_done(self, deliver: Callable[[], Awaitable[bool]]) -> None:
        """Call `deliver` until it returns that nothing is left, in smaller batches when the server fails.

        Raises SyncError if something else fails, or after `failures_in_a_row_max` failures of the server.
        """
        failures = 0
        while True:
            try:
                if not await deliver():
                    return
            except TransientError as error:
                failures += 1
                if error.code != ErrorCode.INTERNAL or failures > self._settings.failures_in_a_row_max:
                    raise
            else:
                failures = 0

    async def _note_failure(self, load: Load, batch: Batch, delivery_id: str, error: SyncError) -> None:
        """Raises `error`, unless the batch was only too large."""
        is_too_large = isinstance(error, RejectedError) and error.code == ErrorCode.PAYLOAD_TOO_LARGE
        is_alone = len(batch) == 1

        def note(tx: Transaction) -> list[AgentEvent]:
            _end_without_answer(tx, delivery_id, error)
            if is_too_large and is_alone:
                return load.give_up(tx, batch.ids[0])
            load.release(tx, batch, error)
            return []

        await self._write_and_emit(note)
        if is_too_large or is_failing(error):
            if not is_alone:  # isolate the operation that the server fails on, without a wait
                self._batch_max = batch_size.after_failing(len(batch))
        elif isinstance(error, TransientError):
            self._batch_max = batch_size.after_trouble(self._settings, self._batch_max)
        if is_too_large:
            return
        if isinstance(error, RejectedError):
            # The server refused the whole request: a fault of this program, not of an operation.
            raise ProtocolError(f"the server refused a batch: {error}") from error
        raise error

    async def _write_and_emit(self, work: Callable[[Transaction], list[AgentEvent]]) -> None:
        for event in await self._store.write(work, Priority.AGENT):
            self._emit(event)


def is_failing(error: SyncError) -> bool:
    """Whether the server answered that it failed on this request (code `internal`)."""
    return isinstance(error, TransientError) and error.code == ErrorCode.INTERNAL


def _end_without_answer(tx: Transaction, delivery_id: str, error: SyncError) -> None:
    code = getattr(error, "code", None)
    outcome = attempts.NO_ANSWER if code is None else attempts.REFUSED
    attempts.end(tx, delivery_id, outcome, code=code, detail=str(error))


def _end_attempts(
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
        {"operation": operation_id, "outcome": attempts.NO_ANSWER, "code": None, "detail": "no result came"}
        for operation_id in missing
    ]
    attempts.note(tx, delivery_id, otherwise + unanswered)
