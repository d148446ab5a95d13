"""The shop's settings at the server: rows, merges and conflicts, and what needs an admin."""

from functools import partial
from typing import Any

import pytest

from server_stub.errors import Refusal
from server_stub.services.people import shop_settings
from server_stub.services.people.caller import Caller
from sync_agent.contract.identity import TenantSettings
from tests.kit.operations import T0_MS, operation, rfc3339, sale
from tests.kit.rules import MIA, Rules

ADA = Caller("t", "admin", ("main", "annex"), user_id="ada")


def edit(row: str, value: Any, base: Any = None, **rest: Any) -> dict[str, Any]:
    data = {"value": value, "base": base, **rest.pop("data", {})}
    return operation("setting", data, **{"resourceId": row, "actorId": "mia", **rest})


def carried(row: str, value: Any, device: str) -> dict[str, Any]:
    return edit(row, value, data={"carriedUp": True}, actorId=device)


def in_force(rules: Rules, name: str, place: str | None = None) -> Any:
    return rules.database.consult("t", lambda read: shop_settings.load(read, "t").value(name, place))


def patch(rules: Rules, caller: Caller, place: str | None = None, **settings: Any) -> TenantSettings:
    changes = TenantSettings(**settings)
    return rules.database.transact(
        "t", partial(shop_settings.edit, caller=caller, changes=changes, place=place)
    )


def test_a_managers_change_is_a_row_of_the_tenants_stream(rules: Rules) -> None:
    (result,) = rules.send("d1", edit("adds_tax", True))
    (effect,) = result["effects"]
    assert (result["status"], effect["stream"], effect["resourceType"]) == ("applied", "tenant-t", "setting")
    assert in_force(rules, "adds_tax", "main") is True
    assert in_force(rules, "adds_tax", "annex") is True


def test_a_places_row_wins_over_the_shops_until_it_is_removed(rules: Rules) -> None:
    rules.send("d1", edit("cash_step_minor", 5), edit("main:cash_step_minor", 10))
    assert [in_force(rules, "cash_step_minor", place) for place in ("main", "annex", None)] == [10, 5, 5]
    rules.send("d1", edit("main:cash_step_minor", None, 10))
    assert in_force(rules, "cash_step_minor", "main") == 5
    rules.send("d1", edit("cash_step_minor", None, 5))
    assert in_force(rules, "cash_step_minor", "main") == 0


def test_two_tills_with_different_values_are_a_conflict_and_with_one_value_none(rules: Rules) -> None:
    rules.send("d1", edit("low_stock", 7))
    (same, other) = rules.send("d2", edit("low_stock", 7), edit("low_stock", 9))
    assert (same["status"], other["status"], other["code"]) == ("applied", "conflict", "conflict")
    conflict = other["conflict"]
    assert (conflict["resourceType"], conflict["resourceId"]) == ("setting", "low_stock")
    assert [conflict[side]["values"] for side in ("baseVersion", "localVersion", "serverVersion")] == [
        {"value": 5},
        {"value": 9},
        {"value": 7},
    ]
    assert in_force(rules, "low_stock") == 7


@pytest.mark.parametrize(
    ("resolution", "merged", "expected"),
    [("accept_local", None, 9), ("accept_server", None, 7), ("merge", {"value": 8}, 8)],
)
def test_a_conflict_is_decided_by_a_manager_and_can_be_opened_again(
    rules: Rules, resolution: str, merged: dict[str, Any] | None, expected: int
) -> None:
    rules.send("d1", edit("low_stock", 7))
    (met,) = rules.send("d2", edit("low_stock", 9))
    decision = {"resolution": resolution, "expectedServerVersion": 1}
    if merged is not None:
        decision["mergedData"] = merged
    decide = operation("conflict", decision, resourceId=met["conflict"]["id"], actorId="cleo")
    (refused,) = rules.send("d2", decide)
    assert (refused["code"], in_force(rules, "low_stock")) == ("forbidden", 7)
    (decided,) = rules.send("d2", {**decide, "id": "again", "actorId": "mia"})
    assert (decided["status"], in_force(rules, "low_stock")) == ("applied", expected)
    reopening = operation("conflict", {}, operation="create", resourceId=met["conflict"]["id"], actorId="mia")
    (reopened,) = rules.send("d2", reopening)
    assert reopened["conflict"]["serverVersion"]["values"] == {"value": expected}


