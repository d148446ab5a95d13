"""What looks odd about a completed transaction is accepted and said, in whatever order things arrive."""

import itertools
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server_stub.operations.flags.kinds import FLAG_KINDS
from server_stub.services.people import enrolment
from sync_agent.contract.identity import EnrollRequest
from tests.kit.operations import (
    T0_MS,
    close_shift,
    count,
    movement,
    open_shift,
    operation,
    rfc3339,
    transfer,
)
from tests.kit.rules import MIA, Rules

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def enrol(
    rules: Rules, name: str = "Till", place: str = "main", former: str | None = None
) -> tuple[str, str]:
    """A till's id and receipt series."""
    request = EnrollRequest(name=name, location_id=place, former_device_id=former)
    answer = rules.database.transact("t", lambda unit: enrolment.enroll(unit, MIA, request))
    return answer.device_id, answer.receipt_series


def revoke(rules: Rules, till: str) -> None:
    rules.database.transact("t", lambda unit: enrolment.revoke(unit, MIA, till))


def product(product_id: str, unit: str = "each", **rest: Any) -> dict[str, Any]:
    data = {"name": product_id, "priceMinor": 100, "unit": unit}
    return operation("product", data, operation="create", resourceId=product_id, **rest)


def of_two(number: str, **data: Any) -> dict[str, Any]:
    """An honest sale of two at 7.40, tax of 20 % in it, paid with 20.00; `data` replaces what is odd."""
    tax_minor = 247  # 1480 × 20 / 120, by hand
    line = {
        "productId": "tea",
        "description": "Tea",
        "quantity": 2,
        "unitPriceMinor": 740,
        "taxRatePpm": 200_000,
        "taxMinor": tax_minor,
        "totalMinor": 1480,
    }
    line |= data.pop("line", {})
    whole = {
        "kind": "sale",
        "receiptNumber": number,
        "currency": "GBP",
        "lines": [line],
        "payments": [{"method": "cash", "amountMinor": 2000, "changeMinor": 520}],
        "totalMinor": 1480,
        "taxMinor": line["taxMinor"],
        "occurredAt": rfc3339(T0_MS + HOUR_MS),
    }
    return operation("transaction", {**whole, **data}, operation="create", locationId="main")


def money(number: str, kind: str, amount_minor: int) -> dict[str, Any]:
    paid = [{"method": "cash", "amountMinor": amount_minor}]
    return of_two(number, kind=kind, lines=[], payments=paid, totalMinor=amount_minor, taxMinor=0)


@pytest.fixture
def shop(rules: Rules) -> tuple[Rules, str, str]:
    """The rules, one till at "main" and its series; tea is sold by the piece, rice by weight."""
    till, series = enrol(rules)
    rules.send(None, product("tea"), product("rice", "kg"))
    return rules, till, series


def flags_of(rules: Rules, sold: dict[str, Any]) -> list[str]:
    """The flags of a transaction now; checks that its newest change and the table of flags say the same."""
    ((written, version),) = rules.query(
        "SELECT flags, version FROM till_transaction WHERE id = :id", id=sold["id"]
    )
    flags: list[str] = orjson.loads(written)
    changes = rules.query(
        "SELECT row, version FROM change WHERE resource_type = 'transaction' AND resource_id = :id"
        " ORDER BY seq",
        id=sold["id"],
    )
    row = orjson.loads(changes[-1][0])
    assert [change[1] for change in changes] == list(range(1, version + 1))
    assert (row["flags"], row["version"]) == (flags, version)
    named = rules.query("SELECT flag FROM transaction_flag WHERE transaction_id = :id", id=sold["id"])
    assert sorted(flag for (flag,) in named) == sorted(flags)
    return flags


def by_weight(quantity: int, total_minor: int, **more: Any) -> dict[str, Any]:
    return {
        "productId": "rice",
        "quantity": quantity,
        "unitPriceMinor": 200,
        "totalMinor": total_minor,
        "taxRatePpm": 0,
        "taxMinor": 0,
    } | more


def card(amount_minor: int, change_minor: int) -> list[dict[str, Any]]:
    return [{"method": "card", "amountMinor": amount_minor, "changeMinor": change_minor}]


