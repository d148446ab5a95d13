"""Judges of where a transaction comes from: its number, its till, its shift and its time."""

import re
from collections.abc import Iterator

from server_stub.operations.flags.case import CLOCK_SLACK_MS, Case, KnownShift, is_ahead
from server_stub.operations.flags.judging import Finding, on_shift, on_transaction

_NUMBER = re.compile(r"(?P<series>[^\s-][^\s]*)-[0-9]{1,12}")
"""A receipt number: the till's series, a dash, and digits."""


def number_is_malformed(case: Case) -> Iterator[Finding]:
    number = case.transaction.data.receipt_number
    if _NUMBER.fullmatch(number) is None:
        yield Finding(number)


def series_is_another_tills(case: Case) -> Iterator[Finding]:
    """The number is of a series that the till does not have and never had."""
    number = case.transaction.data.receipt_number
    found = _NUMBER.fullmatch(number)
    if found is None:
        return
    series = found["series"]
    # A client that is no till has no series of its own, and may take any that is no till's.
    if series in case.all_series - case.till.series or (case.till.series and series not in case.till.series):
        yield Finding(number)


def number_was_used_before(case: Case) -> Iterator[Finding]:
    if case.same_number:
        number = case.transaction.data.receipt_number
        yield Finding(number, on_transaction(number))


def shift_is_unknown(case: Case) -> Iterator[Finding]:
    shift_id = case.transaction.data.shift_id
    if shift_id is not None and case.shift is None:
        yield Finding(shift_id, on_shift(shift_id))


def shift_is_another_tills(case: Case) -> Iterator[Finding]:
    own, shift = case.transaction, case.shift
    if own.data.shift_id is None or shift is None:
        return
    if not _is_of_the_till(case, shift) or shift.location_id != own.location_id:
        yield Finding(own.data.shift_id, on_shift(own.data.shift_id))


def _is_of_the_till(case: Case, shift: KnownShift) -> bool:
    own = case.transaction.device_id
    return shift.device_id == own or shift.device_id in case.till.ids


def shift_was_closed(case: Case) -> Iterator[Finding]:
    """By the till's own numbers: the transaction's is after the last of the shift."""
    own, shift = case.transaction, case.shift
    if own.data.shift_id is None or shift is None or shift.last_device_seq is None or own.device_seq is None:
        return
    if own.device_seq > shift.last_device_seq and _is_of_the_till(case, shift):
        yield Finding(own.data.shift_id, on_shift(own.data.shift_id))


def time_is_ahead(case: Case) -> Iterator[Finding]:
    """It says that it happened after it was received."""
    if is_ahead(case.transaction):
        yield Finding(_day(case))


def time_is_too_early(case: Case) -> Iterator[Finding]:
    """It says that it happened before its till, or the shop, was there."""
    own = case.transaction
    since_ms = max(case.shop_since_ms, case.till.enrolled_ms or 0)
    if own.corrected_ms < since_ms - CLOCK_SLACK_MS:
        yield Finding(_day(case))


def _day(case: Case) -> str:
    return case.transaction.data.occurred_at.date().isoformat()
