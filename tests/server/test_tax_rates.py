"""Named tax rates at the server: products carry today's figure, and sales at another rate are flagged."""

import asyncio
import json
from functools import partial
from typing import Any

import pytest
from sqlalchemy import update

from server_stub.background import rate_turns
from server_stub.operations import settings_edit
from server_stub.store import tables as t
from sync_agent.contract.identity import TenantSettings
from tests.kit.operations import T0_MS, operation, rfc3339, sale
from tests.kit.rules import MIA, Rules

DAY_MS = 86_400_000
# The first days from T0, 2026-02-25, at the shop's place in Europe/London.
FIRST_DAY_MS = T0_MS


def day(offset: int) -> str:
    return rfc3339(FIRST_DAY_MS + offset * DAY_MS)[:10]


def rate(*steps: tuple[int | None, int]) -> dict[str, Any]:
    """A named rate: figures in ppm from days on, counted from the first; None: always."""
    return {
        "name": "Standard",
        "steps": [
            {"ratePpm": ppm} if offset is None else {"from": day(offset), "ratePpm": ppm}
            for offset, ppm in steps
        ],
    }


def set_rate(rules: Rules, value: dict[str, Any] | None, base: Any = None, row: str = "tax_rate.std") -> None:
    edit = operation("setting", {"value": value, "base": base}, resourceId=row, actorId="mia")
    (result,) = rules.send("d1", edit)
    assert result["status"] == "applied", result


def product(name: str, **fields: Any) -> dict[str, Any]:
    data = {"name": name, "priceMinor": 100, **fields}
    return operation("product", data, operation="create", resourceId=name, actorId="mia")


def sold(offset: int, rate_ppm: int, name: str | None = "std", **rest: Any) -> dict[str, Any]:
    item = sale({"p": 1}, at_ms=FIRST_DAY_MS + offset * DAY_MS, **rest)
    (line,) = item["data"]["lines"]
    line |= {"taxRatePpm": rate_ppm, "taxMinor": round(100 * rate_ppm / (1_000_000 + rate_ppm))}
    if name is not None:
        line["taxName"] = name
    item["data"]["taxMinor"] = line["taxMinor"]
    return item | {"timestamp": rfc3339(FIRST_DAY_MS + offset * DAY_MS), "actorId": "mia"}


def flags(rules: Rules, sale_id: str) -> list[str]:
    (row,) = rules.query("SELECT flags FROM till_transaction WHERE id = :id", id=sale_id)
    return [flag for flag in json.loads(row[0]) if flag.startswith("wrong_tax_rate")]


def figures(rules: Rules) -> list[tuple[Any, ...]]:
    return rules.query("SELECT tax_rate_ppm, version FROM product WHERE id = 'p'")


def test_a_product_carries_the_figure_of_today_for_clients_without_named_rates(rules: Rules) -> None:
    rules.clock.ms = FIRST_DAY_MS
    set_rate(rules, rate((None, 190_000), (2, 210_000)))
    rules.send("d1", product("p", taxName="std"))
    assert figures(rules) == [(190_000, 1)]
    rules.clock.ms = FIRST_DAY_MS + 2 * DAY_MS
    rules.database.transact("t", rate_turns.publish)
    rules.database.transact("t", rate_turns.publish)
    assert figures(rules) == [(210_000, 2)]
    set_rate(rules, rate((None, 200_000)), rate((None, 190_000), (2, 210_000)))
    assert figures(rules) == [(200_000, 3)]
    changed = rules.query("SELECT resource_type, version FROM change WHERE resource_id = 'p' ORDER BY seq")
    assert changed == [("product", 1), ("product", 2), ("product", 3)]


