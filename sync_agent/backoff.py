"""How long to back off before the next attempt: pure functions.

Exponential with full jitter; what the server asked for (Retry-After) is a floor. After transport
trouble retries never end; only an operation that the server fails on alone, while others pass, becomes a
dead letter after `failures_alone_max` failed attempts. The figures are in `AgentSettings`.
"""

from dataclasses import dataclass

from sync_agent.ports import Rng
from sync_agent.settings import AgentSettings


def wait_ms(settings: AgentSettings, failures: int, rng: Rng, retry_after_s: float | None = None) -> int:
    """Milliseconds to wait after the `failures`-th failure in a row (1 is the first).

    `retry_after_s` is what the server asked for: a floor, capped at `retry_after_s_max`.
    """
    doublings = min(max(failures, 1) - 1, 30)
    ceiling = min(settings.backoff_longest_ms, settings.backoff_first_ms * 2**doublings)
    asked_s = min(max(retry_after_s or 0.0, 0.0), settings.retry_after_s_max)
    floor = int(asked_s * 1000)
    return floor + int(rng.uniform(0, ceiling))


def first_wait_ms(settings: AgentSettings, rng: Rng) -> int:
    """Milliseconds to wait before the first attempt after an established connection was lost.

    Drawn from a wider range than after a failure: all tills of a server lose it at the same moment.
    """
    return int(rng.uniform(0, settings.after_loss_ms))


@dataclass(frozen=True)
class RetryAt:
    """The operation may be sent again from `moment_ms` on."""

    moment_ms: int


@dataclass(frozen=True)
class DeadLetter:
    """The operation is poison and needs attention. `failures` is how often the server failed on it."""

    failures: int


def after_failing_alone(
    settings: AgentSettings, failures: int, now_ms: int, rng: Rng
) -> RetryAt | DeadLetter:
    """The next step for an operation that has now failed alone `failures` times."""
    if failures >= settings.failures_alone_max:
        return DeadLetter(failures)
    return RetryAt(now_ms + wait_ms(settings, failures, rng))
