"""A clock that may be wrong: what is believed of it, at the till and at the server."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from server_stub.services import proved_time as at_the_server
from sync_agent.store import proved_time as at_the_till

DAY = 86_400_000
START = 1_750_000_000_000
STEPS = st.lists(
    st.tuples(
        st.one_of(
            st.integers(1, 2 * DAY),
            st.sampled_from([365 * DAY, -365 * DAY, 30 * DAY, -30 * DAY, 8 * DAY, -8 * DAY]),
        ),
        st.booleans(),
    ),
    max_size=40,
)
"""How far the clock moves until the next look, and whether the server has just agreed with it."""


@given(STEPS)
def test_nothing_is_deleted_within_a_day_of_a_jump_of_more_than_a_week(steps: list[tuple[int, bool]]) -> None:
    till, server = at_the_till.Proof(START), at_the_server.Proof(START)
    now_ms, jumps = START, list[int]()
    for step_ms, agrees in steps:
        now_ms += step_ms
        if abs(step_ms) > 7 * DAY:
            jumps.append(now_ms)
        if agrees:
            till = replace(till, agreed_ms=now_ms)
        till, server = at_the_till.look(till, now_ms), at_the_server.look(server, now_ms)
        if jumps and abs(now_ms - jumps[-1]) < DAY:
            assert not till.may_delete(now_ms)
            assert not server.may_delete(now_ms)
        for proof in (till, server):
            if proof.may_delete(now_ms):
                assert abs(now_ms - proof.believed_ms) <= 7 * DAY


@given(st.lists(st.integers(1, 7 * DAY), max_size=30))
def test_a_clock_that_is_looked_at_weekly_is_never_doubted(steps: list[int]) -> None:
    till, server = at_the_till.Proof(START), at_the_server.Proof(START)
    now_ms = START
    for step_ms in steps:
        now_ms += step_ms
        till, server = at_the_till.look(till, now_ms), at_the_server.look(server, now_ms)
        assert till.may_delete(now_ms)
        assert server.may_delete(now_ms)


def test_a_till_believes_no_jump_that_the_server_does_not_agree_with() -> None:
    proof, now_ms = at_the_till.Proof(START), START + 365 * DAY
    for _day in range(60):
        proof = at_the_till.look(proof, now_ms)
        assert not proof.may_delete(now_ms)
        now_ms += DAY
    assert proof.believed_ms == START


def test_what_the_server_said_before_the_jump_is_no_agreement() -> None:
    now_ms = START + 365 * DAY
    proof = at_the_till.look(at_the_till.Proof(START, agreed_ms=START), now_ms)
    assert at_the_till.look(proof, now_ms + DAY).is_doubted


def test_a_till_believes_a_jump_a_day_later_if_the_server_agrees_and_deletes_after_another_day() -> None:
    now_ms = START + 30 * DAY
    proof = at_the_till.look(at_the_till.Proof(START), now_ms)
    proof = replace(proof, agreed_ms=now_ms + 5)
    assert at_the_till.look(proof, now_ms + DAY - 1).is_doubted
    proof = at_the_till.look(proof, now_ms + DAY)
    assert (proof.is_doubted, proof.may_delete(now_ms + 2 * DAY - 1)) == (False, False)
    assert proof.may_delete(now_ms + 2 * DAY)


def test_a_second_jump_begins_the_doubt_anew() -> None:
    first, second = START + 30 * DAY, START + 400 * DAY
    proof = at_the_server.look(at_the_server.look(at_the_server.Proof(START), first), second)
    assert proof.jumped_ms == second
