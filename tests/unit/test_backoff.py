"""How long to wait: bounds, growth, the server's own wish, and the end of patience with poison alone."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_agent import backoff
from sync_agent.backoff import DeadLetter, RetryAt
from sync_agent.ports import Rng
from sync_agent.settings import AgentSettings
from tests.kit.clocks import FixedRng

SETTINGS = AgentSettings()
FIRST_MS, LONGEST_MS = SETTINGS.backoff_first_ms, SETTINGS.backoff_longest_ms
FAILURES_MAX = SETTINGS.failures_alone_max


def wait_ms(failures: int, rng: Rng, retry_after_s: float | None = None) -> int:
    return backoff.wait_ms(SETTINGS, failures, rng, retry_after_s)


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_a_wait_is_never_longer_than_a_minute(failures: int, chance: float) -> None:
    assert 0 <= wait_ms(failures, FixedRng(chance)) <= LONGEST_MS


def test_the_ceiling_doubles_from_half_a_second() -> None:
    ceilings = [wait_ms(failures, FixedRng(1.0)) for failures in range(1, 10)]
    assert ceilings[:4] == [FIRST_MS, 2 * FIRST_MS, 4 * FIRST_MS, 8 * FIRST_MS]
    assert ceilings[-1] == LONGEST_MS


@given(st.integers(1, 50), st.floats(0, 1))
def test_jitter_is_full(failures: int, chance: float) -> None:
    ceiling = wait_ms(failures, FixedRng(1.0))
    assert wait_ms(failures, FixedRng(chance)) == int(ceiling * chance)


def test_what_the_server_asks_for_is_a_floor() -> None:
    assert wait_ms(1, FixedRng(0.0), retry_after_s=7) == 7000
    assert wait_ms(1, FixedRng(1.0), retry_after_s=7) == 7000 + FIRST_MS


@given(st.integers(-5, 10**40), st.floats(0, 1), st.none() | st.floats(-(10**9), 10**9))
def test_a_wait_lies_between_what_was_asked_for_and_that_plus_the_ceiling(
    failures: int, chance: float, asked_s: float | None
) -> None:
    floor = int(min(max(asked_s or 0, 0), SETTINGS.retry_after_s_max) * 1000)
    assert floor <= wait_ms(failures, FixedRng(chance), asked_s) <= floor + LONGEST_MS
    assert wait_ms(failures, FixedRng(chance), asked_s) <= SETTINGS.wait_ms_max, (
        "or the queue would take it for over"
    )


@given(st.integers(1, 200))
def test_the_ceiling_never_shrinks_while_it_goes_on_failing(failures: int) -> None:
    assert wait_ms(failures, FixedRng(1.0)) <= wait_ms(failures + 1, FixedRng(1.0))


class Chance:
    """The real thing, from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def uniform(self, low: float, high: float) -> float:
        return self._random.uniform(low, high)


def test_waits_are_spread_evenly_over_their_interval() -> None:
    chance = Chance(7)
    drawn = Counter(wait_ms(5, chance) * 10 // 8000 for _ in range(10_000))
    assert all(850 < drawn[part] < 1150 for part in range(10))


@pytest.mark.parametrize("away_s", [0.1, 3.0, 30.0, 600.0])
def test_a_thousand_tills_do_not_come_back_in_the_same_second(away_s: float) -> None:
    """They lose one server at the same moment, and try as the supervisor does until it is there again."""
    came_back_s = []
    for seed in range(1000):
        chance = Chance(seed)
        now_s, failures = backoff.first_wait_ms(SETTINGS, chance) / 1000, SETTINGS.after_loss_failures
        while now_s < away_s:
            failures += 1
            now_s += wait_ms(failures, chance) / 1000
        came_back_s.append(now_s)
    came_back_s.sort()
    busiest = max(sum(1 for one in came_back_s if start <= one < start + 1) for start in came_back_s[::25])
    assert busiest < 500, "not half of them in the busiest second"


@given(st.integers(1, 10**6), st.integers(0, 2**53), st.floats(0, 1))
def test_what_failed_alone_waits_as_long_as_anything_and_no_longer(
    failures: int, now_ms: int, chance: float
) -> None:
    verdict = backoff.after_failing_alone(SETTINGS, failures, now_ms, FixedRng(chance))
    if failures >= FAILURES_MAX:
        assert isinstance(verdict, DeadLetter)
        assert verdict.failures == failures
    else:
        assert verdict == RetryAt(now_ms + wait_ms(failures, FixedRng(chance)))


def test_poison_becomes_a_dead_letter_only_at_its_last_failure() -> None:
    for failures in range(1, FAILURES_MAX):
        assert isinstance(backoff.after_failing_alone(SETTINGS, failures, 0, FixedRng()), RetryAt)
    assert isinstance(backoff.after_failing_alone(SETTINGS, FAILURES_MAX, 0, FixedRng()), DeadLetter)