def test_a_conflict_about_a_place_is_the_places(rules: Rules) -> None:
    rules.send("d1", edit("main:low_stock", 7))
    (met,) = rules.send("d2", edit("main:low_stock", 9))
    assert met["conflict"]["locationId"] == "main"
    assert [effect["stream"] for effect in met["effects"]] == ["tenant-t-location-main"]
    decision = operation(
        "conflict",
        {"resolution": "accept_local", "expectedServerVersion": 1},
        resourceId=met["conflict"]["id"],
        actorId="mia",
    )
    (decided,) = rules.send("d2", decision)
    streams = {effect["stream"] for effect in decided["effects"]}
    assert streams == {"tenant-t", "tenant-t-location-main"}
    assert in_force(rules, "low_stock", "main") == 9


@pytest.mark.parametrize(
    ("row", "tighter", "looser"),
    [
        ("clerk_discount_ppm_max", 50_000, 200_000),
        ("quantity_max", 10_000, 2_000_000),
        ("amount_minor_max", 10_000, 10**12),
        ("main:clerk_discount_ppm_max", 50_000, 200_000),
    ],
)
def test_what_loosens_a_check_is_no_tills_to_change_not_even_in_an_admins_name(
    rules: Rules, row: str, tighter: int, looser: int
) -> None:
    (refused,) = rules.send("d1", edit(row, looser))
    assert refused["code"] == "forbidden"
    (stricter,) = rules.send("d1", edit(row, tighter))
    assert stricter["status"] == "applied"
    (back,) = rules.send("d1", edit(row, None, tighter))
    assert back["code"] == "forbidden"  # the default is looser
    name, place = row.rpartition(":")[2], row.rpartition(":")[0] or None
    with pytest.raises(Refusal, match="loosen checks"):
        patch(rules, MIA, place, **{name: looser})
    patch(rules, ADA, place, **{name: looser})
    assert in_force(rules, name, "main") == looser


def test_a_decision_that_loosens_a_check_is_no_tills_either(rules: Rules) -> None:
    patch(rules, ADA, clerk_discount_ppm_max=30_000)
    (met,) = rules.send("d2", edit("clerk_discount_ppm_max", 50_000, 100_000))
    decision = {"resolution": "accept_local", "expectedServerVersion": 1}
    item = operation("conflict", decision, resourceId=met["conflict"]["id"], actorId="mia")
    (refused,) = rules.send("d2", item)
    assert (refused["code"], in_force(rules, "clerk_discount_ppm_max")) == ("forbidden", 30_000)


def test_what_a_till_had_for_itself_becomes_the_shops_and_differing_tills_ask_a_manager(
    rules: Rules,
) -> None:
    (first,) = rules.send("d1", carried("adds_tax", True, "d1"))
    (same,) = rules.send("d2", carried("adds_tax", True, "d2"))
    (header,) = rules.send("d1", carried("receipt_header", "Mill Lane 1", "d1"))
    (other,) = rules.send("d3", carried("receipt_header", "Mill Lane 2", "d3"))
    assert [result["status"] for result in (first, same, header, other)] == [*["applied"] * 3, "conflict"]
    assert in_force(rules, "receipt_header") == "Mill Lane 1"


@pytest.mark.parametrize(
    ("name", "first", "others"),
    [("receipt_header", "Mill Lane 2", "Mill Lane 1"), ("clerk_discount_ppm_max", 100_000, 250_000)],
)
def test_tills_that_had_the_same_ask_once(rules: Rules, name: str, first: Any, others: Any) -> None:
    rules.send("d1", carried(name, first, "d1"))
    (asks,) = rules.send("d2", carried(name, others, "d2"))
    (same,) = rules.send("d3", carried(name, others, "d3"))
    assert same["conflict"]["id"] == asks["conflict"]["id"]
    assert [asks["status"], same["status"], same["effects"]] == ["conflict", "applied", []]
    assert in_force(rules, name) == first
    (by_hand,) = rules.send("d3", edit(name, "Mill Lane 1" if name == "receipt_header" else 90_000))
    assert by_hand["status"] == "conflict"  # a person's change is asked about for itself


def test_a_till_that_had_a_looser_check_asks_and_keeping_the_strict_one_is_a_row(rules: Rules) -> None:
    (met,) = rules.send("d1", carried("clerk_discount_ppm_max", 250_000, "d1"))
    assert (met["status"], in_force(rules, "clerk_discount_ppm_max")) == ("conflict", 100_000)
    decision = {"resolution": "accept_server", "expectedServerVersion": 0}
    item = operation("conflict", decision, resourceId=met["conflict"]["id"], actorId="mia")
    (decided,) = rules.send("d1", item)
    assert decided["status"] == "applied"
    assert rules.query("SELECT value, version FROM setting") == [("100000", 1)]


