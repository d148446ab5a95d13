"""Which streams an upload holds while it is judged: all in one go, before it looks, and none but those."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from server_stub.operations import dry_run
from server_stub.operations.handlers import HANDLERS
from server_stub.operations.parsing import NO_DEFAULTS, read
from server_stub.operations.queue import apply_all
from server_stub.services.people.caller import Caller
from server_stub.store.changes import StreamLog
from sync_agent.contract.conflicts import PreviewRequest
from tests.kit.operations import T0_MS, count, movement, open_shift, operation, sale, transfer
from tests.kit.rules import MIA, Rules

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
        (operation("product", {}, operation="delete", resourceId="tea"), {TENANT, MAIN, ANNEX}),
        (operation("setting", {"value": 5, "base": None}, resourceId="low_stock"), {TENANT}),
        (operation("setting", {"value": 5, "base": None}, resourceId="main:low_stock"), {TENANT, MAIN}),
        (operation("setting", {"value": 5, "base": None}, resourceId="quantity_max"), {TENANT, MAIN, ANNEX}),
        (
            operation("setting", {"value": None, "base": None}, resourceId="main:tax_rate.std"),
            {TENANT, MAIN, ANNEX},
        ),
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


def test_a_decision_that_flags_of_sales_depend_on_holds_all_places(
    rules: Rules, locked: list[set[str]]
) -> None:
    by_mia = {"resourceId": "p", "actorId": "mia"}
    rules.send("d1", operation("product", {"name": "Tea"}, operation="create", **by_mia))
    renamed = {"set": {"name": "Chai"}, "base": {"name": "Tea"}}
    (edited,) = rules.send("d1", operation("product", renamed, version=1, **by_mia))
    assert edited["status"] == "applied", edited
    deletion = operation("product", {}, operation="delete", version=1, **by_mia)
    rate = {"steps": [{"ratePpm": 100_000}]}
    values = [{"value": rate | {"name": name}, "base": None} for name in ("Standard", "Usual")]
    edits = [operation("setting", value, resourceId="tax_rate.std", actorId="mia") for value in values]
    results = [
        rules.send("d1", item)[0] for item in (deletion, *({**edit, "actorId": "mia"} for edit in edits))
    ]
    in_conflict = [result["conflict"]["id"] for result in results if result["status"] == "conflict"]
    assert len(in_conflict) == 2
    for conflict_id in in_conflict:
        locked.clear()
        rules.send(None, operation("conflict", {"resolution": "accept_local"}, resourceId=conflict_id))
        assert locked == [{TENANT, MAIN, ANNEX}]


def test_a_tills_numbers_hold_its_place_where_a_shift_may_wait_for_them(
    rules: Rules, locked: list[set[str]]
) -> None:
    created = operation("product", {"name": "Tea"}, operation="create", resourceId="p", deviceSeq=1)
    rules.send("d1", created)
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


@pytest.fixture
def asked_besides(monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """The streams of each lock that turned out to be needed: another transaction holds them just then."""
    asked: list[set[str]] = []

    def lock_free(log: StreamLog, names: Iterable[str]) -> set[str]:
        wanted = {name for name in names if name not in log._heads}
        if wanted:
            asked.append(wanted)
        return wanted

    monkeypatch.setattr(StreamLog, "lock_free", lock_free)
    return asked


def test_a_preview_waits_for_the_streams_that_the_decision_writes_to(
    rules: Rules, asked_besides: list[set[str]]
) -> None:
    """The stock of an article that was made twice moves at the places where it has some."""
    make = {"operation": "create", "actorId": "mia"}
    article = {"name": "Bowl", "barcode": "4006381333931", "priceMinor": 450}
    rules.send("d1", operation("product", article, resourceId="a", **make), movement("b", 5))
    other = operation("product", article | {"priceMinor": 500}, resourceId="b", **make)
    (result,) = rules.send("d1", other)
    asked = dry_run.preview(rules.database, MIA, result["conflict"]["id"], PreviewRequest())
    preview = asyncio.run(asked)
    assert (preview.accept_server.outcome, preview.accept_server.code) == ("applied", None)
    assert asked_besides == [{MAIN}] * len(asked_besides) != []
    assert rules.level("b")[0] == 5


def test_the_first_sales_of_a_shift_that_comes_with_them_hold_their_place_alone(
    rules: Rules, locked: list[set[str]], asked_besides: list[set[str]]
) -> None:
    rules.list_goods("p")
    sold = sale({"p": 1}, deviceSeq=2)
    sold["data"]["shiftId"] = "shift"
    opened, entered = rules.send("d1", open_shift(deviceSeq=1, actorId="mia"), sold)
    assert (opened["status"], entered["status"]) == ("applied", "applied")
    assert not any(flag.startswith("unknown_shift") for flag in entered["result"]["flags"])
    assert (locked, asked_besides) == ([{MAIN}], [])
