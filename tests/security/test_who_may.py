"""Attacks on who may do what, tried at a running server by people and tills that are signed in."""

import time
from typing import Any

import pytest

from server_stub.roles import ALLOWED, Action
from tests.kit.bearers import Bearers
from tests.kit.clients import Person
from tests.kit.operations import count, movement, operation, rfc3339, sale, transfer

HERE, SHARED = "tenant-demo-location-main", "tenant-demo"
MUCH_MINOR = 99_999_999


def now_ms() -> int:
    return int(time.time() * 1000)


def refund_of_nothing(**rest: Any) -> dict[str, Any]:
    """999,999.99 given back, against no receipt."""
    asked = sale({}, kind="refund", **rest)
    asked["data"] |= {
        "totalMinor": MUCH_MINOR,
        "payments": [{"method": "cash", "amountMinor": MUCH_MINOR}],
        "reason": "because",
    }
    return asked


def drawer(kind: str, total_minor: int = 0, **rest: Any) -> dict[str, Any]:
    asked = sale({}, kind=kind, **rest)
    asked["data"] |= {"totalMinor": total_minor, "payments": [], "reason": "because"}
    return asked


def new_price(product: str, **rest: Any) -> dict[str, Any]:
    data = {"set": {"priceMinor": 1}, "base": {}}
    return operation("product", data, **{"resourceId": product, "timestamp": rfc3339(now_ms()), **rest})


def flags_of(result: dict[str, Any]) -> list[str]:
    """The flags of who may; what is sold here is odd in other ways too."""
    assert result["status"] == "applied", result
    return about_people(result["result"]["flags"])


def about_people(flags: list[str]) -> list[str]:
    words = ("actor", "approver", "not_approved", "not_permitted", "over_approval")
    return [flag for flag in flags if flag.partition(":")[0].endswith(words)]


def refused(result: dict[str, Any]) -> str:
    assert (result["status"], result["code"]) == ("rejected", "forbidden"), result
    words: str = result["error"]
    return words


async def new_product(manager: Person, product: str) -> None:
    made = operation("product", {"name": product, "priceMinor": 500}, operation="create", resourceId=product)
    (result,) = await manager.send(made)
    assert result["status"] == "applied", result


async def price_of(person: Person, product: str) -> int:
    rows = [change["row"] for change in await person.changes(SHARED) if change["resourceId"] == product]
    price_minor: int = rows[-1]["priceMinor"]
    return price_minor


async def edit_person(world: Bearers, user_id: str, **edit: Any) -> None:
    response = await world.ask("PATCH", f"/api/v1/users/{user_id}", await world.bearer("admin"), edit)
    assert response.status_code == 200, response.text


async def audit_line(world: Bearers, operation_id: str, actor: str = "bob") -> dict[str, Any]:
    answer = await world.ask("GET", "/api/v1/audit", await world.bearer("admin"), actor=actor, limit=1000)
    entries = answer.json()["data"]["entries"]
    line: dict[str, Any] = next(entry for entry in entries if entry.get("operationId") == operation_id)
    return line


async def head_of(person: Person, stream: str) -> int:
    changes = await person.changes(stream)
    while len(changes) == 1000:
        changes = await person.changes(stream, after=changes[-1]["seq"])
    last: int = changes[-1]["seq"]
    return last


# --- the four that passed once -------------------------------------------------------------------------


async def test_a_clerks_own_token_does_not_refund_a_fortune_unseen(world: Bearers) -> None:
    clerk = await world.bearer("clerk")
    asked = refund_of_nothing()
    (result,) = await clerk.send(asked)
    assert flags_of(result) == ["not_approved:refund_without_receipt"]
    row = (await clerk.changes(HERE, after=await head_of(clerk, HERE) - 1))[-1]["row"]
    assert about_people(row["flags"]) == ["not_approved:refund_without_receipt"]
    line = await audit_line(world, asked["id"])
    assert about_people(line["detail"]["flags"]) == ["not_approved:refund_without_receipt"]


async def test_a_clerks_own_token_does_not_say_that_a_manager_approved(world: Bearers) -> None:
    clerk = await world.bearer("clerk")
    by_name = refund_of_nothing(approvedById="alice")
    listed = refund_of_nothing(
        approvals=[{"right": "refund_without_receipt", "approver": "alice", "at": rfc3339(now_ms())}]
    )
    for asked in (by_name, listed, movement("p", 1, approvedById="alice")):
        (result,) = await clerk.send(asked)
        assert "this token names nobody but its own user" in refused(result)
        assert (await audit_line(world, asked["id"]))["outcome"] == "rejected"
    assert await clerk.stock("p") == (0, 0)


