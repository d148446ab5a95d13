"""The size of the next batch, from how quickly the last one was answered: pure functions.

A batch grows while answers are quick, since each exchange has a fixed cost; it shrinks when they are slow, so
that a slow server or link never gets more than it can answer in time.
"""

from sync_agent.contract.codes import QUEUE_OPERATIONS_MAX
from sync_agent.settings import AgentSettings


def after_an_answer(settings: AgentSettings, size: int, sent: int, answer_s: float) -> int:
    """The next batch's size, in operations, after a batch of `sent` operations was answered in `answer_s`.

    A batch that was not full does not make the size grow.
    """
    if answer_s > settings.slow_answer_s:
        return max(1, sent // 2)
    if answer_s < settings.quick_answer_s and sent >= size:
        return min(QUEUE_OPERATIONS_MAX, size * 2)
    return size


def after_trouble(settings: AgentSettings, size: int) -> int:
    """The next batch's size after no answer or a busy server: half, but not below the first batch's size."""
    return max(min(size, settings.batch_first), size // 2)


def after_failing(sent: int) -> int:
    """The next batch's size after the server failed on a batch: half, to isolate the operation at fault."""
    return max(1, sent // 2)