ODD: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a total that the lines do not come to": (
        {"totalMinor": 1, "payments": [{"method": "cash", "amountMinor": 1}]},
        ["wrong_total:1480"],
    ),
    "a total that neither the lines nor the payments come to": (
        {"totalMinor": 1},
        ["wrong_total:1480", "wrong_payment:1480"],
    ),
    "no payments": ({"payments": []}, ["not_paid"]),
    "payments of another sum": (
        {"payments": [{"method": "card", "amountMinor": 1479}]},
        ["wrong_payment:1479"],
    ),
    "a sale of -500,000 pieces": (
        {"line": {"quantity": -500_000}},
        ["no_quantity:1", "wrong_line_total:1"],
    ),
    "nothing of something": ({"line": {"quantity": 0}}, ["no_quantity:1", "wrong_line_total:1"]),
    "more pieces than there are": ({"line": {"quantity": 1_000_001}}, ["too_many:1", "wrong_line_total:1"]),
    "dollars in a pound shop": ({"currency": "USD"}, ["wrong_currency:USD"]),
    "a currency without decimals": ({"currency": "JPY"}, ["wrong_currency:JPY"]),
    "a currency of three decimals": ({"currency": "KWD"}, ["wrong_currency:KWD"]),
    "tax of 1,000 %": (
        {"line": {"taxRatePpm": 10_000_000, "taxMinor": 1345}},
        ["odd_tax_rate:1"],
    ),
    "tax that does not fit its rate": ({"line": {"taxMinor": 24}}, ["wrong_tax:1"]),
    "tax that its lines do not come to": ({"taxMinor": 1}, ["wrong_tax_total:247"]),
    "a line that does not multiply": (
        {"line": {"unitPriceMinor": 74}},
        ["wrong_line_total:1"],
    ),
    "a weight taken for pieces": (
        {"line": by_weight(1250, 250_000), "totalMinor": 250_000, "payments": card(250_000, 0)},
        ["wrong_line_total:1"],
    ),
    "a tonne more than there is": (
        {
            "line": by_weight(1_000_000_001, 200_000_000),
            "totalMinor": 200_000_000,
            "payments": card(200_000_000, 0),
        },
        ["too_many:1"],
    ),
    "a discount that makes no difference": ({"line": {"discountMinor": 100}}, ["wrong_line_total:1"]),
    "no lines": ({"lines": [], "taxMinor": 0, "payments": [], "totalMinor": 0}, ["no_lines"]),
    "no lines and a total": ({"lines": [], "taxMinor": 0}, ["no_lines", "wrong_total:0"]),
    "change on a card": ({"payments": card(2000, 520)}, ["odd_change:1"]),
    "more change than was paid": (
        {"payments": [{"method": "cash", "amountMinor": 0, "changeMinor": 520}, *card(2000, 0)]},
        ["odd_change:1"],
    ),
    "an amount below zero": (
        {"payments": [{"method": "card", "amountMinor": 3000}, {"method": "cash", "amountMinor": -1520}]},
        ["negative_amount:-1520"],
    ),
    "a sale that pays out": (
        {
            "line": {"unitPriceMinor": -740, "totalMinor": -1480, "taxMinor": -247},
            "totalMinor": -1480,
            "payments": [{"method": "cash", "amountMinor": -1480}],
        },
        ["negative_amount:-1480"],
    ),
    "rounding that hides the total": (
        {"roundingMinor": -1479, "payments": [{"method": "cash", "amountMinor": 1}]},
        ["odd_rounding:-1479"],
    ),
    "rounding without cash": (
        {"roundingMinor": 1, "payments": card(1481, 0)},
        ["odd_rounding:1"],
    ),
    "the year 2099": ({"occurredAt": "2099-01-01T00:00:00.000Z"}, ["from_the_future:2099-01-01"]),
    "the year 1": ({"occurredAt": "0001-01-01T00:00:00.000Z"}, ["too_early:0001-01-01"]),
    "two days before the shop": (
        {"occurredAt": rfc3339(T0_MS + HOUR_MS - 2 * DAY_MS)},
        ["too_early:2026-02-23"],
    ),
    "an unknown shift": ({"shiftId": "never"}, ["unknown_shift:never"]),
    "a product that does not exist": (
        {"line": {"productId": "ghost"}},
        ["unknown_product:ghost"],
    ),
    "a method that nobody knows": (
        {"payments": [{"method": "gift_card", "amountMinor": 1480}]},
        ["unknown_method:gift_card"],
    ),
}


