"""How much to send at once: a pure decision, from how the last batch fared.

A batch grows while answers are quick, since the exchange itself costs the most; it shrinks where they are
slow, so that a weak server or a thin line never has to swallow more than it can answer in good time.
"""

from sync_agent.contract.codes import QUEUE_OPERATIONS_MAX
from sync_agent.settings import AgentSettings


def after_an_answer(settings: AgentSettings, size: int, sent: int, answer_s: float) -> int:
    """The next batch's size, in operations, after one of `sent` operations was answered in so many seconds.

    A batch that was not full says nothing of what a full one would take.
    """
    if answer_s > settings.slow_answer_s:
        return max(1, sent // 2)
    if answer_s < settings.quick_answer_s and sent >= size:
        return min(QUEUE_OPERATIONS_MAX, size * 2)
    return size


def after_trouble(settings: AgentSettings, size: int) -> int:
    """The next batch's size after nobody answered or the server was busy: half, no smaller than at first."""
    return max(min(size, settings.batch_first), size // 2)


def after_failing(sent: int) -> int:
    """The next batch's size where one of the operations may be what the server fails on: look in halves."""
    return max(1, sent // 2)
