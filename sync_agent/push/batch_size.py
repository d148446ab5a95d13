"""How much to send at once: a pure decision, from how the last batch fared.

A batch grows while answers are quick, since the exchange itself costs the most; it shrinks where they are
slow, so that a weak server or a thin line never has to swallow more than it can answer in good time.
"""

from sync_agent.contract.codes import QUEUE_OPERATIONS_MAX

BATCH_FIRST = 50
QUICK_S = 1.0
SLOW_S = 5.0


def after_an_answer(size: int, sent: int, answer_s: float) -> int:
    """The next batch's size, in operations, after one of `sent` operations was answered in so many seconds.

    A batch that was not full says nothing of what a full one would take.
    """
    if answer_s > SLOW_S:
        return max(1, sent // 2)
    if answer_s < QUICK_S and sent >= size:
        return min(QUEUE_OPERATIONS_MAX, size * 2)
    return size


def after_trouble(size: int) -> int:
    """The next batch's size after nobody answered or the server was busy: half, no smaller than at first."""
    return max(min(size, BATCH_FIRST), size // 2)


def after_failing(sent: int) -> int:
    """The next batch's size where one of the operations may be what the server fails on: look in halves."""
    return max(1, sent // 2)