@pytest.mark.parametrize("odd", ODD)
def test_what_looks_odd_is_taken_and_said_by_name(shop: tuple[Rules, str, str], odd: str) -> None:
    rules, till, series = shop
    data, expected = ODD[odd]
    sold = of_two(f"{series}-000001", **{**data, **({"line": dict(data["line"])} if "line" in data else {})})
    sold["actorId"] = "cleo"
    (result,) = rules.send(till, sold)
    assert (result["status"], result["result"]["flags"]) == ("applied", expected)
    assert flags_of(rules, sold) == expected


def test_what_is_honest_is_not_flagged(shop: tuple[Rules, str, str]) -> None:
    rules, till, series = shop
    plain = {"taxRatePpm": 0, "taxMinor": 0}
    honest = [
        of_two(f"{series}-000001"),
        of_two(f"{series}-000002", payments=[*card(1000, 0), {"method": "cash", "amountMinor": 480}]),
        # 1.250 kg at 2.00; a third of a piece's worth off by discount; nothing to pay.
        of_two(f"{series}-000003", line=by_weight(1250, 250), totalMinor=250, payments=card(250, 0)),
        of_two(
            f"{series}-000004",
            line=plain | {"discountMinor": 1480, "totalMinor": 0},
            totalMinor=0,
            payments=[],
        )
        | {"actorId": "mia"},
        # Tax on top: 2 × 7.40 and 20 % of it, 2.96.
        of_two(
            f"{series}-000005",
            line={"taxMinor": 296, "totalMinor": 1776},
            totalMinor=1776,
            payments=card(1776, 0),
        ),
        # Paid in cash, rounded to 0.05.
        of_two(
            f"{series}-000006",
            line=plain | {"quantity": 1, "unitPriceMinor": 333, "totalMinor": 333},
            totalMinor=333,
            roundingMinor=2,
            payments=[{"method": "cash", "amountMinor": 335}],
        ),
        money(f"{series}-000007", "paid_in", 5000),
        money(f"{series}-000008", "paid_out", 5000) | {"actorId": "mia"},
        of_two(f"{series}-000009", kind="no_sale", lines=[], payments=[], totalMinor=0, taxMinor=0)
        | {"actorId": "mia"},
    ]
    for sold in honest:
        sold.setdefault("actorId", "cleo")
    results = rules.send(till, *honest)
    assert [result["result"]["flags"] for result in results] == [[]] * len(honest)


def test_money_beyond_belief_is_flagged_whatever_its_kind(shop: tuple[Rules, str, str]) -> None:
    rules, till, series = shop
    out = money(f"{series}-000001", "paid_out", 10**12) | {"actorId": "mia"}
    (result,) = rules.send(till, out)
    assert result["result"]["flags"] == ["too_much_money:1000000000000"]
    assert flags_of(rules, out) == ["too_much_money:1000000000000"]


# --- numbers and series --------------------------------------------------------------------------------


def test_a_number_that_was_used_before_is_said_of_both(shop: tuple[Rules, str, str]) -> None:
    rules, till, series = shop
    first, again = of_two(f"{series}-000001"), of_two(f"{series}-000001", line={"description": "Coffee"})
    (result,) = rules.send(till, first)
    assert result["result"]["flags"] == ["unknown_actor:" + till]
    rules.send(till, again)
    for sold in (first, again):
        assert f"number_used_twice:{series}-000001" in flags_of(rules, sold)
    third = of_two(f"{series}-000002")
    rules.send(till, third)
    assert flags_of(rules, third) == ["unknown_actor:" + till]


def test_the_same_operation_again_is_no_second_use_of_its_number(shop: tuple[Rules, str, str]) -> None:
    rules, till, series = shop
    sold = of_two(f"{series}-000001") | {"actorId": "cleo"}
    rules.send(till, sold)
    (again,) = rules.send(till, sold)
    assert (again["repeated"], flags_of(rules, sold)) == (True, [])


@pytest.mark.parametrize("number", ["417", "T2", "T2-", "-000417", "T2 000417", "T2-4x7", "receipt", ""])
def test_a_number_of_another_form_is_said(shop: tuple[Rules, str, str], number: str) -> None:
    rules, till, _ = shop
    sold = of_two(number) | {"actorId": "cleo"}
    rules.send(till, sold)
    assert f"odd_number:{number}".removesuffix(":") in flags_of(rules, sold)


