"""How long to wait before trying again: a pure decision.

Exponential with full jitter, from half a second to a minute; what the server asked for (Retry-After) is a
floor. Transport trouble never gives up; only an operation that the server fails on alone, while others pass,
is set aside after `FAILURES_MAX` times.
"""

from dataclasses import dataclass

from resources.words import translate
from sync_agent.ports import Rng

FIRST_MS = 500
LONGEST_MS = 60_000
RETRY_AFTER_S_MAX = 600.0
"""What a server may ask for and get. Whoever asks for more is asked again before."""
FAILURES_MAX = 8


def wait_ms(failures: int, rng: Rng, retry_after_s: float | None = None) -> int:
    """Milliseconds to wait after the `failures`-th failure in a row (1 is the first)."""
    ceiling = min(LONGEST_MS, FIRST_MS * 2 ** min(max(failures, 1) - 1, 30))
    asked_s = min(max(retry_after_s or 0.0, 0.0), RETRY_AFTER_S_MAX)  # one in the past is no wish
    floor = int(asked_s * 1000)
    return floor + int(rng.uniform(0, ceiling))


AFTER_LOSS_MS = 5_000
"""As long as a clerk is not told of a loss yet: the tills of a server that went down spread over that."""


AFTER_LOSS_FAILURES = 3
"""What a loss counts as when waits are drawn: whoever finds the server still away must not be one of hundreds
that try again within the same half second."""


def first_wait_ms(rng: Rng) -> int:
    """Milliseconds to wait before the first try after a standing connection was lost.

    Drawn wider than the first wait after a failure: all tills of a server lose it at the same moment.
    """
    return int(rng.uniform(0, AFTER_LOSS_MS))


@dataclass(frozen=True)
class RetryAt:
    """The operation may be tried again from then on."""

    moment_ms: int


@dataclass(frozen=True)
class DeadLetter:
    """The operation is poison: it stands before a person."""

    reason: str


def after_failing_alone(failures: int, now_ms: int, rng: Rng) -> RetryAt | DeadLetter:
    """What becomes of an operation that has now failed alone `failures` times."""
    if failures >= FAILURES_MAX:
        words = translate("agent", "The server failed on it %n time(s), while others passed.", failures)
        return DeadLetter(words)
    return RetryAt(now_ms + wait_ms(failures, rng))
