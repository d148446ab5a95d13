"""How long to wait before trying again: a pure decision.

Exponential with full jitter; what the server asked for (Retry-After) is a floor. Transport trouble never
gives up; only an operation that the server fails on alone, while others pass, is set aside after
`failures_alone_max` times. The figures are `AgentSettings`.
"""

from dataclasses import dataclass

from sync_agent.ports import Rng
from sync_agent.settings import AgentSettings


def wait_ms(settings: AgentSettings, failures: int, rng: Rng, retry_after_s: float | None = None) -> int:
    """Milliseconds to wait after the `failures`-th failure in a row (1 is the first).

    `retry_after_s` is what the server asked for: a floor, between nothing and `retry_after_s_max`.
    """
    doublings = min(max(failures, 1) - 1, 30)
    ceiling = min(settings.backoff_longest_ms, settings.backoff_first_ms * 2**doublings)
    asked_s = min(max(retry_after_s or 0.0, 0.0), settings.retry_after_s_max)
    floor = int(asked_s * 1000)
    return floor + int(rng.uniform(0, ceiling))


def first_wait_ms(settings: AgentSettings, rng: Rng) -> int:
    """Milliseconds to wait before the first try after an established connection was lost.

    Drawn wider than the first wait after a failure: all tills of a server lose it at the same moment.
    """
    return int(rng.uniform(0, settings.after_loss_ms))


@dataclass(frozen=True)
class RetryAt:
    """The operation may be tried again from then on."""

    moment_ms: int


@dataclass(frozen=True)
class DeadLetter:
    """The operation is poison: it waits for a person. `failures` is how often the server failed on it."""

    failures: int


def after_failing_alone(
    settings: AgentSettings, failures: int, now_ms: int, rng: Rng
) -> RetryAt | DeadLetter:
    """What becomes of an operation that has now failed alone `failures` times."""
    if failures >= settings.failures_alone_max:
        return DeadLetter(failures)
    return RetryAt(now_ms + wait_ms(settings, failures, rng))
