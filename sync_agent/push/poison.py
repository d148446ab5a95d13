"""Poison: operations that the server fails on alone. They back off, and end as dead letters."""

from sync_agent.backoff import DeadLetter, after_failing_alone, wait_ms
from sync_agent.contract.codes import ErrorCode
from sync_agent.events import AgentEvent, Attention, AttentionCode
from sync_agent.figures import Figures
from sync_agent.ports import Rng
from sync_agent.settings import AgentSettings
from sync_agent.store.database import Transaction
from sync_agent.store.queue import back_off, leases, transitions
from sync_agent.store.queue.status import Status


class FailedAlone:
    """Counts how often each operation failed alone since others last passed; the outbox stores failed
    attempts.
    """

    def __init__(self, rng: Rng, settings: AgentSettings) -> None:
        self._rng = rng
        self._settings = settings
        self._times: dict[str, int] = {}

    def back_off(self, tx: Transaction, operation_id: str, error: str) -> None:
        """Back off with this operation. Whether the operation or the server is at fault shows when others
        pass.
        """
        moment_ms = self.next_attempt_ms(tx, operation_id)
        leases.release(tx, [operation_id], next_attempt_ms=moment_ms, error=error)

    def next_attempt_ms(self, tx: Transaction, operation_id: str) -> int:
        """Count that it failed alone once more. Returns when to send it again, in the till's milliseconds."""
        times = self._times[operation_id] = self._times.get(operation_id, 0) + 1
        return tx.now_ms + wait_ms(self._settings, times + 1, self._rng)

    def forget(self, operation_id: str) -> None:
        """The server gave a result for it: count from zero."""
        self._times.pop(operation_id, None)

    def count_failed_attempts(self, tx: Transaction) -> list[AgentEvent]:
        """Others passed: count a failed attempt of each operation that failed alone. Returns events for the
        host.
        """
        events: list[AgentEvent] = []
        for operation_id in sorted(self._times):
            failures = back_off.count_failed_attempt(tx, operation_id)
            if failures is None:
                continue
            verdict = after_failing_alone(self._settings, failures, tx.now_ms, self._rng)
            if isinstance(verdict, DeadLetter):
                transitions.mark_needs_attention(
                    tx, operation_id, Status.DEAD_LETTER, code=ErrorCode.INTERNAL, error=None
                )
                figures: Figures = {"operation": operation_id, "times": verdict.failures}
                events.append(Attention(AttentionCode.OPERATION_FAILED_ALONE, figures))
            else:
                back_off.wait_until(tx, operation_id, verdict.moment_ms)
        self._times.clear()
        return events