def test_a_number_of_another_tills_series_is_said(shop: tuple[Rules, str, str]) -> None:
    rules, till, series = shop
    other, others_series = enrol(rules, "Other")
    strange = [of_two(f"{others_series}-000001"), of_two("ZZ-000001")]
    rules.send(till, *strange)
    for sold in strange:
        assert f"wrong_series:{sold['data']['receiptNumber']}" in flags_of(rules, sold)
    clerks = of_two(f"{series}-000009")
    rules.send(None, clerks)
    assert flags_of(rules, clerks) == [f"wrong_series:{series}-000009"]
    clerks_own = of_two("WEB-1")
    rules.send(None, clerks_own)
    assert flags_of(rules, clerks_own) == []
    own = of_two(f"{others_series}-000002") | {"actorId": "cleo"}
    rules.send(other, own)
    assert flags_of(rules, own) == []


@pytest.mark.parametrize("says_so", [True, False])
def test_a_till_that_was_enrolled_again_sends_what_it_had_under_its_former_number(
    shop: tuple[Rules, str, str], says_so: bool
) -> None:
    """A till of an older release does not say what it was: then it may have been any that ended there."""
    rules, till, series = shop
    shift = open_shift("early", actorId="cleo", deviceSeq=1)
    rules.send(till, shift)
    rules.clock.ms += 30 * DAY_MS
    if not says_so:
        revoke(rules, till)
    again, _ = enrol(rules, former=till if says_so else None)
    # Sold and numbered before it was enrolled again, in a shift of before.
    late = of_two(f"{series}-000001", shiftId="early") | {"actorId": "cleo", "deviceSeq": 2}
    rules.send(again, late)
    assert flags_of(rules, late) == []


# --- shifts --------------------------------------------------------------------------------------------


def test_a_shift_that_a_till_goes_on_with_under_a_new_identity_is_closed(
    shop: tuple[Rules, str, str],
) -> None:
    """By nobody else: the former identity can send nothing any more."""
    rules, till, series = shop
    beside, _ = enrol(rules, "Beside")
    rules.send(till, open_shift("former", actorId="cleo", deviceSeq=1))
    rules.send(beside, open_shift("beside", actorId="cleo", deviceSeq=1))
    second, _ = enrol(rules, former=till)
    assert shift_rows(rules) == {"former": ("open", None), "beside": ("open", None)}
    third, _ = enrol(rules, former=second)
    rules.send(third, open_shift("again", actorId="cleo", deviceSeq=5))
    continued = {
        "former": ("closed", "continued by again"),
        "beside": ("open", None),
        "again": ("open", None),
    }
    assert shift_rows(rules) == continued
    assert [row["status"] for row in changes_of_shift(rules, "former")] == ["open", "closed"]
    # What it had not sent under its former id comes under the new one, with the numbers of before.
    late = of_two(f"{series}-000001", shiftId="former") | {"actorId": "cleo", "deviceSeq": 3}
    rules.send(third, late)
    assert flags_of(rules, late) == []
    rules.send(third, close_shift(5, 5, 0, shift="again", actorId="cleo", deviceSeq=6))
    rules.send(third, open_shift("next", actorId="cleo", deviceSeq=7))
    assert shift_rows(rules)["former"] == continued["former"]
    assert [row["version"] for row in changes_of_shift(rules, "former")] == [1, 2], "once"


