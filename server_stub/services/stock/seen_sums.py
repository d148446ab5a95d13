"""Sums of movements by which counts had seen them, without a look at each movement for each count.

A count has seen what its own device numbered before it, and of other devices what happened until its time
(`count_order.was_counted`). The times alone give the sum; only where a device's numbers contradict its times,
which is rare, are single movements looked at.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from math import inf
from operator import attrgetter

from server_stub.services.stock.count_order import Moment, was_counted


@dataclass(frozen=True, slots=True, eq=False)
class Dated:
    """A movement: when, what it moved, and under which id."""

    at: Moment
    delta: int
    name: str

    @property
    def ms(self) -> float:
        return until(self.at)

    @property
    def number(self) -> int:
        return self.at.device_seq or 0


def until(count: Moment) -> float:
    """The time until which a count has seen other devices' movements."""
    return -inf if count.ms is None else count.ms


class Peaks:
    """Movements in an order in which some value mostly rises; finds the few that are above a bound."""

    def __init__(self) -> None:
        self._items: list[tuple[float, float, Dated]] = []

    def add(self, value: float, movement: Dated) -> None:
        highest = max(value, self._items[-1][1]) if self._items else value
        self._items.append((value, highest, movement))

    def above(self, bound: float, end: int | None = None) -> Iterator[Dated]:
        """Those of the first `end` whose value is above the bound; the last first."""
        for at in reversed(range(len(self._items) if end is None else end)):
            value, highest, movement = self._items[at]
            if highest <= bound:
                return
            if value > bound:
                yield movement


@dataclass(slots=True)
class _Device:
    """A device's numbered movements, by its numbers and by their times."""

    numbers: list[int] = field(default_factory=list)
    times_by_number: Peaks = field(default_factory=Peaks)
    times: list[float] = field(default_factory=list)
    numbers_by_time: Peaks = field(default_factory=Peaks)


class SeenSums:
    """The sums of some movements."""

    def __init__(self, movements: Iterable[Dated]) -> None:
        self._movements = sorted(movements, key=attrgetter("ms"))
        self._times = [movement.ms for movement in self._movements]
        self._sums = [0, *accumulate(movement.delta for movement in self._movements)]
        self._devices: dict[str, _Device] = {}
        numbered = [one for one in self._movements if None not in (one.at.device_id, one.at.device_seq)]
        for movement in numbered:
            device = self._devices.setdefault(str(movement.at.device_id), _Device())
            device.times.append(movement.ms)
            device.numbers_by_time.add(movement.number, movement)
        for movement in sorted(numbered, key=attrgetter("number")):
            device = self._devices[str(movement.at.device_id)]
            device.numbers.append(movement.number)
            device.times_by_number.add(movement.ms, movement)

    def between(self, earlier: Moment | None, later: Moment | None) -> int:
        """The sum of what a count had not seen (None: of all), and another one had (None: of all)."""
        seen = self._sums[-1] if later is None else self._seen(later)
        if earlier is None:
            return seen
        lost = 0 if later is None else self._seen_only_by(earlier, later)
        return seen - self._seen(earlier) + lost

    def _seen(self, count: Moment) -> int:
        total = self._sums[bisect_right(self._times, until(count))]
        total += sum(movement.delta for movement in self._seen_though_later(count))
        return total - sum(movement.delta for movement in self._unseen_though_earlier(count))

    def _seen_only_by(self, one: Moment, other: Moment) -> int:
        """What a count had seen, and another one had not."""
        first, last = (bisect_right(self._times, until(count)) for count in (other, one))
        candidates = set(self._movements[first:last])
        for count in (one, other):
            candidates.update(self._seen_though_later(count))
            candidates.update(self._unseen_though_earlier(count))
        return sum(
            movement.delta
            for movement in candidates
            if was_counted(movement.at, one) and not was_counted(movement.at, other)
        )

    def _seen_though_later(self, count: Moment) -> Iterator[Dated]:
        device = self._device_of(count)
        if device is not None:
            end = bisect_right(device.numbers, count.device_seq or 0)
            yield from device.times_by_number.above(until(count), end)

    def _unseen_though_earlier(self, count: Moment) -> Iterator[Dated]:
        device = self._device_of(count)
        if device is not None:
            end = bisect_right(device.times, until(count))
            yield from device.numbers_by_time.above(count.device_seq or 0, end)

    def _device_of(self, count: Moment) -> _Device | None:
        if count.device_id is None or count.device_seq is None:
            return None
        return self._devices.get(count.device_id)


class ArrivingSums:
    """Movements in the order of their arrival, under the ids that they were made under."""

    def __init__(self) -> None:
        self._by_time = Peaks()
        self._by_number: dict[str, Peaks] = {}

    def add(self, movement: Dated) -> None:
        self._by_time.add(movement.ms, movement)
        if movement.at.device_id is not None and movement.at.device_seq is not None:
            self._by_number.setdefault(movement.at.device_id, Peaks()).add(movement.number, movement)

    def unseen(self, names: frozenset[str], count: Moment) -> int:
        """The sum of what arrived so far under some ids, and a count had not seen."""
        found = set(self._by_time.above(until(count)))
        if count.device_id is not None and count.device_seq is not None:
            found.update(self._by_number.get(count.device_id, Peaks()).above(count.device_seq))
        return sum(
            movement.delta
            for movement in found
            if movement.name in names and not was_counted(movement.at, count)
        )
