"""How long to wait: bounds, growth, the server's own wish, and the end of patience with poison alone."""

from hypothesis import given
from hypothesis import strategies as st

from sync_agent.backoff import (
    FAILURES_MAX,
    FIRST_MS,
    LONGEST_MS,
    DeadLetter,
    RetryAt,
    after_failing_alone,
    wait_ms,
)
from tests.clocks import FixedRng


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


def test_poison_becomes_a_dead_letter_only_at_its_last_failure() -> None:
    for failures in range(1, FAILURES_MAX):
        assert isinstance(after_failing_alone(failures, 0, FixedRng()), RetryAt)
    assert isinstance(after_failing_alone(FAILURES_MAX, 0, FixedRng()), DeadLetter)