def test_a_till_whose_copy_went_on_with_its_shift_cashes_it_up(shop: tuple[Rules, str, str]) -> None:
    """A copied folder names the original as what it was before, and the original still sells."""
    rules, till, series = shop
    rules.send(till, open_shift("mine", actorId="cleo", deviceSeq=1))
    copy, _ = enrol(rules, former=till)
    rules.send(copy, open_shift("copys", actorId="cleo", deviceSeq=2))
    assert shift_rows(rules)["mine"] == ("closed", "continued by copys")
    lost = of_two(f"{series}-000001", shiftId="mine") | {"actorId": "cleo", "deviceSeq": 2}
    sold = of_two(f"{series}-000002", shiftId="mine") | {"actorId": "cleo", "deviceSeq": 3}
    rules.send(till, sold)
    counted = {"countedMinor": 8060, "expectedMinor": 8060, "totals": {"cash": 2960}}
    closing = close_shift(1, 4, 2960, shift="mine", actorId="cleo", deviceSeq=4)
    closing["data"] |= counted | {"note": "Evening"}
    [result] = rules.send(till, closing)
    assert result["status"] == "applied", result
    row = changes_of_shift(rules, "mine")[-1]
    assert {name: row[name] for name in counted} == counted
    assert (row["status"], row["note"], row["closedBy"]) == ("closed", "Evening", "cleo")
    assert (row["operations"], row["received"], row["missing"]) == (4, 3, [2])
    # What was on its way completes it, as with any other shift.
    rules.send(till, lost)
    row = changes_of_shift(rules, "mine")[-1]
    assert (row["received"], row.get("missing", []), row.get("flags", [])) == (4, [], [])
    assert [flags_of(rules, one) for one in (sold, lost)] == [[], []]
    # Its numbers are known now: what comes after the last was sold after it.
    after = of_two(f"{series}-000003", shiftId="mine") | {"actorId": "cleo", "deviceSeq": 5}
    rules.send(till, after)
    assert flags_of(rules, after) == ["closed_shift:mine"]
    # Sent again it is answered as before; another closing is none.
    versions = len(changes_of_shift(rules, "mine"))
    assert rules.send(till, closing)[0]["status"] == "applied"
    assert len(changes_of_shift(rules, "mine")) == versions
    [second] = rules.send(till, close_shift(1, 6, 0, shift="mine", actorId="cleo", deviceSeq=6))
    assert (second["status"], second["error"]) == ("rejected", "the shift mine is closed already")
    assert changes_of_shift(rules, "mine")[-1]["countedMinor"] == 8060
    # Nor does its copy close it again with its next shift.
    rules.send(copy, close_shift(2, 3, 0, shift="copys", actorId="cleo", deviceSeq=3))
    rules.send(copy, open_shift("next", actorId="cleo", deviceSeq=4))
    assert shift_rows(rules)["mine"] == ("closed", "Evening")


def test_a_shift_ends_the_same_whether_its_till_or_its_copy_is_first(shop: tuple[Rules, str, str]) -> None:
    rules, till, _ = shop
    copy, _ = enrol(rules, former=till)
    ends = []
    for name, is_first in (("one", True), ("two", False)):
        number = 1 if is_first else 11
        rules.send(till, open_shift(name, actorId="cleo", deviceSeq=number))
        closing = close_shift(number, number + 1, 0, shift=name, actorId="cleo", deviceSeq=number + 1)
        going_on = open_shift(f"after-{name}", actorId="cleo", deviceSeq=number + 1)
        both = [(till, closing), (copy, going_on)]
        for sender, item in both if is_first else reversed(both):
            assert rules.send(sender, item)[0]["status"] == "applied"
        row = changes_of_shift(rules, name)[-1]
        ends.append({key: value for key, value in row.items() if key not in {"id", "version"}})
    assert ends[0] == ends[1]


def test_a_shift_of_an_identity_that_a_till_does_not_name_stays_open(shop: tuple[Rules, str, str]) -> None:
    """A till of an older release does not say what it was before: it may have been another."""
    rules, till, _ = shop
    rules.send(till, open_shift("former", actorId="cleo", deviceSeq=1))
    revoke(rules, till)
    again, _ = enrol(rules)
    rules.send(again, open_shift("again", actorId="cleo", deviceSeq=2))
    assert shift_rows(rules)["former"] == ("open", None)


def changes_of_shift(rules: Rules, shift_id: str) -> list[dict[str, Any]]:
    """The rows of a shift that its stream carried."""
    found = rules.query(
        "SELECT \"row\" FROM change WHERE resource_type = 'shift' AND resource_id = :id ORDER BY seq",
        id=shift_id,
    )
    return [orjson.loads(row) for (row,) in found]


def shift_rows(rules: Rules) -> dict[str, tuple[str, str | None]]:
    """Status and note of each shift."""
    rows = [orjson.loads(body) for (body,) in rules.query("SELECT body FROM shift")]
    return {row["id"]: (row["status"], row.get("note")) for row in rows}


