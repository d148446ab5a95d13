"""The sums of what counts had seen, against one look at each movement."""

from hypothesis import given
from hypothesis import strategies as st

from server_stub.services.stock.count_order import Moment
from server_stub.services.stock.seen_sums import ArrivingSums, Dated, SeenSums

moments = st.builds(
    Moment,
    st.integers(0, 6),
    st.sampled_from(["one", "two", None]),
    st.integers(1, 6) | st.none(),
)
counts = moments | st.builds(Moment, st.none(), st.sampled_from(["one", None]), st.integers(1, 6))
movements = st.lists(st.builds(Dated, moments, st.integers(-9, 9), st.sampled_from("abc")), max_size=12)


def has_seen(count: Moment, movement: Moment) -> bool:
    """By its device's numbers, if both have one of the same device; else by the time."""
    if count.device_id == movement.device_id and None not in (
        count.device_id,
        count.device_seq,
        movement.device_seq,
    ):
        assert count.device_seq is not None
        assert movement.device_seq is not None
        return movement.device_seq <= count.device_seq
    return count.ms is not None and movement.ms is not None and movement.ms <= count.ms


@given(movements, counts | st.none(), counts | st.none())
def test_what_one_count_had_not_seen_and_another_had(
    moved: list[Dated], earlier: Moment | None, later: Moment | None
) -> None:
    expected = [
        one.delta
        for one in moved
        if (later is None or has_seen(later, one.at)) and (earlier is None or not has_seen(earlier, one.at))
    ]
    assert SeenSums(moved).between(earlier, later) == sum(expected)


@given(movements, counts, st.frozensets(st.sampled_from("abc")))
def test_what_had_arrived_and_a_count_had_not_seen(
    moved: list[Dated], count: Moment, names: frozenset[str]
) -> None:
    arrived = ArrivingSums()
    for one in moved:
        arrived.add(one)
    expected = [one.delta for one in moved if one.name in names and not has_seen(count, one.at)]
    assert arrived.unseen(names, count) == sum(expected)