@pytest.mark.parametrize(
    ("row", "value", "code"),
    [
        ("colour", 1, "not_found"),
        ("nowhere:low_stock", 1, "not_found"),
        ("low_stock", "many", "bad_request"),
        ("low_stock", -1, "bad_request"),
        ("low_stock", True, "bad_request"),
        ("adds_tax", 1, "bad_request"),
        ("payment_methods", [], "bad_request"),
        ("payment_methods", ["cash", "cash"], "bad_request"),
        ("tax_rate.std", {"name": "", "steps": []}, "bad_request"),
        ("tax_rate.", {"name": "S", "steps": [{"ratePpm": 1}]}, "bad_request"),
        ("tax_rates", {}, "not_found"),
    ],
)
def test_what_is_no_setting_is_refused(rules: Rules, row: str, value: Any, code: str) -> None:
    (result,) = rules.send("d1", edit(row, value))
    assert (result["status"], result["code"]) == ("rejected", code)


def test_a_clerk_changes_no_setting(rules: Rules) -> None:
    (result,) = rules.send("d1", edit("low_stock", 1, actorId="cleo"))
    assert result["code"] == "forbidden"
    (forged,) = rules.send("d1", edit("low_stock", 1, actorId="d1"))
    assert forged["code"] == "forbidden"


# --- a clerk's discount -----------------------------------------------------------------------------------


def discounted(product: str, off_minor: int, **rest: Any) -> dict[str, Any]:
    """Ten pieces at 1.00, less a discount."""
    item = sale({product: 10}, **rest)
    (line,) = item["data"]["lines"]
    line |= {"discountMinor": off_minor, "totalMinor": 1000 - off_minor}
    item["data"]["payments"] = [{"method": "cash", "amountMinor": 1000 - off_minor}]
    item["data"]["totalMinor"] = 1000 - off_minor
    return item | {"actorId": "cleo"}


def flags_of(rules: Rules, *items: dict[str, Any]) -> list[list[str]]:
    found = [result["result"]["flags"] for result in rules.send("d1", *items)]
    return [[flag for flag in flags if flag.endswith("large_discount")] for flags in found]


def test_a_discount_over_the_shops_limit_is_flagged_unless_somebody_approved_it(rules: Rules) -> None:
    approval = {"right": "large_discount", "of": "line:1", "approver": "mia", "at": rfc3339(T0_MS)}
    assert flags_of(rules, discounted("p", 100), discounted("p", 101), discounted("p", 102)) == [
        [],
        [],  # a minor unit of rounding
        ["not_approved:large_discount"],
    ]
    assert flags_of(rules, discounted("p", 500, approvals=[approval])) == [[]]
    patch(rules, ADA, "annex", clerk_discount_ppm_max=500_000)
    assert flags_of(rules, discounted("p", 500)) == [["not_approved:large_discount"]]
    patch(rules, ADA, "main", clerk_discount_ppm_max=500_000)
    assert flags_of(rules, discounted("p", 500), discounted("p", 502)) == [
        [],
        ["not_approved:large_discount"],
    ]


def test_a_discount_is_judged_by_the_limit_that_its_till_had_read(rules: Rules) -> None:
    patch(rules, ADA, clerk_discount_ppm_max=300_000)
    (head,) = rules.query("SELECT head FROM stream WHERE name = 'tenant-t'")
    patch(rules, MIA, clerk_discount_ppm_max=50_000)
    before = discounted("p", 300, deviceSeq=1, tenantSeq=head[0])
    after = discounted("p", 300, deviceSeq=2, tenantSeq=head[0] + 1)
    assert flags_of(rules, before, after) == [[], ["not_approved:large_discount"]]


def test_a_receipt_of_many_discounts_asks_for_the_limit_once(rules: Rules) -> None:
    patch(rules, ADA, clerk_discount_ppm_max=300_000)
    item = discounted("p", 300)
    item["data"]["lines"] *= 50
    other = discounted("q", 302)
    rules.send("d1", discounted("p", 1))
    with rules.statements() as executed:
        assert flags_of(rules, item, other) == [[], ["not_approved:large_discount"]]
    assert len([one for one in executed if "FROM setting_version" in one]) == 2, "of the place and the shop"


def test_a_limit_that_is_set_in_the_same_upload_counts(rules: Rules) -> None:
    patch(rules, ADA, clerk_discount_ppm_max=300_000)
    narrower = edit("clerk_discount_ppm_max", 50_000, 300_000)
    results = rules.send("d1", discounted("p", 300), narrower, discounted("p", 300))
    assert [result["status"] for result in results] == ["applied"] * 3
    first, _, last = results
    assert "not_approved:large_discount" not in first["result"]["flags"]
    assert "not_approved:large_discount" in last["result"]["flags"]