def test_a_shift_of_another_till_and_a_sale_after_its_close_are_said(shop: tuple[Rules, str, str]) -> None:
    rules, till, series = shop
    other, others_series = enrol(rules, "Other")
    rules.send(till, open_shift("s", actorId="cleo", deviceSeq=1))
    inside = of_two(f"{series}-000001", shiftId="s") | {"actorId": "cleo", "deviceSeq": 2}
    after = of_two(f"{series}-000002", shiftId="s") | {"actorId": "cleo", "deviceSeq": 4}
    strange = of_two(f"{others_series}-000001", shiftId="s") | {"actorId": "cleo", "deviceSeq": 1}
    rules.send(till, inside, after)
    rules.send(other, strange)
    assert (flags_of(rules, inside), flags_of(rules, after)) == ([], [])
    assert flags_of(rules, strange) == ["wrong_shift:s"]
    rules.send(till, close_shift(1, 3, 1480, shift="s", actorId="cleo", deviceSeq=3))
    assert flags_of(rules, inside) == []
    assert flags_of(rules, after) == ["closed_shift:s"]


# --- in whatever order ---------------------------------------------------------------------------------


def test_a_flag_goes_away_when_what_was_missing_arrives(rules: Rules) -> None:
    till, series = enrol(rules)
    refund = of_two(
        f"{series}-000002",
        kind="refund",
        refersTo=f"{series}-000001",
        shiftId="s",
        payments=[{"method": "cash", "amountMinor": 1480}],
    ) | {"actorId": "cleo", "deviceSeq": 3}
    rules.send(till, refund)
    assert flags_of(rules, refund) == [
        "unknown_product:tea",
        f"unknown_reference:{series}-000001",
        "unknown_shift:s",
    ]
    rules.send(None, product("tea"))
    assert flags_of(rules, refund) == [f"unknown_reference:{series}-000001", "unknown_shift:s"]
    rules.send(till, open_shift("s", actorId="cleo", deviceSeq=1))
    assert flags_of(rules, refund) == [f"unknown_reference:{series}-000001"]
    rules.send(till, of_two(f"{series}-000001") | {"actorId": "cleo", "deviceSeq": 2})
    assert flags_of(rules, refund) == []


def test_what_goes_back_of_no_sale_and_what_is_voided_twice_are_said(shop: tuple[Rules, str, str]) -> None:
    rules, till, series = shop
    paid_in = money(f"{series}-000001", "paid_in", 1480)
    sold = of_two(f"{series}-000002")
    odd = of_two(f"{series}-000003", kind="refund", refersTo=f"{series}-000001", payments=card(1480, 0))
    voids = [
        of_two(
            f"{series}-{number:06d}",
            kind="void",
            refersTo=named,
            payments=card(1480, 0),
            occurredAt=rfc3339(T0_MS + number * HOUR_MS),
        )
        for number, named in ((4, f"{series}-000002"), (5, sold["id"]))
    ]
    everything = [paid_in, sold, odd, *voids]
    for one in everything:
        one["actorId"] = "mia"
    rules.send(till, *everything)
    assert flags_of(rules, odd) == [f"no_sale_refunded:{series}-000001"]
    assert flags_of(rules, voids[0]) == [f"voided_twice:{series}-000002"]
    assert flags_of(rules, voids[1]) == [f"refund_beyond_sale:{sold['id']}", f"voided_twice:{sold['id']}"]
    assert (flags_of(rules, sold), flags_of(rules, paid_in)) == ([], [])


def test_what_was_sold_before_a_deletion_is_not_odd(shop: tuple[Rules, str, str]) -> None:
    rules, till, series = shop
    before = of_two(f"{series}-000001", occurredAt=rfc3339(T0_MS + HOUR_MS)) | {"actorId": "cleo"}
    after = of_two(f"{series}-000002", occurredAt=rfc3339(T0_MS + 3 * HOUR_MS)) | {"actorId": "cleo"}
    rules.clock.ms += 9 * HOUR_MS
    rules.send(till, before, after)
    deletion = operation(
        "product", {}, operation="delete", resourceId="tea", timestamp=rfc3339(T0_MS + 2 * HOUR_MS)
    )
    rules.send(None, deletion)
    assert (flags_of(rules, before), flags_of(rules, after)) == ([], ["deleted_product:tea"])