async def test_a_tills_credential_does_not_edit_prices_as_just_any_manager(world: Bearers) -> None:
    alice, till = await world.bearer("manager"), await world.bearer("device")
    await new_product(alice, "tea")
    await edit_person(world, "alice", locations=["annex"])
    for names in (
        {},
        {"actorId": "alice"},
        {"actorId": "bob"},
        {"actorId": "bob", "approvedById": "alice"},
        {"actorId": "bob", "approvedById": "nobody"},
        {"actorId": "mallory"},
        {"actorId": till.user_id},
    ):
        (result,) = await till.send(new_price("tea", **names))
        refused(result)
    assert await price_of(till, "tea") == 500


async def test_a_manager_of_another_place_dismissed_a_second_ago_edits_and_decides_nothing(
    world: Bearers,
) -> None:
    alice, till = await world.bearer("manager"), await world.bearer("device")
    await new_product(alice, "tea")
    counts = [count("tea", quantity, now_ms(), version=0) for quantity in (4, 5)]
    conflict = (await alice.send(*counts))[1]["conflict"]["id"]
    decision = operation("conflict", {"resolution": "accept_local"}, resourceId=conflict)
    await edit_person(world, "alice", locations=["annex"], disabled=True)
    for asked in (new_price("tea"), decision):
        for names in ({"actorId": "alice"}, {"actorId": "bob", "approvedById": "alice"}):
            (result,) = await till.send({**asked, "id": f"{asked['id']}-{len(names)}", **names})
            assert "alice" in refused(result)
    assert await price_of(till, "tea") == 500
    open_ones = (await till.get("/realtime/conflicts")).json()["data"]
    assert conflict in str(open_ones)


# --- what nobody may alone -----------------------------------------------------------------------------


def overridden(**rest: Any) -> dict[str, Any]:
    asked = sale({"mug": 2}, **rest)
    asked["data"]["lines"][0] |= {"listPriceMinor": 300, "unitPriceMinor": 100, "reason": "dented"}
    return asked


ALONE = {
    "refund_without_receipt": refund_of_nothing,
    "void_sale": lambda **rest: sale({"mug": 1}, kind="void", **rest),
    "open_drawer": lambda **rest: drawer("no_sale", **rest),
    "pay_out": lambda **rest: drawer("paid_out", 5000, **rest),
    "override_price": overridden,
}


@pytest.mark.parametrize("right", ALONE)
async def test_what_takes_a_right_is_flagged_unless_somebody_who_holds_it_did_or_approved_it(
    world: Bearers, right: str
) -> None:
    alice, till = await world.bearer("manager"), await world.bearer("device")
    await new_product(alice, "mug")

    async def flagged(**names: Any) -> list[str]:
        (result,) = await till.send(ALONE[right](**names))
        return flags_of(result)

    def listed(approver: str, of_right: str = right) -> dict[str, Any]:
        return {"approvals": [{"right": of_right, "approver": approver, "at": rfc3339(now_ms())}]}

    assert await flagged(actorId="alice") == []
    assert await flagged(actorId="bob", approvedById="alice") == []
    assert await flagged(actorId="bob", **listed("alice")) == []
    assert await flagged(actorId="bob") == [f"not_approved:{right}"]
    assert await flagged(actorId="bob", approvedById="bob") == [f"not_permitted:{right}"]
    assert await flagged(actorId="bob", **listed("bob")) == [f"not_permitted:{right}"]
    assert await flagged(actorId="bob", **listed("alice", "discard_entry")) == [f"not_approved:{right}"]
    assert await flagged(actorId="bob", approvedById="alice", **listed("alice", "discard_entry")) == [
        f"not_approved:{right}"
    ]
    assert await flagged(actorId="bob", approvedById="nobody") == [
        "unknown_approver:nobody",
        f"not_permitted:{right}",
    ]


async def test_an_approval_holds_for_its_line_and_as_far_as_it_goes(world: Bearers) -> None:
    alice, till = await world.bearer("manager"), await world.bearer("device")
    await new_product(alice, "mug")
    for of, at_most, flags in (
        ("line:1", 400, []),
        ("line:1", 399, ["over_approval:override_price"]),
        ("line:2", 400, ["not_approved:override_price"]),
    ):
        given = {"right": "override_price", "approver": "alice", "of": of, "atMost": at_most}
        (result,) = await till.send(overridden(actorId="bob", approvals=[{**given, "at": rfc3339(now_ms())}]))
        assert flags_of(result) == flags


async def test_a_discount_beyond_the_shops_limit_needs_an_approval_of_its_amount(world: Bearers) -> None:
    alice, till = await world.bearer("manager"), await world.bearer("device")
    await new_product(alice, "mug")

    async def flagged(*approvals: dict[str, Any]) -> list[str]:
        asked = sale({"mug": 2}, actorId="bob", approvals=list(approvals))
        asked["data"]["lines"][0] |= {"discountMinor": 150, "totalMinor": 50}
        (result,) = await till.send(asked)
        return flags_of(result)

    given = {"right": "large_discount", "approver": "alice", "at": rfc3339(now_ms())}
    assert await flagged() == ["not_approved:large_discount"]
    assert await flagged({**given, "of": "line:1", "atMost": 150}) == []
    assert await flagged({**given, "of": "line:1", "atMost": 100}) == ["over_approval:large_discount"]
    # Of the line and of the sale together.
    assert await flagged({**given, "of": "line:1", "atMost": 100}, {**given, "atMost": 50}) == []
    assert await flagged({**given, "approver": "bob", "of": "line:1"}) == ["not_permitted:large_discount"]


