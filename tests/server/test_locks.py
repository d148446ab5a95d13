"""Which streams an upload holds while it is judged: all in one go, before it looks, and none but those."""

from collections.abc import Iterable
from typing import Any

import pytest

from server_stub.operations.handlers import HANDLERS
from server_stub.operations.parsing import NO_DEFAULTS, read
from server_stub.operations.queue import apply_all
from server_stub.services.people.caller import Caller
from server_stub.store.changes import StreamLog
from tests.kit.operations import T0_MS, count, movement, open_shift, operation, sale, transfer
from tests.kit.rules import Rules

TENANT, MAIN, ANNEX = "tenant-t", "tenant-t-location-main", "tenant-t-location-annex"


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """The streams of each lock that is taken."""
    taken: list[set[str]] = []
    real = StreamLog.lock

    def lock(log: StreamLog, names: Iterable[str]) -> None:
        names = set(names)
        taken.append(names)
        real(log, names)

    monkeypatch.setattr(StreamLog, "lock", lock)
    return taken


@pytest.mark.parametrize(
    ("item", "streams"),
    [
        (sale({"p": 1}), {MAIN}),
        (movement("p", 1), {MAIN}),
        (count("p", 1), {MAIN}),
        (open_shift(), {MAIN}),
        (transfer({"p": 1}), {MAIN, ANNEX}),
        (transfer({"p": 1}, to="nowhere"), {MAIN, TENANT}),
        (operation("product", {"name": "Tea"}, operation="create", resourceId="tea"), {TENANT}),
        (sale({"p": 1}, locationId="annex"), {TENANT}),
        (sale({"p": 1}, timestamp="yesterday"), {MAIN}),
        (operation("weather", {}), {TENANT}),
        ({"id": "unreadable"}, set()),
    ],
)
def test_an_operation_holds_the_streams_that_it_may_write_to_and_no_other(
    rules: Rules, locked: list[set[str]], item: dict[str, Any], streams: set[str]
) -> None:
    rules.send("d1", item)
    assert locked == [streams]


def test_a_decision_holds_the_stream_of_its_conflict(rules: Rules, locked: list[set[str]]) -> None:
    rules.send("d1", movement("p", 10))
    rules.send(None, count("p", 8, T0_MS, version=1))
    (result,) = rules.send("d2", count("p", 9, T0_MS - 60_000, version=1))
    locked.clear()
    rules.send(None, operation("conflict", {"resolution": "merge"}, resourceId=result["conflict"]["id"]))
    rules.send(None, operation("conflict", {"resolution": "merge"}, resourceId="unknown"))
    assert locked == [{MAIN}, {TENANT}]


def test_a_tills_numbers_hold_its_place_where_a_shift_may_wait_for_them(
    rules: Rules, locked: list[set[str]]
) -> None:
    rules.send("d1", operation("product", {}, operation="delete", resourceId="p", deviceSeq=1))
    assert locked == [{TENANT, MAIN}]


def test_an_answer_that_is_given_while_we_wait_for_the_lock_is_found(
    rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process judges the same operation first: here, at the very moment that we lock."""
    sent = sale({"p": 1})
    caller = Caller("t", "device", ("main",), device_id="d1")
    real = StreamLog.lock

    def lock(log: StreamLog, names: Iterable[str]) -> None:
        monkeypatch.setattr(StreamLog, "lock", real)
        real(log, names)
        apply_all(units[0], caller, [read(sent)], NO_DEFAULTS, HANDLERS)

    monkeypatch.setattr(StreamLog, "lock", lock)
    units: list[Any] = []

    def take(unit: Any) -> Any:
        units.append(unit)
        return apply_all(unit, caller, [read(sent)], NO_DEFAULTS, HANDLERS)

    (result,) = rules.database.transact("t", take)
    assert result.repeated is True
    assert rules.level("p") == (-1, 1)