def test_the_turn_of_the_day_costs_little_and_writes_what_differs_in_portions(
    rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_turns, "AT_A_TIME", 40)
    rules.clock.ms = FIRST_DAY_MS
    set_rate(rules, rate((None, 190_000), (2, 210_000)))
    set_rate(rules, rate((None, 70_000)), row="tax_rate.low")
    turns = rate_turns.RateTurns(rules.database)
    rules.database.on_commit(turns.committed)
    rules.send("d1", *(product(f"p{number:03}", taxName="std") for number in range(100)))
    rules.send("d1", product("low", taxName="low"), product("unheard", taxName="unheard", taxRatePpm=5))
    with rules.statements() as executed:
        asyncio.run(turns.visit_all())
    assert len(executed) <= 4, executed
    rules.clock.ms = FIRST_DAY_MS + 2 * DAY_MS
    with rules.statements() as executed:
        asyncio.run(turns.visit_all())
    assert len(executed) <= 50, "three portions"
    with rules.statements() as executed:
        asyncio.run(turns.visit_all())
    assert len(executed) <= 4, executed
    figures_now = rules.query("SELECT tax_rate_ppm, version, count(*) FROM product GROUP BY 1, 2 ORDER BY 1")
    assert figures_now == [(5, 1, 1), (70_000, 1, 1), (210_000, 2, 100)]
    published = rules.query("SELECT count(*) FROM change WHERE resource_type = 'product' AND version = 2")
    assert published == [(100,)]


def test_a_sale_at_another_rate_than_was_valid_is_taken_and_flagged(rules: Rules) -> None:
    rules.clock.ms = FIRST_DAY_MS + 5 * DAY_MS
    rules.send("d1", product("p", taxName="std"))
    set_rate(rules, rate((None, 190_000), (2, 210_000)))
    right, wrong, late = sold(0, 190_000), sold(0, 210_000), sold(3, 190_000)
    none, other = sold(3, 190_000, None), sold(3, 190_000, "unheard")
    results = rules.send("d1", right, wrong, late, none, other)
    assert {result["status"] for result in results} == {"applied"}
    found = [flags(rules, item["id"]) for item in (right, wrong, late, none, other)]
    assert found == [[], ["wrong_tax_rate:1"], ["wrong_tax_rate:1"], [], []]


def test_a_payment_that_began_before_midnight_keeps_its_rate(rules: Rules) -> None:
    rules.clock.ms = FIRST_DAY_MS + 5 * DAY_MS
    rules.send("d1", product("p", taxName="std"))
    set_rate(rules, rate((None, 190_000), (2, 210_000)))
    midnight_ms = FIRST_DAY_MS // DAY_MS * DAY_MS + 2 * DAY_MS
    for after_ms, expected in ((60_000, []), (3_600_000, ["wrong_tax_rate:1"])):
        item = sold(0, 190_000)
        item["data"]["occurredAt"] = item["timestamp"] = rfc3339(midnight_ms + after_ms)
        rules.send("d1", item)
        assert flags(rules, item["id"]) == expected


@pytest.mark.parametrize("rate_comes_first", [True, False])
def test_flags_end_the_same_whenever_the_rate_is_entered(rules: Rules, rate_comes_first: bool) -> None:
    rules.clock.ms = FIRST_DAY_MS + 5 * DAY_MS
    rules.send("d1", product("p", taxName="std"))
    old, new = rate((None, 190_000)), rate((None, 190_000), (2, 210_000))
    items = [sold(1, 190_000), sold(3, 190_000), sold(3, 210_000)]
    if rate_comes_first:
        set_rate(rules, new)
        rules.send("d1", *items)
    else:
        set_rate(rules, old)
        rules.send("d1", *items)
        assert [flags(rules, item["id"]) for item in items] == [[], [], ["wrong_tax_rate:1"]]
        changes = TenantSettings(tax_rates={"std": new})
        rules.database.transact("t", partial(settings_edit.edit, caller=MIA, changes=changes))
    assert [flags(rules, item["id"]) for item in items] == [[], ["wrong_tax_rate:1"], []]