async def test_one_row_of_the_table_makes_transfers_a_managers(
    world: Bearers, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk, till = await world.bearer("clerk"), await world.bearer("device")
    (result,) = await clerk.send(transfer({"mug": 1}))
    assert result["status"] == "applied"
    monkeypatch.setitem(ALLOWED, Action.TRANSFER_STOCK, frozenset({"manager", "admin"}))
    refused((await clerk.send(transfer({"mug": 1})))[0])
    refused((await till.send(transfer({"mug": 1})))[0])
    refused((await till.send(transfer({"mug": 1}, actorId="bob")))[0])
    signed: tuple[dict[str, Any], ...] = {"actorId": "alice"}, {"actorId": "bob", "approvedById": "alice"}
    for names in signed:
        (result,) = await till.send(transfer({"mug": 1}, **names))
        assert result["status"] == "applied", result


# --- when ----------------------------------------------------------------------------------------------


async def test_a_till_that_has_read_a_dismissal_acts_in_that_name_no_more_whatever_its_clock_says(
    world: Bearers,
) -> None:
    alice, till = await world.bearer("manager"), await world.bearer("device")
    await new_product(alice, "tea")
    hired = now_ms()
    await edit_person(world, "alice", disabled=True)
    head = await head_of(till, SHARED)
    long_ago: dict[str, Any] = {"timestamp": rfc3339(hired - 3_600_000), "actorId": "alice"}
    (edit,) = await till.send(new_price("tea", **long_ago, tenantSeq=head, deviceSeq=1))
    assert "did not work here any more" in refused(edit)
    (sold,) = await till.send(sale({"tea": 1}, **long_ago, tenantSeq=head, deviceSeq=2))
    assert flags_of(sold) == ["inactive_actor:alice"]
    # And from then on it cannot un-read it.
    (again,) = await till.send(sale({"tea": 1}, **long_ago, tenantSeq=head - 1, deviceSeq=3))
    assert flags_of(again) == ["inactive_actor:alice"]


async def test_what_was_done_before_the_dismissal_by_a_till_that_was_away_counts(world: Bearers) -> None:
    alice, till = await world.bearer("manager"), await world.bearer("device")
    await new_product(alice, "tea")
    before = now_ms()
    head = await head_of(till, SHARED)
    await edit_person(world, "alice", disabled=True)
    then = {"timestamp": rfc3339(before), "actorId": "alice", "tenantSeq": head}
    (edit,) = await till.send(new_price("tea", **then, deviceSeq=1))
    assert edit["status"] == "applied", edit
    (late,) = await till.send(new_price("tea", **{**then, "timestamp": rfc3339(now_ms())}, deviceSeq=2))
    refused(late)


async def test_nothing_is_done_earlier_than_the_tills_own_number_before(world: Bearers) -> None:
    """A clock that was set back: the till has sent something since the dismissal, this came after it."""
    alice, till = await world.bearer("manager"), await world.bearer("device")
    await new_product(alice, "tea")
    before = now_ms()
    await edit_person(world, "alice", disabled=True)
    (sold,) = await till.send(
        sale({"tea": 1}, actorId="bob", deviceSeq=1) | {"timestamp": rfc3339(now_ms() + 5)}
    )
    assert flags_of(sold) == []
    unreadable = {**sale({"tea": 1}, deviceSeq=2), "timestamp": "yesterday"}
    assert (await till.send(unreadable))[0]["status"] == "quarantined"
    set_back = {"timestamp": rfc3339(before), "actorId": "alice"}
    for numbered in ({"deviceSeq": 3}, {}):
        (edit,) = await till.send(new_price("tea", **set_back, **numbered))
        refused(edit)
    assert await price_of(till, "tea") == 500


async def test_a_number_of_a_stream_that_is_gone_says_nothing(world: Bearers) -> None:
    """A restored server counts again from a lower number than the till has read of the old stream."""
    till = await world.bearer("device")
    beyond = await head_of(till, SHARED) + 1000
    (sold,) = await till.send(sale({"tea": 1}, actorId="bob", tenantSeq=beyond, deviceSeq=1))
    assert not any(flag.startswith("inactive") for flag in flags_of(sold))
    await edit_person(world, "bob", disabled=True)
    (sold,) = await till.send(
        sale({"tea": 1}, actorId="bob", tenantSeq=beyond, deviceSeq=2)
        | {"timestamp": rfc3339(now_ms() - 60_000)}
    )
    assert not any(flag.startswith("inactive") for flag in flags_of(sold))
