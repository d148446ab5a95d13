"""Moments on the wire: the calendar ends, and what a clock says does not."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sync_agent.contract.wire import format_time, from_ms, in_zone, to_ms

YEAR_1_MS, YEAR_9999_MS = -62_135_596_800_000, 253_402_300_799_999


@given(some.integers(YEAR_1_MS, YEAR_9999_MS))
def test_a_moment_in_the_calendar_is_read_as_it_was_written(moment_ms: int) -> None:
    moment = from_ms(moment_ms)
    assert to_ms(moment) == moment_ms
    assert datetime.fromisoformat(format_time(moment)) == moment


@pytest.mark.parametrize(
    ("moment_ms", "expected"),
    [
        (YEAR_1_MS - 1, "0001-01-01T00:00:00.000Z"),
        (-(2**54), "0001-01-01T00:00:00.000Z"),
        (YEAR_9999_MS + 1, "9999-12-31T23:59:59.999Z"),
        (2**54, "9999-12-31T23:59:59.999Z"),
    ],
)
def test_a_moment_beyond_the_calendar_is_its_first_or_last(moment_ms: int, expected: str) -> None:
    assert format_time(from_ms(moment_ms)) == expected


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"])
@given(some.datetimes(timezones=some.just(UTC)))
def test_every_moment_has_a_day_in_every_zone(zone: str, moment: datetime) -> None:
    local = in_zone(moment, ZoneInfo(zone))
    assert abs(local - moment).total_seconds() <= 86_400
    if 1 < moment.year < 9999:
        assert local == moment
