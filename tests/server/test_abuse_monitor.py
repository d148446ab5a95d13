"""What looks like misuse: refusals and oddities in the tenant's audit trail, once each, and bounded."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from server_stub.errors import Refusal
from server_stub.monitoring.abuse_monitor import AbuseMonitor
from server_stub.monitoring.abuse_rules import Burst, TwoPlaces
from server_stub.services.people.caller import Caller
from server_stub.store.changes import CommittedChange
from server_stub.store.database import Commit, Database
from sync_agent.contract.codes import ErrorCode
from tests.kit.operations import movement
from tests.kit.rules import Rules
from tests.kit.servers import ShopServer

MINUTE_MS = 60_000
TILL = Caller("t", "device", ("main",), device_id="till-1", address="10.0.0.7")
CLEO = Caller("t", "clerk", ("main",), user_id="cleo", address="10.0.0.8")
NO = Refusal(ErrorCode.FORBIDDEN, "a clerk may not do this")


def lines(rules: Rules, kind: str) -> list[tuple[Any, ...]]:
    return rules.query(
        "SELECT outcome, actor_id, address, times, detail FROM audit_entry WHERE kind = :kind ORDER BY seq",
        kind=kind,
    )


# --- what counts as a burst ------------------------------------------------------------------------------


def test_a_burst_is_told_at_its_last_and_then_not_for_a_while() -> None:
    burst = Burst(3, within_ms=1000, quiet_ms=5000)
    told = [burst.happened("a", at) for at in (0, 100, 200, 300, 400, 5100, 5150, 5200, 5250)]
    assert told == [False, False, True, False, False, False, False, True, False]


def test_what_is_spread_out_is_no_burst() -> None:
    burst = Burst(3, within_ms=1000, quiet_ms=5000)
    assert not any(burst.happened("a", at) for at in range(0, 10_000, 600))


def test_each_subject_has_bursts_of_its_own_and_the_oldest_are_forgotten() -> None:
    burst = Burst(2, within_ms=1000, quiet_ms=5000, subjects_max=3)
    for subject in "abcd":
        assert not burst.happened(subject, 0)
    assert len(burst) == 3
    assert burst.happened("d", 1)
    assert not burst.happened("a", 1), "a was forgotten"


def test_one_subject_at_two_addresses_is_told_within_the_window_only() -> None:
    places = TwoPlaces(within_ms=1000, quiet_ms=5000, subjects_max=2)
    assert places.seen("till", "A", 0) is None
    assert places.seen("till", "A", 500) is None
    assert places.seen("till", "B", 2000) is None, "it has moved"
    assert places.seen("till", "A", 2900) == "B"
    assert places.seen("till", "B", 2950) is None, "told already"
    assert places.seen("till", "C", 8000) is None
    assert places.seen("till", "B", 8100) == "C"
    for other in ("x", "y", "z"):
        places.seen(other, "A", 9000)
    assert len(places) == 2


# --- what gets into the trail ----------------------------------------------------------------------------


async def test_equal_refusals_of_a_moment_are_one_line_with_a_count(rules: Rules) -> None:
    watch = AbuseMonitor(rules.database)
    for _ in range(3):
        watch.refused(CLEO, "POST /api/v1/devices/enroll", NO)
    watch.refused(CLEO, "GET /api/v1/audit", NO)
    watch.refused(CLEO, "inventory-update", Refusal(ErrorCode.CONFLICT, "an everyday thing"))
    watch.refused(CLEO, "ping", Refusal(ErrorCode.TOKEN_EXPIRED, "an everyday thing too"))
    await watch.flush()
    first, second = await asyncio.to_thread(lines, rules, "refusal")
    assert first[:4] == ("forbidden", "cleo", "10.0.0.8", 3)
    assert "devices/enroll" in str(first[4])
    assert second[3] == 1
    await watch.flush()
    assert len(await asyncio.to_thread(lines, rules, "refusal")) == 2


async def test_a_flood_of_different_refusals_is_bounded_and_counted(rules: Rules) -> None:
    watch = AbuseMonitor(rules.database)
    for number in range(1000):
        watch.refused(CLEO, f"event-{number}", NO)
    await watch.flush()
    written = await asyncio.to_thread(lines, rules, "refusal")
    assert len(written) <= 251
    assert sum(line[3] for line in written) == 1000
    assert written[-1][0] == "overflow"


async def test_made_up_shops_take_no_memory_without_end(rules: Rules) -> None:
    watch = AbuseMonitor(rules.database)
    for number in range(3000):
        watch.sign_in_failed(f"shop-{number}", "admin", "203.0.113.9")
    assert watch._waiting() <= 1001
    watch.refused(CLEO, "ping", NO)
    await watch.flush()
    assert [line[0] for line in await asyncio.to_thread(lines, rules, "refusal")] == ["overflow"]
    assert await asyncio.to_thread(rules.query, "SELECT count(*) FROM audit_head") == [(1,)]


async def test_while_the_database_is_away_lines_are_kept(
    rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = AbuseMonitor(rules.database)
    watch.refused(CLEO, "ping", NO)
    with away(rules.database, monkeypatch):
        await watch.flush()
        watch.refused(CLEO, "ping", NO)
        await watch.flush()
    await watch.flush()
    assert [line[3] for line in await asyncio.to_thread(lines, rules, "refusal")] == [2]


@contextmanager
def away(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    async def refuse(*_anything: object) -> None:
        raise Refusal(ErrorCode.UNAVAILABLE, "away")

    with monkeypatch.context() as patch:
        patch.setattr(database, "write", refuse)
        yield


async def test_twenty_refusals_within_a_minute_are_an_anomaly(rules: Rules) -> None:
    watch = AbuseMonitor(rules.database)
    for _ in range(25):
        watch.refused(CLEO, "ping", NO)
    await watch.flush()
    (line,) = await asyncio.to_thread(lines, rules, "anomaly")
    assert line[:3] == ("repeated_refusals", "cleo", "10.0.0.8")


async def test_five_failed_sign_ins_of_one_account_are_an_anomaly(rules: Rules) -> None:
    watch = AbuseMonitor(rules.database)
    for username in ("cleo",) * 5 + ("mia",) * 4:
        watch.sign_in_failed("t", username, "203.0.113.9")
    watch.sign_in_failed("nobodys", "cleo", "203.0.113.9")
    await watch.flush()
    (line,) = await asyncio.to_thread(lines, rules, "anomaly")
    assert line[0] == "failed_sign_ins"
    assert "cleo" in str(line[4])
    refused = await asyncio.to_thread(lines, rules, "sign_in")
    assert [(line[0], line[3]) for line in refused] == [("refused", 5), ("refused", 4)]


async def test_a_till_at_two_addresses_is_an_anomaly_and_a_person_is_not(rules: Rules) -> None:
    watch = AbuseMonitor(rules.database)
    for caller in (TILL, CLEO):
        for address in ("10.0.0.7", "198.51.100.4", "10.0.0.7"):
            watch.seen(Caller("t", caller.role, ("main",), caller.user_id, caller.device_id, address=address))
        rules.clock.ms += MINUTE_MS
    await watch.flush()
    (line,) = await asyncio.to_thread(lines, rules, "anomaly")
    assert line[:3] == ("device_from_two_addresses", "till-1", "198.51.100.4")


async def test_a_score_of_products_sold_below_nothing_is_an_anomaly(rules: Rules) -> None:
    watch = AbuseMonitor(rules.database)
    rules.database.on_commit(watch.committed)
    await asyncio.to_thread(rules.send, "till-1", *(movement(f"p{number}", -1) for number in range(19)))
    # Going further below is not a new one.
    rules.clock.ms += 1
    await asyncio.to_thread(rules.send, "till-1", *(movement("p1", -1) for _ in range(5)))
    await watch.flush()
    assert await asyncio.to_thread(lines, rules, "anomaly") == []
    await asyncio.to_thread(rules.send, "till-1", movement("p19", -1))
    await watch.flush()
    (line,) = await asyncio.to_thread(lines, rules, "anomaly")
    assert line[0] == "burst_of_oversells"
    assert "main" in str(line[4])


# --- on a running server ---------------------------------------------------------------------------------


async def test_refusals_of_a_server_are_in_the_trail_of_their_shop_alone(
    open_with: Callable[..., Any],
) -> None:
    async with open_with() as shop:
        bob = await shop.sign_in("demo", "bob")
        assert (await bob.post("/devices/enroll", {"name": "x", "locationId": "main"})).status_code == 403
        wrong = {"tenantId": "demo", "username": "bob", "password": "not it"}
        assert (await shop.http.post("/api/v1/auth/login", json=wrong)).status_code == 401
        elsewhere = {**wrong, "tenantId": "no-such-shop"}
        assert (await shop.http.post("/api/v1/auth/login", json=elsewhere)).status_code == 401
    # The end of a server writes what is left.
    found = _trail(shop)
    assert ("demo", "refusal", "forbidden", "bob", 1) in found
    assert ("demo", "sign_in", "refused", None, 1) in found
    assert {tenant for tenant, *_rest in found} == {"demo"}


def _trail(shop: ShopServer) -> list[tuple[Any, ...]]:
    return shop.rows(
        "SELECT tenant_id, kind, outcome, actor_id, times FROM audit_entry"
        " WHERE kind IN ('refusal', 'anomaly') OR outcome = 'refused' ORDER BY seq"
    )


async def test_giving_up_sales_that_nobody_could_read_in_a_row_is_an_anomaly(rules: Rules) -> None:
    watch = AbuseMonitor(rules.database)
    for number in range(5):
        watch.committed(Commit([discarded(f"sale-{number}", "discarded")], []))
        watch.committed(Commit([discarded(f"sale-{number}", "applied")], []))
    await watch.flush()
    (line,) = await asyncio.to_thread(lines, rules, "anomaly")
    assert line[0] == "burst_of_discards"


async def test_a_drawer_that_gave_up_many_operations_is_an_anomaly(rules: Rules) -> None:
    watch = AbuseMonitor(rules.database)
    for version, spent in ((1, None), (2, 4), (3, 4)):
        watch.committed(Commit([closed("monday", version, spent)], []))
    await watch.flush()
    assert await asyncio.to_thread(lines, rules, "anomaly") == []
    watch.committed(Commit([closed("tuesday", 2, 1)], []))
    await watch.flush()
    (line,) = await asyncio.to_thread(lines, rules, "anomaly")
    assert line[0] == "burst_of_discards"


def closed(shift_id: str, version: int, spent: int | None) -> CommittedChange:
    row = {"id": shift_id, "locationId": "main", "spent": spent}
    return CommittedChange(
        "t", "tenant-t-location-main", 1, "c", "shift", shift_id, version, row, None, 1_000
    )


def discarded(operation_id: str, status: str) -> CommittedChange:
    row = {"operationId": operation_id, "locationId": "main", "status": status}
    return CommittedChange(
        "t", "tenant-t-location-main", 1, "c", "quarantine", operation_id, 2, row, None, 1_000
    )