@pytest.mark.parametrize(
    ("new", "judged"),
    [
        (rate((None, 190_000), (2, 210_000), (9, 220_000)), []),
        (rate((None, 190_000), (2, 210_000), (4, 220_000)), [4, 6]),
        (rate((None, 190_000), (3, 210_000)), [2, 4, 6]),
        (rate((0, 190_000), (2, 210_000)), [0, 2, 4, 6]),
        (rate((None, 180_000)), [0, 2, 4, 6]),
        (rate((None, 190_000), (2, 210_000)) | {"name": "Full"}, []),
        (None, [0, 2, 4, 6]),
    ],
)
def test_sales_before_the_first_day_with_another_figure_are_left_alone(
    rules: Rules, new: dict[str, Any] | None, judged: list[int]
) -> None:
    rules.clock.ms = FIRST_DAY_MS + 8 * DAY_MS
    before = rate((None, 190_000), (2, 210_000))
    set_rate(rules, before)
    sales = {day_sold: sold(day_sold, 190_000, locationId="main") for day_sold in (0, 2, 4, 6)}
    rules.send("d1", *sales.values())
    # A flag that nothing gave is taken away by whoever judges.
    odd = update(t.till_transaction).values(flags=["wrong_tax_rate:9"])
    rules.database.transact("t", lambda unit: unit.execute(odd))
    set_rate(rules, new, before)
    again = {
        day_sold for day_sold, item in sales.items() if "wrong_tax_rate:9" not in flags(rules, item["id"])
    }
    # A day's slack for the calendars of places.
    slack = min(judged, default=99) - 1
    assert set(judged) <= again <= {day_sold for day_sold in sales if day_sold >= slack}


def test_a_place_may_have_a_figure_of_its_own(rules: Rules) -> None:
    rules.clock.ms = FIRST_DAY_MS + DAY_MS
    set_rate(rules, rate((None, 80_000)))
    set_rate(rules, rate((None, 92_375)), row="main:tax_rate.std")
    here, there = sold(0, 92_375), sold(0, 92_375, locationId="annex")
    rules.send("d1", here)
    rules.send("d9", there, place="annex")
    assert [flags(rules, item["id"]) for item in (here, there)] == [[], ["wrong_tax_rate:1"]]


def test_what_goes_back_keeps_the_rate_of_its_sale(rules: Rules) -> None:
    rules.clock.ms = FIRST_DAY_MS + 5 * DAY_MS
    set_rate(rules, rate((None, 190_000), (2, 210_000)))
    bought = sold(1, 190_000)
    back = sold(4, 190_000)
    back["data"] |= {"kind": "refund", "refundOf": bought["id"], "receiptNumber": "T1-000002"}
    back["data"]["lines"][0]["ofLine"] = 1
    rules.send("d1", bought, back)
    assert flags(rules, back["id"]) == []


@pytest.mark.parametrize(
    ("far_off", "expected"),
    [
        ({"occurredAt": "0001-01-01T00:00:00Z"}, "too_early"),
        ({"occurredAt": "9999-12-31T23:59:59.999Z"}, "from_the_future"),
        ({"clockOffsetMs": 9 * 10**15}, "from_the_future"),
        ({"clockOffsetMs": -9 * 10**15}, "too_early"),
        ({"occurredAt": "9999-12-31T23:59:59.999Z", "clockOffsetMs": 2**53}, "from_the_future"),
        ({"occurredAt": "0001-01-01T00:00:00Z", "clockOffsetMs": -(2**53)}, "too_early"),
    ],
)
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_sale_at_a_moment_beyond_the_calendar_is_taken(
    rules: Rules, far_off: dict[str, Any], expected: str, zone: str
) -> None:
    moved = update(t.location).where(t.location.c.id == "main").values(time_zone=zone)
    rules.database.transact("t", lambda unit: unit.execute(moved))
    set_rate(rules, rate((None, 190_000), (2, 210_000)))
    rules.send("d1", product("p", taxName="std"))
    item = sold(0, 190_000)
    item |= {"clockOffsetMs": far_off.get("clockOffsetMs", 0)}
    item["data"]["occurredAt"] = far_off.get("occurredAt", item["data"]["occurredAt"])
    (result,) = rules.send("d1", item)
    assert result["status"] == "applied"
    assert expected in {flag.split(":")[0] for flag in result["result"]["flags"]}
    assert rules.level("p")[0] == -1