def test_a_sale_at_one_place_is_judged_again_by_what_arrives_at_another(rules: Rules) -> None:
    here, series = enrol(rules)
    there, _ = enrol(rules, "There", "annex")
    refund = of_two(
        f"{series}-000002", kind="refund", refersTo=f"{series}-000001", payments=card(1480, 0)
    ) | {"actorId": "mia", "locationId": "annex"}
    rules.send(there, refund, place="annex")
    assert flags_of(rules, refund) == [
        "unknown_product:tea",
        f"unknown_reference:{series}-000001",
        f"wrong_series:{series}-000002",
    ]
    rules.send(None, product("tea"))
    rules.send(here, of_two(f"{series}-000001") | {"actorId": "cleo"})
    assert flags_of(rules, refund) == [f"wrong_series:{series}-000002"]


def story(series: str, other: str) -> dict[str, tuple[str | None, dict[str, Any]]]:
    """Operations of two tills (None: the manager) by name. They are whole, whatever arrives first."""
    sold = of_two(f"{series}-000001", shiftId="s") | {"deviceSeq": 2}
    paid = {"payments": [{"method": "cash", "amountMinor": 1480}]}
    back = {"kind": "refund", "refersTo": f"{series}-000001", **paid}
    weighed = by_weight(1250, 250)
    wrong = {"line": weighed | {"totalMinor": 999}, "totalMinor": 999, "payments": card(999, 0)}
    weight = {"line": weighed, "totalMinor": 250, "payments": card(250, 0)}
    return {
        "tea": (None, product("tea")),
        "rice": (None, product("rice", "kg")),
        "open": ("here", open_shift("s", deviceSeq=1)),
        "sold": ("here", sold),
        "weighed": ("here", of_two(f"{series}-000002", **weight) | {"deviceSeq": 3}),
        "wrong": ("here", of_two(f"{series}-000003", **wrong) | {"deviceSeq": 4}),
        "close": ("here", close_shift(1, 5, 2729, shift="s", deviceSeq=5)),
        "late": ("here", of_two(f"{series}-000004", shiftId="s") | {"deviceSeq": 6}),
        "void": ("here", of_two(f"{series}-000005", **{**back, "kind": "void"}) | {"deviceSeq": 7}),
        "void again": (
            "there",
            of_two(f"{other}-000001", **{**back, "kind": "void", "occurredAt": rfc3339(T0_MS + 2 * HOUR_MS)})
            | {"deviceSeq": 1},
        ),
        "copy": ("there", of_two(f"{series}-000004") | {"deviceSeq": 2}),
        "strange": ("there", of_two(f"{other}-000002", shiftId="s") | {"deviceSeq": 3}),
        "back of a void": (
            "there",
            of_two(f"{other}-000003", **{**back, "refersTo": f"{other}-000001"}) | {"deviceSeq": 4},
        ),
    }


def expected(series: str, other: str) -> dict[str, list[str]]:
    """By hand, from what the operations say."""
    return {
        "sold": [],
        "weighed": [],
        "wrong": ["wrong_line_total:1"],
        "late": [f"number_used_twice:{series}-000004", "closed_shift:s"],
        "void": [f"voided_twice:{series}-000001"],
        "void again": [f"refund_beyond_sale:{series}-000001", f"voided_twice:{series}-000001"],
        "copy": [f"wrong_series:{series}-000004", f"number_used_twice:{series}-000004"],
        "strange": ["wrong_shift:s"],
        "back of a void": [f"no_sale_refunded:{other}-000001"],
    }


NAMES = tuple(story("A", "B"))


@settings(max_examples=40, deadline=None)
@given(order=st.permutations(NAMES), cuts=st.sets(st.integers(1, len(NAMES) - 1)), elsewhere=st.booleans())
def test_flags_end_the_same_in_any_order_of_arrival(
    fresh_rules: Callable[[], AbstractContextManager[Rules]],
    order: list[str],
    cuts: set[int],
    elsewhere: bool,
) -> None:
    """In one request or many, from one place or two; what is refused comes again until it is taken."""
    with fresh_rules() as rules:
        place = "annex" if elsewhere else "main"
        here, series = enrol(rules, "Here")
        there, other = enrol(rules, "There", place)
        operations = story(series, other)
        for _, one in operations.values():
            one["actorId"] = "mia"
        waiting = list(order)
        while waiting:
            edges = [0, *sorted(cut for cut in cuts if cut < len(waiting)), len(waiting)]
            refused: list[str] = []
            for start, end in itertools.pairwise(edges):
                refused += send(rules, {"here": here, "there": there}, place, operations, waiting[start:end])
            assert refused != waiting, "nothing of it was taken"
            waiting = refused
        found = {name: flags_of(rules, operations[name][1]) for name in expected(series, other)}
    assert found == expected(series, other)


def send(
    rules: Rules,
    tills: dict[str, str],
    place: str,
    operations: dict[str, tuple[str | None, dict[str, Any]]],
    names: list[str],
) -> list[str]:
    """Sends these, each from its till; returns what was refused."""
    refused: list[str] = []
    for sender in ("there", None, "here"):
        mine = [name for name in names if operations[name][0] == sender]
        if not mine:
            continue
        device = None if sender is None else tills[sender]
        where = place if sender == "there" else "main"
        items = [{**operations[name][1], "locationId": where} for name in mine]
        results = rules.send(device, *items, place=where)
        refused += [name for name, item in zip(mine, items, strict=True) if not _taken(results, item)]
    return refused


def _taken(results: list[dict[str, Any]], item: dict[str, Any]) -> bool:
    return any(result["id"] == item["id"] and result["success"] for result in results)


def test_every_kind_is_tried_here_or_by_who_may() -> None:
    """A new kind comes with its case."""
    tried = {flag.partition(":")[0] for _, flags in ODD.values() for flag in flags}
    tried |= {flag.partition(":")[0] for flags in expected("A", "B").values() for flag in flags}
    elsewhere = {
        "deleted_product",
        "unknown_reference",
        "odd_number",
        "too_much_money",
        "wrong_tax_rate",  # test_tax_rates.py
    }
    judged = {code for code, kind in FLAG_KINDS.items() if kind.judge is not None}
    assert judged == tried | elsewhere


# --- stock of what is in no catalogue ------------------------------------------------------------------


def stock_flags(rules: Rules) -> list[tuple[str, list[str], int]]:
    """Place, flags and version of each newest row in the streams."""
    rows = rules.query("SELECT row FROM change WHERE resource_type = 'stock_flag' ORDER BY seq")
    newest = {(row["locationId"], row["productId"]): row for (text,) in rows for row in [orjson.loads(text)]}
    return [(place, row["flags"], row["version"]) for (place, _), row in sorted(newest.items())]


@pytest.mark.parametrize("asked", [movement("ghost", 5), count("ghost", 5)], ids=["moved", "counted"])
def test_stock_of_a_product_that_does_not_exist_is_said_until_it_does(
    rules: Rules, asked: dict[str, Any]
) -> None:
    (result,) = rules.send(None, asked)
    assert (result["status"], result["result"]["flags"]) == ("applied", ["unknown_product:ghost"])
    assert stock_flags(rules) == [("main", ["unknown_product:ghost"], 1)]
    rules.send(None, movement("ghost", 1))
    assert stock_flags(rules) == [("main", ["unknown_product:ghost"], 1)], "said once"
    rules.send(None, product("ghost"))
    assert stock_flags(rules) == [("main", [], 2)]
    (after,) = rules.send(None, movement("ghost", 1))
    assert "flags" not in after["result"]


def test_stock_that_comes_in_one_request_with_its_product_or_after_it_is_never_said(rules: Rules) -> None:
    rules.send(None, product("tea"), movement("tea", 5), transfer({"tea": 1}))
    assert stock_flags(rules) == []


def test_a_transfer_of_a_product_that_does_not_exist_is_said_at_both_places(rules: Rules) -> None:
    rules.send(None, transfer({"ghost": 1}))
    ghost = ["unknown_product:ghost"]
    assert stock_flags(rules) == [("annex", ghost, 1), ("main", ghost, 1)]
    rules.send(None, product("ghost"))
    assert stock_flags(rules) == [("annex", [], 2), ("main", [], 2)]


def test_stock_under_another_number_is_in_the_catalogue_once_its_product_is(rules: Rules) -> None:
    """An alias that comes back to a restored server before the product that it is an alias of."""
    former = {"status": "applied", "result": {"version": 1, "productId": "tea"}}
    (again,) = rules.send("d2", product("leaves", actorId="mia", formerResult=former))
    assert again["status"] == "applied"
    rules.send("d2", movement("leaves", 5))
    assert stock_flags(rules) == [("main", ["unknown_product:leaves"], 1)]
    rules.send("d1", product("tea", actorId="mia"))
    assert stock_flags(rules) == [("main", [], 2)]
